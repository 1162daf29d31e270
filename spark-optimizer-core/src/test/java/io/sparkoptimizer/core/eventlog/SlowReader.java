package io.sparkoptimizer.core.eventlog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparkoptimizer.spark.TaskMetric;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads a log the obvious way: a tree a line, every task kept, sums taken in the end. Slow, and right
 * to look at; what the reader is held against.
 */
final class SlowReader {
  private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(1000).build())
          .build())
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
      .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
      .build();

  private static final Map<String, TaskMetric> PLAIN = Map.of(
      "Executor Run Time", TaskMetric.EXECUTOR_RUN_TIME_MS,
      "Executor CPU Time", TaskMetric.EXECUTOR_CPU_TIME_NS,
      "Executor Deserialize Time", TaskMetric.EXECUTOR_DESERIALIZE_TIME_MS,
      "JVM GC Time", TaskMetric.JVM_GC_TIME_MS,
      "Result Size", TaskMetric.RESULT_SIZE_BYTES,
      "Peak Execution Memory", TaskMetric.PEAK_EXECUTION_MEMORY_BYTES,
      "Memory Bytes Spilled", TaskMetric.MEMORY_BYTES_SPILLED,
      "Disk Bytes Spilled", TaskMetric.DISK_BYTES_SPILLED);

  private static final Map<String, Map<String, TaskMetric>> GROUPS = Map.of(
      "Shuffle Read Metrics",
          Map.of(
              "Remote Bytes Read", TaskMetric.SHUFFLE_REMOTE_BYTES_READ,
              "Local Bytes Read", TaskMetric.SHUFFLE_LOCAL_BYTES_READ,
              "Total Records Read", TaskMetric.SHUFFLE_READ_RECORDS,
              "Fetch Wait Time", TaskMetric.SHUFFLE_FETCH_WAIT_TIME_MS),
      "Shuffle Write Metrics",
          Map.of(
              "Shuffle Bytes Written", TaskMetric.SHUFFLE_WRITE_BYTES,
              "Shuffle Records Written", TaskMetric.SHUFFLE_WRITE_RECORDS,
              "Shuffle Write Time", TaskMetric.SHUFFLE_WRITE_TIME_NS),
      "Input Metrics",
          Map.of(
              "Bytes Read", TaskMetric.INPUT_BYTES,
              "Records Read", TaskMetric.INPUT_RECORDS),
      "Output Metrics",
          Map.of(
              "Bytes Written", TaskMetric.OUTPUT_BYTES,
              "Records Written", TaskMetric.OUTPUT_RECORDS));

  /** A task's end. */
  private record Task(
      int stageId,
      int stageAttemptId,
      String executorId,
      String reason,
      boolean speculative,
      long durationMs,
      boolean hasMetrics,
      Map<TaskMetric, Long> metrics,
      long heap) {}

  long lines;
  long unparsable;
  long events;
  private final List<Task> tasks = new ArrayList<>();
  final Map<String, Long> outcomes = new TreeMap<>();
  final Set<Integer> jobs = new HashSet<>();
  final Set<String> executorsNamed = new HashSet<>();

  SlowReader read(String log) {
    String text = log.startsWith("\uFEFF") ? log.substring(1) : log;
    for (String line : text.split("\r?\n", -1)) {
      if (!line.isBlank()) {
        lines++;
        readLine(line.strip());
      }
    }
    return this;
  }

  private void readLine(String line) {
    JsonNode event;
    try {
      event = JSON.readTree(Logs.bytes(line));
    } catch (IOException broken) {
      unparsable++;
      return;
    }
    if (!event.path("Event").isTextual()) {
      return;
    }
    events++;
    switch (event.get("Event").textValue()) {
      case "SparkListenerTaskEnd" -> taskEnd(event);
      case "SparkListenerJobStart" -> {
        Long id = number(event.path("Job ID"));
        if (id != null && id == id.intValue()) {
          jobs.add(id.intValue());
        }
      }
      case "SparkListenerExecutorAdded", "SparkListenerExecutorRemoved" ->
        executorsNamed.add(event.path("Executor ID").textValue());
      default -> {}
    }
  }

  private void taskEnd(JsonNode event) {
    Long stage = number(event.path("Stage ID"));
    if (stage == null || stage < 0 || stage > Integer.MAX_VALUE) {
      return;
    }
    Long attempt = number(event.path("Stage Attempt ID"));
    JsonNode info = event.path("Task Info");
    Long launch = number(info.path("Launch Time"));
    Long finish = number(info.path("Finish Time"));
    boolean timed = launch != null && finish != null && launch > 0 && finish > 0;
    String reason = event.path("Task End Reason").path("Reason").asText("");
    Map<TaskMetric, Long> metrics = new TreeMap<>();
    JsonNode logged = event.path("Task Metrics");
    PLAIN.forEach((name, metric) -> put(metrics, metric, number(logged.path(name))));
    GROUPS.forEach((group, names) -> names.forEach(
        (name, metric) -> put(metrics, metric, number(logged.path(group).path(name)))));
    Long peak = metrics.get(TaskMetric.PEAK_EXECUTION_MEMORY_BYTES);
    put(metrics, TaskMetric.MAX_TASK_PEAK_EXECUTION_MEMORY_BYTES, peak);
    Long remote = metrics.get(TaskMetric.SHUFFLE_REMOTE_BYTES_READ);
    Long local = metrics.get(TaskMetric.SHUFFLE_LOCAL_BYTES_READ);
    if (remote != null || local != null) {
      metrics.put(
          TaskMetric.SHUFFLE_READ_BYTES,
          (remote == null ? 0 : remote) + (local == null ? 0 : local));
    }
    Long heap = number(event.path("Task Executor Metrics").path("JVMHeapMemory"));
    outcomes.merge(reason.isEmpty() ? "Unknown" : reason, 1L, Long::sum);
    tasks.add(new Task(
        stage.intValue(),
        attempt == null || attempt != attempt.intValue() ? 0 : attempt.intValue(),
        info.path("Executor ID").asText(""),
        reason,
        info.path("Speculative").asBoolean(false),
        timed ? Math.max(0, finish - launch) : 0,
        logged.isObject(),
        metrics,
        heap == null ? 0 : heap));
  }

  private static void put(Map<TaskMetric, Long> metrics, TaskMetric metric, Long value) {
    if (value != null) {
      metrics.put(metric, value);
    }
  }

  /** A whole number within 64 bits, as a number or as a text. */
  private static Long number(JsonNode node) {
    if (node.isIntegralNumber()) {
      return node.bigIntegerValue().bitLength() < 64
          ? (Long) node.bigIntegerValue().longValue()
          : null;
    }
    if (node.isTextual()) {
      try {
        return Long.parseLong(node.textValue().strip());
      } catch (NumberFormatException none) {
        return null;
      }
    }
    return null;
  }

  private static boolean works(Task task) {
    return !task.reason().equals("Resubmitted");
  }

  /** Sums by metric over all tasks, of those that any task carries. */
  Map<TaskMetric, Long> totals() {
    Map<TaskMetric, Long> totals = new TreeMap<>();
    if (tasks.stream().anyMatch(task -> works(task) && task.hasMetrics())) {
      tasks.forEach(task -> task.metrics().keySet().forEach(metric -> totals.put(metric, null)));
      totals.replaceAll((metric, none) -> tasks.stream()
          .filter(SlowReader::works)
          .map(task -> task.metrics().getOrDefault(metric, 0L))
          .reduce(0L, metric::combine));
    }
    return totals;
  }

  /** What a stage attempt is held against. */
  record Stage(
      long complete,
      long failed,
      long killed,
      long speculative,
      long slotTimeMs,
      long runTimeMs,
      long spilledBytes,
      long successfulMs) {}

  Map<String, Stage> stages() {
    Map<String, List<Task>> byStage = new TreeMap<>();
    for (Task task : tasks) {
      byStage
          .computeIfAbsent(task.stageId() + "." + task.stageAttemptId(), key -> new ArrayList<>())
          .add(task);
    }
    Map<String, Stage> stages = new TreeMap<>();
    byStage.forEach((key, of) -> stages.put(
        key,
        new Stage(
            of.stream().filter(t -> t.reason().equals("Success")).count(),
            of.stream()
                .filter(
                    t -> !Set.of("Success", "TaskKilled", "TaskCommitDenied").contains(t.reason()))
                .count(),
            of.stream()
                .filter(t -> Set.of("TaskKilled", "TaskCommitDenied").contains(t.reason()))
                .count(),
            of.stream().filter(Task::speculative).count(),
            of.stream().filter(SlowReader::works).mapToLong(Task::durationMs).sum(),
            sum(of, TaskMetric.EXECUTOR_RUN_TIME_MS),
            sum(of, TaskMetric.DISK_BYTES_SPILLED),
            of.stream()
                .filter(t -> t.reason().equals("Success"))
                .mapToLong(Task::durationMs)
                .sum())));
    return stages;
  }

  private static long sum(List<Task> tasks, TaskMetric metric) {
    return tasks.stream()
        .filter(SlowReader::works)
        .mapToLong(task -> task.metrics().getOrDefault(metric, 0L))
        .sum();
  }

  /** What an executor is held against. */
  record Worker(long completed, long failed, long durationMs, long inputBytes, long heapPeak) {}

  Worker executor(String id) {
    List<Task> of = tasks.stream().filter(task -> task.executorId().equals(id)).toList();
    return new Worker(
        of.stream().filter(t -> t.reason().equals("Success")).count(),
        of.stream()
            .filter(t -> !Set.of("Success", "TaskKilled", "TaskCommitDenied").contains(t.reason()))
            .count(),
        of.stream().filter(SlowReader::works).mapToLong(Task::durationMs).sum(),
        sum(of, TaskMetric.INPUT_BYTES),
        Math.max(0, of.stream().mapToLong(Task::heap).max().orElse(0)));
  }
}
