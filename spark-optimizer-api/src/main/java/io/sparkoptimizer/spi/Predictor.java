package io.sparkoptimizer.spi;

import io.sparkoptimizer.Interval;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Learns run times from runs, and predicts those of others.
 *
 * <p>Stateless and thread-safe: what is learnt is in the {@link Fitted} that {@link #fit} makes. Equal runs
 * in equal order give equal predictions. The optimizer selects among predictors, by how well each predicts
 * runs that it has not seen, and puts its own interval around the one that it takes.
 */
public interface Predictor {
  /** Name shown beside predictions: {@code [a-z][a-z0-9_]*}, fixed for good. */
  String name();

  /**
   * Learns.
   *
   * @param runs that went well, newest first; of one job, unless the predictor is asked to learn from all
   * @return empty where it needs more runs than these, or other features than they have
   * @throws io.sparkoptimizer.OptimizerException if something that it needs cannot be used; the optimizer
   *     reports it and goes on without this predictor
   */
  Optional<Fitted> fit(List<Sample> runs);

  /**
   * A run that went well.
   *
   * @param durationMs from the application's start to its end, milliseconds, more than 0
   */
  record Sample(RunFeatures run, double durationMs) {
    public Sample {
      if (!(durationMs > 0 && durationMs < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("durationMs must be more than 0, was " + durationMs);
      }
    }
  }

  /** What was learnt. Thread-safe. */
  interface Fitted {
    /**
     * The time of a run, milliseconds: the median as what is expected, and what the predictor itself takes
     * for the 5 % and the 95 % quantile; all three equal where it has no opinion of its doubt.
     */
    Interval predict(RunFeatures run);
  }

  /** Makes predictors. Stateless, found by {@link java.util.ServiceLoader}. */
  interface Provider {
    String name();

    Predictor create(Map<String, String> settings);
  }
}
