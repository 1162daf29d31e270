package io.sparkoptimizer.spark;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a stage. Made by {@link #builder}, which may gain properties without breaking a caller.
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
 * @param peaks the most that one executor held while the stage ran, in bytes: from {@code
 *     SparkListenerStageExecutorMetrics} where they are logged, else from the ends of its tasks; every one
 *     a lower bound
 * @param distributions a figure that was zero throughout has none
 * @param timeByBytes how the slot time of its successful tasks follows the bytes that they read
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
    Measures<MemoryPeak> peaks,
    Map<TaskDistribution, Distribution> distributions,
    TimeByBytes timeByBytes) {
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

  /** A figure of what it read, without the share that came from cached blocks. */
  long external(TaskMetric metric) {
    long all = metrics.orZero(TaskMetric.INPUT_BYTES);
    long cached = metrics.orZero(TaskMetric.CACHED_INPUT_BYTES);
    long figure = metrics.orZero(metric);
    return cached <= 0 || all <= 0
        ? figure
        : Math.round(figure * (1 - Math.min(1, (double) cached / all)));
  }

  /** Whether any task of it ran. */
  public boolean ran() {
    return numCompleteTasks + numFailedTasks + numKilledTasks > 0;
  }

  /** A complete attempt without tasks, until told otherwise. */
  public static Builder builder(int stageId, int attemptId) {
    return new Builder(stageId, attemptId);
  }

  /** Gathers the properties of an attempt. Not thread-safe. */
  public static final class Builder {
    private final int stageId;
    private final int attemptId;
    private String name = "";
    private StageStatus status = StageStatus.COMPLETE;
    private List<Integer> parentIds = List.of();
    private OptionalLong submissionTimeMs = OptionalLong.empty();
    private OptionalLong firstTaskLaunchedTimeMs = OptionalLong.empty();
    private OptionalLong completionTimeMs = OptionalLong.empty();
    private int numTasks;
    private int numCompleteTasks;
    private int numFailedTasks;
    private int numKilledTasks;
    private int numSpeculativeTasks;
    private long slotTimeMs;
    private OptionalInt resourceProfileId = OptionalInt.empty();
    private @Nullable String failureReason;
    private Measures<TaskMetric> metrics = Measures.none(TaskMetric.class);
    private Measures<MemoryPeak> peaks = Measures.none(MemoryPeak.class);
    private Map<TaskDistribution, Distribution> distributions = Map.of();
    private TimeByBytes timeByBytes = TimeByBytes.NONE;

    private Builder(int stageId, int attemptId) {
      this.stageId = stageId;
      this.attemptId = attemptId;
    }

    public Builder name(String name) {
      this.name = name;
      return this;
    }

    public Builder status(StageStatus status) {
      this.status = status;
      return this;
    }

    public Builder parentIds(List<Integer> parentIds) {
      this.parentIds = parentIds;
      return this;
    }

    public Builder submissionTimeMs(OptionalLong submissionTimeMs) {
      this.submissionTimeMs = submissionTimeMs;
      return this;
    }

    public Builder firstTaskLaunchedTimeMs(OptionalLong firstTaskLaunchedTimeMs) {
      this.firstTaskLaunchedTimeMs = firstTaskLaunchedTimeMs;
      return this;
    }

    public Builder completionTimeMs(OptionalLong completionTimeMs) {
      this.completionTimeMs = completionTimeMs;
      return this;
    }

    public Builder numTasks(int numTasks) {
      this.numTasks = numTasks;
      return this;
    }

    public Builder numCompleteTasks(int numCompleteTasks) {
      this.numCompleteTasks = numCompleteTasks;
      return this;
    }

    public Builder numFailedTasks(int numFailedTasks) {
      this.numFailedTasks = numFailedTasks;
      return this;
    }

    public Builder numKilledTasks(int numKilledTasks) {
      this.numKilledTasks = numKilledTasks;
      return this;
    }

    public Builder numSpeculativeTasks(int numSpeculativeTasks) {
      this.numSpeculativeTasks = numSpeculativeTasks;
      return this;
    }

    public Builder slotTimeMs(long slotTimeMs) {
      this.slotTimeMs = slotTimeMs;
      return this;
    }

    public Builder resourceProfileId(OptionalInt resourceProfileId) {
      this.resourceProfileId = resourceProfileId;
      return this;
    }

    public Builder failureReason(@Nullable String failureReason) {
      this.failureReason = failureReason;
      return this;
    }

    public Builder metrics(Measures<TaskMetric> metrics) {
      this.metrics = metrics;
      return this;
    }

    public Builder peaks(Measures<MemoryPeak> peaks) {
      this.peaks = peaks;
      return this;
    }

    public Builder distributions(Map<TaskDistribution, Distribution> distributions) {
      this.distributions = distributions;
      return this;
    }

    public Builder timeByBytes(TimeByBytes timeByBytes) {
      this.timeByBytes = timeByBytes;
      return this;
    }

    public StageAttempt build() {
      return new StageAttempt(
          stageId,
          attemptId,
          name,
          status,
          parentIds,
          submissionTimeMs,
          firstTaskLaunchedTimeMs,
          completionTimeMs,
          numTasks,
          numCompleteTasks,
          numFailedTasks,
          numKilledTasks,
          numSpeculativeTasks,
          slotTimeMs,
          resourceProfileId,
          failureReason,
          metrics,
          peaks,
          distributions,
          timeByBytes);
    }
  }
}
