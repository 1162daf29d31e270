package io.sparkoptimizer.core.schedule;

import java.util.Arrays;

/**
 * How a question differs from what a run had: for each kind of change its size, with its sign, in standard
 * deviations of ln(actual / predicted) that it is assumed to cost. Immutable.
 */
final class Change {
  /** Runs of one job in one configuration over the same input: production clusters are not quiet. */
  static final double NOISE = 0.08;

  /** For each doubling or halving of the slots. */
  private static final double PER_SLOTS = 0.06;

  /** For each doubling or halving of the cores in one executor: tasks share memory and caches. */
  private static final double PER_CORES = 0.08;

  /** For each doubling or halving of the shuffle partitions. */
  private static final double PER_PARTITIONS = 0.10;

  /** For each doubling or halving of the input. */
  private static final double PER_INPUT = 0.08;

  /** Fixed count to dynamic allocation, or back. */
  private static final double DYNAMIC = 0.10;

  /** For each doubling or halving of the heap: the collector, and what spills. */
  static final double PER_HEAP = 0.10;

  private static final int HEAP = 5;
  private static final int OTHER = 6;

  /** How many kinds of change there are. */
  static final int KINDS = 7;

  private final double[] parts;

  private Change(double... parts) {
    this.parts = parts;
  }

  static Change of(Candidate from, Candidate to, int fromPartitions) {
    return new Change(
        PER_SLOTS
            * log2((double) to.executors()
                * to.executorCores()
                / ((double) from.executors() * from.executorCores())),
        PER_CORES * log2((double) to.executorCores() / from.executorCores()),
        PER_PARTITIONS
            * log2((double) to.shufflePartitions().orElse(fromPartitions) / fromPartitions),
        PER_INPUT * log2(to.inputScale()),
        DYNAMIC * Boolean.compare(to.dynamicMin().isPresent(), from.dynamicMin().isPresent()),
        0,
        0);
  }

  /**
   * The same with another heap.
   *
   * @param ratio of what is asked to what the run had
   */
  Change withHeap(double ratio) {
    double[] other = parts.clone();
    other[HEAP] = PER_HEAP * log2(ratio);
    return new Change(other);
  }

  /** The same where something else is known to make it farther: one more kind, which more slots add to. */
  Change atLeast(double prior) {
    double[] farther = parts.clone();
    double more = prior * prior - prior() * prior();
    farther[OTHER] = more <= 0 ? 0 : Math.copySign(Math.sqrt(more), parts[0]);
    return new Change(farther);
  }

  /** Standard deviation of ln(actual / predicted) before anything is known of the job: noise included. */
  double prior() {
    return Math.sqrt(
        NOISE * NOISE + Arrays.stream(parts).map(part -> part * part).sum());
  }

  /** One figure for each kind. */
  double part(int kind) {
    return parts[kind];
  }

  static double log2(double ratio) {
    return Math.log(ratio) / Math.log(2);
  }
}
