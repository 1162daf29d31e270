package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.CachedRdd;
import io.sparkoptimizer.spark.Exclusion;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StreamingProgress;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a run knows of its input, its caches, its plans and its streams, in events as Spark writes them. */
class WhatALogTellsTest {
  private static final String START = """
      {"Event":"SparkListenerLogStart","Spark Version":"3.5.9"}
      {"Event":"SparkListenerApplicationStart","App Name":"told","App ID":"app-1","Timestamp":1000,"User":"u"}
      """;
  private static final String END = """
      {"Event":"SparkListenerApplicationEnd","Timestamp":9000}
      """;
  private static final String MEMORY =
      "{\"Use Disk\":true,\"Use Memory\":true,\"Deserialized\":true,\"Replication\":1}";
  private static final String NOT_STORED =
      "{\"Use Disk\":false,\"Use Memory\":false,\"Deserialized\":false,\"Replication\":1}";

  private static String stageInfo(int stage, int attempt, String more) {
    return "\"Stage Info\":{\"Stage ID\":" + stage + ",\"Stage Attempt ID\":" + attempt
        + ",\"Stage Name\":\"s\",\"Number of Tasks\":1,\"Submission Time\":2000" + more + "}}\n";
  }

  private static String rdd(int id, String level) {
    return "{\"RDD ID\":" + id + ",\"Name\":\"sales\\nplan\",\"Storage Level\":" + level
        + ",\"Number of Partitions\":1,\"Number of Cached Partitions\":0,\"Memory Size\":0,\"Disk Size\":0}";
  }

  /** A stage of one task that reads so many bytes. */
  private static String stage(int stage, int attempt, String rdds, long bytes, String more) {
    String info = ",\"RDD Info\":[" + rdds + "]";
    return "{\"Event\":\"SparkListenerStageSubmitted\"," + stageInfo(stage, attempt, info)
        + task(
            stage,
            attempt,
            "Success",
            3000,
            3500,
            "\"Executor Run Time\":400,\"Input Metrics\":{" + more + "\"Bytes Read\":" + bytes
                + ",\"Records Read\":" + bytes / 10 + "}")
        + "{\"Event\":\"SparkListenerStageCompleted\","
        + stageInfo(stage, attempt, info + ",\"Completion Time\":4000");
  }

  private static String task(
      int stage, int attempt, String reason, long launchMs, long finishMs, String metrics) {
    return "{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":" + stage + ",\"Stage Attempt ID\":"
        + attempt + ",\"Task End Reason\":{\"Reason\":\"" + reason
        + "\"},\"Task Info\":{\"Launch Time\":" + launchMs + ",\"Finish Time\":" + finishMs
        + ",\"Executor ID\":\"1\"},\"Task Metrics\":{" + metrics + "}}\n";
  }

  // Input size

  @Test
  void inputBytes_cachedRddReadAgain_countsItsSourceOnce() {
    ApplicationRun run = Logs.run(START
        + stage(0, 0, rdd(0, NOT_STORED) + "," + rdd(4, MEMORY), 1000, "")
        + stage(1, 0, rdd(0, NOT_STORED) + "," + rdd(4, MEMORY), 300, "")
        + stage(2, 0, rdd(9, NOT_STORED), 50, "")
        + END);
    assertThat(run.inputBytes()).hasValue(1050);
    assertThat(run.inputRecords()).hasValue(105);
    assertThat(run.totals().get(TaskMetric.INPUT_BYTES)).hasValue(1350);
    assertThat(run.totals().get(TaskMetric.CACHED_INPUT_BYTES)).hasValue(300);
    assertThat(RunSummary.of(run).inputBytes()).hasValue(1050);
  }

  /** {@code show()} of a cached table computes a partition of a thousand; the others are still to be read. */
  @Test
  void inputBytes_cacheOfAFewPartitions_isReadFromItsSource() {
    String large = (rdd(4, MEMORY) + "," + rdd(9, NOT_STORED))
        .replace("\"Number of Partitions\":1", "\"Number of Partitions\":1000");
    ApplicationRun run = Logs.run(START
        + stage(0, 0, large, 10, "")
        + stage(1, 0, large, 10_000, "")
            .replace("\"Number of Tasks\":1", "\"Number of Tasks\":1000")
        + stage(2, 0, large, 300, "")
        + END);
    assertThat(run.inputBytes()).hasValue(10_010);
  }

