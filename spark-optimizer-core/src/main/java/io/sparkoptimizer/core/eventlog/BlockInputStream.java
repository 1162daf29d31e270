package io.sparkoptimizer.core.eventlog;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** A stream of blocks that are decompressed one at a time. */
abstract class BlockInputStream extends InputStream {
  /**
   * Largest block that is believed: the largest that Spark's codecs can be set to write. A header
   * that says more is broken, or made to exhaust memory.
   */
  static final int MAX_BLOCK_BYTES = 32 << 20;

  final InputStream in;
  private byte[] block = new byte[0];
  private int position;
  private int limit;

  BlockInputStream(InputStream in) {
    this.in = in;
  }

  /** Reads and decompresses one block; null at the end of the stream. */
  abstract byte @Nullable [] nextBlock() throws IOException;

  private boolean fill() throws IOException {
    while (position == limit) {
      byte[] next = nextBlock();
      if (next == null) {
        return false;
      }
      block = next;
      position = 0;
      limit = next.length;
    }
    return true;
  }

  @Override
  public int read() throws IOException {
    return fill() ? block[position++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, limit - position);
    System.arraycopy(block, position, to, offset, count);
    position += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Reads so many bytes, or none at a clean end of the stream. */
  byte[] readFully(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length != 0 && bytes.length != length) {
      throw new EOFException("the stream ends inside of a block");
    }
    return bytes;
  }

  int checkedLength(int length, String what) throws IOException {
    if (length < 0 || length > MAX_BLOCK_BYTES) {
      throw new IOException(what + " is " + Integer.toUnsignedString(length) + " bytes; at most "
          + MAX_BLOCK_BYTES + " is believed");
    }
    return length;
  }
}
