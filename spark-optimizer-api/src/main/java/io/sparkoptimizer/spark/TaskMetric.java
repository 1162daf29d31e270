package io.sparkoptimizer.spark;

import java.util.Locale;

/**
 * A task metric, summed over the tasks of a stage attempt or of a whole run.
 *
 * <p>The unit is in the name. The lower-case name is the key in every JSON document and the column
 * name in every database, so a new metric is one constant here, one field in the reader and one
 * migration.
 */
public enum TaskMetric {
  EXECUTOR_RUN_TIME_MS,
  EXECUTOR_CPU_TIME_NS,
  EXECUTOR_DESERIALIZE_TIME_MS,
  JVM_GC_TIME_MS,
  RESULT_SIZE_BYTES,
  /** Sum over tasks, as Spark's REST answers. */
  PEAK_EXECUTION_MEMORY_BYTES,
  /** The largest task's; merged by maximum, not by sum. */
  MAX_TASK_PEAK_EXECUTION_MEMORY_BYTES,
  INPUT_BYTES,
  /**
   * The part of {@link #INPUT_BYTES} that came from cached blocks. Spark 1.x and 2.0 say so for each
   * task; later, all that a stage reads counts as such once an earlier stage has computed an RDD that it
   * reads and that is persisted.
   */
  CACHED_INPUT_BYTES,
  INPUT_RECORDS,
  OUTPUT_BYTES,
  OUTPUT_RECORDS,
  SHUFFLE_READ_BYTES,
  SHUFFLE_READ_RECORDS,
  SHUFFLE_REMOTE_BYTES_READ,
  SHUFFLE_LOCAL_BYTES_READ,
  SHUFFLE_FETCH_WAIT_TIME_MS,
  SHUFFLE_WRITE_BYTES,
  SHUFFLE_WRITE_RECORDS,
  SHUFFLE_WRITE_TIME_NS,
  MEMORY_BYTES_SPILLED,
  DISK_BYTES_SPILLED;

  private final String key = name().toLowerCase(Locale.ROOT);

  /** The name in JSON and in databases: {@code executor_run_time_ms}. */
  public String key() {
    return key;
  }

  /** How two figures of this metric become one. */
  public long combine(long a, long b) {
    return this == MAX_TASK_PEAK_EXECUTION_MEMORY_BYTES ? Math.max(a, b) : a + b;
  }
}
