package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Recommendation.InputBasis;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How much data the next run reads, and how that was found.
 *
 * @param scale multiple of what the reference run read
 * @param bytes external bytes; empty where unknown
 * @param basis where it is from
 */
record InputSize(double scale, OptionalLong bytes, InputBasis basis) {

  /**
   * @param recorded bytes that the reference run read
   * @param like bytes that the run read which is named in the question; empty where none is
   */
  static InputSize of(JobProfile profile, OptionalDouble recorded, OptionalDouble like) {
    double base =
        recorded.isPresent() && like.isPresent() ? like.getAsDouble() / recorded.getAsDouble() : 1;
    OptionalLong known = recorded.isPresent()
        ? OptionalLong.of(Math.round(recorded.getAsDouble()))
        : OptionalLong.empty();
    boolean declared = profile.inputSize().isPresent();
    if (profile.inputScale().isPresent() || (base != 1 && !declared)) {
      double scale = base * profile.inputScale().orElse(1);
      return new InputSize(
          scale,
          known.isPresent()
              ? OptionalLong.of(Math.round((double) known.getAsLong() * scale))
              : OptionalLong.empty(),
          InputBasis.SCALED);
    }
    if (declared && profile.inputSize().get().bytes() > 0) {
      long bytes = profile.inputSize().get().bytes();
      return known.isPresent()
          ? new InputSize(
              (double) bytes / known.getAsLong(), OptionalLong.of(bytes), InputBasis.DECLARED)
          : new InputSize(1, OptionalLong.empty(), InputBasis.UNKNOWN);
    }
    return new InputSize(1, known, known.isPresent() ? InputBasis.LAST_RUN : InputBasis.UNKNOWN);
  }
}
