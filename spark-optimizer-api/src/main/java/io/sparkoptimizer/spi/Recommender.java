package io.sparkoptimizer.spi;

import io.sparkoptimizer.Recommendation;
import java.util.Map;

/**
 * Advises on the next run of a Spark application from the runs already recorded.
 *
 * <p>An {@link io.sparkoptimizer.Optimizer} keeps one instance until it closes and calls it from any
 * thread, so an implementation is thread-safe and keeps nothing about a request.
 */
public interface Recommender {
  /** Name shown beside the advice and used in settings: {@code [a-z][a-z0-9-]*}, fixed for good. */
  String name();

  /**
   * Returns changes, "keep what you have", "infeasible", or an abstention.
   *
   * <p>Too little history is an answer (verdict abstain), not an exception; the optimizer then asks the
   * next recommender. Equal requests give equal answers.
   *
   * @throws io.sparkoptimizer.OptimizerException if a model or file this recommender needs cannot be
   *     used; the optimizer reports it and asks the others
   */
  Recommendation recommend(RecommendationRequest request);

  /** Turn among recommenders: lower goes first, equal values go by {@link #name()}. */
  default int order() {
    return 0;
  }

  /** A recommender that learns from the whole history before it is asked. */
  interface Trainable extends Recommender {
    /** Learns. Called before the first question and whenever the user asks for it. */
    void train(RunHistory history);
  }

  /** Makes recommenders. Stateless, found by {@link java.util.ServiceLoader}. */
  interface Provider {
    String name();

    Recommender create(Map<String, String> settings);
  }
}