  @Test
  void inputBytes_unpersisted_isReadFromItsSourceAgain() {
    ApplicationRun run = Logs.run(START + stage(0, 0, rdd(4, MEMORY), 1000, "")
        + "{\"Event\":\"SparkListenerUnpersistRDD\",\"RDD ID\":4}\n"
        + stage(1, 0, rdd(4, MEMORY), 1000, "") + END);
    assertThat(run.inputBytes()).hasValue(2000);
  }

  @Test
  void inputBytes_oldLog_countsWhatEachTaskSays() {
    ApplicationRun run = Logs.run(START
        + stage(0, 0, rdd(4, MEMORY), 1000, "\"Data Read Method\":\"Hadoop\",")
        // the cache was too small: this one was read again
        + stage(1, 0, rdd(4, MEMORY), 700, "\"Data Read Method\":\"Hadoop\",")
        + stage(2, 0, rdd(4, MEMORY), 300, "\"Data Read Method\":\"Memory\",")
        + END);
    assertThat(run.inputBytes()).hasValue(1700);
    assertThat(run.totals().get(TaskMetric.CACHED_INPUT_BYTES)).hasValue(300);
  }

  @Test
  void inputBytes_retriedStage_countsTheFirstThatCompleted() {
    String failed = "{\"Event\":\"SparkListenerStageSubmitted\"," + stageInfo(0, 0, "")
        + task(0, 0, "Success", 3000, 3500, "\"Input Metrics\":{\"Bytes Read\":7}")
        + "{\"Event\":\"SparkListenerStageCompleted\","
        + stageInfo(0, 0, ",\"Failure Reason\":\"lost\",\"Completion Time\":4000");
    ApplicationRun run = Logs.run(START
        + failed
        + stage(0, 1, rdd(0, NOT_STORED), 100, "")
        + stage(0, 2, rdd(0, NOT_STORED), 40, "")
        + END);
    assertThat(run.inputBytes()).hasValue(100);
  }

  @Test
  void inputBytes_sourceThatReportsNone_isAbsent() {
    ApplicationRun run = Logs.run(START + stage(0, 0, rdd(0, NOT_STORED), 0, "") + END);
    assertThat(run.inputBytes()).isEmpty();
    assertThat(run.totals().get(TaskMetric.INPUT_BYTES)).hasValue(0);
  }

  // Caches and broadcasts

  @Test
  void cachedRdds_defaultLog_areNamedWithoutSizes() {
    ApplicationRun run = Logs.run(START + stage(0, 0, rdd(4, MEMORY), 10, "") + END);
    assertThat(run.cachedRdds())
        .containsExactly(new CachedRdd(
            4,
            "sales",
            "MEMORY_AND_DISK",
            1,
            OptionalInt.empty(),
            OptionalLong.empty(),
            OptionalLong.empty()));
    assertThat(run.largestBroadcastBytes()).isEmpty();
  }

  private static String block(String id, long memory, long disk) {
    return "{\"Event\":\"SparkListenerBlockUpdated\",\"Block Updated Info\":{\"Block Manager ID\":{\"Executor ID\":\"driver\"},\"Block ID\":\""
        + id + "\",\"Storage Level\":" + MEMORY + ",\"Memory Size\":" + memory + ",\"Disk Size\":"
        + disk + "}}\n";
  }

  @Test
  void cachedRdds_blockUpdates_countEachBlockOnce() {
    ApplicationRun run = Logs.run(START
        + stage(0, 0, rdd(4, MEMORY), 10, "")
        + block("rdd_4_0", 100, 0)
        + block("rdd_4_1", 60, 40)
        + block("rdd_4_1", 60, 40)
        + block("rdd_4_0", 0, 0) // evicted: it was stored nevertheless
        + block("rdd_77_0", 5, 0)
        + block("rdd_4_99999999", 5, 0)
        + block("rdd_4_x", 5, 0)
        + block("broadcast_2_piece0", 4000, 0)
        + block("broadcast_2_piece1", 500, 0)
        + block("broadcast_2_piece0", 4000, 0)
        + block("broadcast_3_piece0", 60, 0)
        + END);
    CachedRdd rdd = run.cachedRdds().get(0);
    assertThat(rdd.cachedPartitions()).hasValue(2);
    assertThat(rdd.memoryBytes()).hasValue(160);
    assertThat(rdd.diskBytes()).hasValue(40);
    assertThat(run.largestBroadcastBytes()).hasValue(4500);
  }

