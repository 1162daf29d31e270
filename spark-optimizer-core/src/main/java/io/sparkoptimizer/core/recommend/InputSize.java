package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Recommendation.InputBasis;
import io.sparkoptimizer.spark.ApplicationRun;
import java.util.List;
import java.util.OptionalLong;

/**
 * How much data the next run reads, and how that was found.
 *
 * @param scale multiple of what the reference run read
 * @param bytes external bytes; empty where unrecorded
 * @param basis where it is from
 */
public record InputSize(double scale, OptionalLong bytes, InputBasis basis) {

  /**
   * Nothing is said of an input so many times as large as any that was seen. How work grows is known by
   * an exponent, and 0.5 (half of it does not depend on the input) and 1.5 (joins that multiply) are both
   * common where 1 is assumed: at a hundred times that is a factor of ten either way.
   */
  public static final double FARTHEST = 100;

  /** How many times as large it is as the largest that any of these runs read. */
  double beyond(List<ApplicationRun> runs) {
    long largest =
        runs.stream().mapToLong(run -> run.inputBytes().orElse(0)).max().orElse(0);
    return bytes.isPresent() && largest > 0 ? (double) bytes.getAsLong() / largest : scale;
  }

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
