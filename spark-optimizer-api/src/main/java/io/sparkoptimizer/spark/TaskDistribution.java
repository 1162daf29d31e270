package io.sparkoptimizer.spark;

import java.util.Locale;

/**
 * A figure of the tasks of a stage attempt whose {@link Distribution} is kept: of the successful ones,
 * unless its name says otherwise.
 */
public enum TaskDistribution {
  /** Slot time: finish - launch. What a task costs the cluster, more than its run time. */
  DURATION_MS,
  /** What the executor counts: without scheduler delay, deserialisation and fetching the result. */
  RUN_TIME_MS,
  INPUT_BYTES,
  SHUFFLE_READ_BYTES,
  SHUFFLE_WRITE_BYTES,
  DISK_BYTES_SPILLED,
  PEAK_EXECUTION_MEMORY_BYTES,
  /** Slot time of tasks that failed, {@code Resubmitted} ones not counted. */
  FAILED_DURATION_MS,
  /** Slot time of tasks that were killed or denied their commit. */
  KILLED_DURATION_MS;

  private final String key = "task_" + name().toLowerCase(Locale.ROOT);

  /** The name in JSON and in databases: {@code task_duration_ms}. */
  public String key() {
    return key;
  }
}
