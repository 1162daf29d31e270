package io.sparkoptimizer.spark;

import io.sparkoptimizer.JobType;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Which runs are asked for; every condition given must hold. Answers come newest first.
 *
 * @param appId Spark's application id
 * @param job the application's name or its job signature
 * @param jobType what kind of work
 * @param minDurationMs at least so long
 * @param maxDurationMs at most so long
 * @param limit at most so many; empty for all
 */
public record RunQuery(
    @Nullable String appId,
    @Nullable String job,
    @Nullable JobType jobType,
    OptionalLong minDurationMs,
    OptionalLong maxDurationMs,
    OptionalInt limit) {

  /** Every run. */
  public static final RunQuery ALL = new RunQuery(
      null, null, null, OptionalLong.empty(), OptionalLong.empty(), OptionalInt.empty());

  public RunQuery {
    if (limit.isPresent() && limit.getAsInt() < 1) {
      throw new IllegalArgumentException("limit must be 1 or more, was " + limit.getAsInt());
    }
  }

  public static RunQuery ofAppId(String appId) {
    return new RunQuery(
        appId, null, null, OptionalLong.empty(), OptionalLong.empty(), OptionalInt.empty());
  }

  public static RunQuery ofJob(String nameOrSignature) {
    return new RunQuery(
        null,
        nameOrSignature,
        null,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalInt.empty());
  }

  public RunQuery limit(int most) {
    return new RunQuery(appId, job, jobType, minDurationMs, maxDurationMs, OptionalInt.of(most));
  }

  public RunQuery ofType(JobType type) {
    return new RunQuery(appId, job, type, minDurationMs, maxDurationMs, limit);
  }

  /** Whether a run meets every condition but the limit. */
  public boolean matches(RunSummary run) {
    return (appId == null || appId.equals(run.id().appId()))
        && (job == null || job.equals(run.jobSignature()) || job.equals(run.id().name()))
        && (jobType == null || jobType == run.jobType())
        && (minDurationMs.isEmpty()
            || run.durationMs().orElse(Long.MIN_VALUE) >= minDurationMs.getAsLong())
        && (maxDurationMs.isEmpty()
            || run.durationMs().orElse(Long.MAX_VALUE) <= maxDurationMs.getAsLong());
  }
}
