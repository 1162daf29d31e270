package io.sparkoptimizer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkoptimizer.spark.RunSummary;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The document of {@code list-jobs}. */
final class JobsJson {
  private JobsJson() {}

  static ObjectNode document(
      List<RunSummary> runs, long total, Function<RunSummary, OptionalDouble> cost) {
    ObjectNode node = Json.object();
    ArrayNode jobs = node.putArray("jobs");
    runs.forEach(run -> jobs.add(job(run, cost.apply(run))));
    node.put("total", total);
    return node;
  }

  private static ObjectNode job(RunSummary run, OptionalDouble cost) {
    ObjectNode node = Json.object();
    node.put("app_id", run.id().appId());
    node.put("attempt_id", orNull(run.id().attemptId()));
    node.put("name", orNull(run.id().name()));
    node.put("job_signature", run.jobSignature());
    node.put("job_type", run.jobType().word());
    node.put("status", run.status().word());
    Json.put(node, "start_time_ms", run.id().startTimeMs());
    Json.put(node, "duration_ms", run.durationMs());
    Json.put(node, "input_bytes", run.inputBytes());
    Json.put(node, "executors_peak", run.executorsPeak());
    Json.put(node, "executor_cores", run.executorCores());
    Json.put(node, "executor_memory_mb", run.executorMemoryMb());
    Json.put(node, "cost", cost);
    return node;
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
