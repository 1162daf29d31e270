package io.sparkoptimizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.spark.ApplicationRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keys of every document, written out: scripts rely on each of them and on their meaning. */
class JsonContractTest {
  private static final List<String> APPLICATION = words("""
      source app_id attempt_id name user spark_version java_version cluster_manager job_signature
      start_time_ms end_time_ms duration_ms status quality configuration executors jobs stages input_bytes allocation totals
      application_kind job_type sql_executions aqe_updates sql resource_profiles streaming
      task_outcomes exclusions cached_rdds largest_broadcast_bytes memory_failures
      """);
  private static final List<String> QUALITY =
      words("complete issues events_read events_skipped lines unparsable_lines");
  private static final List<String> PEAKS = words("""
      peak_jvm_heap_bytes peak_jvm_off_heap_bytes
      peak_on_heap_execution_bytes peak_on_heap_storage_bytes peak_on_heap_unified_bytes
      peak_off_heap_execution_bytes peak_off_heap_storage_bytes peak_direct_pool_bytes
      peak_mapped_pool_bytes peak_process_tree_jvm_rss_bytes peak_process_tree_python_rss_bytes
      """);
  private static final List<String> EXECUTOR = join(words("""
      id host total_cores add_time_ms remove_time_ms remove_reason remove_cause completed_tasks
      failed_tasks total_duration_ms total_gc_time_ms total_input_bytes total_shuffle_read_bytes
      total_shuffle_write_bytes
      """), PEAKS, words("""
      minor_gc_count minor_gc_time_ms major_gc_count major_gc_time_ms concurrent_gc_count
      concurrent_gc_time_ms peak_evidence
      """));
  private static final List<String> JOB =
      words("job_id status submission_time_ms completion_time_ms stage_ids");
  private static final List<String> METRICS = words("""
      executor_run_time_ms executor_cpu_time_ns executor_deserialize_time_ms jvm_gc_time_ms
      result_size_bytes peak_execution_memory_bytes max_task_peak_execution_memory_bytes
      input_bytes cached_input_bytes input_records output_bytes output_records shuffle_read_bytes
      shuffle_read_records shuffle_remote_bytes_read shuffle_local_bytes_read
      shuffle_fetch_wait_time_ms shuffle_write_bytes shuffle_write_records shuffle_write_time_ns
      memory_bytes_spilled disk_bytes_spilled
      """);
  private static final List<String> STAGE = join(words("""
          stage_id attempt_id name status parent_ids submission_time_ms
          first_task_launched_time_ms completion_time_ms num_tasks num_complete_tasks
          num_failed_tasks num_killed_tasks num_speculative_tasks slot_time_ms failure_reason
          """), METRICS, PEAKS, words("""
          task_duration_ms task_run_time_ms task_input_bytes task_shuffle_read_bytes
          task_shuffle_write_bytes task_disk_bytes_spilled task_peak_execution_memory_bytes
          task_failed_duration_ms task_killed_duration_ms task_time_by_bytes
          """));
  private static final List<String> SETTINGS = words("""
      num_executors executor_cores executor_memory_mb executor_memory_overhead_mb
      executor_off_heap_mb executor_pyspark_memory_mb driver_memory_mb driver_memory_overhead_mb
      driver_cores shuffle_partitions dynamic_allocation dynamic_allocation_min
      dynamic_allocation_initial dynamic_allocation_max
      """);
  private static final List<String> PREDICTION = words("""
      predicted_duration_ms predicted_duration_low_ms predicted_duration_high_ms predicted_cost
      predicted_cost_low predicted_cost_high core_hours gb_hours
      """);
  private static final List<String> FLAT = join(SETTINGS, PREDICTION, words("""
          currency cost_basis price_source price_date interval_coverage oom_risk oom_risk_basis
          confidence_score
          confidence_basis similar_jobs recommendation_method reasoning verdict binding_constraint
          recommendation_id input_bytes_used input_basis
          """));
  private static final List<String> RECOMMENDATION = join(
      FLAT,
      join(SETTINGS, PREDICTION, words("oom_risk oom_risk_basis")).stream()
          .map(key -> "current_" + key)
          .toList(),
      words("saving_per_run spark_conf evidence alternatives"));
  private static final List<String> ANALYSIS =
      words("app_id health_score efficiency bottleneck findings");
  private static final List<String> EFFICIENCY = words("""
      slot_occupancy cpu_utilization heap_utilization wasted_core_hours wasted_gb_hours wasted_cost
      breakdown_ms
      """);
  private static final List<String> BREAKDOWN =
      words("startup driver compute gc shuffle_read_wait spill skew_tail scheduling retries idle");
  private static final List<String> FINDING = words("""
      rule severity stage_id title evidence wasted_ms wasted_core_hours wasted_cost advice spark_conf
      """);
  private static final List<String> POINT = words("""
      executors executor_cores executor_memory_mb shuffle_partitions predicted_duration_ms low_ms
      high_ms startup_ms work_ms driver_ms executor_core_ms utilization cost refused
      """);
  private static final List<String> LISTED = words("""
      app_id attempt_id name job_signature job_type status start_time_ms duration_ms input_bytes
      executors_peak executor_cores executor_memory_mb cost
      """);

