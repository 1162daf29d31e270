package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Recommendation.InputBasis;
import java.util.OptionalLong;

/**
 * How much data the next run reads, and how that was found.
 *
 * @param scale multiple of what the reference run read
 * @param bytes external bytes; empty where unrecorded
 * @param basis where it is from
 */
record InputSize(double scale, OptionalLong bytes, InputBasis basis) {

  /**
   * @param recorded bytes that the reference run read
   * @param like bytes that the run read which is named in the question; empty where none is
   */
  static InputSize of(JobProfile profile, OptionalLong recorded, OptionalLong like) {
    double base = recorded.isPresent() && like.isPresent()
        ? (double) like.getAsLong() / recorded.getAsLong()
        : 1;
    boolean declared = profile.inputSize().isPresent();
    if (profile.inputScale().isPresent() || (base != 1 && !declared)) {
      double scale = base * profile.inputScale().orElse(1);
      return new InputSize(
          scale,
          recorded.isPresent()
              ? OptionalLong.of(Math.round((double) recorded.getAsLong() * scale))
              : OptionalLong.empty(),
          InputBasis.SCALED);
    }
    if (declared && profile.inputSize().get().bytes() > 0) {
      long bytes = profile.inputSize().get().bytes();
      return recorded.isPresent()
          ? new InputSize(
              (double) bytes / recorded.getAsLong(), OptionalLong.of(bytes), InputBasis.DECLARED)
          : new InputSize(1, OptionalLong.empty(), InputBasis.UNKNOWN);
    }
    return new InputSize(
        1, recorded, recorded.isPresent() ? InputBasis.LAST_RUN : InputBasis.UNKNOWN);
  }
}
