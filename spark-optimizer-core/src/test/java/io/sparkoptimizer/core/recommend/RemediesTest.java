package io.sparkoptimizer.core.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.OptimizerSettings;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.core.FakeHistory;
import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.core.analysis.Analyzer;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import io.sparkoptimizer.spi.RecommendationRequest;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class RemediesTest {
  private static final String AQE = "spark.sql.adaptive.enabled";
  private static final String COALESCE = "spark.sql.adaptive.coalescePartitions.enabled";
  private static final String SKEW_JOIN = "spark.sql.adaptive.skewJoin.enabled";
  private static final String SKEW_BYTES =
      "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes";
  private static final String ADVISORY = "spark.sql.adaptive.advisoryPartitionSizeInBytes";
  private static final String PARALLELISM = "spark.default.parallelism";
  private static final long MIB = 1L << 20;

  private static JobProfile.Builder job() {
    return JobProfile.builder("nightly");
  }

  private static Recommendation ask(JobProfile.Builder profile, ApplicationRun... runs) {
    List<ApplicationRun> all = List.of(runs);
    return new RulesRecommender()
        .recommend(new RecommendationRequest(
            profile.build(), all, new FakeHistory(all), OptimizerSettings.DEFAULT));
  }

  /** All its stages work for one SQL execution with these joins. */
  private static ApplicationRun sql(ApplicationRun run, String... joins) {
    Map<String, Long> counts = new TreeMap<>();
    Arrays.stream(joins).forEach(join -> counts.put(join, 1L));
    return run.toBuilder()
        .jobs(run.jobs().stream()
            .map(job -> new SparkJob(
                job.jobId(),
                job.status(),
                job.submissionTimeMs(),
                job.completionTimeMs(),
                job.stageIds(),
                OptionalLong.of(0)))
            .toList())
        .sql(List.of(new SqlExecution(
            0,
            "insert",
            OptionalLong.empty(),
            OptionalLong.empty(),
            List.of(),
            Map.of(),
            List.of(),
            counts,
            List.of(),
            null)))
        .build();
  }

  /** No SQL at all. */
  private static ApplicationRun rdd(ApplicationRun run) {
    return run.toBuilder().sql(List.of()).build();
  }

  /** Its second stage with other figures. */
  private static ApplicationRun shuffle(
      ApplicationRun run,
      UnaryOperator<Measures.Builder<TaskMetric>> metrics,
      Map<TaskDistribution, Distribution> more) {
    StageAttempt was = run.stages().get(1);
    Measures.Builder<TaskMetric> all = Measures.builder(TaskMetric.class);
    for (TaskMetric metric : TaskMetric.values()) {
      was.metrics().get(metric).ifPresent(value -> all.set(metric, value));
    }
    Map<TaskDistribution, Distribution> distributions = new EnumMap<>(TaskDistribution.class);
    distributions.putAll(was.distributions());
    distributions.putAll(more);
    StageAttempt stage = StageAttempt.builder(was.stageId(), was.attemptId())
        .name(was.name())
        .parentIds(was.parentIds())
        .submissionTimeMs(was.submissionTimeMs())
        .firstTaskLaunchedTimeMs(was.firstTaskLaunchedTimeMs())
        .completionTimeMs(was.completionTimeMs())
        .numTasks(was.numTasks())
        .numCompleteTasks(was.numCompleteTasks())
        .slotTimeMs(was.slotTimeMs())
        .resourceProfileId(was.resourceProfileId())
        .metrics(metrics.apply(all).build())
        .distributions(distributions)
        .build();
    return run.toBuilder().stages(List.of(run.stages().get(0), stage)).build();
  }

  /** 2,000 tasks of 100 ms, half of it overhead, behind a short scan: half of the run. */
  private static ApplicationRun tiny(String... settings) {
    TestRuns run = TestRuns.run()
        .scan(16, 5_000, 1L << 30)
        .shuffle(2_000, 100, 500 * MIB)
        .executors(2, 4)
        .conf("spark.sql.shuffle.partitions", "2000");
    for (int i = 0; i < settings.length; i += 2) {
      run.conf(settings[i], settings[i + 1]);
    }
    return sql(shuffle(
        run.build(), metrics -> metrics.set(TaskMetric.EXECUTOR_RUN_TIME_MS, 100_000), Map.of()));
  }

  /** Eight partitions, one of which reads and takes far more. */
  private static ApplicationRun skewed(long usualMib, long largestMib, String... settings) {
    long[] times = new long[8];
    long[] bytes = new long[8];
    Arrays.fill(times, 10_000);
    Arrays.fill(bytes, usualMib * MIB);
    times[7] = 60_000;
    bytes[7] = largestMib * MIB;
    TestRuns run = TestRuns.run()
        .scan(16, 5_000, 1L << 30)
        .stage(times, 0, Arrays.stream(bytes).sum())
        .executors(2, 4)
        .conf("spark.sql.shuffle.partitions", "8");
    for (int i = 0; i < settings.length; i += 2) {
      run.conf(settings[i], settings[i + 1]);
    }
    return sql(
        shuffle(
            run.build(),
            metrics -> metrics,
            Map.of(TaskDistribution.SHUFFLE_READ_BYTES, Distribution.of(bytes))),
        "SortMergeJoin");
  }

  /** 50 tasks that spill half of what they read. */
  private static ApplicationRun spilling(int partitions) {
    return shuffle(
        TestRuns.run()
            .scan(16, 5_000, 1L << 30)
            .shuffle(50, 10_000, 20L << 30)
            .executors(2, 4)
            .conf("spark.sql.shuffle.partitions", partitions + "")
            .build(),
        metrics -> metrics
            .set(TaskMetric.DISK_BYTES_SPILLED, 10L << 30)
            .set(TaskMetric.MEMORY_BYTES_SPILLED, 30L << 30)
            .set(TaskMetric.PEAK_EXECUTION_MEMORY_BYTES, 10L << 30),
        Map.of());
  }

  private static Map<String, String> adaptive(Recommendation answer) {
    Map<String, String> adaptive = new TreeMap<>(answer.sparkConf());
    adaptive.keySet().removeIf(property -> !property.startsWith("spark.sql.adaptive."));
    return adaptive;
  }

  private static List<Evidence> evidence(Recommendation answer, String property) {
    return answer.evidence().stream()
        .filter(one -> one.property().equals(property))
        .toList();
  }

  @Test
  void recommend_tinyTasksWithoutAdaptiveExecution_turnsItOn() {
    Recommendation answer = ask(job(), tiny(AQE, "false"));

    assertThat(answer.verdict()).isEqualTo(Verdict.CHANGE);
    assertThat(adaptive(answer)).isEqualTo(Map.of(AQE, "true"));
    assertThat(evidence(answer, AQE)).singleElement().satisfies(row -> {
      assertThat(row.current()).isEqualTo("false");
      assertThat(row.proposed()).isEqualTo("true");
      assertThat(row.metric()).isEqualTo("task_duration_median_ms");
      assertThat(row.observed().orElseThrow()).isBetween(80.0, 120.0);
      assertThat(row.threshold()).hasValue(500);
      assertThat(row.runs()).containsExactly("app-1");
      assertThat(row.effect())
          .startsWith("tiny-tasks cost ")
          .contains("Stage 1: 2000 tasks")
          .endsWith("not in the predicted time");
    });
    assertThat(answer.reasoning())
        .contains("Set spark.sql.adaptive.enabled=true.")
        .contains("What that gains is not in the predicted time");
    assertThat(answer.proposed().shufflePartitions())
        .as("coalescing wants the initial count left alone")
        .hasValue(2_000);
  }

  @Test
  void recommend_coalescingOff_turnsThatOn() {
    assertThat(adaptive(ask(job(), tiny(COALESCE, "false")))).isEqualTo(Map.of(COALESCE, "true"));
    assertThat(adaptive(ask(job(), tiny()))).as("both are on").isEmpty();
    assertThat(adaptive(ask(job().configuration(Map.of(AQE, "true")), tiny(COALESCE, "false"))))
        .as("what is the default anyway is set no otherwise")
        .containsEntry(COALESCE, "true");
  }

  @Test
  void recommend_sizeIsKept_anAdaptiveSettingAloneIsAChangeAndWithoutItAKeep() {
    ApplicationRun asItIs = tiny();
    ApplicationRun off = tiny(AQE, "false");
    JobProfile.Builder kept = job()
        .lock("spark.executor.instances")
        .lock("spark.executor.memory")
        .lock("spark.driver.memory")
        .lock("spark.sql.shuffle.partitions");

    Recommendation keep = ask(kept, asItIs);
    Recommendation change = ask(kept, off);
    Recommendation locked = ask(kept.lock(AQE), off);

    assertThat(keep.verdict()).isEqualTo(Verdict.KEEP);
    assertThat(adaptive(keep)).isEmpty();
    assertThat(change.verdict()).isEqualTo(Verdict.CHANGE);
    assertThat(change.proposed()).isEqualTo(change.current());
    assertThat(change.reasoning()).contains("Keep its size: no size found gains more");
    Map<String, String> size = new TreeMap<>(change.sparkConf());
    assertThat(size.remove(AQE)).isEqualTo("true");
    assertThat(size).isEqualTo(keep.sparkConf());
    assertThat(locked.verdict()).isEqualTo(Verdict.KEEP);
    assertThat(locked.sparkConf()).isEqualTo(keep.sparkConf());
    assertThat(evidence(locked, AQE)).singleElement().satisfies(row -> {
      assertThat(row.proposed()).isEqualTo("false");
      assertThat(row.effect()).startsWith("locked, though tiny-tasks cost");
    });
  }

  @Test
  void recommend_noAdaptiveExecutionThere_proposesNone() {
    ApplicationRun off = tiny(AQE, "false");
    for (String version : new String[] {"2.4.8", "1.6.3", "unknown", null}) {
      ApplicationRun old = off.toBuilder().sparkVersion(version).build();
      ApplicationRun oldSwitchOn =
          tiny(AQE, "true", COALESCE, "false").toBuilder().sparkVersion(version).build();
      assertThat(adaptive(ask(job(), old))).as("Spark %s", version).isEmpty();
      assertThat(adaptive(ask(job(), oldSwitchOn)))
          .as("Spark %s, the switch of another mechanism", version)
          .isEmpty();
    }
    assertThat(adaptive(ask(job(), off.toBuilder().sparkVersion("3.0.0").build())))
        .isNotEmpty();
    Recommendation streaming =
        ask(job(), off.toBuilder().kind(ApplicationKind.STREAMING).build());
    assertThat(streaming.verdict()).isEqualTo(Verdict.ABSTAIN);
    assertThat(streaming.sparkConf()).isEmpty();
  }

  @Test
  void recommend_configuredOtherwiseNextTime_leavesItAlone() {
    ApplicationRun off = tiny(AQE, "false");

    assertThat(adaptive(ask(job().configuration(Map.of(AQE, "true")), off)))
        .as("the next run has it on: the one that was seen says nothing of it")
        .isEmpty();
    assertThat(adaptive(ask(job().configuration(Map.of(AQE, "FALSE")), off)))
        .as("the same in other letters")
        .isEqualTo(Map.of(AQE, "true"));
  }

  @Test
  void recommend_skewedJoin_splitsItOrLowersTheBound() {
    assertThat(adaptive(ask(job(), skewed(50, 900, AQE, "false"))))
        .isEqualTo(Map.of(AQE, "true", SKEW_JOIN, "true"));
    assertThat(adaptive(ask(job(), skewed(50, 900, SKEW_JOIN, "false"))))
        .containsEntry(SKEW_JOIN, "true");
    assertThat(adaptive(ask(job(), skewed(20, 200)))).isEqualTo(Map.of(SKEW_BYTES, "64m"));
    assertThat(adaptive(ask(job().lock(SKEW_JOIN), skewed(50, 900, AQE, "false"))))
        .as("half a remedy is none")
        .isEmpty();
  }

  @Test
  void recommend_coalescedPartitionsSpill_lowersTheAdvisorySize() {
    Recommendation answer = ask(job(), sql(spilling(200)));

    assertThat(adaptive(answer)).isEqualTo(Map.of(ADVISORY, "16m"));
    assertThat(evidence(answer, ADVISORY).get(0).metric())
        .isEqualTo("disk_bytes_spilled_to_processed");
  }

  @Test
  void recommend_partitionsSpill_wantsAsManyAsAnalyzeSays() {
    Recommendation answer = ask(job(), sql(spilling(50)));

    assertThat(answer.verdict()).isEqualTo(Verdict.CHANGE);
    assertThat(answer.sparkConf())
        .as("20 GiB in parts of 64 MiB are more than the fourfold of 50")
        .containsEntry("spark.sql.shuffle.partitions", "320");
    ApplicationRun heavy = shuffle(
        spilling(50),
        metrics -> metrics
            .set(TaskMetric.SHUFFLE_READ_BYTES, 4L << 30)
            .set(TaskMetric.DISK_BYTES_SPILLED, 12L << 30),
        Map.of());
    Recommendation fourfold = ask(job(), sql(heavy));
    assertThat(fourfold.sparkConf()).containsEntry("spark.sql.shuffle.partitions", "200");
    assertThat(evidence(fourfold, "spark.sql.shuffle.partitions").get(0).effect())
        .startsWith("so many that what spilled fits, as analyze finds");
  }

  @Test
  void recommend_littleLost_isLeftToAnalyze() {
    ApplicationRun run = tiny(AQE, "false");
    ApplicationRun longer = run.toBuilder()
        .endTimeMs(OptionalLong.of(run.endTimeMs().orElseThrow() + 600_000))
        .build();

    assertThat(adaptive(ask(job(), longer))).as("2 % of the run").isEmpty();
    assertThat(Analyzer.analyze(longer, Prices.DEFAULT).findings())
        .anySatisfy(finding -> assertThat(finding.sparkConf()).containsEntry(AQE, "true"));
  }

  @Test
  void recommend_somethingDied_mendsThatFirstAndAlone() {
    ApplicationRun died = tiny(AQE, "false").toBuilder()
        .memoryFailures(
            TestRuns.etl().died(Cause.HEAP, Certainty.CERTAIN).build().memoryFailures())
        .build();

    Recommendation answer = ask(job(), died);

    assertThat(answer.proposed().executorCores()).hasValue(2);
    assertThat(adaptive(answer)).isEmpty();
  }

  /** An RDD job whose 20 GiB are shuffled into as many partitions as the default parallelism says. */
  private static ApplicationRun rddJob(int tasks, String... settings) {
    TestRuns run = TestRuns.run()
        .scan(160, 10_000, 20L << 30)
        .shuffle(tasks, 60_000, 20L << 30)
        .executors(4, 4);
    for (int i = 0; i < settings.length; i += 2) {
      run.conf(settings[i], settings[i + 1]);
    }
    return rdd(run.build());
  }

  @Test
  void recommend_rddShufflesOfDefaultParallelism_sizesItFromBytes() {
    Recommendation answer = ask(job(), rddJob(16, PARALLELISM, "16"));

    assertThat(answer.verdict()).isEqualTo(Verdict.CHANGE);
    int slots = answer.proposed().numExecutors().orElseThrow() * 4;
    assertThat(answer.sparkConf()).containsEntry(PARALLELISM, Math.max(160, slots) + "");
    assertThat(answer.sparkConf()).doesNotContainKey("spark.sql.shuffle.partitions");
    assertThat(evidence(answer, PARALLELISM)).singleElement().satisfies(row -> {
      assertThat(row.current()).isEqualTo("16");
      assertThat(row.metric()).isEqualTo("largest_shuffle_read_bytes");
      assertThat(row.observed()).hasValue(20.0 * (1L << 30));
      assertThat(row.effect())
          .startsWith("partitions of 128 MiB at most")
          .endsWith("RDD shuffles are not cut anew in the predicted time");
    });
  }

  @Test
  void recommend_rddSpills_asksForAsManyPartitionsAsAnalyze() {
    ApplicationRun spilling = shuffle(
        rddJob(16, PARALLELISM, "16"),
        metrics -> metrics
            .set(TaskMetric.SHUFFLE_READ_BYTES, 1L << 30)
            .set(TaskMetric.DISK_BYTES_SPILLED, 1L << 30)
            .set(TaskMetric.MEMORY_BYTES_SPILLED, 30L << 30)
            .set(TaskMetric.PEAK_EXECUTION_MEMORY_BYTES, 10L << 30),
        Map.of());
    ApplicationRun longSpill = shuffle(
        spilling, metrics -> metrics.set(TaskMetric.DISK_BYTES_SPILLED, 20L << 30), Map.of());

    Finding finding = Analyzer.analyze(longSpill, Prices.DEFAULT).findings().stream()
        .filter(one -> one.rule().equals("spilling-stage"))
        .findFirst()
        .orElseThrow();

    assertThat(finding.sparkConf()).isEqualTo(Map.of(PARALLELISM, "64"));
    assertThat(ask(job(), longSpill).sparkConf()).containsEntry(PARALLELISM, "64");
  }

  @Test
  void recommend_rddCountsOfTheCode_areLeftAlone() {
    for (ApplicationRun run : List.of(
        rddJob(16),
        rddJob(16, PARALLELISM, "12"),
        sql(rddJob(16, PARALLELISM, "16")),
        rddJob(200, PARALLELISM, "200"))) {
      assertThat(ask(job(), run).sparkConf())
          .as("%s %s", run.configuration(), run.sql().size())
          .doesNotContainKey(PARALLELISM);
    }
    assertThat(ask(job().lock(PARALLELISM), rddJob(16, PARALLELISM, "16")).sparkConf())
        .doesNotContainKey(PARALLELISM);
  }

  @Test
  void recommendAndAnalyze_oneRun_neverNameTwoValues() {
    List<ApplicationRun> runs = List.of(
        tiny(AQE, "false"),
        tiny(COALESCE, "false"),
        tiny(),
        skewed(50, 900, AQE, "false"),
        skewed(20, 200),
        sql(spilling(200)),
        sql(spilling(50)),
        rddJob(16, PARALLELISM, "16"),
        TestRuns.etl().executors(4, 4).died(Cause.HEAP, Certainty.CERTAIN).build(),
        TestRuns.etl().executors(4, 1).died(Cause.HEAP, Certainty.CERTAIN).build(),
        TestRuns.etl().executors(4, 1).died(Cause.CONTAINER, Certainty.CERTAIN).build());
    for (ApplicationRun run : runs) {
      Recommendation answer = ask(job().lock("spark.executor.instances"), run);
      Map<String, String> submitted = answer.sparkConf();
      for (Finding finding : Analyzer.analyze(run, Prices.DEFAULT).findings()) {
        finding.sparkConf().forEach((property, value) -> {
          if (!property.equals("spark.sql.shuffle.partitions")
              && submitted.containsKey(property)
              && !submitted.get(property).equals(run.configuration().get(property))) {
            assertThat(submitted).as(finding.title()).containsEntry(property, value);
          }
        });
        if (finding.rule().equals("out-of-memory")) {
          assertThat(submitted).as(finding.title()).containsAllEntriesOf(finding.sparkConf());
        }
      }
    }
    assertThat(runs).allMatch(run -> run.status() == RunStatus.SUCCEEDED);
  }
}
