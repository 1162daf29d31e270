package io.sparkoptimizer.core.analysis;

import static io.sparkoptimizer.core.analysis.Runs.executors;
import static io.sparkoptimizer.core.analysis.Runs.findings;
import static io.sparkoptimizer.core.analysis.Runs.run;
import static io.sparkoptimizer.core.analysis.Runs.sql;
import static io.sparkoptimizer.core.analysis.Runs.stage;
import static io.sparkoptimizer.core.analysis.Runs.tasks;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Analysis.Severity;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SpillingStageRuleTest {
  private static final String RULE = "spilling-stage";
  private static final long GB = 1_000_000_000;

  private static Runs.Stage spilling(int tasks, long spilled) {
    return stage(2, 0, 100_000)
        .tasks(tasks(tasks, 4_000))
        .metric(TaskMetric.SHUFFLE_READ_BYTES, 100 * GB)
        .metric(TaskMetric.DISK_BYTES_SPILLED, spilled)
        .metric(TaskMetric.MEMORY_BYTES_SPILLED, 3 * 10 * GB)
        .metric(TaskMetric.PEAK_EXECUTION_MEMORY_BYTES, 10 * GB);
  }

  private static ApplicationRun.Builder with(Runs.Stage stage) {
    return run(100_000).executors(executors(2, 4, 0)).stages(List.of(stage.build()));
  }

  private static ApplicationRun.Builder sqlWith(Runs.Stage stage) {
    return sql(with(stage), List.of(2), Map.of());
  }

  @Test
  void findings_aTenthSpilled_isFoundAndJustBelowIsNot() {
    List<Finding> found = findings(sqlWith(spilling(200, 10 * GB)), RULE);
    assertThat(found).hasSize(1);
    Finding finding = found.get(0);
    assertThat(finding.title())
        .isEqualTo("Stage 2 spilled 9.3 GiB to disk, 10 % of what it processed");
    assertThat(finding.severity()).isEqualTo(Severity.LOW);
    // 10 GB at 100 MB/s are 100 s of slot time, on 8 slots.
    assertThat(finding.wastedMs()).hasValue(12_500);
    assertThat(finding.wastedCoreHours()).hasValue(100_000 / 3_600_000.0);
    assertThat(findings(sqlWith(spilling(200, 10 * GB - 1)), RULE)).isEmpty();
    assertThat(findings(sqlWith(spilling(200, 60 * GB)), RULE).get(0).severity())
        .isEqualTo(Severity.HIGH);
  }

  @Test
  void findings_noMetrics_isSilent() {
    assertThat(findings(with(stage(2, 0, 100_000).tasks(tasks(8, 9_000))), RULE))
        .isEmpty();
  }

  @Test
  void findings_shuffleStage_multipliesPartitionsByWhatDidNotFit() {
    // Four times as much as fitted: 30 GB spilled beside 10 GB held.
    assertThat(findings(sqlWith(spilling(200, 20 * GB)), RULE).get(0).sparkConf())
        .isEqualTo(Map.of("spark.sql.shuffle.partitions", "800"));
    assertThat(findings(
                sqlWith(spilling(64, 20 * GB))
                    .configuration(Map.of("spark.sql.shuffle.partitions", "64")),
                RULE)
            .get(0)
            .sparkConf())
        .isEqualTo(Map.of("spark.sql.shuffle.partitions", "256"));
  }

  @Test
  void findings_adaptiveJoinedPartitions_lowersTheAdvisorySizeInstead() {
    assertThat(findings(sqlWith(spilling(50, 20 * GB)), RULE).get(0).sparkConf())
        .isEqualTo(Map.of("spark.sql.adaptive.advisoryPartitionSizeInBytes", "16m"));
  }

  @Test
  void findings_streamingRun_neverTouchesShufflePartitions() {
    Finding finding = findings(
            sqlWith(spilling(200, 20 * GB)).kind(ApplicationKind.STREAMING), RULE)
        .get(0);
    assertThat(finding.sparkConf()).isEmpty();
    assertThat(finding.advice()).contains("fixed by the query's checkpoint");
  }

  @Test
  void findings_rddStage_advisesPartitionsInTheCode() {
    Finding finding = findings(with(spilling(200, 20 * GB)), RULE).get(0);
    assertThat(finding.sparkConf()).isEmpty();
    assertThat(finding.advice()).contains("about 800 partitions instead of 200");
  }

  @Test
  void findings_fewTasksSpill_isSkewAndLeavesPartitionsAlone() {
    Runs.Stage skewed =
        spilling(200, 20 * GB).bytes(TaskDistribution.DISK_BYTES_SPILLED, tasks(199, 0, 20 * GB));
    Finding finding = findings(sqlWith(skewed), RULE).get(0);
    assertThat(finding.sparkConf()).isEmpty();
    assertThat(finding.advice()).contains("more partitions leave a hot key whole");
  }
}
