package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.core.budget.HeapNeed;
import io.sparkoptimizer.core.container.MemoryRule;
import io.sparkoptimizer.spark.RunStatus;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How much smaller the executors' heap could be, where a run can tell that at all.
 *
 * <p>The largest used heap of any executor, sampled at heartbeats, + 300 MiB that Spark reserves is
 * what was needed at most moments. It is a lower bound (a peak between two samples is missed) and it
 * holds garbage (a large heap is collected late), so the two errors pull apart; margin and step are those
 * of the recommendations ({@link HeapNeed}, {@link MemoryRule}). The evidence is weak
 * where the run was short against the 10 s between heartbeats, or where fewer than half of the
 * executors have a sample: then nothing is proposed.
 *
 * @param heapMb heap given
 * @param needMb peak + 300 MiB
 * @param proposedMb the smaller heap; {@code heapMb} where the evidence is weak
 * @param strong whether the evidence carries a proposal
 */
record HeapExcess(long heapMb, long needMb, long proposedMb, boolean strong) {
  /** Spark's reserved memory, MiB: heap that is nobody's. */
  private static final long RESERVED_MB = 300;
  /** A heap of up to this is never called too large (Dr. Elephant's rule), MiB. */
  private static final long SMALL_HEAP_MB = 2048;

  /**
   * Empty where there are no samples, the heap is not known or small, the run did not succeed (its
   * peak is that of a part), or anything says that memory was short: a death for heap, a busy
   * collector, spill to disk.
   */
  static Optional<HeapExcess> of(RunFacts facts) {
    OptionalLong peak = facts.peakHeapBytes();
    OptionalLong heap = facts.allocation().executorMemoryMb();
    if (peak.isEmpty()
        || facts.heapUtilization().isEmpty()
        || heap.orElse(0) <= SMALL_HEAP_MB
        || facts.run().status() != RunStatus.SUCCEEDED
        || facts.run().resourceProfiles().size() > 1
        || MemoryRule.died(facts.run())
        || MemoryRule.gcShare(facts.run()) >= MemoryRule.GC_BUSY
        || MemoryRule.spills(facts.run())) {
      return Optional.empty();
    }
    long need = (peak.getAsLong() >> 20) + RESERVED_MB;
    double wanted = HeapNeed.of(List.of(new HeapNeed.Seen(facts.run(), heap.getAsLong(), 1)))
        .map(HeapNeed::enoughMb)
        .orElse((double) heap.getAsLong());
    long proposed = MemoryRule.steppedDownMb(heap.getAsLong(), wanted);
    boolean strong = MemoryRule.isWellSampled(facts.run());
    return Optional.of(
        new HeapExcess(heap.getAsLong(), need, strong ? proposed : heap.getAsLong(), strong));
  }

  /** Heap given / need. */
  double ratio() {
    return (double) heapMb / needMb;
  }

  /** MiB that the proposal gives back. */
  long excessMb() {
    return ratio() >= OversizedMemoryRule.THRESHOLD ? heapMb - proposedMb : 0;
  }
}
