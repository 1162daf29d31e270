package io.sparkoptimizer.cli;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.WhatIf;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** An answer of {@code whatif} in words and columns; its words are those of the HTML page too. */
final class WhatIfText {
  static final List<String> HEADINGS = List.of(
      "Executors",
      "Cores",
      "Memory",
      "Partitions",
      "Duration",
      "Low",
      "High",
      "Work",
      "Driver",
      "Core-hours",
      "Used",
      "Cost");

  private WhatIfText() {}

  static void print(PrintWriter out, WhatIf answer, String currency) {
    out.println(baseline(answer));
    out.println();
    List<String> columns = new ArrayList<>();
    HEADINGS.forEach(heading -> columns.add(">" + heading));
    columns.add("<Refused");
    Table table = new Table(columns.toArray(String[]::new));
    for (WhatIf.Point point : answer.points()) {
      List<String> cells = new ArrayList<>(cells(point, currency));
      cells.add(point.refused() == null ? "" : point.refused());
      table.row(cells.toArray(String[]::new));
    }
    table.print(out, "");
    // A knee is no question where one count was asked about.
    if (answer.points().size() > answer.knees().size()) {
      out.println();
      answer.knees().stream()
          .flatMap(knee -> Text.wrap(knee(answer, knee), "").stream())
          .forEach(out::println);
    }
    out.flush();
  }

  static String baseline(WhatIf answer) {
    WhatIf.Baseline was = answer.baseline();
    return "Run " + Text.clean(answer.appId()) + " took "
        + Text.duration(was.durationMs()) + " with " + Text.count(was.executors())
        + " executors of " + Text.count(was.executorCores()) + " cores: start-up "
        + Text.duration(was.startupMs()) + ", work " + Text.duration(was.workMs())
        + ", of it driver alone " + Text.duration(was.driverMs());
  }

  /** The figures of a point, as many as there are headings. */
  static List<String> cells(WhatIf.Point point, String currency) {
    Resources asked = point.resources();
    Interval duration = point.durationMs();
    return List.of(
        Text.count(RecommendationJson.executors(asked)),
        Text.count(asked.executorCores()),
        Text.memory(asked.executorMemoryMb()),
        Text.count(asked.shufflePartitions()),
        duration == null ? Text.UNKNOWN : Text.duration(duration.expected()),
        duration == null ? Text.UNKNOWN : Text.duration(duration.low()),
        duration == null ? Text.UNKNOWN : Text.duration(duration.high()),
        Text.duration(point.workMs()),
        Text.duration(point.driverMs()),
        point.executorCoreMs().isPresent()
            ? Text.hours(point.executorCoreMs().getAsLong() / 3_600_000.0)
            : Text.UNKNOWN,
        Text.percent(point.utilization()),
        Text.money(point.cost(), currency));
  }

  /** {@code Knee: 8 executors ...}, with the other settings where they vary. */
  static String knee(WhatIf answer, WhatIf.Knee knee) {
    String others = answer.knees().size() > 1 ? " with " + others(answer, knee) : "";
    return knee.executors().isPresent()
        ? "Knee" + others + ": " + Text.plural(knee.executors().getAsInt(), "executor")
            + ". From there on one percent more cost buys less than one percent less time."
        : "No knee" + others + ": " + knee.why() + ".";
  }

  /** The settings besides executors that differ between the points: {@code 4 cores, 8 GiB}. */
  static String others(WhatIf answer, WhatIf.Knee of) {
    List<String> words = new ArrayList<>();
    if (answer.knees().stream().map(WhatIf.Knee::executorCores).distinct().count() > 1) {
      of.executorCores().ifPresent(cores -> words.add(Text.plural(cores, "core")));
    }
    if (answer.knees().stream().map(WhatIf.Knee::executorMemoryMb).distinct().count() > 1) {
      words.add(Text.memory(of.executorMemoryMb()));
    }
    if (answer.knees().stream().map(WhatIf.Knee::shufflePartitions).distinct().count() > 1) {
      of.shufflePartitions().ifPresent(count -> words.add(Text.plural(count, "partition")));
    }
    return String.join(", ", words);
  }
}
