package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An executor while its log is read. */
final class ExecutorState {
  private static final MemoryPeak[] PEAKS = MemoryPeak.values();

  private final String id;

  @Nullable
  String host;

  OptionalInt totalCores = OptionalInt.empty();
  OptionalInt resourceProfileId = OptionalInt.empty();
  private OptionalLong addTimeMs = OptionalLong.empty();
  private OptionalLong removeTimeMs = OptionalLong.empty();

  private @Nullable String removeReason;

  /** Whether an event named it as an executor: the earliest logs do so without a time. */
  private boolean named;

  private long firstTaskLaunchTimeMs = Long.MAX_VALUE;
  private long completedTasks;
  private long failedTasks;
  private long totalDurationMs;
  private long gcTimeMs;
  private long jvmTotalGcTimeMs = -1;
  private long inputBytes;
  private long shuffleReadBytes;
  private long shuffleWriteBytes;
  private final Measures.Builder<MemoryPeak> peaks = Measures.builder(MemoryPeak.class);
  private final Measures.Builder<CollectorMetric> collections =
      Measures.builder(CollectorMetric.class);

  ExecutorState(String id) {
    this.id = id;
  }

  String id() {
    return id;
  }

  /** Spark counts an executor from the first event that names it. */
  void added(OptionalLong timeMs) {
    named = true;
    if (addTimeMs.isEmpty()) {
      addTimeMs = timeMs;
    }
  }

  void removed(OptionalLong timeMs, String reason) {
    named = true;
    removeTimeMs = timeMs;
    removeReason = reason;
  }

  /** Whether an event named it as an executor; the driver is always there. */
  boolean isKnown() {
    return named || Executor.isDriverId(id);
  }

  void launched(long launchTimeMs) {
    if (launchTimeMs > 0) {
      firstTaskLaunchTimeMs = Math.min(firstTaskLaunchTimeMs, launchTimeMs);
    }
  }

  void peak(MemoryPeak kind, long bytes) {
    // Some releases log negative samples.
    peaks.merge(kind, Math.max(0, bytes), Math::max);
  }

  /** Of a JVM's counters the largest counts; below zero they are none. */
  void collection(CollectorMetric metric, long value) {
    if (value >= 0) {
      collections.merge(metric, value, Math::max);
    }
  }

  void jvmTotalGcTime(long sampledMs) {
    jvmTotalGcTimeMs = Math.max(jvmTotalGcTimeMs, sampledMs);
  }

  void taskEnded(TaskEnd task, long durationMs) {
    launched(task.launchTimeMs);
    jvmTotalGcTime(task.jvmTotalGcTimeMs);
    task.peaks(this::peak);
    task.collections(this::collection);
    switch (task.reason) {
      case "Success" -> completedTasks++;
      case "TaskKilled", "TaskCommitDenied" -> {}
      default -> failedTasks++;
    }
    if (task.reason.equals("Resubmitted")) {
      return;
    }
    totalDurationMs += durationMs;
    gcTimeMs += task.get(TaskMetric.JVM_GC_TIME_MS);
    inputBytes += task.get(TaskMetric.INPUT_BYTES);
    shuffleReadBytes += task.get(TaskMetric.SHUFFLE_READ_BYTES);
    shuffleWriteBytes += task.get(TaskMetric.SHUFFLE_WRITE_BYTES);
  }

  /**
   * @param metricsLogged metrics that occur anywhere in the log
   * @param peaksLogged peaks above zero anywhere in the log
   */
  Executor build(Set<TaskMetric> metricsLogged, Set<MemoryPeak> peaksLogged) {
    return new Executor(
        id,
        host,
        totalCores,
        resourceProfileId,
        addTimeMs,
        firstTaskLaunchTimeMs == Long.MAX_VALUE
            ? OptionalLong.empty()
            : OptionalLong.of(firstTaskLaunchTimeMs),
        removeTimeMs,
        removeReason,
        completedTasks,
        failedTasks,
        totalDurationMs,
        totalGcTimeMs(metricsLogged),
        present(metricsLogged, TaskMetric.INPUT_BYTES, inputBytes),
        present(metricsLogged, TaskMetric.SHUFFLE_READ_BYTES, shuffleReadBytes),
        present(metricsLogged, TaskMetric.SHUFFLE_WRITE_BYTES, shuffleWriteBytes),
        measured(peaks.build(), peaksLogged),
        collections());
  }

  /**
   * Counters that are all zero were not sampled, or do not count the collector that runs, unless the heap
   * was sampled and nothing says that there was collecting.
   */
  private Measures<CollectorMetric> collections() {
    Measures<CollectorMetric> logged = collections.build();
    boolean noneRan =
        peaks.build().orZero(MemoryPeak.JVM_HEAP) > 0 && gcTimeMs == 0 && jvmTotalGcTimeMs <= 0;
    for (CollectorMetric metric : CollectorMetric.values()) {
      if (noneRan || logged.orZero(metric) > 0) {
        return logged;
      }
    }
    return Measures.none(CollectorMetric.class);
  }

  /** A process tree that is 0 throughout the log was never looked at: it is off unless it is set. */
  static Measures<MemoryPeak> measured(Measures<MemoryPeak> all, Set<MemoryPeak> peaksLogged) {
    Measures.Builder<MemoryPeak> kept = Measures.builder(MemoryPeak.class);
    for (MemoryPeak kind : PEAKS) {
      boolean processTree =
          kind == MemoryPeak.PROCESS_TREE_JVM_RSS || kind == MemoryPeak.PROCESS_TREE_PYTHON_RSS;
      if (all.has(kind) && (!processTree || peaksLogged.contains(kind))) {
        kept.set(kind, all.orZero(kind));
      }
    }
    return kept.build();
  }

  /** Of the driver it is its JVM's own, as in REST: it collects for more than for tasks. */
  private OptionalLong totalGcTimeMs(Set<TaskMetric> metricsLogged) {
    return Executor.isDriverId(id) && jvmTotalGcTimeMs >= 0
        ? OptionalLong.of(jvmTotalGcTimeMs)
        : present(metricsLogged, TaskMetric.JVM_GC_TIME_MS, gcTimeMs);
  }

  private static OptionalLong present(Set<TaskMetric> logged, TaskMetric metric, long value) {
    return logged.contains(metric) ? OptionalLong.of(value) : OptionalLong.empty();
  }
}