  @Test
  void cachedRdds_oldLog_countBlocksOfItsTasks() {
    ApplicationRun run = Logs.run(START
        + stage(0, 0, rdd(4, MEMORY), 10, "")
        + task(
            1,
            0,
            "Success",
            3000,
            3100,
            "\"Updated Blocks\":[{\"Block ID\":\"rdd_4_2\",\"Status\":{\"Storage Level\":" + MEMORY
                + ",\"Memory Size\":77,\"Disk Size\":0}},null,3]")
        + END);
    assertThat(run.cachedRdds().get(0).memoryBytes()).hasValue(77);
    assertThat(run.cachedRdds().get(0).cachedPartitions()).hasValue(1);
  }

  @Test
  void storageLevels_haveSparksNames() {
    Map<String, String> levels = Map.of(
        "{\"Use Disk\":false,\"Use Memory\":true,\"Deserialized\":true,\"Replication\":1}",
        "MEMORY_ONLY",
        "{\"Use Disk\":false,\"Use Memory\":true,\"Deserialized\":false,\"Replication\":2}",
        "MEMORY_ONLY_SER_2",
        "{\"Use Disk\":true,\"Use Memory\":false,\"Deserialized\":false,\"Replication\":1}",
        "DISK_ONLY",
        "{\"Use Disk\":true,\"Use Memory\":true,\"Use Off Heap\":true,\"Deserialized\":false,\"Replication\":1}",
        "OFF_HEAP");
    levels.forEach((flags, name) -> {
      ApplicationRun run = Logs.run(START + stage(0, 0, rdd(4, flags), 10, "") + END);
      assertThat(run.cachedRdds()).extracting(CachedRdd::storageLevel).containsExactly(name);
    });
  }

  // Plans

  private static String node(String name, String words, String metrics, String... children) {
    return "{\"nodeName\":\"" + name + "\",\"simpleString\":\"" + words + "\",\"children\":["
        + String.join(",", children) + "],\"metadata\":{},\"metrics\":[" + metrics + "]}";
  }

  private static String metric(String name, int id) {
    return "{\"name\":\"" + name + "\",\"accumulatorId\":" + id + ",\"metricType\":\"size\"}";
  }

  private static String sql(String event, String plan) {
    return "{\"Event\":\"org.apache.spark.sql.execution.ui." + event
        + "\",\"executionId\":0,\"description\":\"q\",\"time\":2000,\"sparkPlanInfo\":" + plan
        + "}\n";
  }

  private static String exchange(int bytes) {
    return node(
        "Exchange",
        "Exchange hashpartitioning(cast(a#1 as int), 200), ENSURE_REQUIREMENTS, [plan_id=12]",
        metric("data size", bytes) + "," + metric("number of partitions", 7));
  }

  @Test
  void sql_adaptivePlan_tellsExchangesAndWhatChanged() {
    String before = node(
        "AdaptiveSparkPlan",
        "AdaptiveSparkPlan isFinalPlan=false",
        "",
        node("SortMergeJoin", "", "", exchange(1), exchange(2)));
    String after = node(
        "AdaptiveSparkPlan",
        "AdaptiveSparkPlan isFinalPlan=true",
        "",
        node(
            "BroadcastHashJoin",
            "",
            "",
            node("AQEShuffleRead", "AQEShuffleRead coalesced and skewed", "", exchange(1)),
            node("AQEShuffleRead", "AQEShuffleRead local", "", exchange(8)),
            node(
                "BroadcastQueryStage",
                "",
                "",
                node(
                    "BroadcastExchange",
                    "BroadcastExchange HashedRelationBroadcastMode(List(a), false), [plan_id=9]",
                    metric("data size", 3))),
            node(
                "ReusedExchange",
                "ReusedExchange [a#1], Exchange hashpartitioning(a, 200)",
                "",
                exchange(1))));
    String counted =
        ",\"Accumulables\":[{\"ID\":1,\"Name\":\"data size\",\"Value\":\"5000\",\"Metadata\":\"sql\"},{\"ID\":9,\"Name\":\"number of output rows\",\"Value\":\"1\"}]";
    ApplicationRun run = Logs.run(START
        + sql("SparkListenerSQLExecutionStart", before)
        + "{\"Event\":\"org.apache.spark.sql.execution.ui.SparkListenerDriverAccumUpdates\",\"executionId\":0,\"accumUpdates\":[[7,50],[3,64000]]}\n"
        + "{\"Event\":\"SparkListenerStageCompleted\"," + stageInfo(0, 0, counted)
        + sql("SparkListenerSQLAdaptiveExecutionUpdate", after) + END);
    SqlExecution execution = run.sql().get(0);
    assertThat(execution.joins()).isEqualTo(Map.of("BroadcastHashJoin", 1L));
    assertThat(execution.adaptive())
        .isEqualTo(new SqlExecution.AdaptiveChanges(1, 1, 1, 1, Map.of("SortMergeJoin", 1L)));
    assertThat(execution.exchanges())
        .containsExactlyInAnyOrder(
            new SqlExecution.Exchange(
                false,
                "hashpartitioning",
                "ENSURE_REQUIREMENTS",
                OptionalLong.of(50),
                OptionalLong.of(5000)),
            new SqlExecution.Exchange(
                false,
                "hashpartitioning",
                "ENSURE_REQUIREMENTS",
                OptionalLong.of(50),
                OptionalLong.empty()),
            new SqlExecution.Exchange(
                true, null, null, OptionalLong.empty(), OptionalLong.of(64000)));
    assertThat(run.largestBroadcastBytes()).hasValue(64000);
  }

