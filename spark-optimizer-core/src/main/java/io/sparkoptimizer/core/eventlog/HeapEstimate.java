package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;

/** What runs take of the heap, roughly: how many may wait to be saved is decided by it. */
public final class HeapEstimate {
  /** Values that a sketch holds at most, whatever the count: see {@link Distribution}. */
  private static final long SKETCH_VALUES = 5000;

  private static final long OBJECT_BYTES = 200;

  private HeapEstimate() {}

  /** What runs that wait may take together: an eighth of the heap, 16 MiB at least. */
  public static long shareBytes() {
    return Math.max(16L << 20, Runtime.getRuntime().maxMemory() / 8);
  }

  public static long bytes(ApplicationRun run) {
    long objects = 10L
        + run.configuration().size()
        + 4L * run.executors().size()
        + 2L * run.jobs().size()
        + 5L * run.sql().size()
        + run.taskOutcomes().size()
        + 4L * run.exclusions().size()
        + 5L * run.cachedRdds().size()
        + run.memoryFailures().size();
    for (SqlExecution execution : run.sql()) {
      objects += execution.operators().size()
          + 2L * execution.scans().size()
          + 3L * execution.exchanges().size();
    }
    long sketches = 0;
    for (StageAttempt stage : run.stages()) {
      objects += 4;
      for (Distribution sketch : stage.distributions().values()) {
        sketches += OBJECT_BYTES + Long.BYTES * Math.min(sketch.count(), SKETCH_VALUES);
      }
    }
    return OBJECT_BYTES * objects + sketches;
  }
}