  private Shell shell;
  private Path log;

  @BeforeEach
  void makeShell(@TempDir Path folder) throws IOException {
    shell = new Shell(folder);
    log = Files.writeString(folder.resolve("büyük günlük.log"), "{}");
  }

  @Test
  void inspect_fullRun_hasEveryKeyInOrder() {
    shell.optimizer.runs.add(Fixtures.fullRun());
    shell.optimizer.skipped.add(new SkippedInput("/logs/x y.txt", "no event line"));
    JsonNode document =
        shell.run("inspect", log.toString(), "--format", "json").exits(3).json();

    assertThat(keys(document)).containsExactly("applications", "skipped");
    JsonNode run = document.get("applications").get(0);
    assertThat(keys(run)).containsExactlyElementsOf(APPLICATION);
    assertThat(run.get("source").get(0).asText()).isEqualTo("/logs/büyük günlük.zstd");
    assertThat(run.get("duration_ms").asLong()).isEqualTo(10_000);
    assertThat(run.get("status").asText()).isEqualTo("succeeded");
    assertThat(run.get("cluster_manager").asText()).isEqualTo("yarn");
    assertThat(keys(run.get("quality"))).containsExactlyElementsOf(QUALITY);
    assertThat(run.get("quality").get("issues"))
        .map(JsonNode::asText)
        .containsExactly("truncated", "in_progress");
    assertThat(run.get("configuration").get("spark.executor.memory").asText()).isEqualTo("4g");
    JsonNode executor = run.get("executors").get(0);
    assertThat(keys(executor)).containsExactlyElementsOf(EXECUTOR);
    assertThat(executor.get("peak_jvm_heap_bytes").asLong()).isEqualTo(123_456);
    assertThat(executor.get("peak_direct_pool_bytes").isNull()).isTrue();
    assertThat(executor.get("total_shuffle_write_bytes").isNull()).isTrue();
    assertThat(keys(run.get("jobs").get(0))).containsExactlyElementsOf(JOB);
    assertThat(run.get("jobs").get(0).get("stage_ids")).map(JsonNode::asInt).containsExactly(0, 1);
    JsonNode stage = run.get("stages").get(0);
    assertThat(keys(stage)).containsExactlyElementsOf(STAGE);
    assertThat(stage.get("disk_bytes_spilled").asLong(-1)).isZero();
    assertThat(stage.get("executor_cpu_time_ns").isNull()).isTrue();
    JsonNode times = stage.get("task_duration_ms");
    assertThat(keys(times)).containsExactly("min", "p25", "p50", "p75", "p95", "max", "sum");
    assertThat(times.get("p50").asLong()).isEqualTo(200);
    assertThat(times.get("sum").asLong()).isEqualTo(600);
    JsonNode skipped = run.get("stages").get(1);
    assertThat(keys(skipped)).containsExactlyElementsOf(STAGE);
    assertThat(skipped.get("status").asText()).isEqualTo("skipped");
    assertThat(skipped.get("task_duration_ms").isNull()).isTrue();
    METRICS.forEach(
        metric -> assertThat(skipped.get(metric).isNull()).as(metric).isTrue());
    assertThat(keys(run.get("totals"))).containsExactlyElementsOf(METRICS);
    assertThat(run.get("totals").get("input_bytes").asLong()).isEqualTo(5L << 30);
    assertThat(run.get("sql_executions").asInt()).isEqualTo(1);
    JsonNode sql = run.get("sql").get(0);
    assertThat(keys(sql))
        .containsExactlyElementsOf(
            words(
                "execution_id description duration_ms job_ids operators scans joins exchanges adaptive"));
    assertThat(sql.get("exchanges").get(0).toString())
        .isEqualTo("{\"type\":\"shuffle\",\"partitioning\":\"hashpartitioning\","
            + "\"origin\":\"ENSURE_REQUIREMENTS\",\"partitions\":200,\"bytes\":5000}");
    assertThat(sql.get("adaptive").toString())
        .isEqualTo("{\"replans\":2,\"coalesced_reads\":1,\"skewed_reads\":0,\"local_reads\":1,"
            + "\"initial_joins\":{\"SortMergeJoin\":2}}");
    assertThat(keys(sql.get("scans").get(0))).containsExactly("format", "files", "bytes");
    assertThat(sql.get("scans").get(0).get("bytes").isNull()).isTrue();
    assertThat(sql.get("joins").get("SortMergeJoin").asInt()).isEqualTo(1);
    assertThat(keys(run.get("resource_profiles").get(0)))
        .containsExactly("id", "executor_resources", "task_resources");
    assertThat(keys(run.get("streaming"))).containsExactlyElementsOf(words("""
        queries batches batch_duration_p50_ms batch_duration_p95_ms input_rows_per_second
        processed_rows_per_second batch_interval_p50_ms busy_share backlog_rows backlog_rows_peak
        backlog_bytes state_rows state_bytes
        """));
    assertThat(keys(run.get("allocation"))).containsExactlyElementsOf(words("""
        executors_peak executors_mean core_ms executors_asked first_grant_ms all_granted_ms
        """));
    assertThat(run.get("allocation").get("first_grant_ms").asLong()).isEqualTo(500);
    assertThat(run.get("input_bytes").asLong()).isEqualTo(4L << 30);
    assertThat(executor.get("peak_evidence").toString()).isEqualTo("{\"jvm_heap\":\"heartbeat\"}");
    assertThat(executor.get("remove_cause").isNull()).isTrue();
    assertThat(run.get("exclusions").get(0).toString())
        .isEqualTo("{\"executor_id\":\"1\",\"host\":null,\"stage_id\":null,\"failures\":4,"
            + "\"time_ms\":null,\"end_time_ms\":null}");
    assertThat(run.get("cached_rdds").get(0).toString())
        .isEqualTo(
            "{\"rdd_id\":3,\"name\":\"sales\",\"storage_level\":\"MEMORY_ONLY\","
                + "\"partitions\":8,\"cached_partitions\":null,\"memory_bytes\":null,\"disk_bytes\":null}");
    assertThat(run.get("largest_broadcast_bytes").asLong()).isEqualTo(777);
    assertThat(run.get("task_outcomes").get("Success").asInt()).isEqualTo(3);
    assertThat(keys(run.get("memory_failures").get(0)))
        .containsExactly("cause", "certainty", "executor_id", "stage_id", "time_ms", "evidence");
    assertThat(run.get("memory_failures").get(0).get("cause").asText()).isEqualTo("heap");
    assertThat(document.get("skipped").get(0).get("path").asText()).isEqualTo("/logs/x y.txt");
    assertThat(shell.err()).contains("skipped /logs/x y.txt: no event line");
  }

