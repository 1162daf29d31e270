package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.core.recommend.Setup;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.JobStatus;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class JobModelTest {
  private static final long GIB = 1L << 30;

  private static JobModel growing(double exponent) {
    return JobModel.of(TestRuns.repeated(
            6,
            i -> TestRuns.run()
                .scan((int) Math.round(40 * Math.pow(1.5, i * exponent)), 5_000, (long)
                    (10 * GIB * Math.pow(1.5, i)))))
        .orElseThrow();
  }

  @Test
  void growth_workThatGrowsSlowerThanInput_isFitted() {
    assertThat(growing(1).growth()).isCloseTo(1, within(0.05));
    assertThat(growing(0.5).growth()).isCloseTo(0.5, within(0.05));
    assertThat(growing(0.5).isGrowthFitted()).isTrue();
  }

  @Test
  void growth_oneSize_isTakenForProportional() {
    JobModel model = JobModel.of(TestRuns.repeated(4, i -> TestRuns.etl())).orElseThrow();

    assertThat(model.growth()).isEqualTo(1);
    assertThat(model.isGrowthFitted()).isFalse();
  }

  @Test
  void contention_tasksThatSlowEachOther_isFittedAndPredictedForOtherCores() {
    // Tasks beside three others take half as long again: 4^0.29.
    JobModel model = JobModel.of(TestRuns.repeated(
            6,
            i -> i % 2 == 0
                ? TestRuns.run().scan(120, 10_000, 20 * GIB).executors(8, 1)
                : TestRuns.run().scan(120, 15_000, 20 * GIB).executors(2, 4)))
        .orElseThrow();
    JobModel alike = JobModel.of(
            TestRuns.repeated(6, i -> TestRuns.run().scan(120, 10_000, 20 * GIB).executors(8, 1)))
        .orElseThrow();

    assertThat(model.contention()).isCloseTo(0.29, within(0.01));
    assertThat(alike.contention()).isZero();
    double two = model.forecast(Candidate.fixed(4, 2)).estimate().workMs();
    assertThat(two).isBetween(1.15 * 150_000, 1.3 * 150_000);
  }

  @Test
  void forecast_equalRuns_narrowsTheirInterval() {
    JobModel one = JobModel.of(TestRuns.repeated(1, i -> TestRuns.etl())).orElseThrow();
    JobModel ten = JobModel.of(TestRuns.repeated(10, i -> TestRuns.etl().slower(1 + 0.002 * i)))
        .orElseThrow();
    Candidate asBefore = one.newest().recorded();

    assertThat(ten.forecast(asBefore).spread().halfWidth())
        .isLessThan(0.5 * one.forecast(asBefore).spread().halfWidth());
    assertThat(ten.forecast(asBefore).spread().isOwn()).isTrue();
    assertThat(one.forecast(asBefore).spread().isOwn()).isFalse();
  }

  @Test
  void forecast_changedConfiguration_doesNotUseResidualsOfTheSame() {
    JobModel model = JobModel.of(TestRuns.repeated(10, i -> TestRuns.etl())).orElseThrow();

    Spread changed = model.forecast(Candidate.fixed(9, 2)).spread();

    assertThat(changed.leftOut()).isZero();
    assertThat(changed.isOwn()).isFalse();
  }

  @Test
  void forecast_runsThatVaryInExecutors_haveResidualsForChangedOnes() {
    JobModel model = JobModel.of(TestRuns.repeated(8, i -> TestRuns.etl().executors(2 + i, 2)))
        .orElseThrow();

    Spread changed = model.forecast(Candidate.fixed(20, 2)).spread();

    assertThat(changed.leftOut()).isEqualTo(8);
    assertThat(changed.isOwn()).isTrue();
  }

  @Test
  void forecast_executorsThatDoNotHelp_isLearnedFromRunsThatVaryInThem() {
    // However many executors there are, it takes as long: they are slowed down by just as much.
    JobModel model = JobModel.of(
            TestRuns.repeated(4, i -> TestRuns.etl().executors(2 << i, 2).slower(1 << i)))
        .orElseThrow();
    double had = model.newest().recordedStartupMs() + model.newest().recordedWorkMs();
    Candidate twice = Candidate.fixed(32, 2);

    JobModel.Forecast forecast = model.forecast(twice);

    double alone = model.newest().predict(twice).durationMs();
    assertThat(alone).isLessThan(0.7 * had);
    assertThat(forecast.estimate().durationMs()).isBetween(0.9 * had, 1.1 * had);
    assertThat(forecast.estimate().startupMs())
        .isEqualTo(model.newest().predict(twice).startupMs());
    assertThat(forecast.spread().around(forecast.estimate().durationMs()).low()).isLessThan(had);
    assertThat(model.forecast(model.newest(), twice).estimate()).isEqualTo(forecast.estimate());
    // It ran at that size itself: nothing to correct.
    Candidate asBefore = model.newest().recorded();
    assertThat(model.forecast(model.newest(), asBefore).estimate())
        .isEqualTo(model.newest().predict(asBefore));
  }

  @Test
  void forecast_runOfAnotherHeap_isAChangedQuestion() {
    List<ApplicationRun> runs = TestRuns.repeated(
        6,
        i -> TestRuns.etl()
            .conf("spark.executor.memory", i < 3 ? "2g" : "8g")
            .slower(i < 3 ? 2 : 1));
    JobModel model = JobModel.of(runs).orElseThrow();

    // Asked with the heap of the newest run, which the slow ones did not have.
    JobModel.Forecast forecast = model.forecast(model.newest().recorded());

    assertThat(forecast.runs())
        .hasSize(3)
        .allSatisfy(
            run -> assertThat(run.configuration()).containsEntry("spark.executor.memory", "8g"));
    assertThat(forecast.spread().leftOut()).isEqualTo(6);
    assertThat(forecast.spread().hits()).isEqualTo(6);
    // Of another count two configurations were left out, not six runs.
    assertThat(model.forecast(Candidate.fixed(9, 2)).spread().leftOut()).isEqualTo(2);
  }

  @Test
  void forecast_kindOfChangeThatNoRunShows_isNoSurerThanAssumed() {
    // It has run with many partition counts, always as predicted, and on one count of executors.
    JobModel model = JobModel.of(TestRuns.repeated(
            6, i -> TestRuns.etl().conf("spark.sql.shuffle.partitions", "" + (50 << i))))
        .orElseThrow();
    Candidate had = model.newest().recorded();

    Spread executors = model.forecast(Candidate.fixed(2 * had.executors(), 2)).spread();
    Spread partitions =
        model.forecast(had.withShufflePartitions(OptionalInt.of(250))).spread();

    assertThat(executors.isOwn()).isFalse();
    assertThat(executors.sigma()).isGreaterThanOrEqualTo(executors.prior() * (1 - 1e-12));
    assertThat(partitions.leftOut()).isEqualTo(6);
    assertThat(partitions.isOwn()).isTrue();
  }

  @Test
  void forecast_oneConfigurationBesideMany_isNoEvidenceOfItsOwn() {
    JobModel model = JobModel.of(TestRuns.repeated(12, i -> TestRuns.etl().executors(4 + i % 2, 2)))
        .orElseThrow();

    Spread changed = model.forecast(Candidate.fixed(6, 2)).spread();

    assertThat(changed.leftOut()).isEqualTo(2);
    assertThat(changed.isOwn()).isFalse();
  }

  @Test
  void forecast_moreInputThanAnyRunHad_isMarked() {
    JobModel model = growing(1);
    Candidate asBefore = model.newest().recorded();

    assertThat(model.forecast(asBefore.withInputScale(4)).extrapolated()).isTrue();
    assertThat(model.forecast(asBefore.withInputScale(0.5)).extrapolated()).isFalse();
  }

  @Test
  void of_failedRunsBesideWholeOnes_leavesThemOut() {
    List<ApplicationRun> runs = TestRuns.repeated(
        4, i -> TestRuns.etl().status(i == 3 ? RunStatus.FAILED : RunStatus.SUCCEEDED));

    JobModel model = JobModel.of(runs).orElseThrow();

    assertThat(model.runs()).hasSize(3);
    assertThat(model.newestRun().appId()).isEqualTo("app-2");
  }

  @Test
  void forecast_restlessJob_isNoSurerOfAChangedConfiguration() {
    JobModel calm = JobModel.of(TestRuns.repeated(2, i -> TestRuns.etl())).orElseThrow();
    JobModel restless =
        JobModel.of(TestRuns.repeated(2, i -> TestRuns.etl().slower(1 + i))).orElseThrow();

    assertThat(restless.forecast(Candidate.fixed(9, 2)).spread().sigma())
        .isGreaterThan(2 * calm.forecast(Candidate.fixed(9, 2)).spread().sigma());
  }

  private static TestRuns dynamic(String max) {
    return TestRuns.etl()
        .executors(13, 2)
        .conf("spark.dynamicAllocation.enabled", "true")
        .conf("spark.dynamicAllocation.maxExecutors", max);
  }

  @Test
  void forecast_dynamicRunsOwnBounds_reproducesIt() {
    for (String max : List.of("40", "2147483647", "13")) {
      List<ApplicationRun> runs = TestRuns.repeated(12, i -> dynamic(max));
      JobModel model = JobModel.of(runs).orElseThrow();

      JobModel.Forecast own = model.forecast(Setup.of(runs.get(0)).candidate(1));

      double actual = (double) runs.get(0).durationMs().orElseThrow();
      assertThat(own.estimate().durationMs()).as(max).isCloseTo(actual, withinPercentage(5));
      assertThat(own.estimate().peakExecutors()).as(max).isEqualTo(13);
      assertThat(own.spread().isOwn()).as(max).isTrue();
      assertThat(own.spread().leftOut()).as(max).isEqualTo(12);
      assertThat(own.spread().around(own.estimate().durationMs()).low())
          .isLessThanOrEqualTo(actual);
      assertThat(own.spread().around(own.estimate().durationMs()).high())
          .isGreaterThanOrEqualTo(actual);
    }
  }

  @Test
  void forecast_dynamicRunsOfDifferentPeaks_areStillTheSameConfiguration() {
    List<ApplicationRun> runs = TestRuns.repeated(12, i -> dynamic("40").executors(12 + i % 3, 2));
    JobModel model = JobModel.of(runs).orElseThrow();

    assertThat(model.forecast(Setup.of(runs.get(0)).candidate(1)).spread().leftOut())
        .isEqualTo(12);
  }

  @Test
  void forecast_boundThatBit_growsWithTheMaximum() {
    JobModel model = JobModel.of(TestRuns.repeated(3, i -> dynamic("13"))).orElseThrow();
    Candidate more = new Candidate(Integer.MAX_VALUE, OptionalInt.of(0), 2, OptionalInt.empty(), 1);

    // 200 tasks on two slots each.
    assertThat(model.forecast(more).estimate().peakExecutors()).isBetween(14, 100);
  }

  @Test
  void forecast_inputThatNoRunHad_isNotTheSameQuestion() {
    JobModel model = JobModel.of(TestRuns.repeated(12, i -> TestRuns.etl())).orElseThrow();
    Candidate asBefore = model.newest().recorded();

    JobModel.Forecast own = model.forecast(asBefore.withInputScale(1.2));
    JobModel.Forecast far = model.forecast(asBefore.withInputScale(100));

    assertThat(own.spread().isOwn()).isTrue();
    assertThat(far.spread().isOwn()).isFalse();
    assertThat(far.spread().leftOut()).isZero();
    assertThat(far.spread().withinTwentyPercent()).isLessThan(0.4);
    assertThat(far.spread().halfWidth()).isGreaterThan(0.5);
    assertThat(far.extrapolated()).isTrue();
    assertThat(model.forecast(asBefore.withInputScale(0.01)).extrapolated()).isTrue();
  }

  @Test
  void forecast_countFarFromAllSeen_isNotOwn() {
    JobModel model = JobModel.of(TestRuns.repeated(
            12, i -> TestRuns.etl().executors(4 << i % 3, 2)))
        .orElseThrow();

    Spread near = model.forecast(Candidate.fixed(20, 2)).spread();
    Spread far = model.forecast(Candidate.fixed(1_000, 2)).spread();

    assertThat(near.isOwn()).isTrue();
    assertThat(far.isOwn()).isFalse();
    assertThat(far.withinTwentyPercent()).isLessThan(near.withinTwentyPercent());
  }

  @Test
  void of_onlyFailedRuns_saysThatNoneIsWhole() {
    List<ApplicationRun> failed =
        TestRuns.repeated(2, i -> TestRuns.etl().status(RunStatus.FAILED));

    assertThat(JobModel.of(failed).orElseThrow().hasWholeRun()).isFalse();
    assertThat(growing(1).hasWholeRun()).isTrue();
  }

  @Test
  void isWhole_lastJobFailedThoughTheExitCodeIsZero_isNot() {
    ApplicationRun run = TestRuns.etl().build();
    List<SparkJob> jobs = new ArrayList<>(run.jobs());
    SparkJob last = jobs.remove(jobs.size() - 1);
    jobs.add(new SparkJob(
        last.jobId(),
        JobStatus.FAILED,
        last.submissionTimeMs(),
        last.completionTimeMs(),
        last.stageIds(),
        last.sqlExecutionId()));

    assertThat(JobModel.isWhole(run)).isTrue();
    assertThat(JobModel.isWhole(run.toBuilder().jobs(jobs).build())).isFalse();
  }

  /** Tasks whose time is all deserialisation: a warm slot needs none. */
  private static ApplicationRun allDeserialisation(ApplicationRun run) {
    return run.toBuilder()
        .stages(run.stages().stream()
            .map(stage -> StageAttempt.builder(stage.stageId(), stage.attemptId())
                .name(stage.name())
                .status(stage.status())
                .parentIds(stage.parentIds())
                .submissionTimeMs(stage.submissionTimeMs())
                .firstTaskLaunchedTimeMs(stage.firstTaskLaunchedTimeMs())
                .completionTimeMs(stage.completionTimeMs())
                .numTasks(stage.numTasks())
                .numCompleteTasks(stage.numCompleteTasks())
                .slotTimeMs(stage.slotTimeMs())
                .resourceProfileId(stage.resourceProfileId())
                .metrics(Measures.builder(TaskMetric.class)
                    .set(TaskMetric.INPUT_BYTES, stage.metrics().orZero(TaskMetric.INPUT_BYTES))
                    .set(TaskMetric.EXECUTOR_DESERIALIZE_TIME_MS, stage.slotTimeMs())
                    .build())
                .distributions(stage.distributions())
                .build())
            .toList())
        .build();
  }

  @Test
  void of_tasksThatAreAllDeserialisation_stillAnswers() {
    List<ApplicationRun> runs =
        TestRuns.repeated(4, i -> TestRuns.run().stage(new long[] {5, 5, 5, 5}, GIB << i, 0))
            .stream()
            .map(JobModelTest::allDeserialisation)
            .toList();

    JobModel model = JobModel.of(runs).orElseThrow();

    assertThat(model.newest().taskMs()).isZero();
    assertThat(model.growth()).isEqualTo(1);
    assertThat(
            model.forecast(Candidate.fixed(4, 2).withInputScale(3)).estimate().durationMs())
        .isPositive()
        .isFinite();
  }

  @Test
  @Timeout(60)
  void of_twentyRunsOfTwoThousandStages_takesSeconds() {
    TestRuns wide = TestRuns.run();
    for (int s = 0; s < 2_000; s++) {
      wide.scan(200, 100, s == 0 ? GIB : 0);
    }
    ApplicationRun one = wide.build();
    List<ApplicationRun> runs = IntStream.range(0, 20)
        .mapToObj(i -> one.toBuilder().appId("app-" + i).build())
        .toList();

    JobModel model = JobModel.of(runs).orElseThrow();

    assertThat(model.forecast(model.newest().recorded()).spread().leftOut()).isEqualTo(20);
  }
}
