package io.sparkoptimizer.cli;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.WhatIf;
import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * An answer of {@code whatif} as one HTML page: time and cost against executors, then every point. It
 * asks nothing of any network and runs no script, and its policy says so; all of its texts are escaped.
 */
final class WhatIfHtml {
  /** More lines than colours could not be told apart. */
  private static final int MOST_CURVES = 6;

  /** Refused points that are named one by one for each reason. */
  private static final int MOST_NAMED = 20;

  private static final String STYLE = """
      :root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--soft:#57606a;--rule:#d0d7de;
      --c0:#0a58ca;--c1:#b45309;--c2:#047857;--c3:#a21caf;--c4:#b91c1c;--c5:#0e7490}
      @media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9aa4af;--rule:#30363d;
      --c0:#6cb6ff;--c1:#f0a35e;--c2:#4ade80;--c3:#e58cf5;--c4:#ff8f87;--c5:#5fd4e5}}
      *{box-sizing:border-box}
      body{margin:0 auto;padding:1rem;max-width:60rem;background:var(--bg);color:var(--fg);
      font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
      h1{font-size:1.4rem;line-height:1.25}h2{font-size:1.1rem;margin-top:1.5rem}
      .soft{color:var(--soft)}
      .charts{display:flex;flex-wrap:wrap;gap:1rem}
      .charts>svg{flex:1 1 22rem;min-width:0;width:100%;max-width:36rem;height:auto}
      svg text{fill:var(--fg);font:12px system-ui,sans-serif}svg .tick{font-size:11px}
      svg .tick,svg .unit{fill:var(--soft)}
      .grid{stroke:var(--rule);stroke-width:1}
      .mark{stroke:var(--soft);stroke-width:1.5}.knee{stroke-dasharray:5 3}.today{stroke-dasharray:1 3}
      .line{fill:none;stroke:var(--c);stroke-width:2}.spot{fill:var(--c)}
      .band{fill:var(--c);fill-opacity:.14}
      .s0{--c:var(--c0)}.s1{--c:var(--c1)}.s2{--c:var(--c2)}.s3{--c:var(--c3)}.s4{--c:var(--c4)}
      .s5{--c:var(--c5)}
      .line.s1{stroke-dasharray:7 3}.line.s2{stroke-dasharray:2 3}.line.s3{stroke-dasharray:9 3 2 3}
      .line.s4{stroke-dasharray:4 2}.line.s5{stroke-dasharray:12 4}
      .legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
      .legend svg{width:34px;height:10px;vertical-align:middle;margin-right:.4rem}
      .scroll{overflow-x:auto}
      table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
      caption{text-align:left;color:var(--soft);padding-bottom:.4rem}
      th,td{padding:.25rem .6rem;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap}
      th:last-child,td:last-child{text-align:left;white-space:normal;min-width:12rem}
      tr.knee td,tr.knee th{font-weight:600}
      """;

  private record Curve(WhatIf.Knee knee, List<WhatIf.Point> points) {}

  private final PrintWriter out;
  private final ApplicationRun run;
  private final WhatIf answer;
  private final WhatIf.Query query;
  private final String currency;
  private final List<Curve> curves = new ArrayList<>();

  private WhatIfHtml(
      PrintWriter out, ApplicationRun run, WhatIf answer, WhatIf.Query query, String currency) {
    this.out = out;
    this.run = run;
    this.answer = answer;
    this.query = query;
    this.currency = currency;
    for (WhatIf.Knee knee : answer.knees()) {
      Map<Integer, WhatIf.Point> points = new TreeMap<>();
      answer.points().stream()
          .filter(point -> knee.isAmong(point) && point.durationMs() != null)
          .forEach(point -> RecommendationJson.executors(point.resources())
              .ifPresent(count -> points.putIfAbsent(count, point)));
      if (!points.isEmpty()) {
        curves.add(new Curve(knee, List.copyOf(points.values())));
      }
    }
  }

  static void print(
      PrintWriter out, ApplicationRun run, WhatIf answer, WhatIf.Query query, String currency) {
    new WhatIfHtml(out, run, answer, query, currency).print();
  }

