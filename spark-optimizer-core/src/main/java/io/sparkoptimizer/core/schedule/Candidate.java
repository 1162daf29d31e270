package io.sparkoptimizer.core.schedule;

import java.util.OptionalInt;

/**
 * Resources, and an amount of input, that a run is predicted for.
 *
 * @param executors the fixed count; with dynamic allocation the most there may be; 1 or more
 * @param dynamicMin least executors of dynamic allocation; empty where the count is fixed
 * @param executorCores cores of one executor, 1 or more
 * @param shufflePartitions {@code spark.sql.shuffle.partitions}; empty leaves it as it was
 * @param inputScale multiple of the recorded input, more than 0
 * @param slowdown what every task takes longer than recorded because of its neighbours, as a factor, more than 0
 */
public record Candidate(
    int executors,
    OptionalInt dynamicMin,
    int executorCores,
    OptionalInt shufflePartitions,
    double inputScale,
    double slowdown) {
  public Candidate {
    if (executors < 1 || executorCores < 1 || !(inputScale > 0) || !(slowdown > 0)) {
      throw new IllegalArgumentException(
          "a candidate has 1 or more executors and cores, an input scale and a slowdown above 0, was "
              + executors + ", " + executorCores + ", " + inputScale + ", " + slowdown);
    }
    if (dynamicMin.isPresent()
        && (dynamicMin.getAsInt() < 0 || dynamicMin.getAsInt() > executors)) {
      throw new IllegalArgumentException("dynamic allocation satisfies 0 <= min <= max, was "
          + dynamicMin.getAsInt() + ", " + executors);
    }
  }

  /** Tasks that take as long beside others as they did. */
  public Candidate(
      int executors,
      OptionalInt dynamicMin,
      int executorCores,
      OptionalInt shufflePartitions,
      double inputScale) {
    this(executors, dynamicMin, executorCores, shufflePartitions, inputScale, 1);
  }

  /** A fixed number of executors, all else as it was. */
  public static Candidate fixed(int executors, int executorCores) {
    return new Candidate(executors, OptionalInt.empty(), executorCores, OptionalInt.empty(), 1);
  }

  public Candidate withShufflePartitions(OptionalInt partitions) {
    return new Candidate(executors, dynamicMin, executorCores, partitions, inputScale, slowdown);
  }

  public Candidate withInputScale(double scale) {
    return new Candidate(executors, dynamicMin, executorCores, shufflePartitions, scale, slowdown);
  }

  public Candidate withDynamicMin(OptionalInt min) {
    return new Candidate(executors, min, executorCores, shufflePartitions, inputScale, slowdown);
  }

  public Candidate withSlowdown(double factor) {
    return new Candidate(
        executors, dynamicMin, executorCores, shufflePartitions, inputScale, factor);
  }
}
