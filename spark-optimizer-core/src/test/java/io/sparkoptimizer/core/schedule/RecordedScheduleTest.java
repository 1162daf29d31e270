package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.JobStatus;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.StageAttempt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordedScheduleTest {
  private static final int SEEDS = 200 * Integer.getInteger("test.thoroughness", 1);

  private static RecordedSchedule schedule(TestRuns run) {
    return RecordedSchedule.of(run.build()).orElseThrow();
  }

  @Test
  void predict_recordedConfiguration_reproducesRecordedTimes() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      RecordedSchedule schedule = schedule(random(random));

      Estimate estimate = schedule.predict(schedule.recorded());

      // Order of the tasks is not in the record: the last task of a stage may sit elsewhere.
      assertThat(estimate.workMs())
          .as("work, seed %d", seed)
          .isCloseTo(schedule.recordedWorkMs(), within(0.25 * schedule.recordedWorkMs()));
      assertThat(estimate.startupMs()).as("start-up, seed %d", seed).isEqualTo(5_000);
    }
  }

  @Test
  void predict_anyCandidate_staysWithinTheBoundsOfListScheduling() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      RecordedSchedule schedule = schedule(random(random));
      Candidate candidate = Candidate.fixed(1 + random.nextInt(12), 1 + random.nextInt(4));
      int slots = candidate.executors() * candidate.executorCores();

      double makespan = schedule.predict(candidate).workMs();

      double path = schedule.criticalPathMs();
      double share = schedule.taskMs() / slots;
      assertThat(makespan)
          .as("makespan of seed %d on %d slots", seed, slots)
          .isGreaterThanOrEqualTo(Math.max(path, share) - 1e-6)
          .isLessThanOrEqualTo(share + path + 1e-6);
    }
  }

  private static TestRuns random(Random random) {
    TestRuns run = TestRuns.run().executors(1 + random.nextInt(6), 1 + random.nextInt(4));
    for (int s = 1 + random.nextInt(5); s > 0; s--) {
      long[] times = new long[1 + random.nextInt(120)];
      for (int i = 0; i < times.length; i++) {
        times[i] = 200L + random.nextInt(800);
      }
      run.stage(times, 1_000, 0);
    }
    return run;
  }

  @Test
  void predict_allTimeIsTheFirstTasksDeserialisation_isANumber() {
    long[] times = new long[16];
    times[14] = 50;
    times[15] = 50;
    RecordedSchedule schedule =
        schedule(TestRuns.run().executors(1, 2).deserializeMs(50).stage(times, 1_000, 0));

    Estimate estimate = schedule.predict(Candidate.fixed(4, 2));

    assertThat(schedule.taskMs()).isBetween(0.0, 100.0);
    assertThat(estimate.workMs()).isBetween(0.0, 10_000.0);
  }

  @Test
  void predict_equalQuestions_haveEqualAnswers() {
    ApplicationRun run = TestRuns.etl().build();
    Candidate candidate = Candidate.fixed(7, 3);

    assertThat(RecordedSchedule.of(run).orElseThrow().predict(candidate))
        .isEqualTo(RecordedSchedule.of(run).orElseThrow().predict(candidate));
  }

  @Test
  void predict_manyThreadsAndOrders_haveTheAnswersOfOne() {
    ApplicationRun run =
        TestRuns.run().scan(300, 1_000, 1 << 30).shuffle(200, 700, 1 << 30).build();
    List<Candidate> asked = new ArrayList<>();
    for (int executors = 1; executors <= 40; executors++) {
      Candidate fixed = Candidate.fixed(executors, 1 + executors % 3);
      asked.add(fixed);
      asked.add(fixed.withShufflePartitions(OptionalInt.of(100 + executors)));
      asked.add(fixed.withDynamicMin(OptionalInt.of(1)));
    }
    // Each with a schedule of its own, which remembers nothing of the others.
    List<Estimate> expected = asked.stream()
        .map(candidate -> RecordedSchedule.of(run).orElseThrow().predict(candidate))
        .toList();
    RecordedSchedule shared = RecordedSchedule.of(run).orElseThrow();

    assertThat(asked.parallelStream().map(shared::predict).toList()).isEqualTo(expected);
  }

  @Test
  void predict_stagesSideBySide_takeAsLongAsOneByOne() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      int tasks = 1 + random.nextInt(60);
      // Two jobs at the same time, whose stages are as one stage of all their tasks.
      RecordedSchedule schedule = twoJobs(tasks);
      int slots = 1 + random.nextInt(150);

      double waves = Math.ceil(2.0 * tasks / slots);

      assertThat(schedule.predict(Candidate.fixed(slots, 1)).workMs())
          .as("seed %d: twice %d tasks on %d slots", seed, tasks, slots)
          .isCloseTo(1_000 * waves, within(1e-6));
    }
  }

  private static RecordedSchedule twoJobs(int tasks) {
    long[] times = new long[tasks];
    Arrays.fill(times, 1_000);
    ApplicationRun base =
        TestRuns.run().executors(tasks, 1).stage(times, 1 << 20, 0).build();
    long from = base.jobs().get(0).submissionTimeMs().orElseThrow();
    StageAttempt stage = base.stages().get(0);
    return RecordedSchedule.of(base.toBuilder()
            .endTimeMs(OptionalLong.of(from + 1_000))
            .jobs(List.of(job(0, from, from + 1_000, 0), job(1, from, from + 1_000, 1)))
            .stages(List.of(at(stage, 0, from, from + 1_000), at(stage, 1, from, from + 1_000)))
            .build())
        .orElseThrow();
  }

  @Test
  void predict_twiceTheExecutors_halvesWideStages() {
    RecordedSchedule schedule = schedule(TestRuns.etl().executors(4, 2));

    double work = schedule.predict(Candidate.fixed(8, 2)).workMs();

    assertThat(work).isCloseTo(schedule.recordedWorkMs() / 2, within(0.1 * work));
  }

  @Test
  void predict_scanAtTwiceTheInput_addsTasksInsteadOfLengtheningThem() {
    RecordedSchedule schedule = schedule(TestRuns.run().scan(8, 10_000, 1 << 30).executors(8, 1));

    double onSixteen =
        schedule.predict(Candidate.fixed(16, 1).withInputScale(2)).workMs();

    assertThat(onSixteen).isCloseTo(schedule.recordedWorkMs(), within(1.0));
  }

  @Test
  void predict_morePartitions_cutsThemSmaller() {
    RecordedSchedule schedule = schedule(TestRuns.run()
        .scan(8, 100, 1 << 30)
        .shuffle(8, 10_000, 1 << 30)
        .executors(16, 1)
        .conf("spark.sql.shuffle.partitions", "8"));

    double recorded = schedule.predict(schedule.recorded()).workMs();
    double cut = schedule
        .predict(schedule.recorded().withShufflePartitions(OptionalInt.of(16)))
        .workMs();

    assertThat(cut).isLessThan(0.6 * recorded);
  }

  @Test
  void predict_rddShuffleOfAsManyTasks_isCutOnlyIfThePropertyIsSet() {
    TestRuns run =
        TestRuns.run().scan(8, 100, 1 << 30).shuffle(200, 1_000, 1 << 30).executors(16, 1);
    RecordedSchedule byChance =
        RecordedSchedule.of(run.build().toBuilder().sql(List.of()).build()).orElseThrow();
    RecordedSchedule byTheProperty = RecordedSchedule.of(
            run.conf("spark.sql.shuffle.partitions", "200").build().toBuilder()
                .sql(List.of())
                .build())
        .orElseThrow();

    assertThat(workOfPartitions(byChance, 20)).isEqualTo(workOfPartitions(byChance, 200));
    assertThat(workOfPartitions(byTheProperty, 20))
        .isNotEqualTo(workOfPartitions(byTheProperty, 200));
  }

  private static double workOfPartitions(RecordedSchedule schedule, int partitions) {
    return schedule
        .predict(schedule.recorded().withShufflePartitions(OptionalInt.of(partitions)))
        .workMs();
  }

  @Test
  void predict_coalescedStage_isNotSplitByMorePartitions() {
    RecordedSchedule schedule = schedule(TestRuns.run()
        .scan(8, 100, 1 << 30)
        .shuffle(8, 10_000, 1 << 30)
        .executors(16, 1)
        .conf("spark.sql.adaptive.enabled", "true")
        .conf("spark.sql.shuffle.partitions", "200"));

    assertThat(schedule
            .predict(schedule.recorded().withShufflePartitions(OptionalInt.of(400)))
            .workMs())
        .isEqualTo(schedule.predict(schedule.recorded()).workMs());
  }

  @Test
  void predict_taskCpus_takeSlots() {
    TestRuns run = TestRuns.run().scan(8, 1_000, 1 << 30).executors(4, 2);
    RecordedSchedule one = schedule(run);
    RecordedSchedule two = schedule(run.conf("spark.task.cpus", "2"));

    assertThat(two.predict(Candidate.fixed(2, 2)).workMs())
        .isGreaterThan(1.5 * one.predict(Candidate.fixed(2, 2)).workMs());
  }

  @Test
  void predict_dynamicAllocation_rampsUpAndUsesLessThanItsMost() {
    RecordedSchedule schedule =
        schedule(TestRuns.run().scan(40, 20_000, 1 << 30).shuffle(1, 300_000, 1 << 20));
    Candidate dynamic = Candidate.fixed(20, 2).withDynamicMin(OptionalInt.of(1));

    Estimate grown = schedule.predict(dynamic);
    Estimate fixed = schedule.predict(Candidate.fixed(20, 2));

    assertThat(grown.peakExecutors()).isBetween(2, 20);
    assertThat(grown.workMs()).isGreaterThan(fixed.workMs());
    // Idle executors go after a minute, while the one task runs five.
    assertThat(grown.executorMs()).isLessThan(0.5 * fixed.executorMs());
  }

  @Test
  void predict_sequentialAndConcurrentJobs_keepTheirOrder() {
    ApplicationRun base = TestRuns.run().executors(1, 1).scan(2, 1_000, 10).build();
    long from = base.jobs().get(0).submissionTimeMs().orElseThrow();
    StageAttempt first = base.stages().get(0);
    ApplicationRun run = base.toBuilder()
        .endTimeMs(OptionalLong.of(from + 6_900))
        .jobs(List.of(
            job(0, from, from + 2_000, 0),
            job(1, from + 2_500, from + 6_400, 1),
            job(2, from + 2_600, from + 6_800, 2)))
        .stages(List.of(
            at(first, 0, from, from + 2_000),
            at(first, 1, from + 2_500, from + 4_500),
            at(first, 2, from + 2_600, from + 6_600)))
        .build();
    RecordedSchedule schedule = RecordedSchedule.of(run).orElseThrow();

    double one = schedule.predict(Candidate.fixed(1, 1)).workMs();
    double four = schedule.predict(Candidate.fixed(4, 1)).workMs();

    assertThat(one).isCloseTo(schedule.recordedWorkMs(), within(2_100.0));
    // Two tasks at a time, 500 ms of driver between, then two jobs side by side, each with its
    // tail.
    assertThat(four).isBetween(3_500.0, 6_000.0);
    assertThat(schedule.predict(Candidate.fixed(4, 1)).driverMs()).isGreaterThanOrEqualTo(500);
  }

  private static SparkJob job(int id, long from, long to, int stage) {
    return new SparkJob(
        id,
        JobStatus.SUCCEEDED,
        OptionalLong.of(from),
        OptionalLong.of(to),
        List.of(stage),
        OptionalLong.empty());
  }

  private static StageAttempt at(StageAttempt like, int id, long from, long to) {
    return StageAttempt.builder(id, 0)
        .name(like.name())
        .status(like.status())
        .submissionTimeMs(OptionalLong.of(from))
        .firstTaskLaunchedTimeMs(OptionalLong.of(from))
        .completionTimeMs(OptionalLong.of(to))
        .numTasks(like.numTasks())
        .numCompleteTasks(like.numCompleteTasks())
        .slotTimeMs(like.slotTimeMs())
        .resourceProfileId(like.resourceProfileId())
        .metrics(like.metrics())
        .distributions(like.distributions())
        .build();
  }

  @Test
  void whyNot_nothingToSchedule_saysWhatIsMissing() {
    ApplicationRun run = TestRuns.etl().build();

    assertThat(RecordedSchedule.whyNot(run)).isEmpty();
    assertThat(RecordedSchedule.whyNot(run.toBuilder().stages(List.of()).build()))
        .contains("no stage of it ran");
    assertThat(RecordedSchedule.whyNot(run.toBuilder().executors(List.of()).build()))
        .contains("the log names no executor");
    assertThat(RecordedSchedule.whyNot(
            run.toBuilder().startTimeMs(OptionalLong.empty()).build()))
        .contains("the log has no start of the application");
  }

  @Test
  void predict_manyTasks_keepsTheWorkOfAllOfThem() {
    Distribution.Builder times = Distribution.builder();
    List<Long> all = new ArrayList<>();
    Random random = new Random(7);
    for (int i = 0; i < 30_000; i++) {
      long ms = 100L + random.nextInt(900);
      all.add(ms);
      times.add(ms);
    }
    long[] figures = all.stream().mapToLong(Long::longValue).toArray();
    RecordedSchedule schedule =
        schedule(TestRuns.run().stage(figures, 1 << 30, 0).executors(5, 2));

    double sum = times.build().sum();
    assertThat(schedule.taskMs()).isCloseTo(sum, within(1e-6 * sum));
    assertThat(schedule.predict(Candidate.fixed(10, 2)).workMs())
        .isCloseTo(sum / 20, within(0.02 * sum / 20));
  }

  @Test
  void prior_moreSlotsOnOneMachine_doubtsThatItHasTheProcessors() {
    // Half of the run time of these tasks is processor time: 4 slots use 2 processors.
    TestRuns run = TestRuns.run().scan(64, 5_000, 1 << 30).executors(4, 1);
    RecordedSchedule apart = schedule(run);
    RecordedSchedule together = schedule(run.manager(ClusterManager.LOCAL_CLUSTER));

    double more = together.prior(Candidate.fixed(16, 1), 1);
    double moreApart = apart.prior(Candidate.fixed(16, 1), 1);
    double fewer = together.prior(Candidate.fixed(1, 1), 1);
    double fewerApart = apart.prior(Candidate.fixed(1, 1), 1);

    // The 90 % interval reaches to where they gain nothing, or were slowed by the machine all the
    // time.
    assertThat(Spread.Z90 * Math.sqrt(more * more - moreApart * moreApart))
        .isCloseTo(Math.log(4), within(0.1));
    assertThat(Spread.Z90 * Math.sqrt(fewer * fewer - fewerApart * fewerApart))
        .isCloseTo(Math.log(2), within(0.01));
    assertThat(together.prior(together.recorded(), 1)).isEqualTo(apart.prior(apart.recorded(), 1));
  }

  @Test
  void predict_otherExecutors_payForCodeThatEachJvmCompiles() {
    // 8 s of processor time of which deserialisation says that up to 6 x 100 ms a JVM are
    // compiling.
    RecordedSchedule schedule =
        schedule(TestRuns.run().scan(32, 500, 1 << 30).executors(2, 1).deserializeMs(200));

    double taskMs = schedule.predict(Candidate.fixed(2, 1)).taskMs();

    assertThat(schedule.predict(Candidate.fixed(1, 1)).taskMs())
        .isCloseTo(taskMs - 700, within(1.0));
    assertThat(schedule.predict(Candidate.fixed(8, 1)).taskMs())
        .isCloseTo(taskMs + 6 * 700, within(1.0));
  }

  @Test
  void predict_dynamicBoundsThatAreEqual_areAFixedNumber() {
    RecordedSchedule schedule = schedule(TestRuns.run()
        .scan(64, 5_000, 1 << 30)
        .executors(2, 1)
        .manager(ClusterManager.LOCAL_CLUSTER));

    Estimate fixed = schedule.predict(Candidate.fixed(5, 1));
    Estimate bounded = schedule.predict(Candidate.fixed(5, 1).withDynamicMin(OptionalInt.of(5)));

    assertThat(bounded.durationMs()).isCloseTo(fixed.durationMs(), within(1.0));
  }
}
