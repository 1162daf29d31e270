package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import io.sparkoptimizer.spark.TimeByBytes;
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
      TaskDistribution.RUN_TIME_MS, TaskMetric.EXECUTOR_RUN_TIME_MS,
      TaskDistribution.INPUT_BYTES, TaskMetric.INPUT_BYTES,
      TaskDistribution.SHUFFLE_READ_BYTES, TaskMetric.SHUFFLE_READ_BYTES,
      TaskDistribution.SHUFFLE_WRITE_BYTES, TaskMetric.SHUFFLE_WRITE_BYTES,
      TaskDistribution.DISK_BYTES_SPILLED, TaskMetric.DISK_BYTES_SPILLED,
      TaskDistribution.PEAK_EXECUTION_MEMORY_BYTES, TaskMetric.PEAK_EXECUTION_MEMORY_BYTES));

  final int stageId;
  final int attemptId;
  private String name = "";
  StageStatus status = StageStatus.ACTIVE;
  /** Whether an RDD that it reads is persisted, and was computed before. */
  boolean readsCache;

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
  private final Measures.Builder<MemoryPeak> peaks = Measures.builder(MemoryPeak.class);
  private TimeByBytes timeByBytes = TimeByBytes.NONE;
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
    spreads.forEach((figure, builder) -> sealed.put(figure, builder.build()));
    spreads.clear();
  }

  /** Tasks end after their stage too: those whose result was no longer needed. */
  private void unseal() {
    sealed.forEach(
        (figure, spread) -> spreads.put(figure, Distribution.builder().addAll(spread)));
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
    TaskDistribution durations = switch (task.reason) {
      case "Success" -> {
        completeTasks++;
        yield TaskDistribution.DURATION_MS;
      }
      case "TaskKilled", "TaskCommitDenied" -> {
        killedTasks++;
        yield TaskDistribution.KILLED_DURATION_MS;
      }
      default -> {
        failedTasks++;
        yield TaskDistribution.FAILED_DURATION_MS;
      }
    };
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
      if (task.has(TaskMetric.INPUT_BYTES)) {
        long cached = task.readCache(readsCache) ? task.get(TaskMetric.INPUT_BYTES) : 0;
        metrics.merge(TaskMetric.CACHED_INPUT_BYTES, cached, Long::sum);
      }
    }
    task.peaks(this::peak);
    unseal();
    Distribution.Builder spread =
        spreads.computeIfAbsent(durations, figure -> Distribution.builder());
    spread.add(durationMs);
    if (durations == TaskDistribution.DURATION_MS) {
      SPREAD.forEach((figure, metric) -> spread(figure, task.get(metric), spread.count() - 1));
      long bytes = task.get(TaskMetric.INPUT_BYTES) + task.get(TaskMetric.SHUFFLE_READ_BYTES);
      timeByBytes = timeByBytes.and((double) bytes, (double) durationMs);
    }
  }

  void peak(MemoryPeak kind, long bytes) {
    peaks.merge(kind, Math.max(0, bytes), Math::max);
  }

  /** Most stages do not spill, and many neither read nor shuffle: what is all zero costs nothing. */
  private void spread(TaskDistribution figure, long value, long before) {
    Distribution.Builder builder = spreads.get(figure);
    if (builder == null) {
      if (value == 0) {
        return;
      }
      builder = Distribution.builder();
      for (long i = before; i > 0; i--) {
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
   * @param peaksLogged peaks above zero anywhere in the log
   */
  StageAttempt build(Set<TaskMetric> logged, Set<MemoryPeak> peaksLogged) {
    boolean measured = tasksWithMetrics > 0 && status != StageStatus.SKIPPED;
    Measures.Builder<TaskMetric> sums = Measures.builder(TaskMetric.class);
    Measures<TaskMetric> own = metrics.build();
    if (measured) {
      for (TaskMetric metric : EnumSet.copyOf(logged)) {
        sums.set(metric, own.orZero(metric));
      }
    }
    seal();
    return StageAttempt.builder(stageId, attemptId)
        .name(name)
        .status(status)
        .parentIds(parentIds)
        .submissionTimeMs(submissionTimeMs)
        .firstTaskLaunchedTimeMs(
            firstTaskLaunchedTimeMs == Long.MAX_VALUE
                ? OptionalLong.empty()
                : OptionalLong.of(firstTaskLaunchedTimeMs))
        .completionTimeMs(completionTimeMs)
        .numTasks(numTasks)
        .numCompleteTasks(completeTasks)
        .numFailedTasks(failedTasks)
        .numKilledTasks(killedTasks)
        .numSpeculativeTasks(speculativeTasks)
        .slotTimeMs(slotTimeMs)
        .resourceProfileId(resourceProfileId)
        .failureReason(failureReason)
        .metrics(sums.build())
        .peaks(ExecutorState.measured(peaks.build(), peaksLogged))
        .distributions(sealed)
        .timeByBytes(timeByBytes)
        .build();
  }
}
