package io.sparkoptimizer.core.backtest;

import io.sparkoptimizer.Backtest;
import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.spark.RunId;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

/** Adds up how far off predictions were. Its score is taken once, at the end. */
final class Tally {
  /** Two-sided 90 %. */
  private static final double Z90 = 1.6449;

  /** Share of a time. */
  private static final double ROUNDING = 1e-9;

  private final Set<RunId> runs = new HashSet<>();
  private final Set<RunId> withInterval = new HashSet<>();
  private final DoubleStream.Builder errors = DoubleStream.builder();
  private final DoubleStream.Builder widths = DoubleStream.builder();
  private final Map<String, Integer> methods = new TreeMap<>();
  private final Map<String, Integer> bases = new TreeMap<>();
  private int n;
  private int intervals;
  private int covered;
  private double winkler;

  /** A prediction without an interval. */
  void add(Sample heldOut, String method, double predictedMs) {
    n++;
    runs.add(heldOut.run().id());
    methods.merge(method, 1, Integer::sum);
    errors.add(Math.abs(predictedMs - heldOut.actualMs()) / heldOut.actualMs());
  }

  /**
   * @param basis what the interval rests on
   */
  void add(Sample heldOut, String method, Interval predictedMs, String basis) {
    add(heldOut, method, predictedMs.expected());
    withInterval.add(heldOut.run().id());
    double actual = heldOut.actualMs();
    double below = missed(predictedMs.low() - actual, actual);
    double above = missed(actual - predictedMs.high(), actual);
    double width = predictedMs.high() - predictedMs.low();
    double penalty = 2 / (1 - Recommendation.INTERVAL_COVERAGE);
    intervals++;
    covered += below == 0 && above == 0 ? 1 : 0;
    winkler += (width + penalty * (below + above)) / actual;
    widths.add(width / actual);
    bases.merge(basis, 1, Integer::sum);
  }

  /** What arithmetic rounds off is no miss: runs of one time are predicted without any width. */
  private static double missed(double by, double actual) {
    return by > ROUNDING * actual ? by : 0;
  }

  Backtest.Score score() {
    double[] sorted = errors.build().map(error -> 100 * error).sorted().toArray();
    return new Backtest.Score(
        n,
        runs.size(),
        DoubleStream.of(sorted).average(),
        median(sorted),
        n == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of(sorted[(int) Math.ceil(0.9 * n - 1e-9) - 1]),
        intervals == 0 ? Optional.empty() : Optional.of(intervals()),
        methods);
  }

  private Backtest.Intervals intervals() {
    double share = (double) covered / intervals;
    double z2 = Z90 * Z90;
    double count = withInterval.size();
    double centre = (share + z2 / (2 * count)) / (1 + z2 / count);
    double around =
        Z90 * Math.sqrt(share * (1 - share) / count + z2 / (4 * count * count)) / (1 + z2 / count);
    return new Backtest.Intervals(
        intervals,
        share,
        Math.max(0, Math.min(share, centre - around)),
        Math.min(1, Math.max(share, centre + around)),
        Recommendation.INTERVAL_COVERAGE,
        winkler / intervals,
        median(widths.build().sorted().toArray()).orElseThrow(),
        bases);
  }

  private static OptionalDouble median(double[] sorted) {
    int n = sorted.length;
    return n == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((sorted[(n - 1) / 2] + sorted[n / 2]) / 2);
  }
}
