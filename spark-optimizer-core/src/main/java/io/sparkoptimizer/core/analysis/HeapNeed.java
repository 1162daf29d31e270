package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How much smaller the executors' heap could be, where a run can tell that at all.
 *
 * <p>The largest used heap of any executor, sampled at heartbeats, + 300 MiB that Spark reserves is
 * what was needed at most moments. It is a lower bound (a peak between two samples is missed) and it
 * holds garbage (a large heap is collected late), so the two errors pull apart; the proposal keeps a
 * quarter above it and never goes below half of the present heap in one step. The evidence is weak
 * where the run was short against the 10 s between heartbeats, or where fewer than half of the
 * executors have a sample: then nothing is proposed.
 *
 * @param heapMb heap given
 * @param needMb peak + 300 MiB
 * @param proposedMb the smaller heap; {@code heapMb} where the evidence is weak
 * @param strong whether the evidence carries a proposal
 */
record HeapNeed(long heapMb, long needMb, long proposedMb, boolean strong) {
  /** Spark's reserved memory, MiB: heap that is nobody's. */
  private static final long RESERVED_MB = 300;
  /** A heap of up to this is never called too large (Dr. Elephant's rule), MiB. */
  private static final long SMALL_HEAP_MB = 2048;
  /** Kept above the need: where Dr. Elephant's scale of heap / need begins. */
  private static final double MARGIN = 1.25;
  /** Proposals are multiples of this, MiB. */
  private static final long STEP_MB = 256;
  /** Executor lifetime from which samples are many: 30 heartbeats. */
  private static final long SAMPLED_MS = 300_000;
  /** Share of run time in the collector from which the heap is in use, whatever its peak says. */
  private static final double BUSY_COLLECTOR = HighGcRule.THRESHOLD;

  /**
   * Empty where there are no samples, the heap is not known or small, the run did not succeed (its
   * peak is that of a part), or anything says that memory was short: a death for heap, a busy
   * collector, spill to disk.
   */
  static Optional<HeapNeed> of(RunFacts facts) {
    OptionalLong peak = facts.peakHeapBytes();
    OptionalLong heap = facts.allocation().executorMemoryMb();
    if (peak.isEmpty()
        || facts.heapUtilization().isEmpty()
        || heap.orElse(0) <= SMALL_HEAP_MB
        || facts.run().status() != RunStatus.SUCCEEDED
        || facts.run().resourceProfiles().size() > 1
        || memoryWasShort(facts)) {
      return Optional.empty();
    }
    long need = (peak.getAsLong() >> 20) + RESERVED_MB;
    long wanted = Math.max((long) Math.ceil(need * MARGIN), heap.getAsLong() / 2);
    long proposed = Math.min(heap.getAsLong(), (wanted + STEP_MB - 1) / STEP_MB * STEP_MB);
    boolean strong = strong(facts);
    return Optional.of(
        new HeapNeed(heap.getAsLong(), need, strong ? proposed : heap.getAsLong(), strong));
  }

  /** Heap given / need. */
  double ratio() {
    return (double) heapMb / needMb;
  }

  /** MiB that the proposal gives back. */
  long excessMb() {
    return ratio() >= OversizedMemoryRule.THRESHOLD ? heapMb - proposedMb : 0;
  }

  private static boolean memoryWasShort(RunFacts facts) {
    boolean died = facts.run().memoryFailures().stream()
        .anyMatch(failure -> failure.cause() != Cause.PREEMPTED);
    double gc = facts.total(TaskMetric.JVM_GC_TIME_MS).orElse(0);
    double runTime = facts.total(TaskMetric.EXECUTOR_RUN_TIME_MS).orElse(0);
    return died
        || (runTime > 0 && gc / runTime >= BUSY_COLLECTOR)
        || facts.total(TaskMetric.DISK_BYTES_SPILLED).orElse(0) > 0;
  }

  private static boolean strong(RunFacts facts) {
    long sampled = facts.workers().stream()
        .filter(executor -> executor.peaks().orZero(MemoryPeak.JVM_HEAP) > 0)
        .count();
    long longest = facts.workers().stream()
        .mapToLong(executor -> lifetimeMs(facts, executor))
        .max()
        .orElse(0);
    return 2 * sampled >= facts.workers().size() && longest >= SAMPLED_MS;
  }

  private static long lifetimeMs(RunFacts facts, Executor executor) {
    OptionalLong to = executor.removeTimeMs().isPresent() ? executor.removeTimeMs() : facts.endMs();
    OptionalLong from =
        executor.addTimeMs().isPresent() ? executor.addTimeMs() : executor.firstTaskLaunchTimeMs();
    return to.isPresent() && from.isPresent() ? to.getAsLong() - from.getAsLong() : 0;
  }
}
