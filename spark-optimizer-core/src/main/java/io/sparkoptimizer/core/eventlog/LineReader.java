package io.sparkoptimizer.core.eventlog;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts lines out of a stream without copying them: a line is a slice of {@link #buffer}, valid until
 * the next call. Lines end with LF or CRLF; blank lines and a leading byte order mark are passed over. A
 * line above {@link #MAX_LINE_BYTES} is passed over too, and counted.
 */
final class LineReader {
  /** No line of a sane log is so long; a plan that is costs its event, not the memory of the reader. */
  static final int MAX_LINE_BYTES = 64 << 20;

  private final InputStream in;
  private byte[] buffer = new byte[1 << 16];
  private int position;
  private int limit;
  private int start;
  private int end;
  private boolean terminated = true;
  private boolean atEnd;
  private boolean first = true;
  private long tooLong;

  LineReader(InputStream in) {
    this.in = in;
  }

  byte[] buffer() {
    return buffer;
  }

  /** Where the line begins in {@link #buffer}. */
  int start() {
    return start;
  }

  int length() {
    return end - start;
  }

  /** Whether the line had its line end: false only for a last line, which may be cut. */
  boolean terminated() {
    return terminated;
  }

  /** How many lines were too long. */
  long tooLong() {
    return tooLong;
  }

  /** Goes to the next line that is not blank; false at the end. */
  boolean next() throws IOException {
    while (nextLine()) {
      if (first) {
        first = false;
        if (length() >= 3
            && buffer[start] == (byte) 0xEF
            && buffer[start + 1] == (byte) 0xBB
            && buffer[start + 2] == (byte) 0xBF) {
          start += 3;
        }
      }
      while (end > start && isBlank(buffer[end - 1])) {
        end--;
      }
      while (start < end && isBlank(buffer[start])) {
        start++;
      }
      if (end > start) {
        return true;
      }
    }
    return false;
  }

  private static boolean isBlank(byte b) {
    return b == '\r' || b == ' ' || b == '\t';
  }

  private boolean nextLine() throws IOException {
    int scanned = position;
    while (true) {
      for (int i = scanned; i < limit; i++) {
        if (buffer[i] == '\n') {
          start = position;
          end = i;
          position = i + 1;
          return true;
        }
      }
      scanned = limit;
      if (atEnd) {
        start = position;
        end = limit;
        position = limit;
        terminated = false;
        return end > start;
      }
      if (limit - position >= MAX_LINE_BYTES) {
        skipLine();
        scanned = position;
        continue;
      }
      int moved = makeRoom();
      scanned -= moved;
      fill();
    }
  }

  /** Makes room behind {@link #limit} and returns by how much the bytes moved down. */
  private int makeRoom() {
    int moved = 0;
    if (position > 0 && (position == limit || limit == buffer.length)) {
      moved = position;
      System.arraycopy(buffer, position, buffer, 0, limit - position);
      limit -= moved;
      position = 0;
    }
    if (limit == buffer.length) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
    return moved;
  }

  private void fill() throws IOException {
    int read = in.read(buffer, limit, buffer.length - limit);
    if (read < 0) {
      atEnd = true;
    } else {
      limit += read;
    }
  }

  private void skipLine() throws IOException {
    tooLong++;
    while (!atEnd) {
      position = 0;
      limit = 0;
      fill();
      for (int i = 0; i < limit; i++) {
        if (buffer[i] == '\n') {
          position = i + 1;
          return;
        }
      }
    }
    position = limit;
  }
}
