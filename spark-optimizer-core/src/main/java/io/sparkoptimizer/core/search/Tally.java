package io.sparkoptimizer.core.search;

import io.sparkoptimizer.SearchEvaluation.Score;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/** Adds up how searches went. */
final class Tally {
  private static final double NEAR = 1.1;
  private static final double FAIR = 1.2;

  private final int budget;
  private final double[] costAfter;
  private final List<Double> runsToNear = new ArrayList<>();
  private final List<Double> runsToFair = new ArrayList<>();
  private int searches;
  private long trials;
  private long failed;
  private int stops;
  private double stoppedAfter;
  private double costAtStop;

  Tally(int budget) {
    this.budget = budget;
    this.costAfter = new double[budget + 1];
  }

  int budget() {
    return budget;
  }

  /**
   * @param costs of shapes in the order in which they are tried, one or more; those beyond the budget are
   *     not
   * @param failures which of them failed
   */
  void add(List<Double> costs, List<Boolean> failures) {
    searches++;
    int most = Math.min(budget, costs.size());
    trials += most;
    failed += failures.stream().limit(most).filter(failure -> failure).count();
    costAfter[0] += costs.get(0);
    double best = Double.POSITIVE_INFINITY;
    double near = Double.POSITIVE_INFINITY;
    double fair = Double.POSITIVE_INFINITY;
    for (int run = 1; run <= budget; run++) {
      // Where every shape was tried the cheapest stays.
      if (run <= most) {
        best = Math.min(best, costs.get(run - 1));
      }
      costAfter[run] += best;
      near = best <= NEAR ? Math.min(near, run) : near;
      fair = best <= FAIR ? Math.min(fair, run) : fair;
    }
    runsToNear.add(near);
    runsToFair.add(fair);
  }

  /** @param after trials, 1 or more */
  void stopped(int after, List<Double> costs) {
    stops++;
    stoppedAfter += after;
    costAtStop +=
        costs.stream().limit(after).mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  Score score() {
    int n = Math.max(1, searches);
    return new Score(
        Arrays.stream(costAfter)
            .mapToObj(sum -> searches == 0 ? Double.NaN : sum / n)
            .toList(),
        median(runsToNear),
        median(runsToFair),
        (double) failed / trials, // NaN without any
        stops == 0 ? OptionalDouble.empty() : OptionalDouble.of(stoppedAfter / stops),
        stops == 0 ? OptionalDouble.empty() : OptionalDouble.of(costAtStop / stops));
  }

  /** The lower of two in the middle, so that half of the searches came there. */
  private static OptionalDouble median(List<Double> values) {
    if (values.isEmpty()) {
      return OptionalDouble.empty();
    }
    double middle = values.stream().sorted().toList().get((values.size() - 1) / 2);
    return Double.isInfinite(middle) ? OptionalDouble.empty() : OptionalDouble.of(middle);
  }
}
