package io.sparkoptimizer.spi;

import io.sparkoptimizer.Experimental;
import io.sparkoptimizer.TrainRequest;
import java.util.Map;

/** Trains models over the runs of all jobs. Stateless and thread-safe. */
@Experimental
public interface Trainer {
  /** The type of its models: {@code [a-z][a-z0-9-]*}, fixed for good. */
  String name();

  /**
   * Trains, and judges by jobs that were left out. Equal histories give equal models.
   *
   * @param request of this trainer's type; without features it takes its own
   * @param createdMs now, milliseconds since the epoch
   * @return with version 0
   * @throws io.sparkoptimizer.SettingsException if it has no such feature; says which there are
   * @throws io.sparkoptimizer.OptimizerException if there are too few runs, or something that it needs
   *     cannot be used
   */
  StoredModel train(RunHistory history, TrainRequest request, long createdMs);

  /** Makes trainers. Stateless, found by {@link java.util.ServiceLoader}. */
  interface Provider {
    /** The type of its models. */
    String name();

    Trainer create(Map<String, String> settings);
  }
}
