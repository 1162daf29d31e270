package io.sparkoptimizer.core.backtest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Simple predictors of a run's time from other runs of its job: what a model must beat to be worth its
 * trouble. They see size and input of a run, and nothing of its stages. Deterministic.
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

  /** Milliseconds; empty where it needs more runs than are known. */
  OptionalDouble predict(List<Sample> known, Question asked) {
    if (known.size() < fewest) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(
        switch (this) {
          case MEAN -> mean(known);
          case KNN -> mean(nearest(known, asked, 3));
          case ERNEST -> ernest(known, asked);
          case LOG_LINEAR -> logLinear(known, asked);
          case NO_CHANGE -> nearest(known, asked, 1).get(0).actualMs();
          case SCALE_BY_CORES -> scaled(nearest(known, asked, 1).get(0), asked);
        });
  }

  private static double scaled(Sample near, Question asked) {
    return near.actualMs() * near.question().cores() / asked.cores();
  }

  private static double mean(List<Sample> samples) {
    return samples.stream().mapToDouble(Sample::actualMs).average().orElseThrow();
  }

  private static List<Sample> nearest(List<Sample> known, Question asked, int most) {
    // Stable, and samples are newest first.
    return known.stream()
        .sorted(Comparator.comparingDouble(sample -> sample.question().distance(asked)))
        .limit(most)
        .toList();
  }

  private static double ernest(List<Sample> known, Question asked) {
    double[][] rows =
        known.stream().map(sample -> ernestTerms(sample.question())).toArray(double[][]::new);
    double[] weights = LeastSquares.nonNegative(rows, times(known));
    return LeastSquares.dot(ernestTerms(asked), weights);
  }

  private static double[] ernestTerms(Question of) {
    double cores = of.cores();
    return new double[] {1, of.input().orElse(1) / cores, Math.log(cores), cores};
  }

  private static double[] times(List<Sample> known) {
    return known.stream().mapToDouble(Sample::actualMs).toArray();
  }

  private static double logLinear(List<Sample> known, Question asked) {
    double[][] all =
        known.stream().map(sample -> logTerms(sample.question())).toArray(double[][]::new);
    double[] question = logTerms(asked);
    double[] logTimes =
        known.stream().mapToDouble(sample -> Math.log(sample.actualMs())).toArray();
    double mean = mean(logTimes);
    List<double[]> standard = new ArrayList<>();
    List<Double> at = new ArrayList<>();
    for (int c = 0; c < question.length; c++) {
      double[] column = new double[all.length];
      for (int r = 0; r < all.length; r++) {
        column[r] = all[r][c];
      }
      double centre = mean(column);
      double spread = 0;
      for (double value : column) {
        spread += (value - centre) * (value - centre);
      }
      spread = Math.sqrt(spread / column.length);
      if (spread > VARIES * Math.max(1, Math.abs(centre))) {
        for (int r = 0; r < column.length; r++) {
          column[r] = (column[r] - centre) / spread;
        }
        standard.add(column);
        at.add((question[c] - centre) / spread);
      }
    }
    double predicted = mean;
    if (!standard.isEmpty()) {
      double[][] rows = new double[all.length][standard.size()];
      double[] y = new double[all.length];
      for (int r = 0; r < rows.length; r++) {
        for (int c = 0; c < rows[r].length; c++) {
          rows[r][c] = standard.get(c)[r];
        }
        y[r] = logTimes[r] - mean;
      }
      double[] weights = LeastSquares.solve(rows, y, RIDGE).orElseThrow();
      for (int c = 0; c < weights.length; c++) {
        predicted += weights[c] * at.get(c);
      }
    }
    return guarded(Math.exp(predicted), known, asked);
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
