package io.sparkoptimizer.cli;

import io.sparkoptimizer.HistoryStats;
import io.sparkoptimizer.Optimizer;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "stats",
    description = "Shows what the history holds: runs, core-hours, cost and waste.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  spark-optimizer stats",
      "  spark-optimizer stats --format json | jq .total.wasted_cost"
    })
final class StatsCommand implements Callable<Integer> {
  @Mixin
  FormatOption format = new FormatOption();

  private final Session session;

  StatsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    HistoryStats stats;
    try (Optimizer optimizer = session.open()) {
      stats = optimizer.stats();
    }
    if (format.isJson()) {
      Json.print(session.out, StatsJson.document(stats));
    } else {
      print(stats);
    }
    return ExitCode.DONE;
  }

  private void print(HistoryStats stats) {
    session.out.println(Text.plural(stats.applications(), "run") + " of "
        + Text.plural(stats.jobs(), "job") + ", from " + Text.time(stats.firstStartMs()) + " to "
        + Text.time(stats.lastStartMs()) + " UTC");
    new TreeMap<>(stats.byStatus())
        .forEach((status, runs) ->
            session.out.println(Text.format("  %-10s %s", Text.clean(status), Text.count(runs))));
    session.out.println();
    Table table = new Table(
        "<Runs of",
        ">Runs",
        ">Core-hours",
        ">GB-hours",
        ">Cost",
        ">Idle core-hours",
        ">Their cost");
    stats.byJobType().entrySet().stream()
        .sorted(java.util.Map.Entry.comparingByKey())
        .forEach(type -> row(table, type.getKey().word(), type.getValue(), stats.currency()));
    stats.byDay().forEach(day -> row(table, day.day() + " UTC", day.usage(), stats.currency()));
    row(table, "all", stats.total(), stats.currency());
    table.print(session.out, "");
    followUp(stats.recommendations());
    session.out.flush();
  }

  private void followUp(HistoryStats.FollowUp followUp) {
    if (followUp.given() == 0) {
      return;
    }
    session.out.println();
    session.out.println(Text.plural(followUp.given(), "recommendation") + " with a predicted time: "
        + Text.count(followUp.followed()) + " followed, " + Text.count(followUp.notFollowed())
        + " not followed, " + Text.count(followUp.open()) + " open, "
        + Text.count(followUp.otherInput()) + " run with other input");
    if (followUp.followed() > 0) {
      session.out.println("Of those followed: median error "
          + (followUp.medianApe().isPresent()
              ? Text.percent(followUp.medianApe().getAsDouble() / 100)
              : Text.UNKNOWN)
          + ", inside the interval " + Text.percent(followUp.withinInterval())
          + ", within 20 % " + Text.percent(followUp.within20Percent()) + " (mean confidence "
          + Text.percent(followUp.meanConfidence()) + "), "
          + Text.count(followUp.diedOfMemory().orElse(0)) + " ran out of memory");
    }
  }

  private static void row(Table table, String of, HistoryStats.Usage usage, String currency) {
    table.row(
        of,
        Text.count(usage.runs()),
        Text.hours(usage.coreHours()),
        Text.hours(usage.gbHours()),
        Text.money(usage.cost(), currency),
        Text.hours(usage.wastedCoreHours()),
        Text.money(usage.wastedCost(), currency));
  }
}
