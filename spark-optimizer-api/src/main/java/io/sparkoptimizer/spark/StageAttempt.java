package io.sparkoptimizer.spark;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a stage.
 *
 * @param stageId unique in a run
 * @param attemptId 0, then one more for each retry
 * @param name Spark's call site
 * @param status Spark's REST word
 * @param parentIds stages whose output it reads, ascending
 * @param submissionTimeMs in milliseconds since the epoch; empty where it never ran
 * @param firstTaskLaunchedTimeMs launch of its first task
 * @param completionTimeMs empty where the log has no end
 * @param numTasks tasks the stage has
 * @param numCompleteTasks task ends that succeeded
 * @param numFailedTasks task ends that failed, {@code Resubmitted} ones included
 * @param numKilledTasks task ends killed or denied their commit
 * @param numSpeculativeTasks task ends of speculative copies
 * @param slotTimeMs sum of finish - launch over all task ends but {@code Resubmitted} ones: what the
 *     stage occupied
 * @param resourceProfileId Spark's resource profile; empty before Spark 3.1
 * @param failureReason first line of why it failed, secrets redacted; null where it did not
 * @param metrics sums over all task ends that carry metrics; none at all for a skipped stage
 * @param distributions over successful tasks; a figure that was zero throughout has none
 */
public record StageAttempt(
    int stageId,
    int attemptId,
    String name,
    StageStatus status,
    List<Integer> parentIds,
    OptionalLong submissionTimeMs,
    OptionalLong firstTaskLaunchedTimeMs,
    OptionalLong completionTimeMs,
    int numTasks,
    int numCompleteTasks,
    int numFailedTasks,
    int numKilledTasks,
    int numSpeculativeTasks,
    long slotTimeMs,
    OptionalInt resourceProfileId,
    @Nullable String failureReason,
    Measures<TaskMetric> metrics,
    Map<TaskDistribution, Distribution> distributions) {
  public StageAttempt {
    parentIds = List.copyOf(parentIds);
    EnumMap<TaskDistribution, Distribution> ordered = new EnumMap<>(TaskDistribution.class);
    ordered.putAll(distributions);
    distributions = Collections.unmodifiableMap(ordered);
  }

  /** The figures of its successful tasks; of no figures where the stage kept none. */
  public Distribution distribution(TaskDistribution figure) {
    return distributions.getOrDefault(figure, Distribution.empty());
  }

  /** Whether any task of it ran. */
  public boolean ran() {
    return numCompleteTasks + numFailedTasks + numKilledTasks > 0;
  }
}
