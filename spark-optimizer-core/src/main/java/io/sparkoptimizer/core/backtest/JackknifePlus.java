package io.sparkoptimizer.core.backtest;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Recommendation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A baseline with an interval around it: the jackknife+ (Barber, Candès, Ramdas and Tibshirani 2021,
 * "Predictive inference with the jackknife+") over ln(time).
 *
 * <p>Each known run is left out in turn, and is so far off from what the others predict of it. What the
 * others predict of the question, less or plus that, is one end; the interval reaches from the
 * floor(alpha (n + 1))-th smallest lower end to the ceil((1 - alpha) (n + 1))-th smallest upper end. Below 9
 * runs there is no such end for 90 %, and no interval.
 *
 * @param fit of all known runs
 * @param leftOut one for each known run; empty where there are too few
 */
record JackknifePlus(Baseline.Fit fit, List<LeftOut> leftOut) {

  /** What all runs but one make, and ln(actual / predicted) of that one, without its sign. */
  record LeftOut(Baseline.Fit others, double residual) {}

  /** Empty where the baseline needs more runs than are known. */
  static Optional<JackknifePlus> of(Baseline baseline, List<Sample> known) {
    return baseline.fit(known).map(fit -> new JackknifePlus(fit, leftOut(baseline, known)));
  }

  private static List<LeftOut> leftOut(Baseline baseline, List<Sample> known) {
    if (rank(known.size()) > known.size()) {
      return List.of();
    }
    List<LeftOut> leftOut = new ArrayList<>();
    for (int i = 0; i < known.size(); i++) {
      List<Sample> others = new ArrayList<>(known);
      Sample left = others.remove(i);
      Baseline.Fit fit = baseline.fit(others).orElseThrow();
      leftOut.add(new LeftOut(
          fit, Math.abs(Math.log(left.actualMs()) - logPredicted(fit, left.question()))));
    }
    return leftOut;
  }

  /** Which of n sorted upper ends is the interval's. */
  private static int rank(int n) {
    return (int) Math.ceil(Recommendation.INTERVAL_COVERAGE * (n + 1) - 1e-9);
  }

  private static double logPredicted(Baseline.Fit fit, Question asked) {
    return Math.log(Math.max(1, fit.predict(asked)));
  }

  /** Milliseconds. */
  double predict(Question asked) {
    return fit.predict(asked);
  }

  /** The 90 % interval around that, in milliseconds; empty where too few runs are known. */
  Optional<Interval> interval(Question asked) {
    int n = leftOut.size();
    if (n == 0) {
      return Optional.empty();
    }
    double[] low = new double[n];
    double[] high = new double[n];
    for (int i = 0; i < n; i++) {
      double centre = logPredicted(leftOut.get(i).others(), asked);
      low[i] = centre - leftOut.get(i).residual();
      high[i] = centre + leftOut.get(i).residual();
    }
    Arrays.sort(low);
    Arrays.sort(high);
    // Ends are taken from fits to other runs: what all of them predict may lie a little outside.
    double expected = predict(asked);
    return Optional.of(new Interval(
        Math.min(expected, Math.exp(low[n - rank(n)])),
        expected,
        Math.max(expected, Math.exp(high[rank(n) - 1]))));
  }
}
