package io.sparkoptimizer.core.eventlog;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * The JDK's decoder without its recursion: at the end of a member it asks itself for the next one, so
 * that some thousand empty members in a row overflow the stack.
 */
final class GzipMembersInputStream extends GZIPInputStream {
  private boolean reading;

  GzipMembersInputStream(InputStream in) throws IOException {
    super(in, 1 << 16);
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    if (reading) {
      return 0; // asked by itself: the loop below goes on instead
    }
    int count;
    do {
      reading = true;
      try {
        count = super.read(to, offset, length);
      } finally {
        reading = false;
      }
    } while (count == 0 && length > 0);
    return count;
  }
}
