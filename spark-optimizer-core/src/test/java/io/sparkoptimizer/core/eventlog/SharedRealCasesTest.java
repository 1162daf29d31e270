package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.Exclusion;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.JobStatus;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.RemovalCause;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Logs of which something is known from elsewhere: other parsers' tables, and what happened in them. */
class SharedRealCasesTest {
  private static ApplicationRun run(String log) throws Exception {
    return Logs.read(SharedData.folder("eventlogs").resolve(log)).onlyRun();
  }

  private static List<Executor> removed(ApplicationRun run) {
    return run.executors().stream()
        .filter(executor -> executor.removeTimeMs().isPresent())
        .toList();
  }

  @Test
  void lostExecutors_withFetchFailures_areToldWithTheStageTheyFailed() throws Exception {
    ApplicationRun run =
        run("rapids-tools/profiling/tasks_executors_fail_compressed_eventlog.zstd");
    assertThat(removed(run)).extracting(Executor::id).containsExactly("1", "2");
    assertThat(removed(run).get(0).removeTimeMs()).hasValue(1623285426806L);
    assertThat(removed(run).get(1).removeTimeMs()).hasValue(1623285426654L);
    assertThat(removed(run))
        .allSatisfy(lost -> assertThat(lost.removalCause()).contains(RemovalCause.LOST));
    StageAttempt failed = run.stages().stream()
        .filter(stage -> stage.status() == StageStatus.FAILED)
        .findFirst()
        .orElseThrow();
    assertThat(failed.stageId()).isEqualTo(238);
    assertThat(failed.attemptId()).isZero();
    assertThat(failed.numTasks()).isEqualTo(200);
    assertThat(failed.failureReason()).contains("FetchFailedException");
    // Three that did work, and those whose finished work was lost with an executor.
    assertThat(failed.distribution(TaskDistribution.FAILED_DURATION_MS).count()).isEqualTo(3);
    assertThat((long) failed.numFailedTasks()).isEqualTo(3 + run.taskOutcomes().get("Resubmitted"));
    assertThat(run.jobs().stream().filter(job -> job.status() == JobStatus.FAILED))
        .extracting(job -> job.jobId())
        .containsExactly(79);
    assertThat(run.taskOutcomes()).containsEntry("FetchFailed", 2L);
    assertThat(run.taskOutcomes()).containsEntry("ExecutorLostFailure", 1L);
    // "Executor Process Lost" does not say of what it died.
    assertThat(run.memoryFailures())
        .allSatisfy(death -> assertThat(death.cause().word()).isIn("unknown", "preempted"));
  }

  @Test
  void dynamicAllocation_58Executors_wereReleased() throws Exception {
    ApplicationRun run = run("sparklint/application_1472176676028_407508_1");
    assertThat(run.executors().stream().filter(executor -> !executor.isDriver()))
        .hasSize(58);
    assertThat(removed(run)).hasSize(57);
    assertThat(removed(run))
        .allSatisfy(gone -> assertThat(gone.removalCause()).contains(RemovalCause.RELEASED));
    Allocation allocation = Allocation.of(run);
    assertThat(allocation.peakExecutors().getAsInt()).isBetween(1, 58);
    assertThat(allocation.meanExecutors().getAsDouble())
        .isLessThan(allocation.peakExecutors().getAsInt());
    assertThat(allocation.firstGrantMs()).isPresent();
    assertThat(run.totals().has(TaskMetric.EXECUTOR_CPU_TIME_NS)).isFalse();
  }

  @Test
  void twoAttempts_ofOneApplication_areTwoRuns() throws Exception {
    Path folder =
        SharedData.folder("eventlogs").resolve("apache-spark/broken/last-attempt-incomplete");
    List<ApplicationRun> runs = Logs.read(folder).runs();
    assertThat(runs).extracting(ApplicationRun::attemptId).containsExactly("1", "2");
    assertThat(runs)
        .extracting(ApplicationRun::appId)
        .containsOnly("application_1656321732247_0006");
    assertThat(runs.get(0).id()).isNotEqualTo(runs.get(1).id());
    assertThat(runs.get(0).jobSignature()).isEqualTo(runs.get(1).jobSignature());
    assertThat(runs).extracting(ApplicationRun::resourceProfiles).allMatch(some -> !some.isEmpty());
  }

