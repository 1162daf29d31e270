package io.sparkoptimizer.core.schedule;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a job's own runs say of how predictions go wrong where something changes. Immutable.
 *
 * <p>ln(actual / predicted) is taken for a sum over the kinds of {@link Change}, each with a weight of its
 * own, and noise: Bayesian linear regression with conjugate priors (Raiffa and Schlaifer 1961; Gelman et al.,
 * Bayesian Data Analysis, chapter 14). Before any run the weights are 0 with a standard deviation of 1,
 * for a change is measured in what it is assumed to cost; each run predicted by one of another configuration
 * moves them. So a job that more slots do not help is known by its second size, while a kind of change that
 * no run shows keeps its doubt. How far off each pair was, by what had been thought before it was
 * seen, adds up to {@link #squares}: the scale of all of it, what {@link Spread} weighs against other
 * jobs'. What this gets wrong: errors that do not grow evenly with a doubling.
 *
 * <p>Runs of one configuration are off together, so a configuration counts as one figure, however often it
 * ran (Kish 1965, design effect at a correlation of 1) and from however many runs it was predicted.
 */
final class Correction {
  static final Correction NONE = new Correction(List.of());

  /**
   * One run, predicted by another.
   *
   * @param from configuration that predicted, as a number
   * @param to configuration that was predicted
   * @param logRatio ln(actual / predicted)
   */
  record Pair(int from, int to, Change change, double logRatio) {}

  private static final int REACH = 2;

  private final double[] weights = new double[Change.KINDS];
  private final double[][] covariance = new double[Change.KINDS][Change.KINDS];
  private final double[] farthest = new double[Change.KINDS];
  private final double squares;
  private final int configurations;

  private Correction(List<Pair> pairs) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (Pair pair : pairs) {
      counts.merge(pair.to(), 1, Integer::sum);
      for (int kind = 0; kind < Change.KINDS; kind++) {
        farthest[kind] = Math.max(farthest[kind], Math.abs(pair.change().part(kind)));
      }
    }
    for (int kind = 0; kind < Change.KINDS; kind++) {
      covariance[kind][kind] = 1;
    }
    double sum = 0;
    for (Pair pair : pairs) {
      sum += learn(pair, counts.getOrDefault(pair.to(), 1));
    }
    this.squares = sum;
    this.configurations = counts.size();
  }

  /** From pairs of different configurations. */
  static Correction of(List<Pair> pairs) {
    return pairs.isEmpty() ? NONE : new Correction(pairs);
  }

  /** The same as if one configuration had not been seen. */
  static Correction without(List<Pair> pairs, int configuration) {
    return of(pairs.stream()
        .filter(pair -> pair.from() != configuration && pair.to() != configuration)
        .toList());
  }

  /**
   * Recursive least squares.
   *
   * @param among so many pairs make one figure
   * @return squared surprise, in variances of what was expected
   */
  private double learn(Pair pair, int among) {
    double[] reach = times(pair.change());
    double variance = Change.NOISE * Change.NOISE * among + along(reach, pair.change());
    double surprise = pair.logRatio() - shift(pair.change());
    for (int i = 0; i < Change.KINDS; i++) {
      weights[i] += reach[i] * surprise / variance;
      for (int j = 0; j < Change.KINDS; j++) {
        covariance[i][j] -= reach[i] * reach[j] / variance;
      }
    }
    return surprise * surprise / variance;
  }

  private double[] times(Change change) {
    double[] product = new double[Change.KINDS];
    for (int i = 0; i < Change.KINDS; i++) {
      for (int j = 0; j < Change.KINDS; j++) {
        product[i] += covariance[i][j] * change.part(j);
      }
    }
    return product;
  }

  private static double along(double[] vector, Change change) {
    double sum = 0;
    for (int i = 0; i < Change.KINDS; i++) {
      sum += vector[i] * change.part(i);
    }
    return sum;
  }

  /**
   * What ln(actual / predicted) is expected to be; 0 where no run tells. A change that is more than twice
   * as far as any that was seen counts as twice: what they did is not known to go on.
   */
  double shift(Change change) {
    double sum = 0;
    for (int kind = 0; kind < Change.KINDS; kind++) {
      double part = change.part(kind);
      sum += weights[kind] * Math.copySign(Math.min(Math.abs(part), REACH * farthest[kind]), part);
    }
    return sum;
  }

  /**
   * Whether the job's runs tell little of such a change: more than half of the doubt that was assumed of it is
   * still there. How well they were predicted in other directions says nothing of this one.
   */
  boolean isNew(Change change) {
    double assumed = change.prior() * change.prior() - Change.NOISE * Change.NOISE;
    return along(times(change), change) > assumed / 2;
  }

  /** Its standard deviation, as {@link Change#prior} and never more, in the same scale. */
  double prior(Change change) {
    double doubt = Math.max(0, along(times(change), change));
    return Math.sqrt(Change.NOISE * Change.NOISE + doubt);
  }

  /** Sum of the squared surprises; as large as there are configurations if what is assumed is right. */
  double squares() {
    return squares;
  }

  /** How many configurations were predicted by others. */
  int configurations() {
    return configurations;
  }
}
