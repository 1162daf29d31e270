package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.Exclusion;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.JobStatus;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import io.sparkoptimizer.testkit.SyntheticEventLog;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What breaks readers of event logs in the field, one test each. */
class FieldTrapsTest {
  private static final String START = """
      {"Event":"SparkListenerLogStart","Spark Version":"3.5.6"}
      {"Event":"SparkListenerApplicationStart","App Name":"trap","App ID":"app-1","Timestamp":1000,"User":"u"}
      {"Event":"SparkListenerExecutorAdded","Timestamp":1100,"Executor ID":"1","Executor Info":{"Host":"h1","Total Cores":4}}
      """;
  private static final String END = """
      {"Event":"SparkListenerApplicationEnd","Timestamp":9000}
      """;

  @TempDir
  Path folder;

  private static String job(int job, Integer... stages) {
    return "{\"Event\":\"SparkListenerJobStart\",\"Job ID\":" + job
        + ",\"Submission Time\":2000,\"Stage IDs\":" + List.of(stages) + "}\n";
  }

  private static String jobEnd(int job, String result) {
    return "{\"Event\":\"SparkListenerJobEnd\",\"Job ID\":" + job
        + ",\"Completion Time\":8000,\"Job Result\":{\"Result\":\"" + result + "\"}}\n";
  }

  private static String submitted(int stage, int attempt, int tasks) {
    return "{\"Event\":\"SparkListenerStageSubmitted\",\"Stage Info\":{\"Stage ID\":" + stage
        + ",\"Stage Attempt ID\":" + attempt + ",\"Stage Name\":\"s\",\"Number of Tasks\":" + tasks
        + ",\"Submission Time\":2000}}\n";
  }

  private static String completed(int stage, int attempt, int tasks, String failure) {
    return "{\"Event\":\"SparkListenerStageCompleted\",\"Stage Info\":{\"Stage ID\":" + stage
        + ",\"Stage Attempt ID\":" + attempt + ",\"Stage Name\":\"s\",\"Number of Tasks\":" + tasks
        + ",\"Submission Time\":2000,\"Completion Time\":7000"
        + (failure.isEmpty() ? "" : ",\"Failure Reason\":\"" + failure + "\"") + "}}\n";
  }

  private static String task(
      int stage, int attempt, String reason, boolean speculative, String metrics) {
    return "{\"Event\":\"SparkListenerTaskStart\",\"Stage ID\":" + stage
        + ",\"Stage Attempt ID\":" + attempt
        + ",\"Task Info\":{\"Launch Time\":3000,\"Executor ID\":\"1\",\"Host\":\"h1\",\"Finish Time\":0}}\n"
        + taskEnd(stage, attempt, reason, speculative, metrics);
  }

  private static String taskEnd(
      int stage, int attempt, String reason, boolean speculative, String metrics) {
    return "{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":" + stage + ",\"Stage Attempt ID\":"
        + attempt + ",\"Task End Reason\":{\"Reason\":\"" + reason
        + "\"},\"Task Info\":{\"Launch Time\":3000,\"Executor ID\":\"1\",\"Host\":\"h1\",\"Speculative\":"
        + speculative + ",\"Finish Time\":3500},\"Task Metrics\":{" + metrics + "}}\n";
  }

  private static final String RAN = "\"Executor Run Time\":400,\"Disk Bytes Spilled\":1000";

  private static StageAttempt stage(ApplicationRun run, int stage, int attempt) {
    return run.stages().stream()
        .filter(s -> s.stageId() == stage && s.attemptId() == attempt)
        .findFirst()
        .orElseThrow();
  }

