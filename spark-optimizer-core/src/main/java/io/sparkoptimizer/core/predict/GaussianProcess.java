package io.sparkoptimizer.core.predict;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.core.statistics.Cholesky;
import io.sparkoptimizer.core.statistics.Hits;
import io.sparkoptimizer.core.statistics.Normal;
import io.sparkoptimizer.spi.Predictor;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The logarithm of a job's run time as a Gaussian process (Rasmussen and Williams 2006, chapters 2 and 5):
 *
 * <pre>
 * ln t = c + a ln s + b s0 / s + q (ln s / s0)^2 + e ln input + sum_j w_j x_j + f(x) + noise
 * </pre>
 *
 * <p>s is the size (cores), s0 the smallest known one. What is linear in its weights has priors of what is
 * usual of Spark jobs: time falls with size, the less the larger it is, and grows a little less than input
 * does; of parameters nothing is known but that their effect has a limit. f is what is smooth and not of
 * that form: Matérn 5/2 with a length for each column. With three runs the priors speak, with a hundred
 * the runs do, and far from all of them f is gone and the trend remains.
 *
 * <p>The lengths, the size of f and the noise are those of the largest marginal likelihood times their
 * priors. Cost: n^3 for n known runs, of which {@value #MOST_FOR_LENGTHS} at most count for the lengths.
 */
final class GaussianProcess implements Predictor {
  static final String NAME = "gaussian_process";

  /** Runs that a job's time is learnt from at most; of more, as many at equal steps: tables are often sorted. */
  private static final int MOST = 1000;

  private static final int MOST_FOR_LENGTHS = 90;

  // Weights of ln s, s0 / s, (ln s / s0)^2, ln input, any other column: what is expected, and its
  // standard deviation.
  private static final double[] SIZE = {0, 0.2};
  private static final double[] INVERSE = {0.3, 1};
  private static final double[] CURVE = {0, 0.05};
  private static final double[] INPUT = {0.8, 0.3};
  private static final double[] OTHER = {0, 0.3};

  // Logarithms of the lengths, of the standard deviation of f and of the noise, likewise.
  private static final double[] LENGTH = {0.5, 1};
  private static final double[] DEVIATION = {Math.log(0.1), 1};
  private static final double[] NOISE = {Math.log(0.04), 0.4};

  /** Runs of one job differ by less than a factor of e from what is expected of them all, mostly. */
  private static final double CONSTANT_VARIANCE = 1;

  /** Keeps equal runs apart in the matrix. */
  private static final double JITTER = 1e-8;

  /** No time is predicted that lies farther than this outside what no and perfect scaling say. */
  private static final double BEYOND = 1.2;

  /** Half an interval's width at most, a factor of a million: more says no more, and is soon infinite. */
  private static final double WIDEST = Math.log(1e6);

  /** What the fit of lengths takes from the surprise of a left-out run, in runs. */
  private static final double SEEN = 3;

  /** Where the model's word is not calibrated, it counts beside the runs' own hits as so many. */
  private static final int MODEL_WEIGHT = 4;

  /** From so many on the runs themselves say how often predictions hit. */
  private static final int OWN = 3;

  private static final double ROOT5 = Math.sqrt(5);

  @Override
  public String name() {
    return NAME;
  }

  /** From one run on. */
  @Override
  public Optional<Fitted> fit(List<Sample> runs) {
    return runs.isEmpty() ? Optional.empty() : Optional.of(new Fit(runs));
  }

  /** What was learnt of one job. */
  static final class Fit implements Fitted {
    private final List<Sample> known;
    private final Columns columns;
    private final double[] expected;
    private final double[] variance;
    private final double constant;
    private final double[][] points;
    private final double[][] trends;
    private final double[] inverseLengths2;
    private final double deviation2;
    private final double noise2;
    private final Cholesky covariance;
    private final double[] weights;
    private final boolean calibrated;
    private final double factor;
    private final double[] leftOut;

    Fit(List<Sample> runs) {
      known = atMost(runs);
      columns = Columns.of(known.stream().map(Sample::run).toList());
      int terms = columns.count() + 2;
      expected = new double[terms];
      variance = new double[terms];
      double[][] priors = new double[terms][];
      Arrays.fill(priors, OTHER);
      priors[0] = SIZE;
      if (columns.hasInput()) {
        priors[1] = INPUT;
      }
      priors[terms - 2] = INVERSE;
      priors[terms - 1] = CURVE;
      for (int i = 0; i < terms; i++) {
        expected[i] = priors[i][0];
        variance[i] = priors[i][1] * priors[i][1];
      }
      int n = known.size();
      points = new double[n][];
      trends = new double[n][];
      double[] left = new double[n];
      double sum = 0;
      for (int i = 0; i < n; i++) {
        RunFeatures run = known.get(i).run();
        points[i] = columns.of(run);
        trends[i] = trend(run, points[i]);
        left[i] = Math.log(known.get(i).durationMs()) - Cholesky.dot(trends[i], expected);
        sum += left[i];
      }
      constant = sum / n;
      for (int i = 0; i < n; i++) {
        left[i] -= constant;
      }
      double[] shape = Minimum.of(likelihood(left), prior());
      int d = columns.count();
      inverseLengths2 = new double[d];
      for (int j = 0; j < d; j++) {
        inverseLengths2[j] = Math.exp(-2 * shape[j]);
      }
      deviation2 = Math.exp(2 * shape[d]);
      noise2 = Math.exp(2 * shape[d + 1]);
      double[][] matrix = new double[n][n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
          matrix[i][j] = covariance(points[i], trends[i], j);
        }
        matrix[i][i] += noise2 + JITTER;
      }
      covariance = Cholesky.of(matrix).orElseThrow();
      weights = covariance.solve(left);
      double[][] inverse = covariance.inverse();
      leftOut = new double[n];
      for (int i = 0; i < n; i++) {
        leftOut[i] = weights[i] / Math.sqrt(inverse[i][i]) * (1 + SEEN / n);
      }
      calibrated = CvPlus.rank(n) <= n;
      factor = calibrated ? factor(leftOut) : Normal.Z90 * (1 + 1.0 / n);
    }

    private static List<Sample> atMost(List<Sample> runs) {
      int n = runs.size();
      return n <= MOST
          ? runs
          : IntStream.range(0, MOST)
              .mapToObj(i -> runs.get((int) ((long) i * n / MOST)))
              .toList();
    }

    /**
     * So many standard deviations hold 90 %: the conformal quantile of how far off each known run is from
     * what the others say of it, in standard deviations of what they say, in closed form (Rasmussen and
     * Williams, 5.4.2). The lengths have seen the run that is left out: as so many runs fewer.
     */
    private static double factor(double[] leftOut) {
      double[] sizes = Arrays.stream(leftOut).map(Math::abs).sorted().toArray();
      return sizes[CvPlus.rank(sizes.length) - 1];
    }

    private double[] trend(RunFeatures run, double[] point) {
      double[] trend = Arrays.copyOf(point, point.length + 2);
      double ratio = columns.size(run) / columns.smallest();
      trend[point.length] = 1 / ratio;
      trend[point.length + 1] = Math.log(ratio) * Math.log(ratio);
      return trend;
    }

    private double[] prior() {
      double[] prior = new double[columns.count() + 2];
      Arrays.fill(prior, LENGTH[0]);
      prior[prior.length - 2] = DEVIATION[0];
      prior[prior.length - 1] = NOISE[0];
      return prior;
    }

    private static double priorWidth(int i, int d) {
      return i < d ? LENGTH[1] : i == d ? DEVIATION[1] : NOISE[1];
    }

    /** Less its logarithm, with the priors of the lengths, by their logarithms. */
    private Minimum.Function likelihood(double[] left) {
      int[] some = some(left.length);
      int n = some.length;
      int d = columns.count();
      double[] y = new double[n];
      double[][] linear = new double[n][n];
      double[][][] apart = new double[n][n][];
      for (int i = 0; i < n; i++) {
        y[i] = left[some[i]];
        for (int j = 0; j <= i; j++) {
          linear[i][j] = linear(trends[some[i]], trends[some[j]]);
          apart[i][j] = new double[d];
          for (int k = 0; k < d; k++) {
            double off = points[some[i]][k] - points[some[j]][k];
            apart[i][j][k] = off * off;
          }
        }
      }
      double[] prior = prior();
      return (shape, gradient) -> {
        double[] inverse2 = new double[d];
        for (int k = 0; k < d; k++) {
          inverse2[k] = Math.exp(-2 * shape[k]);
        }
        double smooth = Math.exp(2 * shape[d]);
        double noise = Math.exp(2 * shape[d + 1]);
        double[][] matrix = new double[n][n];
        double[][] likeness = new double[n][n];
        double[][] falling = new double[n][n];
        for (int i = 0; i < n; i++) {
          for (int j = 0; j <= i; j++) {
            double r = ROOT5 * Math.sqrt(Cholesky.dot(apart[i][j], inverse2));
            double decay = Math.exp(-r);
            likeness[i][j] = (1 + r + r * r / 3) * decay;
            // By the square of a distance along one column over that column's length.
            falling[i][j] = 5.0 / 3 * (1 + r) * decay;
            matrix[i][j] = linear[i][j] + smooth * likeness[i][j];
          }
          matrix[i][i] += noise + JITTER;
        }
        double value = 0;
        for (int k = 0; k < gradient.length; k++) {
          double off = (shape[k] - prior[k]) / priorWidth(k, d);
          value += off * off / 2;
          gradient[k] = off / priorWidth(k, d);
        }
        Optional<Cholesky> factor = Cholesky.of(matrix);
        if (factor.isEmpty()) {
          return Double.POSITIVE_INFINITY;
        }
        double[] solved = factor.get().solve(y);
        value += Cholesky.dot(y, solved) / 2 + factor.get().halfLogDeterminant();
        double[][] inverse = factor.get().inverse();
        for (int i = 0; i < n; i++) {
          for (int j = 0; j <= i; j++) {
            double weight = (i == j ? 0.5 : 1) * (inverse[i][j] - solved[i] * solved[j]) * smooth;
            gradient[d] += 2 * weight * likeness[i][j];
            for (int k = 0; k < d; k++) {
              gradient[k] += weight * falling[i][j] * apart[i][j][k] * inverse2[k];
            }
          }
          gradient[d + 1] += (inverse[i][i] - solved[i] * solved[i]) * noise;
        }
        return value;
      };
    }

    /** All runs, or some drawn among them, the same ones each time. */
    private static int[] some(int n) {
      int[] order = new int[n];
      Arrays.setAll(order, i -> i);
      Random random = new Random(n);
      for (int i = 0; i < Math.min(n, MOST_FOR_LENGTHS); i++) {
        int other = i + random.nextInt(n - i);
        int swapped = order[i];
        order[i] = order[other];
        order[other] = swapped;
      }
      return Arrays.copyOf(order, Math.min(n, MOST_FOR_LENGTHS));
    }

    private double linear(double[] one, double[] other) {
      double sum = CONSTANT_VARIANCE;
      for (int i = 0; i < one.length; i++) {
        sum += one[i] * other[i] * variance[i];
      }
      return sum;
    }

    private double covariance(double[] point, double[] trend, int with) {
      double distance2 = 0;
      for (int k = 0; k < point.length; k++) {
        double off = point[k] - points[with][k];
        distance2 += off * off * inverseLengths2[k];
      }
      double r = ROOT5 * Math.sqrt(distance2);
      return linear(trend, trends[with]) + deviation2 * (1 + r + r * r / 3) * Math.exp(-r);
    }

    /** Expected ln time. */
    record Belief(double mean, double deviation) {}

    Belief belief(RunFeatures run) {
      double[] point = columns.of(run);
      double[] trend = trend(run, point);
      double[] with = new double[points.length];
      for (int i = 0; i < with.length; i++) {
        with[i] = covariance(point, trend, i);
      }
      double mean = constant + Cholesky.dot(trend, expected) + Cholesky.dot(with, weights);
      double[] half = covariance.halfSolve(with);
      double left = linear(trend, trend) + deviation2 + noise2 - Cholesky.dot(half, half);
      return new Belief(guarded(mean, run), Math.sqrt(Math.max(noise2, left)));
    }

    /**
     * Each known run says that another takes as long as itself, or that in proportion to input and size, or
     * what lies between: parameters aside, which widen it.
     */
    private double guarded(double mean, RunFeatures run) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (Sample sample : known) {
        double log = Math.log(sample.durationMs());
        double ideal = log + Math.log(columns.perfectScaling(sample.run(), run));
        low = Math.min(low, Math.min(log, ideal));
        high = Math.max(high, Math.max(log, ideal));
      }
      double beyond = Math.log(BEYOND);
      return Math.max(low - beyond, Math.min(high + beyond, mean));
    }

    /** Whether its own left-out runs say how wide intervals are, not the model alone. */
    boolean isCalibrated() {
      return calibrated;
    }

    /** Whether its own left-out runs say how often predictions hit. */
    boolean knowsHits() {
      return known.size() >= OWN;
    }

    /**
     * Probability that a run takes within 20 % of what is predicted: how many left-out runs would, were they
     * as doubtful as this one is.
     */
    double withinTwentyPercent(RunFeatures run) {
      double deviation = belief(run).deviation();
      long hits =
          Arrays.stream(leftOut).filter(one -> Hits.isHit(one * deviation)).count();
      return calibrated
          ? Hits.lowerBound(hits, leftOut.length)
          : Hits.lowerBound(
              hits + MODEL_WEIGHT * Hits.normal(deviation), leftOut.length + MODEL_WEIGHT);
    }

    @Override
    public Interval predict(RunFeatures run) {
      Belief belief = belief(run);
      double half = Math.min(WIDEST, factor * belief.deviation());
      return new Interval(
          Math.exp(belief.mean() - half), Math.exp(belief.mean()), Math.exp(belief.mean() + half));
    }
  }
}
