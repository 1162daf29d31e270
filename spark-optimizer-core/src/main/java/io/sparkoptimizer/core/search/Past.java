package io.sparkoptimizer.core.search;

import io.sparkoptimizer.SearchEvaluation;
import io.sparkoptimizer.Workload;
import io.sparkoptimizer.Workload.Shape;
import io.sparkoptimizer.Workload.Trial;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What other programs make of the candidates. Each workload of theirs is one way that the new job may
 * turn out: a curve of ln cost over the candidates, 0 for the cheapest shape that completed, and one of
 * failures. A single measurement is noisy and a failure may have been chance, so both are smoothed over
 * shapes within a factor of two (Nadaraya and Watson, 1964); that also tells of shapes the program was
 * never run on.
 */
final class Past {
  /** Shapes that differ by a factor of two still tell of one another. */
  static final double LENGTH = Math.log(2);

  /** Weight of programs of another class than the job's, where one of its own is there. */
  private static final double OTHER_CLASS = 0.1;

  /** Of programs that nothing is known of so many in 100 runs fail: counts as one program. */
  private static final double PRIOR_FAILURE = 0.05;

  /** Of a curve of failures so much is the program's own, the rest that of all programs. */
  private static final double OWN_FAILURES = 0.5;

  /** Keeps a mean over shapes that are all far away from dividing 0 by 0. */
  private static final double TINY = 1e-12;

  final int programs;

  /** By workload and candidate: ln of the cost by that of its cheapest. */
  final double[][] curves;

  /** By workload and candidate: probability to fail. */
  final double[][] failures;

  /** Of each workload before any trial; sum 1, equal for programs of one class. */
  final double[] weights;

  /**
   * By candidate: mean cost over the workloads, a failure as 10, as it was measured where it was. Not
   * smoothed: the first trial is best put on what was cheap, not on what is like it.
   */
  final double[] firstCost;

  private Past(
      int programs, double[][] curves, double[][] failures, double[] weights, double[] firstCost) {
    this.programs = programs;
    this.curves = curves;
    this.failures = failures;
    this.weights = weights;
    this.firstCost = firstCost;
  }

  /** Workloads of other programs that tell something. */
  static List<Workload> others(Workload job, List<Workload> history) {
    return history.stream()
        .filter(one -> !one.job().equals(job.job()))
        .filter(one -> one.trials().stream().anyMatch(Trial::completed))
        .toList();
  }

  /** @param history of other programs, each with a trial that completed */
  static Past of(Workload job, List<Workload> history, List<Shape> candidates, Space space) {
    double[][] points = candidates.stream().map(space::point).toArray(double[][]::new);
    if (history.isEmpty()) {
      return nothing(points);
    }
    int n = candidates.size();
    int m = history.size();
    double[][] curves = new double[m][];
    double[][] failures = new double[m][];
    double[][] measured = new double[m][];
    for (int w = 0; w < m; w++) {
      Workload one = history.get(w);
      curves[w] = smooth(points, one, space, Measure.COST);
      failures[w] = smooth(points, one, space, Measure.FAILURE);
      measured[w] = measured(candidates, one, curves[w], failures[w]);
    }
    Map<String, Integer> sizes = new HashMap<>();
    history.forEach(one -> sizes.merge(one.job(), 1, Integer::sum));
    boolean classKnown = job.jobClass().isPresent()
        && history.stream().anyMatch(one -> one.jobClass().equals(job.jobClass()));
    double[] perWorkload = new double[m];
    double[] perProgram = new double[m];
    for (int w = 0; w < m; w++) {
      Workload one = history.get(w);
      perWorkload[w] = classKnown && !one.jobClass().equals(job.jobClass()) ? OTHER_CLASS : 1;
      perProgram[w] = perWorkload[w] / sizes.getOrDefault(one.job(), 1);
    }
    normalise(perWorkload);
    normalise(perProgram);
    int programs = sizes.size();
    double[] meanFailure = mean(failures, perProgram, n);
    for (double[] failure : failures) {
      for (int i = 0; i < n; i++) {
        double all = (programs * meanFailure[i] + PRIOR_FAILURE) / (programs + 1);
        failure[i] = OWN_FAILURES * failure[i] + (1 - OWN_FAILURES) * all;
      }
    }
    return new Past(programs, curves, failures, perProgram, mean(measured, perWorkload, n));
  }

