package io.sparkoptimizer.cli;

import io.sparkoptimizer.Analysis;
import io.sparkoptimizer.Backtest;
import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.HistoryStats;
import io.sparkoptimizer.Interval;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.ModelInfo;
import io.sparkoptimizer.ModelMetrics;
import io.sparkoptimizer.ModelTarget;
import io.sparkoptimizer.Prediction;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Recommendation.ConfidenceBasis;
import io.sparkoptimizer.Recommendation.InputBasis;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.SearchEvaluation;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.WhatIf;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.CachedRdd;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.DataQuality;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.Exclusion;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.JobStatus;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.ResourceProfile;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.StreamingProgress;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/** Runs and answers, made by hand. */
final class Fixtures {
  /** 2026-11-01 00:00:00 UTC. */
  static final long START = 1_793_491_200_000L;

  private Fixtures() {}

  /** A run that has a value for everything that a run can have. */
  static ApplicationRun fullRun() {
    Measures<TaskMetric> metrics = Measures.builder(TaskMetric.class)
        .set(TaskMetric.EXECUTOR_RUN_TIME_MS, 1000)
        .set(TaskMetric.INPUT_BYTES, 5L << 30)
        .set(TaskMetric.CACHED_INPUT_BYTES, 1L << 30)
        .set(TaskMetric.SHUFFLE_READ_BYTES, 1L << 20)
        .set(TaskMetric.DISK_BYTES_SPILLED, 0)
        .build();
    StageAttempt stage = StageAttempt.builder(0, 0)
        .name("map at App.scala:1")
        .status(StageStatus.COMPLETE)
        .submissionTimeMs(OptionalLong.of(START + 1000))
        .firstTaskLaunchedTimeMs(OptionalLong.of(START + 1100))
        .completionTimeMs(OptionalLong.of(START + 9000))
        .numTasks(3)
        .numCompleteTasks(3)
        .slotTimeMs(600)
        .resourceProfileId(OptionalInt.of(0))
        .metrics(metrics)
        .distributions(Map.of(TaskDistribution.DURATION_MS, Distribution.of(100, 200, 300)))
        .build();
    StageAttempt skipped = StageAttempt.builder(1, 0)
        .name("skipped")
        .status(StageStatus.SKIPPED)
        .parentIds(List.of(0))
        .numTasks(2)
        .build();
    Executor executor = new Executor(
        "1",
        "host-1",
        OptionalInt.of(4),
        OptionalInt.of(0),
        OptionalLong.of(START + 500),
        OptionalLong.of(START + 1100),
        OptionalLong.empty(),
        null,
        3,
        0,
        600,
        OptionalLong.of(10),
        OptionalLong.of(5L << 30),
        OptionalLong.of(1L << 20),
        OptionalLong.empty(),
        Measures.builder(MemoryPeak.class).set(MemoryPeak.JVM_HEAP, 123_456).build(),
        Measures.builder(CollectorMetric.class)
            .set(CollectorMetric.MINOR_GC_COUNT, 7)
            .set(CollectorMetric.MAJOR_GC_TIME_MS, 0)
            .build());
    return ApplicationRun.builder()
        .source(List.of("/logs/büyük günlük.zstd"))
        .appId("app-1")
        .attemptId("2")
        .name("nightly-sales")
        .user("ipek")
        .sparkVersion("3.5.9")
        .javaVersion("17.0.15")
        .clusterManager(ClusterManager.YARN)
        .jobType(JobType.ETL)
        .jobSignature("nightly-sales")
        .startTimeMs(OptionalLong.of(START))
        .endTimeMs(OptionalLong.of(START + 10_000))
        .status(RunStatus.SUCCEEDED)
        .quality(new DataQuality(
            false, Set.of(QualityIssue.TRUNCATED, QualityIssue.IN_PROGRESS), 50, 1, 40, 9))
        .configuration(Map.of("spark.executor.memory", "4g", "spark.app.name", "nightly-sales"))
        .executors(List.of(executor))
        .jobs(List.of(new SparkJob(
            0,
            JobStatus.SUCCEEDED,
            OptionalLong.of(START + 900),
            OptionalLong.of(START + 9100),
            List.of(0, 1),
            OptionalLong.of(7))))
        .stages(List.of(stage, skipped))
        .sql(List.of(new SqlExecution(
            7,
            "select 1",
            OptionalLong.of(START + 800),
            OptionalLong.of(8300),
            List.of(0),
            Map.of("Filter", 2L),
            List.of(new SqlExecution.Scan("parquet", OptionalLong.of(3), OptionalLong.empty())),
            Map.of("SortMergeJoin", 1L),
            List.of(new SqlExecution.Exchange(
                false,
                "hashpartitioning",
                "ENSURE_REQUIREMENTS",
                OptionalLong.of(200),
                OptionalLong.of(5000))),
            new SqlExecution.AdaptiveChanges(2, 1, 0, 1, Map.of("SortMergeJoin", 2L)))))
        .aqeUpdates(4)
        .resourceProfiles(
            List.of(new ResourceProfile(0, Map.of("cores", 4.0), Map.of("cpus", 1.0))))
        .streaming(new StreamingProgress(
            1,
            20,
            OptionalLong.of(300),
            OptionalLong.of(900),
            OptionalDouble.of(10.5),
            OptionalDouble.empty(),
            OptionalLong.of(1000),
            OptionalDouble.of(0.4),
            OptionalLong.of(7),
            OptionalLong.of(70),
            OptionalLong.empty(),
            OptionalLong.of(100),
            OptionalLong.of(4096)))
        .taskOutcomes(Map.of("Success", 3L))
        .exclusions(List.of(new Exclusion(
            "1",
            null,
            OptionalInt.empty(),
            OptionalLong.of(4),
            OptionalLong.empty(),
            OptionalLong.empty())))
        .cachedRdds(List.of(new CachedRdd(
            3,
            "sales",
            "MEMORY_ONLY",
            8,
            OptionalInt.empty(),
            OptionalLong.empty(),
            OptionalLong.empty())))
        .largestBroadcastBytes(OptionalLong.of(777))
        .memoryFailures(List.of(new MemoryFailure(
            MemoryFailure.Cause.HEAP,
            MemoryFailure.Certainty.CERTAIN,
            "1",
            OptionalInt.empty(),
            OptionalLong.of(START + 5000),
            "java.lang.OutOfMemoryError: Java heap space")))
        .build();
  }