  @Test
  void photon_isReadThoughMostOfItIsAccumulators() throws Exception {
    ApplicationRun run = run("rapids-tools/e2e/photon_eventlog.zstd");
    assertThat(run.clusterManager()).isEqualTo(ClusterManager.DATABRICKS);
    assertThat(run.sql()).hasSize(1);
    assertThat(run.sql().get(0).scans())
        .extracting(SqlExecution.Scan::format)
        .containsExactly("parquet");
    assertThat(run.taskOutcomes()).containsEntry("Success", 7L);
    assertThat(run.stages()).hasSize(2);
  }

  @Test
  void databricksParts_areOneRun() throws Exception {
    ApplicationRun run = run("rapids-tools/qualification/db_sim_eventlog");
    assertThat(run.source()).hasSize(2);
    assertThat(run.source().get(0)).endsWith("eventlog-2021-06-15--15-00.gz");
    assertThat(run.source().get(1)).endsWith("eventlog");
    assertThat(run.quality().complete()).isTrue();

    ApplicationRun firstPartMissing = run("sync-log-parser/bad/missing-part.zip");
    assertThat(firstPartMissing.source()).hasSize(3);
    assertThat(firstPartMissing.quality().has(QualityIssue.NO_APP_START)).isTrue();
    assertThat(firstPartMissing.quality().complete()).isFalse();
  }

  @Test
  void spark41_retriesAndAdaptivePlans_areTold() throws Exception {
    ApplicationRun run = run("kubeflow/local-1776286786993.zstd");
    assertThat(run.sparkVersion()).isEqualTo("4.1.0");
    assertThat(run.jobs().stream().filter(job -> job.status() == JobStatus.FAILED))
        .hasSize(1);
    assertThat(run.stages().stream().filter(stage -> stage.status() == StageStatus.FAILED))
        .isNotEmpty();
    List<SqlExecution> adaptive =
        run.sql().stream().filter(execution -> execution.adaptive() != null).toList();
    assertThat(adaptive).isNotEmpty();
    assertThat(adaptive.stream()
            .mapToLong(execution -> execution.adaptive().replans())
            .sum())
        .isEqualTo(run.aqeUpdates());
    assertThat(adaptive.stream()
            .mapToLong(execution -> execution.adaptive().coalescedReads())
            .sum())
        .isPositive();
    assertThat(run.sql().stream().flatMap(execution -> execution.exchanges().stream()))
        .filteredOn(exchange -> !exchange.broadcast())
        .isNotEmpty()
        .allSatisfy(exchange -> {
          assertThat(exchange.origin()).isNotNull();
          assertThat(exchange.partitioning()).isNotNull();
          assertThat(exchange.partitions()).isPresent();
        });
    assertThat(run.status()).isIn(RunStatus.SUCCEEDED, RunStatus.FAILED);
  }

  @Test
  void streaming_ofADayAndMore_keepsItsTrigger() throws Exception {
    ApplicationRun run = run("rapids-tools/e2e/streaming_eventlog.zstd");
    assertThat(run.kind()).isEqualTo(ApplicationKind.STREAMING);
    assertThat(run.streaming().batchDurationP50Ms()).hasValue(159_155);
    assertThat(run.streaming().backlogBytes()).hasValue(93_964_496);
    assertThat(run.streaming().backlogRows()).isEmpty();
    assertThat(run.streaming().busyShare()).isEmpty();
  }

  @Test
  void exclusions_ofExecutorsAndTheirNode_areTold() throws Exception {
    ApplicationRun run = run("apache-spark/app-20161116163331-0000");
    assertThat(run.exclusions()).extracting(Exclusion::executorId).containsExactly("2", "0", null);
    assertThat(run.exclusions().get(2).host()).isEqualTo("172.22.0.167");
    ApplicationRun forStage = run("apache-spark/app-20180109111548-0000");
    assertThat(forStage.exclusions()).hasSize(1);
    assertThat(forStage.exclusions().get(0).stageId()).hasValue(0);
  }