  /** The plan of a cached table stands in that of every query that reads it. */
  @Test
  void sql_exchangeThatAnotherExecutionRan_hasNoBytes() {
    String ran =
        ",\"Accumulables\":[{\"ID\":1,\"Name\":\"data size\",\"Value\":\"5000\",\"Metadata\":\"sql\"}]";
    String job =
        "{\"Event\":\"SparkListenerJobStart\",\"Job ID\":%d,\"Submission Time\":2000,\"Stage IDs\":[0],"
            + "\"Properties\":{\"spark.sql.execution.id\":\"%d\"}}\n";
    String first = sql("SparkListenerSQLExecutionStart", exchange(1));
    ApplicationRun run = Logs.run(START
        + first
        + String.format(Locale.ROOT, job, 0, 0)
        + "{\"Event\":\"SparkListenerStageCompleted\"," + stageInfo(0, 0, ran)
        + first.replace("\"executionId\":0", "\"executionId\":1")
        + String.format(Locale.ROOT, job, 1, 1)
        + END);
    assertThat(run.sql())
        .extracting(execution -> execution.exchanges().get(0).bytes())
        .containsExactly(OptionalLong.of(5000), OptionalLong.empty());
  }

  @Test
  void sql_nodeNames_keepDigitsThatAreTheirs() {
    ApplicationRun run = Logs.run(START
        + sql(
            "SparkListenerSQLExecutionStart",
            node(
                "WriteToDataSourceV2",
                "",
                "",
                node("WholeStageCodegen (3)", "", "", node("ShuffleQueryStage 2", "", ""))))
        + END);
    assertThat(run.sql().get(0).operators())
        .containsOnlyKeys("WriteToDataSourceV2", "WholeStageCodegen", "ShuffleQueryStage");
  }

  @Test
  void sql_exchangesOfEveryVersion_areUnderstood() {
    record Words(String text, String partitioning, String origin, long partitions) {}
    for (Words words : new Words[] {
      new Words("Exchange hashpartitioning(a#1L, b#2, 200)", "hashpartitioning", null, 200),
      new Words(
          "Exchange hashpartitioning(a#1L, 200), true, [id=#5]", "hashpartitioning", null, 200),
      new Words(
          "Exchange SinglePartition, ENSURE_REQUIREMENTS, [plan_id=1]",
          "SinglePartition",
          "ENSURE_REQUIREMENTS",
          -1),
      new Words(
          "Exchange RoundRobinPartitioning(16), REPARTITION_BY_NUM, [plan_id=1]",
          "RoundRobinPartitioning",
          "REPARTITION_BY_NUM",
          16),
      new Words(
          "Exchange rangepartitioning(a#1 ASC NULLS FIRST, 32), REPARTITION_BY_COL, [plan_id=1]",
          "rangepartitioning",
          "REPARTITION_BY_COL",
          32),
      new Words(
          "Exchange hashpartitioning(coalesce(f(a#1), X_LONG), 8), REBALANCE_PARTITIONS_BY_COL, [plan_id=1]",
          "hashpartitioning",
          "REBALANCE_PARTITIONS_BY_COL",
          8)
    }) {
      ApplicationRun run = Logs.run(
          START + sql("SparkListenerSQLExecutionStart", node("Exchange", words.text(), "")) + END);
      assertThat(run.sql().get(0).exchanges())
          .as(words.text())
          .containsExactly(new SqlExecution.Exchange(
              false,
              words.partitioning(),
              words.origin(),
              words.partitions() < 0 ? OptionalLong.empty() : OptionalLong.of(words.partitions()),
              OptionalLong.empty()));
      assertThat(run.sql().get(0).adaptive()).isNull();
    }
  }

