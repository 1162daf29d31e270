package io.sparkoptimizer.core.schedule;

import java.util.Arrays;
import java.util.List;

/**
 * One stage attempt that ran, as work to be given to slots. All times in milliseconds.
 *
 * @param job index of its job
 * @param parents indices of the stages that it waits for: the stages whose output it reads, and the
 *     attempt before it
 * @param overheadMs from the moment it could start to the launch of its first task on a free slot
 * @param tasks how many tasks it ran
 * @param warmMs task times without cold start, ascending, at evenly spaced ranks
 * @param cold what a slot takes longer for the first tasks of this stage
 * @param taskCostMs what each task costs whatever its data: launch, deserialisation, result, waiting
 * @param cut what decides its task count
 */
@SuppressWarnings("ArrayRecordComponent") // numbers to be run over, never compared or handed out
record StageWork(
    int job,
    List<Integer> parents,
    double overheadMs,
    int tasks,
    double[] warmMs,
    ColdStart cold,
    double taskCostMs,
    Cut cut) {

  /** How far above the median a task must be for its length to be one key's: as Spark's own skew rule. */
  private static final double HOT_KEY_FACTOR = 5;

  /** Task times kept of a stage with hot keys that is cut anew: of fewer, one stands for many tasks. */
  private static final int MOST_FIGURES = 10_000;

  double warmTotalMs() {
    double sum = 0;
    for (double figure : warmMs) {
      sum += figure;
    }
    return warmMs.length == 0 ? 0 : sum * tasks / warmMs.length;
  }

  /**
   * The same stage over other input, cut as Spark would cut it: what its tasks take beyond their fixed cost
   * goes with the bytes that each of them gets. A task far above the median holds a hot key or a file that
   * cannot be split: it is no shorter for there being more tasks.
   *
   * @param input multiple of the recorded input, more than 0
   * @param partitions {@code spark.sql.shuffle.partitions}
   * @param parallelism Spark's default parallelism when the stage begins
   * @param slowdown what every task takes longer than recorded, as a factor
   */
  StageWork at(double input, int partitions, int parallelism, double slowdown) {
    int count = cut.tasks(input, partitions, parallelism);
    double share = input * tasks / count;
    if (count == tasks && share == 1 && slowdown == 1) {
      return this;
    }
    double hottest = Math.max(share, cut.isScan() ? 1 : input);
    int even = warmMs.length - hot();
    double mean = 0;
    for (int i = 0; i < even; i++) {
      mean += Math.max(0, warmMs[i] - taskCostMs) / even;
    }
    // Several tasks put into one vary less, each beside its size, than they did.
    double joined = Math.max(1, Math.min((double) tasks / count, share));
    double larger = cut.isScan() ? share : (double) tasks / count;
    double[] likes = resampled(even, count, larger);
    // Hot ones are put together, too, where there are fewer tasks than hot ones.
    double together = Math.max(1, larger * (warmMs.length - even) / warmMs.length);
    double[] times = new double[likes.length];
    for (int i = 0; i < times.length; i++) {
      double fixed = Math.min(likes[i], taskCostMs);
      double data = likes[i] - fixed;
      boolean isHot = even < warmMs.length && likes[i] >= warmMs[even];
      double changed = joined > 1
          ? share * mean + share / joined * (data - mean) * (isHot ? together : Math.sqrt(joined))
          : data * (isHot ? hottest : share);
      times[i] = (fixed + Math.max(0, changed)) * slowdown;
    }
    Arrays.sort(times);
    return new StageWork(job, parents, overheadMs, count, times, cold, taskCostMs, cut);
  }

  /** How many of the figures, the last ones, are of tasks far above the median. */
  private int hot() {
    double hot = HOT_KEY_FACTOR * warmMs[warmMs.length / 2];
    int first = warmMs.length;
    while (first > 0 && warmMs[first - 1] > hot) {
      first--;
    }
    return warmMs.length - first;
  }

  /**
   * The figures that a task of another cut is like, ascending. There are as many hot keys however the rest is
   * cut, so that they are a larger part of fewer tasks.
   *
   * @param even figures that are not hot, the first ones
   * @param larger how many times as large a part of the tasks the hot ones become
   */
  private double[] resampled(int even, int count, double larger) {
    int hot = warmMs.length - even;
    if (hot == 0) {
      return warmMs;
    }
    double[] figures = new double[Math.min(MOST_FIGURES, count)];
    double wanted = (double) figures.length * hot / warmMs.length * larger;
    int hotWanted = (int) Math.max(1, Math.min(figures.length, Math.round(wanted)));
    int evenWanted = figures.length - hotWanted;
    for (int i = 0; i < evenWanted; i++) {
      figures[i] = warmMs[(int) ((i + 0.5) * even / evenWanted)];
    }
    for (int i = 0; i < hotWanted; i++) {
      figures[evenWanted + i] = warmMs[even + (int) ((i + 0.5) * hot / hotWanted)];
    }
    return figures;
  }
}