  @Test
  void inspect_emptyRun_hasNullsAndNoZeros() {
    shell.optimizer.runs.add(Fixtures.emptyRun());
    JsonNode run = shell
        .run("inspect", log.toString(), "--format=json")
        .exits(0)
        .json()
        .get("applications")
        .get(0);
    assertThat(keys(run)).containsExactlyElementsOf(APPLICATION);
    for (String key : words(
        "app_id attempt_id name user spark_version start_time_ms end_time_ms duration_ms streaming")) {
      assertThat(run.get(key).isNull()).as(key).isTrue();
    }
    METRICS.forEach(
        metric -> assertThat(run.get("totals").get(metric).isNull()).as(metric).isTrue());
  }

  @Test
  void inspect_noDatabase_isOpened() {
    shell.optimizer.runs.add(Fixtures.emptyRun());
    shell.run("inspect", log.toString()).exits(0);
    assertThat(shell.opened.get(0).repository()).get().isInstanceOf(NoHistory.class);
  }

  @Test
  void inspect_allSkipped_printsDocumentAndFails() {
    shell.optimizer.skipped.add(new SkippedInput("a.txt", "no event line"));
    JsonNode document =
        shell.run("inspect", log.toString(), "--format", "json").exits(1).json();
    assertThat(document.get("applications")).isEmpty();
    assertThat(document.get("skipped")).hasSize(1);
  }

