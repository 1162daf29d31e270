package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DynamicAllocationTest {
  private static final int SEEDS = 300 * Integer.getInteger("test.thoroughness", 1);
  private static final String PREFIX = "spark.dynamicAllocation.";

  private record Count(double ms, int alive) {}

  private static TestRuns dynamic() {
    return TestRuns.run().scan(4, 1_000, 1 << 20).conf(PREFIX + "enabled", "true");
  }

  @Test
  void of_nothingSet_isSparksDefaults() {
    assertThat(DynamicAllocation.of(dynamic().build()))
        .isEqualTo(new DynamicAllocation(
            0,
            0,
            Integer.MAX_VALUE,
            1,
            1_000,
            1_000,
            60_000,
            // Spark 3.5 tracks shuffles, and keeps who holds one.
            Double.POSITIVE_INFINITY,
            60_000));
  }

  @Test
  void of_everythingSet_isRead() {
    ApplicationRun run = dynamic()
        .conf(PREFIX + "minExecutors", "2")
        .conf(PREFIX + "maxExecutors", "20")
        .conf(PREFIX + "initialExecutors", "3")
        .conf("spark.executor.instances", "5")
        .conf(PREFIX + "executorAllocationRatio", "0.5")
        .conf(PREFIX + "schedulerBacklogTimeout", "2")
        .conf(PREFIX + "sustainedSchedulerBacklogTimeout", "500ms")
        .conf(PREFIX + "executorIdleTimeout", "2min")
        .conf(PREFIX + "shuffleTracking.timeout", "300000")
        .build();

    assertThat(DynamicAllocation.of(run))
        .isEqualTo(new DynamicAllocation(2, 5, 20, 0.5, 2_000, 500, 120_000, 300_000, 120_000));
  }

  @Test
  void of_shuffleServiceOrOldSpark_doesNotTrackShuffles() {
    ApplicationRun service =
        dynamic().conf("spark.shuffle.service.enabled", "true").build();
    ApplicationRun old = dynamic().build().toBuilder().sparkVersion("3.3.2").build();

    assertThat(DynamicAllocation.of(service).shuffleIdleMs()).isEqualTo(60_000);
    assertThat(DynamicAllocation.of(old).shuffleIdleMs()).isEqualTo(60_000);
  }

  @Test
  void of_fixedRun_hasNoInitialNumber() {
    ApplicationRun run = TestRuns.run()
        .scan(4, 1_000, 1 << 20)
        .conf("spark.executor.instances", "40")
        .build();

    assertThat(DynamicAllocation.of(run).within(3, 50).initial()).isEqualTo(3);
  }

  @Test
  void within_otherBounds_keepsTheInitialNumberBetweenThem() {
    DynamicAllocation settings =
        DynamicAllocation.of(dynamic().conf(PREFIX + "initialExecutors", "5").build());

    assertThat(settings.within(1, 10).initial()).isEqualTo(5);
    assertThat(settings.within(8, 10).initial()).isEqualTo(8);
    assertThat(settings.within(1, 2).initial()).isEqualTo(2);
  }

  /** 40 tasks of 10 s, then one of 300 s; executors of one core, the first one there after 4 s. */
  private static TestRuns wideThenNarrow() {
    long[] wide = new long[40];
    Arrays.fill(wide, 10_000);
    return TestRuns.run().executors(4, 1).stage(wide, 1 << 30, 0).stage(new long[] {300_000}, 0, 1);
  }

  private static final Candidate ONE_TO_EIGHT =
      Candidate.fixed(8, 1).withDynamicMin(OptionalInt.of(1));

  private static List<Count> counts(ApplicationRun run, Candidate candidate) {
    List<Count> counts = new ArrayList<>();
    RecordedSchedule.of(run)
        .orElseThrow()
        .simulate(candidate, (now, alive) -> counts.add(new Count(now, alive)));
    return counts;
  }

  @Test
  void simulate_wideThenNarrowStage_growsAndShrinksAsSparkDoes() {
    List<Count> counts = counts(wideThenNarrow().build(), ONE_TO_EIGHT);

    // The stage begins at 5 s. Asked for after 1, 2, 3 s of backlog: 1, 2, 4 more, there 4 s later.
    assertThat(counts.subList(0, 8))
        .containsExactly(
            new Count(4_000, 1),
            new Count(10_000, 2),
            new Count(11_000, 3),
            new Count(11_000, 4),
            new Count(12_000, 5),
            new Count(12_000, 6),
            new Count(12_000, 7),
            new Count(12_000, 8));
    // Five rounds of eight tasks end at 55, 60, 61, 61 and 62 s; all but the one that has the long
    // task go a
    // minute later, and the target of one leaves no other.
    List<Count> gone = counts.subList(8, counts.size());
    assertThat(gone).extracting(Count::alive).containsExactly(7, 6, 5, 4, 3, 2, 1);
    assertThat(gone).extracting(Count::ms).isSubsetOf(115_000.0, 120_000.0, 121_000.0, 122_000.0);
  }

  @Test
  void simulate_executorsThatHoldAShuffle_stayToTheEnd() {
    ApplicationRun run = writingShuffles(wideThenNarrow().build());

    List<Count> tracked = counts(run, ONE_TO_EIGHT);

    assertThat(tracked).hasSize(8);
  }

  @Test
  void simulate_shuffleTimeout_letsThemGoOnlyWhenTheJobHasEnded() {
    ApplicationRun run = writingShuffles(
        wideThenNarrow().conf(PREFIX + "shuffleTracking.timeout", "70s").build());

    List<Count> counts = counts(run, ONE_TO_EIGHT);

    // The one job ends at 362 s, the application a second later.
    assertThat(counts.subList(8, counts.size()))
        .isNotEmpty()
        .allSatisfy(count -> assertThat(count.ms()).isEqualTo(362_000));
  }

  private static ApplicationRun writingShuffles(ApplicationRun run) {
    List<StageAttempt> stages = new ArrayList<>(run.stages());
    StageAttempt first = stages.get(0);
    stages.set(
        0,
        StageAttempt.builder(first.stageId(), first.attemptId())
            .name(first.name())
            .status(first.status())
            .submissionTimeMs(first.submissionTimeMs())
            .firstTaskLaunchedTimeMs(first.firstTaskLaunchedTimeMs())
            .completionTimeMs(first.completionTimeMs())
            .numTasks(first.numTasks())
            .numCompleteTasks(first.numCompleteTasks())
            .slotTimeMs(first.slotTimeMs())
            .resourceProfileId(first.resourceProfileId())
            .metrics(Measures.builder(TaskMetric.class)
                .set(TaskMetric.INPUT_BYTES, 1 << 30)
                .set(TaskMetric.SHUFFLE_WRITE_BYTES, 1 << 20)
                .build())
            .distributions(first.distributions())
            .build());
    return run.toBuilder().stages(stages).build();
  }

  @Test
  void simulate_anyRunAndBounds_holdsThemAndCountsEveryExecutor() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      TestRuns made = TestRuns.run().executors(1 + random.nextInt(6), 1 + random.nextInt(3));
      for (int s = 1 + random.nextInt(6); s > 0; s--) {
        long[] times = new long[1 + random.nextInt(s % 2 == 0 ? 3 : 200)];
        for (int i = 0; i < times.length; i++) {
          times[i] = 100L + random.nextInt(20_000);
        }
        made.stage(times, 1 << 30, 0);
      }
      made.conf(PREFIX + "executorIdleTimeout", 1 + random.nextInt(20) + "s");
      made.conf(PREFIX + "schedulerBacklogTimeout", 1 + random.nextInt(3) + "s");
      int min = random.nextInt(4);
      int max = Math.max(1, min) + random.nextInt(30);
      Candidate asked =
          Candidate.fixed(max, 1 + random.nextInt(4)).withDynamicMin(OptionalInt.of(min));
      List<Count> counts = new ArrayList<>();

      Estimate estimate = RecordedSchedule.of(made.build())
          .orElseThrow()
          .simulate(asked, (now, alive) -> counts.add(new Count(now, alive)));

      String what = "seed " + seed + ": " + asked;
      double integral = 0;
      int peak = 0;
      boolean reachedMin = false;
      for (int i = 0; i < counts.size(); i++) {
        double until = i + 1 < counts.size() ? counts.get(i + 1).ms() : estimate.durationMs();
        assertThat(until).as(what).isGreaterThanOrEqualTo(counts.get(i).ms());
        integral += counts.get(i).alive() * (until - counts.get(i).ms());
        peak = Math.max(peak, counts.get(i).alive());
        reachedMin |= counts.get(i).alive() >= min;
        assertThat(counts.get(i).alive()).as(what).isBetween(reachedMin ? min : 0, max);
      }
      assertThat(estimate.executorMs()).as(what).isCloseTo(integral, within(1e-6 * integral));
      assertThat(estimate.peakExecutors()).as(what).isEqualTo(peak).isPositive();
      assertThat(estimate.taskMs())
          .as(what + ", slot time beyond lifetimes")
          .isLessThanOrEqualTo(estimate.slotMs() * (1 + 1e-9));
    }
  }
}
