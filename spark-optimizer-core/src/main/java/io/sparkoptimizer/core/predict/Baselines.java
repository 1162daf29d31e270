package io.sparkoptimizer.core.predict;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.core.statistics.Cholesky;
import io.sparkoptimizer.spi.Predictor;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Simple predictors of a run's time from other runs of its job: what a model must beat to be worth its
 * trouble. They see what a run is given and asked to do, and nothing of its stages. Deterministic. They have no
 * opinion of their doubt: {@link CvPlus} has.
 */
public final class Baselines {
  /** The mean of all known runs. */
  static final Predictor MEAN = of("mean", 1, known -> {
    double mean = mean(known);
    return asked -> mean;
  });

  /** The mean of the three nearest by {@link Near}, newest first where equally near. */
  static final Predictor KNN = of("knn", 1, known -> {
    Near near = new Near(known);
    return asked -> mean(near.to(asked, 3));
  });

  /**
   * Ernest (Venkataraman et al. 2016): t = a + b input / cores + c log cores + d cores, all weights 0 or
   * more, by least squares.
   */
  static final Predictor ERNEST = of("ernest", 3, known -> {
    Columns columns = columns(known);
    double[] weights = LeastSquares.nonNegative(
        known.stream().map(sample -> ernestTerms(columns, sample.run())).toArray(double[][]::new),
        known.stream().mapToDouble(Predictor.Sample::durationMs).toArray());
    return asked -> Cholesky.dot(ernestTerms(columns, asked), weights);
  });

  /** ln t by ridge regression over all columns' logarithms, 1 / cores and (ln cores)^2. */
  static final Predictor LOG_LINEAR = of("log_linear", 3, Baselines::logLinear);

  /** The time of the nearest run. */
  static final Predictor NO_CHANGE = of("no_change", 1, known -> {
    Near near = new Near(known);
    return asked -> near.to(asked, 1).get(0).durationMs();
  });

  /** The same times its cores / the cores asked. */
  static final Predictor SCALE_BY_CORES = of("scale_by_cores", 1, known -> {
    Near near = new Near(known);
    return asked -> {
      Predictor.Sample one = near.to(asked, 1).get(0);
      return one.durationMs() * near.columns.size(one.run()) / near.columns.size(asked);
    };
  });

  /** All of these, in the order of tables. */
  public static final List<Predictor> ALL =
      List.of(MEAN, KNN, ERNEST, LOG_LINEAR, NO_CHANGE, SCALE_BY_CORES);

  /** Weight of the penalty for each known run: it decides only where the data does not. */
  private static final double RIDGE = 0.01;

  /** A term that varies by less than this is a constant. */
  private static final double VARIES = 1e-9;

  private Baselines() {}

  /** What a baseline makes of the runs that it knows. */
  @FunctionalInterface
  private interface Learner {
    /** Milliseconds by what is asked. */
    ToDoubleFunction<RunFeatures> learn(List<Predictor.Sample> known);
  }

