package io.sparkoptimizer.core.container;

import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.List;
import java.util.Map;
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

  /** Spilled bytes / shuffled bytes from which tasks spill. */
  private static final double SPILL = 0.01;

  /** Heaps are multiples of this, MiB. */
  public static final long GRAIN_MB = 256;

  /** Below 4 GiB they are multiples of this: a grain must not be a margin. */
  public static final long SMALL_GRAIN_MB = 64;

  private static final long SMALL_MB = 4096;

  /** The largest multiple of {@link #GRAIN_MB} that Spark's memory settings hold. */
  private static final long MOST_MB = Integer.MAX_VALUE / GRAIN_MB * GRAIN_MB;

  /** The least that an overhead grows by, MiB. */
  private static final long OVERHEAD_STEP_MB = 512;

  /** A heap must be so many times one that died. */
  public static final double ABOVE_DEATH = 1.1;

  /** Samples of an executor from which they are many: two minutes and a half of heartbeats. */
  public static final int MANY_SAMPLES = 15;

  /** Spark's default of spark.executor.heartbeatInterval. */
  private static final long HEARTBEAT_MS = 10_000;

  private MemoryRule() {}

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
   * what pointers of 4 bytes reach, just that, if it is enough above what died.
   */
  public static long raisedHeapMb(long diedMb, long pointersMb) {
    long raised = upMb(diedMb * RAISE);
    return crosses(diedMb, raised, pointersMb) && pointersMb >= ABOVE_DEATH * diedMb
        ? pointersMb
        : raised;
  }

  /** The largest heap of an executor whose pointers have 4 bytes; no bound where there are none to lose. */
  public static long pointersMb(Map<String, String> conf) {
    return Containers.compressedPointersMb(conf, "spark.executor").orElse(Long.MAX_VALUE);
  }

  /** Whether a raise takes the JVM's compressed pointers away, and with them some of what it adds. */
  public static boolean crosses(long fromMb, long toMb, long pointersMb) {
    return fromMb <= pointersMb && toMb > pointersMb;
  }

  /** The overhead after a death beside the heap. */
  public static long raisedOverheadMb(long overheadMb) {
    return upMb(Math.max(overheadMb * RAISE, 1.0 * overheadMb + OVERHEAD_STEP_MB));
  }

  /** Rounded up to a multiple of {@link #GRAIN_MB}, or of {@link #SMALL_GRAIN_MB}; no more than Spark can be asked for. */
  public static long upMb(double mebibytes) {
    return Containers.roundUp(
        (long) Math.ceil(Math.min(MOST_MB, mebibytes)),
        mebibytes < SMALL_MB ? SMALL_GRAIN_MB : GRAIN_MB);
  }

  /** Whether something died that may have died for memory, or nobody knows why. */
  public static boolean died(ApplicationRun run) {
    return run.memoryFailures().stream()
        .anyMatch(failure -> failure.cause() != MemoryFailure.Cause.PREEMPTED);
  }

  /** Whether more than a trace of what was shuffled went to disk for lack of memory. */
  public static boolean spills(ApplicationRun run) {
    Measures<TaskMetric> totals = run.totals();
    long moved = totals.orZero(TaskMetric.SHUFFLE_READ_BYTES)
        + totals.orZero(TaskMetric.SHUFFLE_WRITE_BYTES);
    return totals.orZero(TaskMetric.DISK_BYTES_SPILLED) > SPILL * moved;
  }

  /** Collector time over run time of all tasks; 0 where the log tells neither. */
  public static double gcShare(ApplicationRun run) {
    Measures<TaskMetric> totals = run.totals();
    long running = totals.orZero(TaskMetric.EXECUTOR_RUN_TIME_MS);
    return running == 0 ? 0 : (double) totals.orZero(TaskMetric.JVM_GC_TIME_MS) / running;
  }

  public static double runTimeMs(ApplicationRun run) {
    return run.totals().orZero(TaskMetric.EXECUTOR_RUN_TIME_MS);
  }

  /** What tasks computed and collected, recomputing what was evicted included: free of who else used the machine. */
  public static double effortMs(ApplicationRun run) {
    Measures<TaskMetric> totals = run.totals();
    return totals.orZero(TaskMetric.EXECUTOR_CPU_TIME_NS) / 1e6
        + totals.orZero(TaskMetric.JVM_GC_TIME_MS);
  }

  /** Whether one run's heap samples carry a step down: half of its executors have any, one has many. */
  public static boolean isWellSampled(ApplicationRun run) {
    List<Executor> workers = Allocation.workers(run);
    List<Executor> sampled = sampled(run);
    return !sampled.isEmpty()
        && 2 * sampled.size() >= workers.size()
        && sampled.stream().anyMatch(executor -> samples(run, executor) >= MANY_SAMPLES);
  }

  /** How often used heap was looked at, over all executors, as far as their lives tell. */
  public static long samples(ApplicationRun run) {
    return sampled(run).stream().mapToLong(executor -> samples(run, executor)).sum();
  }

  private static List<Executor> sampled(ApplicationRun run) {
    return Allocation.workers(run).stream()
        .filter(executor -> executor.sampledPeak(MemoryPeak.JVM_HEAP).isPresent())
        .toList();
  }

  private static long samples(ApplicationRun run, Executor executor) {
    OptionalLong end = run.endTimeMs().isPresent() ? run.endTimeMs() : run.lastEventTimeMs();
    long life = lifetimeMs(executor, end);
    // What is sampled while no task runs is not logged.
    long busy = executor.totalDurationMs() > 0 ? Math.min(life, executor.totalDurationMs()) : life;
    return (long) (busy / samplingMs(run));
  }

  /** Milliseconds between two samples of an executor's memory. */
  public static double samplingMs(ApplicationRun run) {
    return SparkSettings.timeMs(run.configuration(), "spark.executor.metrics.pollingInterval", 1)
        .orElse(SparkSettings.timeMs(run.configuration(), "spark.executor.heartbeatInterval", 1)
            .orElse(HEARTBEAT_MS));
  }

  private static long lifetimeMs(Executor executor, OptionalLong end) {
    OptionalLong to = executor.removeTimeMs().isPresent() ? executor.removeTimeMs() : end;
    OptionalLong from =
        executor.addTimeMs().isPresent() ? executor.addTimeMs() : executor.firstTaskLaunchTimeMs();
    return to.isPresent() && from.isPresent() ? to.getAsLong() - from.getAsLong() : 0;
  }
}
