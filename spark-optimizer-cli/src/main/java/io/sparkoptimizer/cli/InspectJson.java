package io.sparkoptimizer.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.CachedRdd;
import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.DataQuality;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.Exclusion;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.PeakEvidence;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.RemovalCause;
import io.sparkoptimizer.spark.ResourceProfile;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StreamingProgress;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import io.sparkoptimizer.spark.TimeByBytes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The document of {@code inspect}, written application by application so that any number of logs fits
 * in memory.
 */
final class InspectJson {
  private final PrintWriter out;
  private final JsonGenerator generator;
  private boolean begun;

  InspectJson(PrintWriter out) {
    this.out = out;
    try {
      generator = Json.MAPPER.createGenerator(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void add(ApplicationRun run) {
    write(() -> {
      begin();
      Json.MAPPER.writeTree(generator, application(run));
    });
  }

  void end(List<SkippedInput> skipped) {
    write(() -> {
      begin();
      generator.writeEndArray();
      generator.writeFieldName("skipped");
      Json.MAPPER.writeTree(generator, Json.skipped(skipped));
      generator.writeEndObject();
    });
    out.println();
    out.flush();
  }

  private void begin() throws IOException {
    if (!begun) {
      begun = true;
      generator.writeStartObject();
      generator.writeArrayFieldStart("applications");
    }
  }

  private void write(Writing writing) {
    try {
      writing.run();
      generator.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Writing {
    void run() throws IOException;
  }

  static ObjectNode application(ApplicationRun run) {
    ObjectNode node = Json.object();
    node.set("source", Json.texts(run.source()));
    node.put("app_id", run.appId());
    node.put("attempt_id", run.attemptId());
    node.put("name", run.name());
    node.put("user", run.user());
    node.put("spark_version", run.sparkVersion());
    node.put("java_version", run.javaVersion());
    node.put("cluster_manager", run.clusterManager().word());
    node.put("job_signature", run.jobSignature());
    Json.put(node, "start_time_ms", run.startTimeMs());
    Json.put(node, "end_time_ms", run.endTimeMs());
    Json.put(node, "duration_ms", run.durationMs());
    node.put("status", run.status().word());
    node.set("quality", quality(run.quality()));
    node.set("configuration", Json.textMap(run.configuration()));
    ArrayNode executors = node.putArray("executors");
    run.executors().forEach(executor -> executors.add(executor(run, executor)));
    ArrayNode jobs = node.putArray("jobs");
    run.jobs().forEach(job -> jobs.add(job(job)));
    ArrayNode stages = node.putArray("stages");
    run.stages().forEach(stage -> stages.add(stage(stage)));
    Json.put(node, "input_bytes", run.inputBytes());
    node.set("allocation", allocation(Allocation.of(run)));
    ObjectNode totals = node.putObject("totals");
    metrics(totals, run.totals());
    node.put("application_kind", run.kind().word());
    node.put("job_type", run.jobType().word());
    node.put("sql_executions", run.sql().size());
    node.put("aqe_updates", run.aqeUpdates());
    ArrayNode sql = node.putArray("sql");
    run.sql().forEach(execution -> sql.add(sql(execution)));
    ArrayNode profiles = node.putArray("resource_profiles");
    run.resourceProfiles().forEach(profile -> profiles.add(resourceProfile(profile)));
    node.set("streaming", streaming(run.streaming()));
    node.set("task_outcomes", Json.countMap(run.taskOutcomes()));
    ArrayNode exclusions = node.putArray("exclusions");
    run.exclusions().forEach(exclusion -> exclusions.add(exclusion(exclusion)));
    ArrayNode cached = node.putArray("cached_rdds");
    run.cachedRdds().forEach(rdd -> cached.add(cachedRdd(rdd)));
    Json.put(node, "largest_broadcast_bytes", run.largestBroadcastBytes());
    ArrayNode failures = node.putArray("memory_failures");
    run.memoryFailures().forEach(failure -> failures.add(memoryFailure(failure)));
    return node;
  }

  private static ObjectNode quality(DataQuality quality) {
    ObjectNode node = Json.object();
    node.put("complete", quality.complete());
    node.set(
        "issues", Json.texts(quality.issues().stream().map(QualityIssue::word).toList()));
    node.put("events_read", quality.eventsRead());
    node.put("events_skipped", quality.eventsSkipped());
    node.put("lines", quality.lines());
    node.put("unparsable_lines", quality.unparsableLines());
    return node;
  }

  private static ObjectNode allocation(Allocation allocation) {
    ObjectNode node = Json.object();
    Json.put(node, "executors_peak", allocation.peakExecutors());
    Json.put(node, "executors_mean", allocation.meanExecutors());
    Json.put(node, "core_ms", allocation.coreMs());
    Json.put(node, "executors_asked", allocation.askedExecutors());
    Json.put(node, "first_grant_ms", allocation.firstGrantMs());
    Json.put(node, "all_granted_ms", allocation.allGrantedMs());
    return node;
  }

  private static ObjectNode exclusion(Exclusion exclusion) {
    ObjectNode node = Json.object();
    node.put("executor_id", exclusion.executorId());
    node.put("host", exclusion.host());
    Json.put(node, "stage_id", exclusion.stageId());
    Json.put(node, "failures", exclusion.failures());
    Json.put(node, "time_ms", exclusion.timeMs());
    Json.put(node, "end_time_ms", exclusion.endTimeMs());
    return node;
  }

  private static ObjectNode cachedRdd(CachedRdd rdd) {
    ObjectNode node = Json.object();
    node.put("rdd_id", rdd.rddId());
    node.put("name", rdd.name());
    node.put("storage_level", rdd.storageLevel());
    node.put("partitions", rdd.partitions());
    Json.put(node, "cached_partitions", rdd.cachedPartitions());
    Json.put(node, "memory_bytes", rdd.memoryBytes());
    Json.put(node, "disk_bytes", rdd.diskBytes());
    return node;
  }

  private static ObjectNode executor(ApplicationRun run, Executor executor) {
    ObjectNode node = Json.object();
    node.put("id", executor.id());
    node.put("host", executor.host());
    Json.put(node, "total_cores", executor.totalCores());
    Json.put(node, "add_time_ms", executor.addTimeMs());
    Json.put(node, "remove_time_ms", executor.removeTimeMs());
    node.put("remove_reason", executor.removeReason());
    node.put("remove_cause", executor.removalCause().map(RemovalCause::word).orElse(null));
    node.put("completed_tasks", executor.completedTasks());
    node.put("failed_tasks", executor.failedTasks());
    node.put("total_duration_ms", executor.totalDurationMs());
    Json.put(node, "total_gc_time_ms", executor.totalGcTimeMs());
    Json.put(node, "total_input_bytes", executor.totalInputBytes());
    Json.put(node, "total_shuffle_read_bytes", executor.totalShuffleReadBytes());
    Json.put(node, "total_shuffle_write_bytes", executor.totalShuffleWriteBytes());
    for (MemoryPeak peak : MemoryPeak.values()) {
      Json.put(node, peak.key(), executor.peaks().get(peak));
    }
    for (CollectorMetric metric : CollectorMetric.values()) {
      Json.put(node, metric.key(), executor.collections().get(metric));
    }
    ObjectNode evidence = node.putObject("peak_evidence");
    for (MemoryPeak peak : MemoryPeak.values()) {
      PeakEvidence grade = PeakEvidence.of(run, executor, peak);
      if (grade != PeakEvidence.NONE) {
        evidence.put(peak.name().toLowerCase(Locale.ROOT), grade.word());
      }
    }
    return node;
  }

  private static ObjectNode job(SparkJob job) {
    ObjectNode node = Json.object();
    node.put("job_id", job.jobId());
    node.put("status", job.status().word());
    Json.put(node, "submission_time_ms", job.submissionTimeMs());
    Json.put(node, "completion_time_ms", job.completionTimeMs());
    node.set("stage_ids", Json.numbers(job.stageIds()));
    return node;
  }

  private static ObjectNode stage(StageAttempt stage) {
    ObjectNode node = Json.object();
    node.put("stage_id", stage.stageId());
    node.put("attempt_id", stage.attemptId());
    node.put("name", stage.name());
    node.put("status", stage.status().word());
    node.set("parent_ids", Json.numbers(stage.parentIds()));
    Json.put(node, "submission_time_ms", stage.submissionTimeMs());
    Json.put(node, "first_task_launched_time_ms", stage.firstTaskLaunchedTimeMs());
    Json.put(node, "completion_time_ms", stage.completionTimeMs());
    node.put("num_tasks", stage.numTasks());
    node.put("num_complete_tasks", stage.numCompleteTasks());
    node.put("num_failed_tasks", stage.numFailedTasks());
    node.put("num_killed_tasks", stage.numKilledTasks());
    node.put("num_speculative_tasks", stage.numSpeculativeTasks());
    node.put("slot_time_ms", stage.slotTimeMs());
    node.put("failure_reason", stage.failureReason());
    metrics(node, stage.metrics());
    for (MemoryPeak peak : MemoryPeak.values()) {
      Json.put(node, peak.key(), stage.peaks().get(peak));
    }
    for (TaskDistribution figure : TaskDistribution.values()) {
      node.set(figure.key(), distribution(stage.distribution(figure)));
    }
    node.set("task_time_by_bytes", timeByBytes(stage.timeByBytes()));
    return node;
  }

  private static @Nullable ObjectNode timeByBytes(TimeByBytes tasks) {
    if (tasks.msPerMib().isEmpty()) {
      return null;
    }
    ObjectNode node = Json.object();
    Json.put(node, "ms_per_mib", tasks.msPerMib());
    Json.put(node, "task_cost_ms", tasks.taskCostMs());
    Json.put(node, "correlation", tasks.correlation());
    return node;
  }

  private static void metrics(ObjectNode node, Measures<TaskMetric> metrics) {
    for (TaskMetric metric : TaskMetric.values()) {
      Json.put(node, metric.key(), metrics.get(metric));
    }
  }

  private static @Nullable ObjectNode distribution(Distribution figures) {
    if (figures.count() == 0) {
      return null;
    }
    return Json.object()
        .put("min", figures.min())
        .put("p25", figures.quantile(0.25))
        .put("p50", figures.quantile(0.5))
        .put("p75", figures.quantile(0.75))
        .put("p95", figures.quantile(0.95))
        .put("max", figures.max())
        .put("sum", figures.sum());
  }

  private static ObjectNode sql(SqlExecution execution) {
    ObjectNode node = Json.object();
    node.put("execution_id", execution.executionId());
    node.put("description", execution.description());
    Json.put(node, "duration_ms", execution.durationMs());
    node.set("job_ids", Json.numbers(execution.jobIds()));
    node.set("operators", Json.countMap(execution.operators()));
    ArrayNode scans = node.putArray("scans");
    for (SqlExecution.Scan scan : execution.scans()) {
      ObjectNode one = scans.addObject().put("format", scan.format());
      Json.put(one, "files", scan.files());
      Json.put(one, "bytes", scan.bytes());
    }
    node.set("joins", Json.countMap(execution.joins()));
    ArrayNode exchanges = node.putArray("exchanges");
    for (SqlExecution.Exchange exchange : execution.exchanges()) {
      ObjectNode one = exchanges
          .addObject()
          .put("type", exchange.broadcast() ? "broadcast" : "shuffle")
          .put("partitioning", exchange.partitioning())
          .put("origin", exchange.origin());
      Json.put(one, "partitions", exchange.partitions());
      Json.put(one, "bytes", exchange.bytes());
    }
    node.set("adaptive", adaptive(execution.adaptive()));
    return node;
  }

  private static @Nullable ObjectNode adaptive(SqlExecution.@Nullable AdaptiveChanges changes) {
    if (changes == null) {
      return null;
    }
    ObjectNode node = Json.object()
        .put("replans", changes.replans())
        .put("coalesced_reads", changes.coalescedReads())
        .put("skewed_reads", changes.skewedReads())
        .put("local_reads", changes.localReads());
    node.set("initial_joins", Json.countMap(changes.initialJoins()));
    return node;
  }

  private static ObjectNode resourceProfile(ResourceProfile profile) {
    ObjectNode node = Json.object();
    node.put("id", profile.id());
    ObjectNode executor = node.putObject("executor_resources");
    profile.executorResources().forEach((name, amount) -> Json.put(executor, name, amount));
    ObjectNode task = node.putObject("task_resources");
    profile.taskResources().forEach((name, amount) -> Json.put(task, name, amount));
    return node;
  }

  private static @Nullable ObjectNode streaming(@Nullable StreamingProgress progress) {
    if (progress == null) {
      return null;
    }
    ObjectNode node = Json.object();
    node.put("queries", progress.queries());
    node.put("batches", progress.batches());
    Json.put(node, "batch_duration_p50_ms", progress.batchDurationP50Ms());
    Json.put(node, "batch_duration_p95_ms", progress.batchDurationP95Ms());
    Json.put(node, "input_rows_per_second", progress.inputRowsPerSecond());
    Json.put(node, "processed_rows_per_second", progress.processedRowsPerSecond());
    Json.put(node, "batch_interval_p50_ms", progress.batchIntervalP50Ms());
    Json.put(node, "busy_share", progress.busyShare());
    Json.put(node, "backlog_rows", progress.backlogRows());
    Json.put(node, "backlog_rows_peak", progress.backlogRowsPeak());
    Json.put(node, "backlog_bytes", progress.backlogBytes());
    Json.put(node, "state_rows", progress.stateRows());
    Json.put(node, "state_bytes", progress.stateBytes());
    return node;
  }

  private static ObjectNode memoryFailure(MemoryFailure failure) {
    ObjectNode node = Json.object();
    node.put("cause", failure.cause().word());
    node.put("certainty", failure.certainty().word());
    node.put("executor_id", failure.executorId());
    Json.put(node, "stage_id", failure.stageId());
    Json.put(node, "time_ms", failure.timeMs());
    node.put("evidence", failure.evidence());
    return node;
  }
}
