package io.sparkoptimizer.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Columns side by side, in plain ASCII: {@code <} before a heading sets it left, {@code >} right. */
final class Table {
  private static final int WIDEST = 60;

  private final List<Boolean> right = new ArrayList<>();
  private final List<String> headings = new ArrayList<>();
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... columns) {
    for (String column : columns) {
      right.add(column.charAt(0) == '>');
      headings.add(column.substring(1));
    }
  }

  void row(String... cells) {
    if (cells.length != headings.size()) {
      throw new IllegalArgumentException(
          "a row has " + headings.size() + " cells, was " + cells.length);
    }
    rows.add(List.of(cells).stream().map(cell -> Text.cut(cell, WIDEST)).toList());
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  void print(PrintWriter out, String indent) {
    int[] widths = new int[headings.size()];
    List<List<String>> all = new ArrayList<>();
    all.add(headings);
    all.addAll(rows);
    for (List<String> row : all) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(row.get(i)));
      }
    }
    List<String> rules = new ArrayList<>();
    for (int width : widths) {
      rules.add("-".repeat(width));
    }
    all.add(1, rules);
    for (List<String> row : all) {
      StringBuilder line = new StringBuilder(indent);
      for (int i = 0; i < widths.length; i++) {
        String gap = " ".repeat(widths[i] - width(row.get(i)));
        line.append(i == 0 ? "" : "  ");
        line.append(right.get(i) ? gap + row.get(i) : row.get(i) + gap);
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