  private void write(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  // Tasks and stages

  @Test
  void read_stageRetried_countsEachAttemptOnce() {
    ApplicationRun run = Logs.run(START
        + job(0, 0)
        + submitted(0, 0, 2)
        + task(0, 0, "Success", false, RAN)
        + completed(0, 0, 2, "FetchFailed")
        + submitted(0, 1, 1)
        + task(0, 1, "Success", false, RAN)
        + completed(0, 1, 1, "")
        + END);
    assertThat(run.stages()).hasSize(2);
    assertThat(stage(run, 0, 0).status()).isEqualTo(StageStatus.FAILED);
    assertThat(stage(run, 0, 0).failureReason()).isEqualTo("FetchFailed");
    assertThat(stage(run, 0, 1).status()).isEqualTo(StageStatus.COMPLETE);
    for (StageAttempt attempt : run.stages()) {
      assertThat(attempt.metrics().get(TaskMetric.DISK_BYTES_SPILLED)).hasValue(1000);
    }
    assertThat(run.totals().get(TaskMetric.DISK_BYTES_SPILLED)).hasValue(2000);
    assertThat(run.quality().has(QualityIssue.DROPPED_EVENTS)).isFalse();
  }

  @Test
  void read_speculativeCopyKilled_countsItsWorkButNotItsSpread() {
    ApplicationRun run = Logs.run(START
        + submitted(0, 0, 1)
        + task(0, 0, "Success", false, RAN)
        + task(0, 0, "TaskKilled", true, RAN)
        + completed(0, 0, 1, "")
        + END);
    StageAttempt stage = stage(run, 0, 0);
    assertThat(stage.numCompleteTasks()).isEqualTo(1);
    assertThat(stage.numKilledTasks()).isEqualTo(1);
    assertThat(stage.numSpeculativeTasks()).isEqualTo(1);
    assertThat(stage.numFailedTasks()).isZero();
    assertThat(stage.metrics().get(TaskMetric.EXECUTOR_RUN_TIME_MS)).hasValue(800);
    assertThat(stage.slotTimeMs()).isEqualTo(1000);
    assertThat(stage.distribution(TaskDistribution.DURATION_MS).count()).isEqualTo(1);
  }

  @Test
  void read_taskFailedAndTriedAgain_countsBothTries() {
    ApplicationRun run = Logs.run(START
        + submitted(0, 0, 1)
        + task(0, 0, "ExceptionFailure", false, RAN)
        + task(0, 0, "TaskCommitDenied", false, RAN)
        + task(0, 0, "Success", false, RAN)
        + completed(0, 0, 1, "")
        + END);
    StageAttempt stage = stage(run, 0, 0);
    assertThat(stage.numFailedTasks()).isEqualTo(1);
    assertThat(stage.numKilledTasks()).isEqualTo(1);
    assertThat(stage.numCompleteTasks()).isEqualTo(1);
    assertThat(run.taskOutcomes())
        .isEqualTo(Map.of("ExceptionFailure", 1L, "TaskCommitDenied", 1L, "Success", 1L));
    assertThat(run.totals().get(TaskMetric.EXECUTOR_RUN_TIME_MS)).hasValue(1200);
  }

  @Test
  void read_resubmitted_addsNeitherWorkNorSlotTime() {
    ApplicationRun run = Logs.run(START
        + submitted(0, 0, 1)
        + task(0, 0, "Success", false, RAN)
        + taskEnd(0, 0, "Resubmitted", false, RAN)
        + completed(0, 0, 1, "")
        + END);
    StageAttempt stage = stage(run, 0, 0);
    assertThat(stage.metrics().get(TaskMetric.EXECUTOR_RUN_TIME_MS)).hasValue(400);
    assertThat(stage.slotTimeMs()).isEqualTo(500);
    assertThat(stage.numFailedTasks()).isEqualTo(1);
    assertThat(run.taskOutcomes()).containsEntry("Resubmitted", 1L);
    assertThat(run.executors().get(0).totalDurationMs()).isEqualTo(500);
    assertThat(run.quality().has(QualityIssue.MISSING_TASK_START)).isFalse();
  }

  @Test
  void read_taskStartMissing_countsTheTask() {
    ApplicationRun run = Logs.run(START
        + submitted(0, 0, 1)
        + taskEnd(0, 0, "Success", false, RAN)
        + completed(0, 0, 1, "")
        + END);
    assertThat(run.totals().get(TaskMetric.EXECUTOR_RUN_TIME_MS)).hasValue(400);
    assertThat(run.quality().issues()).contains(QualityIssue.MISSING_TASK_START);
  }

  @Test
  void read_taskEndsDropped_saysSo() {
    ApplicationRun run = Logs.run(START
        + submitted(0, 0, 5)
        + task(0, 0, "Success", false, RAN)
        + completed(0, 0, 5, "")
        + END);
    assertThat(run.quality().issues()).contains(QualityIssue.DROPPED_EVENTS);
    assertThat(run.quality().complete()).isFalse();
  }

  @Test
  void read_stageSubmissionDropped_countsItsTasks() {
    String start =
        "{\"Event\":\"SparkListenerJobStart\",\"Job ID\":0,\"Submission Time\":2000,\"Stage IDs\":[0,1],\"Stage Infos\":["
            + "{\"Stage ID\":0,\"Stage Attempt ID\":0,\"Stage Name\":\"ran\",\"Number of Tasks\":1,\"Parent IDs\":[]},"
            + "{\"Stage ID\":1,\"Stage Attempt ID\":0,\"Stage Name\":\"did not\",\"Number of Tasks\":1,\"Parent IDs\":[0]}]}\n";
    ApplicationRun run = Logs.run(
        START + start + task(0, 0, "Success", false, RAN) + jobEnd(0, "JobSucceeded") + END);
    assertThat(stage(run, 0, 0).status()).isNotEqualTo(StageStatus.SKIPPED);
    assertThat(run.totals().get(TaskMetric.EXECUTOR_RUN_TIME_MS)).hasValue(400);
    assertThat(stage(run, 1, 0).status()).isEqualTo(StageStatus.SKIPPED);
  }

  @Test
  void read_skippedStage_hasNoFigures() {
    String start =
        "{\"Event\":\"SparkListenerJobStart\",\"Job ID\":0,\"Submission Time\":2000,\"Stage IDs\":[0,1],\"Stage Infos\":["
            + "{\"Stage ID\":0,\"Stage Attempt ID\":0,\"Stage Name\":\"cached\",\"Number of Tasks\":9},"
            + "{\"Stage ID\":1,\"Stage Attempt ID\":0,\"Stage Name\":\"ran\",\"Number of Tasks\":1,\"Parent IDs\":[0]}]}\n";
    ApplicationRun run = Logs.run(START
        + start
        + submitted(1, 0, 1)
        + task(1, 0, "Success", false, RAN)
        + completed(1, 0, 1, "")
        + jobEnd(0, "JobSucceeded")
        + END);
    assertThat(stage(run, 0, 0).status()).isEqualTo(StageStatus.SKIPPED);
    assertThat(stage(run, 0, 0).metrics().isEmpty()).isTrue();
    assertThat(stage(run, 1, 0).parentIds()).containsExactly(0);
    assertThat(run.quality().has(QualityIssue.DROPPED_EVENTS)).isFalse();
  }

  @Test
  void read_stageIdAtTheEndOfInt_isNoFault() {
    ApplicationRun run =
        Logs.run(START + job(0, Integer.MAX_VALUE, 0) + jobEnd(0, "JobSucceeded") + END);
    assertThat(run.jobs().get(0).status()).isEqualTo(JobStatus.SUCCEEDED);
  }

  // Units, times, numbers

  @Test
  void read_units_millisecondsAndNanosecondsStayApart() {
    ApplicationRun run = Logs.run(START
        + submitted(0, 0, 1)
        + task(
            0,
            0,
            "Success",
            false,
            "\"Executor Run Time\":400,\"Executor CPU Time\":350000000,\"JVM GC Time\":12,"
                + "\"Shuffle Write Metrics\":{\"Shuffle Write Time\":5000000},"
                + "\"Shuffle Read Metrics\":{\"Fetch Wait Time\":7,\"Remote Bytes Read\":10,\"Local Bytes Read\":5}")
        + completed(0, 0, 1, "")
        + END);
    assertThat(run.totals().get(TaskMetric.EXECUTOR_RUN_TIME_MS)).hasValue(400);
    assertThat(run.totals().get(TaskMetric.EXECUTOR_CPU_TIME_NS)).hasValue(350_000_000);
    assertThat(run.totals().get(TaskMetric.JVM_GC_TIME_MS)).hasValue(12);
    assertThat(run.totals().get(TaskMetric.SHUFFLE_WRITE_TIME_NS)).hasValue(5_000_000);
    assertThat(run.totals().get(TaskMetric.SHUFFLE_FETCH_WAIT_TIME_MS)).hasValue(7);
    assertThat(run.totals().get(TaskMetric.SHUFFLE_READ_BYTES)).hasValue(15);
  }

  @Test
  void read_slotTime_isFinishMinusLaunchNotRunTime() {
    ApplicationRun run =
        Logs.run(START + submitted(0, 0, 1) + task(0, 0, "Success", false, RAN) + END);
    assertThat(stage(run, 0, 0).slotTimeMs()).isEqualTo(500);
    assertThat(run.executors().get(0).totalDurationMs()).isEqualTo(500);
  }

  @Test
  void read_zeroAndAbsent_areTwoThings() {
    ApplicationRun run = Logs.run(START
        + submitted(0, 0, 1)
        + task(0, 0, "Success", false, "\"Executor Run Time\":400,\"Memory Bytes Spilled\":0")
        + completed(0, 0, 1, "")
        + END);
    assertThat(run.totals().get(TaskMetric.MEMORY_BYTES_SPILLED)).hasValue(0);
    assertThat(run.totals().get(TaskMetric.DISK_BYTES_SPILLED)).isEmpty();
    assertThat(run.totals().get(TaskMetric.EXECUTOR_CPU_TIME_NS)).isEmpty();
    assertThat(run.executors().get(0).totalInputBytes()).isEmpty();
    assertThat(run.executors().get(0).peaks().get(MemoryPeak.JVM_HEAP)).isEmpty();
    assertThat(run.quality().issues()).contains(QualityIssue.NO_MEMORY_SAMPLES);
  }

  @Test
  void read_taskEndedBeforeItBegan_isNoNegativeTime() {
    String end = taskEnd(0, 0, "Success", false, RAN)
        .replace("\"Finish Time\":3500", "\"Finish Time\":2900");
    ApplicationRun run = Logs.run(START + submitted(0, 0, 1) + end + completed(0, 0, 1, "") + END);
    assertThat(stage(run, 0, 0).slotTimeMs()).isZero();
    assertThat(stage(run, 0, 0).distribution(TaskDistribution.DURATION_MS).min())
        .isZero();
    assertThat(run.quality().issues()).contains(QualityIssue.CLOCK_SKEW);
  }

  @Test
  void read_endBeforeStart_hasNoDuration() {
    ApplicationRun run = Logs.run(START + END.replace("9000", "900"));
    assertThat(run.durationMs()).isEmpty();
  }

  @Test
  void read_numberBeyond64Bits_isAbsent() {
    ApplicationRun run = Logs.run(START
        + submitted(0, 0, 1)
        + task(0, 0, "Success", false, RAN.replace("1000", "99999999999999999999999999"))
        + completed(0, 0, 1, "")
        + END);
    assertThat(run.totals().get(TaskMetric.EXECUTOR_RUN_TIME_MS)).hasValue(400);
    assertThat(run.totals().get(TaskMetric.DISK_BYTES_SPILLED)).isEmpty();
  }

  @Test
  void settings_memoryInEveryUnit_isRead() {
    ApplicationRun run = Logs.run("""
        {"Event":"SparkListenerEnvironmentUpdate","Spark Properties":{"spark.executor.memory":"30720m","spark.driver.memory":"30g","spark.executor.memoryOverhead":"3072","spark.memory.offHeap.size":"1073741824","spark.executor.pyspark.memory":"2G","spark.driver.memoryOverhead":"4 gb","spark.kryoserializer.buffer":"nonsense"}}
        """);
    Map<String, String> settings = run.configuration();
    assertThat(SparkSettings.memoryMb(settings, "spark.executor.memory")).hasValue(30720);
    assertThat(SparkSettings.memoryMb(settings, "spark.driver.memory")).hasValue(30720);
    assertThat(SparkSettings.memoryMb(settings, "spark.executor.memoryOverhead"))
        .hasValue(3072);
    assertThat(SparkSettings.memoryMb(settings, "spark.memory.offHeap.size")).hasValue(1024);
    assertThat(SparkSettings.memoryMb(settings, "spark.executor.pyspark.memory"))
        .hasValue(2048);
    assertThat(SparkSettings.memoryMb(settings, "spark.driver.memoryOverhead")).hasValue(4096);
    assertThat(SparkSettings.memoryMb(settings, "spark.kryoserializer.buffer")).isEmpty();
  }

  @Test
  void settings_instancesUnsetWithDynamicAllocation_areAbsent() {
    ApplicationRun run = Logs.run("""
        {"Event":"SparkListenerEnvironmentUpdate","Spark Properties":{"spark.dynamicAllocation.enabled":"true"}}
        """);
    assertThat(SparkSettings.count(run.configuration(), "spark.executor.instances"))
        .isEmpty();
    assertThat(SparkSettings.flag(run.configuration(), "spark.dynamicAllocation.enabled"))
        .isEqualTo(Optional.of(true));
  }

  // Executors

  @Test
  void read_executorRemovedBeforeAdded_isOneExecutor() {
    ApplicationRun run = Logs.run(START + """
        {"Event":"SparkListenerExecutorRemoved","Timestamp":2000,"Executor ID":"2","Removed Reason":"Command exited with code 1"}
        {"Event":"SparkListenerExecutorAdded","Timestamp":2100,"Executor ID":"2","Executor Info":{"Host":"h2","Total Cores":8}}
        """ + END);
    assertThat(run.executors()).extracting(Executor::id).containsExactly("1", "2");
    Executor executor = run.executors().get(1);
    assertThat(executor.addTimeMs()).hasValue(2100);
    assertThat(executor.removeTimeMs()).hasValue(2000);
    assertThat(executor.totalCores()).isEqualTo(OptionalInt.of(8));
    assertThat(executor.removeReason()).isEqualTo("Command exited with code 1");
  }

  @Test
  void read_executorNamedByTasksAlone_countsTasksButIsNone() {
    ApplicationRun run = Logs.run(START
        + submitted(0, 0, 1)
        + task(0, 0, "Success", false, RAN)
            .replace("\"Executor ID\":\"1\"", "\"Executor ID\":\"9\"")
        + completed(0, 0, 1, "")
        + END);
    assertThat(run.executors()).extracting(Executor::id).containsExactly("1");
    assertThat(run.totals().get(TaskMetric.EXECUTOR_RUN_TIME_MS)).hasValue(400);
  }

  @Test
  void read_executorsOfTheEarliestLogs_areThereWithoutTimes() {
    ApplicationRun run = Logs.run("""
        {"Event":"SparkListenerBlockManagerAdded","Block Manager ID":{"Executor ID":"<driver>","Host":"h0","Port":1},"Maximum Memory":1}
        {"Event":"SparkListenerBlockManagerAdded","Block Manager ID":{"Executor ID":"0","Host":"h1","Port":1},"Maximum Memory":1}
        """ + END);
    assertThat(run.executors()).extracting(Executor::id).containsExactly("0", "<driver>");
    assertThat(run.executors()).extracting(Executor::isDriver).containsExactly(false, true);
    assertThat(run.executors().get(0).addTimeMs()).isEmpty();
  }

  @Test
  void read_negativeIdsAndCounts_areNotBelieved() {
    ApplicationRun run = Logs.run(START
        + "{\"Event\":\"SparkListenerJobStart\",\"Job ID\":-2,\"Stage IDs\":[1]}\n"
        + "{\"Event\":\"SparkListenerJobStart\",\"Job ID\":0,\"Stage IDs\":[-1,2],\"Stage Infos\":[{\"Stage ID\":-3,\"Number of Tasks\":1},{\"Stage ID\":2,\"Number of Tasks\":-7}]}\n"
        + submitted(-4, 0, 1)
        + completed(-5, 0, 1, "")
        + task(-6, 0, "Success", false, RAN)
        + END);
    assertThat(run.jobs()).hasSize(1);
    assertThat(run.jobs().get(0).stageIds()).containsExactly(2);
    assertThat(run.stages()).hasSize(1);
    assertThat(run.stages().get(0).stageId()).isEqualTo(2);
    assertThat(run.stages().get(0).numTasks()).isZero();
  }

  @Test
  void read_driverAmongExecutors_isLast() {
    ApplicationRun run = Logs.run(START + """
        {"Event":"SparkListenerBlockManagerAdded","Block Manager ID":{"Executor ID":"driver","Host":"h0","Port":1},"Maximum Memory":1,"Timestamp":1050}
        {"Event":"SparkListenerExecutorAdded","Timestamp":1200,"Executor ID":"10","Executor Info":{"Host":"h2","Total Cores":4}}
        {"Event":"SparkListenerExecutorAdded","Timestamp":1200,"Executor ID":"2","Executor Info":{"Host":"h2","Total Cores":4}}
        """ + END);
    assertThat(run.executors()).extracting(Executor::id).containsExactly("1", "2", "10", "driver");
    assertThat(run.executors().get(3).isDriver()).isTrue();
  }

  /** A task on executor 1 with these figures of its JVM, and the collector's time while it ran. */
  private static String sampled(String executorMetrics, long gcTimeMs) {
    return task(0, 0, "Success", false, RAN + ",\"JVM GC Time\":" + gcTimeMs)
        .replace(
            "\"Task Metrics\"",
            "\"Task Executor Metrics\":{" + executorMetrics + "},\"Task Metrics\"");
  }

  @Test
  void read_collectionsOfAllEvents_keepTheLargestOfEachJvm() {
    ApplicationRun run = Logs.run(START
        + submitted(0, 0, 3)
        + sampled("\"JVMHeapMemory\":5,\"MinorGCCount\":7,\"MinorGCTime\":70,\"MajorGCCount\":0", 9)
        + sampled(
            "\"JVMHeapMemory\":5,\"MinorGCCount\":6,\"MinorGCTime\":60,\"MajorGCCount\":-1", 0)
        + """
        {"Event":"SparkListenerStageExecutorMetrics","Executor ID":"1","Stage ID":0,"Stage Attempt ID":0,"Executor Metrics":{"JVMHeapMemory":7,"MinorGCCount":8,"MajorGCTime":-3}}
        {"Event":"SparkListenerExecutorMetricsUpdate","Executor ID":"driver","Executor Metrics Updated":[{"Stage ID":0,"Stage Attempt ID":0,"Executor Metrics":{"JVMHeapMemory":9,"ConcurrentGCCount":4,"ConcurrentGCTime":11,"TotalGCTime":90}}]}
        """ + END);
    assertThat(run.executors().get(0).collections())
        .isEqualTo(Measures.builder(CollectorMetric.class)
            .set(CollectorMetric.MINOR_GC_COUNT, 8)
            .set(CollectorMetric.MINOR_GC_TIME_MS, 70)
            .set(CollectorMetric.MAJOR_GC_COUNT, 0)
            .build());
    assertThat(run.executors().get(1).collections())
        .isEqualTo(Measures.builder(CollectorMetric.class)
            .set(CollectorMetric.CONCURRENT_GC_COUNT, 4)
            .set(CollectorMetric.CONCURRENT_GC_TIME_MS, 11)
            .build());
  }

  @Test
  void read_collectionsThatAreAllZero_areZeroOnlyWhereTheHeapWasSampledAndNoneRan() {
    String zeros = "\"MinorGCCount\":0,\"MinorGCTime\":0,\"MajorGCCount\":0,\"MajorGCTime\":0";
    record Case(String what, String metrics, long gcTimeMs, OptionalLong minor) {}
    for (Case each : List.of(
        new Case("never sampled", "\"JVMHeapMemory\":0," + zeros, 0, OptionalLong.empty()),
        new Case("of another collector", "\"JVMHeapMemory\":5," + zeros, 3, OptionalLong.empty()),
        new Case(
            "of another collector, as the JVM says",
            "\"JVMHeapMemory\":5,\"TotalGCTime\":2," + zeros,
            0,
            OptionalLong.empty()),
        new Case("none ran", "\"JVMHeapMemory\":5," + zeros, 0, OptionalLong.of(0)))) {
      ApplicationRun run = Logs.run(START
          + submitted(0, 0, 1)
          + sampled(each.metrics(), each.gcTimeMs())
          + completed(0, 0, 1, "")
          + END);
      assertThat(run.executors().get(0).collections().get(CollectorMetric.MINOR_GC_COUNT))
          .as(each.what())
          .isEqualTo(each.minor());
    }
  }

  @Test
  void read_javaVersion_isWithoutItsVendor() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("\"17.0.15 (Eclipse Adoptium)\"", "17.0.15");
    versions.put("\"1.8.0_292 (Private Build)\"", "1.8.0_292");
    versions.put("\"21-ea+5/home/someone\"", "21-ea+5");
    versions.put("\"OpenJDK\"", null);
    versions.put("null", null);
    versions.forEach((said, version) -> assertThat(Logs.run(START
                + "{\"Event\":\"SparkListenerEnvironmentUpdate\",\"JVM Information\":{\"Java Home\":\"/usr/lib/jvm\",\"Java Version\":"
                + said
                + "},\"Spark Properties\":{},\"System Properties\":{}}\n"
                + END)
            .javaVersion())
        .as(said)
        .isEqualTo(version));
  }