  /** Every task of an EMR application, from another parser's table. */
  @Test
  void emrLog_everyStage_equalsATaskTable() throws Exception {
    ApplicationRun run = run("sync-log-parser/similarity.gz");
    Path table = SharedData.folder("eventlogs")
        .resolve("expected/sync-log-parser/similarity_parsed.json.gz");
    JsonNode parsed;
    try (InputStream in = new GZIPInputStream(Files.newInputStream(table))) {
      parsed = new ObjectMapper().readTree(in);
    }
    JsonNode tasks = parsed.get("taskData");
    TreeMap<Integer, List<Integer>> rowsOfStage = new TreeMap<>();
    for (int row = 0; row < tasks.get("task_id").size(); row++) {
      rowsOfStage
          .computeIfAbsent(tasks.get("stage_id").get(row).asInt(), stage -> new ArrayList<>())
          .add(row);
    }
    int compared = 0;
    for (StageAttempt stage : run.stages()) {
      List<Integer> rows = rowsOfStage.getOrDefault(stage.stageId(), List.of());
      if (!stage.ran() || stage.attemptId() > 0) {
        continue;
      }
      compared++;
      String as = "stage " + stage.stageId();
      assertThat(stage.numCompleteTasks()).as(as).isEqualTo(rows.size());
      assertSum(stage, TaskMetric.EXECUTOR_RUN_TIME_MS, tasks, rows, "executor_run_time", 1e3);
      assertSum(stage, TaskMetric.EXECUTOR_CPU_TIME_NS, tasks, rows, "executor_cpu_time", 1e9);
      assertSum(
          stage,
          TaskMetric.EXECUTOR_DESERIALIZE_TIME_MS,
          tasks,
          rows,
          "executor_deserialize_time",
          1e3);
      assertSum(stage, TaskMetric.JVM_GC_TIME_MS, tasks, rows, "gc_time", 1e3);
      assertSum(stage, TaskMetric.SHUFFLE_FETCH_WAIT_TIME_MS, tasks, rows, "fetch_wait_time", 1e3);
      assertSum(stage, TaskMetric.SHUFFLE_WRITE_TIME_NS, tasks, rows, "shuffle_write_time", 1e9);
      assertSum(stage, TaskMetric.RESULT_SIZE_BYTES, tasks, rows, "result_size", 1e6);
      assertSum(
          stage, TaskMetric.PEAK_EXECUTION_MEMORY_BYTES, tasks, rows, "peak_execution_memory", 1e6);
      double[] durations = figures(tasks, rows, "duration", 1e3);
      Arrays.sort(durations);
      Distribution ours = stage.distribution(TaskDistribution.DURATION_MS);
      assertThat((double) ours.min()).as(as).isCloseTo(durations[0], within(0.6));
      // A sketch of more than 1,000 tasks may be off by 1 % of the ranks.
      int off = durations.length > 1000 ? durations.length / 100 : 0;
      assertThat((double) ours.quantile(0.5))
          .as(as)
          .isBetween(
              durations[durations.length / 2 - off] - 0.6,
              durations[durations.length / 2 + off] + 0.6);
      assertThat((double) ours.max())
          .as(as)
          .isCloseTo(durations[durations.length - 1], within(0.6));
    }
    assertThat(compared).isEqualTo(rowsOfStage.size());
    assertThat(run.executors().stream().filter(executor -> !executor.isDriver()))
        .hasSize(20);
    assertThat(run.jobs()).hasSize(885);
    // An iterative job: what it reads again and again from its caches is no input.
    assertThat(run.totals().orZero(TaskMetric.CACHED_INPUT_BYTES)).isPositive();
    assertThat(run.inputBytes().getAsLong())
        .isLessThanOrEqualTo(run.totals().orZero(TaskMetric.INPUT_BYTES)
            - run.totals().orZero(TaskMetric.CACHED_INPUT_BYTES));
  }

  private static void assertSum(
      StageAttempt stage,
      TaskMetric metric,
      JsonNode tasks,
      List<Integer> rows,
      String column,
      double unit) {
    double sum = Arrays.stream(figures(tasks, rows, column, unit)).sum();
    assertThat((double) stage.metrics().orZero(metric))
        .as("stage %d %s", stage.stageId(), metric.key())
        .isCloseTo(sum, within(1 + 1e-9 * sum));
  }

  private static double[] figures(JsonNode tasks, List<Integer> rows, String column, double unit) {
    ToDoubleFunction<Integer> figure = row -> tasks.get(column).get(row).asDouble() * unit;
    return rows.stream().mapToDouble(figure).toArray();
  }
}
