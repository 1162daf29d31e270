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
 * @param askedExecutors executors that the application asked for at its start; empty where it left that
 *     to a cluster whose answer is not logged, and in local mode
 * @param firstGrantMs from the application's start until its first executor had registered
 * @param allGrantedMs until as many as were asked for were there at one time; empty where
 *     they never were
 */
public record Allocation(
    OptionalInt peakExecutors,
    OptionalDouble meanExecutors,
    OptionalInt executorCores,
    OptionalLong executorMemoryMb,
    OptionalLong coreMs,
    OptionalInt askedExecutors,
    OptionalLong firstGrantMs,
    OptionalLong allGrantedMs) {

  public static Allocation of(ApplicationRun run) {
    TableRow row = run.tableRow();
    return row == null ? ofExecutors(run) : of(row);
  }

  private static Allocation of(TableRow row) {
    OptionalLong coreMs = row.durationMs().isPresent() && row.coresPerInstance().isPresent()
        ? OptionalLong.of((long) ((double) row.durationMs().getAsLong()
            * row.instances()
            * row.coresPerInstance().getAsInt()))
        : OptionalLong.empty();
    return new Allocation(
        OptionalInt.of(row.instances()),
        OptionalDouble.of(row.instances()),
        row.coresPerInstance(),
        row.memoryMbPerInstance(),
        coreMs,
        OptionalInt.empty(),
        OptionalLong.empty(),
        OptionalLong.empty());
  }

  private static Allocation ofExecutors(ApplicationRun run) {
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
    OptionalInt asked = asked(run);
    OptionalLong allGrantedMs = OptionalLong.empty();
    int alive = 0;
    int peak = 0;
    for (Map.Entry<Long, Integer> change : changes.entrySet()) {
      alive += change.getValue();
      peak = Math.max(peak, alive);
      // One that replaces another is no further grant.
      if (allGrantedMs.isEmpty()
          && run.startTimeMs().isPresent()
          && asked.orElse(0) > 0
          && alive >= asked.getAsInt()) {
        allGrantedMs =
            OptionalLong.of(Math.max(0, change.getKey() - run.startTimeMs().getAsLong()));
      }
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
        timed ? OptionalLong.of(coreMs) : OptionalLong.empty(),
        asked,
        firstGrantMs(run),
        allGrantedMs);
  }

  /** As Spark's schedulers do; standalone gives what fits where no number is set. */
  private static OptionalInt asked(ApplicationRun run) {
    Map<String, String> conf = run.configuration();
    ClusterManager manager = run.clusterManager();
    if (manager == ClusterManager.LOCAL || conf.isEmpty()) {
      return OptionalInt.empty();
    }
    OptionalInt instances = SparkSettings.count(conf, "spark.executor.instances");
    if (SparkSettings.flag(conf, "spark.dynamicAllocation.enabled").orElse(false)) {
      int min =
          SparkSettings.count(conf, "spark.dynamicAllocation.minExecutors").orElse(0);
      int initial =
          SparkSettings.count(conf, "spark.dynamicAllocation.initialExecutors").orElse(min);
      return OptionalInt.of(Math.max(Math.max(min, initial), instances.orElse(0)));
    }
    if (instances.isPresent()) {
      return instances;
    }
    if (manager == ClusterManager.YARN || manager == ClusterManager.KUBERNETES) {
      return OptionalInt.of(2);
    }
    OptionalInt cores = SparkSettings.count(conf, "spark.executor.cores");
    OptionalInt most = SparkSettings.count(conf, "spark.cores.max");
    return manager == ClusterManager.STANDALONE && cores.orElse(0) > 0 && most.isPresent()
        ? OptionalInt.of(most.getAsInt() / cores.getAsInt())
        : OptionalInt.empty();
  }

  private static OptionalLong firstGrantMs(ApplicationRun run) {
    return run.executors().stream()
        .filter(executor -> !executor.isDriver())
        .filter(
            executor -> executor.addTimeMs().isPresent() && run.startTimeMs().isPresent())
        .mapToLong(executor ->
            Math.max(0, executor.addTimeMs().getAsLong() - run.startTimeMs().getAsLong()))
        .min();
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