  @Test
  void read_memorySamples_keepTheLargestOfAllEvents() {
    ApplicationRun run = Logs.run(START
        + submitted(0, 0, 2)
        + task(0, 0, "Success", false, RAN)
            .replace(
                "\"Task Metrics\"",
                "\"Task Executor Metrics\":{\"JVMHeapMemory\":500,\"ProcessTreeJVMRSSMemory\":0},\"Task Metrics\"")
        + """
        {"Event":"SparkListenerStageExecutorMetrics","Executor ID":"1","Stage ID":0,"Stage Attempt ID":0,"Executor Metrics":{"JVMHeapMemory":700,"JVMOffHeapMemory":-5}}
        {"Event":"SparkListenerStageExecutorMetrics","Executor ID":"driver","Stage ID":0,"Stage Attempt ID":0,"Executor Metrics":{"JVMHeapMemory":900}}
        """ + END);
    assertThat(run.executors().get(0).peaks().get(MemoryPeak.JVM_HEAP)).hasValue(700);
    assertThat(run.executors().get(0).peaks().get(MemoryPeak.JVM_OFF_HEAP)).hasValue(0);
    assertThat(run.executors().get(0).peaks().get(MemoryPeak.PROCESS_TREE_JVM_RSS))
        .isEmpty();
    assertThat(run.executors().get(1).peaks().get(MemoryPeak.JVM_HEAP)).hasValue(900);
    assertThat(run.quality().has(QualityIssue.NO_MEMORY_SAMPLES)).isFalse();
  }

