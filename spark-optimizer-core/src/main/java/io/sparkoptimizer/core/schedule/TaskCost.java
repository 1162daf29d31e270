package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.core.statistics.Normal;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskMetric;
import io.sparkoptimizer.spark.TimeByBytes;
import java.util.Arrays;
import java.util.OptionalLong;

/** Tells what a task costs from what its data costs. */
final class TaskCost {
  /**
   * What a task reads more slowly than this (256 KiB a second) it does not work on but waits beside: for a
   * connection, a commit, a service. Such time does not follow the bytes. Judgement; Python and models that
   * score row by row are faster by an order.
   */
  private static final double SLOWEST_BYTES_PER_MS = (1 << 18) / 1000.0;

  /**
   * What a task takes in its run time beside its data, on average: fetching its first block, making its output.
   * Judgement: by Spark's tuning guide tasks pay from 200 ms on, and the first byte from an object store takes
   * 100 to 200 ms.
   */
  private static final double TASK_COST_MS = 100;

  private TaskCost() {}

  /**
   * What a task costs whatever its data. Measured is what is not run time. Of the rest it is what the line of
   * time by bytes through the stage's tasks does not give to the bytes, as far as the tasks differ in what
   * they read; beforehand it is exponential.
   *
   * @param figures task times without cold starts
   * @param loadingMs what all first tasks together took to load, which is no task's cost
   */
  static double ofMs(StageAttempt attempt, double[] figures, int tasks, double loadingMs) {
    double mean = Arrays.stream(figures).average().orElse(0);
    OptionalLong running = attempt.metrics().get(TaskMetric.EXECUTOR_RUN_TIME_MS);
    double measured = running.isEmpty()
        ? 0
        : Math.max(
            0,
            (attempt.slotTimeMs()
                    - running.getAsLong()
                    - Math.min(
                        attempt.metrics().orZero(TaskMetric.EXECUTOR_DESERIALIZE_TIME_MS),
                        loadingMs))
                / tasks);
    double rest = Math.max(0, mean - measured);
    TimeByBytes line = attempt.timeByBytes();
    double slow =
        line.meanBytes() > 0 ? Math.max(0, rest - line.meanBytes() / SLOWEST_BYTES_PER_MS) : 0;
    double said = Math.min(TASK_COST_MS, rest);
    if (line.msPerMib().isPresent() && rest > 0) {
      double mib = line.meanBytes() / (1 << 20);
      said = weighed(
          rest - line.msPerMib().getAsDouble() * mib, line.msPerMibError().orElse(0) * mib, rest);
    }
    return mean - rest + Math.max(slow, said);
  }

  /**
   * The mean of a cost that the line tells with an error, exponential beforehand, between 0 and a most: a
   * normal distribution cut off at both ends (the exponential only moves it).
   */
  private static double weighed(double told, double error, double most) {
    if (error <= 0) {
      return Math.max(0, Math.min(most, told));
    }
    double centre = told - error * error / TASK_COST_MS;
    double low = -centre / error;
    double high = (most - centre) / error;
    double between = Normal.cumulative(high) - Normal.cumulative(low);
    if (between < 1e-6) {
      // Far out in a tail: what is beforehand decides, or the nearer end does.
      return low > 0 ? Math.min(most, error * error / Math.max(-centre, error)) : most;
    }
    double moved = error * (Normal.density(low) - Normal.density(high)) / between;
    return Math.max(0, Math.min(most, centre + moved));
  }
}
