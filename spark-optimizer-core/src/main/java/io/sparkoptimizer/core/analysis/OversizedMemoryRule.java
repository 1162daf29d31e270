package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Analysis.Severity;
import io.sparkoptimizer.spark.ClusterManager;
import java.util.List;
import java.util.Optional;

/**
 * {@code oversized-memory}: executors hold far more heap than was ever used.
 *
 * <p>Fires where the heap is {@value #THRESHOLD} times (largest used heap + 300 MB) or more (Dr.
 * Elephant's "moderate"; 2 is medium, 3 high), in a run that succeeded, above 2 GB, and where nothing
 * says that memory was short; see {@link HeapExcess}. Thin evidence speaks from 3 on, is low and names no size. Cost =
 * heap given back x lifetime of the executors; no core-hours and no time are lost by it.
 */
final class OversizedMemoryRule implements Rule {
  static final double THRESHOLD = 1.5;
  private static final double MEDIUM = 2;
  private static final double HIGH = 3;
  private static final double MS_PER_HOUR = 3_600_000;

  @Override
  public String name() {
    return "oversized-memory";
  }

  @Override
  public List<Finding> findings(RunFacts facts) {
    Optional<HeapExcess> found = HeapExcess.of(facts);
    if (found.isEmpty() || found.get().ratio() < THRESHOLD) {
      return List.of();
    }
    HeapExcess need = found.get();
    if (!need.strong() && need.ratio() < HIGH) {
      return List.of();
    }
    Severity severity = !need.strong() || need.ratio() < MEDIUM
        ? Severity.LOW
        : need.ratio() < HIGH ? Severity.MEDIUM : Severity.HIGH;
    Draft draft = new Draft(
            facts,
            this,
            severity,
            "Of " + need.heapMb() + " MiB heap no more than " + (need.needMb() - 300)
                + " MiB were seen in use")
        .evidence("heap_to_peak_and_reserved", need.ratio(), THRESHOLD, "ratio")
        .evidence(
            "peak_jvm_heap_and_reserved", (double) need.needMb(), (double) need.heapMb(), "MiB");
    if (!need.strong()) {
      return List.of(draft
          .advice("The evidence is thin (few samples: a short run, or executors without any), so no"
              + " size is named. Watch more runs before shrinking; spark.eventLog.logStageExecutorMetrics"
              + "=true records the peak of each stage.")
          .build());
    }
    draft.advice("The peak is a lower bound, and part of it is garbage. Go down in steps of 30 % at"
        + " most, on runs with the usual input, and go back at the first OutOfMemoryError or when the"
        + " collector takes over 10 %.");
    if (facts.run().clusterManager() == ClusterManager.DATABRICKS) {
      draft.advice("Heap follows from the node type here: choose nodes with less memory per core.");
    } else {
      draft.confMb(Properties.heap(facts), need.proposedMb());
    }
    if (facts.coreMs().isPresent() && facts.allocation().executorCores().isPresent()) {
      double executorHours = facts.coreMs().getAsLong()
          / MS_PER_HOUR
          / facts.allocation().executorCores().getAsInt();
      draft.wastedCost(facts.prices().cost(0, executorHours * need.excessMb() / 1024.0));
    }
    return List.of(draft.build());
  }
}