  // Jobs and outcome

  @Test
  void read_moreJobEndsThanStarts_countsStarts() {
    ApplicationRun run =
        Logs.run(START + job(0) + jobEnd(0, "JobSucceeded") + jobEnd(1, "JobFailed") + END);
    assertThat(run.jobs()).hasSize(1);
    assertThat(run.quality().issues()).contains(QualityIssue.ORPHAN_JOB_END);
    assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
  }

  @Test
  void read_endWithoutExitCode_isInferredFromTheLastJob() {
    ApplicationRun failed = Logs.run(
        START + job(0) + job(1) + jobEnd(0, "JobSucceeded") + jobEnd(1, "JobFailed") + END);
    assertThat(failed.status()).isEqualTo(RunStatus.FAILED);
    assertThat(failed.quality().issues()).contains(QualityIssue.OUTCOME_INFERRED);
    ApplicationRun recovered = Logs.run(
        START + job(0) + job(1) + jobEnd(0, "JobFailed") + jobEnd(1, "JobSucceeded") + END);
    assertThat(recovered.status()).isEqualTo(RunStatus.SUCCEEDED);
  }

  @Test
  void read_endWithExitCode_decides() {
    String failedEnd = END.replace("9000", "9000,\"ExitCode\":1");
    String goodEnd = END.replace("9000", "9000,\"ExitCode\":0");
    ApplicationRun failed = Logs.run(START + job(0) + jobEnd(0, "JobSucceeded") + failedEnd);
    assertThat(failed.status()).isEqualTo(RunStatus.FAILED);
    assertThat(failed.quality().has(QualityIssue.OUTCOME_INFERRED)).isFalse();
    assertThat(Logs.run(START + job(0) + jobEnd(0, "JobFailed") + goodEnd).status())
        .isEqualTo(RunStatus.SUCCEEDED);
  }

