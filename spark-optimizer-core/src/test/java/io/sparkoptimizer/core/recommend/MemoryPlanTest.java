package io.sparkoptimizer.core.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.Recommendation.InputBasis;
import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import io.sparkoptimizer.spark.RunStatus;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  private static TestRuns brief() {
    return TestRuns.run().scan(4, 8_000, 1 << 20).executors(1, 2).heapMb(8_192, 2_000);
  }

  private static MemoryPlan plan(List<ApplicationRun> runs) {
    return plan(runs, 1);
  }

  private static MemoryPlan plan(List<ApplicationRun> runs, double inputRatio, String... locked) {
    return MemoryPlan.of(
        Setup.of(runs.get(0)),
        runs,
        new InputSize(inputRatio, OptionalLong.empty(), InputBasis.SCALED),
        Set.of(locked));
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
    assertThat(plan.setup().overheadMb()).as("Spark's default beside it").isEqualTo(614);
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
    MemoryPlan plan = plan(TestRuns.repeated(
        4, i -> TestRuns.etl().heapMb(8_192, 3_000).died(Cause.CONTAINER, Certainty.CERTAIN)));

    assertThat(plan.setup().heapMb()).isEqualTo(8_192);
    assertThat(plan.setup().cores()).isEqualTo(2);
    assertThat(plan.setup().overheadMb()).isEqualTo(1_344);
    assertThat(effect(plan, "spark.executor.memory")).contains("nothing shrinks beside that");
  }

  @Test
  void python_diedAtItsLimit_raisesItAlone() {
    MemoryPlan plan = plan(List.of(TestRuns.etl()
        .heapMb(8_192, 3_000)
        .conf("spark.executor.pyspark.memory", "2g")
        .died(Cause.PYTHON, Certainty.CERTAIN)
        .build()));

    assertThat(plan.setup().heapMb()).isEqualTo(8_192);
    assertThat(plan.setup().pysparkMb()).isEqualTo(3_072);
    assertThat(plan.setup().overheadMb()).isEqualTo(819);
  }

  @Test
  void python_diedWithoutALimit_raisesTheOverheadItLivesIn() {
    MemoryPlan plan = plan(List.of(TestRuns.etl()
        .heapMb(8_192, 3_000)
        .died(Cause.PYTHON, Certainty.CERTAIN)
        .build()));

    assertThat(plan.setup().heapMb()).isEqualTo(8_192);
    assertThat(plan.setup().pysparkMb()).isZero();
    assertThat(plan.setup().overheadMb()).isEqualTo(1_344);
    assertThat(plan.urgent()).isTrue();
    assertThat(effect(plan, "spark.executor.memoryOverhead")).contains("Python workers");
  }

  @Test
  void unknownCauseOrPreemption_changesNothing() {
    for (Cause cause : List.of(Cause.UNKNOWN, Cause.PREEMPTED)) {
      long peak = cause == Cause.UNKNOWN ? 3_000 : 7_000;
      MemoryPlan plan = plan(List.of(
          TestRuns.etl().heapMb(8_192, peak).died(cause, Certainty.UNKNOWN).build()));

      assertThat(plan.setup().toResources())
          .as(cause.word())
          .isEqualTo(Setup.of(TestRuns.etl().heapMb(8_192, peak).build()).toResources());
      assertThat(plan.urgent()).isFalse();
    }
  }

  @Test
  void preemption_doesNotStandAgainstAStepDown() {
    MemoryPlan plan = plan(List.of(TestRuns.etl()
        .heapMb(8_192, 3_000)
        .died(Cause.PREEMPTED, Certainty.CERTAIN)
        .build()));

    assertThat(plan.setup().heapMb()).isLessThan(8_192);
  }

  @Test
  void heap_thinSamples_isKeptUntilSeveralRunsAgree() {
    // A run of seconds: two heartbeats of its only executor.
    MemoryPlan one = plan(TestRuns.repeated(1, i -> brief()));
    MemoryPlan six = plan(TestRuns.repeated(6, i -> brief()));

    assertThat(one.setup().heapMb()).isEqualTo(8_192);
    assertThat(effect(one, "spark.executor.memory")).contains("too few samples");
    assertThat(six.setup().heapMb()).isLessThan(8_192);
  }

  @Test
  void heap_diedWithTwoCpusATask_halvesSlotsNotCores() {
    MemoryPlan two = plan(List.of(TestRuns.etl()
        .executors(4, 2)
        .conf("spark.task.cpus", "2")
        .died(Cause.HEAP, Certainty.CERTAIN)
        .build()));
    MemoryPlan eight = plan(List.of(TestRuns.etl()
        .executors(4, 8)
        .conf("spark.task.cpus", "2")
        .died(Cause.HEAP, Certainty.CERTAIN)
        .build()));

    assertThat(two.setup().cores()).isEqualTo(2);
    assertThat(two.setup().heapMb()).isEqualTo(6_144);
    assertThat(eight.setup().cores()).isEqualTo(4);
    assertThat(eight.setup().heapMb()).isEqualTo(4_096);
  }

  @Test
  void heap_diedBeforeFiveCleanRunsOfThatSize_isNoLongerUrgent() {
    for (int clean : new int[] {4, 5}) {
      MemoryPlan plan = plan(TestRuns.repeated(
          clean + 1,
          i -> i == 0
              ? TestRuns.etl().died(Cause.HEAP, Certainty.CERTAIN).status(RunStatus.FAILED)
              : TestRuns.etl().heapMb(4_096, 2_000)));

      assertThat(plan.urgent()).as(clean + " clean runs").isEqualTo(clean < 5);
      assertThat(plan.setup().cores()).isEqualTo(clean < 5 ? 1 : 2);
      assertThat(plan.setup().heapMb()).as("never below a size that died").isEqualTo(4_096);
    }
  }

  @Test
  void heap_ofTheDriverDied_raisesTheDriversAlone() {
    ApplicationRun run = TestRuns.etl().build();
    MemoryFailure driver = new MemoryFailure(
        Cause.HEAP,
        Certainty.CERTAIN,
        "driver",
        OptionalInt.empty(),
        OptionalLong.empty(),
        "java.lang.OutOfMemoryError: Java heap space");
    MemoryPlan plan =
        plan(List.of(run.toBuilder().memoryFailures(List.of(driver)).build()));

    assertThat(plan.setup().driverHeapMb()).isEqualTo(1_536);
    assertThat(plan.setup().cores()).isEqualTo(2);
    assertThat(plan.setup().heapMb()).isEqualTo(4_096);
  }

  @Test
  void heap_fullAndItsCollectorBusy_isNotMadeSmaller() {
    MemoryPlan plan =
        plan(TestRuns.repeated(3, i -> TestRuns.etl().heapMb(8_192, 6_600).gcMs(300_000)));

    assertThat(plan.setup().heapMb()).isGreaterThanOrEqualTo(8_192);
  }

  @Test
  void heap_collectorAsBusyInALargerHeap_goesDown() {
    MemoryPlan plan = plan(TestRuns.repeated(
        4, i -> TestRuns.etl().heapMb(i < 2 ? 12_288 : 8_192, 2_000).gcMs(300_000)));

    assertThat(plan.setup().heapMb()).isLessThan(8_192);
  }

  @Test
  void heap_collectorBusierThanInALargerHeap_goesBackUp() {
    MemoryPlan plan = plan(TestRuns.repeated(
        4,
        i -> i < 2
            ? TestRuns.etl().heapMb(8_192, 4_000)
            : TestRuns.etl().heapMb(4_096, 3_900).gcMs(400_000)));

    assertThat(plan.setup().heapMb()).isEqualTo(5_120);
    assertThat(effect(plan, "spark.executor.memory")).startsWith("back up");
  }

  @Test
  void heap_peaksThatGrowWithIt_areGarbageInPart() {
    MemoryPlan one = plan(TestRuns.repeated(4, i -> TestRuns.etl().heapMb(8_192, 6_000)));
    MemoryPlan two = plan(TestRuns.repeated(
        4, i -> TestRuns.etl().heapMb(i < 2 ? 11_776 : 8_192, i < 2 ? 8_200 : 6_000)));

    assertThat(one.setup().heapMb()).isGreaterThan(7_500);
    assertThat(two.setup().heapMb()).isLessThan(one.setup().heapMb());
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
  void heap_inputGrowsFiftyfold_isRaisedOneStepWithItsOverhead() {
    List<ApplicationRun> runs = TestRuns.repeated(4, i -> TestRuns.etl());

    MemoryPlan plan = plan(runs, 50);

    assertThat(plan.setup().heapMb()).isEqualTo(6_144);
    assertThat(plan.setup().overheadMb()).isEqualTo(614);
    assertThat(effect(plan, "spark.executor.memory")).contains("a step adds at most half");
    assertThat(plan.risk(plan.setup()).orElseThrow().probability())
        .isGreaterThan(plan(runs).risk(Setup.of(runs.get(0))).orElseThrow().probability());
  }

  @Test
  void heap_inputGrowsTowards32GiB_staysBelow() {
    MemoryPlan plan = plan(TestRuns.repeated(4, i -> TestRuns.etl().heapMb(28 * 1_024, 28_000)), 3);

    assertThat(plan.setup().heapMb()).isEqualTo(31 * 1_024);
    assertThat(effect(plan, "spark.executor.memory")).contains("compressed pointers");
  }

  @Test
  void heap_scansAlone_doNotNeedMoreForMoreInput() {
    List<ApplicationRun> scans =
        TestRuns.repeated(4, i -> TestRuns.run().scan(400, 10_000, 20L << 30));

    assertThat(plan(scans, 50).setup().heapMb()).isEqualTo(4_096);
    assertThat(plan(scans, 50).risk(Setup.of(scans.get(0))))
        .isEqualTo(plan(scans).risk(Setup.of(scans.get(0))));
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

    assertThat(plan.risk(today.withExecutor(4, 4_096, 409, 0, 0)).orElseThrow().probability())
        .isGreaterThan(plan.risk(today).orElseThrow().probability());
    assertThat(plan(TestRuns.repeated(1, i -> TestRuns.etl()))
            .risk(today)
            .orElseThrow()
            .probability())
        .isGreaterThan(plan.risk(today).orElseThrow().probability());
  }

  @Test
  void risk_deathsOfSmallerSizesAndOtherCauses_doNotCount() {
    TestRuns clean = TestRuns.etl().heapMb(8_192, 7_000);
    Setup today = Setup.of(clean.build());
    double none = plan(TestRuns.repeated(3, i -> TestRuns.etl().heapMb(8_192, 7_000)))
        .risk(today)
        .orElseThrow()
        .probability();
    for (Cause cause : List.of(Cause.HEAP, Cause.CONTAINER, Cause.PYTHON)) {
      MemoryPlan smaller = plan(TestRuns.repeated(
          4,
          i -> i == 0
              ? TestRuns.etl().heapMb(4_096, 0).died(cause, Certainty.CERTAIN)
              : TestRuns.etl().heapMb(8_192, 7_000)));
      MemoryPlan larger = plan(TestRuns.repeated(
          4,
          i -> i == 0
              ? TestRuns.etl().heapMb(16_384, 0).died(cause, Certainty.CERTAIN)
              : TestRuns.etl().heapMb(8_192, 7_000)));

      assertThat(smaller.risk(today).orElseThrow().probability())
          .as(cause.word())
          .isEqualTo(none);
      assertThat(larger.risk(today).orElseThrow().probability())
          .as(cause.word())
          .isGreaterThan(2 * none);
    }
    for (Cause cause : List.of(Cause.UNKNOWN, Cause.PREEMPTED)) {
      MemoryPlan other = plan(TestRuns.repeated(
          3, i -> TestRuns.etl().heapMb(8_192, 7_000).died(cause, Certainty.CERTAIN)));
      assertThat(other.risk(today).orElseThrow().probability()).as(cause.word()).isEqualTo(none);
    }
  }

  @Test
  void driver_largerHeap_hasSparksOverheadForIt() {
    ApplicationRun run = TestRuns.etl().conf("spark.driver.memory", "10g").build();
    Setup had = Setup.of(run);

    assertThat(had.driverOverheadMb()).isEqualTo(1_024);
    assertThat(had.withDriverHeapMb(15_360).driverOverheadMb()).isEqualTo(1_536);
    assertThat(had.withDriverHeapMb(4_096).driverOverheadMb()).isEqualTo(1_024);
  }
}
