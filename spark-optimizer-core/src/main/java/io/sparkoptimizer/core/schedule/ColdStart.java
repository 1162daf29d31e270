package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * What a slot takes longer while a JVM is new to a stage. Both in milliseconds, 0 or more.
 *
 * @param loadingMs loading of classes, which takes longer where JVMs start side by side on one machine
 * @param compilingMs processor time of code that is not compiled yet, the same for each JVM
 */
record ColdStart(double loadingMs, double compilingMs) {
  static final ColdStart NONE = new ColdStart(0, 0);

  /**
   * Deserialisation is the part of loading classes that Spark measures. All of it was 1.3 to 3.6 times as
   * much in the first tasks of the runs that were looked at; what is longer is skew, and stays with its task.
   */
  private static final double LOADING_PER_DESERIALIZATION = 4;

  /**
   * How much longer than deserialisation uncompiled code keeps a processor at most. Where the same stage ran on
   * one JVM and on two and four, the processor time that each further one added was 4 to 8 times as long.
   */
  private static final double COMPILING_PER_DESERIALIZATION = 6;

  /** All of it where loading takes so many times as long as recorded. */
  double at(double crowding) {
    return loadingMs * crowding + compilingMs;
  }

  /**
   * Takes the cold start out of the times and returns what it took of each slot. On a slot that is new to
   * a stage classes are loaded and code runs uncompiled. The sketch does not say which tasks were the first
   * ones: the longest are taken for them and brought down to the mean of the others, as far as it is not
   * more than was taken out; what is left is taken from all, for code gets warm over several tasks.
   */
  static ColdStart takeOut(StageAttempt attempt, double[] figures, int tasks, int firstTasks) {
    OptionalLong deserialize = attempt.metrics().get(TaskMetric.EXECUTOR_DESERIALIZE_TIME_MS);
    double sum = Arrays.stream(figures).sum();
    if (deserialize.isEmpty() || sum <= 0) {
      return ColdStart.NONE;
    }
    double measured = deserializeOfFirst(attempt, deserialize.getAsLong(), firstTasks);
    double processor = attempt.metrics().orZero(TaskMetric.EXECUTOR_CPU_TIME_NS) / 1e6 / firstTasks;
    int rest = figures.length - (int) Math.round((double) firstTasks * figures.length / tasks);
    boolean some = rest > 0 && rest < figures.length;
    double mean = some ? Arrays.stream(figures, 0, rest).average().orElse(0) : 0;
    double meanFirst =
        some ? Arrays.stream(figures, rest, figures.length).average().orElse(0) : 0;
    // Where every task was a first one, only what was measured apart can be told from the work.
    double loading = some
        ? Math.max(0, Math.min(meanFirst - mean, LOADING_PER_DESERIALIZATION * measured))
        : measured;
    double uncompiled = measured + Math.min(processor, COMPILING_PER_DESERIALIZATION * measured);
    double firstFigures = (double) firstTasks * figures.length / tasks;
    double cold = Math.min(sum / firstFigures, Math.max(loading, uncompiled));
    double left = cold * firstFigures;
    for (int i = rest; some && i < figures.length; i++) {
      double taken = Math.max(0, Math.min(cold, figures[i] - mean));
      figures[i] -= taken;
      left -= taken;
    }
    double warm = sum - cold * firstFigures;
    for (int i = 0; i < figures.length; i++) {
      // Where all of the time was the first tasks', and of cold start, there is nothing left to
      // take from.
      figures[i] *= warm + left > 0 ? Math.max(0, warm / (warm + left)) : 0;
    }
    Arrays.sort(figures);
    return new ColdStart(Math.min(loading, cold), Math.max(0, cold - loading));
  }

  /**
   * What each first task took to deserialise. Where there are many tasks a slot, the later ones' is most of
   * the sum: what tasks take beside their run time beyond its median is the first ones'.
   */
  private static double deserializeOfFirst(StageAttempt attempt, long all, int firstTasks) {
    Distribution slot = attempt.distribution(TaskDistribution.DURATION_MS);
    Distribution running = attempt.distribution(TaskDistribution.RUN_TIME_MS);
    if (slot.count() <= 2L * firstTasks || running.count() != slot.count()) {
      return (double) all / firstTasks;
    }
    double later = (double) slot.quantile(0.5) - running.quantile(0.5);
    double beyond = slot.sum() - running.sum() - slot.count() * Math.max(0, later);
    return Math.max(0, Math.min(all, beyond)) / firstTasks;
  }
}