  /** A run of which nothing is known. */
  static ApplicationRun emptyRun() {
    return ApplicationRun.builder().digest("sha256:0").jobSignature("unknown").build();
  }

  /** A run that started so many days later, of another job. */
  static ApplicationRun run(String appId, String job, JobType type, int day) {
    return fullRun().toBuilder()
        .appId(appId)
        .attemptId(null)
        .name(job)
        .jobSignature(job)
        .jobType(type)
        .startTimeMs(OptionalLong.of(START + day * 86_400_000L))
        .endTimeMs(OptionalLong.of(START + day * 86_400_000L + 10_000))
        .build();
  }

  static Resources resources(int executors) {
    return Resources.builder()
        .numExecutors(executors)
        .executorCores(4)
        .executorMemoryMb(8192)
        .executorMemoryOverheadMb(1024)
        .executorOffHeapMb(0)
        .driverMemoryMb(2048)
        .driverCores(1)
        .shufflePartitions(96)
        .dynamicAllocation(false)
        .build();
  }

  static Prediction prediction(double seconds, double cost) {
    return new Prediction(
        new Interval(900 * seconds, 1000 * seconds, 1200 * seconds),
        new Interval(0.9 * cost, cost, 1.2 * cost),
        OptionalDouble.of(4.5),
        OptionalDouble.of(12.25),
        OptionalDouble.of(0.01),
        Prediction.OomRiskBasis.TRIED);
  }

  static Recommendation change() {
    return answer(Verdict.CHANGE, resources(12).toSparkConf());
  }

