package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.SparkSettings;
import java.util.Map;

/**
 * Spark's settings of dynamic allocation ({@code spark.dynamicAllocation.*}). Times in milliseconds,
 * infinite where there is no end.
 *
 * @param min executors that stay
 * @param initial executors that are asked for at the start, from min to max
 * @param max executors that are asked for at most
 * @param allocationRatio {@code executorAllocationRatio}: executors over those that would run all tasks at once
 * @param backlogMs {@code schedulerBacklogTimeout}
 * @param sustainedBacklogMs {@code sustainedSchedulerBacklogTimeout}
 * @param idleMs {@code executorIdleTimeout}
 * @param shuffleIdleMs the same of an executor that holds shuffle files: {@code shuffleTracking.timeout}
 *     where Spark tracks them, which it does from 3.4 on unless a shuffle service holds them
 * @param cachedIdleMs the same of an executor that holds cached blocks; that of any where the run caches nothing
 */
record DynamicAllocation(
    int min,
    int initial,
    int max,
    double allocationRatio,
    double backlogMs,
    double sustainedBacklogMs,
    double idleMs,
    double shuffleIdleMs,
    double cachedIdleMs) {
  private static final String PREFIX = "spark.dynamicAllocation.";

  /** As a run had them, or would have had them with dynamic allocation and no bounds. */
  static DynamicAllocation of(ApplicationRun run) {
    Map<String, String> conf = run.configuration();
    boolean dynamic = isOn(run);
    int min = dynamic ? SparkSettings.count(conf, PREFIX + "minExecutors").orElse(0) : 0;
    int max = dynamic
        ? Math.max(1, SparkSettings.count(conf, PREFIX + "maxExecutors").orElse(Integer.MAX_VALUE))
        : Integer.MAX_VALUE;
    // What a run of a fixed size asked for is no initial number of one that has none.
    int initial = dynamic
        ? Math.max(
            SparkSettings.count(conf, PREFIX + "initialExecutors").orElse(min),
            SparkSettings.count(conf, "spark.executor.instances").orElse(0))
        : 0;
    double backlogMs = seconds(conf, "schedulerBacklogTimeout", 1_000);
    double idleMs = seconds(conf, "executorIdleTimeout", 60_000);
    boolean service = SparkSettings.flag(conf, "spark.shuffle.service.enabled").orElse(false);
    boolean tracked = !service
        && SparkSettings.flag(conf, PREFIX + "shuffleTracking.enabled")
            .orElseGet(() -> run.isSparkAtLeast(3, 4, 0));
    return new DynamicAllocation(
            min,
            initial,
            max,
            ratio(conf),
            backlogMs,
            seconds(conf, "sustainedSchedulerBacklogTimeout", backlogMs),
            idleMs,
            tracked
                ? Math.max(
                    idleMs,
                    SparkSettings.timeMs(conf, PREFIX + "shuffleTracking.timeout", 1)
                        .orElse(Double.POSITIVE_INFINITY))
                : idleMs,
            run.cachedRdds().isEmpty()
                ? idleMs
                : Math.max(
                    idleMs, seconds(conf, "cachedExecutorIdleTimeout", Double.POSITIVE_INFINITY)))
        .within(min, max);
  }

  static boolean isOn(ApplicationRun run) {
    return SparkSettings.flag(run.configuration(), PREFIX + "enabled").orElse(false);
  }

  /** Some clusters give executors that were not asked for: they count as asked for at the start. */
  DynamicAllocation startingWith(int executors) {
    return new DynamicAllocation(
        min,
        Math.max(initial, executors),
        max,
        allocationRatio,
        backlogMs,
        sustainedBacklogMs,
        idleMs,
        shuffleIdleMs,
        cachedIdleMs);
  }

  /** With other bounds; the initial number is kept as far as they let it. */
  DynamicAllocation within(int newMin, int newMax) {
    return new DynamicAllocation(
        newMin,
        Math.min(newMax, Math.max(newMin, initial)),
        newMax,
        allocationRatio,
        backlogMs,
        sustainedBacklogMs,
        idleMs,
        shuffleIdleMs,
        cachedIdleMs);
  }

  private static double ratio(Map<String, String> conf) {
    String text = conf.get(PREFIX + "executorAllocationRatio");
    try {
      double ratio = text == null ? 1 : Double.parseDouble(text.strip());
      return ratio > 0 && ratio <= 1 ? ratio : 1;
    } catch (NumberFormatException notOne) {
      return 1;
    }
  }

  private static double seconds(Map<String, String> conf, String name, double otherwiseMs) {
    return SparkSettings.timeMs(conf, PREFIX + name, 1_000).orElse(otherwiseMs);
  }
}