  /** Without history the search begins in the middle of the candidates. */
  private static Past nothing(double[][] points) {
    int n = points.length;
    double[] middle = new double[points[0].length];
    for (double[] point : points) {
      for (int d = 0; d < middle.length; d++) {
        middle[d] += point[d] / n;
      }
    }
    double[] flatFailure = new double[n];
    Arrays.fill(flatFailure, PRIOR_FAILURE);
    double[] distance = new double[n];
    for (int i = 0; i < n; i++) {
      for (int d = 0; d < middle.length; d++) {
        distance[i] += (points[i][d] - middle[d]) * (points[i][d] - middle[d]);
      }
    }
    return new Past(0, new double[1][n], new double[][] {flatFailure}, new double[] {1}, distance);
  }

  private enum Measure {
    COST,
    FAILURE
  }

  private static double[] smooth(
      double[][] points, Workload workload, Space space, Measure measure) {
    double cheapest = cheapest(workload);
    List<double[]> places = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    for (Trial trial : workload.trials()) {
      if (measure == Measure.FAILURE) {
        places.add(space.point(trial.shape()));
        values.add(trial.completed() ? 0.0 : 1.0);
      } else if (trial.completed()) {
        places.add(space.point(trial.shape()));
        values.add(Math.log(trial.cost().getAsDouble() / cheapest));
      }
    }
    double[] smooth = new double[points.length];
    for (int i = 0; i < points.length; i++) {
      double sum = 0;
      double weights = 0;
      for (int j = 0; j < places.size(); j++) {
        double weight = Space.kernel(points[i], places.get(j), LENGTH) + TINY;
        sum += weight * values.get(j);
        weights += weight;
      }
      smooth[i] = sum / weights;
    }
    return smooth;
  }

  private static double[] measured(
      List<Shape> candidates, Workload workload, double[] curve, double[] failure) {
    Map<Shape, Double> relative = relativeCosts(workload);
    double[] cost = new double[candidates.size()];
    for (int i = 0; i < cost.length; i++) {
      double smoothed =
          (1 - failure[i]) * Math.min(Math.exp(curve[i]), SearchEvaluation.FAILED_COST)
              + failure[i] * SearchEvaluation.FAILED_COST;
      cost[i] = Optional.ofNullable(relative.get(candidates.get(i))).orElse(smoothed);
    }
    return cost;
  }

  static double cheapest(Workload workload) {
    return workload.trials().stream()
        .flatMapToDouble(trial -> trial.cost().stream())
        .min()
        .orElseThrow();
  }

  /** Costs by that of the cheapest that completed; 10 for a shape that failed. */
  static Map<Shape, Double> relativeCosts(Workload workload) {
    double cheapest = cheapest(workload);
    Map<Shape, Double> relative = new HashMap<>();
    for (Trial trial : workload.trials()) {
      relative.put(
          trial.shape(),
          trial.completed() ? trial.cost().getAsDouble() / cheapest : SearchEvaluation.FAILED_COST);
    }
    return relative;
  }

  private static void normalise(double[] weights) {
    double sum = Arrays.stream(weights).sum();
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
  }

  private static double[] mean(double[][] rows, double[] weights, int n) {
    double[] mean = new double[n];
    for (int w = 0; w < rows.length; w++) {
      for (int i = 0; i < n; i++) {
        mean[i] += weights[w] * rows[w][i];
      }
    }
    return mean;
  }

  /** All shapes that anything is said of. */
  static Set<Shape> shapes(List<Shape> candidates, List<Workload> history) {
    Set<Shape> all = new HashSet<>(candidates);
    history.forEach(one -> one.trials().forEach(trial -> all.add(trial.shape())));
    return all;
  }
}