  static Recommendation answer(Verdict verdict, Map<String, String> conf) {
    boolean answered = verdict == Verdict.CHANGE || verdict == Verdict.KEEP;
    return new Recommendation(
        "rec-1",
        verdict,
        "history",
        answered ? resources(12) : Resources.NONE,
        answered ? prediction(750, 1.5) : Prediction.UNKNOWN,
        resources(20),
        prediction(700, 2.25),
        0.82,
        ConfidenceBasis.OWN,
        new Prices(0.05, 0.006, "USD", "price list", LocalDate.of(2026, 1, 2)),
        List.of("app-2", "app-1"),
        OptionalLong.of(53_687_091_200L),
        InputBasis.DECLARED_LEARNED,
        answered ? null : "sla",
        "Fewer executors do the same work: a third of the slots stood idle.",
        answered
            ? List.of(new Evidence(
                "spark.executor.instances",
                "20",
                "12",
                "slot_occupancy",
                OptionalDouble.of(0.41),
                OptionalDouble.of(0.7),
                List.of("app-2"),
                "less idle time"))
            : List.of(),
        answered ? conf : Map.of(),
        answered
            ? List.of(new Recommendation.Alternative(resources(24), prediction(400, 1.9)))
            : List.of());
  }

  static Analysis analysis(ApplicationRun run) {
    return new Analysis(
        run,
        OptionalInt.of(64),
        new Analysis.Efficiency(
            OptionalDouble.of(0.41),
            OptionalDouble.of(0.3),
            OptionalDouble.empty(),
            OptionalDouble.of(2.5),
            OptionalDouble.of(20),
            OptionalDouble.of(0.25),
            new Analysis.Breakdown(
                OptionalLong.of(1000),
                OptionalLong.of(2000),
                OptionalLong.of(90_000),
                OptionalLong.of(0),
                OptionalLong.empty(),
                OptionalLong.of(5),
                OptionalLong.of(6),
                OptionalLong.of(7),
                OptionalLong.of(8),
                OptionalLong.of(9))),
        Analysis.Bottleneck.SKEW,
        List.of(new Analysis.Finding(
            "skewed-stage",
            Analysis.Severity.HIGH,
            OptionalInt.of(3),
            "One task takes nine times the median",
            List.of(new Analysis.Measured("max_to_median", 9.25, 4, "ratio")),
            OptionalLong.of(60_000),
            OptionalDouble.of(1.5),
            OptionalDouble.empty(),
            "Let Spark split the large partitions.",
            Map.of("spark.sql.adaptive.skewJoin.enabled", "true"))));
  }

  static WhatIf whatIf(ApplicationRun run) {
    return new WhatIf(
        run.id().appId(),
        new WhatIf.Baseline(
            OptionalInt.of(4),
            OptionalInt.of(2),
            OptionalLong.of(10_000),
            OptionalLong.of(1000),
            OptionalLong.of(9000),
            OptionalLong.of(500)),
        List.of(
            new WhatIf.Point(
                resources(8),
                new Interval(4000, 5000.4, 6000),
                OptionalLong.of(1000),
                OptionalLong.of(4000),
                OptionalLong.of(500),
                OptionalLong.of(160_000),
                OptionalDouble.of(0.75),
                OptionalDouble.of(0.5),
                null),
            new WhatIf.Point(
                Resources.builder().numExecutors(1).build(),
                null,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                "one executor would not hold the cached blocks")),
        List.of(new WhatIf.Knee(
            OptionalInt.of(4),
            OptionalLong.of(8192),
            OptionalInt.of(200),
            OptionalInt.empty(),
            "too few points")));
  }

  /** One workload tested, whose search never came to 1.1; one that was not. */
  static SearchEvaluation searchEvaluation() {
    SearchEvaluation.Score search = new SearchEvaluation.Score(
        List.of(1.5, 1.5, 1.15),
        OptionalDouble.empty(),
        OptionalDouble.of(2),
        0.5,
        OptionalDouble.of(2),
        OptionalDouble.of(1.15));
    SearchEvaluation.Score baseline = new SearchEvaluation.Score(
        List.of(2.5, 2.5, 2.0),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        0.25,
        OptionalDouble.empty(),
        OptionalDouble.empty());
    return new SearchEvaluation(
        2,
        20,
        7,
        List.of(new SearchEvaluation.Row("join", "size=huge", search)),
        search,
        new TreeMap<>(Map.of("random", baseline, "ranking", baseline)),
        Map.of("no_completed_shape", 1));
  }

