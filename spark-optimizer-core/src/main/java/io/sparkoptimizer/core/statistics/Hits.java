package io.sparkoptimizer.core.statistics;

/** A prediction hits where what happens lies within 20 % of it. */
public final class Hits {
  private static final double WITHIN = 0.2;

  /** One-sided 90 %. */
  private static final double WILSON_Z = 1.2816;

  private Hits() {}

  /**
   * @param logRatio ln(actual / predicted)
   */
  public static boolean isHit(double logRatio) {
    return logRatio <= Math.log(1 + WITHIN) && logRatio >= Math.log(1 - WITHIN);
  }

  /** How probable one is where ln(actual / predicted) is normal around 0 with this standard deviation. */
  public static double normal(double sigma) {
    return Normal.cumulative(Math.log(1 + WITHIN) / sigma)
        - Normal.cumulative(Math.log(1 - WITHIN) / sigma);
  }

  /**
   * How probable one is at least: the lower bound of Wilson's one-sided 90 % interval (1927).
   *
   * @param hits among the n that were seen, a sum of shares where one counts in part
   */
  public static double lowerBound(double hits, int n) {
    double z2 = WILSON_Z * WILSON_Z;
    double share = hits / n;
    double centre = share + z2 / (2 * n);
    double around = WILSON_Z * Math.sqrt(share * (1 - share) / n + z2 / (4.0 * n * n));
    return Math.max(0, (centre - around) / (1 + z2 / n));
  }
}
