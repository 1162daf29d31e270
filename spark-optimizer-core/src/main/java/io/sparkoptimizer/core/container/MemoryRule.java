package io.sparkoptimizer.core.container;

import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.List;
import java.util.OptionalLong;

/**
 * How memory moves, for all who advise on it: when it was short, how much stays above a peak, how far
 * one step goes. One rule, so that the analysis of a run and the recommendation for its job agree.
 */
public final class MemoryRule {
  /** Largest share of a heap that one step takes away. */
  public static final double STEP = 0.3;

  /** What follows a death, and the most that one step adds: this times the size before. */
  public static final double RAISE = 1.5;

  /** What a full heap with a busy collector becomes: this times the size before. */
  public static final double GC_RAISE = 1.25;

  /** A collector that takes this share of the run time or more is short of heap. */
  public static final double GC_BUSY = 0.10;

  /** Peak / heap from which a heap is full. */
  public static final double FULL = 0.80;

  /** Heaps are multiples of this, MiB. */
  public static final long GRAIN_MB = 256;

  /** Above it the JVM loses compressed pointers and holds less than before, MiB. */
  public static final long COMPRESSED_POINTERS_MB = 31 * 1024;

  /** The largest multiple of {@link #GRAIN_MB} that Spark's memory settings hold. */
  private static final long MOST_MB = Integer.MAX_VALUE / GRAIN_MB * GRAIN_MB;

  /** Largest used heap over the peak that a margin covers, before spread and number of runs. */
  private static final double MARGIN = 1.15;

  /** More of the margin with few runs: this, over the root of their number. */
  private static final double FEW_RUNS = 0.25;

  /** The least that an overhead grows by, MiB. */
  private static final long OVERHEAD_STEP_MB = 512;

  /** A heap must be so many times one that died. */
  public static final double ABOVE_DEATH = 1.1;

  /** Executor lifetime from which samples are many: 30 heartbeats. */
  private static final long SAMPLED_MS = 300_000;

  private MemoryRule() {}

  /**
   * What a heap holds over the largest peak that was seen in it.
   *
   * @param runs whose peaks were seen, 1 or more
   * @param variation coefficient of variation of these peaks
   */
  public static double margin(int runs, double variation) {
    return MARGIN + FEW_RUNS / Math.sqrt(runs) + variation;
  }

  /** The heap one step down on the way to what is wanted; the same where that is no less. */
  public static long steppedDownMb(long heapMb, double wantedMb) {
    return Math.min(heapMb, upMb(Math.max(wantedMb, (1 - STEP) * heapMb)));
  }

  /** Tasks at one time after a death by heap: first each gets twice as much of the heap that there is. */
  public static int fewerTasks(int slots) {
    return Math.max(1, slots / 2);
  }

  /**
   * The heap after a death by heap that fewer tasks do not mend: half as much again; where that crosses
   * {@link #COMPRESSED_POINTERS_MB}, just that, if it is enough above what died.
   */
  public static long raisedHeapMb(long diedMb) {
    long raised = upMb(diedMb * RAISE);
    return crossesPointers(diedMb, raised) && COMPRESSED_POINTERS_MB >= ABOVE_DEATH * diedMb
        ? COMPRESSED_POINTERS_MB
        : raised;
  }

  /** Whether a raise takes the JVM's compressed pointers away. */
  public static boolean crossesPointers(long fromMb, long toMb) {
    return fromMb <= COMPRESSED_POINTERS_MB && toMb > COMPRESSED_POINTERS_MB;
  }

  /** The overhead after a death beside the heap. */
  public static long raisedOverheadMb(long overheadMb) {
    return upMb(Math.max(overheadMb * RAISE, 1.0 * overheadMb + OVERHEAD_STEP_MB));
  }

  /** Rounded up to a multiple of {@link #GRAIN_MB}; no more than Spark can be asked for. */
  public static long upMb(double mebibytes) {
    return Containers.roundUp((long) Math.ceil(Math.min(MOST_MB, mebibytes)), GRAIN_MB);
  }

  /** Whether something died that may have died for memory, or nobody knows why. */
  public static boolean died(ApplicationRun run) {
    return run.memoryFailures().stream()
        .anyMatch(failure -> failure.cause() != MemoryFailure.Cause.PREEMPTED);
  }

  /** Whether tasks lacked memory though none died: a busy collector, or spill to disk. */
  public static boolean wasShort(ApplicationRun run) {
    return gcShare(run) >= GC_BUSY || run.totals().orZero(TaskMetric.DISK_BYTES_SPILLED) > 0;
  }

  /** Collector time over run time of all tasks; 0 where the log tells neither. */
  public static double gcShare(ApplicationRun run) {
    Measures<TaskMetric> totals = run.totals();
    long running = totals.orZero(TaskMetric.EXECUTOR_RUN_TIME_MS);
    return running == 0 ? 0 : (double) totals.orZero(TaskMetric.JVM_GC_TIME_MS) / running;
  }

  /** Whether one run's heap samples carry a step down: half of its executors, and five minutes. */
  public static boolean isWellSampled(ApplicationRun run) {
    List<Executor> workers = Allocation.workers(run);
    long sampled = workers.stream()
        .filter(executor -> executor.sampledPeak(MemoryPeak.JVM_HEAP).isPresent())
        .count();
    OptionalLong end = run.endTimeMs().isPresent() ? run.endTimeMs() : run.lastEventTimeMs();
    long longest =
        workers.stream().mapToLong(executor -> lifetimeMs(executor, end)).max().orElse(0);
    return sampled > 0 && 2 * sampled >= workers.size() && longest >= SAMPLED_MS;
  }

  private static long lifetimeMs(Executor executor, OptionalLong end) {
    OptionalLong to = executor.removeTimeMs().isPresent() ? executor.removeTimeMs() : end;
    OptionalLong from =
        executor.addTimeMs().isPresent() ? executor.addTimeMs() : executor.firstTaskLaunchTimeMs();
    return to.isPresent() && from.isPresent() ? to.getAsLong() - from.getAsLong() : 0;
  }
}
