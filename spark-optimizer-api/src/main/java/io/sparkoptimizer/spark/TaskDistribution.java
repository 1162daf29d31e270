package io.sparkoptimizer.spark;

import java.util.Locale;

/** A figure of the successful tasks of a stage attempt whose {@link Distribution} is kept. */
public enum TaskDistribution {
  /** Slot time: finish - launch. What a task costs the cluster, more than its run time. */
  DURATION_MS,
  INPUT_BYTES,
  SHUFFLE_READ_BYTES,
  SHUFFLE_WRITE_BYTES,
  DISK_BYTES_SPILLED,
  PEAK_EXECUTION_MEMORY_BYTES;

  private final String key = "task_" + name().toLowerCase(Locale.ROOT);

  /** The name in JSON and in databases: {@code task_duration_ms}. */
  public String key() {
    return key;
  }
}
