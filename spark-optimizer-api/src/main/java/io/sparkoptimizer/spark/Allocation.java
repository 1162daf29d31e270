package io.sparkoptimizer.spark;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What executors a run held, and for how long.
 *
 * @param peakExecutors most executors alive at one time, the driver not counted; in local mode the
 *     driver is the one executor
 * @param meanExecutors time-weighted mean over the run
 * @param executorCores cores of an executor: what most of them had
 * @param executorMemoryMb heap of an executor, MiB, set or Spark's default
 * @param coreMs allocated core time of executors, in milliseconds
 */
public record Allocation(
    OptionalInt peakExecutors,
    OptionalDouble meanExecutors,
    OptionalInt executorCores,
    OptionalLong executorMemoryMb,
    OptionalLong coreMs) {

  public static Allocation of(ApplicationRun run) {
    List<Executor> workers = workers(run);
    OptionalLong end = run.endTimeMs().isPresent() ? run.endTimeMs() : run.lastEventTimeMs();
    TreeMap<Long, Integer> changes = new TreeMap<>();
    long aliveMs = 0;
    long coreMs = 0;
    boolean timed = end.isPresent() && !workers.isEmpty();
    for (Executor executor : workers) {
      OptionalLong from = executor.addTimeMs().isPresent()
          ? executor.addTimeMs()
          : executor.firstTaskLaunchTimeMs();
      if (from.isEmpty() || end.isEmpty()) {
        timed = false;
        continue;
      }
      // "Removed before added" is seen in the field: such an executor lived for no time.
      long to = Math.max(from.getAsLong(), executor.removeTimeMs().orElse(end.getAsLong()));
      changes.merge(from.getAsLong(), 1, Integer::sum);
      changes.merge(to, -1, Integer::sum);
      aliveMs += to - from.getAsLong();
      coreMs += (to - from.getAsLong()) * executor.totalCores().orElse(1);
    }
    int alive = 0;
    int peak = 0;
    for (int change : changes.values()) {
      alive += change;
      peak = Math.max(peak, alive);
    }
    // Executors that came and went in one millisecond still were there.
    peak = changes.isEmpty() ? workers.size() : Math.max(peak, 1);
    OptionalLong duration = run.durationMs();
    return new Allocation(
        workers.isEmpty() ? OptionalInt.empty() : OptionalInt.of(peak),
        timed && duration.orElse(0) > 0
            ? OptionalDouble.of((double) aliveMs / duration.getAsLong())
            : OptionalDouble.empty(),
        cores(run, workers),
        executorMemory(run),
        timed ? OptionalLong.of(coreMs) : OptionalLong.empty());
  }

  /** The executors that run tasks: all but the driver, or the driver alone in local mode. */
  public static List<Executor> workers(ApplicationRun run) {
    List<Executor> others =
        run.executors().stream().filter(executor -> !executor.isDriver()).toList();
    return others.isEmpty()
        ? run.executors().stream()
            .filter(executor -> executor.completedTasks() + executor.failedTasks() > 0)
            .toList()
        : others;
  }

  private static OptionalInt cores(ApplicationRun run, List<Executor> workers) {
    TreeMap<Integer, Integer> counts = new TreeMap<>();
    for (Executor executor : workers) {
      executor.totalCores().ifPresent(cores -> counts.merge(cores, 1, Integer::sum));
    }
    return counts.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(most -> OptionalInt.of(most.getKey()))
        .orElseGet(() -> SparkSettings.count(run.configuration(), "spark.executor.cores"));
  }

  private static OptionalLong executorMemory(ApplicationRun run) {
    if (run.clusterManager() == ClusterManager.LOCAL) {
      return OptionalLong.of(
          SparkSettings.memoryMb(run.configuration(), "spark.driver.memory").orElse(1024));
    }
    if (run.clusterManager() == ClusterManager.DATABRICKS
        && run.setting("spark.executor.memory").isEmpty()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(
        SparkSettings.memoryMb(run.configuration(), "spark.executor.memory").orElse(1024));
  }
}
