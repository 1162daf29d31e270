package io.sparkoptimizer.spark;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * What tells one run from another. An application id alone does not: {@code local-*} and {@code
 * app-*} ids repeat between clusters, and different logs share one.
 *
 * @param sourceName the cluster or collection the run came from; {@code default} unless set
 * @param appId Spark's application id; where the log has none, {@code sha256:} and the digest of its
 *     first event lines
 * @param attemptId the attempt, or empty text
 * @param startTimeMs when it started; empty where unknown
 * @param name the application's name, or empty text
 */
public record RunId(
    String sourceName, String appId, String attemptId, OptionalLong startTimeMs, String name) {
  public RunId {
    Objects.requireNonNull(sourceName);
    Objects.requireNonNull(appId);
    Objects.requireNonNull(attemptId);
    Objects.requireNonNull(startTimeMs);
    Objects.requireNonNull(name);
  }

  /** Whether both claim to be the same attempt of the same application, whatever their start and name. */
  public boolean collidesWith(RunId other) {
    return sourceName.equals(other.sourceName)
        && appId.equals(other.appId)
        && attemptId.equals(other.attemptId)
        && !equals(other);
  }
}
