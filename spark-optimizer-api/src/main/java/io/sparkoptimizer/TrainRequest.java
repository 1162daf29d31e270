package io.sparkoptimizer;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;

/**
 * Which model to train.
 *
 * @param name of the model: {@code [A-Za-z0-9][A-Za-z0-9._-]*}, at most 100 characters; a known one gets a
 *     new version
 * @param type which trainer: {@code xgboost}
 * @param target what to predict
 * @param features by name, each once; empty for those of the name's newest version, or the trainer's own
 *     choice where there is none
 */
@Experimental
public record TrainRequest(String name, String type, ModelTarget target, List<String> features) {
  /** The type of spark-optimizer-ml. */
  public static final String XGBOOST = "xgboost";

  public TrainRequest {
    Objects.requireNonNull(type);
    Objects.requireNonNull(target);
    features = List.copyOf(features);
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
      throw new IllegalArgumentException("a model's name is of letters, digits, '.', '_' and '-',"
          + " at most 100, and begins with a letter or digit; was \"" + name + "\"");
    }
    if (new HashSet<>(features).size() != features.size()) {
      throw new IllegalArgumentException("a feature is named twice: " + features);
    }
  }

  public TrainRequest withFeatures(List<String> wanted) {
    return new TrainRequest(name, type, target, wanted);
  }
}
