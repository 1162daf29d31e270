package io.sparkoptimizer.core.table;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a text, whatever ends them: LF, CRLF or CR. UTF-8 unless it begins with the mark of
 * another encoding; bytes that are no text are replaced. A line that is too long is read over, not kept.
 * Not thread-safe.
 */
final class TableLines {
  /** Characters of a line that are kept: a row of a table has no use for more. */
  static final int LONGEST = 1 << 20;

  private final Reader text;
  private final char[] buffer = new char[1 << 13];
  private int next;
  private int end;
  private boolean afterReturn;

  private TableLines(Reader text) {
    this.text = text;
  }

  /**
   * One line.
   *
   * @param text its first {@link #LONGEST} characters, without its end
   */
  record Line(String text, boolean isTooLong) {}

  static TableLines of(InputStream bytes) throws IOException {
    BufferedInputStream in = new BufferedInputStream(bytes);
    return new TableLines(new InputStreamReader(in, charset(in)));
  }

  /** Tells by the byte order mark, and reads over it. */
  private static Charset charset(BufferedInputStream in) throws IOException {
    in.mark(3);
    byte[] mark = in.readNBytes(3);
    in.reset();
    if (mark.length == 3
        && mark[0] == (byte) 0xEF
        && mark[1] == (byte) 0xBB
        && mark[2] == (byte) 0xBF) {
      in.skipNBytes(3);
    } else if (mark.length >= 2 && mark[0] == (byte) 0xFF && mark[1] == (byte) 0xFE) {
      in.skipNBytes(2);
      return StandardCharsets.UTF_16LE;
    } else if (mark.length >= 2 && mark[0] == (byte) 0xFE && mark[1] == (byte) 0xFF) {
      in.skipNBytes(2);
      return StandardCharsets.UTF_16BE;
    }
    return StandardCharsets.UTF_8;
  }

  /** The next line; null at the end of the text. */
  @Nullable
  Line read() throws IOException {
    StringBuilder line = new StringBuilder();
    boolean tooLong = false;
    boolean any = false;
    while (next < end || fill()) {
      char one = buffer[next++];
      if (one == '\n' && afterReturn) {
        afterReturn = false;
        continue; // the second half of the end before this line
      }
      afterReturn = one == '\r';
      if (one == '\n' || one == '\r') {
        return new Line(line.toString(), tooLong);
      }
      any = true;
      if (line.length() < LONGEST) {
        line.append(one);
      } else {
        tooLong = true;
      }
    }
    return any ? new Line(line.toString(), tooLong) : null;
  }

  private boolean fill() throws IOException {
    int read = text.read(buffer);
    next = 0;
    end = Math.max(0, read);
    return read > 0;
  }
}
