package io.sparkoptimizer.spark;

import java.util.OptionalDouble;

/**
 * How the time of tasks follows the bytes that they read: the moments of which the line through them
 * is made (least squares), and that can be merged. Immutable and thread-safe.
 *
 * <p>Sums of squared deviations, not of squares: those of bytes would drown the differences (Chan,
 * Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm", 1979).
 *
 * @param tasks tasks that it was made of
 * @param meanBytes bytes that a task read on average, external and shuffled
 * @param meanTaskMs slot time of a task on average
 * @param bytesDeviation sum over tasks of (bytes - mean) squared
 * @param taskMsDeviation sum over tasks of (time - mean) squared
 * @param codeviation sum over tasks of (bytes - mean) x (time - mean)
 */
public record TimeByBytes(
    long tasks,
    double meanBytes,
    double meanTaskMs,
    double bytesDeviation,
    double taskMsDeviation,
    double codeviation) {
  /** Of no tasks. */
  public static final TimeByBytes NONE = new TimeByBytes(0, 0, 0, 0, 0, 0);

  /** Fewer tasks lie on a line by chance. */
  private static final int LEAST_TASKS = 8;

  /** What tasks read must differ by this standard deviation: a line through a point has any slope. */
  private static final double LEAST_APART_BYTES = 1 << 16;

  /** Or by this part of the mean: small partitions are apart by less. */
  private static final double LEAST_APART = 0.01;

  /** With one more task. */
  public TimeByBytes and(double bytes, double taskMs) {
    return and(new TimeByBytes(1, bytes, taskMs, 0, 0, 0));
  }

  /** Of the tasks of both. */
  public TimeByBytes and(TimeByBytes other) {
    long all = tasks + other.tasks;
    if (all == 0) {
      return NONE;
    }
    double share = (double) other.tasks / all;
    double apart = other.meanBytes - meanBytes;
    double apartMs = other.meanTaskMs - meanTaskMs;
    double weight = tasks * share;
    return new TimeByBytes(
        all,
        meanBytes + apart * share,
        meanTaskMs + apartMs * share,
        bytesDeviation + other.bytesDeviation + apart * apart * weight,
        taskMsDeviation + other.taskMsDeviation + apartMs * apartMs * weight,
        codeviation + other.codeviation + apart * apartMs * weight);
  }

  private boolean isLine() {
    return tasks >= LEAST_TASKS
        && bytesDeviation > 0
        && Math.sqrt(bytesDeviation / tasks)
            >= Math.min(LEAST_APART_BYTES, LEAST_APART * meanBytes);
  }

  /**
   * Milliseconds that a MiB more takes; empty for fewer than {@value #LEAST_TASKS} tasks, and where the
   * bytes that they read have a standard deviation of less than 64 KiB and 1 % of their mean.
   */
  public OptionalDouble msPerMib() {
    return isLine()
        ? OptionalDouble.of(codeviation / bytesDeviation * (1 << 20))
        : OptionalDouble.empty();
  }

  /** Standard error of {@link #msPerMib}, as least squares gives it; empty where that is. */
  public OptionalDouble msPerMibError() {
    if (!isLine()) {
      return OptionalDouble.empty();
    }
    double unexplained = Math.max(0, taskMsDeviation - codeviation * codeviation / bytesDeviation);
    return OptionalDouble.of(Math.sqrt(unexplained / (tasks - 2) / bytesDeviation) * (1 << 20));
  }

  /** Milliseconds that a task takes before it reads a byte; empty where {@link #msPerMib} is. */
  public OptionalDouble taskCostMs() {
    OptionalDouble slope = msPerMib();
    return slope.isEmpty()
        ? slope
        : OptionalDouble.of(meanTaskMs - slope.getAsDouble() * meanBytes / (1 << 20));
  }

  /** Pearson's, -1 to 1; empty where {@link #msPerMib} is, or where all tasks took equally long. */
  public OptionalDouble correlation() {
    return !isLine() || taskMsDeviation <= 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            Math.max(-1, Math.min(1, codeviation / Math.sqrt(bytesDeviation * taskMsDeviation))));
  }
}
