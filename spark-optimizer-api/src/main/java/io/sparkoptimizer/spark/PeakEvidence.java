package io.sparkoptimizer.spark;

import java.util.Locale;

/** How good the samples are that a {@link MemoryPeak} is the largest of. Every peak is a lower bound. */
public enum PeakEvidence {
  /** Nothing was sampled. */
  NONE,
  /** Sampled by a release that counts it wrongly: the process tree's figures (SPARK-52776). */
  UNTRUSTED,
  /** Sampled at heartbeats, every 10 s unless set otherwise: short peaks between them are missing. */
  HEARTBEAT,
  /**
   * Sampled every {@code spark.executor.metrics.pollingInterval}; the driver, since Spark 4.1, every
   * {@code spark.driver.metrics.pollingInterval}.
   */
  POLLED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Of an executor's peak of a kind, or the driver's. */
  public static PeakEvidence of(ApplicationRun run, Executor executor, MemoryPeak kind) {
    if (executor.sampledPeak(kind).isEmpty()) {
      return NONE;
    }
    boolean ranTasks = executor.completedTasks() + executor.failedTasks() > 0;
    if (!executor.isDriver() || ranTasks || of(run, kind) == UNTRUSTED) {
      return of(run, kind);
    }
    return run.isSparkAtLeast(4, 1, 0) && isInterval(run, "spark.driver.metrics.pollingInterval")
        ? POLLED
        : HEARTBEAT;
  }

  /** Of a kind of which there are samples, of executors. */
  public static PeakEvidence of(ApplicationRun run, MemoryPeak kind) {
    boolean processTree =
        kind == MemoryPeak.PROCESS_TREE_JVM_RSS || kind == MemoryPeak.PROCESS_TREE_PYTHON_RSS;
    if (processTree && !countsPagesRightly(run)) {
      return UNTRUSTED;
    }
    return isInterval(run, "spark.executor.metrics.pollingInterval") ? POLLED : HEARTBEAT;
  }

  private static boolean isInterval(ApplicationRun run, String property) {
    return !run.setting(property).orElse("0").strip().matches("0+[a-z]*");
  }

  /**
   * From 3.5.7 on, but not 4.0.0 (SPARK-52776). A version that is unknown, or does not read as one, is
   * not trusted.
   */
  static boolean countsPagesRightly(ApplicationRun run) {
    boolean first4 = run.isSparkAtLeast(4, 0, 0) && !run.isSparkAtLeast(4, 0, 1);
    return run.isSparkAtLeast(3, 5, 7) && !first4;
  }
}