  @Test
  void inspect_missingPath_printsDocumentAndFails() {
    JsonNode document =
        shell.run("inspect", "/no/such folder", "--format", "json").exits(1).json();
    assertThat(document.get("applications")).isEmpty();
    assertThat(document.get("skipped").get(0).get("path").asText()).isEqualTo("/no/such folder");
    assertThat(shell.err()).contains("skipped /no/such folder: no such file or folder");
  }

  @Test
  void inspect_failureAfterARun_closesTheDocument() {
    shell.optimizer.runs.add(Fixtures.fullRun());
    shell.optimizer.failure = new io.sparkoptimizer.OptimizerException("disk gone");
    JsonNode document =
        shell.run("inspect", log.toString(), "--format", "json").exits(3).json();
    assertThat(document.get("applications")).hasSize(1);
    assertThat(document.get("skipped").get(0).get("reason").asText()).isEqualTo("disk gone");
  }

  @Test
  void inspect_brokenSurrogateInAName_isStillOneDocument() {
    shell.optimizer.runs.add(
        Fixtures.fullRun().toBuilder().name("cut \ud83d here").build());
    JsonNode run = shell
        .run("inspect", log.toString(), "--format", "json")
        .exits(0)
        .json()
        .get("applications")
        .get(0);
    assertThat(run.get("name").asText()).isEqualTo("cut ? here");
  }

  @Test
  void recommend_change_hasEveryKeyInOrder() {
    JsonNode document = shell.run("recommend", "--format", "json").exits(0).json();
    assertThat(keys(document)).containsExactlyElementsOf(RECOMMENDATION);
    assertThat(document.get("num_executors").asInt()).isEqualTo(12);
    assertThat(document.get("executor_memory_mb").asInt()).isEqualTo(8192);
    assertThat(document.get("executor_pyspark_memory_mb").isNull()).isTrue();
    assertThat(document.get("dynamic_allocation").isBoolean()).isTrue();
    assertThat(document.get("dynamic_allocation_min").isNull()).isTrue();
    assertThat(document.get("predicted_duration_ms").isIntegralNumber()).isTrue();
    assertThat(document.get("predicted_duration_ms").asLong()).isEqualTo(750_000);
    assertThat(document.get("predicted_cost").asDouble()).isEqualTo(1.5);
    assertThat(document.get("interval_coverage").asDouble()).isEqualTo(0.9);
    assertThat(document.get("cost_basis").asText()).isEqualTo("resource");
    assertThat(document.get("price_date").asText()).isEqualTo("2026-01-02");
    assertThat(document.get("confidence_basis").asText()).isEqualTo("own");
    assertThat(document.get("similar_jobs"))
        .map(JsonNode::asText)
        .containsExactly("app-2", "app-1");
    assertThat(document.get("verdict").asText()).isEqualTo("change");
    assertThat(document.get("input_basis").asText()).isEqualTo("declared_learned");
    assertThat(document.get("current_num_executors").asInt()).isEqualTo(20);
    assertThat(document.get("saving_per_run").asDouble()).isEqualTo(0.75);
    assertThat(document.get("spark_conf").get("spark.executor.memory").asText()).isEqualTo("8192m");
    assertThat(keys(document.get("evidence").get(0)))
        .containsExactlyElementsOf(
            words("property current proposed metric observed threshold runs effect"));
    JsonNode alternative = document.get("alternatives").get(0);
    assertThat(keys(alternative)).containsExactlyElementsOf(FLAT);
    assertThat(alternative.get("num_executors").asInt()).isEqualTo(24);
    assertThat(alternative.get("confidence_score").isNull()).isTrue();
  }

