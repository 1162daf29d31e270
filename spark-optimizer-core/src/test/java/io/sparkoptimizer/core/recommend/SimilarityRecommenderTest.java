package io.sparkoptimizer.core.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.DataSize;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.OptimizerSettings;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Recommendation.ConfidenceBasis;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.core.FakeHistory;
import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.core.similarity.IndexedHistory;
import io.sparkoptimizer.core.similarity.Match;
import io.sparkoptimizer.core.similarity.Work;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.RecommendationRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SimilarityRecommenderTest {
  private static final List<JobType> TYPES = List.of(JobType.ETL, JobType.SQL, JobType.ML);
  private static final SimilarityRecommender SIMILARITY = new SimilarityRecommender();

  /** Four jobs that read 10 to 40 GiB at one rate, and one that is nothing like them. */
  private static List<ApplicationRun> history() {
    List<ApplicationRun> runs = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      runs.add(job(i, JobType.ETL));
    }
    runs.add(TestRuns.run()
        .name("tiny-ml")
        .appId("tiny-ml")
        .jobType(JobType.ML)
        .scan(2, 1_000_000, 1 << 20)
        .build());
    return runs;
  }

  private static ApplicationRun job(int i, JobType type) {
    return TestRuns.run()
        .name("job-" + i)
        .appId("job-" + i)
        .jobType(type)
        .scan(80 * i, 10_000, i * (10L << 30))
        .shuffle(200, 1_000, i * (2L << 30))
        .build();
  }

  private static Recommendation ask(
      JobProfile.Builder profile, List<ApplicationRun> history, Map<String, String> settings) {
    return SIMILARITY.recommend(new RecommendationRequest(
        profile.build(), List.of(), new FakeHistory(history), OptimizerSettings.of(settings)));
  }

  private static JobProfile.Builder newJob() {
    return JobProfile.builder("new").jobType(JobType.ETL).inputSize(DataSize.gibibytes(20));
  }

  @Test
  void recommend_jobsOfLikeWork_answerScaledToTheInput() {
    Recommendation answer = ask(newJob(), history(), Map.of());

    assertThat(answer.verdict()).isEqualTo(Verdict.CHANGE);
    assertThat(answer.method()).isEqualTo("similarity");
    assertThat(answer.runs()).containsExactlyInAnyOrder("job-1", "job-2", "job-3", "job-4");
    assertThat(answer.reasoning()).contains("4 jobs of like work").contains("job-2 (1.00)");
    assertThat(answer.confidenceBasis()).isEqualTo(ConfidenceBasis.POOLED);
    // One of them was full at half of this input: what it needs at twice as much is not tried.
    assertThat(answer.confidence()).isBetween(0.02, 0.6);
    assertThat(answer.inputBytes()).hasValue(20L << 30);
  }

  @Test
  void recommend_moreInput_getsMore() {
    int small = ask(newJob(), history(), Map.of()).proposed().numExecutors().orElseThrow();
    int large = ask(
            JobProfile.builder("new").jobType(JobType.ETL).inputSize(DataSize.gibibytes(60)),
            history(),
            Map.of())
        .proposed()
        .numExecutors()
        .orElseThrow();

    assertThat(large).isGreaterThan(small);
  }

  @Test
  void recommend_tooFewNeighbours_abstainsAndCounts() {
    Recommendation answer =
        ask(newJob(), history(), Map.of("recommendations.min_similar_jobs", "5"));

    assertThat(answer.verdict()).isEqualTo(Verdict.ABSTAIN);
    assertThat(answer.reasoning())
        .isEqualTo("4 jobs of like work found, at similarity 0.70 or more; 5 are needed.");
  }

  @Test
  void recommend_thresholdAndMost_areRespected() {
    assertThat(ask(newJob(), history(), Map.of("recommendations.similarity_threshold", "0.999"))
            .verdict())
        .isEqualTo(Verdict.ABSTAIN);
    assertThat(ask(newJob(), history(), Map.of("recommendations.max_similar_jobs", "3"))
            .runs())
        .hasSize(3)
        .contains("job-2");
  }

  @Test
  void recommend_noInputSize_abstains() {
    Recommendation answer =
        ask(JobProfile.builder("new").jobType(JobType.ETL), history(), Map.of());

    assertThat(answer.verdict()).isEqualTo(Verdict.ABSTAIN);
    assertThat(answer.reasoning()).contains("Without an input size");
  }

  @Test
  void recommend_jobWithRuns_leavesThemToOthersUnlessNamed() {
    List<ApplicationRun> own = List.of(job(2, JobType.ETL));
    FakeHistory history = new FakeHistory(history());
    RecommendationRequest unnamed = new RecommendationRequest(
        JobProfile.builder("job-2").build(), own, history, OptimizerSettings.DEFAULT);
    RecommendationRequest named = new RecommendationRequest(
        JobProfile.builder("job-2").method("similarity").build(),
        own,
        history,
        OptimizerSettings.DEFAULT);

    assertThat(SIMILARITY.recommend(unnamed).verdict()).isEqualTo(Verdict.ABSTAIN);
    assertThat(SIMILARITY.recommend(named).runs()).isNotEmpty().doesNotContain("job-2");
  }

  @Test
  void recommend_equalQuestions_haveEqualAnswers() {
    assertThat(ask(newJob(), history(), Map.of())).isEqualTo(ask(newJob(), history(), Map.of()));
  }

  /** {@link WorkFeatures} is how likeness was computed before, flat and in floating point. */
  @Test
  void similarity_anyTwoWorks_isThatOfTheOracle() {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      RunSummary a = random(random);
      RunSummary b = random(random);
      double similarity = Work.of(a).similarity(Work.of(b));

      assertThat(similarity)
          .as("seed %d", seed)
          .isEqualTo(Work.of(b).similarity(Work.of(a)))
          .isCloseTo(WorkFeatures.of(a).similarity(WorkFeatures.of(b)), within(2e-6));
      assertThat(Work.of(a).similarity(Work.of(a))).as("itself, seed %d", seed).isEqualTo(1);
    }
  }

  @Test
  void nearest_anyHistory_areThoseOfTheOracle() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<ApplicationRun> runs = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        runs.add(TestRuns.run()
            .name("job-" + random.nextInt(30))
            .appId("app-" + i)
            .startMs(TestRuns.START_MS + i * 1_000L)
            .jobType(TYPES.get(random.nextInt(3)))
            .status(random.nextInt(5) == 0 ? RunStatus.FAILED : RunStatus.SUCCEEDED)
            .scan(1 + random.nextInt(500), 100, 1L + random.nextInt(1_000_000_000))
            .shuffle(1 + random.nextInt(500), 100, random.nextInt(1_000_000_000))
            .build());
      }
      FakeHistory history = new FakeHistory(runs);
      JobProfile profile = JobProfile.builder("new")
          .jobType(TYPES.get(random.nextInt(3)))
          .inputSize(DataSize.gibibytes(1 + random.nextInt(3)))
          .build();
      Map<String, Double> similarities = new LinkedHashMap<>();
      history.summaries(RunQuery.ALL).stream()
          .filter(run -> run.status() == RunStatus.SUCCEEDED)
          .forEach(run -> similarities.computeIfAbsent(
              run.jobSignature(),
              job -> WorkFeatures.of(profile).similarity(WorkFeatures.of(run))));
      List<String> expected = similarities.entrySet().stream()
          .filter(job -> job.getValue() >= 0.7)
          .sorted(Map.Entry.<String, Double>comparingByValue()
              .reversed()
              .thenComparing(Map.Entry.comparingByKey()))
          .limit(10)
          .map(Map.Entry::getKey)
          .toList();

      assertThat(
              IndexedHistory.jobsOf(history).nearest(Work.of(profile), 10, 0.7, signature -> false))
          .as("seed %d", seed)
          .extracting(Match::signature)
          .isEqualTo(expected);
    }
  }

  private static RunSummary random(Random random) {
    JobType[] types = JobType.values();
    return RunSummary.of(TestRuns.run()
        .jobType(types[random.nextInt(types.length)])
        .scan(1 + random.nextInt(500), 100, random.nextInt(1_000_000_000))
        .shuffle(1 + random.nextInt(500), 100, random.nextInt(1_000_000_000))
        .build());
  }

  @Test
  void similarity_otherConfiguration_changesNothing() {
    Work small =
        Work.of(RunSummary.of(TestRuns.etl().executors(1, 1).heapMb(1_024, 900).build()));
    Work large = Work.of(
        RunSummary.of(TestRuns.etl().executors(90, 8).heapMb(65_536, 900).build()));

    assertThat(small).isEqualTo(large).hasSameHashCodeAs(large).hasToString(large.toString());
  }

  @Test
  void similarity_nothingKnownInCommon_isZero() {
    assertThat(Work.of(JobProfile.builder("x").build())
            .similarity(Work.of(JobProfile.builder("y").build())))
        .isZero();
  }

  @Test
  void recommend_neighboursInLocalMode_doNotAnswer() {
    List<ApplicationRun> local = history().stream()
        .map(run -> run.toBuilder().clusterManager(ClusterManager.LOCAL).build())
        .toList();

    assertThat(ask(newJob(), local, Map.of()).verdict()).isEqualTo(Verdict.ABSTAIN);
  }

  @Test
  void recommend_noNeighbourTellsItsHeap_leavesMemoryOut() {
    List<ApplicationRun> unknown = history().stream()
        .map(run -> run.toBuilder()
            .clusterManager(ClusterManager.DATABRICKS)
            .configuration(Map.of())
            .build())
        .toList();

    Recommendation answer = ask(newJob(), unknown, Map.of());

    assertThat(answer.verdict()).isEqualTo(Verdict.CHANGE);
    assertThat(answer.sparkConf()).doesNotContainKey("spark.executor.memory");
    assertThat(answer.evidence())
        .filteredOn(one -> one.property().equals("spark.executor.memory"))
        .singleElement()
        .satisfies(one -> assertThat(one.effect()).startsWith("left out"));
  }

  @Test
  void recommend_neighboursNewestRunsFailed_doNotAnswerWithLowerBounds() {
    List<ApplicationRun> runs = new ArrayList<>(history());
    for (int i = 0; i < 3; i++) {
      runs.add(job(2, JobType.ETL).toBuilder()
          .appId("failed-" + i)
          .status(RunStatus.FAILED)
          .startTimeMs(OptionalLong.of(TestRuns.START_MS + 86_400_000L * (i + 1)))
          .build());
    }
    Recommendation answer = ask(newJob(), runs, Map.of());

    assertThat(answer.runs()).containsExactlyInAnyOrder("job-1", "job-3", "job-4");
  }

  @Test
  void recommend_neighbourDiedForMemory_givesATaskMore() {
    List<ApplicationRun> died = new ArrayList<>(history());
    died.add(TestRuns.run()
        .name("job-2")
        .appId("died")
        .jobType(JobType.ETL)
        .startMs(TestRuns.START_MS + 86_400_000L)
        .scan(160, 10_000, 20L << 30)
        .shuffle(200, 1_000, 4L << 30)
        .status(RunStatus.FAILED)
        .died(Cause.HEAP, Certainty.CERTAIN)
        .build());

    assertThat(ask(newJob(), died, Map.of()).proposed().executorMemoryMb().orElseThrow())
        .isGreaterThan(
            ask(newJob(), history(), Map.of()).proposed().executorMemoryMb().orElseThrow());
  }

  @Test
  void recommend_runOfAnotherJobThatHasTheSignatureForAName_isNotTaken() {
    List<ApplicationRun> runs = new ArrayList<>(history());
    runs.add(job(2, JobType.ETL).toBuilder()
        .appId("stranger")
        .jobSignature("another")
        .status(RunStatus.FAILED)
        .startTimeMs(OptionalLong.of(TestRuns.START_MS + 86_400_000L))
        .build());

    assertThat(ask(newJob(), runs, Map.of()).runs()).contains("job-2").doesNotContain("stranger");
  }
}