  @Test
  void read_noEnd_isUnknown() {
    ApplicationRun run = Logs.run(START);
    assertThat(run.status()).isEqualTo(RunStatus.UNKNOWN);
    assertThat(run.endTimeMs()).isEmpty();
    assertThat(run.lastEventTimeMs()).hasValue(1100);
    assertThat(run.quality().issues()).contains(QualityIssue.NO_APP_END);
    assertThat(run.quality().complete()).isFalse();
  }

  @Test
  void read_twoAttemptsOfOneApplication_areTwoRuns() throws Exception {
    write(
        "application_1_0001_1",
        SyntheticEventLog.seeded(1).attemptId("1").withoutEnd().toByteArray());
    write("application_1_0001_2", SyntheticEventLog.seeded(2).attemptId("2").toByteArray());
    Logs.Read read = Logs.read(folder);
    assertThat(read.runs()).extracting(ApplicationRun::attemptId).containsExactly("1", "2");
    assertThat(read.runs().get(0).id().collidesWith(read.runs().get(1).id())).isFalse();
  }

  // SQL

  @Test
  void read_planChangedByAdaptiveExecution_keepsTheLastOne() {
    String sql = "org.apache.spark.sql.execution.ui.SparkListenerSQL";
    ApplicationRun run = Logs.run(START
        + "{\"Event\":\"" + sql
        + "ExecutionStart\",\"executionId\":7,\"description\":\"q\",\"time\":2000,\"sparkPlanInfo\":{\"nodeName\":\"SortMergeJoin\",\"children\":[{\"nodeName\":\"Scan parquet a\",\"children\":[]}]}}\n"
        + "{\"Event\":\"" + sql
        + "AdaptiveExecutionUpdate\",\"executionId\":7,\"sparkPlanInfo\":{\"nodeName\":\"BroadcastHashJoin\",\"children\":[{\"nodeName\":\"Scan parquet a\",\"children\":[],\"metrics\":[{\"name\":\"number of files read\",\"accumulatorId\":4}]}]}}\n"
        + "{\"Event\":\"" + sql.replace("SQL", "DriverAccumUpdates")
        + "\",\"executionId\":7,\"accumUpdates\":[[4,12]]}\n"
        + job(3).replace("}\n", ",\"Properties\":{\"spark.sql.execution.id\":\"7\"}}\n")
        + "{\"Event\":\"" + sql + "ExecutionEnd\",\"executionId\":7,\"time\":2600}\n"
        + END);
    assertThat(run.aqeUpdates()).isEqualTo(1);
    SqlExecution execution = run.sql().get(0);
    assertThat(execution.joins()).isEqualTo(Map.of("BroadcastHashJoin", 1L));
    assertThat(execution.durationMs()).hasValue(600);
    assertThat(execution.jobIds()).containsExactly(3);
    assertThat(execution.scans())
        .containsExactly(
            new SqlExecution.Scan("parquet", OptionalLong.of(12), OptionalLong.empty()));
  }

