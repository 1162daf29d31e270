package io.sparkoptimizer.core.schedule;

/**
 * What a run is predicted to take. All times in milliseconds.
 *
 * @param startupMs from the application's start to its first task
 * @param workMs from there to its end
 * @param driverMs the part of the work in which no task runs
 * @param executorMs lifetimes of all executors together
 * @param taskMs slot time of all tasks together
 * @param slotMs lifetimes of all slots together
 * @param peakExecutors most executors alive at one time
 */
public record Estimate(
    double startupMs,
    double workMs,
    double driverMs,
    double executorMs,
    double taskMs,
    double slotMs,
    int peakExecutors) {
  /** Work is not made shorter than this part of what was predicted. */
  private static final double LEAST_WORK = 0.01;

  public double durationMs() {
    return startupMs + workMs;
  }

  /** Share of the slot time that holds a task, in [0, 1]. */
  public double utilization() {
    return slotMs <= 0 ? 0 : Math.min(1, taskMs / slotMs);
  }

  /** The same with the work, but not the start-up, times a factor. */
  public Estimate withWork(double factor) {
    double longerBy = workMs * (factor - 1);
    return new Estimate(
        startupMs,
        workMs * factor,
        driverMs * factor,
        Math.max(0, executorMs + longerBy * peakExecutors),
        taskMs * factor,
        Math.max(
            0, slotMs * (executorMs <= 0 ? factor : 1 + longerBy * peakExecutors / executorMs)),
        peakExecutors);
  }

  /** The same with a duration that is so many times as long, by longer work: start-up stays. */
  Estimate withDuration(double factor) {
    return workMs <= 0
        ? this
        : withWork(Math.max(LEAST_WORK, 1 + (factor - 1) * durationMs() / workMs));
  }
}
