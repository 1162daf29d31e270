package io.sparkoptimizer.core.analysis;

import static io.sparkoptimizer.core.analysis.Runs.executors;
import static io.sparkoptimizer.core.analysis.Runs.findings;
import static io.sparkoptimizer.core.analysis.Runs.run;
import static io.sparkoptimizer.core.analysis.Runs.sql;
import static io.sparkoptimizer.core.analysis.Runs.stage;
import static io.sparkoptimizer.core.analysis.Runs.tasks;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Analysis.Severity;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SlotRulesTest {

  /** One hour on ten executors of four cores, with tasks in it. */
  private static ApplicationRun.Builder hour(int tasks, long durationMs) {
    return run(3_600_000)
        .executors(executors(10, 4, 0))
        .stages(List.of(stage(1, 0, durationMs).tasks(tasks(tasks, durationMs)).build()));
  }

  @Test
  void idleSlots_half_isFoundAndJustBelowIsNot() {
    Finding finding = findings(hour(40, 1_800_000), "idle-slots").get(0);
    assertThat(finding.severity()).isEqualTo(Severity.LOW);
    assertThat(finding.title()).isEqualTo("Slots held no task for 50 % of the executors' time");
    assertThat(finding.wastedCoreHours()).hasValue(20);
    assertThat(finding.wastedMs()).isEmpty();
    assertThat(findings(hour(40, 1_800_001), "idle-slots")).isEmpty();
    assertThat(findings(hour(40, 700_000), "idle-slots").get(0).severity())
        .isEqualTo(Severity.HIGH);
  }

  @Test
  void idleSlots_noExecutorEverNeeded_namesTheCountThatSuffices() {
    Finding finding = findings(hour(9, 3_600_000), "idle-slots").get(0);
    assertThat(finding.advice()).contains("No more than 9 tasks could run at one time");
    assertThat(finding.sparkConf()).containsExactly(entry("spark.executor.instances", "3"));
  }

  @Test
  void idleSlots_dynamicAllocation_keepsMinInitialMaxInOrder() {
    Finding finding = findings(
            hour(9, 3_600_000)
                .configuration(Map.of(
                    "spark.dynamicAllocation.enabled", "true",
                    "spark.dynamicAllocation.minExecutors", "5",
                    "spark.dynamicAllocation.initialExecutors", "2")),
            "idle-slots")
        .get(0);
    assertThat(finding.sparkConf())
        .isEqualTo(Map.of(
            "spark.dynamicAllocation.maxExecutors", "3",
            "spark.dynamicAllocation.minExecutors", "3"));
  }

  @Test
  void idleSlots_longGaps_turnsDynamicAllocationOn() {
    Finding finding = findings(
            hour(1, 1)
                .stages(List.of(stage(1, 0, 1_000_000).tasks(tasks(80, 500_000)).build())),
            "idle-slots")
        .get(0);
    assertThat(finding.advice()).contains("Most of it passed while no stage ran");
    assertThat(finding.sparkConf())
        .isEqualTo(Map.of(
            "spark.dynamicAllocation.enabled", "true",
            "spark.dynamicAllocation.maxExecutors", "10",
            "spark.dynamicAllocation.shuffleTracking.enabled", "true"));
  }

  @Test
  void idleSlots_moreAskedForThanGranted_keepsInitialBelowMax() {
    Finding finding = findings(
            hour(1, 1)
                .configuration(Map.of("spark.executor.instances", "50"))
                .stages(List.of(stage(1, 0, 1_000_000).tasks(tasks(80, 500_000)).build())),
            "idle-slots")
        .get(0);
    assertThat(finding.sparkConf())
        .containsEntry("spark.dynamicAllocation.maxExecutors", "10")
        .containsEntry("spark.executor.instances", "10");
  }

  @Test
  void idleSlots_interactiveOrStreamingOrWithoutTasks_isSilent() {
    for (ApplicationKind kind : ApplicationKind.values()) {
      assertThat(findings(hour(9, 3_600_000).kind(kind), "idle-slots"))
          .as(kind.word())
          .hasSize(kind == ApplicationKind.BATCH ? 1 : 0);
    }
    assertThat(findings(hour(9, 3_600_000).stages(List.of()), "idle-slots")).isEmpty();
    assertThat(findings(hour(9, 3_600_000).executors(List.of()), "idle-slots")).isEmpty();
  }

  /** So many tasks of 100 ms on 8 slots, {@code overhead} of each outside its run time. */
  private static ApplicationRun.Builder tiny(int count, double overhead) {
    long slotTime = count * 100L;
    return run(60_000)
        .executors(executors(2, 4, 0))
        .stages(List.of(stage(5, 0, slotTime / 8)
            .tasks(tasks(count, 100))
            .metric(TaskMetric.EXECUTOR_RUN_TIME_MS, Math.round(slotTime * (1 - overhead)))
            .metric(TaskMetric.SHUFFLE_READ_BYTES, 1_000_000)
            .build()));
  }

  @Test
  void tinyTasks_overheadDominates_isFoundAndJustBelowIsNot() {
    Finding finding = findings(tiny(1_000, 0.3), "tiny-tasks").get(0);
    assertThat(finding.title()).isEqualTo("Stage 5: 1000 tasks with a median of 100 ms");
    // 30 s of overhead, of which 100 tasks of one second would keep a tenth; on 8 slots.
    assertThat(finding.wastedCoreHours()).hasValue(27_000 / 3_600_000.0);
    assertThat(finding.wastedMs()).hasValue(3_375);
    assertThat(finding.severity()).isEqualTo(Severity.MEDIUM);
    assertThat(findings(tiny(1_000, 0.299), "tiny-tasks")).isEmpty();
    assertThat(findings(tiny(199, 0.9), "tiny-tasks")).isEmpty();
    assertThat(findings(tiny(4_000, 0.1), "tiny-tasks")).isEmpty();
    assertThat(findings(tiny(5_001, 0.1), "tiny-tasks")).hasSize(1);
  }

  @Test
  void tinyTasks_remedyFitsTheRun() {
    ApplicationRun.Builder shuffle = sql(tiny(1_000, 0.5), List.of(5), Map.of());
    Finding fixed = findings(shuffle, "tiny-tasks").get(0);
    assertThat(fixed.sparkConf())
        .as("adaptive execution is on and did not join them")
        .isEmpty();
    assertThat(fixed.advice()).contains("look for a repartition(n)", "100 partitions would do");
    String coalesce = "spark.sql.adaptive.coalescePartitions.enabled";
    assertThat(findings(shuffle.configuration(Map.of(coalesce, "false")), "tiny-tasks")
            .get(0)
            .sparkConf())
        .isEqualTo(Map.of(coalesce, "true"));
    assertThat(findings(
                shuffle.configuration(Map.of("spark.sql.adaptive.enabled", "false")), "tiny-tasks")
            .get(0)
            .sparkConf())
        .isEqualTo(Map.of("spark.sql.adaptive.enabled", "true"));
    assertThat(findings(
                shuffle
                    .sparkVersion("2.4.8")
                    .configuration(Map.of("spark.sql.shuffle.partitions", "1000")),
                "tiny-tasks")
            .get(0)
            .sparkConf())
        .isEqualTo(Map.of("spark.sql.shuffle.partitions", "100"));
    assertThat(findings(shuffle.kind(ApplicationKind.STREAMING), "tiny-tasks")
            .get(0)
            .sparkConf())
        .isEmpty();
  }

  @Test
  void failedTasks_aTwentieth_isFoundAndJustBelowIsNot() {
    assertThat(findings(failing(38, 2), "failed-tasks").get(0).severity()).isEqualTo(Severity.LOW);
    assertThat(findings(failing(39, 2), "failed-tasks")).isEmpty();
    assertThat(findings(failing(1, 1), "failed-tasks"))
        .as("one failure is luck")
        .isEmpty();
    Finding finding = findings(failing(7, 3), "failed-tasks").get(0);
    assertThat(finding.severity()).isEqualTo(Severity.HIGH);
    assertThat(finding.title()).isEqualTo("Stage 1: 3 tasks failed, 30 % of its task ends");
    assertThat(finding.wastedCoreHours()).hasValue(3_000 / 3_600_000.0);
  }

  private static ApplicationRun.Builder failing(int succeeded, int failed) {
    return run(60_000)
        .executors(executors(1, 4, 0))
        .stages(List.of(stage(1, 0, 60_000)
            .tasks(tasks(succeeded, 5_000))
            .failed(failed, failed * 1_000L)
            .build()));
  }

  @Test
  void failedTasks_stageThatEndedTheRun_isCriticalAndCostsAll() {
    ApplicationRun.Builder dead = run(60_000)
        .status(RunStatus.FAILED)
        .executors(executors(1, 4, 0))
        .stages(List.of(stage(1, 0, 60_000)
            .tasks(tasks(40, 5_000))
            .failed(4, 4_000)
            .status(StageStatus.FAILED)
            .build()));
    Finding finding = findings(dead, "failed-tasks").get(0);
    assertThat(finding.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(finding.wastedMs()).hasValue(60_000);
    assertThat(finding.wastedCoreHours()).hasValue(4 / 60.0);
    assertThat(finding.advice()).contains("java.lang.IllegalStateException: no");
  }
}
