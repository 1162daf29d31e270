package io.sparkoptimizer.core.eventlog;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Ends where its source breaks, and remembers why. A driver that died leaves a stream that ends inside
 * of a block: what stands before it is worth reading. Decoders report broken input with unchecked
 * exceptions too.
 *
 * <p>A decompression bomb is such a break: bytes that have become absurdly many through all the layers
 * together. How many they become in all cannot tell it, since whole logs have hundreds of gigabytes.
 */
final class CutTolerantInputStream extends InputStream {
  /**
   * How many times as many the stored bytes of a log may become. Real logs become 14 to 41 times as
   * many, and repetitive ones a few hundred times; zstd can make 30,000 times as many of nothing, and
   * gzip 1,032 times.
   */
  static final long MAX_GROWTH = 1000;

  /** Not asked before: a short log of one line again and again grows as it likes, and costs little. */
  static final long SMALL_BYTES = 64L << 20;

  private final InputStream in;
  private final @Nullable CutTolerantInputStream below;
  private long read;
  private @Nullable Exception fault;

  /**
   * @param below the stream that this one decodes, where it is such a stream too
   */
  CutTolerantInputStream(InputStream in, @Nullable CutTolerantInputStream below) {
    this.in = in;
    this.below = below;
  }

  /** Why the stream ended early; null where it did not. The lowest layer's fault is the cause. */
  @Nullable
  Exception fault() {
    Exception cause = below == null ? null : below.fault();
    return cause == null ? fault : cause;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] to, int offset, int length) {
    if (fault != null) {
      return -1;
    }
    try {
      int count = in.read(to, offset, length);
      read += Math.max(0, count);
      refuseBomb();
      return count;
    } catch (IOException | RuntimeException broken) {
      fault = broken;
      return -1;
    }
  }

  private void refuseBomb() throws IOException {
    if (read > SMALL_BYTES && read / MAX_GROWTH > storedBytes()) {
      throw new IOException("a decompression bomb: " + storedBytes() + " bytes became more than "
          + MAX_GROWTH + " times as many");
    }
  }

  /** How many bytes of the file were read so far. */
  private long storedBytes() {
    if (below != null) {
      return below.storedBytes();
    }
    return in instanceof StoredBytes known ? known.storedBytes() : read;
  }

  /** Never 0 before the end: gzip's decoder takes that for the end of its members. */
  @Override
  public int available() throws IOException {
    return fault == null ? Math.max(1, in.available()) : 0;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