  @Test
  void read_scanOfCacheAndCatalog_haveNoFormat() {
    ApplicationRun run = Logs.run(START + """
        {"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart","executionId":1,"time":2000,"sparkPlanInfo":{"nodeName":"Union","children":[{"nodeName":"Scan In-memory table orders","children":[]},{"nodeName":"BatchScan glue_catalog.sales.orders","children":[]},{"nodeName":"BatchScan my-catalog.orders","children":[]},{"nodeName":"BatchScan parquet file:/data/x","children":[]},{"nodeName":"Scan hive default.t","children":[]},{"nodeName":"Scan JDBCRelation(orders) [numPartitions=1]","children":[]},{"nodeName":"Scan text ","children":[]},{"nodeName":"Scan ExistingRDD","children":[]}]}}
        """ + END);
    SqlExecution execution = run.sql().get(0);
    assertThat(execution.scans())
        .extracting(SqlExecution.Scan::format)
        .containsExactlyInAnyOrder(null, null, "parquet", "hive", "jdbcrelation", "text");
    assertThat(execution.operators())
        .isEqualTo(Map.of(
            "Union", 1L,
            "InMemoryTableScan", 1L,
            "BatchScan", 2L,
            "Scan parquet", 1L,
            "Scan hive", 1L,
            "Scan JDBCRelation", 1L,
            "Scan text", 1L,
            "Scan ExistingRDD", 1L));
  }

  // Lines

  @Test
  void read_crlfBlankLinesAndByteOrderMark_arePassedOver() {
    String log = START + job(0) + jobEnd(0, "JobSucceeded") + END;
    ApplicationRun plain = Logs.run(log);
    ApplicationRun odd = Logs.run("\uFEFF" + log.replace("\n", "\r\n\r\n  \n"));
    assertThat(odd.quality()).isEqualTo(plain.quality());
    assertThat(odd.jobs()).isEqualTo(plain.jobs());
    assertThat(odd.digest()).isEqualTo(plain.digest());
  }

  @Test
  void read_driverOutputBetweenEvents_isCounted() {
    ApplicationRun run = Logs.run(
        START + "26/11/01 WARN TaskSetManager: Lost task\n{\"Event\":\"SparkListener\n[1]\n" + END);
    assertThat(run.quality().lines()).isEqualTo(7);
    assertThat(run.quality().unparsableLines()).isEqualTo(2);
    assertThat(run.quality().issues())
        .contains(QualityIssue.UNPARSABLE_LINES)
        .doesNotContain(QualityIssue.TRUNCATED);
    assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
  }

  @Test
  void read_lastLineCut_isTruncated() {
    ApplicationRun run = Logs.run(START + "{\"Event\":\"SparkListenerJobSt");
    assertThat(run.quality().issues())
        .contains(QualityIssue.TRUNCATED)
        .doesNotContain(QualityIssue.UNPARSABLE_LINES);
    assertThat(run.quality().unparsableLines()).isEqualTo(1);
  }

  @Test
  void read_twoEventsInOneLine_applyNeither() {
    ApplicationRun run = Logs.run(START + job(0).strip() + job(1) + END);
    assertThat(run.jobs()).isEmpty();
    assertThat(run.quality().unparsableLines()).isEqualTo(1);
  }

