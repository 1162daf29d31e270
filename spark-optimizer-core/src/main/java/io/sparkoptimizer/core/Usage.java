package io.sparkoptimizer.core;

import io.sparkoptimizer.HistoryStats;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.core.container.Containers;
import io.sparkoptimizer.spark.RunSummary;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * What recorded runs used, in core-hours, GiB-hours and money: executors for as long as they lived, and
 * the driver for as long as the run. The overhead of a container is taken at Spark's default. A run whose
 * executors' lifetimes are not known adds to the number of runs and to nothing else; one whose log is
 * cut adds no waste, because tasks that are missing there are no idle time; nor does a row of a table,
 * whose own cost counts where it has one. A summary does not know {@code spark.task.cpus} either: a task counts for one core, so that the waste of jobs that set it is too high.
 */
final class Usage {
  private static final double MS_PER_HOUR = 3_600_000.0;

  private long runs;
  private double coreHours;
  private double gbHours;
  private double billedCoreHours;
  private double billedGbHours;
  private double wastedCoreHours;
  private double wastedGbHours;
  private double recordedCost;

  private void add(RunSummary run) {
    runs++;
    run.recordedCost().ifPresent(cost -> recordedCost += cost);
    if (run.executorCoreMs().isEmpty()) {
      return;
    }
    double core = (double) run.executorCoreMs().getAsLong() / MS_PER_HOUR;
    OptionalDouble executorGb = executorGbHours(run);
    double gb = executorGb.orElse(0);
    double idle = core == 0 || !run.complete() || run.fromTable()
        ? 0
        : Math.min(1, Math.max(0, 1 - (double) run.slotTimeMs() / MS_PER_HOUR / core));
    coreHours += core + driverCoreHours(run);
    gbHours += gb + driverGbHours(run);
    // As in a list: where the memory of executors is not known, no cost is told.
    if (executorGb.isPresent() && run.recordedCost().isEmpty()) {
      billedCoreHours += core + driverCoreHours(run);
      billedGbHours += gb + driverGbHours(run);
    }
    wastedCoreHours += core * idle;
    wastedGbHours += gb * idle;
  }

  private static double driverCoreHours(RunSummary run) {
    return run.durationMs().orElse(0) / MS_PER_HOUR * run.driverCores().orElse(0);
  }

  private static double driverGbHours(RunSummary run) {
    return run.driverMemoryMb().isEmpty()
        ? 0
        : run.durationMs().orElse(0)
            / MS_PER_HOUR
            * containerGb(run.driverMemoryMb().getAsLong());
  }

  private static double containerGb(long heapMb) {
    return (double) (heapMb + Containers.defaultOverheadMb(heapMb)) / 1024;
  }

  private static OptionalDouble executorGbHours(RunSummary run) {
    if (run.executorCoreMs().isEmpty() || run.executorMemoryMb().isEmpty()) {
      return OptionalDouble.empty();
    }
    double executorHours = run.executorCoreMs().getAsLong()
        / MS_PER_HOUR
        / Math.max(1, run.executorCores().orElse(1));
    long memoryMb = run.executorMemoryMb().getAsLong();
    return OptionalDouble.of(
        executorHours * (run.fromTable() ? (double) memoryMb / 1024 : containerGb(memoryMb)));
  }

  static OptionalDouble cost(RunSummary run, Prices prices) {
    if (run.recordedCost().isPresent()) {
      return run.recordedCost();
    }
    OptionalDouble gb = executorGbHours(run);
    return gb.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(prices.cost(
            (double) run.executorCoreMs().orElseThrow() / MS_PER_HOUR + driverCoreHours(run),
            gb.getAsDouble() + driverGbHours(run)));
  }

  private HistoryStats.Usage total(Prices prices) {
    return new HistoryStats.Usage(
        runs,
        coreHours,
        gbHours,
        prices.cost(billedCoreHours, billedGbHours) + recordedCost,
        wastedCoreHours,
        prices.cost(wastedCoreHours, wastedGbHours));
  }

  static HistoryStats stats(
      Collection<RunSummary> history, Prices prices, HistoryStats.FollowUp recommendations) {
    Usage all = new Usage();
    Map<JobType, Usage> byType = new EnumMap<>(JobType.class);
    Map<LocalDate, Usage> byDay = new TreeMap<>();
    Map<String, Long> byStatus = new TreeMap<>();
    Set<String> jobs = new HashSet<>();
    OptionalLong first = OptionalLong.empty();
    OptionalLong last = OptionalLong.empty();
    for (RunSummary run : history) {
      all.add(run);
      byType.computeIfAbsent(run.jobType(), type -> new Usage()).add(run);
      byStatus.merge(run.status().word(), 1L, Long::sum);
      jobs.add(run.jobSignature());
      if (run.id().startTimeMs().isPresent()) {
        long start = run.id().startTimeMs().getAsLong();
        first = OptionalLong.of(Math.min(start, first.orElse(start)));
        last = OptionalLong.of(Math.max(start, last.orElse(start)));
        byDay
            .computeIfAbsent(
                LocalDate.ofInstant(Instant.ofEpochMilli(start), ZoneOffset.UTC),
                day -> new Usage())
            .add(run);
      }
    }
    Map<JobType, HistoryStats.Usage> types = new EnumMap<>(JobType.class);
    byType.forEach((type, usage) -> types.put(type, usage.total(prices)));
    List<HistoryStats.Day> days = byDay.entrySet().stream()
        .map(day -> new HistoryStats.Day(day.getKey(), day.getValue().total(prices)))
        .toList();
    return new HistoryStats(
        all.runs,
        jobs.size(),
        byStatus,
        first,
        last,
        all.total(prices),
        types,
        days,
        prices.currency(),
        recommendations);
  }
}
