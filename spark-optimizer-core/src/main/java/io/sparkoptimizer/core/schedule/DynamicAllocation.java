package io.sparkoptimizer.core.schedule;

/**
 * Spark's settings of dynamic allocation. All times in milliseconds, without end where infinite.
 *
 * @param min executors that stay
 * @param initial executors that are asked for at the start
 * @param max executors that are asked for at most
 * @param allocationRatio {@code executorAllocationRatio}: executors asked for over those that would run all tasks at once
 * @param backlogMs {@code schedulerBacklogTimeout}
 * @param sustainedBacklogMs {@code sustainedSchedulerBacklogTimeout}
 * @param idleMs {@code executorIdleTimeout}
 */
record DynamicAllocation(
    int min,
    int initial,
    int max,
    double allocationRatio,
    double backlogMs,
    double sustainedBacklogMs,
    double idleMs) {}
