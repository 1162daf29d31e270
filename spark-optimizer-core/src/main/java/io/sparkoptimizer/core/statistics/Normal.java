package io.sparkoptimizer.core.statistics;

/** The standard normal distribution. */
public final class Normal {
  /** So many standard deviations either side of the mean hold 90 %. */
  public static final double Z90 = 1.6449;

  private static final double[] TAIL = {
    0.319381530, -0.356563782, 1.781477937, -1.821255978, 1.330274429
  };

  private Normal() {}

  /** Probability of less than x: Abramowitz and Stegun 26.2.17, error below 1e-7. */
  public static double cumulative(double x) {
    double t = 1 / (1 + 0.2316419 * Math.abs(x));
    double tail = 0;
    for (int i = TAIL.length - 1; i >= 0; i--) {
      tail = (tail + TAIL[i]) * t;
    }
    tail *= density(x);
    return x >= 0 ? 1 - tail : tail;
  }

  public static double density(double x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }
}
