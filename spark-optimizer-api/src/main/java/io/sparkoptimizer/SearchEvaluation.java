package io.sparkoptimizer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How soon the search for a shape finds a cheap one: recorded workloads, each taken for a new one whose
 * shapes are tried one by one.
 *
 * @param budget trials of each workload
 * @param repeats draws of the random baseline
 * @param workloads each that was tested, by job and context
 * @param overall all of them together
 * @param baselines by name: {@code random} tries shapes at random, {@code ranking} by their mean cost over
 *     the other programs
 * @param notTested how many workloads were not tested, by reason: {@code no_completed_shape}, {@code
 *     no_other_program}
 */
@Experimental
public record SearchEvaluation(
    int budget,
    int repeats,
    long seed,
    List<Row> workloads,
    Score overall,
    Map<String, Score> baselines,
    Map<String, Integer> notTested) {
  public SearchEvaluation {
    workloads = List.copyOf(workloads);
    baselines = Collections.unmodifiableMap(new LinkedHashMap<>(baselines));
    notTested = Map.copyOf(notTested);
  }

  /** What a shape that failed counts, by the cost of the cheapest. */
  public static final double FAILED_COST = 10;

  /**
   * The question.
   *
   * @param workloads each in turn is the new one
   * @param history what is known of other programs; that of the workload's own is never used
   * @param budget trials of each, 1 or more
   * @param repeats draws of the random baseline, 1 or more
   * @param seed of these: equal seeds give equal answers
   */
  public record Query(
      List<Workload> workloads, List<Workload> history, int budget, int repeats, long seed) {
    public Query {
      workloads = List.copyOf(workloads);
      history = List.copyOf(history);
      if (budget < 1 || repeats < 1) {
        throw new IllegalArgumentException(
            "an evaluation has 1 or more trials and repeats, was " + budget + ", " + repeats);
      }
    }
  }

  /** Told after every workload. Called from the asking thread. */
  @FunctionalInterface
  public interface Progress {
    /** Tells nobody. */
    Progress NONE = (done, expected) -> {};

    /**
     * @param done workloads dealt with
     * @param expected workloads in all
     */
    void update(long done, long expected);
  }

  /** A workload and how its search went. */
  public record Row(String job, String context, Score score) {}

  /**
   * How a search went. Costs are by that of the workload's cheapest completed shape: 1 is the best there
   * is, {@link #FAILED_COST} a shape that failed.
   *
   * @param costAfter by number of trials, 0 to the budget: the cheapest shape tried so far; at 0 the shape
   *     that is recommended with no trial. Over several workloads the mean
   * @param runsTo11 trials until the cheapest is at most 1.1, the median over draws and workloads; empty
   *     where half of them never come there
   * @param runsTo12 the same for 1.2
   * @param failedShare failed trials by all trials; NaN where there were none
   * @param stoppedAfter mean number of trials after which the search itself would have stopped, the budget
   *     where it would not; empty for baselines, which never stop
   * @param costAtStop mean cost of the cheapest at that point; empty for baselines
   */
  public record Score(
      List<Double> costAfter,
      OptionalDouble runsTo11,
      OptionalDouble runsTo12,
      double failedShare,
      OptionalDouble stoppedAfter,
      OptionalDouble costAtStop) {
    public Score {
      costAfter = List.copyOf(costAfter);
    }
  }
}
