package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.core.budget.HeapNeed;
import io.sparkoptimizer.core.container.MemoryRule;
import io.sparkoptimizer.spark.ApplicationRun;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/**
 * What memory the executors and the driver of the next run should have, from what runs showed.
 *
 * <p>A cause of death decides the remedy: heap gets fewer concurrent tasks and smaller partitions first,
 * then more heap; container gets overhead; Python its own memory where that is limited, and the overhead it
 * lives in otherwise; one task that always dies alone is skew, and an unknown cause changes nothing. Nothing
 * shrinks beside a death. Without one, each part goes a guarded step towards what its peaks say is needed
 * ({@link HeapNeed}, {@link MemoryRule}), never to a size that died.
 *
 * @param setup what the budget becomes; cores and shuffle partitions move with it, nothing else changes
 * @param urgent whether something died, so that keeping what there is is no answer
 * @param partitions shuffle partitions that a death asks for; empty where none does
 * @param risks probability that a run of a size dies for memory; empty where nothing tells
 * @param evidence one for each part of the budget
 */
record MemoryPlan(
    Setup setup,
    boolean urgent,
    OptionalInt partitions,
    Function<Setup, Optional<DeathRisk.Risk>> risks,
    List<Evidence> evidence) {

  static final String HEAP = "spark.executor.memory";
  static final String OVERHEAD = "spark.executor.memoryOverhead";
  static final String OFF_HEAP = "spark.memory.offHeap.size";
  static final String PYSPARK = "spark.executor.pyspark.memory";
  static final String CORES = "spark.executor.cores";
  static final String DRIVER = "spark.driver.memory";

  /**
   * @param current what the next run has unless it is told otherwise
   * @param runs of the job, newest first, failed ones included
   * @param input of the next run
   */
  static MemoryPlan of(
      Setup current, List<ApplicationRun> runs, InputSize input, Set<String> locked) {
    MemoryPast past = MemoryPast.of(current, runs, input, locked);
    MemoryNotes notes = new MemoryNotes();
    HeapPlan heap = new HeapPlan(past, notes);
    BesideHeapPlan beside = new BesideHeapPlan(past, heap, notes);
    DriverPlan driver = new DriverPlan(past, notes);
    Setup sized = current
        .withExecutor(
            heap.cores, heap.heapMb, beside.overheadMb, beside.offHeapMb, beside.pysparkMb)
        .withDriverHeapMb(driver.heapMb);
    return new MemoryPlan(
        heap.partitions.isEmpty() ? sized : sized.withShufflePartitions(heap.partitions),
        heap.urgent || beside.urgent || driver.urgent,
        heap.partitions,
        DeathRisk.of(runs, past::growth, heap.need, current.slotsPerExecutor())::of,
        notes.evidence());
  }

  /** Probability that a run of this size dies for memory; empty where nothing tells. */
  Optional<DeathRisk.Risk> risk(Setup size) {
    return risks.apply(size);
  }

  /** What is said of a task that holds too much for any memory; empty where there is none. */
  String skew() {
    return evidence.stream()
        .filter(one -> one.property().equals(HEAP) && one.effect().startsWith(HeapPlan.SKEW))
        .map(one -> " Of memory: " + one.effect() + ".")
        .findFirst()
        .orElse("");
  }
}
