package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.TaskMetric;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of the shared harness logs equals what Spark's own History Server answered for them. */
class SharedHistoryServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DateTimeFormatter REST_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'GMT'", Locale.ROOT);

  private static final Map<String, TaskMetric> STAGE_METRICS = Map.ofEntries(
      Map.entry("executorDeserializeTime", TaskMetric.EXECUTOR_DESERIALIZE_TIME_MS),
      Map.entry("executorRunTime", TaskMetric.EXECUTOR_RUN_TIME_MS),
      Map.entry("executorCpuTime", TaskMetric.EXECUTOR_CPU_TIME_NS),
      Map.entry("resultSize", TaskMetric.RESULT_SIZE_BYTES),
      Map.entry("jvmGcTime", TaskMetric.JVM_GC_TIME_MS),
      Map.entry("memoryBytesSpilled", TaskMetric.MEMORY_BYTES_SPILLED),
      Map.entry("diskBytesSpilled", TaskMetric.DISK_BYTES_SPILLED),
      Map.entry("peakExecutionMemory", TaskMetric.PEAK_EXECUTION_MEMORY_BYTES),
      Map.entry("inputBytes", TaskMetric.INPUT_BYTES),
      Map.entry("inputRecords", TaskMetric.INPUT_RECORDS),
      Map.entry("outputBytes", TaskMetric.OUTPUT_BYTES),
      Map.entry("outputRecords", TaskMetric.OUTPUT_RECORDS),
      Map.entry("shuffleFetchWaitTime", TaskMetric.SHUFFLE_FETCH_WAIT_TIME_MS),
      Map.entry("shuffleRemoteBytesRead", TaskMetric.SHUFFLE_REMOTE_BYTES_READ),
      Map.entry("shuffleLocalBytesRead", TaskMetric.SHUFFLE_LOCAL_BYTES_READ),
      Map.entry("shuffleReadBytes", TaskMetric.SHUFFLE_READ_BYTES),
      Map.entry("shuffleReadRecords", TaskMetric.SHUFFLE_READ_RECORDS),
      Map.entry("shuffleWriteBytes", TaskMetric.SHUFFLE_WRITE_BYTES),
      Map.entry("shuffleWriteTime", TaskMetric.SHUFFLE_WRITE_TIME_NS),
      Map.entry("shuffleWriteRecords", TaskMetric.SHUFFLE_WRITE_RECORDS));

  private final List<String> differences = new ArrayList<>();
  private int values;

  @TempDir
  Path scratch;

  @Test
  void read_harnessLogs_equalsHistoryServer() throws Exception {
    Path harness = SharedData.folder("spark-harness");
    List<ApplicationRun> runs = new ArrayList<>();
    for (Path log : list(harness.resolve("logs"))) {
      Path path = log.toString().endsWith(".tar.zst") ? untar(log) : log;
      EventLogs.read(path, Clock.systemUTC(), runs::add);
    }
    int served = 0;
    for (ApplicationRun run : runs) {
      Path stages = harness.resolve("rest").resolve(run.appId() + ".stages.json.gz");
      if (Files.exists(stages)) {
        served++;
        compareStages(run, json(stages));
        compareJobs(run, json(stages.resolveSibling(run.appId() + ".jobs.json.gz")));
        compareExecutors(run, json(stages.resolveSibling(run.appId() + ".allexecutors.json.gz")));
      }
    }
    assertThat(differences).isEmpty();
    assertThat(served).isGreaterThanOrEqualTo(20);
    assertThat(values).isGreaterThan(3000);
  }

  private void compareStages(ApplicationRun run, JsonNode rest) {
    Map<String, StageAttempt> ours = new TreeMap<>();
    run.stages().forEach(stage -> ours.put(stage.stageId() + "." + stage.attemptId(), stage));
    check(run, "stages", ours.size(), rest.size());
    for (JsonNode stage : rest) {
      String id = stage.get("stageId").asInt() + "." + stage.get("attemptId").asInt();
      StageAttempt our = ours.get(id);
      if (our == null) {
        differences.add(run.appId() + " stage " + id + " is missing");
        continue;
      }
      String where = "stage " + id + " ";
      check(
          run,
          where + "status",
          our.status().word(),
          stage.get("status").asText().toLowerCase(Locale.ROOT));
      check(run, where + "name", our.name(), stage.get("name").asText());
      check(run, where + "numTasks", our.numTasks(), stage.get("numTasks").asInt());
      check(
          run,
          where + "numCompleteTasks",
          our.numCompleteTasks(),
          stage.get("numCompleteTasks").asInt());
      check(
          run,
          where + "numFailedTasks",
          our.numFailedTasks(),
          stage.get("numFailedTasks").asInt());
      check(
          run,
          where + "numKilledTasks",
          our.numKilledTasks(),
          stage.get("numKilledTasks").asInt());
      check(run, where + "submissionTime", our.submissionTimeMs(), time(stage, "submissionTime"));
      check(
          run,
          where + "firstTaskLaunchedTime",
          our.firstTaskLaunchedTimeMs(),
          time(stage, "firstTaskLaunchedTime"));
      check(run, where + "completionTime", our.completionTimeMs(), time(stage, "completionTime"));
      if (our.status() == StageStatus.SKIPPED) {
        check(run, where + "metrics", our.metrics().isEmpty(), true);
        continue;
      }
      STAGE_METRICS.forEach((key, metric) ->
          check(run, where + key, our.metrics().orZero(metric), stage.get(key).asLong()));
    }
  }

  private void compareJobs(ApplicationRun run, JsonNode rest) {
    Map<Integer, SparkJob> ours = new TreeMap<>();
    run.jobs().forEach(job -> ours.put(job.jobId(), job));
    check(run, "jobs", ours.size(), rest.size());
    for (JsonNode job : rest) {
      SparkJob our = ours.get(job.get("jobId").asInt());
      String where = "job " + job.get("jobId") + " ";
      check(
          run,
          where + "status",
          our.status().word(),
          job.get("status").asText().toLowerCase(Locale.ROOT));
      check(run, where + "submissionTime", our.submissionTimeMs(), time(job, "submissionTime"));
      check(run, where + "completionTime", our.completionTimeMs(), time(job, "completionTime"));
      List<Integer> stageIds = new ArrayList<>();
      job.get("stageIds").forEach(stage -> stageIds.add(stage.asInt()));
      check(run, where + "stageIds", our.stageIds(), stageIds.stream().sorted().toList());
    }
  }

  private void compareExecutors(ApplicationRun run, JsonNode rest) {
    Map<String, Executor> ours = new TreeMap<>();
    run.executors().forEach(executor -> ours.put(executor.id(), executor));
    check(run, "executors", ours.size(), rest.size());
    for (JsonNode executor : rest) {
      Executor our = ours.get(executor.get("id").asText());
      String where = "executor " + executor.get("id").asText() + " ";
      check(
          run,
          where + "totalCores",
          our.totalCores().orElse(0),
          executor.get("totalCores").asInt());
      check(
          run,
          where + "completedTasks",
          our.completedTasks(),
          executor.get("completedTasks").asLong());
      check(
          run,
          where + "failedTasks",
          our.failedTasks(),
          executor.get("failedTasks").asLong());
      check(
          run,
          where + "totalGCTime",
          our.totalGcTimeMs().orElse(0),
          executor.get("totalGCTime").asLong());
      check(
          run,
          where + "totalInputBytes",
          our.totalInputBytes().orElse(0),
          executor.get("totalInputBytes").asLong());
      check(
          run,
          where + "totalShuffleRead",
          our.totalShuffleReadBytes().orElse(0),
          executor.get("totalShuffleRead").asLong());
      check(
          run,
          where + "totalShuffleWrite",
          our.totalShuffleWriteBytes().orElse(0),
          executor.get("totalShuffleWrite").asLong());
      check(run, where + "addTime", our.addTimeMs(), time(executor, "addTime"));
      check(run, where + "removeTime", our.removeTimeMs(), time(executor, "removeTime"));
      check(run, where + "removeReason", our.removeReason(), text(executor, "removeReason"));
      if (!our.isDriver()) {
        check(
            run,
            where + "totalDuration",
            our.totalDurationMs(),
            executor.get("totalDuration").asLong());
      }
      JsonNode peaks = executor.path("peakMemoryMetrics");
      for (String name : List.of(
          "JVMHeapMemory",
          "JVMOffHeapMemory",
          "OnHeapExecutionMemory",
          "OnHeapStorageMemory",
          "DirectPoolMemory",
          "ProcessTreeJVMRSSMemory")) {
        MemoryPeak kind = ExecutorMetricNames.peak(name);
        check(run, where + name, our.peaks().orZero(kind), peaks.path(name).asLong());
      }
      for (String name : List.of("MinorGCCount", "MinorGCTime", "MajorGCCount", "MajorGCTime")) {
        CollectorMetric metric = ExecutorMetricNames.collection(name);
        check(
            run,
            where + name,
            our.collections().orZero(metric),
            peaks.path(name).asLong());
      }
    }
  }

  private void check(ApplicationRun run, String what, Object ours, Object rest) {
    values++;
    Object wanted =
        ours instanceof Long && rest instanceof Integer number ? (Object) number.longValue() : rest;
    if (!Objects.equals(ours, wanted)) {
      differences.add(run.name() + " " + what + " is " + ours + ", REST says " + rest);
    }
  }

  private static OptionalLong time(JsonNode node, String key) {
    JsonNode text = node.get(key);
    return text == null
        ? OptionalLong.empty()
        : OptionalLong.of(LocalDateTime.parse(text.asText(), REST_TIME)
            .toInstant(ZoneOffset.UTC)
            .toEpochMilli());
  }

  private static String text(JsonNode node, String key) {
    return node.hasNonNull(key) ? node.get(key).asText() : null;
  }

  private static JsonNode json(Path gz) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(gz))) {
      return JSON.readTree(in);
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  /** Unpacks a tar of plain files: 512-byte headers with the name at 0 and the size, octal, at 124. */
  private Path untar(Path tar) throws IOException {
    Path folder = scratch;
    try (InputStream in = Codec.open(new BufferedInputStream(Files.newInputStream(tar)))) {
      while (true) {
        byte[] header = in.readNBytes(512);
        String name = new String(header, 0, Math.min(100, header.length), StandardCharsets.UTF_8)
            .split("\0", -1)[0];
        if (name.isEmpty()) {
          return folder;
        }
        long size =
            Long.parseLong(new String(header, 124, 11, StandardCharsets.US_ASCII).strip(), 8);
        byte[] content = in.readNBytes((int) size);
        in.skipNBytes((512 - size % 512) % 512);
        Path file = scratch.resolve(name).normalize();
        assertThat(file).startsWithRaw(scratch);
        if (name.endsWith("/")) {
          Files.createDirectories(file);
          folder = file;
        } else {
          Files.write(file, content);
        }
      }
    }
  }
}
