package io.sparkoptimizer.spi;

import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.spark.ApplicationRun;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps runs and the recommendations given. Thread-safe; several processes may use one store at a
 * time. Test yours with {@code RepositoryCompatibilityKit}.
 *
 * <p>The same run (equal {@link ApplicationRun#id}) seen twice is kept once: a complete record beats
 * an incomplete one, then more events win, and an equal one changes nothing. Runs whose ids collide
 * ({@link io.sparkoptimizer.spark.RunId#collidesWith}) are both kept, both with the quality issue
 * {@code id_collision}.
 */
public interface Repository extends RunHistory, AutoCloseable {
  /**
   * Saves collected runs in one transaction: all of them, or none and an exception.
   *
   * @throws io.sparkoptimizer.OptimizerException if the store cannot take them
   */
  SaveResult save(List<CollectedRun> batch);

  /** Whether a run of exactly this input was saved under this source name. */
  boolean isKnown(String sourceName, InputStamp input);

  /** Keeps a recommendation that was given; the same id again changes nothing. */
  void save(Recommendation recommendation, long givenMs);

  /** A recommendation given before, as it was. */
  Optional<Recommendation> recommendation(String id);

  @Override
  void close();

  /** A run and the input that it was read from. */
  record CollectedRun(ApplicationRun run, InputStamp input) {}

  /** What became of a batch. */
  record SaveResult(int added, int updated, int unchanged) {}

  /** Makes repositories. Stateless, found by {@link java.util.ServiceLoader}. */
  interface Provider {
    /** Name used in settings: {@code [a-z][a-z0-9-]*}. */
    String name();

    /** Turn among providers: the lowest that is found serves, unless the settings name one. */
    default int order() {
      return 0;
    }

    /**
     * @param settings {@code database.url}, {@code database.pool_size}, ...
     * @throws io.sparkoptimizer.OptimizerException if the store cannot be opened
     */
    Repository create(Map<String, String> settings);
  }
}