  /** Two jobs tested; what was predicted without an interval, and a baseline that answered nothing. */
  static Backtest backtest() {
    Backtest.Score score = new Backtest.Score(
        40,
        8,
        OptionalDouble.of(12.5),
        OptionalDouble.of(10),
        OptionalDouble.of(30.25),
        Optional.of(new Backtest.Intervals(
            40, 0.875, 0.61, 0.97, 0.9, 1.5, 0.8, Map.of("own", 30, "pooled", 10))),
        Map.of("schedule", 40));
    return new Backtest(
        "split",
        7,
        20,
        List.of(new Backtest.Job("nightly", score), new Backtest.Job("hourly", score)),
        score,
        new TreeMap<>(Map.of(
            "ernest",
            new Backtest.Baseline(unanswered(), OptionalDouble.empty(), OptionalDouble.empty()),
            "knn",
            new Backtest.Baseline(
                meanOnly(Optional.empty()), OptionalDouble.of(12.5), OptionalDouble.empty()),
            "mean",
            new Backtest.Baseline(
                meanOnly(Optional.of(new Backtest.Intervals(
                    24, 0.75, 0.5, 0.9, 0.9, 2.5, 1.25, Map.of("cv_plus", 24)))),
                OptionalDouble.of(12.5),
                OptionalDouble.of(1.75)))),
        Map.of("too_few_runs", 3, "beyond_max_jobs", 1));
  }

  /** No job had runs enough. */
  static Backtest emptyBacktest() {
    return new Backtest(
        "leave-one-out", 0, 1, List.of(), unanswered(), Map.of(), Map.of("too_few_runs", 2));
  }

  private static Backtest.Score meanOnly(Optional<Backtest.Intervals> intervals) {
    return new Backtest.Score(
        40,
        8,
        OptionalDouble.of(55),
        OptionalDouble.of(50),
        OptionalDouble.of(99),
        intervals,
        Map.of("mean", 40));
  }

  private static Backtest.Score unanswered() {
    return new Backtest.Score(
        0,
        0,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        Optional.empty(),
        Map.of());
  }

  static HistoryStats stats() {
    HistoryStats.Usage usage = new HistoryStats.Usage(3, 10.5, 40, 1.25, 4, 0.5);
    return new HistoryStats(
        3,
        2,
        Map.of("succeeded", 2L, "failed", 1L),
        OptionalLong.of(START),
        OptionalLong.of(START + 86_400_000L),
        usage,
        Map.of(JobType.SQL, usage, JobType.ETL, usage),
        List.of(new HistoryStats.Day(LocalDate.of(2026, 11, 1), usage)),
        "USD",
        new HistoryStats.FollowUp(
            9,
            3,
            2,
            1,
            2,
            OptionalDouble.of(0.5),
            OptionalDouble.of(12.5),
            OptionalDouble.empty(),
            OptionalDouble.of(0.75),
            OptionalLong.of(1)));
  }

  /** A report of a collection that read 7 MB in 2 seconds, and left nothing out. */
  static CollectionReport report(
      long processed, long added, long updated, long unchanged, List<SkippedInput> skipped) {
    return new CollectionReport(
        processed,
        added,
        updated,
        unchanged,
        0,
        skipped,
        new CollectionReport.Reading(processed, 7_000_000, 2000));
  }

  /** @param mape NaN for a model that was not judged */
  static ModelInfo model(String name, int version, double mape) {
    boolean judged = !Double.isNaN(mape);
    return new ModelInfo(
        name,
        version,
        "xgboost",
        ModelTarget.DURATION_MS,
        List.of("input_size", "job_type"),
        new ModelMetrics(
            100,
            7,
            judged ? OptionalDouble.of(mape) : OptionalDouble.empty(),
            judged ? OptionalDouble.of(mape / 2) : OptionalDouble.empty(),
            judged ? OptionalDouble.of(0.87) : OptionalDouble.empty(),
            0.9),
        1_700_000_000_000L,
        "xgboost 3.0.4",
        1234);
  }
}