  @Test
  void recommend_noAnswer_leavesSizingNullAndExits4() {
    for (Verdict verdict : List.of(Verdict.INFEASIBLE, Verdict.ABSTAIN)) {
      shell.optimizer.recommendation = Fixtures.answer(verdict, Map.of());
      JsonNode document = shell.run("recommend", "--format", "json").exits(4).json();
      assertThat(keys(document)).containsExactlyElementsOf(RECOMMENDATION);
      join(SETTINGS, PREDICTION)
          .forEach(key -> assertThat(document.get(key).isNull()).as(key).isTrue());
      assertThat(document.get("verdict").asText()).isEqualTo(verdict.word());
      assertThat(document.get("binding_constraint").asText()).isEqualTo("sla");
      assertThat(document.get("saving_per_run").isNull()).isTrue();
      assertThat(document.get("spark_conf")).isEmpty();
    }
  }

  @Test
  void recommend_dynamicAllocation_countsTheMaximum() {
    JsonNode node = RecommendationJson.document(withProposed(io.sparkoptimizer.Resources.builder()
        .dynamicAllocation(true)
        .dynamicAllocationMin(2)
        .dynamicAllocationInitial(3)
        .dynamicAllocationMax(9)
        .build()));
    assertThat(node.get("num_executors").asInt()).isEqualTo(9);
    assertThat(node.get("dynamic_allocation_initial").asInt()).isEqualTo(3);
    assertThat(node.get("spark_conf").has("spark.executor.instances")).isFalse();
  }

  private static io.sparkoptimizer.Recommendation withProposed(
      io.sparkoptimizer.Resources proposed) {
    io.sparkoptimizer.Recommendation one = Fixtures.change();
    return new io.sparkoptimizer.Recommendation(
        one.id(),
        one.verdict(),
        one.method(),
        proposed,
        one.prediction(),
        one.current(),
        one.currentPrediction(),
        one.confidence(),
        one.confidenceBasis(),
        one.prices(),
        one.runs(),
        one.inputBytes(),
        one.inputBasis(),
        one.bindingConstraint(),
        one.reasoning(),
        one.evidence(),
        proposed.toSparkConf(),
        one.alternatives());
  }

