package io.sparkoptimizer.core.search;

import io.sparkoptimizer.SearchEvaluation;
import io.sparkoptimizer.Workload;
import io.sparkoptimizer.Workload.Shape;
import io.sparkoptimizer.core.statistics.Cholesky;
import io.sparkoptimizer.core.statistics.Normal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is believed of the costs of a new job after some trials: a mixture of Gaussian processes, one for
 * each workload of {@link Past}. In each the job is that workload up to its size, to a smooth difference,
 * and to a difference that builds up as memory gets less (a Wiener process in ln of the total memory:
 * thrashing). Trials move the curves and weigh the workloads by how well they foretold them. Failures
 * are the same model of 0 and 1, in which a failure speaks against all shapes of less memory.
 *
 * <p>Expected improvement per trial after CherryPick (Alipourfard et al., NSDI 2017), feasibility apart
 * after Gelbart et al. (UAI 2014), other programs as scenarios after RGPE (Feurer et al., 2018). Cost: for
 * each trial workloads x candidates x trials.
 */
final class Belief {
  /** Variance of ln cost by which a job differs smoothly from a program that it resembles: 14 %. */
  private static final double DIFFERENCE = 0.02;

  /** The same for the difference that builds up over a factor e of less memory. */
  private static final double LESS_MEMORY = 0.02;

  /** Variance of ln cost between two runs of one job on one shape: 10 %. */
  private static final double REPETITION = 0.01;

  /** Variance of ln of the job's size: nothing is known of it. */
  private static final double SIZE = 25;

  private static final double FAILURE_DIFFERENCE = 0.05;
  private static final double FAILURE_LESS_MEMORY = 0.2;
  private static final double FAILURE_REPETITION = 0.05;

  /** A program's probability to fail is held for no surer than this, when failures weigh programs. */
  private static final double SURE = 0.95;

  private static final double LOG_FAILED = Math.log(SearchEvaluation.FAILED_COST);

  private final Past past;
  private final int n;
  private final double[][] cost;
  private final double[][] failure;