  // Stages

  @Test
  void stage_tasksOfEveryOutcome_haveDistributionsOfTheirOwn() {
    StringBuilder tasks = new StringBuilder();
    for (int mib = 1; mib <= 10; mib++) {
      String bytes = "Bytes Read\":" + ((long) mib << 20) + "}";
      tasks.append(task(
          0,
          0,
          "Success",
          2000,
          2000 + 50 + 100 * mib,
          "\"Executor Run Time\":" + 100 * mib
              + (mib % 2 == 0
                  ? ",\"Input Metrics\":{\"" + bytes
                  : ",\"Shuffle Read Metrics\":{\"Local " + bytes)));
    }
    ApplicationRun run = Logs.run(START
        + tasks
        + task(0, 0, "ExceptionFailure", 2000, 2050, "")
        + task(0, 0, "TaskKilled", 2000, 2007, "")
        + task(0, 0, "Resubmitted", 2000, 2100, "")
        + END);
    StageAttempt stage = run.stages().get(0);
    assertThat(stage.distribution(TaskDistribution.DURATION_MS).sum()).isEqualTo(6000);
    assertThat(stage.distribution(TaskDistribution.RUN_TIME_MS).quantile(0.5)).isEqualTo(600);
    assertThat(stage.distribution(TaskDistribution.RUN_TIME_MS).count()).isEqualTo(10);
    assertThat(stage.distribution(TaskDistribution.FAILED_DURATION_MS).sum()).isEqualTo(50);
    assertThat(stage.distribution(TaskDistribution.FAILED_DURATION_MS).count()).isEqualTo(1);
    assertThat(stage.distribution(TaskDistribution.KILLED_DURATION_MS).sum()).isEqualTo(7);
    assertThat(stage.timeByBytes().msPerMib().getAsDouble()).isCloseTo(100, within(1e-9));
    assertThat(stage.timeByBytes().taskCostMs().getAsDouble()).isCloseTo(50, within(1e-6));
    assertThat(stage.timeByBytes().correlation().getAsDouble()).isCloseTo(1, within(1e-9));
  }

  @Test
  void stage_executorMetrics_areItsPeaks() {
    ApplicationRun run = Logs.run(START
        + "{\"Event\":\"SparkListenerStageSubmitted\"," + stageInfo(0, 0, "")
        + "{\"Event\":\"SparkListenerStageExecutorMetrics\",\"Executor ID\":\"1\",\"Stage ID\":0,\"Stage Attempt ID\":0,\"Executor Metrics\":{\"JVMHeapMemory\":70,\"ProcessTreeJVMRSSMemory\":0}}\n"
        + "{\"Event\":\"SparkListenerStageExecutorMetrics\",\"Executor ID\":\"2\",\"Stage ID\":0,\"Stage Attempt ID\":0,\"Executor Metrics\":{\"JVMHeapMemory\":90,\"OnHeapStorageMemory\":5}}\n"
        + "{\"Event\":\"SparkListenerStageExecutorMetrics\",\"Executor ID\":\"2\",\"Stage ID\":5,\"Stage Attempt ID\":0,\"Executor Metrics\":{\"JVMHeapMemory\":99}}\n"
        + END);
    assertThat(run.stages()).hasSize(1);
    assertThat(run.stages().get(0).peaks().get(MemoryPeak.JVM_HEAP)).hasValue(90);
    assertThat(run.stages().get(0).peaks().get(MemoryPeak.ON_HEAP_STORAGE)).hasValue(5);
    assertThat(run.stages().get(0).peaks().has(MemoryPeak.PROCESS_TREE_JVM_RSS)).isFalse();
  }

  // Exclusion

