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
    session.out.flush();
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
