package io.sparkoptimizer.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.HistoryStats;
import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Prediction;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.Repository.GivenRecommendation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FollowUpTest {
  private static final long DAY_MS = 86_400_000L;
  private static final Resources PROPOSED = Resources.builder()
      .numExecutors(8)
      .executorCores(2)
      .executorMemoryMb(4096)
      .dynamicAllocation(false)
      .build();
  private static final Resources TODAY = PROPOSED.toBuilder().numExecutors(4).build();

  private final List<ApplicationRun> runs = new ArrayList<>(List.of(day(0, 4).build()));
  private final List<GivenRecommendation> given = new ArrayList<>();

  /** One of the same job, asked for the executors it has. */
  private static TestRuns day(int day, int executors) {
    return TestRuns.etl()
        .appId("app-" + day)
        .startMs(TestRuns.START_MS + day * DAY_MS)
        .executors(executors, 2)
        .conf("spark.executor.instances", Integer.toString(executors));
  }

  private static double durationMs(ApplicationRun run) {
    return run.durationMs().orElseThrow();
  }

  /** Half a day after a day's run. */
  private void give(int day, double expectedMs, OptionalLong input, Resources current) {
    given.add(
        0,
        new GivenRecommendation(
            new Recommendation(
                "given " + day,
                Verdict.CHANGE,
                "rules",
                PROPOSED,
                new Prediction(
                    new Interval(0.9 * expectedMs, expectedMs, 1.1 * expectedMs),
                    null,
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    null),
                current,
                Prediction.UNKNOWN,
                0.75,
                Recommendation.ConfidenceBasis.RULES,
                Prices.DEFAULT,
                List.of("app-0"),
                input,
                Recommendation.InputBasis.LAST_RUN,
                null,
                "",
                List.of(),
                Map.of(),
                List.of()),
            TestRuns.START_MS + day * DAY_MS + DAY_MS / 2));
  }

  private void give(int day, double expectedMs) {
    give(day, expectedMs, OptionalLong.empty(), TODAY);
  }

  private HistoryStats.FollowUp followUp() {
    List<RunSummary> history =
        runs.stream().map(RunSummary::of).sorted(RunSummary.NEWEST_FIRST).toList();
    return FollowUp.of(
        given, history, id -> runs.stream().filter(run -> run.id().equals(id)).findFirst());
  }

  private static void assertCounts(
      HistoryStats.FollowUp seen, long followed, long notFollowed, long open, long otherInput) {
    assertThat(List.of(seen.followed(), seen.notFollowed(), seen.open(), seen.otherInput()))
        .as("followed, not followed, open, other input")
        .containsExactly(followed, notFollowed, open, otherInput);
  }

  @Test
  void followUp_nothingGiven_knowsNoFigure() {
    assertThat(followUp())
        .isEqualTo(new HistoryStats.FollowUp(
            0,
            0,
            0,
            0,
            0,
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalLong.empty()));
  }

  @Test
  void followUp_runWithTheProposed_isHeldAgainstIt() {
    ApplicationRun next = day(1, 8).build();
    runs.add(next);
    runs.add(day(2, 8).slower(9).build());
    give(0, 1.05 * durationMs(next));
    HistoryStats.FollowUp seen = followUp();
    assertCounts(seen, 1, 0, 0, 0);
    assertThat(seen.given()).isEqualTo(1);
    assertThat(seen.medianApe().orElseThrow()).isCloseTo(5, within(1e-6));
    assertThat(seen.withinInterval()).hasValue(1);
    assertThat(seen.within20Percent()).hasValue(1);
    assertThat(seen.meanConfidence()).hasValue(0.75);
    assertThat(seen.diedOfMemory()).hasValue(0);
  }

  @Test
  void followUp_farOff_isOutsideOfTheInterval() {
    ApplicationRun next = day(1, 8).build();
    runs.add(next);
    give(0, 1.5 * durationMs(next));
    HistoryStats.FollowUp seen = followUp();
    assertThat(seen.medianApe().orElseThrow()).isCloseTo(50, within(1e-6));
    assertThat(seen.withinInterval()).hasValue(0);
    assertThat(seen.within20Percent()).hasValue(0);
  }

  @Test
  void followUp_otherExecutorsCoresOrMemory_isNotFollowed() {
    runs.add(day(1, 4).build());
    runs.add(day(2, 8).executors(8, 4).build());
    runs.add(day(3, 8).heapMb(2048, 1000).build());
    runs.add(day(4, 8).conf("spark.dynamicAllocation.enabled", "true").build());
    give(0, 60_000);
    HistoryStats.FollowUp seen = followUp();
    assertCounts(seen, 0, 1, 0, 0);
    assertThat(seen.medianApe()).isEmpty();
    assertThat(seen.diedOfMemory()).isEmpty();
  }

  @Test
  void followUp_laterRunFollowsAfterOthers_isTheOneThatCounts() {
    ApplicationRun later = day(2, 8).build();
    runs.add(day(1, 4).build());
    runs.add(later);
    give(0, durationMs(later));
    assertCounts(followUp(), 1, 0, 0, 0);
    assertThat(followUp().medianApe()).hasValue(0);
  }

  @Test
  void followUp_onlyEarlierUnfinishedOrStreamingRuns_isOpen() {
    runs.add(day(2, 8).status(RunStatus.RUNNING).build());
    runs.add(day(3, 8).kind(ApplicationKind.STREAMING).build());
    runs.add(day(4, 8).status(RunStatus.FAILED).build());
    runs.add(day(5, 8).name("another").build());
    give(0, 60_000);
    assertCounts(followUp(), 0, 0, 1, 0);
  }

  @Test
  void followUp_nextRecommendation_takesTheRunsAfterIt() {
    ApplicationRun run = day(2, 8).build();
    runs.add(run);
    give(0, 9 * durationMs(run));
    give(1, durationMs(run));
    HistoryStats.FollowUp seen = followUp();
    assertCounts(seen, 1, 0, 1, 0);
    assertThat(seen.medianApe()).hasValue(0);
  }

  @Test
  void followUp_otherInput_countsApartAndNotInTheError() {
    ApplicationRun run = day(1, 8).build();
    runs.add(run);
    long read = run.inputBytes().orElseThrow();
    give(0, durationMs(run), OptionalLong.of(read / 2), TODAY);
    assertCounts(followUp(), 0, 0, 0, 1);
    assertThat(followUp().medianApe()).isEmpty();
    given.clear();
    give(0, durationMs(run), OptionalLong.of(Math.round(read / 1.1)), TODAY);
    assertCounts(followUp(), 1, 0, 0, 0);
  }

  @Test
  void followUp_diedForMemory_missesWithoutAnError() {
    ApplicationRun died = day(1, 8).status(RunStatus.FAILED).build().toBuilder()
        .memoryFailures(List.of(new MemoryFailure(
            MemoryFailure.Cause.HEAP,
            MemoryFailure.Certainty.CERTAIN,
            "1",
            OptionalInt.empty(),
            OptionalLong.empty(),
            "java.lang.OutOfMemoryError")))
        .build();
    runs.add(died);
    give(0, durationMs(died));
    HistoryStats.FollowUp seen = followUp();
    assertCounts(seen, 1, 0, 0, 0);
    assertThat(seen.diedOfMemory()).hasValue(1);
    assertThat(seen.within20Percent()).hasValue(0);
    assertThat(seen.medianApe()).isEmpty();
    assertThat(seen.withinInterval()).isEmpty();
  }

  @Test
  void followUp_dynamicAllocation_isJudgedByItsBounds() {
    Resources bounds = PROPOSED.toBuilder()
        .dynamicAllocation(true)
        .dynamicAllocationMin(1)
        .dynamicAllocationMax(8)
        .build();
    runs.add(bounded(1, "16"));
    give(0, 60_000);
    Recommendation fixed = given.get(0).recommendation();
    given.set(0, new GivenRecommendation(proposing(fixed, bounds), given.get(0).givenMs()));
    assertCounts(followUp(), 0, 1, 0, 0);
    runs.add(bounded(2, "8"));
    assertCounts(followUp(), 1, 0, 0, 0);
  }

  private static ApplicationRun bounded(int day, String most) {
    return day(day, 4)
        .conf("spark.dynamicAllocation.enabled", "true")
        .conf("spark.dynamicAllocation.minExecutors", "1")
        .conf("spark.dynamicAllocation.maxExecutors", most)
        .build();
  }

  private static Recommendation proposing(Recommendation r, Resources proposed) {
    return new Recommendation(
        r.id(),
        r.verdict(),
        r.method(),
        proposed,
        r.prediction(),
        r.current(),
        r.currentPrediction(),
        r.confidence(),
        r.confidenceBasis(),
        r.prices(),
        r.runs(),
        r.inputBytes(),
        r.inputBasis(),
        r.bindingConstraint(),
        r.reasoning(),
        r.evidence(),
        r.sparkConf(),
        r.alternatives());
  }

  @Test
  void followUp_jobWithoutRunsOfItsOwn_isGivenAndNoMore() {
    runs.add(day(1, 8).build());
    give(0, 60_000, OptionalLong.empty(), Resources.NONE);
    assertThat(followUp().given()).isEqualTo(1);
    assertCounts(followUp(), 0, 0, 0, 0);
  }
}
