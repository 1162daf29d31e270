package io.sparkoptimizer.cli;

import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Prediction;
import io.sparkoptimizer.Prediction.OomRiskBasis;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.Verdict;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/** What {@code recommend} tells people. */
final class RecommendationText {
  private RecommendationText() {}

  static void print(PrintWriter out, String subject, Recommendation answer) {
    out.println("Recommendation for " + subject + ": "
        + (answer.verdict() == Verdict.KEEP ? "keep what it has" : "change"));
    out.println();
    settings(out, answer);
    out.println();
    Prediction expected = answer.prediction();
    String currency = answer.prices().currency();
    String level = ", " + Text.percent(Recommendation.INTERVAL_COVERAGE) + " of runs in between";
    fact(
        out,
        "Expected duration",
        Text.duration(expected.duration()) + (expected.duration().isPresent() ? level : ""));
    fact(out, "Expected cost", Text.money(expected.costInterval(), currency));
    Prediction now = answer.currentPrediction();
    if (now.duration().isPresent() || now.costInterval().isPresent()) {
      fact(
          out,
          "As it is today",
          expectedOnly(now.duration(), Text::duration) + ", "
              + expectedOnly(now.costInterval(), cost -> Text.money(cost, currency)));
    }
    OptionalDouble saving = RecommendationJson.saving(answer);
    if (saving.isPresent()) {
      fact(out, "Saving per run", Text.money(saving, currency));
    }
    fact(
        out,
        "Work",
        Text.hours(expected.coreHours()) + " core-hours, " + Text.hours(expected.gbHours())
            + " GB-hours");
    fact(out, "Out-of-memory risk", oomRisk(expected));
    fact(
        out,
        "Confidence",
        Text.percent(answer.confidence()) + " (" + answer.confidenceBasis().word() + ")");
    fact(
        out,
        "Input",
        Text.bytes(answer.inputBytes()) + " (" + answer.inputBasis().word() + ")");
    fact(out, "Method", Text.clean(answer.method()));
    if (answer.bindingConstraint() != null) {
      fact(out, "Held back by", Text.clean(answer.bindingConstraint()));
    }
    fact(
        out,
        "Rests on",
        answer.runs().isEmpty()
            ? "no recorded run"
            : Text.plural(answer.runs().size(), "run") + ", newest "
                + Text.clean(answer.runs().get(0)));
    fact(
        out,
        "Prices",
        Text.clean(answer.prices().source())
            + (answer.prices().date() == null ? "" : ", " + answer.prices().date()));
    fact(out, "Id", Text.clean(answer.id()));
    out.println();
    Text.wrap(answer.reasoning(), "").forEach(out::println);
    evidence(out, answer);
    alternatives(out, answer, currency);
    out.flush();
  }

  /** Why there is no answer. */
  static void refuse(PrintWriter err, Recommendation answer) {
    err.println(
        "no recommendation (" + answer.verdict().word() + "): " + Text.clean(answer.reasoning()));
    if (answer.bindingConstraint() != null) {
      err.println("  binding constraint: " + Text.clean(answer.bindingConstraint()));
    }
  }

  private static String expectedOnly(Optional<Interval> figure, Function<Double, String> text) {
    return figure.map(interval -> text.apply(interval.expected())).orElse(Text.UNKNOWN);
  }

  private static void fact(PrintWriter out, String name, String value) {
    out.println(Text.format("  %-18s %s", name, value));
  }