  @Test
  void analyze_hasEveryKeyInOrder() {
    shell.optimizer.runs.add(Fixtures.fullRun());
    JsonNode document =
        shell.run("analyze", "--app-id", "app-1", "--format", "json").exits(0).json();
    assertThat(keys(document)).containsExactlyElementsOf(ANALYSIS);
    assertThat(document.get("health_score").asInt()).isEqualTo(64);
    assertThat(document.get("bottleneck").asText()).isEqualTo("skew");
    assertThat(keys(document.get("efficiency"))).containsExactlyElementsOf(EFFICIENCY);
    assertThat(document.get("efficiency").get("heap_utilization").isNull()).isTrue();
    JsonNode times = document.get("efficiency").get("breakdown_ms");
    assertThat(keys(times)).containsExactlyElementsOf(BREAKDOWN);
    assertThat(times.get("gc").asLong(-1)).isZero();
    assertThat(times.get("shuffle_read_wait").isNull()).isTrue();
    JsonNode finding = document.get("findings").get(0);
    assertThat(keys(finding)).containsExactlyElementsOf(FINDING);
    assertThat(finding.get("severity").asText()).isEqualTo("high");
    assertThat(keys(finding.get("evidence").get(0)))
        .containsExactly("metric", "observed", "threshold", "unit");
    assertThat(finding.get("wasted_cost").isNull()).isTrue();
  }

  @Test
  void whatif_hasEveryKeyInOrder() {
    shell.optimizer.runs.add(Fixtures.fullRun());
    JsonNode document = shell
        .run("whatif", "--app-id", "app-1", "--executors", "1,2", "--format", "json")
        .exits(0)
        .json();
    assertThat(keys(document)).containsExactly("app_id", "baseline", "points", "knee", "knees");
    assertThat(document.get("knee").isNull()).isTrue();
    assertThat(keys(document.get("knees").get(0)))
        .containsExactly(
            "executor_cores", "executor_memory_mb", "shuffle_partitions", "executors", "why");
    assertThat(document.get("knees").get(0).get("executors").isNull()).isTrue();
    assertThat(document.get("knees").get(0).get("why").asText()).isEqualTo("too few points");
    assertThat(keys(document.get("baseline")))
        .containsExactlyElementsOf(
            words("executors executor_cores duration_ms startup_ms work_ms driver_ms"));
    assertThat(document.get("points")).hasSize(2);
    document
        .get("points")
        .forEach(point -> assertThat(keys(point)).containsExactlyElementsOf(POINT));
    assertThat(document.get("points").get(0).get("predicted_duration_ms").asLong())
        .isEqualTo(5000);
    JsonNode refused = document.get("points").get(1);
    assertThat(refused.get("refused").asText()).contains("cached blocks");
    assertThat(refused.get("predicted_duration_ms").isNull()).isTrue();
  }

  @Test
  void listJobs_hasEveryKeyInOrder() {
    shell.optimizer.runs.add(Fixtures.fullRun());
    shell.optimizer.runs.add(Fixtures.emptyRun());
    JsonNode document = shell.run("list-jobs", "--format", "json").exits(0).json();
    assertThat(keys(document)).containsExactly("jobs", "total");
    assertThat(document.get("total").asInt()).isEqualTo(2);
    JsonNode first = document.get("jobs").get(0);
    assertThat(keys(first)).containsExactlyElementsOf(LISTED);
    assertThat(first.get("app_id").asText()).isEqualTo("app-1");
    assertThat(first.get("attempt_id").asText()).isEqualTo("2");
    assertThat(first.get("cost").asDouble()).isEqualTo(1.25);
    JsonNode second = document.get("jobs").get(1);
    assertThat(keys(second)).containsExactlyElementsOf(LISTED);
    assertThat(second.get("app_id").asText()).isEqualTo("sha256:0");
    for (String key : words("attempt_id name start_time_ms duration_ms input_bytes cost")) {
      assertThat(second.get(key).isNull()).as(key).isTrue();
    }
  }

  @Test
  void listJobs_limitAndType_countsAllThatMatch() {
    for (int i = 0; i < 5; i++) {
      shell.optimizer.runs.add(Fixtures.run("etl-" + i, "load", JobType.ETL, i));
      shell.optimizer.runs.add(Fixtures.run("sql-" + i, "report", JobType.SQL, i));
    }
    JsonNode document = shell
        .run("list-jobs", "--limit", "2", "--job-type", "ETL", "--format", "json")
        .exits(0)
        .json();
    assertThat(document.get("jobs"))
        .map(job -> job.get("app_id").asText())
        .containsExactly("etl-4", "etl-3");
    assertThat(document.get("total").asInt()).isEqualTo(5);
  }

