package io.sparkoptimizer.core.backtest;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What is known of a run before it runs. The one thing that a baseline gets to see of a held-out run, so
 * that none can look at its time.
 *
 * @param executors most alive at one time, 1 or more
 * @param executorCores cores of one, 1 or more
 * @param memoryMb heap of one
 * @param shufflePartitions 1 or more
 * @param input bytes or records, the same for all runs of a job; empty where some of them have neither
 */
record Question(
    int executors,
    int executorCores,
    OptionalLong memoryMb,
    int shufflePartitions,
    OptionalDouble input) {

  double cores() {
    return (double) executors * executorCores;
  }

  /** How many times as much this reads as another; 1 where that is not known. */
  double inputRatio(Question other) {
    return input.isPresent() && other.input.isPresent()
        ? input.getAsDouble() / other.input.getAsDouble()
        : 1;
  }

  /** How many doublings lie between the two, over all dimensions (Euclid). */
  double distance(Question other) {
    double memory = memoryMb.isPresent() && other.memoryMb.isPresent()
        ? (double) memoryMb.getAsLong() / other.memoryMb.getAsLong()
        : 1;
    return Math.sqrt(squaredLog2(cores() / other.cores())
        + squaredLog2((double) executorCores / other.executorCores)
        + squaredLog2(memory)
        + squaredLog2((double) shufflePartitions / other.shufflePartitions)
        + squaredLog2(inputRatio(other)));
  }

  private static double squaredLog2(double ratio) {
    double log = Math.log(ratio) / Math.log(2);
    return log * log;
  }
}
