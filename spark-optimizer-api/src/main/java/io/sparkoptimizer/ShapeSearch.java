package io.sparkoptimizer;

import io.sparkoptimizer.Workload.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What to do next with a job that is looking for its cluster: try one more shape, or stay with the
 * cheapest that was tried.
 *
 * @param next the shape to try; empty where another trial is not worth its cost, or none is left
 * @param best the shape to run on until then: the cheapest that completed, and where none did {@code next}
 * @param costRatio what {@code next} is expected to cost where it completes, by the cost of {@code best};
 *     empty without a trial that completed
 * @param failureProbability that {@code next} fails, 0 to 1
 * @param reason of the answer, a sentence or two
 */
@Experimental
public record ShapeSearch(
    Optional<Shape> next,
    Optional<Shape> best,
    OptionalDouble costRatio,
    OptionalDouble failureProbability,
    String reason) {

  /** So often a job is taken to run again where nobody says. */
  public static final int RUNS_TO_COME = 70;

  /**
   * The question.
   *
   * @param job the job, with the trials that it had so far
   * @param candidates shapes that it may run on; those of its trials may be among them
   * @param history other workloads: one of the same program is not used, nor is one without a trial that
   *     completed
   * @param runsToCome how often the job will run on what is found, 1 or more: what a trial costs is
   *     weighed against what it may save in all of these
   */
  public record Query(
      Workload job, List<Shape> candidates, List<Workload> history, int runsToCome) {
    public Query {
      Objects.requireNonNull(job);
      candidates = List.copyOf(candidates);
      history = List.copyOf(history);
      if (candidates.isEmpty() || new HashSet<>(candidates).size() < candidates.size()) {
        throw new IllegalArgumentException(
            "candidates must be one shape or more, each once, was " + candidates.size());
      }
      if (runsToCome < 1) {
        throw new IllegalArgumentException("runsToCome must be 1 or more, was " + runsToCome);
      }
    }
  }
}
