package io.sparkoptimizer;

/**
 * A predicted figure, and the interval that the next run's should fall in.
 *
 * @param low zero or more
 * @param expected from {@code low} to {@code high}
 * @param high finite
 */
public record Interval(double low, double expected, double high) {
  public Interval {
    // This way round so that NaN fails.
    if (!(low >= 0 && low <= expected && expected <= high && high < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("an interval satisfies 0 <= low <= expected <= high, was "
          + low + ", " + expected + ", " + high);
    }
  }

  /** All three figures times a factor of zero or more. */
  public Interval times(double factor) {
    return new Interval(low * factor, expected * factor, high * factor);
  }
}