  private static Predictor of(String name, int fewest, Learner learner) {
    return new Predictor() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Optional<Fitted> fit(List<Sample> runs) {
        if (runs.size() < fewest) {
          return Optional.empty();
        }
        ToDoubleFunction<RunFeatures> learnt = learner.learn(runs);
        return Optional.of(asked -> {
          double ms = Math.max(0, Math.min(Double.MAX_VALUE, learnt.applyAsDouble(asked)));
          return new Interval(ms, ms, ms);
        });
      }
    };
  }

  private static Columns columns(List<Predictor.Sample> known) {
    return Columns.of(known.stream().map(Predictor.Sample::run).toList());
  }

  private static double mean(List<Predictor.Sample> samples) {
    return samples.stream().mapToDouble(Predictor.Sample::durationMs).average().orElseThrow();
  }

  /** Known runs by how far they are, over all columns (Euclid). */
  private static final class Near {
    final Columns columns;
    private final List<Predictor.Sample> known;
    private final double[][] points;

    Near(List<Predictor.Sample> known) {
      this.known = known;
      columns = columns(known);
      points = known.stream().map(sample -> columns.of(sample.run())).toArray(double[][]::new);
    }

    List<Predictor.Sample> to(RunFeatures asked, int most) {
      double[] point = columns.of(asked);
      int[] nearest = new int[Math.min(most, points.length)];
      double[] distances = new double[nearest.length];
      int found = 0;
      // Samples are newest first, and of equally near ones the first stays.
      for (int i = 0; i < points.length; i++) {
        double distance = 0;
        for (int k = 0; k < point.length; k++) {
          double off = point[k] - points[i][k];
          distance += off * off;
        }
        if (found == nearest.length && !(distance < distances[found - 1])) {
          continue;
        }
        int at = found == nearest.length ? found - 1 : found++;
        for (; at > 0 && distance < distances[at - 1]; at--) {
          nearest[at] = nearest[at - 1];
          distances[at] = distances[at - 1];
        }
        nearest[at] = i;
        distances[at] = distance;
      }
      return Arrays.stream(nearest).mapToObj(known::get).toList();
    }
  }

  private static double[] ernestTerms(Columns columns, RunFeatures of) {
    double size = columns.size(of);
    return new double[] {1, columns.input(of).orElse(1) / size, Math.log(size), size};
  }

  private static ToDoubleFunction<RunFeatures> logLinear(List<Predictor.Sample> known) {
    Columns columns = columns(known);
    double[][] rows =
        known.stream().map(sample -> logTerms(columns, sample.run())).toArray(double[][]::new);
    double[] logTimes =
        known.stream().mapToDouble(sample -> Math.log(sample.durationMs())).toArray();
    double mean = Arrays.stream(logTimes).average().orElseThrow();
    List<Term> varying = new java.util.ArrayList<>();
    for (int c = 0; c < rows[0].length; c++) {
      Term.of(rows, c).ifPresent(varying::add);
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
        Math.exp(mean + Cholesky.dot(standardised(logTerms(columns, asked), varying), fitted)),
        known,
        columns,
        asked);
  }

  private static double[] standardised(double[] row, List<Term> varying) {
    return varying.stream().mapToDouble(term -> term.standard(row)).toArray();
  }

  /** A term that varies. */
  private record Term(int column, double centre, double spread) {
    static Optional<Term> of(double[][] rows, int column) {
      double centre =
          Arrays.stream(rows).mapToDouble(row -> row[column]).average().orElseThrow();
      double squares = 0;
      for (double[] row : rows) {
        squares += (row[column] - centre) * (row[column] - centre);
      }
      double spread = Math.sqrt(squares / rows.length);
      return spread > VARIES * Math.max(1, Math.abs(centre))
          ? Optional.of(new Term(column, centre, spread))
          : Optional.empty();
    }

    double standard(double[] row) {
      return (row[column] - centre) / spread;
    }
  }

  private static double[] logTerms(Columns columns, RunFeatures of) {
    double[] point = columns.of(of);
    double[] terms = Arrays.copyOf(point, point.length + 2);
    double size = columns.size(of);
    terms[point.length] = 1 / size;
    terms[point.length + 1] = Math.log(size) * Math.log(size);
    return terms;
  }

  /**
   * No known run says less than this at perfect scaling, or more than that at none: a fit through few runs
   * runs away without it.
   */
  private static double guarded(
      double predicted, List<Predictor.Sample> known, Columns columns, RunFeatures asked) {
    double low = Double.POSITIVE_INFINITY;
    double high = 0;
    for (Predictor.Sample sample : known) {
      double ideal = sample.durationMs() * columns.perfectScaling(sample.run(), asked);
      low = Math.min(low, Math.min(ideal, sample.durationMs()));
      high = Math.max(high, Math.max(ideal, sample.durationMs()));
    }
    return Math.max(low, Math.min(high, predicted));
  }
}
