package io.sparkoptimizer.core.schedule;

/**
 * One Spark job: when it is submitted, seen from the jobs before it. All times in milliseconds.
 *
 * @param after what it waits for
 * @param predecessor index of the job whose end it follows; -1 unless {@code after} says so
 * @param gapMs from the end of what it waits for to its submission: driver time
 * @param tailMs from the end of its last stage to its own
 */
record JobWork(After after, int predecessor, double gapMs, double tailMs) {
  enum After {
    /** The first job's submission. */
    START,
    /** One job that ended while others ran on: threads of the driver that work side by side. */
    ONE,
    /** All jobs before it: nothing ran when it was submitted. */
    ALL
  }
}
