package io.sparkoptimizer;

import io.sparkoptimizer.spark.ApplicationRun;
import java.nio.file.Path;
import java.util.Map;

/**
 * What to collect.
 *
 * @param collector name of the collector, which is the type of the source: {@code event-log}
 * @param settings the collector's own; {@code event-log} has {@code path}, {@code threads} that read
 *     (default: one a processor), and what leaves logs out: {@code since} (an instant in ISO form; runs
 *     that started then or later), {@code max_age} (a duration in ISO form; logs modified within it),
 *     {@code name} (of the application; {@code *} stands for any text, {@code ?} for any character)
 * @param sourceName name of the cluster or collection, part of every run's identity
 * @param batchSize runs saved in one transaction, fewer where they are large; 1 or more
 */
public record CollectionRequest(
    String collector, Map<String, String> settings, String sourceName, int batchSize) {
  public CollectionRequest {
    settings = Map.copyOf(settings);
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize must be 1 or more, was " + batchSize);
    }
  }

  /** Everything under a path: a log, a folder of logs, or a zip of logs. */
  public static CollectionRequest eventLogs(Path path) {
    return new CollectionRequest(
        "event-log", Map.of("path", path.toString()), ApplicationRun.DEFAULT_SOURCE, 100);
  }

  /** Told after every input. Called from the collecting thread. */
  @FunctionalInterface
  public interface Progress {
    /** Tells nobody. */
    Progress NONE = (done, expected) -> {};

    /**
     * @param done inputs dealt with
     * @param expected inputs in all; 0 while that is not known
     */
    void update(long done, long expected);

    /**
     * @param bytes read until now, of inputs as they are stored
     */
    default void read(long bytes) {}
  }
}
