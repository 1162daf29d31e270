package io.sparkoptimizer.spi;

import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.spark.ApplicationRun;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings runs from where they are recorded: event logs, a history server, a cloud's api.
 *
 * <p>An instance serves one collection and is called from one thread. It tells the sink of every
 * input, one after another; a fault of one input goes to {@link Sink#skip} and never ends the
 * collection.
 */
public interface Collector {
  /** Name used in settings: {@code [a-z][a-z0-9-]*}, fixed for good. */
  String name();

  /**
   * Tells the sink of everything there is. May block. Ends early, without fault, when its thread is
   * interrupted.
   *
   * @throws io.sparkoptimizer.OptimizerException if the source as a whole cannot be read
   */
  void collect(Sink sink);

  /** Takes what a collector finds. Called from the collector's thread alone. */
  interface Sink {
    /** How many inputs there are, as soon as that is known; for progress. */
    void expect(long inputs);

    /**
     * Those of these inputs that have to be read. The others were collected before and have not changed
     * since: they are done with, one that was skipped then is reported again. Ask for many at a time.
     */
    Set<InputStamp> unknown(Collection<InputStamp> inputs);

    /** Whether this input was collected before and has not changed since; it is then done with. */
    default boolean isKnown(InputStamp input) {
      return unknown(List.of(input)).isEmpty();
    }

    /** A run was read from an input. */
    void accept(ApplicationRun run, InputStamp input);

    /** An input holds no run, and will hold none until it changes. */
    void skip(InputStamp input, String reason);

    /** An input cannot be read now; the next collection tries again. */
    void skip(SkippedInput input);

    /** An input was found that this collection was not asked for; nothing is kept of it. */
    void filter();

    /** So many bytes more were read, of inputs as they are stored; for progress. */
    void read(long bytes);
  }

  /** Makes collectors. Stateless, found by {@link java.util.ServiceLoader}. */
  interface Provider {
    /** The collector's name, which is the type of its source: {@code event-log}. */
    String name();

    /**
     * @param settings what the user configured for this source; see the collector's documentation
     * @throws io.sparkoptimizer.SettingsException with every fault of the settings
     */
    Collector create(Map<String, String> settings);
  }
}