  @Test
  void stats_hasCountsTimesAndTotals() {
    JsonNode document = shell.run("stats", "--format", "json").exits(0).json();
    assertThat(keys(document)).containsExactlyElementsOf(words("""
        applications jobs by_status first_start_time_ms last_start_time_ms currency total by_job_type
        by_day recommendations
        """));
    JsonNode recommendations = document.get("recommendations");
    assertThat(keys(recommendations)).containsExactlyElementsOf(words("""
        given followed not_followed open other_input within_interval median_ape within_20_percent
        mean_confidence died_of_memory
        """));
    assertThat(recommendations.get("median_ape").asDouble()).isEqualTo(12.5);
    assertThat(recommendations.get("within_20_percent").isNull()).isTrue();
    List<String> usage = words("runs core_hours gb_hours cost wasted_core_hours wasted_cost");
    assertThat(keys(document.get("total"))).containsExactlyElementsOf(usage);
    assertThat(keys(document.get("by_job_type"))).containsExactly("etl", "sql");
    assertThat(keys(document.get("by_day").get(0)))
        .containsExactlyElementsOf(join(words("day"), usage));
    assertThat(document.get("by_day").get(0).get("day").asText()).isEqualTo("2026-11-01");
    assertThat(keys(document.get("by_status"))).containsExactly("failed", "succeeded");
  }

  @Test
  void trainAndModels_haveEveryKeyInOrder() {
    shell.optimizer.models.add(Fixtures.model("nightly", 2, 12.5));
    shell.optimizer.models.add(Fixtures.model("nightly", 1, Double.NaN));
    List<String> keys = words("""
        name version model_type target features metrics created_time_ms library size_bytes
        """);
    JsonNode trained = shell.run("train", "--format", "json").exits(0).json();
    assertThat(keys(trained)).containsExactlyElementsOf(keys);
    JsonNode document = shell.run("models", "--format", "json").exits(0).json();
    assertThat(keys(document)).containsExactly("models");
    assertThat(document.get("models").get(0)).isEqualTo(trained);
    JsonNode metrics = trained.get("metrics");
    assertThat(keys(metrics))
        .containsExactlyElementsOf(words("n jobs mape median_ape coverage nominal_coverage"));
    assertThat(metrics.get("mape").asDouble()).isEqualTo(12.5);
    assertThat(document.get("models").get(1).get("metrics").get("mape").isNull())
        .isTrue();
  }

  @Test
  void backtest_hasEveryKeyInOrder() {
    List<String> score = words("""
        n runs mape median_ape p90_ape intervals coverage coverage_low coverage_high nominal_coverage
        interval_score interval_width interval_basis_counts method_counts
        """);
    JsonNode document = shell
        .run("backtest", "--protocol", "split", "--format", "json")
        .exits(0)
        .json();

    assertThat(keys(document))
        .containsExactlyElementsOf(
            words("protocol seed repeats jobs overall baselines not_tested"));
    assertThat(document.get("protocol").asText()).isEqualTo("split");
    assertThat(keys(document.get("jobs").get(0)))
        .containsExactlyElementsOf(join(words("job"), score));
    assertThat(keys(document.get("overall"))).containsExactlyElementsOf(score);
    assertThat(document.get("overall").get("mape").asDouble()).isEqualTo(12.5);
    assertThat(document.get("overall").get("coverage").asDouble()).isEqualTo(0.875);
    assertThat(document.get("overall").get("interval_basis_counts").toString())
        .isEqualTo("{\"own\":30,\"pooled\":10}");
    JsonNode baselines = document.get("baselines");
    assertThat(keys(baselines)).containsExactly("ernest", "knn", "mean", "xgboost");
    assertThat(keys(baselines.get("mean")))
        .containsExactlyElementsOf(join(score, words("model_mape model_interval_score")));
    assertThat(baselines.get("mean").get("model_mape").asDouble()).isEqualTo(12.5);
    assertThat(baselines.get("mean").get("intervals").asInt()).isEqualTo(24);
    assertThat(baselines.get("mean").get("coverage").asDouble()).isEqualTo(0.75);
    assertThat(baselines.get("mean").get("interval_score").asDouble()).isEqualTo(2.5);
    assertThat(baselines.get("mean").get("interval_width").asDouble()).isEqualTo(1.25);
    assertThat(baselines.get("mean").get("model_interval_score").asDouble()).isEqualTo(1.75);
    assertThat(baselines.get("knn").get("n").asInt()).isEqualTo(40);
    assertThat(baselines.get("knn").get("intervals").asInt()).isZero();
    assertThat(baselines.get("knn").get("coverage").isNull()).isTrue();
    assertThat(baselines.get("knn").get("model_interval_score").isNull()).isTrue();
    assertThat(baselines.get("ernest").get("n").asInt()).isZero();
    assertThat(baselines.get("ernest").get("mape").isNull()).isTrue();
    assertThat(baselines.get("xgboost").isNull()).isTrue();
    assertThat(document.get("not_tested").toString())
        .isEqualTo("{\"beyond_max_jobs\":1,\"too_few_runs\":3}");
  }

