package io.sparkoptimizer.core.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.DataSize;
import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.Interval;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.OptimizerSettings;
import io.sparkoptimizer.Platform;
import io.sparkoptimizer.Priority;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Recommendation.ConfidenceBasis;
import io.sparkoptimizer.Recommendation.InputBasis;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.core.FakeHistory;
import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.core.container.ServerlessWorkers;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spi.RecommendationRequest;
import io.sparkoptimizer.spi.RunHistory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RulesRecommenderTest {
  private static final RulesRecommender RULES = new RulesRecommender();

  /** Six runs on 4 executors of 2 cores; the scan has 200 tasks of 10 s, so 4 are far too few. */
  private static final List<ApplicationRun> SMALL = TestRuns.repeated(6, i -> TestRuns.etl());

  private static JobProfile.Builder job() {
    return JobProfile.builder("nightly");
  }

  private static Recommendation ask(JobProfile.Builder profile, List<ApplicationRun> runs) {
    return ask(profile, runs, OptimizerSettings.DEFAULT);
  }

  private static Recommendation ask(
      JobProfile.Builder profile, List<ApplicationRun> runs, OptimizerSettings settings) {
    return RULES.recommend(
        new RecommendationRequest(profile.build(), runs, new FakeHistory(runs), settings));
  }

  private static int executors(Recommendation answer) {
    return answer.proposed().numExecutors().orElseThrow();
  }

  private static double expectedMs(Recommendation answer) {
    return answer.prediction().duration().orElseThrow().expected();
  }

  @Test
  void recommend_jobWithHistory_proposesMoreForWorkThatWaits() {
    Recommendation answer = ask(job(), SMALL);

    assertThat(answer.verdict()).isEqualTo(Verdict.CHANGE);
    assertThat(answer.method()).isEqualTo("rules");
    assertThat(executors(answer)).isGreaterThan(4);
    assertThat(expectedMs(answer))
        .isLessThan(answer.currentPrediction().duration().orElseThrow().expected());
    assertThat(answer.runs()).containsExactly("app-5", "app-4", "app-3", "app-2", "app-1", "app-0");
    assertThat(answer.current().numExecutors()).hasValue(4);
    assertThat(answer.inputBasis()).isEqualTo(InputBasis.LAST_RUN);
    assertThat(answer.inputBytes()).hasValue(20L << 30);
    assertThat(answer.sparkConf())
        .containsEntry("spark.executor.instances", executors(answer) + "")
        .containsEntry("spark.executor.cores", "2");
    assertThat(answer.reasoning()).contains("From 6 runs of nightly").contains("executors");
    assertThat(answer.evidence())
        .extracting(Evidence::property)
        .contains(
            "spark.executor.instances",
            "spark.executor.cores",
            "spark.executor.memory",
            "spark.executor.memoryOverhead",
            "spark.driver.memory",
            "spark.sql.shuffle.partitions");
    assertThat(answer.evidence()).allSatisfy(one -> assertThat(one.effect()).isNotBlank());
  }

  @Test
  void recommend_priority_movesBetweenTimeAndCost() {
    Recommendation fast = ask(job().priority(Priority.PERFORMANCE), SMALL);
    Recommendation balanced = ask(job(), SMALL);
    Recommendation cheap = ask(job().priority(Priority.COST), SMALL);

    assertThat(executors(fast)).isGreaterThan(executors(balanced));
    assertThat(executors(balanced)).isGreaterThan(executors(cheap));
    assertThat(expectedMs(fast)).isLessThan(expectedMs(cheap));
    assertThat(fast.prediction().costInterval().orElseThrow().expected())
        .isGreaterThan(cheap.prediction().costInterval().orElseThrow().expected());
  }

  @Test
  void recommend_weights_moveABalancedAnswer() {
    Recommendation forTime = ask(
        job(),
        SMALL,
        OptimizerSettings.of(Map.of(
            "recommendations.weights.performance", "0.9", "recommendations.weights.cost", "0.1")));
    Recommendation forCost = ask(
        job(),
        SMALL,
        OptimizerSettings.of(Map.of(
            "recommendations.weights.performance", "0.1", "recommendations.weights.cost", "0.9")));

    assertThat(executors(forTime)).isGreaterThan(executors(forCost));
  }

  @Test
  void recommend_sla_isMetByMoreExecutors() {
    Recommendation free = ask(job().priority(Priority.COST), SMALL);
    Duration sla = Duration.ofMillis((long) (expectedMs(free) / 2));

    Recommendation bound = ask(job().priority(Priority.COST).sla(sla), SMALL);

    assertThat(bound.prediction().duration().orElseThrow().high())
        .isLessThanOrEqualTo((double) sla.toMillis());
    assertThat(executors(bound)).isGreaterThan(executors(free));
    assertThat(bound.bindingConstraint()).isEqualTo("sla");
    assertThat(bound.reasoning()).contains("sla");
  }

  @Test
  void recommend_slaBelowTheCriticalPath_isInfeasibleAndSaysSo() {
    Recommendation answer = ask(job().sla(Duration.ofSeconds(5)), SMALL);

    assertThat(answer.verdict()).isEqualTo(Verdict.INFEASIBLE);
    assertThat(answer.proposed()).isEqualTo(Resources.NONE);
    assertThat(answer.sparkConf()).isEmpty();
    assertThat(answer.bindingConstraint()).startsWith("sla of 5.0 s: the fastest size found");
  }

  @Test
  void recommend_budget_isKeptByFewerExecutors() {
    Recommendation free = ask(job().priority(Priority.PERFORMANCE), SMALL);
    double budget = free.prediction().costInterval().orElseThrow().expected();

    Recommendation bound = ask(job().priority(Priority.PERFORMANCE).budget(budget), SMALL);

    assertThat(bound.prediction().costInterval().orElseThrow().high()).isLessThanOrEqualTo(budget);
    assertThat(executors(bound)).isLessThan(executors(free));
    assertThat(bound.bindingConstraint()).isEqualTo("budget");
  }

  @Test
  void recommend_budgetBelowEveryCost_isInfeasible() {
    Recommendation answer = ask(job().budget(1e-6), SMALL);

    assertThat(answer.verdict()).isEqualTo(Verdict.INFEASIBLE);
    assertThat(answer.bindingConstraint()).startsWith("budget of 0.0000 USD: the cheapest");
  }

  @Test
  void recommend_maxExecutors_bindsTheAnswer() {
    Recommendation answer = ask(job().priority(Priority.PERFORMANCE).maxExecutors(6), SMALL);

    assertThat(executors(answer)).isEqualTo(6);
    assertThat(answer.bindingConstraint()).isEqualTo("max-executors 6");
  }

  @Test
  void recommend_theRecommendedSize_isKeptTheNextTime() {
    Recommendation first = ask(job(), SMALL);
    List<ApplicationRun> next =
        TestRuns.repeated(3, i -> TestRuns.etl().executors(executors(first), 2));

    Recommendation second = ask(job(), next);

    assertThat(second.verdict()).isEqualTo(Verdict.KEEP);
    assertThat(second.proposed()).isEqualTo(second.current());
    assertThat(second.reasoning()).contains("Keep what it has");
  }

  @Test
  void recommend_oversizedAndIdle_takesExecutorsAway() {
    List<ApplicationRun> idle =
        TestRuns.repeated(3, i -> TestRuns.run().scan(8, 60_000, 1L << 30).executors(50, 4));

    Recommendation answer = ask(job(), idle);

    assertThat(executors(answer)).isLessThanOrEqualTo(4);
    assertThat(answer.currentPrediction().costInterval().orElseThrow().expected())
        .isGreaterThan(3 * answer.prediction().costInterval().orElseThrow().expected());
  }

  @Test
  void recommend_dynamicAllocation_keepsMinInitialMaxInOrder() {
    List<ApplicationRun> dynamic = TestRuns.repeated(
        3,
        i -> TestRuns.etl()
            .conf("spark.dynamicAllocation.enabled", "true")
            .conf("spark.dynamicAllocation.minExecutors", "30")
            .conf("spark.dynamicAllocation.initialExecutors", "35")
            .conf("spark.dynamicAllocation.maxExecutors", "40"));

    for (Priority priority : Priority.values()) {
      Resources proposed = ask(job().priority(priority), dynamic).proposed();

      assertThat(proposed.dynamicAllocation()).contains(true);
      assertThat(proposed.dynamicAllocationMin().orElseThrow())
          .isLessThanOrEqualTo(proposed.dynamicAllocationInitial().orElseThrow());
      assertThat(proposed.dynamicAllocationInitial().orElseThrow())
          .isLessThanOrEqualTo(proposed.dynamicAllocationMax().orElseThrow());
      assertThat(proposed.numExecutors())
          .hasValue(proposed.dynamicAllocationMax().orElseThrow());
    }
  }

  @Test
  void recommend_lockedProperties_keepTheirValues() {
    Recommendation answer = ask(
        job()
            .priority(Priority.PERFORMANCE)
            .lock("spark.executor.instances")
            .lock("spark.executor.memory")
            .lock("spark.executor.cores")
            .lock("spark.sql.shuffle.partitions"),
        TestRuns.repeated(2, i -> TestRuns.etl().heapMb(16_384, 1_000)));

    assertThat(executors(answer)).isEqualTo(4);
    assertThat(answer.proposed().executorCores()).hasValue(2);
    assertThat(answer.proposed().executorMemoryMb()).hasValue(16_384);
    assertThat(answer.proposed().shufflePartitions()).hasValue(200);
  }

  @Test
  void recommend_configurationOfTheProfile_isTodays() {
    Recommendation answer = ask(
        job()
            .configuration(Map.of("spark.executor.instances", "9", "spark.executor.memory", "6g"))
            .lock("spark.executor.instances"),
        SMALL);

    assertThat(answer.current().numExecutors()).hasValue(9);
    assertThat(answer.current().executorMemoryMb()).hasValue(6144);
    assertThat(executors(answer)).isEqualTo(9);
  }

  @Test
  void recommend_inputScale_needsMore() {
    Recommendation once = ask(job(), SMALL);
    Recommendation fourfold = ask(job().inputScale(4), SMALL);

    assertThat(executors(fourfold)).isGreaterThan(executors(once));
    assertThat(fourfold.inputBasis()).isEqualTo(InputBasis.SCALED);
    assertThat(fourfold.inputBytes()).hasValue(80L << 30);
    assertThat(fourfold.reasoning()).contains("4.00 times the newest run's");
    assertThat(fourfold.confidence()).isLessThan(once.confidence());
  }

  @Test
  void recommend_inputSize_isTakenForBytesReadAndLabelled() {
    Recommendation answer = ask(job().inputSize(DataSize.gibibytes(40)), SMALL);

    assertThat(answer.inputBasis()).isEqualTo(InputBasis.DECLARED);
    assertThat(answer.inputBytes()).hasValue(40L << 30);
    assertThat(answer.reasoning()).contains("2.00 times the newest run's");
  }

  @Test
  void recommend_inputFarBeyondAllThatWasSeenAndADeath_mendsTheDeath() {
    List<ApplicationRun> died = List.of(
        TestRuns.etl().executors(4, 4).died(Cause.HEAP, Certainty.CERTAIN).build());
    Recommendation answer = ask(job().inputScale(300), died);

    assertThat(answer.verdict()).isEqualTo(Verdict.CHANGE);
    assertThat(answer.proposed().executorCores()).hasValue(2);
    assertThat(answer.prediction().durationMs()).isNull();
    assertThat(answer.reasoning())
        .contains(
            "300 times the largest", "died for memory", "so that input could not be looked at");
  }

  @Test
  void recommend_deathWithAllThatCouldMendItLocked_isInfeasible() {
    List<ApplicationRun> died = List.of(TestRuns.etl()
        .status(RunStatus.FAILED)
        .executors(4, 4)
        .died(Cause.HEAP, Certainty.CERTAIN)
        .build());
    Recommendation answer = ask(
        job()
            .lock("spark.executor.cores")
            .lock("spark.executor.memory")
            .lock("spark.sql.shuffle.partitions"),
        died);

    assertThat(answer.verdict()).isEqualTo(Verdict.INFEASIBLE);
    assertThat(answer.bindingConstraint()).contains("locked");
    assertThat(answer.proposed().executorMemoryMb()).isEmpty();
    assertThat(ask(job(), died).verdict()).isEqualTo(Verdict.CHANGE);
  }

  @Test
  void recommend_inputFarBeyondAllThatWasSeen_abstainsAndSaysWhere() {
    Recommendation hundredfold = ask(job().inputScale(100), SMALL);
    Recommendation beyond = ask(job().inputScale(300), SMALL);
    Recommendation declared = ask(job().inputSize(DataSize.gibibytes(10_000)), SMALL);
    List<ApplicationRun> oneWasLarger = TestRuns.repeated(
        3, i -> i == 0 ? TestRuns.run().scan(2_000, 10_000, 200L << 30) : TestRuns.etl());
    List<ApplicationRun> noBytes = TestRuns.repeated(3, i -> TestRuns.run().scan(200, 10_000, 0));

    assertThat(hundredfold.verdict()).isEqualTo(Verdict.CHANGE);
    assertThat(beyond.verdict()).isEqualTo(Verdict.ABSTAIN);
    assertThat(beyond.sparkConf()).isEmpty();
    assertThat(beyond.reasoning())
        .isEqualTo("The input asked about, 5.9 TiB, is 300 times the largest that a run had; beyond"
            + " 100 times nothing is said, because work that grows a little faster or slower than"
            + " assumed is then off by more than a factor of ten. Run the job with a size between,"
            + " and ask again.");
    assertThat(declared.verdict()).isEqualTo(Verdict.ABSTAIN);
    assertThat(declared.reasoning())
        .contains("500 times the largest")
        .endsWith("A declared size is taken for bytes read: where runs read only a part of it, give"
            + " --input-scale instead.");
    assertThat(ask(job().inputScale(300), oneWasLarger).verdict())
        .as("30 times the largest, which is not the newest")
        .isEqualTo(Verdict.CHANGE);
    assertThat(ask(job().inputScale(300), noBytes).reasoning())
        .startsWith("The input asked about is 300 times");
    assertThat(ask(job().inputScale(0.001), SMALL).verdict())
        .as("little work leaves what does not shrink")
        .isEqualTo(Verdict.CHANGE);
  }

  @Test
  void recommend_streamingNotebookOrNoStages_abstains() {
    Recommendation streaming =
        ask(job(), List.of(TestRuns.etl().kind(ApplicationKind.STREAMING).build()));
    Recommendation notebook =
        ask(job(), List.of(TestRuns.etl().kind(ApplicationKind.NOTEBOOK).build()));
    Recommendation declared = ask(job().jobType(JobType.STREAMING), List.of());
    Recommendation empty =
        ask(job(), List.of(TestRuns.etl().build().toBuilder().stages(List.of()).build()));

    for (Recommendation answer : List.of(streaming, notebook, declared, empty)) {
      assertThat(answer.verdict()).isEqualTo(Verdict.ABSTAIN);
      assertThat(answer.proposed()).isEqualTo(Resources.NONE);
      assertThat(answer.confidence()).isZero();
    }
    assertThat(streaming.reasoning()).contains("no batch run but streaming");
    assertThat(empty.reasoning()).contains("no stage of it ran");
  }

  @Test
  void recommend_jobWithoutRuns_getsALabelledSizeClass() {
    Recommendation small =
        ask(JobProfile.builder("new").inputSize(DataSize.gibibytes(10)), List.of());
    Recommendation large =
        ask(JobProfile.builder("new").inputSize(DataSize.gibibytes(1_000)), List.of());

    assertThat(small.verdict()).isEqualTo(Verdict.CHANGE);
    assertThat(small.method()).isEqualTo("rules");
    assertThat(small.confidenceBasis()).isEqualTo(ConfidenceBasis.RULES);
    assertThat(small.confidence()).isBetween(0.01, 0.3);
    assertThat(small.reasoning()).contains("rule of thumb").contains("10.0 GiB");
    assertThat(small.current()).isEqualTo(Resources.NONE);
    assertThat(executors(large)).isGreaterThan(executors(small));
  }

  @Test
  void recommend_noInputSize_saysThatItIsAssumed() {
    Recommendation answer = ask(JobProfile.builder("new"), List.of());

    assertThat(answer.inputBytes()).isEmpty();
    assertThat(answer.inputBasis()).isEqualTo(InputBasis.UNKNOWN);
    assertThat(answer.reasoning()).contains("was not given and is assumed");
  }

  @Test
  void recommend_equalQuestionAndHistory_hasEqualAnswer() {
    assertThat(ask(job(), SMALL)).isEqualTo(ask(job(), SMALL));
    assertThat(ask(job(), SMALL).id()).isNotEqualTo(ask(job().budget(3), SMALL).id());
    assertThat(ask(job(), SMALL).id())
        .isNotEqualTo(ask(job(), SMALL.subList(1, 6)).id());
  }

  @Test
  void recommend_alternatives_areAParetoFrontFastestFirst() {
    List<Recommendation.Alternative> front = ask(job(), SMALL).alternatives();

    assertThat(front).hasSizeGreaterThan(2);
    for (int i = 1; i < front.size(); i++) {
      assertThat(front.get(i).prediction().duration().orElseThrow().expected())
          .isGreaterThan(front.get(i - 1).prediction().duration().orElseThrow().expected());
      assertThat(front.get(i).prediction().costInterval().orElseThrow().expected())
          .isLessThan(front.get(i - 1).prediction().costInterval().orElseThrow().expected());
    }
  }

  @Test
  void recommend_countLockedAboveTheLimit_isInfeasible() {
    Recommendation answer =
        ask(job().lock("spark.executor.instances").maxExecutors(1), SMALL.subList(0, 1));
    assertThat(answer.verdict()).isEqualTo(Verdict.INFEASIBLE);
    assertThat(answer.bindingConstraint()).contains("max-executors 1").contains("locked at ");
  }

  @Test
  void recommend_everyVerdict_listsNoAlternativeThatIsTheAnswer() {
    for (JobProfile.Builder profile :
        List.of(job(), job().priority(Priority.COST), job().priority(Priority.PERFORMANCE))) {
      for (List<ApplicationRun> runs : List.of(SMALL, TestRuns.repeated(10, i -> TestRuns.etl()))) {
        Recommendation answer = ask(profile, runs);
        assertThat(answer.alternatives())
            .as(answer.verdict() + " " + answer.reasoning())
            .isNotEmpty()
            .noneMatch(other -> other.resources().equals(answer.proposed()));
      }
    }
  }

  @Test
  void recommend_ownLeftOutRuns_carryTheConfidence() {
    List<ApplicationRun> kept = TestRuns.repeated(10, i -> TestRuns.etl());
    JobProfile.Builder asItIs =
        job().lock("spark.executor.instances").lock("spark.executor.memory");

    Recommendation ten = ask(asItIs, kept);
    Recommendation four = ask(asItIs, kept.subList(0, 4));
    Recommendation one = ask(asItIs, kept.subList(0, 1));

    assertThat(ten.confidenceBasis()).isEqualTo(ConfidenceBasis.OWN);
    assertThat(one.confidenceBasis()).isEqualTo(ConfidenceBasis.RULES);
    assertThat(ten.confidence()).isGreaterThan(four.confidence()).isLessThan(1);
  }

  @Test
  void recommend_slotsAboveThePartitions_raisesThem() {
    List<ApplicationRun> runs = TestRuns.repeated(
        2,
        i -> TestRuns.run()
            .scan(2_000, 60_000, 500L << 30)
            .shuffle(40, 60_000, 1L << 30)
            .conf("spark.sql.shuffle.partitions", "40"));

    Recommendation answer = ask(job().priority(Priority.PERFORMANCE), runs);

    int slots = executors(answer) * answer.proposed().executorCores().orElseThrow();
    assertThat(slots).isGreaterThan(40);
    assertThat(answer.proposed().shufflePartitions().orElseThrow()).isGreaterThanOrEqualTo(slots);
  }

  @Test
  void recommend_heapDeath_halvesConcurrentTasksFirst() {
    List<ApplicationRun> died = List.of(
        TestRuns.etl().executors(4, 4).died(Cause.HEAP, Certainty.CERTAIN).build());

    Recommendation answer = ask(job(), died);

    assertThat(answer.verdict()).isEqualTo(Verdict.CHANGE);
    assertThat(answer.proposed().executorCores()).hasValue(2);
    assertThat(answer.proposed().executorMemoryMb()).hasValue(4096);
  }

  @Test
  void recommend_emrServerless_proposesWorkersThatExist() {
    Resources proposed = ask(job().platform(Platform.EMR_SERVERLESS), SMALL).proposed();
    Recommendation tooFew = ask(job().platform(Platform.EMR_SERVERLESS).maxExecutors(3), SMALL);

    assertThat(proposed.numExecutors().orElseThrow()).isGreaterThanOrEqualTo(4);
    assertThat(ServerlessWorkers.hasCores(proposed.executorCores().orElseThrow()))
        .isTrue();
    assertThat(tooFew.verdict()).isEqualTo(Verdict.INFEASIBLE);
    assertThat(tooFew.bindingConstraint()).contains("EMR Serverless refuses fewer than 4");
  }

  @Test
  void recommend_runsWithOtherCores_areComparedWithTheMemoryTheyHad() {
    // Four cores an executor make tasks three times as long: contention that no schedule knows.
    List<ApplicationRun> runs = TestRuns.repeated(
        4,
        i -> i < 2
            ? TestRuns.etl().executors(8, 1).heapMb(2_048, 1_900)
            : TestRuns.etl().executors(2, 4).heapMb(8_192, 7_800).slower(3));

    Recommendation answer = ask(job(), runs);

    assertThat(answer.current().executorCores()).hasValue(4);
    assertThat(answer.proposed().executorCores()).hasValue(1);
    assertThat(answer.proposed().executorMemoryMb().orElseThrow()).isBetween(1_900L, 2_560L);
    assertThat(answer.evidence())
        .filteredOn(one -> one.property().equals("spark.executor.memory"))
        .singleElement()
        .satisfies(one -> assertThat(one.runs()).containsExactly("app-1", "app-0"));
  }

  @Test
  void recommend_otherCoresThatDied_areNotProposed() {
    // Eight cores are faster by far, and went well once, but died three times.
    List<ApplicationRun> runs = TestRuns.repeated(
        6,
        i -> i < 2
            ? TestRuns.etl().executors(4, 4).heapMb(16_384, 15_000).slower(8)
            : i == 2
                ? TestRuns.etl().executors(4, 8).heapMb(16_384, 15_000)
                : i < 5
                    ? TestRuns.etl()
                        .executors(4, 8)
                        .heapMb(16_384, 15_000)
                        .died(Cause.HEAP, Certainty.CERTAIN)
                        .status(RunStatus.FAILED)
                    : TestRuns.etl().executors(4, 4).heapMb(16_384, 15_000).slower(8));

    Recommendation answer = ask(job(), runs);

    assertThat(answer.current().executorCores()).hasValue(4);
    assertThat(answer.proposed().executorCores()).hasValue(4);
    assertThat(answer.alternatives())
        .allSatisfy(other -> assertThat(other.resources().executorCores()).hasValue(4));
  }

  private static TestRuns dynamic() {
    return TestRuns.run()
        .scan(8, 60_000, 1L << 30)
        .shuffle(8, 2_000, 1L << 20)
        .executors(40, 2)
        .conf("spark.dynamicAllocation.enabled", "true")
        .conf("spark.dynamicAllocation.maxExecutors", "40")
        .conf("spark.executor.instances", "35");
  }

  private static int number(Recommendation answer, String property) {
    return Integer.parseInt(answer.sparkConf().get(property));
  }

  @Test
  void recommend_dynamicWithInstancesAboveTheMaximum_lowersThem() {
    Recommendation answer = ask(job(), TestRuns.repeated(3, i -> dynamic()));

    assertThat(answer.current().dynamicAllocationInitial()).hasValue(35);
    assertThat(number(answer, "spark.dynamicAllocation.maxExecutors")).isLessThan(35);
    assertThat(number(answer, "spark.executor.instances"))
        .isEqualTo(number(answer, "spark.dynamicAllocation.initialExecutors"))
        .isLessThanOrEqualTo(number(answer, "spark.dynamicAllocation.maxExecutors"));
  }

  @Test
  void recommend_dynamicBoundsLocked_areSubmittedAsConfigured() {
    List<ApplicationRun> runs = TestRuns.repeated(
        3,
        i -> dynamic()
            .conf("spark.executor.instances", "0")
            .conf("spark.dynamicAllocation.minExecutors", "12")
            .conf("spark.dynamicAllocation.initialExecutors", "20"));

    Recommendation min = ask(job().lock("spark.dynamicAllocation.minExecutors"), runs);
    Recommendation initial = ask(job().lock("spark.dynamicAllocation.initialExecutors"), runs);
    Recommendation max = ask(job().lock("spark.dynamicAllocation.maxExecutors"), runs);
    Recommendation tooFew =
        ask(job().lock("spark.dynamicAllocation.minExecutors").maxExecutors(5), runs);

    assertThat(number(min, "spark.dynamicAllocation.minExecutors")).isEqualTo(12);
    assertThat(number(min, "spark.dynamicAllocation.maxExecutors")).isBetween(12, 19);
    assertThat(number(initial, "spark.dynamicAllocation.initialExecutors")).isEqualTo(20);
    assertThat(number(initial, "spark.dynamicAllocation.maxExecutors")).isGreaterThanOrEqualTo(20);
    assertThat(number(max, "spark.dynamicAllocation.maxExecutors")).isEqualTo(40);
    assertThat(tooFew.verdict()).isEqualTo(Verdict.INFEASIBLE);
    assertThat(tooFew.bindingConstraint())
        .isEqualTo("max-executors 5: a locked minimum or initial count asks for 12");
  }

  @Test
  void recommend_coresMaxLocked_fillsItAndChangesNothing() {
    List<ApplicationRun> runs = TestRuns.repeated(
        3, i -> TestRuns.etl().manager(ClusterManager.STANDALONE).conf("spark.cores.max", "8"));

    Recommendation free = ask(job(), runs);
    Recommendation locked = ask(job().lock("spark.cores.max"), runs);

    assertThat(number(free, "spark.cores.max")).isGreaterThan(8);
    assertThat(number(locked, "spark.cores.max")).isEqualTo(8);
    assertThat(executors(locked) * locked.proposed().executorCores().orElseThrow())
        .isEqualTo(8);
  }

  @Test
  void recommend_gotFewerThanAskedFor_todayIsWhatWasAsked() {
    List<ApplicationRun> runs =
        TestRuns.repeated(3, i -> TestRuns.etl().conf("spark.executor.instances", "50"));

    Recommendation locked = ask(job().lock("spark.executor.instances"), runs);

    assertThat(locked.current().numExecutors()).hasValue(50);
    assertThat(number(locked, "spark.executor.instances")).isEqualTo(50);
  }

  @Test
  void recommend_newestFailedEarly_todayIsTheNewestWholeRuns() {
    List<ApplicationRun> runs = TestRuns.repeated(
        4,
        i -> i == 3
            ? TestRuns.run().scan(20, 1_000, 1L << 30).executors(1, 2).status(RunStatus.FAILED)
            : TestRuns.etl().executors(8, 2));

    Recommendation locked = ask(job().lock("spark.executor.instances"), runs);

    assertThat(locked.current().numExecutors()).hasValue(8);
    assertThat(executors(locked)).isEqualTo(8);
  }

  @Test
  void recommend_heapIsUnknown_leavesMemoryOut() {
    ApplicationRun run = TestRuns.etl().heapMb(16_384, 9_000).build();
    ApplicationRun databricks = run.toBuilder()
        .clusterManager(ClusterManager.DATABRICKS)
        .configuration(Map.of("spark.databricks.clusterUsageTags.clusterId", "1"))
        .build();
    ApplicationRun noEnvironment = TestRuns.etl().heapMb(1_024, 500).build().toBuilder()
        .configuration(Map.of())
        .build();
    ApplicationRun aboveTheDefault =
        run.toBuilder().configuration(Map.of("spark.app.name", "nightly")).build();

    for (ApplicationRun unknown : List.of(databricks, noEnvironment, aboveTheDefault)) {
      Recommendation answer = ask(job(), List.of(unknown));

      assertThat(answer.verdict()).isEqualTo(Verdict.CHANGE);
      assertThat(answer.current().executorMemoryMb()).isEmpty();
      assertThat(answer.proposed().executorMemoryMb()).isEmpty();
      assertThat(answer.proposed().executorMemoryOverheadMb()).isEmpty();
      assertThat(answer.sparkConf())
          .doesNotContainKeys("spark.executor.memory", "spark.executor.memoryOverhead");
      assertThat(answer.reasoning()).doesNotContain("MiB of heap");
      assertThat(answer.evidence())
          .filteredOn(one -> one.property().equals("spark.executor.memory"))
          .singleElement()
          .satisfies(one -> {
            assertThat(one.proposed()).isNull();
            assertThat(one.effect()).contains("left out", "billed by what was seen in use");
          });
    }
    assertThat(
            ask(job(), List.of(aboveTheDefault)).currentPrediction().gbHours().getAsDouble())
        .isGreaterThan(
            3 * ask(job(), List.of(noEnvironment)).currentPrediction().gbHours().getAsDouble());
  }

  @Test
  void recommend_noWholeRun_abstainsUnlessADeathTellsTheRemedy() {
    TestRuns cut = TestRuns.run().scan(20, 1_000, 1L << 30);
    Recommendation failed = ask(job(), List.of(cut.status(RunStatus.FAILED).build()));
    Recommendation died = ask(
        job(),
        List.of(TestRuns.etl()
            .executors(6, 4)
            .status(RunStatus.FAILED)
            .died(Cause.HEAP, Certainty.CERTAIN)
            .build()));

    assertThat(failed.verdict()).isEqualTo(Verdict.ABSTAIN);
    assertThat(failed.reasoning())
        .isEqualTo("Only lower bounds: none of 1 run is whole (succeeded, with a log to its end).");
    assertThat(died.verdict()).isEqualTo(Verdict.CHANGE);
    assertThat(died.confidence()).isZero();
    assertThat(executors(died)).isEqualTo(6);
    assertThat(died.proposed().executorCores()).hasValue(2);
    assertThat(died.prediction().duration()).isEmpty();
    assertThat(died.reasoning()).startsWith("Only lower bounds").contains("died for memory");
    assertThat(died.sparkConf()).containsEntry("spark.executor.cores", "2");
  }

  @Test
  void recommend_fasterSizeThatOftenDies_isNotPicked() {
    // Eight cores are faster by far, but a task with half the heap died in two of three runs.
    List<ApplicationRun> runs = TestRuns.repeated(
        12,
        i -> i % 2 == 0
            ? TestRuns.etl().executors(4, 4).heapMb(16_384, 15_000).slower(8)
            : i < 4
                ? TestRuns.etl()
                    .executors(4, 8)
                    .heapMb(16_384, 15_000)
                    .died(Cause.HEAP, Certainty.CERTAIN)
                : TestRuns.etl().executors(4, 8).heapMb(16_384, 15_000));

    Recommendation answer = ask(job().priority(Priority.PERFORMANCE), runs);

    assertThat(answer.prediction().oomRisk().orElseThrow())
        .isLessThanOrEqualTo(Math.max(0.2, answer.currentPrediction().oomRisk().orElseThrow()));
    assertThat(answer.proposed().executorCores()).hasValue(4);
  }

  @Test
  void recommend_jobsSideBySide_mayUseMoreThanTheWidestStage() {
    // 64 tasks on 8 slots, in one stage or in four jobs at the same time.
    List<ApplicationRun> one = TestRuns.repeated(3, i -> TestRuns.run().scan(64, 60_000, 1L << 30));
    List<ApplicationRun> four = one.stream().map(run -> sideBySide(run, 4)).toList();

    Recommendation fast = ask(job().priority(Priority.PERFORMANCE), four);

    assertThat(Width.of(one.get(0))).isEqualTo(64);
    assertThat(Width.of(four.get(0))).isEqualTo(64);
    assertThat(executors(fast)).as("16 tasks of the widest stage fill 8").isGreaterThan(8);
  }

  private static ApplicationRun sideBySide(ApplicationRun run, int jobs) {
    StageAttempt stage = run.stages().get(0);
    SparkJob job = run.jobs().get(0);
    List<StageAttempt> stages = new ArrayList<>();
    List<SparkJob> all = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      Distribution.Builder times = Distribution.builder();
      for (int task = 0; task < stage.numTasks() / jobs; task++) {
        times.add(stage.slotTimeMs() / stage.numTasks());
      }
      stages.add(StageAttempt.builder(i, 0)
          .name("stage " + i)
          .status(stage.status())
          .submissionTimeMs(stage.submissionTimeMs())
          .firstTaskLaunchedTimeMs(stage.firstTaskLaunchedTimeMs())
          .completionTimeMs(stage.completionTimeMs())
          .numTasks(stage.numTasks() / jobs)
          .numCompleteTasks(stage.numCompleteTasks() / jobs)
          .slotTimeMs(stage.slotTimeMs() / jobs)
          .resourceProfileId(stage.resourceProfileId())
          .metrics(stage.metrics())
          .distributions(Map.of(TaskDistribution.DURATION_MS, times.build()))
          .build());
      all.add(new SparkJob(
          i,
          job.status(),
          job.submissionTimeMs(),
          job.completionTimeMs(),
          List.of(i),
          OptionalLong.empty()));
    }
    return run.toBuilder().stages(stages).jobs(all).build();
  }

  @Test
  void recommend_localMode_abstainsFromCounts() {
    Recommendation answer =
        ask(job(), List.of(TestRuns.etl().manager(ClusterManager.LOCAL).build()));

    assertThat(answer.verdict()).isEqualTo(Verdict.ABSTAIN);
    assertThat(answer.reasoning()).contains("its size is the N of local[N]");
  }

  @Test
  void recommend_emrServerless_takesTheWorkerThatHoldsAllMemory() {
    // 4 cores hold 30 GB at most; with its overhead, 28 GiB of heap need 30.8.
    Resources roomy = ask(
            job().platform(Platform.EMR_SERVERLESS),
            TestRuns.repeated(2, i -> TestRuns.etl().executors(4, 4).heapMb(28_672, 28_000)))
        .proposed();
    Recommendation none = ask(
        job().platform(Platform.EMR_SERVERLESS),
        TestRuns.repeated(2, i -> TestRuns.etl().executors(4, 1).heapMb(28_672, 28_000)));

    long memoryMb = roomy.executorMemoryMb().orElseThrow()
        + roomy.executorMemoryOverheadMb().orElseThrow();
    ServerlessWorkers.Worker worker =
        ServerlessWorkers.smallest(roomy.executorCores().orElseThrow(), memoryMb);
    assertThat(worker.cores()).isEqualTo(roomy.executorCores().orElseThrow());
    assertThat(worker.memoryMb()).isGreaterThanOrEqualTo(memoryMb);
    assertThat(none.verdict()).isEqualTo(Verdict.INFEASIBLE);
    assertThat(none.bindingConstraint())
        .isEqualTo("no worker of EMR Serverless holds 31539 MiB for 1 core");
  }

  private static List<ApplicationRun> otherJobs(int jobs, double unlike) {
    List<ApplicationRun> others = new ArrayList<>();
    for (int j = 0; j < jobs; j++) {
      String name = "other-" + j;
      TestRuns.repeated(4, i -> TestRuns.etl().executors(4 + i % 2, 2).slower(1 + unlike * (i % 3)))
          .forEach(run -> others.add(run.toBuilder()
              .appId(name + "-" + run.appId())
              .name(name)
              .jobSignature(name)
              .build()));
    }
    return others;
  }

  private static Recommendation among(
      JobProfile.Builder profile, List<ApplicationRun> runs, List<ApplicationRun> others) {
    List<ApplicationRun> all = new ArrayList<>(runs);
    all.addAll(others);
    return RULES.recommend(new RecommendationRequest(
        profile.build(), runs, new FakeHistory(all), OptimizerSettings.DEFAULT));
  }

  private static double relativeWidth(Recommendation answer) {
    Interval time = answer.prediction().duration().orElseThrow();
    return (time.high() - time.low()) / time.expected();
  }

  @Test
  void recommend_tooFewOwnLeftOutRuns_askOtherJobsHowFarOffItMayBe() {
    JobProfile.Builder asItIs =
        job().lock("spark.executor.instances").lock("spark.executor.memory");
    List<ApplicationRun> one = SMALL.subList(0, 1);

    Recommendation alone = ask(asItIs, one);
    Recommendation calm = among(asItIs, one, otherJobs(12, 0));
    Recommendation restless = among(asItIs, one, otherJobs(12, 0.5));

    assertThat(alone.confidenceBasis()).isEqualTo(ConfidenceBasis.RULES);
    assertThat(alone.reasoning()).doesNotContain("as a prior");
    assertThat(calm.confidenceBasis()).isEqualTo(ConfidenceBasis.POOLED);
    assertThat(calm.reasoning())
        .contains("Interval and confidence rest on 0 left-out runs of this job and, as a prior,"
            + " on those of 12 other jobs.");
    assertThat(calm.confidence()).isGreaterThan(alone.confidence());
    assertThat(restless.confidence()).isLessThan(alone.confidence());
    assertThat(relativeWidth(calm)).isLessThan(relativeWidth(alone));
    assertThat(relativeWidth(restless)).isGreaterThan(relativeWidth(alone));
  }

  @Test
  void recommend_otherJobsRan_hasAnotherIdAndEqualAnswersForEqualHistory() {
    Recommendation alone = ask(job(), SMALL);
    Recommendation among = among(job(), SMALL, otherJobs(5, 0.1));

    assertThat(among).isEqualTo(among(job(), SMALL, otherJobs(5, 0.1)));
    assertThat(among.id()).isNotEqualTo(alone.id());
    assertThat(among.runs()).isEqualTo(alone.runs());
  }

  @Test
  void recommend_fourOwnRuns_keepTheirConfidenceAndShareTheInterval() {
    JobProfile.Builder asItIs =
        job().lock("spark.executor.instances").lock("spark.executor.memory");
    List<ApplicationRun> four = SMALL.subList(0, 4);

    Recommendation alone = ask(asItIs, four);
    Recommendation among = among(asItIs, four, otherJobs(12, 0));

    assertThat(among.confidenceBasis()).isEqualTo(ConfidenceBasis.OWN);
    assertThat(among.confidence()).isEqualTo(alone.confidence());
    assertThat(relativeWidth(among)).isLessThan(relativeWidth(alone));
    assertThat(among.reasoning())
        .contains(
            "The interval rests on 4 left-out runs of this job and, as a prior, on those of 12"
                + " other jobs.");
  }

  @Test
  void recommend_jobThatKnowsItself_readsNoOtherJob() {
    List<ApplicationRun> runs = TestRuns.repeated(20, i -> TestRuns.etl().executors(3 + i % 10, 2));
    RunHistory unreadable = new RunHistory() {
      @Override
      public List<RunSummary> summaries(RunQuery query) {
        throw new AssertionError("asked for summaries");
      }

      @Override
      public List<ApplicationRun> runs(RunQuery query) {
        throw new AssertionError("asked for runs");
      }

      @Override
      public long count(RunQuery query) {
        throw new AssertionError("asked for a count");
      }
    };

    Recommendation answer = RULES.recommend(
        new RecommendationRequest(job().build(), runs, unreadable, OptimizerSettings.DEFAULT));

    assertThat(answer.reasoning()).doesNotContain("as a prior");
  }
}