  @Test
  void exclusions_bothSpellings_tellWhoAndUntilWhen() {
    String scheduler = "{\"Event\":\"org.apache.spark.scheduler.SparkListener";
    ApplicationRun run = Logs.run(START
        + scheduler
        + "ExecutorExcludedForStage\",\"time\":2000,\"executorId\":\"1\",\"taskFailures\":2,\"stageId\":0,\"stageAttemptId\":0}\n"
        + scheduler + "ExecutorExcluded\",\"time\":2100,\"executorId\":\"1\",\"taskFailures\":4}\n"
        + scheduler + "NodeBlacklisted\",\"time\":2200,\"hostId\":\"h1\",\"executorFailures\":2}\n"
        + scheduler + "ExecutorUnexcluded\",\"time\":5000,\"executorId\":\"1\"}\n"
        + END);
    assertThat(run.exclusions())
        .containsExactly(
            new Exclusion(
                "1",
                null,
                OptionalInt.of(0),
                OptionalLong.of(2),
                OptionalLong.of(2000),
                OptionalLong.empty()),
            new Exclusion(
                "1",
                null,
                OptionalInt.empty(),
                OptionalLong.of(4),
                OptionalLong.of(2100),
                OptionalLong.of(5000)),
            new Exclusion(
                null,
                "h1",
                OptionalInt.empty(),
                OptionalLong.of(2),
                OptionalLong.of(2200),
                OptionalLong.empty()));
  }

  // Streaming

  private static String progress(String run, String time, long durationMs, long read, long latest) {
    return progress("q-" + run, run, time, durationMs, read, latest);
  }

  private static String progress(
      String query, String run, String time, long durationMs, long read, long latest) {
    return "{\"Event\":\"org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgressEvent\",\"progress\":{\"id\":\""
        + query
        + "\",\"runId\":\"" + run + "\",\"timestamp\":\"" + time + "\",\"batchDuration\":"
        + durationMs
        + ",\"stateOperators\":[{\"numRowsTotal\":100,\"memoryUsedBytes\":4096},{\"numRowsTotal\":11,\"memoryUsedBytes\":4}],"
        + "\"sources\":[{\"description\":\"KafkaV2[Subscribe[t]]\",\"endOffset\":{\"t\":{\"0\":"
        + read
        + ",\"1\":5}},\"latestOffset\":{\"t\":{\"0\":" + latest
        + ",\"1\":5}},\"inputRowsPerSecond\":10.0}]}}\n";
  }

  @Test
  void streaming_batchesAgainstTheirTrigger_andBacklog() {
    ApplicationRun run = Logs.run(START
        + progress("a", "2026-11-01T00:00:00.000Z", 2000, 10, 90)
        + progress("a", "2026-11-01T00:00:10.000Z", 4000, 50, 60)
        + progress("b", "2026-11-01T00:00:11.000Z", 9000, 0, 7)
        + progress("a", "2026-11-01T00:00:20.000Z", 30000, 60, 64)
        + END);
    StreamingProgress streaming = run.streaming();
    assertThat(streaming.batches()).isEqualTo(4);
    assertThat(streaming.batchIntervalP50Ms()).hasValue(10_000);
    assertThat(streaming.busyShare().getAsDouble()).isCloseTo(0.3, within(1e-9));
    assertThat(streaming.backlogRows()).hasValue(4 + 7);
    assertThat(streaming.backlogRowsPeak()).hasValue(80);
    assertThat(streaming.stateRows()).hasValue(2 * 111);
    assertThat(streaming.stateBytes()).hasValue(2 * 4100);
    assertThat(streaming.backlogBytes()).isEmpty();
  }

  @Test
  void streaming_queryStartedAgain_hasItsStateAndBacklogOnce() {
    ApplicationRun run = Logs.run(START
        + progress("q", "a", "2026-11-01T00:00:00.000Z", 2000, 10, 90)
        + progress("q", "a", "2026-11-01T00:00:10.000Z", 2000, 50, 60)
        + progress("q", "b", "2026-11-01T05:00:00.000Z", 2000, 60, 64)
        + END);
    assertThat(run.streaming().stateRows()).hasValue(111);
    assertThat(run.streaming().backlogRows()).hasValue(4);
    assertThat(run.streaming().batchIntervalP50Ms()).as("without the pause").hasValue(10_000);
  }

  @Test
  void streaming_spark20Status_isReadToo() {
    ApplicationRun run = Logs.run(START
        + "{\"Event\":\"org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgressEvent\",\"queryStatus\":{\"name\":\"q\",\"id\":1,\"timestamp\":1480491493386,\"inputRate\":83.5,\"processingRate\":0.5,\"latency\":1738.0}}\n"
        + END);
    assertThat(run.streaming().batchDurationP50Ms()).hasValue(1738);
    assertThat(run.streaming().inputRowsPerSecond()).hasValue(83.5);
    assertThat(run.streaming().processedRowsPerSecond()).hasValue(0.5);
    assertThat(run.streaming().batchIntervalP50Ms()).isEmpty();
    assertThat(run.streaming().busyShare()).isEmpty();
  }
}
