package io.sparkoptimizer.core.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Platform;
import io.sparkoptimizer.Recommendation.InputBasis;
import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The parts of the budget beside the heap, and what moves with it. */
class MemoryBudgetTest {
  private static final long MIB = 1L << 20;

  /** Eight GiB of heap of which nothing can be given back, so that the other parts may move. */
  private static TestRuns full() {
    return TestRuns.etl().heapMb(8_192, 7_500);
  }

  /** The same runs, whose executors held this too, in MiB. */
  private static List<ApplicationRun> held(TestRuns run, Map<MemoryPeak, Long> peaksMb) {
    return TestRuns.repeated(4, i -> run).stream()
        .map(one -> one.toBuilder()
            .executors(one.executors().stream()
                .map(executor -> executor.isDriver() ? executor : held(executor, peaksMb))
                .toList())
            .build())
        .toList();
  }

  private static Executor held(Executor executor, Map<MemoryPeak, Long> peaksMb) {
    Measures.Builder<MemoryPeak> peaks = Measures.builder(MemoryPeak.class);
    for (MemoryPeak kind : MemoryPeak.values()) {
      executor.peaks().get(kind).ifPresent(bytes -> peaks.set(kind, bytes));
    }
    peaksMb.forEach((kind, mb) -> peaks.set(kind, mb * MIB));
    return new Executor(
        executor.id(),
        executor.host(),
        executor.totalCores(),
        executor.resourceProfileId(),
        executor.addTimeMs(),
        executor.firstTaskLaunchTimeMs(),
        executor.removeTimeMs(),
        executor.removeReason(),
        executor.completedTasks(),
        executor.failedTasks(),
        executor.totalDurationMs(),
        executor.totalGcTimeMs(),
        executor.totalInputBytes(),
        executor.totalShuffleReadBytes(),
        executor.totalShuffleWriteBytes(),
        peaks.build(),
        executor.collections());
  }

  private static MemoryPlan plan(List<ApplicationRun> runs, String... locked) {
    return plan(JobProfile.builder().build(), runs, locked);
  }

  private static MemoryPlan plan(JobProfile profile, List<ApplicationRun> runs, String... locked) {
    return MemoryPlan.of(
        Setup.of(runs.get(0), profile),
        runs,
        new InputSize(1, OptionalLong.empty(), InputBasis.SCALED),
        Set.of(locked));
  }

