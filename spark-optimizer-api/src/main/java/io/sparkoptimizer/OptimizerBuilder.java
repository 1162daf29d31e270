package io.sparkoptimizer;

import io.sparkoptimizer.spi.Collector;
import io.sparkoptimizer.spi.Recommender;
import io.sparkoptimizer.spi.Repository;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The parts of an optimizer. What is given here beats what is found on the class path. */
public final class OptimizerBuilder {
  private final Map<String, String> settings = new TreeMap<>();
  private final List<Recommender> recommenders = new ArrayList<>();
  private final List<Collector.Provider> collectors = new ArrayList<>();
  private @Nullable Repository repository;
  private Clock clock = Clock.systemUTC();

  OptimizerBuilder() {}

  /** Sets one key, as {@code database.url} or {@code recommendations.min_similar_jobs}. */
  public OptimizerBuilder setting(String key, String value) {
    settings.put(key, value);
    return this;
  }

  public OptimizerBuilder settings(Map<String, String> more) {
    settings.putAll(more);
    return this;
  }

  /** The store to use; the optimizer closes it. */
  public OptimizerBuilder repository(Repository store) {
    this.repository = Objects.requireNonNull(store);
    return this;
  }

  /** One more recommender, in place of one of the same name that would be found. */
  public OptimizerBuilder recommender(Recommender recommender) {
    recommenders.add(Objects.requireNonNull(recommender));
    return this;
  }

  /** One more kind of source, in place of one of the same name that would be found. */
  public OptimizerBuilder collector(Collector.Provider provider) {
    collectors.add(Objects.requireNonNull(provider));
    return this;
  }

  /** What tells the time; the system's clock unless set. */
  public OptimizerBuilder clock(Clock time) {
    this.clock = Objects.requireNonNull(time);
    return this;
  }

  public Map<String, String> settings() {
    return Map.copyOf(settings);
  }

  public List<Recommender> recommenders() {
    return List.copyOf(recommenders);
  }

  public List<Collector.Provider> collectors() {
    return List.copyOf(collectors);
  }

  public Optional<Repository> repository() {
    return Optional.ofNullable(repository);
  }

  public Clock clock() {
    return clock;
  }

  /**
   * @throws OptimizerException if no implementation is on the class path, or the repository cannot be
   *     opened
   * @throws SettingsException with every fault of the settings
   */
  public Optimizer build() {
    return ServiceLoader.load(Optimizer.Provider.class, Optimizer.class.getClassLoader())
        .findFirst()
        .orElseThrow(() -> new OptimizerException(
            "no optimizer found; add spark-optimizer-core to the class path"))
        .create(this);
  }
}
