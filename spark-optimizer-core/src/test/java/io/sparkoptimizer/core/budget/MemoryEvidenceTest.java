package io.sparkoptimizer.core.budget;

import static io.sparkoptimizer.core.budget.MemoryEvidence.DRIVER_POLLING;
import static io.sparkoptimizer.core.budget.MemoryEvidence.POLLING;
import static io.sparkoptimizer.core.budget.MemoryEvidence.PROCESS_TREE;
import static io.sparkoptimizer.core.budget.MemoryEvidence.STAGE_METRICS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryPeak;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MemoryEvidenceTest {

  /** A run of Spark 3.5.9 on YARN whose executors have these peaks. */
  private static final class Made {
    private String version = "3.5.9";
    private ClusterManager manager = ClusterManager.YARN;
    private final Map<String, String> conf = new TreeMap<>();
    private final List<Executor> executors = new ArrayList<>();

    Made version(String value) {
      version = value;
      return this;
    }

    Made on(ClusterManager value) {
      manager = value;
      return this;
    }

    Made with(String property, String value) {
      conf.put(property, value);
      return this;
    }

    /** So many executors that ran a task and were sampled like that; each peak is 500 MiB. */
    Made executors(int count, MemoryPeak... sampled) {
      for (int i = 0; i < count; i++) {
        executors.add(executor(Integer.toString(executors.size() + 1), 1, sampled));
      }
      return this;
    }

    Made idle(int count) {
      for (int i = 0; i < count; i++) {
        executors.add(executor(Integer.toString(executors.size() + 1), 0));
      }
      return this;
    }

    Made driver(long tasks, MemoryPeak... sampled) {
      executors.add(executor(Executor.DRIVER, tasks, sampled));
      return this;
    }

    private static Executor executor(String id, long tasks, MemoryPeak... sampled) {
      Measures.Builder<MemoryPeak> peaks = Measures.builder(MemoryPeak.class);
      for (MemoryPeak peak : sampled) {
        peaks.set(peak, 500L << 20);
      }
      return new Executor(
          id,
          "h",
          OptionalInt.of(1),
          OptionalInt.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          null,
          tasks,
          0,
          0,
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          peaks.build(),
          Measures.none(CollectorMetric.class));
    }

    ApplicationRun run() {
      return ApplicationRun.builder()
          .sparkVersion(version)
          .clusterManager(manager)
          .configuration(conf)
          .executors(executors)
          .build();
    }

    MemoryEvidence of(MemoryPart part) {
      return MemoryEvidence.of(List.of(run()), part);
    }
  }

  private static Made run() {
    return new Made();
  }

  // Heap

  @Test
  void heap_defaults_isOfHeartbeatsAndPollingBringsTheRest() {
    MemoryEvidence evidence = run().executors(4, MemoryPeak.JVM_HEAP).of(MemoryPart.HEAP);
    assertThat(evidence.grade()).isEqualTo(MemoryGrade.HEARTBEAT);
    assertThat(evidence.isTrusted()).isTrue();
    assertThat(evidence.settings()).containsExactly(Map.entry(POLLING, "1s"));
    assertThat(evidence.advice())
        .isEqualTo(
            "peaks between heartbeats (10s); spark.executor.metrics.pollingInterval=1s brings it");
  }

  @Test
  void heap_heartbeatOfItsOwn_isNamed() {
    assertThat(run()
            .with("spark.executor.heartbeatInterval", "30s")
            .executors(1, MemoryPeak.JVM_HEAP)
            .of(MemoryPart.HEAP)
            .missing())
        .isEqualTo("peaks between heartbeats (30s)");
  }

  @Test
  void heap_polled_lacksNothing() {
    MemoryEvidence evidence =
        run().with(POLLING, "500ms").executors(4, MemoryPeak.JVM_HEAP).of(MemoryPart.HEAP);
    assertThat(evidence)
        .isEqualTo(new MemoryEvidence(MemoryPart.HEAP, MemoryGrade.POLLED, 1, "", Map.of()));
    assertThat(evidence.advice()).isEmpty();
  }

  @Test
  void heap_shortRun_hasNoneAndBothSettingsBringIt() {
    MemoryEvidence evidence = run().executors(4).of(MemoryPart.HEAP);
    assertThat(evidence.grade()).isEqualTo(MemoryGrade.NONE);
    assertThat(evidence.isTrusted()).isFalse();
    assertThat(evidence.advice())
        .isEqualTo("no executor was sampled: it takes a heartbeat (10s) while a task runs;"
            + " spark.eventLog.logStageExecutorMetrics=true and"
            + " spark.executor.metrics.pollingInterval=1s bring it");
  }

  @Test
  void heap_fewExecutorsSampled_isPartialWhereTheOthersWorked() {
    Made few = run().executors(2, MemoryPeak.JVM_HEAP).executors(3);
    assertThat(few.of(MemoryPart.HEAP).grade()).isEqualTo(MemoryGrade.PARTIAL);
    assertThat(few.of(MemoryPart.HEAP).isTrusted()).isFalse();
    assertThat(few.of(MemoryPart.HEAP).settings()).containsOnlyKeys(POLLING, STAGE_METRICS);
    Made idle = run().executors(2, MemoryPeak.JVM_HEAP).idle(9);
    assertThat(idle.of(MemoryPart.HEAP).grade()).isEqualTo(MemoryGrade.HEARTBEAT);
  }

  @Test
  void anyPart_ofAReleaseThatLogsNoMemory_isAdvisedNothing() {
    for (MemoryPart part : MemoryPart.values()) {
      MemoryEvidence evidence = run()
          .version("2.4.8")
          .with("spark.memory.offHeap.enabled", "true")
          .with("spark.yarn.isPython", "true")
          .executors(2)
          .driver(0)
          .of(part);
      assertThat(evidence.grade()).as(part.word()).isEqualTo(MemoryGrade.NONE);
      assertThat(evidence.advice())
          .as(part.word())
          .isEqualTo("Spark 2.4.8 logs no memory of its executors");
    }
  }

  @Test
  void heap_unknownRelease_isGradedAndAdvisedNothing() {
    MemoryEvidence evidence = MemoryEvidence.of(
        List.of(run().executors(1, MemoryPeak.JVM_HEAP).run().toBuilder()
            .sparkVersion(null)
            .build()),
        MemoryPart.HEAP);
    assertThat(evidence.grade()).isEqualTo(MemoryGrade.HEARTBEAT);
    assertThat(evidence.settings()).isEmpty();
    assertThat(MemoryEvidence.of(
                List.of(run().executors(1).run().toBuilder().sparkVersion(null).build()),
                MemoryPart.HEAP)
            .advice())
        .isEqualTo("no sample, of an unknown release");
  }

  @Test
  void of_noRun_hasNone() {
    assertThat(MemoryEvidence.of(List.of(), MemoryPart.HEAP))
        .isEqualTo(new MemoryEvidence(MemoryPart.HEAP, MemoryGrade.NONE, 0, "no run", Map.of()));
  }

  @Test
  void of_severalRuns_hasTheBestGradeAndWhatTheNewestLacks() {
    ApplicationRun plain = run().executors(2, MemoryPeak.JVM_HEAP).run();
    ApplicationRun polled =
        run().with(POLLING, "1s").executors(2, MemoryPeak.JVM_HEAP).run();
    MemoryEvidence evidence =
        MemoryEvidence.of(List.of(plain, polled, plain, polled), MemoryPart.HEAP);
    assertThat(evidence.grade()).isEqualTo(MemoryGrade.POLLED);
    assertThat(evidence.runs()).isEqualTo(2);
    assertThat(evidence.settings()).containsOnlyKeys(POLLING);
  }

  // Beside the heap

  @Test
  void overhead_defaults_isOfBuffersAlone() {
    MemoryEvidence evidence =
        run().executors(2, MemoryPeak.JVM_HEAP, MemoryPeak.DIRECT_POOL).of(MemoryPart.OVERHEAD);
    assertThat(evidence.grade()).isEqualTo(MemoryGrade.PARTIAL);
    assertThat(evidence.missing())
        .isEqualTo("buffers and metaspace alone were sampled, not what the process holds");
    assertThat(evidence.settings()).isEqualTo(Map.of(PROCESS_TREE, "true", POLLING, "1s"));
  }

  @Test
  void overhead_processTree_isOfHeartbeatsOrPolled() {
    Made tree = run()
        .with(PROCESS_TREE, "true")
        .executors(2, MemoryPeak.JVM_HEAP, MemoryPeak.PROCESS_TREE_JVM_RSS);
    assertThat(tree.of(MemoryPart.OVERHEAD).grade()).isEqualTo(MemoryGrade.HEARTBEAT);
    assertThat(tree.of(MemoryPart.OVERHEAD).settings()).containsOnlyKeys(POLLING);
    assertThat(tree.with(POLLING, "1s").of(MemoryPart.OVERHEAD).grade())
        .isEqualTo(MemoryGrade.POLLED);
  }

  @Test
  void overhead_processTreeOfFewExecutors_isPartial() {
    MemoryEvidence evidence = run()
        .with(PROCESS_TREE, "true")
        .executors(1, MemoryPeak.JVM_HEAP, MemoryPeak.PROCESS_TREE_JVM_RSS)
        .executors(2)
        .of(MemoryPart.OVERHEAD);
    assertThat(evidence.grade()).isEqualTo(MemoryGrade.PARTIAL);
    assertThat(evidence.missing()).isEqualTo("fewer than half of the executors were sampled");
    assertThat(evidence.settings()).containsOnlyKeys(POLLING, STAGE_METRICS);
  }

  @Test
  void overhead_releaseThatCountsWrongly_isAdvisedNoProcessTree() {
    for (String version : List.of("3.0.1", "3.4.4", "3.5.6", "4.0.0")) {
      Made on = run()
          .version(version)
          .with(PROCESS_TREE, "true")
          .executors(2, MemoryPeak.JVM_HEAP, MemoryPeak.PROCESS_TREE_JVM_RSS);
      MemoryEvidence evidence = on.of(MemoryPart.OVERHEAD);
      assertThat(evidence.grade()).as(version).isEqualTo(MemoryGrade.PARTIAL);
      assertThat(evidence.settings()).as(version).isEmpty();
      assertThat(evidence.advice())
          .isEqualTo("buffers and metaspace alone were sampled, not what the process holds: Spark "
              + version
              + " counts process trees wrongly (SPARK-52776), 3.5.7 and 4.0.1 do not");
      assertThat(run().version(version).executors(2).of(MemoryPart.OVERHEAD).settings())
          .as(version)
          .isEmpty();
    }
  }

  @Test
  void overhead_processTreeOnWithoutFigure_saysWhatItNeeds() {
    Made on = run().with(PROCESS_TREE, "true").executors(2, MemoryPeak.JVM_HEAP);
    assertThat(on.of(MemoryPart.OVERHEAD).missing())
        .isEqualTo("buffers and metaspace alone were sampled, not what the process holds: process"
            + " trees are on, but there is no figure; they need /proc and getconf, and pgrep");
    assertThat(on.of(MemoryPart.OVERHEAD).settings()).containsOnlyKeys(POLLING);
    assertThat(on.version("4.1.3").of(MemoryPart.OVERHEAD).missing())
        .endsWith("they need /proc and getconf");
  }

  @Test
  void offHeap_off_isUnusedAndOnIsSampledWithTheHeap() {
    assertThat(run().executors(1, MemoryPeak.JVM_HEAP).of(MemoryPart.OFF_HEAP))
        .isEqualTo(new MemoryEvidence(MemoryPart.OFF_HEAP, MemoryGrade.UNUSED, 1, "", Map.of()));
    MemoryEvidence on = run()
        .with("spark.memory.offHeap.enabled", "true")
        .executors(1, MemoryPeak.JVM_HEAP)
        .of(MemoryPart.OFF_HEAP);
    assertThat(on.grade()).isEqualTo(MemoryGrade.HEARTBEAT);
    assertThat(on.settings()).containsOnlyKeys(POLLING);
  }

  @Test
  void python_noPython_isUnused() {
    assertThat(run().executors(1, MemoryPeak.JVM_HEAP).of(MemoryPart.PYTHON).grade())
        .isEqualTo(MemoryGrade.UNUSED);
    assertThat(run()
            .with("spark.yarn.isPython", "true")
            .executors(1, MemoryPeak.JVM_HEAP, MemoryPeak.PROCESS_TREE_JVM_RSS)
            .of(MemoryPart.PYTHON)
            .grade())
        .as("a process tree without a Python worker")
        .isEqualTo(MemoryGrade.UNUSED);
  }

  @Test
  void python_programWithoutProcessTree_isAdvisedOne() {
    MemoryEvidence evidence = run()
        .with("spark.yarn.isPython", "true")
        .executors(1, MemoryPeak.JVM_HEAP)
        .of(MemoryPart.PYTHON);
    assertThat(evidence.grade()).isEqualTo(MemoryGrade.NONE);
    assertThat(evidence.advice())
        .isEqualTo("no sample of Python workers; spark.executor.metrics.pollingInterval=1s and"
            + " spark.executor.processTreeMetrics.enabled=true bring it");
  }

  @Test
  void python_sampledByAReleaseThatCountsWrongly_isUntrusted() {
    MemoryEvidence evidence = run()
        .version("3.5.5")
        .with(PROCESS_TREE, "true")
        .executors(1, MemoryPeak.JVM_HEAP, MemoryPeak.PROCESS_TREE_PYTHON_RSS)
        .of(MemoryPart.PYTHON);
    assertThat(evidence.grade()).isEqualTo(MemoryGrade.UNTRUSTED);
    assertThat(evidence.settings()).isEmpty();
  }

  // The driver

  @Test
  void driver_besideExecutors_needsStageMetricsAndSince41AnIntervalOfItsOwn() {
    MemoryEvidence early = run().executors(1, MemoryPeak.JVM_HEAP).driver(0).of(MemoryPart.DRIVER);
    assertThat(early.grade()).isEqualTo(MemoryGrade.NONE);
    assertThat(early.advice())
        .isEqualTo(
            "no sample of the driver's heap; spark.eventLog.logStageExecutorMetrics=true brings it");
    Made late = run().version("4.1.3").executors(1, MemoryPeak.JVM_HEAP).driver(0);
    assertThat(late.of(MemoryPart.DRIVER).settings())
        .isEqualTo(Map.of(STAGE_METRICS, "true", DRIVER_POLLING, "1s"));
  }

  @Test
  void driver_sampled_isOfHeartbeatsWhateverExecutorsDo() {
    Made made = run()
        .with(STAGE_METRICS, "true")
        .with(POLLING, "1s")
        .executors(1, MemoryPeak.JVM_HEAP)
        .driver(0, MemoryPeak.JVM_HEAP);
    assertThat(made.of(MemoryPart.DRIVER))
        .isEqualTo(new MemoryEvidence(
            MemoryPart.DRIVER,
            MemoryGrade.HEARTBEAT,
            1,
            "peaks between heartbeats (10s)",
            Map.of()));
    made.version("4.1.3");
    assertThat(made.of(MemoryPart.DRIVER).settings()).containsOnlyKeys(DRIVER_POLLING);
    made.with(DRIVER_POLLING, "1s");
    assertThat(made.of(MemoryPart.DRIVER).grade()).isEqualTo(MemoryGrade.POLLED);
    assertThat(made.of(MemoryPart.DRIVER).advice()).isEmpty();
  }

  @Test
  void driver_ofLocalMode_isTheExecutor() {
    MemoryEvidence evidence =
        run().on(ClusterManager.LOCAL).driver(3, MemoryPeak.JVM_HEAP).of(MemoryPart.DRIVER);
    assertThat(evidence.grade()).isEqualTo(MemoryGrade.HEARTBEAT);
    assertThat(evidence.settings()).containsOnlyKeys(POLLING);
  }

  @Test
  void databricks_isAdvisedNoSettingOfSparksOwnEventLog() {
    Made made = run().on(ClusterManager.DATABRICKS).executors(3).driver(0);
    assertThat(made.of(MemoryPart.DRIVER).settings()).isEmpty();
    assertThat(made.of(MemoryPart.HEAP).settings()).containsOnlyKeys(POLLING);
  }

  @Test
  void settings_thatAreOn_areNotAdvisedAgain() {
    Made made = run()
        .version("4.1.3")
        .with(STAGE_METRICS, "true")
        .with(PROCESS_TREE, "true")
        .with(POLLING, "1s")
        .with(DRIVER_POLLING, "1s")
        .with("spark.memory.offHeap.enabled", "true")
        .with("spark.yarn.isPython", "true")
        .executors(2)
        .driver(0);
    for (MemoryPart part : MemoryPart.values()) {
      assertThat(made.of(part).settings()).as(part.word()).isEmpty();
      assertThat(made.of(part).missing()).as(part.word()).isNotEmpty();
    }
  }
}
