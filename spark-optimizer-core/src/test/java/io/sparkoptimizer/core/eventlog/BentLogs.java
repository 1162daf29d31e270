package io.sparkoptimizer.core.eventlog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkoptimizer.testkit.SyntheticEventLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * Logs as no Spark would write them and many a reader meets them: fields in any order, blanks anywhere,
 * keys twice, figures bent, unknown events and fields, lines missing, doubled, swapped and cut.
 */
final class BentLogs {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What synthetic logs lack, and what the field adds. */
  private static final List<String> EXTRA_EVENTS = List.of(
      "{\"Event\":\"SparkListenerStageExecutorMetrics\",\"Executor ID\":\"driver\",\"Stage ID\":0,\"Stage Attempt ID\":0,\"Executor Metrics\":{\"JVMHeapMemory\":600000000,\"JVMOffHeapMemory\":1,\"TotalGCTime\":77,\"MinorGCCount\":9,\"MinorGCTime\":70,\"MajorGCCount\":1,\"MajorGCTime\":7,\"ProcessTreeJVMRSSMemory\":0}}",
      "{\"Event\":\"SparkListenerStageExecutorMetrics\",\"Executor ID\":\"1\",\"Stage ID\":1,\"Stage Attempt ID\":0,\"Executor Metrics\":{\"JVMHeapMemory\":1100000000,\"OffHeapExecutionMemory\":5,\"ProcessTreePythonRSSMemory\":9}}",
      "{\"Event\":\"SparkListenerExecutorMetricsUpdate\",\"Executor ID\":\"2\",\"Metrics Updated\":[],\"Executor Metrics Updated\":[{\"Stage ID\":0,\"Stage Attempt ID\":0,\"Executor Metrics\":{\"JVMHeapMemory\":12,\"DirectPoolMemory\":4,\"MinorGCCount\":0,\"ConcurrentGCCount\":0,\"ConcurrentGCTime\":0}}]}",
      "{\"Event\":\"SparkListenerExecutorRemoved\",\"Timestamp\":1700000000000,\"Executor ID\":\"9\",\"Removed Reason\":\"Command exited with code 137\"}",
      "{\"Event\":\"SparkListenerExecutorAdded\",\"Timestamp\":1700000001000,\"Executor ID\":\"9\",\"Executor Info\":{\"Host\":\"h9\",\"Total Cores\":4,\"Log Urls\":{},\"Resource Profile Id\":1}}",
      "{\"Event\":\"SparkListenerBlockManagerAdded\",\"Block Manager ID\":{\"Executor ID\":\"7\",\"Host\":\"h7\",\"Port\":1},\"Maximum Memory\":1,\"Timestamp\":1700000000500}",
      "{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":0,\"Stage Attempt ID\":0,\"Task Type\":\"ResultTask\",\"Task End Reason\":{\"Reason\":\"ExecutorLostFailure\",\"Executor ID\":\"9\",\"Exit Caused By App\":true,\"Loss Reason\":\"Container from a bad node. Exit status: 52\"},\"Task Info\":{\"Task ID\":900,\"Index\":0,\"Attempt\":0,\"Launch Time\":1700000000100,\"Executor ID\":\"9\",\"Host\":\"h9\",\"Finish Time\":1700000000050},\"Task Metrics\":{\"Executor Run Time\":3}}",
      "{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":1,\"Stage Attempt ID\":1,\"Task Type\":\"ResultTask\",\"Task End Reason\":{\"Reason\":\"ExceptionFailure\",\"Class Name\":\"java.lang.OutOfMemoryError\",\"Description\":\"Java heap space\",\"Full Stack Trace\":\"x\"},\"Task Info\":{\"Task ID\":901,\"Launch Time\":1700000000100,\"Executor ID\":\"1\",\"Host\":\"h1\",\"Finish Time\":1700000009000}}",
      "{\"Event\":\"SparkListenerJobStart\",\"Job ID\":7,\"Submission Time\":1700000002000,\"Stage Infos\":[{\"Stage ID\":70,\"Stage Attempt ID\":0,\"Stage Name\":\"never ran\",\"Number of Tasks\":3,\"Parent IDs\":[1,0]}],\"Stage IDs\":[70,0],\"Properties\":{\"spark.sql.execution.id\":\"0\"}}",
      "{\"Event\":\"SparkListenerJobEnd\",\"Job ID\":7,\"Completion Time\":1700000001000,\"Job Result\":{\"Result\":\"JobFailed\",\"Exception\":{\"Message\":\"m\",\"Stack Trace\":[]}}}",
      "{\"Event\":\"SparkListenerJobEnd\",\"Job ID\":55,\"Completion Time\":1700000001000,\"Job Result\":{\"Result\":\"JobSucceeded\"}}",
      "{\"Event\":\"SparkListenerEnvironmentUpdate\",\"JVM Information\":{\"Java Version\":\"1.8.0_292 (Private Build)\"},\"Spark Properties\":{\"spark.master\":\"yarn\",\"spark.my.password\":\"hidden\",\"spark.executor.memory\":\"30720m\"},\"System Properties\":{\"sun.java.command\":\"org.apache.spark.deploy.SparkSubmit job.py --x 1\"}}",
      "{\"Event\":\"SparkListenerApplicationEnd\",\"Timestamp\":1700000500000,\"ExitCode\":1}",
      "{\"Event\":\"SparkListenerApplicationStart\",\"App Name\":\"again\",\"Timestamp\":1700000000000,\"User\":\"u\"}",
      "{\"Event\":\"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart\",\"executionId\":0,\"description\":\"d\",\"details\":\"\",\"sparkPlanInfo\":{\"nodeName\":\"WholeStageCodegen (1)\",\"children\":[{\"nodeName\":\"Scan parquet db.t\",\"children\":[],\"metrics\":[{\"name\":\"number of files read\",\"accumulatorId\":3,\"metricType\":\"sum\"},{\"name\":\"size of files read\",\"accumulatorId\":4,\"metricType\":\"size\"}]}]},\"time\":1700000000001}",
      "{\"Event\":\"org.apache.spark.sql.execution.ui.SparkListenerDriverAccumUpdates\",\"executionId\":0,\"accumUpdates\":[[3,12],[4,123456],[5],7]}",
      "{\"Event\":\"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionEnd\",\"executionId\":0,\"time\":1700000003001}",
      "{\"Event\":\"org.apache.spark.sql.streaming.StreamingQueryListener$QueryStartedEvent\",\"id\":\"a\",\"runId\":\"b\",\"name\":null}",
      "{\"Event\":\"org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgressEvent\",\"progress\":{\"id\":\"a\",\"batchId\":1,\"batchDuration\":350,\"durationMs\":{\"triggerExecution\":340},\"sources\":[{\"inputRowsPerSecond\":10.5,\"processedRowsPerSecond\":\"NaN\"},{\"inputRowsPerSecond\":2}]}}",
      "{\"Event\":\"org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgressEvent\",\"progress\":{\"durationMs\":{\"triggerExecution\":140},\"inputRowsPerSecond\":NaN,\"processedRowsPerSecond\":7.25,\"sources\":[]}}",
      "{\"Event\":\"SparkListenerResourceProfileAdded\",\"Resource Profile Id\":1,\"Executor Resource Requests\":{\"memory\":{\"Amount\":4096},\"cores\":{\"Amount\":\"x\"}},\"Task Resource Requests\":{\"cpus\":{\"Amount\":0.5}}}",
      "{\"Event\":\"SparkListenerBlockUpdated\",\"Block Updated Info\":{}}",
      "{\"Event\":\"SparkListenerStageSubmitted\",\"Stage Info\":{\"Stage ID\":1,\"Stage Attempt ID\":0,\"Stage Name\":\"reads a cache\",\"Number of Tasks\":2,\"RDD Info\":[{\"RDD ID\":5,\"Name\":\"cached\",\"Storage Level\":{\"Use Disk\":true,\"Use Memory\":true,\"Deserialized\":false,\"Replication\":1},\"Number of Partitions\":4,\"Number of Cached Partitions\":0,\"Memory Size\":0,\"Disk Size\":0}],\"Parent IDs\":[0],\"Submission Time\":1700000000300}}",
      "{\"Event\":\"SparkListenerStageCompleted\",\"Stage Info\":{\"Stage ID\":0,\"Stage Attempt ID\":0,\"Stage Name\":\"fills a cache\",\"Number of Tasks\":2,\"RDD Info\":[{\"RDD ID\":5,\"Name\":\"cached\",\"Storage Level\":{\"Use Disk\":true,\"Use Memory\":true,\"Deserialized\":false,\"Replication\":1},\"Number of Partitions\":4,\"Number of Cached Partitions\":0,\"Memory Size\":0,\"Disk Size\":0}],\"Parent IDs\":[],\"Submission Time\":1700000000200,\"Completion Time\":1700000000290,\"Accumulables\":[{\"ID\":9,\"Name\":\"data size\",\"Value\":\"77\",\"Internal\":true},{\"ID\":10,\"Name\":\"number of output rows\",\"Value\":5}]}}",
      "{\"Event\":\"SparkListenerUnpersistRDD\",\"RDD ID\":5}",
      "{\"Event\":\"SparkListenerBlockUpdated\",\"Block Updated Info\":{\"Block Manager ID\":{\"Executor ID\":\"1\"},\"Block ID\":\"rdd_5_1\",\"Storage Level\":{},\"Memory Size\":100,\"Disk Size\":0}}",
      "{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":1,\"Stage Attempt ID\":0,\"Task End Reason\":{\"Reason\":\"Success\"},\"Task Info\":{\"Launch Time\":1700000000300,\"Finish Time\":1700000000350,\"Executor ID\":\"1\",\"Host\":\"h1\"},\"Task Metrics\":{\"Input Metrics\":{\"Data Read Method\":\"Memory\",\"Bytes Read\":1000,\"Records Read\":2}}}",
      "{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":1,\"Stage Attempt ID\":0,\"Task End Reason\":{\"Reason\":\"Success\"},\"Task Info\":{\"Launch Time\":1700000000300,\"Finish Time\":1700000000360,\"Executor ID\":\"1\",\"Host\":\"h1\"},\"Task Metrics\":{\"Input Metrics\":{\"Data Read Method\":\"Hadoop\",\"Bytes Read\":2000,\"Records Read\":2}}}",
      "{\"Event\":\"SparkListenerExecutorExcluded\",\"time\":1700000000700,\"executorId\":\"1\",\"taskFailures\":2}",
      "{\"Event\":\"SparkListenerNodeBlacklistedForStage\",\"time\":1700000000800,\"hostId\":\"h2\",\"executorFailures\":2,\"stageId\":1,\"stageAttemptId\":0}",
      "{\"Event\":\"SparkListenerExecutorUnexcluded\",\"time\":1700000000900,\"executorId\":\"1\"}",
      "{\"Event\":\"org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgressEvent\",\"progress\":{\"id\":\"a\",\"runId\":\"r\",\"timestamp\":\"2026-11-01T00:00:00.000Z\",\"batchDuration\":900,\"stateOperators\":[{\"numRowsTotal\":10,\"memoryUsedBytes\":1000},{\"numRowsTotal\":\"5\"}],\"sources\":[{\"latestOffset\":{\"t\":{\"0\":100,\"1\":\"50\"}},\"endOffset\":{\"t\":{\"0\":90,\"1\":50}},\"metrics\":{\"numBytesOutstanding\":\"7\"}},{\"metrics\":{\"estimatedTotalBytesBehindLatest\":\"8\"}}]}}",
      "{\"Event\":\"org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgressEvent\",\"progress\":{\"id\":\"a\",\"runId\":\"r\",\"timestamp\":\"2026-11-01T00:00:01.500Z\",\"durationMs\":{\"triggerExecution\":2000},\"sources\":[{\"latestOffset\":{\"t\":{\"0\":300}},\"endOffset\":{\"t\":{\"0\":310}}}]}}",
      "{\"Event\":\"org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgress\",\"queryStatus\":{\"name\":\"q\",\"timestamp\":1700000000000,\"inputRate\":3.5,\"processingRate\":4.5,\"latency\":12}}",
      "{\"Event\":\"org.apache.spark.sql.execution.ui.SparkListenerSQLAdaptiveExecutionUpdate\",\"executionId\":0,\"physicalPlanDescription\":\"\",\"sparkPlanInfo\":{\"nodeName\":\"AdaptiveSparkPlan\",\"simpleString\":\"AdaptiveSparkPlan isFinalPlan=true\",\"children\":[{\"nodeName\":\"AQEShuffleRead\",\"simpleString\":\"AQEShuffleRead coalesced\",\"children\":[{\"nodeName\":\"Exchange\",\"simpleString\":\"Exchange hashpartitioning(a#1, 200), ENSURE_REQUIREMENTS, [plan_id=12]\",\"children\":[],\"metrics\":[{\"name\":\"data size\",\"accumulatorId\":9,\"metricType\":\"size\"}]}],\"metrics\":[]}],\"metrics\":[]}}",
      "{\"Event\":\"com.acme.AuditEvent\",\"x\":1}");