  @Test
  void backtest_noJobHasRunsEnough_printsTheDocument() {
    shell.optimizer.backtest = Fixtures.emptyBacktest();
    JsonNode document = shell
        .run("backtest", "--protocol", "leave-one-out", "--format", "json")
        .exits(4)
        .json();

    assertThat(document.get("jobs").isEmpty()).isTrue();
    assertThat(document.get("overall").get("n").asInt()).isZero();
    assertThat(document.get("overall").get("coverage").isNull()).isTrue();
  }

  @Test
  void collect_printsItsReport() {
    shell.optimizer.report =
        Fixtures.report(5, 3, 1, 2, List.of(new SkippedInput("b.txt", "no event line")));
    JsonNode document = shell
        .run("collect", "--event-log-dir", log.toString(), "--format", "json")
        .exits(3)
        .json();
    assertThat(keys(document))
        .containsExactlyElementsOf(words(
            "processed added updated unchanged filtered logs_read bytes_read duration_ms skipped"));
    assertThat(document.get("bytes_read").asLong()).isEqualTo(7_000_000);
    assertThat(document.get("duration_ms").asLong()).isEqualTo(2000);
    assertThat(document.get("processed").asInt()).isEqualTo(5);
    assertThat(document.get("skipped").get(0).get("reason").asText()).isEqualTo("no event line");
    assertThat(shell.err()).contains("skipped b.txt: no event line");
  }

  @Test
  void everyDocument_isOneLineOfJson() {
    ApplicationRun run = Fixtures.fullRun();
    shell.optimizer.runs.add(run);
    shell.optimizer.report = Fixtures.report(1, 1, 0, 0, List.of());
    for (List<String> command : List.of(
        List.of("inspect", log.toString()),
        List.of("collect", "--event-log-dir", log.toString()),
        List.of("recommend"),
        List.of("whatif", "--event-log", log.toString()),
        List.of("analyze", "--event-log", log.toString()),
        List.of("models"),
        List.of("list-jobs"),
        List.of("stats"))) {
      String[] args =
          Stream.concat(command.stream(), Stream.of("--format", "json")).toArray(String[]::new);
      shell.run(args).exits(0).json();
      assertThat(shell.out().lines()).as(command.get(0)).hasSize(1);
      assertThat(shell.err()).as(command.get(0)).isEmpty();
    }
  }

  private static List<String> words(String text) {
    return List.of(text.strip().split("\\s+"));
  }

  @SafeVarargs
  private static List<String> join(List<String>... lists) {
    List<String> all = new ArrayList<>();
    for (List<String> list : lists) {
      all.addAll(list);
    }
    return all;
  }

  private static List<String> keys(JsonNode node) {
    List<String> keys = new ArrayList<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }
}
