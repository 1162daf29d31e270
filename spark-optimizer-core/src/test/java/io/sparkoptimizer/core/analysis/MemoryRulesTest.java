package io.sparkoptimizer.core.analysis;

import static io.sparkoptimizer.core.analysis.Runs.death;
import static io.sparkoptimizer.core.analysis.Runs.executors;
import static io.sparkoptimizer.core.analysis.Runs.findings;
import static io.sparkoptimizer.core.analysis.Runs.run;
import static io.sparkoptimizer.core.analysis.Runs.stage;
import static io.sparkoptimizer.core.analysis.Runs.tasks;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Analysis.Severity;
import io.sparkoptimizer.core.container.MemoryRule;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryRulesTest {

  /** Ten minutes on two executors of four cores with 8 GiB, all slots busy. */
  private static ApplicationRun.Builder tenMinutes(long peakHeapMib, long gcMs) {
    return run(600_000)
        .configuration(Map.of("spark.executor.memory", "8g"))
        .executors(executors(2, 4, peakHeapMib))
        .stages(List.of(stage(1, 0, 600_000)
            .tasks(tasks(80, 60_000))
            .metric(TaskMetric.JVM_GC_TIME_MS, gcMs)
            .build()));
  }

  @Test
  void highGc_tenthOfRunTime_isFoundAndJustBelowIsNot() {
    Finding finding = findings(tenMinutes(0, 480_000), "high-gc").get(0);
    assertThat(finding.severity()).isEqualTo(Severity.LOW);
    assertThat(finding.title()).isEqualTo("The collector took 10 % of the tasks' run time");
    // What lies above 5 %.
    assertThat(finding.wastedCoreHours()).hasValue(240_000 / 3_600_000.0);
    assertThat(finding.sparkConf()).as("no sample, no size").isEmpty();
    assertThat(findings(tenMinutes(0, 479_999), "high-gc")).isEmpty();
    assertThat(findings(tenMinutes(0, 1_440_000), "high-gc").get(0).severity())
        .isEqualTo(Severity.HIGH);
  }

  @Test
  void highGc_memoryIsRaisedOnlyWhereTheHeapWasFull() {
    assertThat(findings(tenMinutes(7_000, 960_000), "high-gc").get(0).sparkConf())
        .isEqualTo(Map.of("spark.executor.memory", "10240m"));
    Finding roomy = findings(tenMinutes(4_000, 960_000), "high-gc").get(0);
    assertThat(roomy.sparkConf()).isEmpty();
    assertThat(roomy.advice()).contains("at most 49 % full");
  }

  @Test
  void highGc_noCollectorTimeInTheLog_isSilent() {
    ApplicationRun.Builder without = run(600_000)
        .executors(executors(2, 4, 0))
        .stages(List.of(stage(1, 0, 600_000).tasks(tasks(80, 60_000)).build()));
    assertThat(findings(without, "high-gc")).isEmpty();
  }

  @Test
  void oversized_atThreshold_isFoundAndJustBelowIsNot() {
    // 8192 / (5161 + 300) = 1.5001; 8192 / (5162 + 300) = 1.4998.
    Finding finding = findings(tenMinutes(5_161, 0), "oversized-memory").get(0);
    assertThat(finding.severity()).isEqualTo(Severity.LOW);
    assertThat(finding.sparkConf()).isEqualTo(Map.of("spark.executor.memory", "7424m"));
    assertThat(findings(tenMinutes(5_162, 0), "oversized-memory")).isEmpty();
  }

  @Test
  void oversized_tinyPeak_goesDownOneStep() {
    Finding finding = findings(tenMinutes(500, 0), "oversized-memory").get(0);
    assertThat(finding.severity()).isEqualTo(Severity.HIGH);
    assertThat(finding.sparkConf()).isEqualTo(Map.of("spark.executor.memory", "5888m"));
    // 2.25 GiB of two executors for ten minutes; memory alone.
    assertThat(finding.wastedCost()).hasValue(2 * (600_000 / 3_600_000.0) * 2.25 * 0.0057785);
    assertThat(finding.wastedCoreHours()).isEmpty();
  }

  @Test
  void oversized_anySignOfShortMemoryOrNoSuccess_isSilent() {
    assertThat(findings(tenMinutes(500, 480_000), "oversized-memory")).isEmpty();
    assertThat(findings(tenMinutes(500, 0).status(RunStatus.FAILED), "oversized-memory"))
        .isEmpty();
    assertThat(findings(tenMinutes(500, 0).status(RunStatus.UNKNOWN), "oversized-memory"))
        .isEmpty();
    assertThat(findings(
            tenMinutes(500, 0).memoryFailures(List.of(death(Cause.UNKNOWN, Certainty.UNKNOWN))),
            "oversized-memory"))
        .isEmpty();
    assertThat(findings(tenMinutes(0, 0), "oversized-memory")).as("no samples").isEmpty();
    assertThat(findings(
            tenMinutes(100, 0).configuration(Map.of("spark.executor.memory", "2g")),
            "oversized-memory"))
        .as("a heap of 2 GiB is small")
        .isEmpty();
  }

  @Test
  void oversized_shortRun_namesNoSize() {
    ApplicationRun.Builder brief = run(100_000)
        .configuration(Map.of("spark.executor.memory", "8g"))
        .executors(executors(2, 4, 500))
        .stages(List.of(stage(1, 0, 100_000).tasks(tasks(8, 100_000)).build()));
    Finding finding = findings(brief, "oversized-memory").get(0);
    assertThat(finding.severity()).isEqualTo(Severity.LOW);
    assertThat(finding.sparkConf()).isEmpty();
    assertThat(finding.advice()).startsWith("The evidence is thin");
  }

  @Test
  void outOfMemory_causeDecidesTheProperty() {
    assertThat(remedy(Cause.HEAP)).isEqualTo(Map.of("spark.executor.cores", "2"));
    // 819 MiB by Spark's rule, half as much again, in steps of 64.
    assertThat(remedy(Cause.CONTAINER)).isEqualTo(Map.of("spark.executor.memoryOverhead", "1344m"));
    assertThat(remedy(Cause.PYTHON)).isEqualTo(Map.of("spark.executor.memoryOverhead", "1344m"));
    assertThat(findings(
                tenMinutes(0, 0)
                    .configuration(Map.of("spark.executor.pyspark.memory", "1g"))
                    .memoryFailures(List.of(death(Cause.PYTHON, Certainty.CERTAIN))),
                "out-of-memory")
            .get(0)
            .sparkConf())
        .isEqualTo(Map.of("spark.executor.pyspark.memory", "1536m"));
  }

  private static Map<String, String> remedy(Cause cause) {
    List<Finding> found = findings(
        tenMinutes(0, 0).memoryFailures(List.of(death(cause, Certainty.CERTAIN))), "out-of-memory");
    assertThat(found).hasSize(1);
    return found.get(0).sparkConf();
  }

  @Test
  void outOfMemory_heapDied_halvesTasksBeforeItEnlargesTheHeap() {
    var died = tenMinutes(7_000, 960_000)
        .memoryFailures(List.of(death(Cause.HEAP, Certainty.CERTAIN)))
        .build();
    Finding halved = findings(died.toBuilder(), "out-of-memory").get(0);
    assertThat(halved.sparkConf()).isEqualTo(Map.of("spark.executor.cores", "2"));
    assertThat(halved.advice()).contains("half as many tasks at one time");
    assertThat(findings(died.toBuilder(), "high-gc").get(0).sparkConf())
        .as("no second word on the heap")
        .isEmpty();
    assertThat(findings(
                died.toBuilder()
                    .configuration(Map.of("spark.executor.memory", "8g", "spark.task.cpus", "2")),
                "out-of-memory")
            .get(0)
            .sparkConf())
        .as("two slots of two cores become one")
        .isEqualTo(Map.of("spark.executor.cores", "2"));
    Finding single = findings(died.toBuilder().executors(executors(2, 1, 7_000)), "out-of-memory")
        .get(0);
    assertThat(single.sparkConf()).isEqualTo(Map.of("spark.executor.memory", "12288m"));
    assertThat(single.advice()).contains("One task at one time is the least");
    Finding local = findings(
            died.toBuilder()
                .clusterManager(ClusterManager.LOCAL)
                .configuration(Map.of("spark.driver.memory", "8g")),
            "out-of-memory")
        .get(0);
    assertThat(local.sparkConf()).isEqualTo(Map.of("spark.driver.memory", "12288m"));
    assertThat(local.advice()).contains("a smaller N in local[N]");
  }

  @Test
  void outOfMemory_largeHeapOfOneTask_stopsBelow32GiBWhereThatIsEnough() {
    assertThat(MemoryRule.raisedHeapMb(8_192, 31_744)).isEqualTo(12_288);
    assertThat(MemoryRule.raisedHeapMb(24_576, 31_744)).isEqualTo(31_744);
    assertThat(MemoryRule.raisedHeapMb(30_720, 31_744)).isEqualTo(46_080);
    Finding crossing = findings(
            tenMinutes(0, 0)
                .configuration(Map.of("spark.executor.memory", "30g"))
                .executors(executors(2, 1, 0))
                .memoryFailures(List.of(death(Cause.HEAP, Certainty.CERTAIN))),
            "out-of-memory")
        .get(0);
    assertThat(crossing.sparkConf()).isEqualTo(Map.of("spark.executor.memory", "46080m"));
    assertThat(crossing.advice()).contains("crosses 32 GiB");
  }

  @Test
  void outOfMemory_unknownOrPreempted_neverChangesMemory() {
    for (Cause cause : List.of(Cause.UNKNOWN, Cause.PREEMPTED)) {
      ApplicationRun.Builder lost = tenMinutes(0, 0)
          .memoryFailures(List.of(death(cause, Certainty.UNKNOWN)))
          .stages(List.of(
              stage(1, 0, 600_000).tasks(tasks(80, 60_000)).failed(1, 5_000).build()));
      assertThat(findings(lost, "out-of-memory")).isEmpty();
      List<Finding> found = findings(lost, "failed-tasks");
      assertThat(found).hasSize(1);
      assertThat(found.get(0).sparkConf().keySet())
          .noneMatch(property -> property.contains("memory"));
    }
  }

  @Test
  void outOfMemory_severityFollowsHarmAndCertainty() {
    var certain = tenMinutes(0, 0).memoryFailures(List.of(death(Cause.HEAP, Certainty.CERTAIN)));
    assertThat(findings(certain, "out-of-memory").get(0).severity()).isEqualTo(Severity.HIGH);
    Finding killed = findings(certain.status(RunStatus.FAILED), "out-of-memory").get(0);
    assertThat(killed.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(killed.wastedMs()).hasValue(600_000);
    assertThat(killed.wastedCoreHours()).hasValue(8 / 6.0);
    var probable =
        tenMinutes(0, 0).memoryFailures(List.of(death(Cause.CONTAINER, Certainty.PROBABLE)));
    assertThat(findings(probable, "out-of-memory").get(0).severity()).isEqualTo(Severity.MEDIUM);
    assertThat(findings(probable, "out-of-memory").get(0).title()).contains("probably");
  }

  @Test
  void outOfMemory_standalone_hasNoContainerToEnlarge() {
    var standalone = tenMinutes(0, 0)
        .clusterManager(ClusterManager.STANDALONE)
        .memoryFailures(List.of(death(Cause.CONTAINER, Certainty.PROBABLE)));
    assertThat(findings(standalone, "out-of-memory").get(0).sparkConf()).isEmpty();
  }
}
