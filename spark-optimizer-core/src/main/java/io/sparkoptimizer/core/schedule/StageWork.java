package io.sparkoptimizer.core.schedule;

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
 * @param coldMs what the first task of this stage on a slot takes longer
 * @param taskCostMs what each task costs whatever its data: launch, deserialisation, result
 * @param kind what decides its task count
 */
@SuppressWarnings("ArrayRecordComponent") // numbers to be run over, never compared or handed out
record StageWork(
    int job,
    List<Integer> parents,
    double overheadMs,
    int tasks,
    double[] warmMs,
    double coldMs,
    double taskCostMs,
    Kind kind) {

  /** What decides how many tasks a stage has. */
  enum Kind {
    /** Reads from outside: more input is more tasks of the same length. */
    SCAN,
    /** Has {@code spark.sql.shuffle.partitions} tasks, or with adaptive execution at most so many. */
    SHUFFLE_PARTITIONS,
    /** Reads a shuffle, its count fixed by the program: more input is longer tasks. */
    FIXED
  }

  double warmTotalMs() {
    double sum = 0;
    for (double figure : warmMs) {
      sum += figure;
    }
    return warmMs.length == 0 ? 0 : sum * tasks / warmMs.length;
  }

  /** The same stage over other input and with other shuffle partitions. */
  StageWork at(double inputScale, int recordedPartitions, int partitions) {
    StageWork scaled = this;
    if (inputScale != 1) {
      scaled = kind == Kind.SCAN ? withMoreTasks(inputScale) : withLongerTasks(inputScale);
    }
    if (kind != Kind.SHUFFLE_PARTITIONS || partitions == recordedPartitions) {
      return scaled;
    }
    // A coalesced stage has fewer tasks than partitions: they are a ceiling to it.
    int count = tasks == recordedPartitions ? partitions : Math.min(tasks, partitions);
    return count == tasks ? scaled : scaled.withTasks(count);
  }

  private StageWork withMoreTasks(double scale) {
    double wanted = tasks * scale;
    int count = (int) Math.max(1, Math.min(Integer.MAX_VALUE, Math.round(wanted)));
    // Rounding to whole tasks must not change the work.
    return withTimes(count, warmMs, wanted / count, 0);
  }

  private StageWork withLongerTasks(double scale) {
    return withTimes(tasks, warmMs, scale, taskCostMs);
  }

  /**
   * The same bytes cut into more or fewer tasks: each task's share beyond its fixed cost changes with
   * the count. A task far above the median holds a hot key, which more partitions do not split.
   */
  private StageWork withTasks(int count) {
    double share = (double) tasks / count;
    double median = warmMs[warmMs.length / 2];
    double[] times = new double[warmMs.length];
    for (int i = 0; i < times.length; i++) {
      boolean hotKey = share < 1 && warmMs[i] > HOT_KEY_FACTOR * median;
      times[i] = hotKey ? warmMs[i] : scale(warmMs[i], share, taskCostMs);
    }
    return new StageWork(job, parents, overheadMs, count, times, coldMs, taskCostMs, kind);
  }

  /** How far above the median a task must be for its length to be one key's: as Spark's own skew rule. */
  private static final double HOT_KEY_FACTOR = 5;

  private StageWork withTimes(int count, double[] from, double factor, double fixedMs) {
    double[] times = new double[from.length];
    for (int i = 0; i < times.length; i++) {
      times[i] = scale(from[i], factor, fixedMs);
    }
    return new StageWork(job, parents, overheadMs, count, times, coldMs, taskCostMs, kind);
  }

  private static double scale(double ms, double factor, double fixedMs) {
    double fixed = Math.min(ms, fixedMs);
    return fixed + (ms - fixed) * factor;
  }
}