  private void print() {
    String name = run.name() == null ? answer.appId() : run.name();
    out.println("<!DOCTYPE html>");
    out.println("<html lang=\"en\">");
    out.println("<head>");
    out.println("<meta charset=\"utf-8\"/>");
    out.println("<meta http-equiv=\"Content-Security-Policy\""
        + " content=\"default-src 'none'; style-src 'unsafe-inline'\"/>");
    out.println("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
    out.println("<title>What if: " + Html.escape(name) + "</title>");
    out.println("<style>");
    out.print(STYLE);
    out.println("</style>");
    out.println("</head>");
    out.println("<body>");
    out.println("<main>");
    out.println("<h1>What if: " + Html.escape(name) + "</h1>");
    paragraph(WhatIfText.baseline(answer) + ".");
    if (query.inputScale() != 1) {
      paragraph("Asked for " + Text.figure(query.inputScale()) + " times its input.");
    }
    answer.knees().forEach(knee -> paragraph(WhatIfText.knee(answer, knee)));
    charts();
    refused();
    table();
    out.println("</main>");
    out.println("</body>");
    out.println("</html>");
    out.flush();
  }

  private void paragraph(String text) {
    out.println("<p>" + Html.escape(text) + "</p>");
  }

  private void charts() {
    TreeSet<Integer> counts = new TreeSet<>();
    curves.forEach(curve -> curve.points().forEach(point -> counts.add(executors(point))));
    if (counts.size() < 2) {
      paragraph("There is no curve to draw: fewer than two executor counts have an answer.");
      return;
    }
    List<Curve> shown = curves.subList(0, Math.min(MOST_CURVES, curves.size()));
    double longest = shown.stream()
        .flatMap(curve -> curve.points().stream())
        .mapToDouble(point -> duration(point).high())
        .max()
        .orElse(0);
    TimeUnit unit = TimeUnit.of(longest);
    out.println("<h2>Time and cost against executors</h2>");
    out.println("<div class=\"charts\">");
    out.println(new SvgChart(
            "time",
            "Predicted time against executors",
            description("Predicted time", point -> Text.duration(duration(point).expected())),
            "time (" + unit.word + ")",
            series(
                shown,
                (curve, point) -> spot(
                    curve,
                    point,
                    duration(point).times(1.0 / unit.ms),
                    Text.duration(duration(point).expected()) + " ("
                        + Text.duration(duration(point).low()) + " to "
                        + Text.duration(duration(point).high()) + ")")),
            marks())
        .svg());
    boolean priced = shown.stream()
        .flatMap(curve -> curve.points().stream())
        .allMatch(point -> point.cost().isPresent());
    out.println(new SvgChart(
            "cost",
            (priced ? "Cost" : "Core-hours") + " against executors",
            description(priced ? "Cost" : "Core-hours", point -> spent(point, priced)),
            priced ? "cost (" + currency + ")" : "core-hours",
            series(shown, (curve, point) -> {
              double figure = priced ? point.cost().orElse(0) : coreHours(point).orElse(0);
              return spot(curve, point, new Interval(figure, figure, figure), spent(point, priced));
            }),
            marks())
        .svg());
    out.println("</div>");
    legend(shown);
    out.println("<p class=\"soft\">Shaded: where "
        + Text.percent(Recommendation.INTERVAL_COVERAGE)
        + " of runs should fall. The dotted line is what the run had, a large spot a knee.</p>");
  }

  private String spent(WhatIf.Point point, boolean priced) {
    return priced
        ? Text.money(point.cost(), currency)
        : Text.hours(coreHours(point)) + " core-hours";
  }

  private static OptionalDouble coreHours(WhatIf.Point point) {
    return point.executorCoreMs().isPresent()
        ? OptionalDouble.of(point.executorCoreMs().getAsLong() / 3_600_000.0)
        : OptionalDouble.empty();
  }

  private String description(String what, Function<WhatIf.Point, String> figure) {
    List<String> sentences = new ArrayList<>();
    for (Curve curve : curves.subList(0, Math.min(MOST_CURVES, curves.size()))) {
      WhatIf.Point first = curve.points().get(0);
      WhatIf.Point last = curve.points().get(curve.points().size() - 1);
      sentences.add(what + with(curve) + " goes from " + figure.apply(first) + " at "
          + Text.plural(executors(first), "executor") + " to " + figure.apply(last) + " at "
          + Text.plural(executors(last), "executor") + ".");
    }
    return String.join(" ", sentences) + " The table below has every figure.";
  }

  private String with(Curve curve) {
    String others = WhatIfText.others(answer, curve.knee());
    return others.isEmpty() ? "" : " with " + others;
  }

  private static List<SvgChart.Series> series(
      List<Curve> shown, BiFunction<Curve, WhatIf.Point, SvgChart.Spot> spot) {
    List<SvgChart.Series> all = new ArrayList<>();
    for (int i = 0; i < shown.size(); i++) {
      Curve curve = shown.get(i);
      all.add(new SvgChart.Series(
          i, curve.points().stream().map(point -> spot.apply(curve, point)).toList()));
    }
    return all;
  }

  private static SvgChart.Spot spot(Curve curve, WhatIf.Point point, Interval figure, String text) {
    boolean knee = isKnee(curve.knee(), point);
    return new SvgChart.Spot(
        executors(point),
        figure.expected(),
        figure.low(),
        figure.high(),
        Text.plural(executors(point), "executor") + ": " + text + (knee ? ", the knee" : ""),
        knee);
  }

  private List<SvgChart.Mark> marks() {
    List<SvgChart.Mark> marks = new ArrayList<>();
    OptionalInt today = Allocation.of(run).peakExecutors();
    if (today.isEmpty()) {
      today = answer.baseline().executors();
    }
    today.ifPresent(
        count -> marks.add(new SvgChart.Mark(count, "the run: " + Text.count(count), "today")));
    answer
        .knee()
        .ifPresent(
            count -> marks.add(new SvgChart.Mark(count, "knee: " + Text.count(count), "knee")));
    return marks;
  }

  private void legend(List<Curve> shown) {
    if (curves.size() < 2) {
      return;
    }
    out.println("<ul class=\"legend\">");
    for (int i = 0; i < shown.size(); i++) {
      out.println(Text.format(
          "<li><svg viewBox=\"0 0 34 10\" aria-hidden=\"true\"><line class=\"line s%d\" x1=\"0\""
              + " y1=\"5\" x2=\"34\" y2=\"5\"/></svg>%s</li>",
          i, Html.escape(WhatIfText.others(answer, shown.get(i).knee()))));
    }
    out.println("</ul>");
    if (curves.size() > shown.size()) {
      paragraph("The charts show the first " + shown.size() + " of " + curves.size()
          + " combinations; the table has all.");
    }
  }

  private void refused() {
    Map<String, List<WhatIf.Point>> reasons = new LinkedHashMap<>();
    for (WhatIf.Point point : answer.points()) {
      if (point.refused() != null) {
        reasons.computeIfAbsent(point.refused(), why -> new ArrayList<>()).add(point);
      }
    }
    if (reasons.isEmpty()) {
      return;
    }
    out.println("<h2>Without an answer</h2>");
    out.println("<ul>");
    reasons.forEach((why, points) -> {
      List<String> named = new ArrayList<>();
      points.stream().limit(MOST_NAMED).forEach(point -> named.add(settings(point.resources())));
      if (points.size() > MOST_NAMED) {
        named.add(Text.count(points.size() - MOST_NAMED) + " more");
      }
      out.println("<li>" + Html.escape(why) + ": <span class=\"soft\">"
          + Html.escape(String.join("; ", named)) + "</span></li>");
    });
    out.println("</ul>");
  }

  private static String settings(Resources asked) {
    List<String> words = new ArrayList<>();
    OptionalInt executors = RecommendationJson.executors(asked);
    words.add(executors.isPresent() ? Text.plural(executors.getAsInt(), "executor") : "executors");
    asked.executorCores().ifPresent(cores -> words.add(Text.plural(cores, "core")));
    if (asked.executorMemoryMb().isPresent()) {
      words.add(Text.memory(asked.executorMemoryMb()));
    }
    asked
        .shufflePartitions()
        .ifPresent(partitions -> words.add(Text.plural(partitions, "partition")));
    return String.join(", ", words);
  }

  private void table() {
    out.println("<h2>All points</h2>");
    // Reachable with the keyboard where it is wider than the screen.
    out.println("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"All points\">");
    out.println("<table>");
    out.println("<caption>Low and High bound " + Text.percent(Recommendation.INTERVAL_COVERAGE)
        + " of runs; Used is the share of slot time that holds a task.</caption>");
    out.print("<thead><tr>");
    WhatIfText.HEADINGS.forEach(
        heading -> out.print("<th scope=\"col\">" + Html.escape(heading) + "</th>"));
    out.println("<th scope=\"col\">Remark</th></tr></thead>");
    out.println("<tbody>");
    for (WhatIf.Point point : answer.points()) {
      boolean knee = answer.knees().stream().anyMatch(one -> isKnee(one, point));
      out.print(knee ? "<tr class=\"knee\">" : "<tr>");
      WhatIfText.cells(point, currency)
          .forEach(cell -> out.print("<td>" + Html.escape(cell) + "</td>"));
      String remark = point.refused() != null ? point.refused() : knee ? "knee" : "";
      out.println("<td>" + Html.escape(remark) + "</td></tr>");
    }
    out.println("</tbody>");
    out.println("</table>");
    out.println("</div>");
  }

  private static boolean isKnee(WhatIf.Knee knee, WhatIf.Point point) {
    return point.refused() == null
        && !point.resources().dynamicAllocation().orElse(false)
        && knee.isAmong(point)
        && knee.executors().isPresent()
        && knee.executors().equals(point.resources().numExecutors());
  }

  private static int executors(WhatIf.Point point) {
    return RecommendationJson.executors(point.resources()).orElseThrow();
  }

  /** Only points with an answer are drawn. */
  private static Interval duration(WhatIf.Point point) {
    return Objects.requireNonNull(point.durationMs());
  }

  /** What a time axis is marked in. */
  private enum TimeUnit {
    MILLISECONDS("ms", 1),
    SECONDS("s", 1_000),
    MINUTES("min", 60_000),
    HOURS("h", 3_600_000),
    DAYS("days", 86_400_000);

    private final String word;
    private final double ms;

    TimeUnit(String word, double ms) {
      this.word = word;
      this.ms = ms;
    }

    /** The largest of which the figure has three or more. */
    static TimeUnit of(double ms) {
      TimeUnit unit = MILLISECONDS;
      for (TimeUnit one : values()) {
        if (ms >= 3 * one.ms) {
          unit = one;
        }
      }
      return unit;
    }
  }
}
