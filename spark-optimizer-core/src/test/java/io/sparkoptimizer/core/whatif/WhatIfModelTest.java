package io.sparkoptimizer.core.whatif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.sparkoptimizer.Prices;
import io.sparkoptimizer.WhatIf;
import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.core.schedule.OtherJobs;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.DataQuality;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WhatIfModelTest {
  private static final ApplicationRun RUN = TestRuns.etl().build();

  private static WhatIf answer(ApplicationRun run, WhatIf.Query query) {
    return WhatIfModel.answer(run, query, List.of(), () -> OtherJobs.NONE, Prices.DEFAULT);
  }

  private static WhatIf.Query memory(long... heapsMb) {
    return new WhatIf.Query(
        List.of(),
        Optional.empty(),
        List.of(),
        Arrays.stream(heapsMb).boxed().toList(),
        List.of(),
        1);
  }

  @Test
  void answer_executors_fillsEveryFigure() {
    WhatIf answer = answer(RUN, WhatIf.Query.ofExecutors(2, 4, 8));

    assertThat(answer.appId()).isEqualTo("app-1");
    assertThat(answer.baseline().executors()).hasValue(4);
    assertThat(answer.baseline().durationMs()).isEqualTo(RUN.durationMs());
    assertThat(answer.baseline().startupMs()).hasValue(5_000);
    assertThat(answer.baseline().driverMs()).hasValue(30_000);
    assertThat(answer.points()).hasSize(3).allSatisfy(point -> {
      assertThat(point.refused()).isNull();
      assertThat(point.durationMs()).isNotNull();
      assertThat(point.startupMs().orElseThrow() + point.workMs().orElseThrow())
          .isCloseTo(Math.round(point.durationMs().expected()), within(1L));
      assertThat(point.utilization().orElseThrow()).isBetween(0.0, 1.0);
      assertThat(point.cost().orElseThrow()).isPositive();
      assertThat(point.executorCoreMs().orElseThrow()).isPositive();
    });
    assertThat(answer.points().get(0).workMs().orElseThrow())
        .isGreaterThan(answer.points().get(2).workMs().orElseThrow());
    assertThat(answer.points().get(1).durationMs().expected())
        .isCloseTo((double) RUN.durationMs().orElseThrow(), within(15_000.0));
  }

  @Test
  void answer_lists_areCrossedInTheOrderAsked() {
    WhatIf answer = answer(
        RUN,
        new WhatIf.Query(
            List.of(8, 2), Optional.empty(), List.of(1, 4), List.of(), List.of(50, 400), 2));

    assertThat(answer.points())
        .extracting(point -> point.resources().numExecutors().orElseThrow() + "x"
            + point.resources().executorCores().orElseThrow() + "p"
            + point.resources().shufflePartitions().orElseThrow())
        .containsExactly(
            "8x1p50", "8x1p400", "8x4p50", "8x4p400", "2x1p50", "2x1p400", "2x4p50", "2x4p400");
  }

  @Test
  void answer_fartherFromTheRun_isLessSure() {
    List<WhatIf.Point> points = answer(RUN, WhatIf.Query.ofExecutors(4, 8, 64)).points();

    assertThat(width(points.get(0))).isLessThan(width(points.get(1)));
    assertThat(width(points.get(1))).isLessThan(width(points.get(2)));
  }

  private static double width(WhatIf.Point point) {
    return point.durationMs().high() / point.durationMs().low();
  }

  @Test
  void answer_runsOfTheJobAtOtherSizes_narrowTheInterval() {
    List<ApplicationRun> others = TestRuns.repeated(10, i -> TestRuns.etl().executors(1 + i, 2));

    WhatIf alone = answer(RUN, WhatIf.Query.ofExecutors(12));
    WhatIf informed = WhatIfModel.answer(
        RUN, WhatIf.Query.ofExecutors(12), others, () -> OtherJobs.NONE, Prices.DEFAULT);

    assertThat(width(informed.points().get(0))).isLessThan(width(alone.points().get(0)));
  }

  @Test
  void answer_dynamicBounds_growWithTheWork() {
    WhatIf answer = answer(
        RUN,
        new WhatIf.Query(
            List.of(), Optional.of(new WhatIf.Bounds(1, 16)), List.of(), List.of(), List.of(), 1));

    WhatIf.Point point = answer.points().get(0);
    assertThat(point.resources().dynamicAllocation()).contains(true);
    assertThat(point.resources().dynamicAllocationMin()).isEqualTo(OptionalInt.of(1));
    assertThat(point.resources().dynamicAllocationMax()).isEqualTo(OptionalInt.of(16));
    assertThat(point.durationMs()).isNotNull();
  }

  @Test
  void answer_heapThatDied_isRefusedWithTheRun() {
    ApplicationRun died = TestRuns.etl()
        .appId("app-died")
        .heapMb(2_048, 2_000)
        .died(Cause.HEAP, Certainty.CERTAIN)
        .build();

    WhatIf answer = WhatIfModel.answer(
        RUN, memory(1_024, 2_048, 3_072), List.of(died), () -> OtherJobs.NONE, Prices.DEFAULT);

    assertThat(answer.points().get(0).refused())
        .isEqualTo("a run with 2048 MiB of heap for 2 cores ran out of memory (app-died)");
    assertThat(answer.points().get(0).durationMs()).isNull();
    assertThat(answer.points().get(1).refused()).isNotNull();
    assertThat(answer.points().get(2).refused()).isNull();
  }

  @Test
  void answer_otherHeap_isLessSureAndCostsOtherwise() {
    List<WhatIf.Point> points = answer(RUN, memory(4_096, 16_384)).points();

    assertThat(width(points.get(1))).isGreaterThan(width(points.get(0)));
    assertThat(points.get(1).cost().orElseThrow())
        .isGreaterThan(points.get(0).cost().orElseThrow());
  }

  @Test
  void answer_streamingOrEmptyRun_isRefusedWithTheReason() {
    WhatIf streaming =
        answer(TestRuns.etl().kind(ApplicationKind.STREAMING).build(), WhatIf.Query.ofExecutors(2));
    WhatIf empty = answer(RUN.toBuilder().stages(List.of()).build(), WhatIf.Query.ofExecutors(2));

    assertThat(streaming.points().get(0).refused()).contains("no batch run but streaming");
    assertThat(empty.points().get(0).refused()).isEqualTo("no stage of it ran");
  }

  @Test
  void answer_tooManyPoints_isRefused() {
    WhatIf.Query query = new WhatIf.Query(
        Collections.nCopies(1_000, 2),
        Optional.empty(),
        Collections.nCopies(1_000, 2),
        List.of(),
        List.of(),
        1);

    assertThatThrownBy(() -> answer(RUN, query))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the question has 1000000 points; at most 100000 are answered at once");
  }

  private static ApplicationRun with(QualityIssue issue) {
    return RUN.toBuilder()
        .quality(new DataQuality(false, Set.of(issue), 10, 0, 10, 0))
        .status(RunStatus.UNKNOWN)
        .build();
  }

  private static ApplicationRun endedWith(RunStatus status, StageStatus lastStage) {
    List<StageAttempt> stages = new ArrayList<>(RUN.stages());
    StageAttempt last = stages.remove(stages.size() - 1);
    stages.add(StageAttempt.builder(last.stageId(), last.attemptId())
        .name(last.name())
        .status(lastStage)
        .parentIds(last.parentIds())
        .submissionTimeMs(last.submissionTimeMs())
        .firstTaskLaunchedTimeMs(last.firstTaskLaunchedTimeMs())
        .completionTimeMs(last.completionTimeMs())
        .numTasks(last.numTasks())
        .numCompleteTasks(last.numCompleteTasks())
        .slotTimeMs(last.slotTimeMs())
        .resourceProfileId(last.resourceProfileId())
        .metrics(last.metrics())
        .distributions(last.distributions())
        .build());
    return RUN.toBuilder().status(status).stages(stages).build();
  }

  private static @Nullable String refusal(ApplicationRun run) {
    return answer(run, WhatIf.Query.ofExecutors(8)).points().get(0).refused();
  }

  @Test
  void answer_cutLogOrUnfinishedRun_isRefusedAsALowerBound() {
    assertThat(refusal(with(QualityIssue.TRUNCATED)))
        .isEqualTo("the log is cut: it tells only a lower bound");
    assertThat(refusal(with(QualityIssue.COMPACTED)))
        .isEqualTo("the log is cut: it tells only a lower bound");
    assertThat(refusal(with(QualityIssue.IN_PROGRESS)))
        .isEqualTo("the run was still going on: its log tells only a lower bound");
    assertThat(refusal(endedWith(RunStatus.FAILED, StageStatus.FAILED)))
        .isEqualTo("the run ended with a stage that did not complete: it tells only a lower bound");
    assertThat(refusal(endedWith(RunStatus.UNKNOWN, StageStatus.ACTIVE)))
        .isEqualTo("the run ended with a stage that did not complete: it tells only a lower bound");
  }

  @Test
  void answer_failedOrUnknownRunWhoseStagesAllCompleted_isAnswered() {
    assertThat(refusal(endedWith(RunStatus.FAILED, StageStatus.COMPLETE))).isNull();
    assertThat(refusal(endedWith(RunStatus.UNKNOWN, StageStatus.COMPLETE))).isNull();
    assertThat(refusal(with(QualityIssue.NO_APP_END))).isNull();
  }

  @Test
  void answer_moreTasksInAHeapThatDied_isRefused() {
    ApplicationRun died =
        TestRuns.etl().executors(4, 4).died(Cause.HEAP, Certainty.CERTAIN).build();
    WhatIf.Query cores =
        new WhatIf.Query(List.of(), Optional.empty(), List.of(8, 2), List.of(), List.of(), 1);

    List<WhatIf.Point> points = answer(died, cores).points();

    assertThat(points.get(0).refused())
        .isEqualTo("a run with 4096 MiB of heap for 4 cores ran out of memory (app-1)");
    assertThat(points.get(1).refused()).isNull();
  }

  @Test
  void answer_noLimitOfExecutors_isAnsweredForWhatCouldBeUsed() {
    ApplicationRun run = TestRuns.etl()
        .conf("spark.dynamicAllocation.enabled", "true")
        .conf("spark.dynamicAllocation.maxExecutors", "2147483647")
        .build();
    WhatIf.Query asBefore =
        new WhatIf.Query(List.of(), Optional.empty(), List.of(), List.of(), List.of(), 1);
    WhatIf.Query unlimited = new WhatIf.Query(
        List.of(),
        Optional.of(new WhatIf.Bounds(0, Integer.MAX_VALUE)),
        List.of(),
        List.of(),
        List.of(),
        1);

    double actual = (double) run.durationMs().orElseThrow();
    assertThat(answer(run, asBefore).points().get(0).durationMs().expected())
        .isCloseTo(actual, withinPercentage(5));
    assertThat(answer(run, unlimited).points().get(0).durationMs().expected())
        .isCloseTo(actual, withinPercentage(5));
    assertThat(answer(RUN, unlimited).points().get(0).durationMs().expected())
        .isLessThan((double) RUN.durationMs().orElseThrow());
  }

  private static WhatIf.Query cores(Integer... cores) {
    return new WhatIf.Query(List.of(), Optional.empty(), List.of(cores), List.of(), List.of(), 1);
  }

  private static WhatIf.Query partitions(Integer... partitions) {
    return new WhatIf.Query(
        List.of(), Optional.empty(), List.of(), List.of(), List.of(partitions), 1);
  }

  private static WhatIf.Query input(double scale) {
    return new WhatIf.Query(List.of(), Optional.empty(), List.of(), List.of(), List.of(), scale);
  }

  @Test
  void answer_heapOutOfReach_isRefusedWithTheReason() {
    List<WhatIf.Point> points =
        answer(RUN, memory(449, 450, 4_096 * 8, 4_096 * 9)).points();

    assertThat(points.get(0).refused())
        .isEqualTo("Spark starts no executor with less than 450 MiB of heap");
    assertThat(points.get(1).refused())
        .isEqualTo(
            "225 MiB of heap for each task are a factor of 9 from what any run of the job had; beyond 8 no run"
                + " tells what that does to garbage collection and spill");
    assertThat(points.get(2).refused()).isNull();
    assertThat(points.get(3).refused()).contains("a factor of 9 from what any run of the job had");

    ApplicationRun larger = TestRuns.etl().appId("app-2").heapMb(16_384, 9_000).build();
    assertThat(WhatIfModel.answer(
                RUN, memory(4_096 * 9), List.of(larger), () -> OtherJobs.NONE, Prices.DEFAULT)
            .points()
            .get(0)
            .refused())
        .as("another run of the job is near enough")
        .isNull();
  }

  @Test
  void answer_moreSlotsThanAreSimulated_isRefusedAndNotAnsweredForFewer() {
    List<WhatIf.Point> points = answer(
            RUN,
            new WhatIf.Query(
                List.of(10_000), Optional.empty(), List.of(21), List.of(), List.of(), 1))
        .points();

    assertThat(points.get(0).refused())
        .isEqualTo("more than 200000 tasks at a time are beyond what is simulated");
  }

  @Test
  void answer_tasksThatDoNotMakeUpTheRun_isRefusedWithTheReason() {
    ApplicationRun shorter = RUN.toBuilder()
        .endTimeMs(OptionalLong.of(RUN.startTimeMs().orElseThrow() + 8_000))
        .build();

    assertThat(refusal(shorter))
        .startsWith(
            "the log's times contradict one another: from its tasks the run would have taken ")
        .endsWith(" ms, and it took 8000 ms");
  }

  @Test
  void answer_moreExecutorsThanADriverServes_isRefusedWithTheReason() {
    List<WhatIf.Point> points = answer(
            RUN,
            new WhatIf.Query(
                List.of(10_000, 10_001), Optional.empty(), List.of(), List.of(), List.of(), 1))
        .points();

    assertThat(points.get(0).refused()).isNull();
    assertThat(points.get(1).refused())
        .isEqualTo("more than 10000 executors are beyond what one Spark driver was seen to serve");
  }

  @Test
  void answer_heapNotInTheLog_isRefusedForOthersOnly() {
    ApplicationRun bare = RUN.toBuilder().configuration(Map.of()).build();

    assertThat(refusal(bare)).isNull();
    assertThat(answer(bare, memory(8_192)).points().get(0).refused())
        .isEqualTo("the log does not tell the run's heap, with which another would be compared");
  }

  @Test
  void answer_coresOutOfReach_areRefusedWithTheReason() {
    ApplicationRun twoEach =
        TestRuns.etl().executors(4, 4).conf("spark.task.cpus", "2").build();
    List<WhatIf.Point> points = answer(twoEach, cores(1, 2, 32, 36)).points();

    assertThat(points.get(0).refused())
        .isEqualTo("Spark starts no executor with fewer cores than spark.task.cpus, which is 2");
    assertThat(points.get(1).refused()).isNull();
    assertThat(points.get(2).refused()).isNull();
    assertThat(points.get(3).refused())
        .isEqualTo(
            "36 cores are a factor of 9 from what any run of the job had; beyond 8 no run tells"
                + " how much tasks in one JVM slow each other down");
  }

  @Test
  void answer_partitionsThatNoStageHas_areRefused() {
    ApplicationRun scan = TestRuns.run().scan(40, 1_000, 1L << 30).build();
    List<WhatIf.Point> points = answer(scan, partitions(200, 400)).points();

    assertThat(points.get(0).refused()).as("as it was").isNull();
    assertThat(points.get(1).refused())
        .isEqualTo("no stage of the run had its number of tasks from spark.sql.shuffle.partitions");
    assertThat(answer(RUN, partitions(400)).points().get(0).refused()).isNull();
  }

  @Test
  void answer_inputBeyondRecommendsLimit_isRefused() {
    assertThat(answer(RUN, input(100)).points().get(0).refused()).isNull();
    assertThat(answer(RUN, input(101)).points().get(0).refused())
        .startsWith(
            "the input asked about is 101 times the run's; beyond 100 times nothing is said");
    assertThat(answer(RUN, input(1e300)).points().get(0).durationMs()).isNull();
  }

  @Test
  void answer_jobWhoseWorkHardlyGrows_growsAsItDid() {
    // Four times the input, twice the work: an exponent of one half.
    List<ApplicationRun> runs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      double scale = Math.pow(4, i);
      runs.add(TestRuns.run()
          .appId("app-grown-" + i)
          .scan(200, Math.round(10_000 * Math.sqrt(scale)), Math.round((1L << 30) * scale))
          .build());
    }
    ApplicationRun first = runs.get(0);
    WhatIf alone = answer(first, input(16));
    WhatIf known = WhatIfModel.answer(first, input(16), runs, () -> OtherJobs.NONE, Prices.DEFAULT);

    double before = (double) first.durationMs().orElseThrow();
    assertThat(known.points().get(0).durationMs().expected() / before)
        .isCloseTo(4, withinPercentage(15));
    assertThat(alone.points().get(0).durationMs().expected() / before)
        .isCloseTo(16, withinPercentage(15));
  }

  @Test
  void query_valuesThatAreNone_areRefused() {
    assertThatThrownBy(() -> WhatIf.Query.ofExecutors(4, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("executors must be 1 or more, was 0");
    assertThatThrownBy(() -> memory(-1)).hasMessage("executorMemoryMb must be 1 or more, was -1");
    assertThatThrownBy(() -> cores(0)).hasMessage("executorCores must be 1 or more, was 0");
    assertThatThrownBy(() -> partitions(0))
        .hasMessage("shufflePartitions must be 1 or more, was 0");
    assertThatThrownBy(() -> input(Double.NaN))
        .hasMessage("inputScale must be more than 0 and finite, was NaN");
    assertThatThrownBy(() -> new WhatIf.Bounds(0, 0))
        .hasMessage("bounds satisfy 0 <= min <= max and max >= 1, were 0:0");
    assertThatThrownBy(() -> new WhatIf.Bounds(3, 2)).hasMessageEndingWith("were 3:2");
  }

  @Test
  void answer_runsTooFew_asksOtherJobsOnce() {
    int[] asked = {0};
    WhatIfModel.answer(
        RUN,
        WhatIf.Query.ofExecutors(2, 8),
        List.of(),
        () -> {
          asked[0]++;
          return OtherJobs.NONE;
        },
        Prices.DEFAULT);

    assertThat(asked[0]).isEqualTo(1);
  }

  @Test
  void answer_countsPastTheWidestStage_haveAKneeBeforeIt() {
    WhatIf answer = answer(RUN, WhatIf.Query.ofExecutors(1, 2, 4, 8, 16, 32, 64, 128, 256));

    int knee = answer.knee().orElseThrow();
    assertThat(knee).isBetween(8, 128);
    double least = answer.points().stream()
        .mapToDouble(point -> point.durationMs().expected() * point.cost().orElseThrow())
        .min()
        .orElseThrow();
    WhatIf.Point at = answer.points().stream()
        .filter(point -> point.resources().numExecutors().orElseThrow() == knee)
        .findFirst()
        .orElseThrow();
    assertThat(at.durationMs().expected() * at.cost().orElseThrow()).isEqualTo(least);
    assertThat(answer(RUN, WhatIf.Query.ofExecutors(256, 128, 64, 32, 16, 8, 4, 2, 1))
            .knee())
        .as("whatever the order")
        .hasValue(knee);
    assertThat(answer(RUN, WhatIf.Query.ofExecutors(1, knee, 256, 2_000)).knee())
        .as("whatever the range")
        .hasValue(knee);
  }

  @Test
  void withExecutorsAround_goesFromAnEighthPastTheWidestStage() {
    WhatIf.Query around = input(1).withExecutorsAround(RUN);

    // Four executors of two cores, 200 tasks: the hundredth executor holds the last of them.
    assertThat(around.executors())
        .isSorted()
        .doesNotHaveDuplicates()
        .containsExactly(1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128);
    assertThat(answer(RUN, around).knee()).isPresent();
    assertThat(around.withExecutorsAround(RUN)).isSameAs(around);
  }

  @Test
  void withExecutorsAround_extremeRuns_staysSmall() {
    ApplicationRun narrow =
        TestRuns.run().executors(50, 4).scan(2, 1_000, 1L << 30).build();
    ApplicationRun wide =
        TestRuns.run().executors(1, 1).scan(20_000, 100, 1L << 30).build();

    assertThat(input(1).withExecutorsAround(narrow).executors()).startsWith(1).endsWith(50);
    assertThat(input(1).withExecutorsAround(wide).executors()).startsWith(1).endsWith(64);
    assertThat(input(1)
            .withExecutorsAround(RUN.toBuilder().executors(List.of()).build())
            .executors())
        .startsWith(1)
        .hasSizeLessThan(30);
  }
}