  private static Evidence evidence(MemoryPlan plan, String property) {
    return plan.evidence().stream()
        .filter(one -> one.property().equals(property))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void overhead_processesHeldLittleBesideTheHeap_goesDownOneStep() {
    TestRuns run = full().conf("spark.executor.memoryOverhead", "4g");

    MemoryPlan plan = plan(held(run, Map.of(MemoryPeak.PROCESS_TREE_JVM_RSS, 8_400L)));

    assertThat(plan.setup().overheadMb()).isEqualTo(2_880);
    assertThat(plan.setup().heapMb()).isEqualTo(8_192);
    assertThat(evidence(plan, MemoryPlan.OVERHEAD).observed()).hasValue(900.0 * MIB);
  }

  @Test
  void overhead_noProcessTree_isKeptAndNamesTheSetting() {
    MemoryPlan plan = plan(held(full().conf("spark.executor.memoryOverhead", "4g"), Map.of()));

    assertThat(plan.setup().overheadMb()).isEqualTo(4_096);
    assertThat(evidence(plan, MemoryPlan.OVERHEAD).effect())
        .contains("spark.executor.processTreeMetrics.enabled=true");
  }

  @Test
  void overhead_processTreeThatTheReleaseCountsWrongly_isNotBelieved() {
    List<ApplicationRun> wrong = held(
            full().conf("spark.executor.memoryOverhead", "4g"),
            Map.of(MemoryPeak.PROCESS_TREE_JVM_RSS, 8_400L))
        .stream()
        .map(run -> run.toBuilder().sparkVersion("3.5.6").build())
        .toList();

    assertThat(plan(wrong).setup().overheadMb()).isEqualTo(4_096);
  }

  @Test
  void overhead_containerNearlyFull_growsBeforeItIsKilled() {
    // 8,192 and 819 MiB: 8,700 are 97 %. Pages of the heap that are not used are no reason.
    MemoryPlan full = plan(held(full(), Map.of(MemoryPeak.PROCESS_TREE_JVM_RSS, 8_700L)));
    MemoryPlan half = plan(
        held(TestRuns.etl().heapMb(8_192, 7_500), Map.of(MemoryPeak.PROCESS_TREE_JVM_RSS, 8_300L)));

    assertThat(full.setup().overheadMb()).isEqualTo(1_280);
    assertThat(full.urgent()).isFalse();
    assertThat(half.setup().overheadMb()).isEqualTo(819);
  }

  @Test
  void overhead_besideAHeapThatShrinks_stays() {
    TestRuns run = TestRuns.etl().heapMb(8_192, 2_000).conf("spark.executor.memoryOverhead", "4g");

    MemoryPlan plan = plan(held(run, Map.of(MemoryPeak.PROCESS_TREE_JVM_RSS, 2_500L)));

    assertThat(plan.setup().heapMb()).isLessThan(8_192);
    assertThat(plan.setup().overheadMb()).isEqualTo(4_096);
    assertThat(evidence(plan, MemoryPlan.OVERHEAD).effect()).contains("one part changes");
  }

  @Test
  void offHeap_littleUsed_goesDownOneStep_andWhereTasksSpillStays() {
    TestRuns run =
        full().conf("spark.memory.offHeap.enabled", "true").conf("spark.memory.offHeap.size", "4g");
    Map<MemoryPeak, Long> used =
        Map.of(MemoryPeak.OFF_HEAP_EXECUTION, 600L, MemoryPeak.OFF_HEAP_STORAGE, 100L);

    assertThat(plan(held(run, used)).setup().offHeapMb()).isEqualTo(2_880);
    assertThat(plan(held(run, used), MemoryPlan.OFF_HEAP).setup().offHeapMb()).isEqualTo(4_096);
    List<ApplicationRun> spilling = held(run, used).stream()
        .map(one -> withStage(one, one.stages().get(1).metrics(), TaskMetric.DISK_BYTES_SPILLED))
        .toList();
    assertThat(plan(spilling).setup().offHeapMb()).isEqualTo(4_096);
  }

  private static ApplicationRun withStage(
      ApplicationRun run, Measures<TaskMetric> had, TaskMetric more) {
    Measures.Builder<TaskMetric> metrics = Measures.builder(TaskMetric.class);
    for (TaskMetric metric : TaskMetric.values()) {
      had.get(metric).ifPresent(figure -> metrics.set(metric, figure));
    }
    metrics.set(more, had.orZero(TaskMetric.SHUFFLE_READ_BYTES));
    StageAttempt old = run.stages().get(1);
    StageAttempt stage = StageAttempt.builder(old.stageId(), 0)
        .status(StageStatus.COMPLETE)
        .parentIds(old.parentIds())
        .submissionTimeMs(old.submissionTimeMs())
        .firstTaskLaunchedTimeMs(old.firstTaskLaunchedTimeMs())
        .completionTimeMs(old.completionTimeMs())
        .numTasks(old.numTasks())
        .numCompleteTasks(old.numTasks())
        .slotTimeMs(old.slotTimeMs())
        .metrics(metrics.build())
        .distributions(old.distributions())
        .build();
    return run.toBuilder().stages(List.of(run.stages().get(0), stage)).build();
  }

  @Test
  void python_workersHoldLittle_goesDownOneStep_andNearlyFullGrows() {
    TestRuns run = full().conf("spark.executor.pyspark.memory", "4g");
    Map<MemoryPeak, Long> little =
        Map.of(MemoryPeak.PROCESS_TREE_JVM_RSS, 8_000L, MemoryPeak.PROCESS_TREE_PYTHON_RSS, 500L);
    Map<MemoryPeak, Long> much =
        Map.of(MemoryPeak.PROCESS_TREE_JVM_RSS, 8_000L, MemoryPeak.PROCESS_TREE_PYTHON_RSS, 3_900L);

    assertThat(plan(held(run, little)).setup().pysparkMb()).isEqualTo(2_880);
    assertThat(plan(held(run, much)).setup().pysparkMb()).isBetween(4_800L, 5_120L);
    assertThat(plan(held(run, Map.of())).setup().pysparkMb()).isEqualTo(4_096);
  }

  @Test
  void heap_fromPolledToHardLimits_isKeptUntilProcessesAreKnown() {
    TestRuns run = TestRuns.etl().heapMb(8_192, 2_000);
    JobProfile onKubernetes = JobProfile.builder().platform(Platform.KUBERNETES).build();

    MemoryPlan blind = plan(onKubernetes, held(run, Map.of()));
    MemoryPlan seen =
        plan(onKubernetes, held(run, Map.of(MemoryPeak.PROCESS_TREE_JVM_RSS, 2_500L)));
    MemoryPlan there = plan(held(run.manager(ClusterManager.KUBERNETES), Map.of()));

    assertThat(blind.setup().heapMb()).isEqualTo(8_192);
    assertThat(evidence(blind, MemoryPlan.HEAP).effect())
        .contains("hard limit", "spark.executor.processTreeMetrics.enabled=true");
    assertThat(seen.setup().heapMb()).isLessThan(8_192);
    assertThat(there.setup().heapMb()).isLessThan(8_192);
  }

  @Test
  void heap_thatShrinksForTheLastTime_takesWhatItsContainerIsRoundedUpBy() {
    TestRuns run = TestRuns.etl().heapMb(8_192, 4_600);

    Setup onYarn = plan(held(run, Map.of())).setup();
    Setup onKubernetes =
        plan(held(run.manager(ClusterManager.KUBERNETES), Map.of())).setup();

    // 6,144 and 819 MiB are paid as 7,168.
    assertThat(onKubernetes.heapMb()).isEqualTo(6_144);
    assertThat(onYarn.heapMb()).isEqualTo(6_336);
    assertThat(onYarn.executorContainerMb() - onYarn.memoryMb()).isBetween(0L, 63L);
  }

  /** A run whose first stage failed, so many of its tasks done. */
  private static ApplicationRun failed(int tasks, int done, String why) {
    ApplicationRun run = TestRuns.etl()
        .heapMb(8_192, 8_000)
        .died(Cause.HEAP, Certainty.CERTAIN)
        .status(RunStatus.FAILED)
        .build();
    StageAttempt stage = StageAttempt.builder(0, 0)
        .status(StageStatus.FAILED)
        .failureReason(why)
        .numTasks(tasks)
        .numCompleteTasks(done)
        .numFailedTasks(4)
        .metrics(Measures.builder(TaskMetric.class)
            .set(TaskMetric.SHUFFLE_READ_BYTES, 1 << 30)
            .build())
        .build();
    return run.toBuilder().stages(List.of(stage)).build();
  }

  @Test
  void death_ofOneTaskAlone_isSkewAndChangesNoMemory() {
    String why = "Job aborted due to stage failure: Task 17 in stage 0.0 failed 4 times";

    MemoryPlan skew = plan(List.of(failed(200, 199, why)));
    MemoryPlan all = plan(List.of(failed(200, 20, why)));

    assertThat(skew.setup().heapMb()).isEqualTo(8_192);
    assertThat(skew.setup().cores()).isEqualTo(2);
    assertThat(skew.partitions()).isEmpty();
    assertThat(evidence(skew, MemoryPlan.HEAP).effect()).contains("its key or its file");
    assertThat(all.setup().cores()).isEqualTo(1);
  }

  @Test
  void death_inAShuffleThatThePropertyCut_doublesPartitionsToo() {
    MemoryPlan plan = plan(List.of(failed(200, 20, "Task 17 in stage 0.0 failed 4 times")));

    assertThat(plan.partitions()).isEqualTo(OptionalInt.of(400));
    assertThat(plan.setup().shufflePartitions()).isEqualTo(OptionalInt.of(400));
    assertThat(plan(List.of(failed(200, 20, "")), PartitionRule.SQL).partitions())
        .isEmpty();
    assertThat(plan(List.of(failed(60, 20, ""))).partitions())
        .as("coalesced: the property did not decide")
        .isEmpty();
  }

  @Test
  void overhead_diedWithMoreThanToday_isRaisedAboveThat() {
    List<ApplicationRun> runs = TestRuns.repeated(
        3,
        i -> i == 2
            ? full()
                .conf("spark.executor.memoryOverhead", "1536m")
                .died(Cause.CONTAINER, Certainty.CERTAIN)
                .status(RunStatus.FAILED)
            : full().conf("spark.executor.memoryOverhead", "1g"));

    MemoryPlan plan = plan(Setup.of(runs.get(1)), runs);

    assertThat(plan.setup().overheadMb()).isGreaterThanOrEqualTo(2_048);
  }

  private static MemoryPlan plan(Setup today, List<ApplicationRun> runs) {
    return MemoryPlan.of(
        today, runs, new InputSize(1, OptionalLong.empty(), InputBasis.SCALED), Set.of());
  }

  @Test
  void overhead_sizeThatDiedLongAgo_isNotGoneBackTo() {
    TestRuns now = full().conf("spark.executor.memoryOverhead", "3g");
    List<ApplicationRun> runs = TestRuns.repeated(
        8,
        i -> i == 0
            ? full()
                .conf("spark.executor.memoryOverhead", "2g")
                .died(Cause.CONTAINER, Certainty.CERTAIN)
            : now);
    List<ApplicationRun> held = runs.stream()
        .map(run -> run.toBuilder()
            .executors(run.executors().stream()
                .map(executor -> executor.isDriver()
                    ? executor
                    : held(executor, Map.of(MemoryPeak.PROCESS_TREE_JVM_RSS, 8_000L)))
                .toList())
            .build())
        .toList();

    assertThat(plan(held).setup().overheadMb()).isBetween(2_253L, 2_304L);
  }

  @Test
  void heap_smallerOneEndedForNoKnownReason_isNotGoneBackTo() {
    List<ApplicationRun> runs = TestRuns.repeated(
        7,
        i -> i < 4
            ? TestRuns.etl().heapMb(8_192, 2_000)
            : TestRuns.etl().heapMb(5_888, 2_000).status(RunStatus.FAILED));

    MemoryPlan plan = plan(Setup.of(runs.get(6)), runs);

    assertThat(plan.setup().heapMb()).isGreaterThanOrEqualTo(6_476);
  }

  @Test
  void heap_onDatabricks_isTheNodes() {
    MemoryPlan plan = plan(TestRuns.repeated(
        4, i -> TestRuns.etl().heapMb(8_192, 1_000).manager(ClusterManager.DATABRICKS)));

    assertThat(plan.setup().heapMb()).isEqualTo(8_192);
    assertThat(evidence(plan, MemoryPlan.HEAP).effect()).contains("node type");
  }

  @Test
  void heap_filledAndBusyAtEverySize_doesNotGrowForEver() {
    List<ApplicationRun> runs = TestRuns.repeated(
        4,
        i ->
            TestRuns.etl().heapMb(i < 2 ? 8_192 : 10_240, i < 2 ? 7_600 : 9_500).gcMs(300_000));

    assertThat(plan(runs).setup().heapMb()).isLessThanOrEqualTo(10_240);
  }

  @Test
  void heap_largerRunsOverMoreInput_areNoGarbage() {
    List<ApplicationRun> daily = TestRuns.repeated(3, i -> TestRuns.etl().heapMb(4_096, 2_000));
    List<ApplicationRun> monthly = TestRuns.repeated(
        5,
        i -> i < 2
            ? TestRuns.run()
                .scan(200, 10_000, 200 * 1024 * MIB)
                .shuffle(200, 2_000, 40 * 1024 * MIB)
                .heapMb(16_384, 12_000)
            : TestRuns.etl().heapMb(4_096, 2_000));

    assertThat(plan(monthly).setup().heapMb())
        .isGreaterThanOrEqualTo(plan(daily).setup().heapMb());
  }

  @Test
  void python_fewerCoresBefore_countsForEachOfThem() {
    TestRuns run = full().executors(4, 2).conf("spark.executor.pyspark.memory", "6g");
    List<ApplicationRun> runs = held(
        run,
        Map.of(
            MemoryPeak.PROCESS_TREE_JVM_RSS, 8_000L, MemoryPeak.PROCESS_TREE_PYTHON_RSS, 2_000L));
    JobProfile eight =
        JobProfile.builder().configuration(Map.of("spark.executor.cores", "8")).build();

    assertThat(plan(eight, runs).setup().pysparkMb()).isGreaterThanOrEqualTo(6_144);
  }
}
