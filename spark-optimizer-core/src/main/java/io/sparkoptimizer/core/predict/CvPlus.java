package io.sparkoptimizer.core.predict;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.spi.Predictor;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A predictor with an interval around it that owes nothing to its own opinion: CV+ (Barber, Candès, Ramdas
 * and Tibshirani 2021, "Predictive inference with the jackknife+") over ln(time), with one known run in each
 * part where these are {@value #MOST_PARTS} or fewer (the jackknife+).
 *
 * <p>Each part of the known runs is left out in turn, and its runs are so far off from what the others
 * predict of them. What the others predict of the question, less or plus that, is one end; the interval
 * reaches from the floor(alpha (n + 1))-th smallest lower end to the ceil((1 - alpha) (n + 1))-th smallest
 * upper end. Below 9 runs there is no such end for 90 %, and no interval;
 * nor where the predictor needs more runs than are left.
 */
public final class CvPlus {
  /** So many fits beside that of all runs. */
  private static final int MOST_PARTS = 20;

  /** What all runs outside a part make, and |ln(actual / predicted)| of those in it. */
  private record Part(Predictor.Fitted others, List<Double> residuals) {}

  private final Predictor.Fitted fit;
  private final List<Part> parts;

  private CvPlus(Predictor.Fitted fit, List<Part> parts) {
    this.fit = fit;
    this.parts = parts;
  }

  /** Around what a predictor made of all known runs. */
  public static CvPlus of(Predictor predictor, Predictor.Fitted fit, List<Predictor.Sample> known) {
    return new CvPlus(fit, parts(predictor, known));
  }

  private static List<Part> parts(Predictor predictor, List<Predictor.Sample> known) {
    int n = known.size();
    if (rank(n) > n) {
      return List.of();
    }
    int count = Math.min(n, MOST_PARTS);
    List<Part> parts = new ArrayList<>();
    for (int part = 0; part < count; part++) {
      List<Predictor.Sample> others = new ArrayList<>();
      List<Predictor.Sample> left = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        (i % count == part ? left : others).add(known.get(i));
      }
      Optional<Predictor.Fitted> fit = predictor.fit(others);
      if (fit.isEmpty()) {
        return List.of();
      }
      parts.add(new Part(
          fit.get(),
          left.stream()
              .map(one -> Math.abs(Math.log(one.durationMs()) - logPredicted(fit.get(), one.run())))
              .toList()));
    }
    return parts;
  }

  /** Which of n sorted upper ends is the interval's. */
  static int rank(int n) {
    return (int) Math.ceil(Recommendation.INTERVAL_COVERAGE * (n + 1) - 1e-9);
  }

  private static double logPredicted(Predictor.Fitted fit, RunFeatures asked) {
    return Math.log(Math.max(1, fit.predict(asked).expected()));
  }

  /** The 90 % interval around what is predicted, in milliseconds; empty where too few runs are known. */
  public Optional<Interval> interval(RunFeatures asked) {
    int n = parts.stream().mapToInt(part -> part.residuals().size()).sum();
    if (n == 0) {
      return Optional.empty();
    }
    double[] low = new double[n];
    double[] high = new double[n];
    int end = 0;
    for (Part part : parts) {
      double centre = logPredicted(part.others(), asked);
      for (double residual : part.residuals()) {
        low[end] = centre - residual;
        high[end++] = centre + residual;
      }
    }
    Arrays.sort(low);
    Arrays.sort(high);
    // Ends are taken from fits to other runs: what all of them predict may lie a little outside.
    double expected = fit.predict(asked).expected();
    return Optional.of(new Interval(
        Math.min(expected, Math.exp(low[n - rank(n)])),
        expected,
        Math.max(expected, Math.min(Double.MAX_VALUE, Math.exp(high[rank(n) - 1])))));
  }
}