  private static void settings(PrintWriter out, Recommendation answer) {
    Table table = new Table("<Setting", ">Today", ">Proposed");
    Resources now = answer.current();
    Resources then = answer.proposed();
    boolean dynamic = then.dynamicAllocation().orElse(false);
    row(
        table,
        dynamic ? "executors, at most" : "executors",
        now,
        then,
        one -> Text.count(RecommendationJson.executors(one)));
    row(table, "cores per executor", now, then, one -> Text.count(one.executorCores()));
    row(table, "memory per executor", now, then, one -> Text.memory(one.executorMemoryMb()));
    row(table, "memory overhead", now, then, one -> Text.memory(one.executorMemoryOverheadMb()));
    row(table, "off-heap memory", now, then, one -> Text.memory(one.executorOffHeapMb()));
    row(table, "PySpark memory", now, then, one -> Text.memory(one.executorPysparkMemoryMb()));
    row(table, "driver memory", now, then, one -> Text.memory(one.driverMemoryMb()));
    row(
        table,
        "driver memory overhead",
        now,
        then,
        one -> Text.memory(one.driverMemoryOverheadMb()));
    row(table, "driver cores", now, then, one -> Text.count(one.driverCores()));
    row(table, "shuffle partitions", now, then, one -> Text.count(one.shufflePartitions()));
    row(
        table,
        "dynamic allocation",
        now,
        then,
        one -> one.dynamicAllocation().map(on -> on ? "on" : "off").orElse(Text.UNKNOWN));
    row(table, "  from", now, then, one -> Text.count(one.dynamicAllocationMin()));
    row(table, "  at first", now, then, one -> Text.count(one.dynamicAllocationInitial()));
    row(table, "  to", now, then, one -> Text.count(one.dynamicAllocationMax()));
    // Other properties that change: adaptive execution's, spark.default.parallelism.
    for (Evidence one : answer.evidence()) {
      String proposed = answer.sparkConf().get(one.property());
      if (proposed != null
          && proposed.equals(one.proposed())
          && !then.toSparkConf().containsKey(one.property())) {
        table.row(
            Text.clean(one.property()),
            one.current() == null ? Text.UNKNOWN : Text.clean(one.current()),
            Text.clean(proposed));
      }
    }
    table.print(out, "  ");
  }

  private static void row(
      Table table, String name, Resources now, Resources then, Function<Resources, String> text) {
    String today = text.apply(now);
    String proposed = text.apply(then);
    if (!today.equals(Text.UNKNOWN) || !proposed.equals(Text.UNKNOWN)) {
      table.row(name, today, proposed);
    }
  }

  private static void evidence(PrintWriter out, Recommendation answer) {
    Table table = new Table(
        "<Property", ">Today", ">Proposed", "<Because of", ">Seen", ">Against", "<Effect");
    for (Evidence one : answer.evidence()) {
      table.row(
          one.property(),
          one.current() == null ? Text.UNKNOWN : one.current(),
          one.proposed() == null ? Text.UNKNOWN : one.proposed(),
          one.metric(),
          Text.measured(one.metric(), one.observed()),
          Text.measured(one.metric(), one.threshold()),
          one.effect());
    }
    if (!table.isEmpty()) {
      out.println();
      out.println("Evidence");
      table.print(out, "  ");
    }
  }

  private static void alternatives(PrintWriter out, Recommendation answer, String currency) {
    Table table =
        new Table(">Executors", ">Cores", ">Memory", ">Duration", ">Cost", ">Out-of-memory risk");
    for (Recommendation.Alternative one : answer.alternatives()) {
      table.row(
          Text.count(RecommendationJson.executors(one.resources())),
          Text.count(one.resources().executorCores()),
          Text.memory(one.resources().executorMemoryMb()),
          expectedOnly(one.prediction().duration(), Text::duration),
          expectedOnly(one.prediction().costInterval(), cost -> Text.money(cost, currency)),
          Text.percent(one.prediction().oomRisk()));
    }
    if (!table.isEmpty()) {
      out.println();
      out.println("Alternatives, fastest first");
      table.print(out, "  ");
    }
  }

  private static String oomRisk(Prediction expected) {
    OomRiskBasis basis = expected.oomRiskBasis();
    return Text.percent(expected.oomRisk())
        + (basis == null
            ? ""
            : switch (basis) {
              case TRIED -> " (as often as with so much memory before)";
              case NEED -> " (less than was tried; by what peaks tell of the need)";
              case RULE -> " (less than was tried; a rule of thumb)";
            });
  }
}
