package io.sparkoptimizer.core.backtest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Simple predictors of a run's time from other runs of its job: what a model must beat to be worth its
 * trouble. They see size and input of a run, and nothing of its stages. Deterministic. Their intervals are
 * {@link JackknifePlus}'.
 */
enum Baseline {
  /** The mean of all known runs. */
  MEAN(1),
  /** The mean of the three nearest by {@link Question#distance}, newest first where equally near. */
  KNN(1),
  /**
   * Ernest (Venkataraman et al. 2016): t = a + b input / cores + c log cores + d cores, all weights 0 or
   * more, by least squares.
   */
  ERNEST(3),
  /** ln t by ridge regression over logarithms of cores and input, 1 / cores and (ln cores)^2. */
  LOG_LINEAR(3),
  /** The time of the nearest run. */
  NO_CHANGE(1),
  /** The same times its cores / the cores asked. */
  SCALE_BY_CORES(1);

  /** Weight of the penalty for each known run: it decides only where the data does not. */
  private static final double RIDGE = 0.01;

  /** A feature that varies by less than this is a constant. */
  private static final double VARIES = 1e-9;

  private final int fewest;

  Baseline(int fewest) {
    this.fewest = fewest;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What a baseline makes of the runs that it knows. */
  @FunctionalInterface
  interface Fit {
    /** Milliseconds. */
    double predict(Question asked);
  }

  /** Empty where it needs more runs than are known. */
  Optional<Fit> fit(List<Sample> known) {
    if (known.size() < fewest) {
      return Optional.empty();
    }
    return Optional.of(
        switch (this) {
          case MEAN -> mean(known);
          case KNN -> asked -> mean(nearest(known, asked, 3)).predict(asked);
          case ERNEST -> ernest(known);
          case LOG_LINEAR -> logLinear(known);
          case NO_CHANGE -> asked -> nearest(known, asked, 1).get(0).actualMs();
          case SCALE_BY_CORES -> asked -> scaled(nearest(known, asked, 1).get(0), asked);
        });
  }

  private static double scaled(Sample near, Question asked) {
    return near.actualMs() * near.question().cores() / asked.cores();
  }

  private static Fit mean(List<Sample> samples) {
    double mean = samples.stream().mapToDouble(Sample::actualMs).average().orElseThrow();
    return asked -> mean;
  }

  private static List<Sample> nearest(List<Sample> known, Question asked, int most) {
    // Stable, and samples are newest first.
    return known.stream()
        .sorted(Comparator.comparingDouble(sample -> sample.question().distance(asked)))
        .limit(most)
        .toList();
  }

  private static Fit ernest(List<Sample> known) {
    double[][] rows =
        known.stream().map(sample -> ernestTerms(sample.question())).toArray(double[][]::new);
    double[] weights = LeastSquares.nonNegative(rows, times(known));
    return asked -> LeastSquares.dot(ernestTerms(asked), weights);
  }

  private static double[] ernestTerms(Question of) {
    double cores = of.cores();
    return new double[] {1, of.input().orElse(1) / cores, Math.log(cores), cores};
  }

  private static double[] times(List<Sample> known) {
    return known.stream().mapToDouble(Sample::actualMs).toArray();
  }

  private static Fit logLinear(List<Sample> known) {
    double[][] rows =
        known.stream().map(sample -> logTerms(sample.question())).toArray(double[][]::new);
    double[] logTimes =
        known.stream().mapToDouble(sample -> Math.log(sample.actualMs())).toArray();
    double mean = mean(logTimes);
    List<Feature> varying = new ArrayList<>();
    for (int c = 0; c < rows[0].length; c++) {
      Feature.of(rows, c).ifPresent(varying::add);
    }
    double[] weights = new double[varying.size()];
    if (!varying.isEmpty()) {
      double[][] standard = new double[rows.length][];
      double[] y = new double[rows.length];
      for (int r = 0; r < rows.length; r++) {
        standard[r] = standardised(rows[r], varying);
        y[r] = logTimes[r] - mean;
      }
      weights = LeastSquares.solve(standard, y, RIDGE).orElseThrow();
    }
    double[] fitted = weights;
    return asked -> guarded(
        Math.exp(mean + LeastSquares.dot(standardised(logTerms(asked), varying), fitted)),
        known,
        asked);
  }

  private static double[] standardised(double[] row, List<Feature> varying) {
    return varying.stream().mapToDouble(feature -> feature.standard(row)).toArray();
  }

  /** A column that varies. */
  private record Feature(int column, double centre, double spread) {
    static Optional<Feature> of(double[][] rows, int column) {
      double centre = mean(Arrays.stream(rows).mapToDouble(row -> row[column]).toArray());
      double squares = 0;
      for (double[] row : rows) {
        squares += (row[column] - centre) * (row[column] - centre);
      }
      double spread = Math.sqrt(squares / rows.length);
      return spread > VARIES * Math.max(1, Math.abs(centre))
          ? Optional.of(new Feature(column, centre, spread))
          : Optional.empty();
    }

    double standard(double[] row) {
      return (row[column] - centre) / spread;
    }
  }

  private static double[] logTerms(Question of) {
    double cores = of.cores();
    double log = Math.log(cores);
    return new double[] {log, 1 / cores, log * log, Math.log(of.input().orElse(1))};
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /**
   * No known run says less than this at perfect scaling, or more than that at none: a fit through few runs
   * runs away without it.
   */
  private static double guarded(double predicted, List<Sample> known, Question asked) {
    double low = Double.POSITIVE_INFINITY;
    double high = 0;
    for (Sample sample : known) {
      double ideal = sample.actualMs()
          * asked.inputRatio(sample.question())
          * sample.question().cores()
          / asked.cores();
      low = Math.min(low, Math.min(ideal, sample.actualMs()));
      high = Math.max(high, Math.max(ideal, sample.actualMs()));
    }
    return Math.max(low, Math.min(high, predicted));
  }
}
