package io.sparkoptimizer.spark;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An executor of a run, or its driver (id {@code driver}).
 *
 * @param id Spark's executor id
 * @param host where it ran; null where unknown
 * @param totalCores cores it offered; empty where the log never says (the driver of a cluster)
 * @param resourceProfileId Spark's resource profile; empty before Spark 3.1
 * @param addTimeMs when it registered, in milliseconds since the epoch
 * @param firstTaskLaunchTimeMs when its first task was launched
 * @param removeTimeMs when it was removed; empty where it lived to the end
 * @param removeReason why, in Spark's words
 * @param completedTasks tasks that succeeded on it
 * @param failedTasks tasks that failed on it, killed ones not counted
 * @param totalDurationMs sum of finish - launch over its tasks
 * @param totalGcTimeMs collector time over its tasks
 * @param totalInputBytes bytes its tasks read
 * @param totalShuffleReadBytes remote and local
 * @param totalShuffleWriteBytes bytes its tasks wrote for others
 * @param peaks peak memory by kind, in bytes; every one a lower bound
 * @param collections what its JVM's collectors did; none where they were never sampled
 */
public record Executor(
    String id,
    @Nullable String host,
    OptionalInt totalCores,
    OptionalInt resourceProfileId,
    OptionalLong addTimeMs,
    OptionalLong firstTaskLaunchTimeMs,
    OptionalLong removeTimeMs,
    @Nullable String removeReason,
    long completedTasks,
    long failedTasks,
    long totalDurationMs,
    OptionalLong totalGcTimeMs,
    OptionalLong totalInputBytes,
    OptionalLong totalShuffleReadBytes,
    OptionalLong totalShuffleWriteBytes,
    Measures<MemoryPeak> peaks,
    Measures<CollectorMetric> collections) {

  /** Spark's id of the driver, which is an executor too in local mode. */
  public static final String DRIVER = "driver";

  private static final String OLD_DRIVER = "<driver>";

  /**
   * A peak that was really sampled. A peak of 0 was logged before the first sample, and says nothing.
   */
  public OptionalLong sampledPeak(MemoryPeak kind) {
    OptionalLong peak = peaks.get(kind);
    return peak.orElse(0) > 0 ? peak : OptionalLong.empty();
  }

  /** Why it was removed; empty where it was not, or the log does not say. */
  public Optional<RemovalCause> removalCause() {
    return Optional.ofNullable(removeReason).map(RemovalCause::of);
  }

  public boolean isDriver() {
    return isDriverId(id);
  }

  /** Whether an executor's id is the driver's, by its name of today or that of the earliest Spark 1.x. */
  public static boolean isDriverId(@Nullable String executorId) {
    return DRIVER.equals(executorId) || OLD_DRIVER.equals(executorId);
  }
}
