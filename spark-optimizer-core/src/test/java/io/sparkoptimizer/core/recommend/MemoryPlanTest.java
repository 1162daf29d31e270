package io.sparkoptimizer.core.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import io.sparkoptimizer.spark.RunStatus;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  private static MemoryPlan plan(List<ApplicationRun> runs) {
    return plan(runs, 1);
  }

  private static MemoryPlan plan(List<ApplicationRun> runs, double inputRatio, String... locked) {
    return MemoryPlan.of(Setup.of(runs.get(0)), runs, inputRatio, Set.of(locked));
  }

  private static String effect(MemoryPlan plan, String property) {
    return plan.evidence().stream()
        .filter(one -> one.property().equals(property))
        .findFirst()
        .orElseThrow()
        .effect();
  }

  @Test
  void heap_farAboveItsPeak_goesDownOneGuardedStepAtATime() {
    long heap = 16_384;
    int steps = 0;
    while (true) {
      long given = heap;
      long next = plan(TestRuns.repeated(5, i -> TestRuns.etl().heapMb(given, 2_000)))
          .setup()
          .heapMb();
      assertThat(next).isGreaterThanOrEqualTo((long) (given * 0.7)).isLessThanOrEqualTo(given);
      if (next == given) {
        break;
      }
      heap = next;
      steps++;
    }
    assertThat(steps).isBetween(3, 10);
    assertThat(heap).isBetween(2_300L, 3_100L);
  }

  @Test
  void heap_fewRuns_keepsALargerMargin() {
    long one = plan(TestRuns.repeated(1, i -> TestRuns.etl().heapMb(4_096, 2_600)))
        .setup()
        .heapMb();
    long many = plan(TestRuns.repeated(16, i -> TestRuns.etl().heapMb(4_096, 2_600)))
        .setup()
        .heapMb();

    assertThat(many).isLessThan(one);
    assertThat(many).isGreaterThan(2_600);
  }

  @Test
  void heap_noSample_isKeptAndSaysHowToGetOne() {
    MemoryPlan plan = plan(TestRuns.repeated(3, i -> TestRuns.etl().heapMb(16_384, 0)));

    assertThat(plan.setup().heapMb()).isEqualTo(16_384);
    assertThat(effect(plan, "spark.executor.memory"))
        .contains("spark.eventLog.logStageExecutorMetrics");
  }

  @Test
  void heap_goingDown_neverReachesASizeThatDied() {
    List<ApplicationRun> runs = TestRuns.repeated(
        6,
        i -> i == 0
            ? TestRuns.etl()
                .heapMb(6_000, 3_000)
                .died(Cause.HEAP, Certainty.CERTAIN)
                .status(RunStatus.FAILED)
            : TestRuns.etl().heapMb(8_192, 2_000));

    MemoryPlan plan = plan(runs);

    assertThat(plan.setup().heapMb()).isGreaterThan(6_000).isLessThan(8_192);
    assertThat(plan.urgent()).isFalse();
  }

  @Test
  void heap_diedWithOneCore_getsHalfAsMuchAgain() {
    MemoryPlan plan = plan(List.of(
        TestRuns.etl().executors(4, 1).died(Cause.HEAP, Certainty.PROBABLE).build()));

    assertThat(plan.setup().heapMb()).isEqualTo(6_144);
    assertThat(plan.setup().overheadMb())
        .isEqualTo(Setup.of(TestRuns.etl().build()).overheadMb());
    assertThat(plan.urgent()).isTrue();
  }

  @Test
  void heap_diedAfterTasksWereHalved_isRaised() {
    List<ApplicationRun> runs = TestRuns.repeated(
        2, i -> TestRuns.etl().executors(4, i == 0 ? 4 : 2).died(Cause.HEAP, Certainty.CERTAIN));

    MemoryPlan plan = plan(runs);

    assertThat(plan.setup().cores()).isLessThanOrEqualTo(2);
    assertThat((double) plan.setup().heapMb() / plan.setup().cores()).isGreaterThan(4_096 / 2.0);
  }

  @Test
  void container_killed_raisesOverheadAlone() {
    MemoryPlan plan =
        plan(List.of(TestRuns.etl().died(Cause.CONTAINER, Certainty.CERTAIN).build()));

    assertThat(plan.setup().heapMb()).isEqualTo(4_096);
    assertThat(plan.setup().cores()).isEqualTo(2);
    assertThat(plan.setup().overheadMb()).isGreaterThanOrEqualTo((long) (409 * 1.5));
  }

  @Test
  void python_died_raisesItsMemoryAlone() {
    MemoryPlan plan =
        plan(List.of(TestRuns.etl().died(Cause.PYTHON, Certainty.CERTAIN).build()));

    assertThat(plan.setup().heapMb()).isEqualTo(4_096);
    assertThat(plan.setup().pysparkMb()).isGreaterThanOrEqualTo(1_024);
  }

  @Test
  void unknownCauseOrPreemption_changesNothing() {
    for (Cause cause : List.of(Cause.UNKNOWN, Cause.PREEMPTED)) {
      MemoryPlan plan =
          plan(List.of(TestRuns.etl().died(cause, Certainty.UNKNOWN).build()));

      assertThat(plan.setup().toResources())
          .as(cause.word())
          .isEqualTo(Setup.of(TestRuns.etl().build()).toResources());
      assertThat(plan.urgent()).isFalse();
    }
  }

  @Test
  void heap_busyCollector_isNotMadeSmaller() {
    MemoryPlan plan =
        plan(TestRuns.repeated(3, i -> TestRuns.etl().heapMb(8_192, 4_000).gcMs(300_000)));

    assertThat(plan.setup().heapMb()).isEqualTo(8_192);
  }

  @Test
  void heap_survivedSmaller_narrowsTheRange() {
    List<ApplicationRun> runs = TestRuns.repeated(
        4, i -> i < 2 ? TestRuns.etl().heapMb(4_096, 2_500) : TestRuns.etl().heapMb(8_192, 7_500));

    // The peak of the large heap is garbage: the small one held the same work.
    assertThat(plan(runs).setup().heapMb()).isLessThan(8_192);
  }

  @Test
  void heap_growingInput_keepsRoomForIt() {
    List<ApplicationRun> runs = TestRuns.repeated(4, i -> TestRuns.etl().heapMb(8_192, 3_000));

    assertThat(plan(runs, 2).setup().heapMb())
        .isGreaterThan(plan(runs, 1).setup().heapMb());
  }

  @Test
  void driver_withoutEvidence_isKept() {
    MemoryPlan plan =
        plan(List.of(TestRuns.etl().conf("spark.driver.memory", "12g").build()));

    assertThat(plan.setup().driverHeapMb()).isEqualTo(12_288);
    assertThat(effect(plan, "spark.driver.memory")).contains("kept");
  }

  @Test
  void risk_lessHeapATask_isHigher() {
    MemoryPlan plan = plan(TestRuns.repeated(4, i -> TestRuns.etl()));
    Setup today = Setup.of(TestRuns.etl().build());

    assertThat(plan.risk(today.withExecutor(4, 4_096, 409, 0)).getAsDouble())
        .isGreaterThan(plan.risk(today).getAsDouble());
    assertThat(plan(TestRuns.repeated(1, i -> TestRuns.etl())).risk(today).getAsDouble())
        .isGreaterThan(plan.risk(today).getAsDouble());
  }
}