  @Test
  void read_unknownEvents_areSkippedNotUnparsable() {
    ApplicationRun run =
        Logs.run(START + "{\"Event\":\"com.acme.ListenerOfOurs\",\"x\":1}\n" + END);
    assertThat(run.quality().eventsSkipped()).isEqualTo(1);
    assertThat(run.quality().unparsableLines()).isZero();
  }

  // Versions

  @Test
  void read_spark1WithoutVersionLine_isReadWithoutWhatItLacks() {
    String log = String.join(
        "\n",
        SyntheticEventLog.seeded(1).version(SyntheticEventLog.Version.V1).lines().stream()
            .skip(1)
            .toList());
    ApplicationRun run = Logs.run(log);
    assertThat(run.sparkVersion()).isNull();
    assertThat(run.totals().get(TaskMetric.EXECUTOR_RUN_TIME_MS)).isPresent();
    assertThat(run.totals().get(TaskMetric.EXECUTOR_CPU_TIME_NS)).isEmpty();
    assertThat(run.stages().get(0).resourceProfileId()).isEmpty();
    assertThat(run.quality().complete()).isTrue();
  }

  @Test
  void read_everyVersion_tellsTheSameWork() {
    for (SyntheticEventLog.Version version : SyntheticEventLog.Version.values()) {
      ApplicationRun run =
          Logs.run(SyntheticEventLog.seeded(6).version(version).tasks(20).sql(1).toByteArray());
      assertThat(run.sparkVersion()).isEqualTo(version.number());
      assertThat(run.taskOutcomes()).as("%s", version).isEqualTo(Map.of("Success", 20L));
      assertThat(run.quality().has(QualityIssue.OUTCOME_INFERRED))
          .as("%s", version)
          .isEqualTo(version != SyntheticEventLog.Version.V4);
      assertThat(run.quality().has(QualityIssue.NO_MEMORY_SAMPLES))
          .as("%s", version)
          .isEqualTo(version.compareTo(SyntheticEventLog.Version.V3) < 0);
    }
  }

  @Test
  void read_renamedEvents_areReadInBothSpellings() {
    ApplicationRun run = Logs.run(START + """
        {"Event":"SparkListenerExecutorBlacklisted","time":2000,"executorId":"1","taskFailures":2}
        {"Event":"SparkListenerExecutorExcluded","time":2500,"executorId":"2","taskFailures":2}
        """ + END);
    assertThat(run.exclusions()).extracting(Exclusion::executorId).containsExactly("1", "2");
  }

  @Test
  void read_exclusionLoggedInBothSpellings_isOne() {
    ApplicationRun run = Logs.run(START + """
        {"Event":"SparkListenerExecutorBlacklisted","time":2000,"executorId":"1","taskFailures":2}
        {"Event":"SparkListenerExecutorExcluded","time":2000,"executorId":"1","taskFailures":2}
        """ + END);
    assertThat(run.exclusions()).extracting(Exclusion::executorId).containsExactly("1");
  }

  @Test
  void read_streamingEventsOfBothNames_areStreaming() {
    ApplicationRun run = Logs.run(START + """
        {"Event":"org.apache.spark.sql.streaming.StreamingQueryListener$QueryStartedEvent","id":"a"}
        {"Event":"org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgressEvent","progress":{"batchDuration":40,"inputRowsPerSecond":NaN,"processedRowsPerSecond":10.0}}
        """ + END);
    assertThat(run.kind()).isEqualTo(ApplicationKind.STREAMING);
    assertThat(run.streaming().batches()).isEqualTo(1);
    assertThat(run.streaming().batchDurationP50Ms()).hasValue(40);
    assertThat(run.streaming().inputRowsPerSecond()).isEmpty();
    assertThat(run.streaming().processedRowsPerSecond()).hasValue(10);
  }

  // Files and folders

  private final byte[] log = SyntheticEventLog.seeded(1).toByteArray();
  private final List<String> lines = SyntheticEventLog.seeded(1).lines();

  private byte[] piece(int of, int pieces) {
    return Logs.bytes(String.join(
            "\n", lines.subList(lines.size() * of / pieces, lines.size() * (of + 1) / pieces))
        + "\n");
  }

  @Test
  void read_extensionlessZstd_isToldByItsBytes() throws Exception {
    write("application_1_0001", Codecs.ZSTD.compress(log));
    write("application_1_0002.zstd", log);
    assertThat(Logs.read(folder).runs()).hasSize(2);
  }

  @Test
  void read_rollingFolder_isOneRunInTheOrderOfNumbers() throws Exception {
    String app = "eventlog_v2_app-1/";
    for (int i = 0; i < 12; i++) {
      write(app + "events_" + (i + 1) + "_app-1.zstd", Codecs.ZSTD.compress(piece(i, 12)));
    }
    write(app + "appstatus_app-1", new byte[0]);
    write(app + ".events_1_app-1.crc", new byte[] {1});
    ApplicationRun run = Logs.read(folder).onlyRun();
    assertThat(run.source()).hasSize(12);
    assertThat(run.source().get(9)).endsWith("events_10_app-1.zstd");
    assertThat(run.quality()).isEqualTo(Logs.run(log).quality());
    assertThat(run.digest()).isEqualTo(Logs.run(log).digest());
    assertThat(Logs.read(folder.resolve("eventlog_v2_app-1")).onlyRun()).isEqualTo(run);
  }

  @Test
  void read_rollingPartMissing_saysDroppedEvents() throws Exception {
    String app = "eventlog_v2_app-1/";
    write(app + "events_1_app-1", piece(0, 3));
    write(app + "events_3_app-1", piece(2, 3));
    assertThat(Logs.read(folder).onlyRun().quality().issues())
        .contains(QualityIssue.DROPPED_EVENTS);
    Files.delete(folder.resolve(app + "events_1_app-1"));
    assertThat(Logs.read(folder).onlyRun().quality().issues())
        .as("the first part")
        .contains(QualityIssue.DROPPED_EVENTS, QualityIssue.NO_APP_START);
  }

