package io.sparkoptimizer.core.analysis;

import static io.sparkoptimizer.core.analysis.Runs.analyze;
import static io.sparkoptimizer.core.analysis.Runs.executors;
import static io.sparkoptimizer.core.analysis.Runs.run;
import static io.sparkoptimizer.core.analysis.Runs.stage;
import static io.sparkoptimizer.core.analysis.Runs.tasks;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.Analysis;
import io.sparkoptimizer.Analysis.Bottleneck;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.DataQuality;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EfficiencyTest {

  /** Two executors of two cores for 100 s; stages from 10 s to 40 s and from 50 s to 90 s. */
  private static ApplicationRun.Builder twoStages() {
    return run(100_000)
        .executors(executors(2, 2, 0))
        .stages(List.of(
            stage(1, 10_000, 40_000)
                .tasks(tasks(4, 30_000))
                .metric(TaskMetric.EXECUTOR_RUN_TIME_MS, 110_000)
                .metric(TaskMetric.JVM_GC_TIME_MS, 5_000)
                .metric(TaskMetric.SHUFFLE_FETCH_WAIT_TIME_MS, 2_000)
                .metric(TaskMetric.DISK_BYTES_SPILLED, 100_000_000)
                .metric(TaskMetric.EXECUTOR_CPU_TIME_NS, 80_000_000_000L)
                .build(),
            stage(2, 50_000, 90_000).tasks(tasks(4, 40_000)).failed(1, 0).build()));
  }

  @Test
  void analyze_twoStages_accountsForEveryMillisecond() {
    Analysis analysis = analyze(twoStages());
    Analysis.Efficiency efficiency = analysis.efficiency();
    Analysis.Breakdown breakdown = efficiency.breakdownMs();
    assertThat(breakdown.startup()).hasValue(10_000);
    assertThat(breakdown.driver()).hasValue(20_000);
    assertThat(breakdown.gc()).hasValue(5_000);
    assertThat(breakdown.shuffleReadWait()).hasValue(2_000);
    assertThat(breakdown.spill()).hasValue(1_000);
    assertThat(breakdown.compute()).hasValue(110_000 + 160_000 - 5_000 - 2_000 - 1_000);
    assertThat(breakdown.scheduling()).hasValue(10_000);
    assertThat(breakdown.retries()).hasValue(0);
    assertThat(breakdown.skewTail()).hasValue(0);
    assertThat(breakdown.idle()).hasValue(400_000 - 280_000);
    assertThat(efficiency.slotOccupancy()).hasValue(0.7);
    assertThat(efficiency.cpuUtilization()).hasValue(0.2);
    assertThat(efficiency.heapUtilization()).isEmpty();
    double coreHours = 120_000 / 3_600_000.0;
    assertThat(efficiency.wastedCoreHours().getAsDouble()).isCloseTo(coreHours, within(1e-12));
    // 1 GiB heap + 384 MiB overhead for two cores.
    double gbHours = coreHours * (1024 + 384) / 1024.0 / 2;
    assertThat(efficiency.wastedGbHours().getAsDouble()).isCloseTo(gbHours, within(1e-12));
    assertThat(efficiency.wastedCost().getAsDouble())
        .isCloseTo(coreHours * 0.052624 + gbHours * 0.0057785, within(1e-12));
  }

  @Test
  void analyze_compactedLog_tellsNoIdleNoDriverNoStartup() {
    Analysis.Efficiency efficiency = analyze(
            twoStages().quality(new DataQuality(false, Set.of(QualityIssue.COMPACTED), 9, 0, 9, 0)))
        .efficiency();
    assertThat(efficiency.slotOccupancy()).isEmpty();
    assertThat(efficiency.wastedCoreHours()).isEmpty();
    assertThat(efficiency.wastedCost()).isEmpty();
    assertThat(efficiency.breakdownMs().idle()).isEmpty();
    assertThat(efficiency.breakdownMs().driver()).isEmpty();
    assertThat(efficiency.breakdownMs().startup()).isEmpty();
    assertThat(efficiency.breakdownMs().gc()).hasValue(5_000);
  }

  @Test
  void analyze_tasksInFlightAtTheCut_tellsNoOccupancy() {
    Analysis.Efficiency efficiency = analyze(run(100_000)
            .executors(executors(2, 2, 0))
            .stages(List.of(stage(1, 0, 0)
                .tasks(tasks(4, 1_000))
                .numTasks(8)
                .status(StageStatus.ACTIVE)
                .build())))
        .efficiency();
    assertThat(efficiency.slotOccupancy()).isEmpty();
    assertThat(efficiency.breakdownMs().idle()).isEmpty();
  }

  @Test
  void analyze_noCpuTimeInTheLog_isEmptyNotZero() {
    ApplicationRun.Builder old = run(100_000)
        .sparkVersion(null)
        .executors(executors(1, 2, 0))
        .stages(List.of(stage(1, 0, 100_000).tasks(tasks(2, 100_000)).build()));
    assertThat(analyze(old).efficiency().cpuUtilization()).isEmpty();
    assertThat(analyze(old).efficiency().breakdownMs().gc()).isEmpty();
    assertThat(analyze(old).bottleneck()).isEqualTo(Bottleneck.UNKNOWN);
  }

  @Test
  void analyze_nothingInTheLog_givesEmpties() {
    Analysis analysis = analyze(ApplicationRun.builder());
    assertThat(analysis.findings()).isEmpty();
    assertThat(analysis.healthScore()).isEmpty();
    assertThat(analysis.bottleneck()).isEqualTo(Bottleneck.UNKNOWN);
    assertThat(analysis.efficiency().slotOccupancy()).isEmpty();
    assertThat(analysis.efficiency().breakdownMs().compute()).isEmpty();
    assertThat(analysis.efficiency().breakdownMs().retries()).isEmpty();
    assertThat(analysis.efficiency().wastedCost()).isEmpty();
  }

  @Test
  void bottleneck_isWhatMostSlotTimeWentTo() {
    assertThat(analyze(twoStages()).bottleneck()).isEqualTo(Bottleneck.UNKNOWN);
    assertThat(bottleneckOf(Map.of(TaskMetric.EXECUTOR_CPU_TIME_NS, 90_000_000_000L)))
        .isEqualTo(Bottleneck.CPU);
    assertThat(bottleneckOf(
            Map.of(TaskMetric.EXECUTOR_CPU_TIME_NS, 9_000_000_000L, TaskMetric.INPUT_BYTES, 5L)))
        .isEqualTo(Bottleneck.IO);
    assertThat(bottleneckOf(Map.of(TaskMetric.EXECUTOR_CPU_TIME_NS, 9_000_000_000L)))
        .as("time off the CPU without a byte read is not known to be I/O")
        .isEqualTo(Bottleneck.UNKNOWN);
    assertThat(bottleneckOf(Map.of(TaskMetric.JVM_GC_TIME_MS, 80_000L)))
        .isEqualTo(Bottleneck.MEMORY);
    assertThat(bottleneckOf(Map.of(TaskMetric.SHUFFLE_FETCH_WAIT_TIME_MS, 80_000L)))
        .isEqualTo(Bottleneck.SHUFFLE);
    assertThat(bottleneckOf(Map.of(TaskMetric.EXECUTOR_RUN_TIME_MS, 10_000L)))
        .isEqualTo(Bottleneck.SCHEDULER);
    assertThat(analyze(run(100_000)
                .executors(executors(1, 2, 0))
                .stages(List.of(stage(1, 0, 10_000).tasks(tasks(2, 10_000)).build())))
            .bottleneck())
        .isEqualTo(Bottleneck.DRIVER);
  }

  private static Bottleneck bottleneckOf(Map<TaskMetric, Long> metrics) {
    Runs.Stage stage = stage(1, 0, 50_000).tasks(tasks(2, 50_000));
    metrics.forEach(stage::metric);
    return analyze(run(50_000).executors(executors(1, 2, 0)).stages(List.of(stage.build())))
        .bottleneck();
  }

  @Test
  void retries_secondAttemptOfACompletedStage_countsWhole() {
    Analysis.Breakdown breakdown = analyze(run(100_000)
            .executors(executors(1, 2, 0))
            .stages(List.of(
                stage(1, 0, 20_000).tasks(tasks(4, 10_000)).build(),
                stage(1, 30_000, 40_000).attempt(1).tasks(tasks(1, 10_000)).build(),
                stage(2, 40_000, 60_000).tasks(tasks(4, 9_000)).failed(2, 3_000).build())))
        .efficiency()
        .breakdownMs();
    assertThat(breakdown.retries()).hasValue(13_000);
  }
}
