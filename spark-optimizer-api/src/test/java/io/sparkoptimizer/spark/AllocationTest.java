package io.sparkoptimizer.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AllocationTest {
  private static Executor executor(String id, int cores, long add, OptionalLong remove) {
    return new Executor(
        id,
        "h",
        OptionalInt.of(cores),
        OptionalInt.empty(),
        OptionalLong.of(add),
        OptionalLong.empty(),
        remove,
        null,
        1,
        0,
        10,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        Measures.none(MemoryPeak.class),
        Measures.none(CollectorMetric.class));
  }

  private static ApplicationRun.Builder run(Executor... executors) {
    return ApplicationRun.builder()
        .startTimeMs(OptionalLong.of(1_000))
        .endTimeMs(OptionalLong.of(11_000))
        .executors(List.of(executors));
  }

  @Test
  void of_tableRow_answersFromIt() {
    ApplicationRun run = ApplicationRun.builder()
        .tableRow(new TableRow(
            OptionalLong.of(7_200_000),
            6,
            OptionalInt.of(8),
            OptionalLong.of(15_360),
            OptionalLong.of(1_000),
            "c4.2xlarge",
            OptionalDouble.of(0.5),
            null))
        .build();
    Allocation allocation = Allocation.of(run);
    assertThat(allocation.peakExecutors()).hasValue(6);
    assertThat(allocation.meanExecutors()).hasValue(6);
    assertThat(allocation.executorCores()).hasValue(8);
    assertThat(allocation.executorMemoryMb()).hasValue(15_360);
    assertThat(allocation.coreMs()).hasValue(6 * 8 * 7_200_000L);
    assertThat(allocation.askedExecutors()).isEmpty();
    assertThat(run.durationMs()).hasValue(7_200_000);
    assertThat(run.inputBytes()).hasValue(1_000);
    RunSummary summary = RunSummary.of(run);
    assertThat(summary.executorsPeak()).hasValue(6);
    assertThat(summary.durationMs()).hasValue(7_200_000);
    assertThat(summary.inputBytes()).hasValue(1_000);
  }

  @Test
  void of_tableRowWithLittle_leavesTheRestOut() {
    ApplicationRun run = ApplicationRun.builder()
        .status(RunStatus.FAILED)
        .tableRow(new TableRow(
            OptionalLong.empty(),
            2,
            OptionalInt.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            null,
            OptionalDouble.empty(),
            null))
        .build();
    Allocation allocation = Allocation.of(run);
    assertThat(allocation.peakExecutors()).hasValue(2);
    assertThat(allocation.executorCores()).isEmpty();
    assertThat(allocation.executorMemoryMb()).isEmpty();
    assertThat(allocation.coreMs()).isEmpty();
    assertThat(run.durationMs()).isEmpty();
    assertThat(run.inputBytes()).isEmpty();
  }

  @Test
  void of_executorsThatComeAndGo_isTimeWeighted() {
    Allocation allocation = Allocation.of(run(
            executor("1", 4, 1_000, OptionalLong.of(6_000)),
            executor("2", 4, 6_000, OptionalLong.empty()),
            executor("3", 4, 6_000, OptionalLong.empty()))
        .build());
    assertThat(allocation.peakExecutors()).hasValue(2);
    assertThat(allocation.meanExecutors()).hasValue(1.5);
    assertThat(allocation.executorCores()).hasValue(4);
    assertThat(allocation.coreMs()).hasValue(4 * 15_000);
  }

  @Test
  void of_executorRemovedBeforeItWasAdded_livedForNoTime() {
    Allocation allocation = Allocation.of(run(
            executor("1", 2, 1_000, OptionalLong.empty()),
            executor("2", 2, 5_000, OptionalLong.of(4_000)))
        .build());
    assertThat(allocation.coreMs()).hasValue(2 * 10_000);
    assertThat(allocation.peakExecutors()).hasValue(1);
  }

  @Test
  void of_executorsAskedFor_tellsWhenTheyHadCome() {
    ApplicationRun.Builder run = run(
            executor("1", 4, 5_000, OptionalLong.empty()),
            executor("2", 4, 3_000, OptionalLong.empty()),
            executor("3", 4, 9_000, OptionalLong.empty()))
        .clusterManager(ClusterManager.YARN);
    Allocation allocation =
        Allocation.of(run.configuration(Map.of("spark.executor.instances", "3")).build());
    assertThat(allocation.askedExecutors()).hasValue(3);
    assertThat(allocation.firstGrantMs()).hasValue(2_000);
    assertThat(allocation.allGrantedMs()).hasValue(8_000);

    Allocation tooFew =
        Allocation.of(run.configuration(Map.of("spark.executor.instances", "4")).build());
    assertThat(tooFew.askedExecutors()).hasValue(4);
    assertThat(tooFew.allGrantedMs()).isEmpty();

    Allocation replaced = Allocation.of(run(
            executor("1", 4, 3_000, OptionalLong.of(4_000)),
            executor("2", 4, 9_000, OptionalLong.empty()))
        .clusterManager(ClusterManager.YARN)
        .configuration(Map.of("spark.executor.instances", "2"))
        .build());
    assertThat(replaced.firstGrantMs()).hasValue(2_000);
    assertThat(replaced.allGrantedMs()).as("never two at one time").isEmpty();
  }

  @Test
  void of_noInstancesSet_asksAsTheSchedulerDoes() {
    Map<String, String> dynamic = Map.of(
        "spark.dynamicAllocation.enabled", "true",
        "spark.dynamicAllocation.minExecutors", "2",
        "spark.dynamicAllocation.initialExecutors", "1",
        "spark.executor.instances", "5");
    assertThat(asked(ClusterManager.YARN, dynamic)).hasValue(5);
    assertThat(asked(ClusterManager.YARN, Map.of("spark.app.name", "a"))).hasValue(2);
    assertThat(asked(
            ClusterManager.STANDALONE, Map.of("spark.cores.max", "9", "spark.executor.cores", "4")))
        .hasValue(2);
    assertThat(asked(ClusterManager.STANDALONE, Map.of("spark.cores.max", "9"))).isEmpty();
    assertThat(asked(ClusterManager.LOCAL, Map.of("spark.executor.instances", "9")))
        .isEmpty();
    assertThat(asked(ClusterManager.YARN, Map.of())).isEmpty();
  }

  private static OptionalInt asked(ClusterManager manager, Map<String, String> configuration) {
    return Allocation.of(
            run().clusterManager(manager).configuration(configuration).build())
        .askedExecutors();
  }

  @Test
  void removalCause_wordsOfEveryCluster_areTold() {
    Map<String, RemovalCause> causes = Map.ofEntries(
        Map.entry(
            "Container container_1_000132 exited from explicit termination request.",
            RemovalCause.RELEASED),
        Map.entry("Executor killed by driver.", RemovalCause.RELEASED),
        Map.entry("worker lost: 10.0.0.1:46767 got disassociated", RemovalCause.LOST),
        Map.entry("Executor Process Lost", RemovalCause.LOST),
        Map.entry("Executor heartbeat timed out after 126 s", RemovalCause.LOST),
        Map.entry("Executor decommission: worker decommissioned", RemovalCause.DECOMMISSIONED),
        Map.entry("Container was preempted. Exit status: -102", RemovalCause.PREEMPTED),
        Map.entry("Exit status: -102. Diagnostics: none", RemovalCause.PREEMPTED),
        Map.entry(
            "Container from a bad node: container_1_0001_01_000002 on host: ip-10-0-102-7.ec2.internal."
                + " Exit status: 143.",
            RemovalCause.EXITED),
        Map.entry("Command exited with code 1", RemovalCause.EXITED),
        Map.entry("Executor decommission: spark scale down", RemovalCause.RELEASED),
        Map.entry(
            "Exit status: 134. Aborted java -XX:OnOutOfMemoryError='kill %p'", RemovalCause.EXITED),
        Map.entry("Command exited with code 52", RemovalCause.MEMORY),
        Map.entry(
            "Container killed by YARN for exceeding memory limits. 5 GB of 5 GB",
            RemovalCause.MEMORY),
        Map.entry("exit code 137, reason OOMKilled", RemovalCause.MEMORY),
        Map.entry("shrug", RemovalCause.UNKNOWN));
    causes.forEach(
        (reason, cause) -> assertThat(RemovalCause.of(reason)).as(reason).isEqualTo(cause));
    assertThat(executor("1", 1, 1, OptionalLong.empty()).removalCause()).isEmpty();
  }

  @Test
  void of_noExecutors_isUnknown() {
    Allocation allocation = Allocation.of(run().build());
    assertThat(allocation.peakExecutors()).isEmpty();
    assertThat(allocation.coreMs()).isEmpty();
  }
}
