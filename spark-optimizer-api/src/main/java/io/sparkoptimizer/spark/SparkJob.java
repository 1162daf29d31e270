package io.sparkoptimizer.spark;

import java.util.List;
import java.util.OptionalLong;

/**
 * One Spark job: an action and the stages it needs.
 *
 * @param jobId unique in a run
 * @param status Spark's REST word
 * @param submissionTimeMs when it began, in milliseconds since the epoch
 * @param completionTimeMs when it ended; empty where the log has no end
 * @param stageIds ascending
 * @param sqlExecutionId the SQL execution that it belongs to
 */
public record SparkJob(
    int jobId,
    JobStatus status,
    OptionalLong submissionTimeMs,
    OptionalLong completionTimeMs,
    List<Integer> stageIds,
    OptionalLong sqlExecutionId) {
  public SparkJob {
    stageIds = List.copyOf(stageIds);
  }
}
