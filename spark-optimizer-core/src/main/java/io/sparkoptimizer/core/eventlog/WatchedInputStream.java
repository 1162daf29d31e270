package io.sparkoptimizer.core.eventlog;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.zip.ZipException;

/** The bytes of a part while a collection reads them: counted, ended with it, and their faults noted. */
final class WatchedInputStream extends FilterInputStream implements StoredBytes {
  private final AtomicBoolean failed;
  private final LongConsumer counted;
  private final BooleanSupplier ended;
  private long read;

  /**
   * @param failed set where the bytes cannot be had now; what is wrong with them stays so and does not
   *     count
   * @param counted takes how many bytes were read, as they are stored
   * @param ended whether nobody wants them any more
   */
  WatchedInputStream(
      InputStream stored, AtomicBoolean failed, LongConsumer counted, BooleanSupplier ended) {
    super(stored);
    this.failed = failed;
    this.counted = counted;
    this.ended = ended;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    if (ended.getAsBoolean()) {
      throw new InterruptedIOException("the collection has ended");
    }
    try {
      int count = in.read(to, offset, length);
      counted.accept(
          in instanceof StoredBytes known
              ? read == 0 && count > 0 ? known.storedBytes() : 0
              : Math.max(0, count));
      read += Math.max(0, count);
      return count;
    } catch (IOException fault) {
      if (!(fault instanceof ZipException || fault instanceof EOFException)) {
        failed.set(true);
      }
      throw fault;
    }
  }

  @Override
  public long storedBytes() {
    return in instanceof StoredBytes known ? known.storedBytes() : read;
  }
}
