package io.sparkoptimizer.core.table;

import io.sparkoptimizer.core.table.TableLines.Line;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes a text of separated values apart: cells in quotes as RFC 4180 has them, with separators, line
 * ends and doubled quotes inside. Blank lines are passed over. A quote that is never closed, or closed in
 * mid-cell, costs its own line and no other. Not thread-safe.
 */
final class TableReader {
  /** Lines that a row may go over: the end of a quote is looked for no further. */
  private static final int MOST_LINES = 100;

  static final int MOST_COLUMNS = 10_000;

  private static final int OPEN = -1;
  private static final int BROKEN = -2;
  private static final String MIDDLE = "a quote is closed in the middle of a cell";

  private static final char QUOTE = '"';

  private final TableLines lines;
  private final char separator;
  private final List<Line> ahead = new ArrayList<>();
  private long taken;

  TableReader(InputStream bytes, char separator) throws IOException {
    this.lines = TableLines.of(bytes);
    this.separator = separator;
  }

  /**
   * A row.
   *
   * @param line the number of its first line; the first of the file is 1
   * @param cells none where there is a fault
   * @param fault why it cannot be read; null where it can
   */
  record Row(long line, List<String> cells, @Nullable String fault) {}

  /**
   * The next row; null at the end.
   *
   * @param width cells that a row over several lines has, or its quote is taken for a stray one; 0: any
   */
  @Nullable
  Row read(int width) throws IOException {
    Line first = line(0);
    while (first != null && first.text().isBlank() && !first.isTooLong()) {
      drop(1);
      first = line(0);
    }
    if (first == null) {
      return null;
    }
    Parse parse = new Parse();
    while (true) {
      Line line = line(parse.lines);
      String fault = line == null || parse.lines == MOST_LINES
          ? "a quote is opened and not closed"
          : parse.take(line);
      if (fault != null) {
        drop(1);
        return new Row(taken, List.of(), fault);
      }
      if (!parse.quoted && parse.lines > 1 && width > 0 && parse.cells.size() != width) {
        drop(1);
        return new Row(taken, List.of(), "a quote is opened and not closed");
      }
      if (!parse.quoted) {
        long start = taken + 1;
        drop(parse.lines);
        return new Row(start, parse.cells, null);
      }
    }
  }

  private @Nullable Line line(int index) throws IOException {
    while (ahead.size() <= index) {
      Line line = lines.read();
      if (line == null) {
        return null;
      }
      ahead.add(line);
    }
    return ahead.get(index);
  }

  private void drop(int count) {
    ahead.subList(0, count).clear();
    taken += count;
  }

  /** What is taken apart of a row. */
  private final class Parse {
    private final List<String> cells = new ArrayList<>();
    private final StringBuilder cell = new StringBuilder();
    private boolean quoted;
    private int lines;

    /** Takes one more line; returns what is wrong with it. */
    @Nullable
    String take(Line line) {
      lines++;
      if (line.isTooLong() || cell.length() > TableLines.LONGEST) {
        return "it is longer than " + TableLines.LONGEST + " characters";
      }
      String text = line.text();
      int at = 0;
      if (quoted) {
        cell.append('\n');
        at = quoted(text, 0);
        if (at < 0) {
          return at == OPEN ? null : MIDDLE;
        }
      }
      while (true) {
        if (at < text.length() && text.charAt(at) == QUOTE) {
          quoted = true;
          at = quoted(text, at + 1);
          if (at < 0) {
            return at == OPEN ? null : MIDDLE;
          }
        }
        int stop = text.indexOf(separator, at);
        int cellEnd = stop < 0 ? text.length() : stop;
        cell.append(text, at, cellEnd);
        cells.add(cell.toString());
        cell.setLength(0);
        if (cells.size() > MOST_COLUMNS) {
          return "it has more than " + MOST_COLUMNS + " cells";
        }
        if (stop < 0) {
          return null;
        }
        at = stop + 1;
      }
    }

    /** Reads on inside quotes; returns where the cell ends, or that it does not on this line. */
    private int quoted(String text, int from) {
      int at = from;
      while (true) {
        int quote = text.indexOf(QUOTE, at);
        if (quote < 0) {
          cell.append(text, at, text.length());
          return OPEN;
        }
        cell.append(text, at, quote);
        if (quote + 1 < text.length() && text.charAt(quote + 1) == QUOTE) {
          cell.append(QUOTE);
          at = quote + 2;
          continue;
        }
        quoted = false;
        boolean ends = quote + 1 == text.length() || text.charAt(quote + 1) == separator;
        return ends ? quote + 1 : BROKEN;
      }
    }
  }
}
