package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A stage attempt while its log is read. */
final class StageState {
  private static final TaskMetric[] METRICS = TaskMetric.values();
  private static final Map<TaskDistribution, TaskMetric> SPREAD = new EnumMap<>(Map.of(
      TaskDistribution.INPUT_BYTES, TaskMetric.INPUT_BYTES,
      TaskDistribution.SHUFFLE_READ_BYTES, TaskMetric.SHUFFLE_READ_BYTES,
      TaskDistribution.SHUFFLE_WRITE_BYTES, TaskMetric.SHUFFLE_WRITE_BYTES,
      TaskDistribution.DISK_BYTES_SPILLED, TaskMetric.DISK_BYTES_SPILLED,
      TaskDistribution.PEAK_EXECUTION_MEMORY_BYTES, TaskMetric.PEAK_EXECUTION_MEMORY_BYTES));

  final int stageId;
  final int attemptId;
  private String name = "";
  StageStatus status = StageStatus.ACTIVE;
  private List<Integer> parentIds = List.of();
  private OptionalLong submissionTimeMs = OptionalLong.empty();
  private OptionalLong completionTimeMs = OptionalLong.empty();
  private long firstTaskLaunchedTimeMs = Long.MAX_VALUE;
  private int numTasks;
  private OptionalInt resourceProfileId = OptionalInt.empty();
  private @Nullable String failureReason;
  int completeTasks;
  private int failedTasks;
  private int killedTasks;
  private int speculativeTasks;
  private int tasksWithMetrics;
  private long slotTimeMs;
  long taskStarts;
  long taskEnds;
  private final Measures.Builder<TaskMetric> metrics = Measures.builder(TaskMetric.class);
  private Distribution.Builder durations = Distribution.builder();
  private final Map<TaskDistribution, Distribution.Builder> spreads =
      new EnumMap<>(TaskDistribution.class);
  private final Map<TaskDistribution, Distribution> sealed = new EnumMap<>(TaskDistribution.class);

  StageState(int stageId, int attemptId) {
    this.stageId = stageId;
    this.attemptId = attemptId;
  }

  /** Takes over what a job's start, a submission or a completion says of the stage. */
  void describe(JsonTree info) {
    name = Redaction.text(info.text("Stage Name", name));
    numTasks = info.count("Number of Tasks").orElse(numTasks);
    if (info.has("Parent IDs")) {
      parentIds = List.copyOf(new TreeSet<>(info.counts("Parent IDs")));
    }
    if (info.has("Resource Profile Id")) {
      resourceProfileId = info.id("Resource Profile Id");
    }
    if (info.has("Submission Time")) {
      submissionTimeMs = info.number("Submission Time");
    }
    if (info.has("Completion Time")) {
      completionTimeMs = info.number("Completion Time");
    }
    String failure = info.text("Failure Reason");
    if (failure != null) {
      failureReason = Redaction.text(firstLine(failure));
    }
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return text.substring(0, Math.min(end < 0 ? text.length() : end, 500));
  }

  /** Spark's REST status of a stage whose completion was logged. */
  void complete() {
    status = failureReason != null
        ? StageStatus.FAILED
        : submissionTimeMs.isPresent() || taskEnds > 0 ? StageStatus.COMPLETE : StageStatus.SKIPPED;
    seal();
  }

  /** Shrinks the figures of a stage that is done: applications have thousands of such stages. */
  private void seal() {
    if (durations.count() > 0) {
      sealed.put(TaskDistribution.DURATION_MS, durations.build());
      spreads.forEach((figure, builder) -> sealed.put(figure, builder.build()));
      durations = Distribution.builder();
      spreads.clear();
    }
  }

  /** Tasks end after their stage too: those whose result was no longer needed. */
  private void unseal() {
    sealed.forEach((figure, spread) -> {
      Distribution.Builder builder = Distribution.builder().addAll(spread);
      if (figure == TaskDistribution.DURATION_MS) {
        durations = builder;
      } else {
        spreads.put(figure, builder);
      }
    });
    sealed.clear();
  }

  /** A stage whose submission was dropped still runs: what its tasks did counts. */
  private void ran() {
    if (status == StageStatus.PENDING || status == StageStatus.SKIPPED) {
      status = StageStatus.ACTIVE;
    }
  }

  void taskStarted(long launchTimeMs) {
    ran();
    taskStarts++;
    launched(launchTimeMs);
  }

  private void launched(long launchTimeMs) {
    if (launchTimeMs > 0) {
      firstTaskLaunchedTimeMs = Math.min(firstTaskLaunchedTimeMs, launchTimeMs);
    }
  }

  void taskEnded(TaskEnd task, long durationMs) {
    ran();
    launched(task.launchTimeMs);
    boolean success = task.reason.equals("Success");
    switch (task.reason) {
      case "Success" -> completeTasks++;
      case "TaskKilled", "TaskCommitDenied" -> killedTasks++;
      default -> failedTasks++;
    }
    if (task.speculative) {
      speculativeTasks++;
    }
    if (task.reason.equals("Resubmitted")) {
      return; // it repeats an earlier attempt: neither work nor slot time
    }
    taskEnds++;
    slotTimeMs += durationMs;
    if (task.hasMetrics) {
      tasksWithMetrics++;
      for (TaskMetric metric : METRICS) {
        if (task.has(metric)) {
          metrics.merge(metric, task.get(metric), metric::combine);
        }
      }
    }
    if (success) {
      unseal();
      durations.add(durationMs);
      SPREAD.forEach((figure, metric) -> spread(figure, task.get(metric)));
    }
  }

  /** Most stages do not spill, and many neither read nor shuffle: what is all zero costs nothing. */
  private void spread(TaskDistribution figure, long value) {
    Distribution.Builder builder = spreads.get(figure);
    if (builder == null) {
      if (value == 0) {
        return;
      }
      builder = Distribution.builder();
      for (long i = durations.count() - 1; i > 0; i--) {
        builder.add(0);
      }
      spreads.put(figure, builder);
    }
    builder.add(value);
  }

  boolean lostTaskEnds() {
    return status == StageStatus.COMPLETE && completeTasks < numTasks;
  }

  /**
   * @param logged metrics that occur anywhere in the log: one that a stage does not have was zero there
   */
  StageAttempt build(Set<TaskMetric> logged) {
    boolean measured = tasksWithMetrics > 0 && status != StageStatus.SKIPPED;
    Measures.Builder<TaskMetric> sums = Measures.builder(TaskMetric.class);
    Measures<TaskMetric> own = metrics.build();
    if (measured) {
      for (TaskMetric metric : EnumSet.copyOf(logged)) {
        sums.set(metric, own.orZero(metric));
      }
    }
    seal();
    return new StageAttempt(
        stageId,
        attemptId,
        name,
        status,
        parentIds,
        submissionTimeMs,
        firstTaskLaunchedTimeMs == Long.MAX_VALUE
            ? OptionalLong.empty()
            : OptionalLong.of(firstTaskLaunchedTimeMs),
        completionTimeMs,
        numTasks,
        completeTasks,
        failedTasks,
        killedTasks,
        speculativeTasks,
        slotTimeMs,
        resourceProfileId,
        failureReason,
        sums.build(),
        sealed);
  }
}