  Belief(Past past, List<Shape> candidates, Space space) {
    this.past = past;
    this.n = candidates.size();
    double[][] points = candidates.stream().map(space::point).toArray(double[][]::new);
    double most = Arrays.stream(points).mapToDouble(Space::totalMemory).max().orElseThrow();
    cost = new double[n][n];
    failure = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double smooth = Space.kernel(points[i], points[j], Past.LENGTH);
        // What both lack of the largest memory.
        double both = most - Math.max(Space.totalMemory(points[i]), Space.totalMemory(points[j]));
        cost[i][j] = SIZE + DIFFERENCE * smooth + LESS_MEMORY * both;
        failure[i][j] = FAILURE_DIFFERENCE * smooth + FAILURE_LESS_MEMORY * both;
      }
    }
  }

  /** The candidates over {@code history}, which holds no workload of the job's own program. */
  static Belief of(Workload job, List<Workload> history, List<Shape> candidates) {
    Space space = new Space(Past.shapes(candidates, history));
    return new Belief(Past.of(job, history, candidates, space), candidates, space);
  }

  int programs() {
    return past.programs;
  }

  /**
   * What a trial of a candidate is expected to bring.
   *
   * @param worth by the cost of the cheapest so far: what it is expected to save in one of the runs to come,
   *     less its own cost shared out over them. Before a trial has completed: minus its expected cost
   * @param ratio expected cost where it completes, by that of the cheapest so far; 1 where none completed
   * @param failing probability to fail
   */
  record Outlook(double worth, double ratio, double failing) {}

  /**
   * What another trial is expected to bring.
   *
   * @param outlooks by candidate
   * @param measured whether a trial has completed
   */
  record View(List<Outlook> outlooks, boolean measured) {
    /** The candidate of most worth that was not tried; -1 where all were. */
    int next(List<Integer> tried) {
      int best = -1;
      for (int i = 0; i < outlooks.size(); i++) {
        if (!tried.contains(i)
            && (best < 0 || outlooks.get(i).worth() > outlooks.get(best).worth())) {
          best = i;
        }
      }
      return best;
    }

    /** Whether trying it does not pay. */
    boolean stopsAt(int next) {
      return measured && outlooks.get(next).worth() <= 0;
    }
  }

  /**
   * @param tried candidates, each once
   * @param costs of the trials; NaN where it failed
   */
  View after(List<Integer> tried, double[] costs, int runsToCome) {
    int t = tried.size();
    int[] completed = IntStream.range(0, t).filter(k -> !Double.isNaN(costs[k])).toArray();
    double[] weight = Arrays.stream(past.weights).map(Math::log).toArray();
    double[][] failing = failing(tried, costs, weight);
    if (completed.length == 0) {
      softMax(weight);
      double[] expected = t == 0 ? past.firstCost : expected(weight, past.curves, failing);
      return new View(
          IntStream.range(0, n)
              .mapToObj(i -> new Outlook(-expected[i], 1, mean(weight, failing, i)))
              .toList(),
          false);
    }
    int[] at = Arrays.stream(completed).map(tried::get).toArray();
    double[] logs =
        Arrays.stream(completed).mapToDouble(k -> Math.log(costs[k])).toArray();
    double level = Arrays.stream(logs).average().orElseThrow();
    double least = Arrays.stream(logs).min().orElseThrow();
    Cholesky known = Cholesky.of(part(cost, at, REPETITION)).orElseThrow();
    double[] deviation = deviation(known, at);
    double[][] means = new double[past.curves.length][n];
    for (int w = 0; w < means.length; w++) {
      double[] curve = past.curves[w];
      double[] off = new double[at.length];
      for (int k = 0; k < at.length; k++) {
        off[k] = logs[k] - level - curve[at[k]];
      }
      double[] solved = known.solve(off);
      weight[w] -= Cholesky.dot(off, solved) / 2;
      for (int i = 0; i < n; i++) {
        means[w][i] = level - least + curve[i] + Cholesky.dot(row(cost, i, at), solved);
      }
    }
    softMax(weight);
    double[] expected = expected(weight, means, failing);
    List<Outlook> outlooks = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      double saving = 0;
      double ratio = 0;
      for (int w = 0; w < means.length; w++) {
        saving += weight[w] * (1 - failing[w][i]) * saving(means[w][i], deviation[i]);
        ratio += weight[w] * Math.exp(means[w][i]);
      }
      outlooks.add(new Outlook(saving - expected[i] / runsToCome, ratio, mean(weight, failing, i)));
    }
    return new View(outlooks, true);
  }

  /** Expected part of the cheapest cost that is saved: E max(0, 1 - e^x), x normal. */
  private static double saving(double mean, double deviation) {
    double z = -mean / deviation;
    return Normal.cumulative(z)
        - Math.exp(mean + deviation * deviation / 2) * Normal.cumulative(z - deviation);
  }

  /** Probabilities to fail by workload and candidate; adds the trials' likelihood to {@code weight}. */
  private double[][] failing(List<Integer> tried, double[] costs, double[] weight) {
    if (tried.isEmpty()) {
      return past.failures;
    }
    int[] at = tried.stream().mapToInt(Integer::intValue).toArray();
    Cholesky known = Cholesky.of(part(failure, at, FAILURE_REPETITION)).orElseThrow();
    double[][] failing = new double[past.failures.length][n];
    for (int w = 0; w < failing.length; w++) {
      double[] prior = past.failures[w];
      double[] off = new double[at.length];
      for (int k = 0; k < at.length; k++) {
        boolean failed = Double.isNaN(costs[k]);
        off[k] = (failed ? 1 : 0) - prior[at[k]];
        double sure = Math.min(SURE, Math.max(1 - SURE, prior[at[k]]));
        weight[w] += Math.log(failed ? sure : 1 - sure);
      }
      double[] solved = known.solve(off);
      for (int i = 0; i < n; i++) {
        double risk = prior[i] + Cholesky.dot(row(failure, i, at), solved);
        failing[w][i] = Math.min(1, Math.max(0, risk));
      }
    }
    return failing;
  }

  /** Expected cost of a trial, a failure as 10. */
  private double[] expected(double[] weight, double[][] logCosts, double[][] failing) {
    double[] expected = new double[n];
    for (int w = 0; w < logCosts.length; w++) {
      for (int i = 0; i < n; i++) {
        expected[i] += weight[w]
            * ((1 - failing[w][i]) * Math.exp(Math.min(logCosts[w][i], LOG_FAILED))
                + failing[w][i] * SearchEvaluation.FAILED_COST);
      }
    }
    return expected;
  }

  private double[] deviation(Cholesky known, int[] at) {
    double[] deviation = new double[n];
    for (int i = 0; i < n; i++) {
      double[] row = row(cost, i, at);
      double left = cost[i][i] - Cholesky.dot(row, known.solve(row));
      deviation[i] = Math.sqrt(Math.max(1e-9, left));
    }
    return deviation;
  }

  private static double mean(double[] weight, double[][] rows, int i) {
    double mean = 0;
    for (int w = 0; w < rows.length; w++) {
      mean += weight[w] * rows[w][i];
    }
    return mean;
  }

  private static void softMax(double[] logs) {
    double most = Arrays.stream(logs).max().orElseThrow();
    double sum = 0;
    for (int w = 0; w < logs.length; w++) {
      logs[w] = Math.exp(logs[w] - most);
      sum += logs[w];
    }
    for (int w = 0; w < logs.length; w++) {
      logs[w] /= sum;
    }
  }

  private static double[] row(double[][] matrix, int i, int[] at) {
    return Arrays.stream(at).mapToDouble(k -> matrix[i][k]).toArray();
  }

  private static double[][] part(double[][] matrix, int[] at, double noise) {
    double[][] part = new double[at.length][];
    for (int k = 0; k < at.length; k++) {
      part[k] = row(matrix, at[k], at);
      part[k][k] += noise;
    }
    return part;
  }
}