  private static final List<String> RUBBISH = List.of(
      "",
      "   ",
      "26/11/01 00:00:00 WARN TaskSetManager: Lost task 0.0",
      "{",
      "}",
      "[1,2]",
      "42",
      "\"x\"",
      "null",
      "{}",
      "{\"Event\":null}",
      "{\"Event\":7}",
      "{\"a\":1} rest",
      "{\"Event\":\"SparkListenerTaskEnd\"}",
      "{\"Event\":\"Unknown\",\"x\":[{}]}",
      "{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":-1}",
      "[",
      "{\"Event\":\"SparkListenerJobStart\",\"Job ID\":\"12\"}",
      "{'Event':1}",
      "\u0001\u0002",
      "{\"x\":{\"Event\":\"no\"},\"Event\":\"SparkListenerApplicationEnd\",\"Timestamp\":\"1700000000000\"}",
      "{\"Event\":\"SparkListenerLogStart\",\"Spark Version\":\"a\\ud800b\"}",
      "{\"Event\":\"SparkListenerLogStart\",\"Spark Version\":true}",
      "{\"Event\":\"SparkListenerTaskStart\",\"Stage ID\":99999999999,\"Task Info\":{\"Launch Time\":1}}",
      "{\"Event\":\"SparkListenerStageSubmitted\",\"Stage Info\":{\"Stage ID\":\"3\",\"Submission Time\":\"17\"}}",
      "{\"Event\":\"SparkListenerStageCompleted\",\"Stage Info\":{\"Stage ID\":4,\"Failure Reason\":\"gone\\nfar\"}}",
      "{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":0,\"Task Info\":[],\"Task Metrics\":7,\"Task End Reason\":null}");

  private static final List<String> BENT = List.of(
      "-7",
      "0",
      "\"12\"",
      "\" 5 \"",
      "\"x\"",
      "null",
      "true",
      "99999999999999999999999999",
      "-99999999999999999999",
      "-9223372036854775808",
      "[]",
      "{}",
      "9007199254740993",
      "12.0",
      "1024.0",
      "-0.5",
      "\"\\ud83d\"",
      "\"\"");

  /** Gives a number from 0 to below its argument. */
  private final IntUnaryOperator choice;

  private BentLogs(IntUnaryOperator choice) {
    this.choice = choice;
  }

  /** A log that the choices make: equal ones make equal logs. */
  static byte[] log(IntUnaryOperator choice) {
    return new BentLogs(choice).log();
  }

  /** Choices out of bytes, two for each, and the last possible one once they have run out. */
  static IntUnaryOperator choices(byte[] bytes) {
    int[] position = {0};
    return bound -> {
      if (position[0] + 1 >= bytes.length) {
        return bound - 1;
      }
      int value = (bytes[position[0]] & 0xFF) << 8 | (bytes[position[0] + 1] & 0xFF);
      position[0] += 2;
      return value % bound;
    };
  }

  private boolean oneIn(int many) {
    return choice.applyAsInt(many) == 0;
  }

  private <T> T oneOf(List<T> all) {
    return all.get(choice.applyAsInt(all.size()));
  }

  private byte[] log() {
    List<String> lines = lines();
    disturb(lines);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (oneIn(4)) {
      out.writeBytes(Logs.bytes("\uFEFF"));
    }
    String end = oneIn(2) ? "\n" : "\r\n";
    for (String line : lines) {
      if (oneIn(12)) {
        out.writeBytes(Logs.bytes(oneOf(RUBBISH) + end));
      }
      String bent = write(tree(line), true);
      if (oneIn(30)) {
        bent = bent.substring(0, choice.applyAsInt(bent.length()));
      }
      byte[] bytes = Logs.bytes(" ".repeat(choice.applyAsInt(3)) + bent + end);
      if (oneIn(60)) {
        bytes[choice.applyAsInt(bytes.length)] = (byte) (0x80 + choice.applyAsInt(0x80));
      }
      out.writeBytes(bytes);
    }
    return out.toByteArray();
  }

  private List<String> lines() {
    SyntheticEventLog.Version[] versions = SyntheticEventLog.Version.values();
    SyntheticEventLog log = SyntheticEventLog.seeded(choice.applyAsInt(1 << 16))
        .version(versions[choice.applyAsInt(versions.length)])
        .tasks(choice.applyAsInt(25))
        .stages(1 + choice.applyAsInt(4))
        .jobs(1 + choice.applyAsInt(2))
        .failEvery(choice.applyAsInt(6))
        .killEvery(choice.applyAsInt(6))
        .speculateEvery(choice.applyAsInt(6))
        .resubmitEvery(choice.applyAsInt(6))
        .retriedStages(choice.applyAsInt(2))
        .lostExecutors(choice.applyAsInt(2))
        .name("näme \"quoted\" \\ 日本 \n\t")
        .sql(choice.applyAsInt(3));
    return new ArrayList<>(log.lines());
  }

  /** Loses, doubles, swaps and adds lines. */
  private void disturb(List<String> lines) {
    for (int extra = choice.applyAsInt(6); extra > 0; extra--) {
      lines.add(choice.applyAsInt(lines.size() + 1), oneOf(EXTRA_EVENTS));
    }
    for (int times = choice.applyAsInt(4); times > 0 && lines.size() > 1; times--) {
      int at = choice.applyAsInt(lines.size());
      int to = choice.applyAsInt(lines.size());
      switch (choice.applyAsInt(4)) {
        case 0 -> lines.remove(at);
        case 1 -> lines.add(to, lines.get(at));
        case 2 -> lines.add(to, lines.remove(at));
        default -> {}
      }
    }
  }

  private static JsonNode tree(String line) {
    try {
      return NON_NUMERIC.readTree(line);
    } catch (IOException broken) {
      throw new UncheckedIOException(line, broken);
    }
  }

  private static final ObjectMapper NON_NUMERIC =
      com.fasterxml.jackson.databind.json.JsonMapper.builder()
          .enable(com.fasterxml.jackson.core.json.JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  /** Writes a tree with fields in any order, blanks anywhere, and figures bent. */
  private String write(JsonNode node, boolean top) {
    if (node instanceof ObjectNode object) {
      List<String> fields = new ArrayList<>();
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        String name = oneIn(20) ? escaped(field.getKey()) : quoted(field.getKey());
        boolean event = field.getKey().equals("Event");
        if (!event && oneIn(25)) { // of repeated keys the last one counts
          fields.add(name + ":" + oneOf(BENT));
          fields.add(name + ":" + write(field.getValue(), false));
        } else if (!event && field.getValue().isValueNode() && oneIn(top ? 60 : 20)) {
          fields.add(name + ":" + oneOf(BENT));
        } else if (event || !oneIn(60)) { // or else it is missing
          fields.add(name + blank() + ":" + blank() + write(field.getValue(), false));
        }
        if (oneIn(15)) {
          fields.add(
              "\"unknown " + choice.applyAsInt(1000) + "\":{\"Event\":[\"x\",{\"Stage ID\":99}]}");
        }
      }
      shuffleKeepingRepeats(fields, top);
      return "{" + blank() + String.join(blank() + ",", fields) + "}";
    }
    if (node.isArray()) {
      List<String> values = new ArrayList<>();
      for (JsonNode value : node) {
        values.add(oneIn(40) ? oneOf(BENT) : write(value, false));
      }
      return "[" + String.join(",", values) + "]";
    }
    if (node.isTextual() && oneIn(20)) {
      return escaped(node.textValue());
    }
    if (node.isIntegralNumber() && oneIn(20)) {
      return "\"" + node.asText() + "\"";
    }
    return node.isTextual() ? quoted(node.textValue()) : node.asText();
  }

  private static String quoted(String text) {
    try {
      return JSON.writeValueAsString(text);
    } catch (IOException never) {
      throw new UncheckedIOException(never);
    }
  }

  /** Any order, but that of equal keys, of which the last one counts. */
  private void shuffleKeepingRepeats(List<String> fields, boolean top) {
    if (!oneIn(top ? 4 : 2)) {
      return;
    }
    Set<String> keys = new HashSet<>();
    for (String field : fields) {
      if (!keys.add(field.substring(0, field.indexOf(':')).strip())) {
        return;
      }
    }
    for (int i = fields.size(); i > 1; i--) {
      fields.add(i - 1, fields.remove(choice.applyAsInt(i)));
    }
  }

  private String blank() {
    return oneIn(8) ? " \t ".substring(choice.applyAsInt(3)) : "";
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder("\"");
    text.chars().forEach(c -> out.append(String.format(Locale.ROOT, "\\u%04x", c)));
    return out.append('"').toString();
  }
}
