package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Analysis.Severity;
import io.sparkoptimizer.core.container.MemoryRule;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * {@code high-gc}: tasks stand still for the collector.
 *
 * <p>Fires where collector time is {@value #THRESHOLD} or more of the run time of all tasks (MCP, SRO;
 * Dr. Elephant's "moderate"), over {@value #MIN_RUN_TIME_MS} ms of run time: a young JVM collects its
 * start-up. Severity .15 medium, .30 high (Dr. Elephant's "severe", the rapids tools' bound). A pause
 * counts once for each task that it stops, in collector and in run time alike, so the share is that of
 * time. Slot time lost = what lies above {@value #HEALTHY} of the run time, which a well-sized heap
 * needs too.
 *
 * <p>Memory is changed only where the heap was seen nearly full; otherwise the collector works because
 * of what tasks allocate, and a larger heap may not help.
 */
final class HighGcRule implements Rule {
  static final double THRESHOLD = MemoryRule.GC_BUSY;
  private static final double MEDIUM = 0.15;
  private static final double HIGH = 0.30;
  private static final double HEALTHY = 0.05;
  private static final long MIN_RUN_TIME_MS = 60_000;
  /** Peak / heap from which the heap is called full. */
  private static final double FULL_HEAP = MemoryRule.FULL;

  @Override
  public String name() {
    return "high-gc";
  }

  @Override
  public List<Finding> findings(RunFacts facts) {
    long runTime = facts.total(TaskMetric.EXECUTOR_RUN_TIME_MS).orElse(0);
    OptionalLong gc = facts.total(TaskMetric.JVM_GC_TIME_MS);
    if (gc.isEmpty() || runTime < MIN_RUN_TIME_MS) {
      return List.of();
    }
    double share = (double) gc.getAsLong() / runTime;
    if (share < THRESHOLD) {
      return List.of();
    }
    Severity severity =
        share >= HIGH ? Severity.HIGH : share >= MEDIUM ? Severity.MEDIUM : Severity.LOW;
    double lostMs = Math.min(gc.getAsLong() - HEALTHY * runTime, (double) facts.slotTimeMs());
    Draft draft = new Draft(
            facts,
            this,
            severity,
            "The collector took " + Words.percent(share) + " of the tasks' run time")
        .evidence("jvm_gc_time_to_run_time", share, THRESHOLD, "ratio")
        .wastedSlotMs(lostMs);
    advise(facts, draft);
    return List.of(draft.build());
  }

  private static boolean diedByHeap(RunFacts facts) {
    return facts.run().memoryFailures().stream()
        .anyMatch(failure -> failure.cause() == MemoryFailure.Cause.HEAP);
  }

  private static void advise(RunFacts facts, Draft draft) {
    OptionalDouble heap = facts.heapUtilization();
    if (heap.isEmpty()) {
      draft.advice("The log has no heap samples, so it does not say whether the heap is too small."
          + " Let the next run record them (spark.eventLog.logStageExecutorMetrics=true), and look at"
          + " cached data and large objects meanwhile.");
      return;
    }
    if (heap.getAsDouble() < FULL_HEAP) {
      draft.advice("The heap was at most " + Words.percent(heap.getAsDouble())
          + " full at its samples, so more of it is unlikely to help: tasks allocate too much. Look at"
          + " UDFs, wide rows, objects in RDDs, and on Java 8 use G1 (-XX:+UseG1GC).");
      return;
    }
    long heapMb = facts.allocation().executorMemoryMb().orElse(0);
    long larger = MemoryRule.upMb(heapMb * MemoryRule.GC_RAISE);
    draft.evidence("peak_jvm_heap_to_heap", heap.getAsDouble(), FULL_HEAP, "ratio");
    if (facts.run().clusterManager() == ClusterManager.DATABRICKS) {
      draft.advice("The heap was nearly full: choose nodes with more memory per core.");
    } else if (diedByHeap(facts)) {
      draft.advice("The heap was nearly full, and something died by it: see out-of-memory.");
    } else if (MemoryRule.crosses(
        heapMb, larger, MemoryRule.pointersMb(facts.run().configuration()))) {
      draft.advice("The heap was nearly full, and a larger one loses compressed pointers at 32 GiB:"
          + " use more executors with fewer cores each.");
    } else {
      draft
          .advice(
              "The heap was nearly full: give each task more of it, by a larger heap or by fewer"
                  + " cores per executor. Cached data that is not used again should be unpersisted.")
          .confMb(Properties.heap(facts), larger);
    }
  }
}
