package io.sparkoptimizer;

import java.util.List;
import java.util.Objects;

/**
 * A model that was trained over the runs of all jobs.
 *
 * @param name the user's; versions of a model share it
 * @param version from 1 on, one more with each training; 0 while it is not kept
 * @param type which trainer made it: {@code xgboost}
 * @param target what it predicts
 * @param features what it was trained on, in the order that was asked for
 * @param metrics how far off it was on jobs that it had not seen
 * @param createdMs when it was trained, milliseconds since the epoch
 * @param library the library that trained it, with its version: {@code xgboost 3.0.4}
 * @param sizeBytes of what was learnt
 */
@Experimental
public record ModelInfo(
    String name,
    int version,
    String type,
    ModelTarget target,
    List<String> features,
    ModelMetrics metrics,
    long createdMs,
    String library,
    long sizeBytes) {
  public ModelInfo {
    Objects.requireNonNull(type);
    Objects.requireNonNull(target);
    Objects.requireNonNull(metrics);
    features = List.copyOf(features);
    if (name.isBlank() || version < 0) {
      throw new IllegalArgumentException(
          "a model has a name and a version of 0 or more, was \"" + name + "\", " + version);
    }
  }

  public ModelInfo withVersion(int kept) {
    return new ModelInfo(
        name, kept, type, target, features, metrics, createdMs, library, sizeBytes);
  }
}
