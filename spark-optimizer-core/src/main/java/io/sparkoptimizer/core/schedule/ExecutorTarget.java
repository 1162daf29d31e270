package io.sparkoptimizer.core.schedule;

/**
 * How many executors Spark wants under dynamic allocation: {@code ExecutorAllocationManager} of Spark 3.5
 * and 4.1, whose words are used here. It looks every 100 ms; this is asked whenever something has changed.
 */
final class ExecutorTarget {
  private static final double NOT_SET = Double.POSITIVE_INFINITY;

  private final DynamicAllocation settings;
  private final int tasksPerExecutor;
  private int target;
  private int executorsToAdd = 1;
  private double addTime = NOT_SET;
  private boolean initializing = true;

  ExecutorTarget(DynamicAllocation settings, int tasksPerExecutor) {
    this.settings = settings;
    this.tasksPerExecutor = tasksPerExecutor;
    this.target = settings.initial();
  }

  int executors() {
    return target;
  }

  /** When more executors are asked for, if tasks still wait; never where none do. */
  double addTime() {
    return addTime;
  }

  /** A stage was submitted, or an executor has been idle for long: what was asked for at the start may be too much. */
  void initialized() {
    initializing = false;
  }

  /** Tasks wait; returns whether this is new. */
  boolean backlogged(double now) {
    if (addTime != NOT_SET) {
      return false;
    }
    addTime = now + settings.backlogMs();
    return true;
  }

  /** No task waits any more. */
  void queueEmpty() {
    addTime = NOT_SET;
    executorsToAdd = 1;
  }

  private int maxNeeded(long tasks) {
    return (int) Math.min(
        Integer.MAX_VALUE, Math.ceil(tasks * settings.allocationRatio() / tasksPerExecutor));
  }

  /**
   * Lowers the target to what the tasks need, or raises it if they have waited for long enough.
   *
   * @param tasks running and pending
   * @param executors that are there
   */
  void update(double now, long tasks, int executors) {
    if (initializing) {
      return;
    }
    int maxNeeded = maxNeeded(tasks);
    if (maxNeeded < target) {
      target = Math.max(maxNeeded, settings.min());
      executorsToAdd = 1;
    } else if (now >= addTime) {
      add(now, maxNeeded, executors);
    }
  }

  private void add(double now, int maxNeeded, int executors) {
    if (target >= settings.max()) {
      executorsToAdd = 1;
      return;
    }
    int more = (int) Math.min(maxNeeded, (long) Math.max(target, executors) + executorsToAdd);
    int next = Math.max(Math.min(more, settings.max()), settings.min());
    int delta = next - target;
    target = next;
    executorsToAdd = delta == executorsToAdd ? 2 * executorsToAdd : 1;
    if (delta > 0) {
      addTime = now + settings.sustainedBacklogMs();
    }
  }
}
