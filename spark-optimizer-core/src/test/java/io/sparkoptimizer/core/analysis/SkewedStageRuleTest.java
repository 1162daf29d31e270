package io.sparkoptimizer.core.analysis;

import static io.sparkoptimizer.core.analysis.Runs.MIB;
import static io.sparkoptimizer.core.analysis.Runs.executors;
import static io.sparkoptimizer.core.analysis.Runs.findings;
import static io.sparkoptimizer.core.analysis.Runs.run;
import static io.sparkoptimizer.core.analysis.Runs.sql;
import static io.sparkoptimizer.core.analysis.Runs.stage;
import static io.sparkoptimizer.core.analysis.Runs.tasks;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Analysis.Severity;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.TaskDistribution;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SkewedStageRuleTest {
  private static final String RULE = "skewed-stage";

  /** Seven tasks of {@code usualMs} and one of {@code longestMs} on eight slots, in a 100 s run. */
  private static Runs.Stage eight(long usualMs, long longestMs) {
    return stage(3, 0, longestMs).tasks(tasks(7, usualMs, longestMs));
  }

  private static ApplicationRun.Builder with(Runs.Stage... stages) {
    return run(100_000)
        .executors(executors(2, 4, 0))
        .stages(List.of(stages).stream().map(Runs.Stage::build).toList());
  }

  @Test
  void findings_longestTaskAlone_tellsWhatTheRunWaitedFor() {
    List<Finding> found = findings(with(eight(10_000, 40_000)), RULE);
    assertThat(found).hasSize(1);
    Finding finding = found.get(0);
    assertThat(finding.stageId()).hasValue(3);
    assertThat(finding.title())
        .isEqualTo("Stage 3: the longest task took 40.0 s, 4.0 times the median, and the run waited"
            + " 26.3 s for it");
    // 40 s less the 110 s of slot time spread over 8 slots; seven slots idle in that time, less
    // what
    // the even spread of the stage's own work leaves.
    assertThat(finding.wastedMs()).hasValue(26_250);
    assertThat(finding.wastedCoreHours().getAsDouble()).isEqualTo(7 * 26_250 / 3_600_000.0);
    assertThat(finding.severity()).isEqualTo(Severity.HIGH);
    assertThat(finding.advice()).contains("does not say whether the data is uneven");
    assertThat(finding.sparkConf()).isEmpty();
  }

  @Test
  void findings_justBelowTheRatioOrShort_isSilent() {
    assertThat(findings(with(eight(10_000, 39_999)), RULE)).isEmpty();
    assertThat(findings(with(eight(1_000, 4_999)), RULE)).isEmpty();
  }

  @Test
  void findings_longTaskAmongManyWaves_costsNothingAndIsSilent() {
    // 160 tasks of 1 s and one of 18 s on 8 slots: 178 s of work takes 23 s whatever the order.
    ApplicationRun.Builder packed = with(stage(3, 0, 22_500).tasks(tasks(160, 1_000, 18_000)));
    assertThat(findings(packed, RULE)).isEmpty();
  }

  @Test
  void findings_anotherStageRunsMeanwhile_isSilent() {
    ApplicationRun.Builder busy =
        with(eight(10_000, 40_000), stage(4, 0, 60_000).tasks(tasks(8, 30_000)));
    assertThat(findings(busy, RULE)).isEmpty();
  }

  @Test
  void findings_noExecutorsOrNoDurations_isSilent() {
    assertThat(findings(with(eight(10_000, 40_000)).executors(List.of()), RULE)).isEmpty();
    assertThat(findings(with(stage(3, 0, 40_000)), RULE)).isEmpty();
  }

  @Test
  void findings_unevenJoinWithoutAdaptiveExecution_turnsItOn() {
    Runs.Stage join = eight(10_000, 40_000)
        .bytes(TaskDistribution.SHUFFLE_READ_BYTES, tasks(7, 50 * MIB, 900 * MIB));
    ApplicationRun.Builder off = sql(with(join), List.of(3), Map.of("SortMergeJoin", 1L))
        .configuration(Map.of("spark.sql.adaptive.enabled", "false"));
    Finding finding = findings(off, RULE).get(0);
    assertThat(finding.sparkConf())
        .containsExactlyInAnyOrderEntriesOf(Map.of(
            "spark.sql.adaptive.enabled", "true",
            "spark.sql.adaptive.skewJoin.enabled", "true"));
    assertThat(finding.advice())
        .contains("read 900.0 MiB, the median 50.0 MiB")
        .contains("More memory does not help");
  }

  @Test
  void findings_unevenJoinBelowSparksBound_lowersTheBound() {
    Runs.Stage join = eight(10_000, 40_000)
        .bytes(TaskDistribution.SHUFFLE_READ_BYTES, tasks(7, 20 * MIB, 200 * MIB));
    Finding finding =
        findings(sql(with(join), List.of(3), Map.of("SortMergeJoin", 1L)), RULE).get(0);
    assertThat(finding.sparkConf())
        .isEqualTo(Map.of("spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes", "64m"));
  }

  @Test
  void findings_unevenAggregation_isSaltedNotConfigured() {
    Runs.Stage aggregation = eight(10_000, 40_000)
        .bytes(TaskDistribution.SHUFFLE_READ_BYTES, tasks(7, 50 * MIB, 900 * MIB));
    Finding finding =
        findings(sql(with(aggregation), List.of(3), Map.of()), RULE).get(0);
    assertThat(finding.sparkConf()).isEmpty();
    assertThat(finding.advice()).contains("salt the key");
  }

  @Test
  void findings_sameBytes_isAStragglerAndSpeculates() {
    Runs.Stage even =
        eight(10_000, 40_000).bytes(TaskDistribution.INPUT_BYTES, tasks(8, 128 * MIB));
    Finding finding = findings(with(even), RULE).get(0);
    assertThat(finding.sparkConf()).isEqualTo(Map.of("spark.speculation", "true"));
    assertThat(finding.advice()).contains("it is not the data");
    assertThat(findings(with(even).configuration(Map.of("spark.speculation", "true")), RULE)
            .get(0)
            .sparkConf())
        .isEmpty();
  }

  @Test
  void findings_unsplittableInput_namesTheFile() {
    Runs.Stage input =
        eight(10_000, 40_000).bytes(TaskDistribution.INPUT_BYTES, tasks(7, 128 * MIB, 900 * MIB));
    Finding finding = findings(with(input), RULE).get(0);
    assertThat(finding.advice()).contains("a file that cannot be split");
    assertThat(finding.sparkConf()).isEmpty();
  }

  @Test
  void findings_manySkewedStages_namesFiveAndSumsUpTheRest() {
    Runs.Stage[] stages = new Runs.Stage[8];
    for (int i = 0; i < stages.length; i++) {
      long from = i * 10_000L;
      stages[i] = stage(i, from, from + 8_000 + i).tasks(tasks(7, 1_000, 8_000 + i));
    }
    List<Finding> found = findings(with(stages), RULE);
    assertThat(found).hasSize(6);
    Finding rest = found.stream()
        .filter(finding -> finding.stageId().isEmpty())
        .findFirst()
        .orElseThrow();
    assertThat(rest.title()).startsWith("3 more stages are skewed").endsWith(": 0, 1, 2");
    assertThat(rest.wastedMs().getAsLong()).isBetween(18_000L, 19_000L);
  }
}
