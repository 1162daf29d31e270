package io.sparkoptimizer.spi;

import io.sparkoptimizer.ModelInfo;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.spark.ApplicationRun;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps runs and the recommendations given. Thread-safe; several processes may use one store at a
 * time. Test yours with {@code RepositoryCompatibilityKit}.
 *
 * <p>The same run (equal {@link ApplicationRun#id}) seen twice is kept once: a complete record beats
 * an incomplete one, then more events win, then one that has ended beats one that was running, and an
 * equal one changes nothing. Runs whose ids collide
 * ({@link io.sparkoptimizer.spark.RunId#collidesWith}) are both kept, both with the quality issue
 * {@code id_collision}.
 */
public interface Repository extends RunHistory, AutoCloseable {
  /**
   * Saves collected runs in one transaction: all of them, or none and an exception. Their inputs are
   * remembered, but for those of runs that are still running: their logs are to be read again.
   *
   * @throws io.sparkoptimizer.OptimizerException if the store cannot take them
   */
  SaveResult save(List<CollectedRun> batch);

  /**
   * Remembers inputs, each in place of what was remembered of its location and of the one in progress
   * ({@link InputStamp#IN_PROGRESS}) that it comes from. All of them, or none and an exception.
   */
  void remember(String sourceName, List<KnownInput> inputs);

  /** What is remembered of inputs at these locations, in no order. */
  List<KnownInput> known(String sourceName, Collection<String> locations);

  /** Whether exactly this input is remembered under this source name. */
  default boolean isKnown(String sourceName, InputStamp input) {
    return known(sourceName, List.of(input.location())).stream()
        .anyMatch(known -> known.stamp().equals(input));
  }

  /** Keeps a recommendation that was given; the same id again changes nothing. */
  void save(Recommendation recommendation, long givenMs);

  /** A recommendation given before, as it was. */
  Optional<Recommendation> recommendation(String id);

  /**
   * Recommendations that were given, newest first; those given at one time in a fixed order. A store
   * that does not list them answers with none, and nobody learns how right they were.
   *
   * @param limit at most so many; 1 or more
   */
  default List<GivenRecommendation> recommendations(int limit) {
    return List.of();
  }

  /**
   * Keeps a trained model as the next version of its name; versions before it stay.
   *
   * @return with its version, from 1 on
   */
  default StoredModel save(StoredModel model) {
    throw new OptimizerException(getClass().getName() + " does not implement save(StoredModel)");
  }

  /** Trained models that are kept: by name, the newest version of each first. */
  default List<ModelInfo> models() {
    return List.of();
  }

  /** One version of a trained model. */
  default Optional<StoredModel> model(String name, int version) {
    return Optional.empty();
  }

  @Override
  void close();

  /**
   * A recommendation and when it was first given, in milliseconds since the epoch.
   */
  record GivenRecommendation(Recommendation recommendation, long givenMs) {}

  /** A run and the input that it was read from. */
  record CollectedRun(ApplicationRun run, InputStamp input) {}

  /**
   * An input that was read before.
   *
   * @param stamp what it looked like
   * @param skipped why it holds no run; null where it held one
   */
  record KnownInput(InputStamp stamp, @Nullable String skipped) {}

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
