package io.sparkoptimizer.core.schedule;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Stages that begin while all slots are free, or soon after the one before them: each takes the slots that
 * those before it leave. Nothing else decides when they end, so that it is computed once for so many
 * slots. Thread-safe.
 */
final class Episode {
  /** Times that are remembered at most. */
  private static final int TIMES = 512;

  /**
   * When its stages end, seen from the moment at which the first one begins.
   *
   * @param slots that are used
   * @param coldMs cold starts that were asked for, of all stages together
   * @param endsMs of each stage
   * @param lastLaunchesMs from when on each stage has no task to give out
   * @param taskMs slot time of all stages, with cold starts
   */
  @SuppressWarnings("ArrayRecordComponent") // looked up, never compared or handed out
  record Times(int slots, double coldMs, double[] endsMs, double[] lastLaunchesMs, double taskMs) {}

  private final TaskOrder[] stages;
  private final double[] offsetsMs;
  private final int tasks;
  private final double totalMs;
  private final AtomicReferenceArray<@Nullable Times> known;

  /**
   * @param stages in the order in which their tasks are given out
   * @param offsetsMs when each begins, seen from the first; ascending from 0
   */
  Episode(TaskOrder[] stages, double[] offsetsMs) {
    this.stages = stages;
    this.offsetsMs = offsetsMs;
    long sum = 0;
    double ms = 0;
    for (TaskOrder order : stages) {
      sum += order.stage().tasks();
      ms += order.totalMs();
    }
    tasks = (int) Math.min(Integer.MAX_VALUE, sum);
    totalMs = ms;
    known = new AtomicReferenceArray<>((int) Math.min(TIMES, tasks + 1L));
  }

  /** Whether it is of the first so many of these stages. */
  boolean is(TaskOrder[] otherStages, double[] otherOffsetsMs, int count) {
    return Arrays.equals(stages, 0, stages.length, otherStages, 0, count)
        && Arrays.equals(offsetsMs, 0, offsetsMs.length, otherOffsetsMs, 0, count);
  }

  /** Slots that it uses of so many: no more than it has tasks. */
  int used(int slots) {
    return Math.min(slots, tasks);
  }

  Times at(int slots, double coldFactor, Calendar scratch) {
    int used = used(slots);
    // Each stage's cold start grows with the factor: where the sums are equal, all are.
    double coldMs = 0;
    for (TaskOrder order : stages) {
      coldMs += order.stage().cold().at(coldFactor);
    }
    int at = used % known.length();
    Times times = known.get(at);
    if (times == null || times.slots() != used || times.coldMs() != coldMs) {
      times = schedule(used, coldMs, coldFactor, scratch);
      known.set(at, times);
    }
    return times;
  }

  /** From when on each used slot is free. */
  double[] freeFromMs(int slots, double coldFactor, Calendar scratch) {
    schedule(used(slots), at(slots, coldFactor, scratch).coldMs(), coldFactor, scratch);
    return scratch.freeFromMs();
  }

  private Times schedule(int slots, double coldMs, double coldFactor, Calendar scratch) {
    double[][] units = new double[stages.length][];
    int count = 0;
    for (int k = 0; k < stages.length; k++) {
      units[k] = stages[k].unitsMs(slots);
      count += units[k].length;
    }
    // From the last begin until the last launch no slot is free.
    scratch.clear(slots, count, offsetsMs[stages.length - 1] + totalMs / slots + coldMs);
    double[] ends = new double[stages.length];
    double[] launches = new double[stages.length];
    double taskMs = totalMs;
    for (int k = 0; k < stages.length; k++) {
      double stageColdMs = stages[k].stage().cold().at(coldFactor);
      ends[k] = scratch.giveOut(units[k], offsetsMs[k], stageColdMs);
      launches[k] = scratch.lastLaunchMs();
      taskMs += stageColdMs * scratch.coldStarts();
    }
    return new Times(slots, coldMs, ends, launches, taskMs);
  }
}
