package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.JobStatus;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.TaskMetric;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every real log of the shared set reads as the slow reader of the set's makers read it. */
class SharedEventLogsTest {
  private static final Map<String, TaskMetric> SUMS = Map.ofEntries(
      Map.entry("disk_bytes_spilled", TaskMetric.DISK_BYTES_SPILLED),
      Map.entry("executor_cpu_time_ns", TaskMetric.EXECUTOR_CPU_TIME_NS),
      Map.entry("executor_run_time_ms", TaskMetric.EXECUTOR_RUN_TIME_MS),
      Map.entry("input_bytes", TaskMetric.INPUT_BYTES),
      Map.entry("input_records", TaskMetric.INPUT_RECORDS),
      Map.entry("jvm_gc_time_ms", TaskMetric.JVM_GC_TIME_MS),
      Map.entry("memory_bytes_spilled", TaskMetric.MEMORY_BYTES_SPILLED),
      Map.entry("output_bytes", TaskMetric.OUTPUT_BYTES),
      Map.entry("result_size_bytes", TaskMetric.RESULT_SIZE_BYTES),
      Map.entry("shuffle_read_bytes", TaskMetric.SHUFFLE_READ_BYTES),
      Map.entry("shuffle_write_bytes", TaskMetric.SHUFFLE_WRITE_BYTES));

  @Test
  void read_everySharedLog_equalsReference() throws Exception {
    Path logs = SharedData.folder("eventlogs");
    JsonNode reference = new ObjectMapper()
        .readTree(logs.resolve("expected/reference-metrics.json").toFile());
    List<String> differences = new ArrayList<>();
    int[] compared = {0};
    for (Map.Entry<String, JsonNode> entry : reference.properties()) {
      List<ApplicationRun> runs = new ArrayList<>();
      Path path = logs.resolve(entry.getKey());
      List<SkippedInput> skipped = EventLogs.read(path, Clock.systemUTC(), runs::add);
      if (entry.getValue().get("event_counts") != null
          && entry.getValue().get("event_counts").isEmpty()) {
        assertThat(skipped).as(entry.getKey()).hasSize(1);
        continue;
      }
      if (runs.size() != 1) {
        differences.add(entry.getKey() + ": " + runs.size() + " runs, skipped " + skipped);
        continue;
      }
      compared[0]++;
      compare(runs.get(0), entry.getValue())
          .forEach(
              (key, difference) -> differences.add(entry.getKey() + ": " + key + " " + difference));
    }
    assertThat(differences).isEmpty();
    assertThat(compared[0]).isGreaterThan(80);
  }

  private static Map<String, String> compare(ApplicationRun run, JsonNode expected) {
    Map<String, String> differences = new TreeMap<>();
    Measures<TaskMetric> totals = run.totals();
    Map<String, Object> ours = new TreeMap<>();
    ours.put("lines", run.quality().lines());
    ours.put("unparsable_lines", run.quality().unparsableLines());
    ours.put("spark_version", run.sparkVersion());
    ours.put("app_id", run.appId());
    ours.put("app_name", run.name());
    ours.put("app_attempt_id", run.attemptId());
    ours.put("app_start_ms", run.startTimeMs().isPresent() ? run.startTimeMs().getAsLong() : null);
    ours.put("app_end_ms", run.endTimeMs().isPresent() ? run.endTimeMs().getAsLong() : null);
    ours.put("jobs_started", (long) run.jobs().size());
    ours.put(
        "jobs_failed",
        run.jobs().stream().filter(job -> job.status() == JobStatus.FAILED).count());
    ours.put("stage_attempts_completed", stages(run, StageStatus.COMPLETE, StageStatus.FAILED));
    ours.put("stage_attempts_failed", stages(run, StageStatus.FAILED));
    ours.put(
        "tasks_ended",
        run.stages().stream()
            .mapToLong(s -> s.numCompleteTasks() + s.numFailedTasks() + s.numKilledTasks())
            .sum());
    ours.put(
        "tasks_speculative",
        run.stages().stream().mapToLong(StageAttempt::numSpeculativeTasks).sum());
    ours.put("sql_executions", (long) run.sql().size());
    ours.put("aqe_updates", run.aqeUpdates());
    ours.put(
        "max_task_peak_execution_memory",
        totals.orZero(TaskMetric.MAX_TASK_PEAK_EXECUTION_MEMORY_BYTES));
    ours.put("max_executor_jvm_heap", heap(run, false));
    ours.put("driver_jvm_heap", heap(run, true));
    ours.forEach((key, value) -> {
      JsonNode node = expected.get(key);
      Object wanted =
          node == null || node.isNull() ? null : node.isTextual() ? node.asText() : node.asLong();
      if (!Objects.equals(value, wanted)) {
        differences.put(key, "is " + value + ", expected " + wanted);
      }
    });
    Map<String, Long> outcomes = new TreeMap<>();
    expected
        .get("task_end_reasons")
        .properties()
        .forEach(e -> outcomes.put(e.getKey(), e.getValue().asLong()));
    if (!outcomes.equals(run.taskOutcomes())) {
      differences.put("task_end_reasons", run.taskOutcomes() + ", expected " + outcomes);
    }
    SUMS.forEach((key, metric) -> {
      JsonNode wanted = expected.get("sums_over_task_end").get(key);
      if (wanted != null && totals.orZero(metric) != wanted.asLong()) {
        differences.put(key, "is " + totals.get(metric) + ", expected " + wanted);
      }
    });
    long executors = run.executors().stream()
        .filter(e -> !e.isDriver() || e.totalCores().isPresent())
        .count();
    if (executors != expected.get("executors_added").asLong()) {
      differences.put(
          "executors_added", executors + ", expected " + expected.get("executors_added"));
    }
    JsonNode events = expected.path("event_counts");
    boolean orphan = events.path("SparkListenerJobEnd").asLong()
        > events.path("SparkListenerJobStart").asLong();
    if (orphan != run.quality().has(QualityIssue.ORPHAN_JOB_END)) {
      differences.put("orphan_job_end", "is " + !orphan);
    }
    return differences;
  }

  private static long stages(ApplicationRun run, StageStatus... statuses) {
    return run.stages().stream()
        .filter(s -> List.of(statuses).contains(s.status()))
        .count();
  }

  private static long heap(ApplicationRun run, boolean driver) {
    return run.executors().stream()
        .filter(executor -> executor.isDriver() == driver)
        .map(Executor::peaks)
        .mapToLong(peaks -> peaks.orZero(MemoryPeak.JVM_HEAP))
        .max()
        .orElse(0);
  }
}
