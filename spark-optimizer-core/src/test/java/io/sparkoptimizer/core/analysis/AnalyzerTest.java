package io.sparkoptimizer.core.analysis;

import static io.sparkoptimizer.core.analysis.Runs.analyze;
import static io.sparkoptimizer.core.analysis.Runs.death;
import static io.sparkoptimizer.core.analysis.Runs.executors;
import static io.sparkoptimizer.core.analysis.Runs.run;
import static io.sparkoptimizer.core.analysis.Runs.stage;
import static io.sparkoptimizer.core.analysis.Runs.tasks;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.Analysis;
import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AnalyzerTest {

  /** Ten minutes on two executors of four cores with 8 GiB, {@code busy} of the slots' time. */
  private static ApplicationRun.Builder tenMinutes(double busy, double gc) {
    return run(600_000)
        .configuration(Map.of("spark.executor.memory", "8g"))
        .executors(executors(2, 4, 7_500))
        .stages(List.of(stage(1, 0, Math.round(600_000 * busy))
            .tasks(tasks(80, Math.round(60_000 * busy)))
            .metric(TaskMetric.JVM_GC_TIME_MS, Math.round(4_800_000 * busy * gc))
            .build()));
  }

  @Test
  void healthScore_healthyRun_isHighAndOomKilledRunIsLow() {
    assertThat(analyze(tenMinutes(0.9, 0.02)).healthScore()).hasValue(100);
    ApplicationRun.Builder killed = tenMinutes(0.9, 0.02)
        .status(RunStatus.FAILED)
        .memoryFailures(List.of(death(Cause.HEAP, Certainty.CERTAIN)));
    assertThat(analyze(killed).healthScore()).hasValue(0);
    assertThat(analyze(tenMinutes(0.9, 0.02).status(RunStatus.FAILED)).healthScore())
        .as("it failed once: two in three by the rule of succession")
        .hasValue(33);
    ApplicationRun.Builder survived =
        tenMinutes(0.9, 0.02).memoryFailures(List.of(death(Cause.HEAP, Certainty.CERTAIN)));
    assertThat(analyze(survived).healthScore()).as("one of two executors died").hasValue(50);
  }

  @Test
  void healthScore_moreWaste_neverScoresHigher() {
    int before = 101;
    for (int busy = 100; busy > 0; busy--) {
      int score = analyze(tenMinutes(busy / 100.0, 0)).healthScore().orElseThrow();
      assertThat(score).as("%s %% busy", busy).isLessThanOrEqualTo(before).isBetween(0, 100);
      assertThat(before - score).as("%s %% busy is no cliff", busy).isLessThanOrEqualTo(10);
      before = score;
    }
    assertThat(before).isLessThan(20);
    before = 101;
    for (int gc = 0; gc <= 100; gc++) {
      int score = analyze(tenMinutes(0.9, gc / 100.0)).healthScore().orElseThrow();
      assertThat(score).as("%s %% collector", gc).isLessThanOrEqualTo(before);
      before = score;
    }
    assertThat(before).isLessThan(30);
    before = 101;
    for (int failed = 0; failed <= 80; failed += 4) {
      ApplicationRun.Builder failing = run(600_000)
          .executors(executors(2, 4, 0))
          .stages(List.of(stage(1, 0, 600_000)
              .tasks(tasks(80, 55_000))
              .failed(failed, failed * 1_000L)
              .build()));
      int score = analyze(failing).healthScore().orElseThrow();
      assertThat(score).as("%s failed", failed).isLessThanOrEqualTo(before);
      before = score;
    }
    assertThat(before).isLessThan(5);
  }

  @Test
  void analyze_randomRuns_areOrderedBoundedConsistentAndDeterministic() {
    long seed = 20_261_120;
    Random random = new Random(seed);
    Locale locale = Locale.getDefault();
    for (int round = 0; round < 300; round++) {
      ApplicationRun run = random(random).build();
      Analysis analysis = Analyzer.analyze(run, Prices.DEFAULT);
      String told = "seed " + seed + ", round " + round + ": " + analysis.findings();
      assertThat(analysis.findings()).as(told).isSortedAccordingTo(Analyzer.WORST_FIRST);
      assertThat(analysis.healthScore().orElse(0)).as(told).isBetween(0, 100);
      ratio(analysis.efficiency().slotOccupancy(), told);
      ratio(analysis.efficiency().cpuUtilization(), told);
      ratio(analysis.efficiency().heapUtilization(), told);
      Map<String, String> asked = new HashMap<>();
      for (Finding finding : analysis.findings()) {
        finding.sparkConf().forEach((property, value) -> {
          assertThat(asked.computeIfAbsent(property, first -> value)).as(told).isEqualTo(value);
          assertThat(run.configuration().get(property)).as(told).isNotEqualTo(value);
        });
        assertThat(finding.wastedCoreHours().orElse(0)).as(told).isNotNegative();
        assertThat(finding.wastedCost().orElse(0)).as(told).isNotNegative();
        assertThat(finding.advice()).as(told).isNotBlank();
        assertThat(finding.evidence()).as(told).isNotEmpty();
      }
      for (String rule : List.of("skewed-stage", "spilling-stage", "tiny-tasks")) {
        assertThat(analysis.findings().stream().filter(finding -> finding.rule().equals(rule)))
            .as(told)
            .hasSizeLessThanOrEqualTo(PerStage.MOST + 1);
      }
      try {
        Locale.setDefault(Locale.forLanguageTag("tr-TR"));
        assertThat(Analyzer.analyze(run, Prices.DEFAULT)).as(told).isEqualTo(analysis);
      } finally {
        Locale.setDefault(locale);
      }
    }
  }

  private static void ratio(OptionalDouble ratio, String told) {
    assertThat(ratio.orElse(0)).as(told).isBetween(0.0, 1.0);
  }

  private static ApplicationRun.Builder random(Random random) {
    List<StageAttempt> stages = new ArrayList<>();
    for (int i = 0; i < random.nextInt(12); i++) {
      int from = random.nextInt(200_000);
      int tasks = 1 + random.nextInt(400);
      Runs.Stage stage = stage(i / 2, from, from + random.nextInt(60_000))
          .attempt(i % 2)
          .tasks(tasks(tasks, 1 + random.nextInt(2_000), random.nextInt(60_000)))
          .failed(random.nextInt(3), random.nextInt(5_000));
      for (TaskMetric metric : TaskMetric.values()) {
        if (random.nextBoolean()) {
          stage.metric(metric, (long) (random.nextDouble() * random.nextInt(1 << 30)));
        }
      }
      stages.add(stage.build());
    }
    List<Cause> causes = List.of(Cause.values());
    return Runs.sql(run(random.nextInt(400_000)), List.of(0, 1, 2), Map.of("SortMergeJoin", 1L))
        .configuration(
            random.nextBoolean()
                ? Map.of()
                : Map.of("spark.executor.memory", "12288m", "spark.speculation", "true"))
        .status(List.of(RunStatus.values()).get(random.nextInt(4)))
        .executors(executors(random.nextInt(6), 1 + random.nextInt(8), random.nextInt(900)))
        .memoryFailures(
            random.nextInt(4) > 0
                ? List.of()
                : List.of(death(causes.get(random.nextInt(causes.size())), Certainty.CERTAIN)))
        .stages(stages);
  }

  @Test
  void analyze_twoFindingsWantOneProperty_theWorseKeepsIt() {
    // Joined partitions of 1.9 GiB and of 38 MiB spill: a quarter of the advisory size, or of their
    // own.
    List<StageAttempt> spilling = Stream.of(100, 2)
        .map(gigabytes -> stage(gigabytes, 0, 50_000)
            .tasks(tasks(50, 4_000))
            .metric(TaskMetric.SHUFFLE_READ_BYTES, gigabytes * 1_000_000_000L)
            .metric(TaskMetric.DISK_BYTES_SPILLED, gigabytes * 600_000_000L)
            .metric(TaskMetric.MEMORY_BYTES_SPILLED, 3_000_000_000L)
            .metric(TaskMetric.PEAK_EXECUTION_MEMORY_BYTES, 1_000_000_000L)
            .build())
        .toList();
    List<Finding> findings = analyze(Runs.sql(run(100_000), List.of(2, 100), Map.of())
            .executors(executors(2, 4, 0))
            .stages(spilling))
        .findings()
        .stream()
        .filter(finding -> finding.rule().equals("spilling-stage"))
        .toList();
    String advisory = "spark.sql.adaptive.advisoryPartitionSizeInBytes";
    assertThat(findings)
        .extracting(finding -> finding.stageId().orElseThrow())
        .containsExactly(100, 2);
    assertThat(findings.get(0).sparkConf()).isEqualTo(Map.of(advisory, "16m"));
    assertThat(findings.get(1).sparkConf()).isEmpty();
    assertThat(findings.get(1).advice())
        .contains("(On its own this would set " + advisory
            + "=9m; the worse finding spilling-stage asks for 16m.)");
  }

  /** A guard against work that grows with the square of the stages: 1 s where it does not. */
  @Test
  @Timeout(60)
  void analyze_twentyThousandStages_endsInTime() {
    List<StageAttempt> stages = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      stages.add(stage(i, i * 10L, i * 10L + 1_000)
          .attempt(i % 3)
          .tasks(tasks(8, 100, 900))
          .build());
    }
    Analysis analysis = analyze(run(300_000).executors(executors(4, 4, 0)).stages(stages));
    assertThat(analysis.efficiency().breakdownMs().retries()).hasValue(0);
  }
}