  @Test
  void read_compactedRollingLog_beginsWithTheNewestCompactPart() throws Exception {
    String app = "eventlog_v2_app-1/";
    write(app + "events_1_app-1", piece(0, 3));
    write(app + "events_2_app-1", piece(1, 3));
    write(app + "events_2_app-1.compact", Logs.bytes(lines.get(0) + "\n"));
    write(app + "events_3_app-1", piece(2, 3));
    ApplicationRun run = Logs.read(folder).onlyRun();
    assertThat(run.source()).hasSize(2);
    assertThat(run.source().get(0)).endsWith(".compact");
    assertThat(run.quality().issues())
        .contains(QualityIssue.COMPACTED)
        .doesNotContain(QualityIssue.DROPPED_EVENTS);
    assertThat(run.quality().complete()).isFalse();
  }

  @Test
  void read_inProgress_isRunningOnlyWhileFresh() throws Exception {
    byte[] open = SyntheticEventLog.seeded(1).withoutEnd().toByteArray();
    write("app-1.inprogress", open);
    Path file = folder.resolve("app-1.inprogress");
    Files.setLastModifiedTime(file, FileTime.from(Logs.CLOCK.instant().minusSeconds(60)));
    ApplicationRun fresh = Logs.read(folder).onlyRun();
    assertThat(fresh.status()).isEqualTo(RunStatus.RUNNING);
    assertThat(fresh.quality().issues())
        .contains(QualityIssue.IN_PROGRESS)
        .doesNotContain(QualityIssue.TRUNCATED);
    Files.setLastModifiedTime(file, FileTime.from(Logs.CLOCK.instant().minus(Duration.ofDays(1))));
    assertThat(Logs.read(folder).onlyRun().status()).isEqualTo(RunStatus.UNKNOWN);
  }

  @Test
  void read_rollingInProgress_isToldByItsStatusFile() throws Exception {
    String app = "eventlog_v2_app-1/";
    write(app + "events_1_app-1", SyntheticEventLog.seeded(1).withoutEnd().toByteArray());
    write(app + "appstatus_app-1.inprogress", new byte[0]);
    assertThat(Logs.read(folder).onlyRun().quality().issues()).contains(QualityIssue.IN_PROGRESS);
  }

  @Test
  void read_databricksFolder_readsDatedPartsThenTheUndatedOne() throws Exception {
    write("123/eventlog", piece(2, 3));
    write("123/eventlog-2026-11-01--00-30.gz", Codecs.GZIP.compress(piece(1, 3)));
    write("123/eventlog-2026-11-01--00-00.gz", Codecs.GZIP.compress(piece(0, 3)));
    write("123/log4j-active.log", Logs.bytes("26/11/01 INFO\n"));
    Logs.Read read = Logs.read(folder);
    assertThat(read.runs()).hasSize(1);
    assertThat(read.runs().get(0).source())
        .extracting(path -> Path.of(path).getFileName().toString())
        .containsExactly(
            "eventlog-2026-11-01--00-00.gz", "eventlog-2026-11-01--00-30.gz", "eventlog");
    assertThat(read.runs().get(0).quality()).isEqualTo(Logs.run(log).quality());
    assertThat(read.reason("log4j-active.log"))
        .isEqualTo("not an event log: no Spark event in its line");
  }

  @Test
  void read_zipOfHistoryServer_readsRollingAndSingleLogs() throws Exception {
    try (OutputStream out = Files.newOutputStream(folder.resolve("eventLogs-app-1.zip"));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("eventlog_v2_app-1/"));
      for (int i = 2; i >= 0; i--) {
        zip.putNextEntry(new ZipEntry("eventlog_v2_app-1/events_" + (i + 1) + "_app-1.zstd"));
        zip.write(Codecs.ZSTD.compress(piece(i, 3)));
      }
      zip.putNextEntry(new ZipEntry("eventlog_v2_app-1/appstatus_app-1"));
      zip.putNextEntry(new ZipEntry("application_1_0001.lz4"));
      zip.write(Codecs.LZ4.compress(log));
    }
    Logs.Read read = Logs.read(folder);
    assertThat(read.skipped()).isEmpty();
    assertThat(read.runs()).hasSize(2);
    for (ApplicationRun run : read.runs()) {
      assertThat(run.quality()).isEqualTo(Logs.run(log).quality());
      assertThat(run.source().get(0)).contains("eventLogs-app-1.zip!/");
    }
  }

  @Test
  void read_partNamedAlone_isItsOwnLog() throws Exception {
    write("eventlog_v2_app-1/events_1_app-1", piece(0, 2));
    write("eventlog_v2_app-1/events_2_app-1", piece(1, 2));
    ApplicationRun run =
        Logs.read(folder.resolve("eventlog_v2_app-1/events_2_app-1")).onlyRun();
    assertThat(run.source()).hasSize(1);
    assertThat(run.quality().issues()).contains(QualityIssue.NO_APP_START);
  }

  @Test
  void read_driverOutputBesideLogs_isSkippedWithReason() throws Exception {
    write("app-1", log);
    write("app-1.stdout", Logs.bytes("Hello\nWorld\n"));
    Logs.Read read = Logs.read(folder);
    assertThat(read.runs()).hasSize(1);
    assertThat(read.reason("app-1.stdout"))
        .isEqualTo("not an event log: no Spark event in 2 lines");
  }

  @Test
  void read_statusFilesAndChecksums_arePassedOverInSilence() throws Exception {
    write("app-1", log);
    write(".app-1.crc", new byte[] {1});
    write("app-1.crc", new byte[] {1});
    write("appstatus_app-1", new byte[0]);
    write(".hidden/app-2", log);
    assertThat(Logs.read(folder).onlyRun().appId()).isNotNull();
  }
}
