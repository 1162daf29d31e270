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

  /** @param recorded bytes that the reference run read */
  static InputSize of(JobProfile profile, OptionalDouble recorded) {
    OptionalLong known = recorded.isPresent()
        ? OptionalLong.of(Math.round(recorded.getAsDouble()))
        : OptionalLong.empty();
    if (profile.inputScale().isPresent()) {
      double scale = profile.inputScale().getAsDouble();
      return new InputSize(
          scale,
          known.isPresent()
              ? OptionalLong.of(Math.round((double) known.getAsLong() * scale))
              : OptionalLong.empty(),
          InputBasis.SCALED);
    }
    if (profile.inputSize().isPresent() && profile.inputSize().get().bytes() > 0) {
      long declared = profile.inputSize().get().bytes();
      return known.isPresent()
          ? new InputSize(
              (double) declared / known.getAsLong(), OptionalLong.of(declared), InputBasis.DECLARED)
          : new InputSize(1, OptionalLong.empty(), InputBasis.UNKNOWN);
    }
    return new InputSize(1, known, known.isPresent() ? InputBasis.LAST_RUN : InputBasis.UNKNOWN);
  }
}
