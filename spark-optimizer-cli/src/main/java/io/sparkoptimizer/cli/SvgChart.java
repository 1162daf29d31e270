package io.sparkoptimizer.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Lines over executor counts as one inline SVG: counts on a logarithmic axis, figures on a linear one
 * from 0. Colours are classes of the page ({@code s0} to {@code s5}), so that light and dark are the
 * page's affair; lines differ in their dashes too.
 *
 * @param id of the element, for what describes it
 * @param title what it shows
 * @param description the same in words, for who does not see it
 * @param unit of the figures, written at the axis
 * @param series one line each
 * @param marks lines across, with their names
 */
record SvgChart(
    String id,
    String title,
    String description,
    String unit,
    List<Series> series,
    List<Mark> marks) {

  /** A figure and its interval; the text is shown beside the pointer, a large one stands out. */
  record Spot(int executors, double value, double low, double high, String text, boolean large) {}

  /** Spots in the order of their counts. */
  record Series(int colour, List<Spot> spots) {}

  /** A count of executors to be seen at once. */
  record Mark(int executors, String label, String style) {}

  private static final int WIDTH = 400;
  private static final int HEIGHT = 270;
  private static final int LEFT = 58;
  private static final int RIGHT = 386;
  private static final int TOP = 44;
  private static final int BOTTOM = 226;

  /** Units between two labels of the axis below. */
  private static final int LABEL_ROOM = 30;

  private static final int TICKS = 5;

  String svg() {
    TreeSet<Integer> counts = new TreeSet<>();
    series.forEach(one -> one.spots().forEach(spot -> counts.add(spot.executors())));
    marks.forEach(mark -> counts.add(mark.executors()));
    double most = series.stream()
        .flatMap(one -> one.spots().stream())
        .mapToDouble(Spot::high)
        .max()
        .orElse(0);
    double step = step(most);
    double top = Math.max(step, Math.ceil(most / step - 1e-9) * step);
    Scale scale = new Scale(counts.first(), counts.last(), top);
    List<String> parts = new ArrayList<>();
    parts.add(Text.format(
        "<svg role=\"img\" aria-labelledby=\"%1$s-title %1$s-desc\" viewBox=\"0 0 %2$d %3$d\""
            + " xmlns=\"http://www.w3.org/2000/svg\">",
        id, WIDTH, HEIGHT));
    parts.add(Text.format("<title id=\"%s-title\">%s</title>", id, Html.escape(title)));
    parts.add(Text.format("<desc id=\"%s-desc\">%s</desc>", id, Html.escape(description)));
    parts.add(text(4, 14, "start", "unit", unit));
    for (int i = 0; i * step <= top * (1 + 1e-9); i++) {
      double y = scale.y(i * step);
      parts.add(line("grid", LEFT, y, RIGHT, y));
      parts.add(text(LEFT - 6, y + 4, "end", "tick", tick(i * step, step)));
    }
    double last = Double.NEGATIVE_INFINITY;
    for (int count : counts) {
      double x = scale.x(count);
      if (x - last >= LABEL_ROOM) {
        parts.add(line("grid", x, BOTTOM, x, BOTTOM + 4));
        parts.add(text(x, BOTTOM + 17, "middle", "tick", Text.count(count)));
        last = x;
      }
    }
    parts.add(text((LEFT + RIGHT) / 2.0, HEIGHT - 6, "middle", "unit", "executors (logarithmic)"));
    series.forEach(one -> parts.add(band(one, scale)));
    for (int i = 0; i < marks.size(); i++) {
      Mark mark = marks.get(i);
      double x = scale.x(mark.executors());
      boolean leftHalf = x < (LEFT + RIGHT) / 2.0;
      double labelY = TOP - 20 + 14.0 * i;
      parts.add(line("mark " + mark.style(), x, labelY - 9, x, BOTTOM));
      parts.add(text(
          leftHalf ? x + 4 : x - 4, labelY, leftHalf ? "start" : "end", "label", mark.label()));
    }
    series.forEach(one -> parts.add(curve(one, scale)));
    parts.add("</svg>");
    return String.join("\n", parts);
  }

  private static String band(Series series, Scale scale) {
    List<String> corners = new ArrayList<>();
    for (Spot spot : series.spots()) {
      corners.add(scale.at(spot.executors(), spot.high()));
    }
    for (int i = series.spots().size() - 1; i >= 0; i--) {
      Spot spot = series.spots().get(i);
      corners.add(scale.at(spot.executors(), spot.low()));
    }
    boolean wide = series.spots().stream().anyMatch(spot -> spot.high() > spot.low());
    return wide
        ? Text.format(
            "<polygon class=\"band s%d\" points=\"%s\"/>",
            series.colour(), String.join(" ", corners))
        : "";
  }

  private static String curve(Series series, Scale scale) {
    String line = series.spots().stream()
        .map(spot -> scale.at(spot.executors(), spot.value()))
        .collect(Collectors.joining(" "));
    StringBuilder all = new StringBuilder(
        Text.format("<polyline class=\"line s%d\" points=\"%s\"/>", series.colour(), line));
    for (Spot spot : series.spots()) {
      all.append(Text.format(
          "%n<circle class=\"spot s%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"><title>%s</title></circle>",
          series.colour(),
          scale.x(spot.executors()),
          scale.y(spot.value()),
          spot.large() ? 6 : 3,
          Html.escape(spot.text())));
    }
    return all.toString();
  }

  private static String line(String style, double x1, double y1, double x2, double y2) {
    return Text.format(
        "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
        style, x1, y1, x2, y2);
  }

  private static String text(double x, double y, String anchor, String style, String text) {
    return Text.format(
        "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
        style, x, y, anchor, Html.escape(text));
  }

  /** 1, 2 or 5 times a power of ten, so that about five of them reach the top. */
  private static double step(double most) {
    if (!(most > 0)) {
      return 1;
    }
    double raw = most / TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double digit = raw / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
  }

  private static String tick(double value, double step) {
    int decimals = (int) Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
    return Text.format("%,." + decimals + "f", value);
  }

  /** From counts and figures to units of the picture. */
  private record Scale(int fewest, int most, double top) {
    double x(int executors) {
      return fewest == most
          ? (LEFT + RIGHT) / 2.0
          : LEFT
              + (RIGHT - LEFT)
                  * Math.log((double) executors / fewest)
                  / Math.log((double) most / fewest);
    }

    double y(double value) {
      return BOTTOM - (BOTTOM - TOP) * value / top;
    }

    String at(int executors, double value) {
      return Text.format("%.1f,%.1f", x(executors), y(value));
    }
  }
}
