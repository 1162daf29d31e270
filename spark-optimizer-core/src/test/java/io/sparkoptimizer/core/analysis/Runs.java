package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis;
import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.JobStatus;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** Runs made in code. Times are milliseconds from the application's start, at {@link #START}. */
final class Runs {
  static final long START = 1_700_000_000_000L;
  static final long MIB = 1L << 20;

  private Runs() {}

  /** A run on YARN with Spark 3.5, from 0 to {@code endMs}. */
  static ApplicationRun.Builder run(long endMs) {
    return ApplicationRun.builder()
        .appId("application_1_0001")
        .name("nightly")
        .sparkVersion("3.5.3")
        .clusterManager(ClusterManager.YARN)
        .status(RunStatus.SUCCEEDED)
        .startTimeMs(OptionalLong.of(START))
        .endTimeMs(OptionalLong.of(START + endMs))
        .lastEventTimeMs(OptionalLong.of(START + endMs));
  }

  /** So many executors of so many cores, alive from 0 to the end, with this heap peak (0: none). */
  static List<Executor> executors(int count, int cores, long peakHeapMib) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(id -> executor(String.valueOf(id), cores, peakHeapMib))
        .toList();
  }

  static Executor executor(String id, int cores, long peakHeapMib) {
    Measures.Builder<MemoryPeak> peaks = Measures.builder(MemoryPeak.class);
    if (peakHeapMib > 0) {
      peaks.set(MemoryPeak.JVM_HEAP, peakHeapMib * MIB);
    }
    return new Executor(
        id,
        "host-" + id,
        OptionalInt.of(cores),
        OptionalInt.empty(),
        OptionalLong.of(START),
        OptionalLong.of(START),
        OptionalLong.empty(),
        null,
        10,
        0,
        0,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        peaks.build(),
        Measures.none(CollectorMetric.class));
  }

  static Stage stage(int id, long fromMs, long toMs) {
    return new Stage(id, fromMs, toMs);
  }

  /** So many tasks of the same duration. */
  static long[] tasks(int count, long durationMs) {
    long[] durations = new long[count];
    Arrays.fill(durations, durationMs);
    return durations;
  }

  /** The same with one other task. */
  static long[] tasks(int count, long durationMs, long oneMore) {
    long[] durations = Arrays.copyOf(tasks(count, durationMs), count + 1);
    durations[count] = oneMore;
    return durations;
  }

  /** One SQL execution that ran these stages, with these joins. */
  static ApplicationRun.Builder sql(
      ApplicationRun.Builder run, List<Integer> stages, Map<String, Long> joins) {
    return run.jobs(List.of(new SparkJob(
            0,
            JobStatus.SUCCEEDED,
            OptionalLong.of(START),
            OptionalLong.empty(),
            stages,
            OptionalLong.of(7))))
        .sql(List.of(new SqlExecution(
            7,
            "insert",
            OptionalLong.of(START),
            OptionalLong.empty(),
            List.of(0),
            Map.of(),
            List.of(),
            joins,
            List.of(),
            null)));
  }

  static MemoryFailure death(MemoryFailure.Cause cause, MemoryFailure.Certainty certainty) {
    return new MemoryFailure(
        cause,
        certainty,
        "1",
        OptionalInt.of(1),
        OptionalLong.of(START + 1_000),
        "executor 1 died: " + cause.word());
  }

  static Analysis analyze(ApplicationRun.Builder run) {
    return Analyzer.analyze(run.build(), Prices.DEFAULT);
  }

  static List<Finding> findings(ApplicationRun.Builder run, String rule) {
    return analyze(run).findings().stream()
        .filter(finding -> finding.rule().equals(rule))
        .toList();
  }

  /** A stage attempt being made. */
  static final class Stage {
    private final int id;
    private final long fromMs;
    private final long toMs;
    private final Measures.Builder<TaskMetric> metrics = Measures.builder(TaskMetric.class);
    private final Map<TaskDistribution, Distribution> distributions =
        new EnumMap<>(TaskDistribution.class);
    private StageStatus status = StageStatus.COMPLETE;
    private int attempt;
    private int tasks;
    private int failed;
    private long slotTimeMs;
    private OptionalLong numTasks = OptionalLong.empty();

    private Stage(int id, long fromMs, long toMs) {
      this.id = id;
      this.fromMs = fromMs;
      this.toMs = toMs;
    }

    /** Its successful tasks; run time is all of their slot time. */
    Stage tasks(long... durations) {
      tasks += durations.length;
      slotTimeMs += Arrays.stream(durations).sum();
      distributions.put(TaskDistribution.DURATION_MS, Distribution.of(durations));
      return metric(TaskMetric.EXECUTOR_RUN_TIME_MS, Arrays.stream(durations).sum());
    }

    Stage metric(TaskMetric metric, long value) {
      metrics.set(metric, value);
      return this;
    }

    /** Bytes of each task, and their sum as the stage's metric of that name. */
    Stage bytes(TaskDistribution kind, long... values) {
      distributions.put(kind, Distribution.of(values));
      return metric(TaskMetric.valueOf(kind.name()), Arrays.stream(values).sum());
    }

    Stage failed(int count, long slotMs) {
      failed = count;
      slotTimeMs += slotMs;
      return this;
    }

    Stage status(StageStatus value) {
      status = value;
      return this;
    }

    Stage attempt(int value) {
      attempt = value;
      return this;
    }

    Stage numTasks(int value) {
      numTasks = OptionalLong.of(value);
      return this;
    }

    StageAttempt build() {
      List<Integer> none = new ArrayList<>();
      return StageAttempt.builder(id, attempt)
          .name("count at Job.scala:1")
          .status(status)
          .parentIds(none)
          .submissionTimeMs(OptionalLong.of(START + fromMs))
          .firstTaskLaunchedTimeMs(OptionalLong.of(START + fromMs))
          .completionTimeMs(
              status == StageStatus.ACTIVE ? OptionalLong.empty() : OptionalLong.of(START + toMs))
          .numTasks((int) numTasks.orElse(tasks))
          .numCompleteTasks(tasks)
          .numFailedTasks(failed)
          .slotTimeMs(slotTimeMs)
          .failureReason(
              status == StageStatus.FAILED
                  ? "Job aborted: java.lang.IllegalStateException: no"
                  : null)
          .metrics(metrics.build())
          .distributions(distributions)
          .build();
    }
  }
}
