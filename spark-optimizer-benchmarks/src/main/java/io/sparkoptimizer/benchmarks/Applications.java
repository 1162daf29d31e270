package io.sparkoptimizer.benchmarks;

import io.sparkoptimizer.core.eventlog.EventLogs;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.JobStatus;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;

/** Runs to be asked about. */
final class Applications {
  private static final long START_MS = 1_767_225_600_000L;
  private static final int STAGES_OF_A_JOB = 3;
  private static final int EXECUTORS = 10;

  private Applications() {}

  /**
   * 300 stages in jobs of three, one job after another.
   *
   * @param tasks of each stage, give or take a quarter; every third stage has just as many, which is
   *     {@code spark.sql.shuffle.partitions}
   * @param joins whether the first two stages of a job run side by side and the third reads both; else
   *     each reads the one before
   */
  static ApplicationRun synthetic(int tasks, boolean joins) {
    Random random = new Random(42);
    List<StageAttempt> stages = new ArrayList<>();
    List<SparkJob> jobs = new ArrayList<>();
    long now = START_MS + 10_000;
    for (int j = 0; j < 100; j++) {
      int first = j * STAGES_OF_A_JOB;
      long submitted = now + 200;
      long end = submitted;
      for (int k = 0; k < STAGES_OF_A_JOB; k++) {
        boolean last = k == STAGES_OF_A_JOB - 1;
        int count = last ? tasks : tasks * 3 / 4 + random.nextInt(tasks / 2);
        long[] times = new long[count];
        long sum = 0;
        for (int i = 0; i < count; i++) {
          times[i] = Math.round(1_000 * Math.exp(0.6 * random.nextGaussian()));
          sum += times[i];
        }
        List<Integer> parents = k == 0 || (joins && k == 1)
            ? List.of()
            : joins ? List.of(first, first + 1) : List.of(first + k - 1);
        long from = parents.isEmpty() ? submitted : end;
        long to = from + sum / (2 * EXECUTORS) + 2_000;
        end = Math.max(end, to);
        stages.add(stage(first + k, parents, from, to, sum, Distribution.of(times)));
      }
      jobs.add(new SparkJob(
          j,
          JobStatus.SUCCEEDED,
          OptionalLong.of(submitted),
          OptionalLong.of(end + 20),
          List.of(first, first + 1, first + 2),
          OptionalLong.empty()));
      now = end + 20;
    }
    return ApplicationRun.builder()
        .appId("synthetic")
        .name("synthetic")
        .jobSignature("synthetic")
        .status(RunStatus.SUCCEEDED)
        .sparkVersion("3.5.9")
        .clusterManager(ClusterManager.YARN)
        .startTimeMs(OptionalLong.of(START_MS))
        .endTimeMs(OptionalLong.of(now + 1_000))
        .configuration(Map.of(
            "spark.executor.cores", "2", "spark.sql.shuffle.partitions", Integer.toString(tasks)))
        .executors(executors())
        .jobs(jobs)
        .stages(stages)
        .build();
  }

  private static StageAttempt stage(
      int id, List<Integer> parents, long from, long to, long slotMs, Distribution times) {
    int tasks = (int) times.count();
    Measures.Builder<TaskMetric> metrics = Measures.builder(TaskMetric.class)
        .set(TaskMetric.EXECUTOR_RUN_TIME_MS, slotMs - 20L * tasks)
        .set(TaskMetric.EXECUTOR_DESERIALIZE_TIME_MS, 10L * tasks);
    metrics.set(
        parents.isEmpty() ? TaskMetric.INPUT_BYTES : TaskMetric.SHUFFLE_READ_BYTES,
        tasks * 10_000_000L);
    return StageAttempt.builder(id, 0)
        .name("stage " + id)
        .status(StageStatus.COMPLETE)
        .parentIds(parents)
        .submissionTimeMs(OptionalLong.of(from))
        .firstTaskLaunchedTimeMs(OptionalLong.of(from + 10))
        .completionTimeMs(OptionalLong.of(to))
        .numTasks(tasks)
        .numCompleteTasks(tasks)
        .slotTimeMs(slotMs)
        .resourceProfileId(OptionalInt.of(0))
        .metrics(metrics.build())
        .distributions(Map.of(TaskDistribution.DURATION_MS, times))
        .build();
  }

  private static List<Executor> executors() {
    List<Executor> all = new ArrayList<>();
    for (int e = 1; e <= EXECUTORS; e++) {
      all.add(new Executor(
          Integer.toString(e),
          "host-" + e,
          OptionalInt.of(2),
          OptionalInt.of(0),
          OptionalLong.of(START_MS + 5_000 + 100L * e),
          OptionalLong.of(START_MS + 10_000),
          OptionalLong.empty(),
          null,
          100,
          0,
          0,
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          Measures.none(MemoryPeak.class),
          Measures.none(CollectorMetric.class)));
    }
    return all;
  }

  /** The one run of a log in the folder that {@code -Dshared} names. */
  static ApplicationRun shared(String log) throws IOException {
    String folder = System.getProperty("shared", "");
    if (folder.isBlank()) {
      throw new IllegalStateException(
          "this benchmark reads " + log + ": run it with -Dshared=FOLDER");
    }
    Path path = Path.of(folder, log);
    List<ApplicationRun> runs = new ArrayList<>();
    EventLogs.read(path, Clock.systemUTC(), runs::add);
    if (runs.isEmpty()) {
      throw new IllegalStateException(
          "there is no event log at " + path + "; -Dshared names the folder above eventlogs");
    }
    return runs.get(0);
  }
}
