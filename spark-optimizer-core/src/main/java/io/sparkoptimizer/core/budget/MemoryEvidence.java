package io.sparkoptimizer.core.budget;

import io.sparkoptimizer.core.container.Containers;
import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.PeakEvidence;
import io.sparkoptimizer.spark.SparkSettings;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How well runs tell what a part of their memory held, and what would make them tell more. Which release
 * logs what under which setting is measured in docs/memory.md.
 *
 * @param part of the budget
 * @param grade the best that a run has
 * @param runs how many runs have it
 * @param missing what the newest run does not tell, and why; empty where nothing is missing
 * @param settings Spark properties that would bring it: such as its release has, its platform lets set,
 *     and it has not set already; empty where none would
 */
public record MemoryEvidence(
    MemoryPart part, MemoryGrade grade, int runs, String missing, Map<String, String> settings) {

  static final String POLLING = "spark.executor.metrics.pollingInterval";
  static final String DRIVER_POLLING = "spark.driver.metrics.pollingInterval";
  static final String STAGE_METRICS = "spark.eventLog.logStageExecutorMetrics";
  static final String PROCESS_TREE = "spark.executor.processTreeMetrics.enabled";

  /** Short enough for peaks of a task, and a walk through a process tree a second costs nothing that is felt. */
  private static final String INTERVAL = "1s";

  public MemoryEvidence {
    settings = Collections.unmodifiableMap(new TreeMap<>(settings));
  }

  /**
   * @param runs of one job, newest first; with none of them the grade is {@link MemoryGrade#NONE}, and
   *     nothing is advised
   */
  public static MemoryEvidence of(List<ApplicationRun> runs, MemoryPart part) {
    if (runs.isEmpty()) {
      return new MemoryEvidence(part, MemoryGrade.NONE, 0, "no run", Map.of());
    }
    MemoryGrade best = MemoryGrade.UNUSED;
    int count = 0;
    for (ApplicationRun run : runs) {
      MemoryGrade grade = new Judge(run, part).grade();
      if (grade.compareTo(best) > 0) {
        best = grade;
        count = 0;
      }
      count += grade == best ? 1 : 0;
    }
    Judge newest = new Judge(runs.get(0), part);
    return new MemoryEvidence(part, best, count, newest.missing(), newest.settings());
  }

  /** Whether a size may be taken away on the strength of the samples. */
  public boolean isTrusted() {
    return grade.compareTo(MemoryGrade.PARTIAL) > 0;
  }

  /** What is missing and what brings it, as one clause; empty where nothing is missing. */
  public String advice() {
    return settings.isEmpty()
        ? missing
        : missing
            + "; "
            + settings.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" and "))
            + (settings.size() == 1 ? " brings it" : " bring it");
  }

  /** One run and one part. */
  private record Judge(ApplicationRun run, MemoryPart part) {

    MemoryGrade grade() {
      return switch (part) {
        case HEAP -> of(workers(), MemoryPeak.JVM_HEAP);
        case OFF_HEAP -> usesOffHeap() ? of(workers(), MemoryPeak.JVM_HEAP) : MemoryGrade.UNUSED;
        case OVERHEAD -> overhead();
        case PYTHON -> python();
        case DRIVER -> of(drivers(), MemoryPeak.JVM_HEAP);
      };
    }

    /** Heap and Spark's own memory come in one sample, so that 0 beside a heap was measured. */
    private MemoryGrade of(List<Executor> executors, MemoryPeak kind) {
      int sampled = 0;
      PeakEvidence evidence = PeakEvidence.NONE;
      for (Executor executor : executors) {
        PeakEvidence one = PeakEvidence.of(run, executor, kind);
        if (one != PeakEvidence.NONE) {
          sampled++;
          evidence = one;
        }
      }
      return switch (evidence) {
        case NONE -> MemoryGrade.NONE;
        case UNTRUSTED -> MemoryGrade.UNTRUSTED;
        case HEARTBEAT, POLLED ->
          2 * sampled < executors.size()
              ? MemoryGrade.PARTIAL
              : evidence == PeakEvidence.POLLED ? MemoryGrade.POLLED : MemoryGrade.HEARTBEAT;
      };
    }

    private MemoryGrade overhead() {
      MemoryGrade tree = of(workers(), MemoryPeak.PROCESS_TREE_JVM_RSS);
      boolean buffers = of(workers(), MemoryPeak.JVM_HEAP).compareTo(MemoryGrade.NONE) > 0;
      return tree.compareTo(MemoryGrade.PARTIAL) < 0 && buffers ? MemoryGrade.PARTIAL : tree;
    }

    private MemoryGrade python() {
      MemoryGrade workers = of(workers(), MemoryPeak.PROCESS_TREE_PYTHON_RSS);
      boolean noneSeen =
          of(workers(), MemoryPeak.PROCESS_TREE_JVM_RSS).compareTo(MemoryGrade.PARTIAL) > 0;
      return workers == MemoryGrade.NONE && (noneSeen || !Containers.isPython(run.configuration()))
          ? MemoryGrade.UNUSED
          : workers;
    }

    private boolean usesOffHeap() {
      return is("spark.memory.offHeap.enabled");
    }

    /** Executors that ran something: of others nothing is expected. */
    private List<Executor> workers() {
      List<Executor> all = Allocation.workers(run);
      List<Executor> busy = all.stream()
          .filter(executor -> executor.completedTasks() + executor.failedTasks() > 0)
          .toList();
      return busy.isEmpty() ? all : busy;
    }

    private List<Executor> drivers() {
      return run.executors().stream().filter(Executor::isDriver).toList();
    }

    // What is missing

    String missing() {
      MemoryGrade grade = grade();
      if (grade == MemoryGrade.UNUSED) {
        return "";
      }
      if (grade == MemoryGrade.NONE && !hasMetrics()) {
        return run.sparkVersion() == null
            ? "no sample, of an unknown release"
            : "Spark " + run.sparkVersion() + " logs no memory of its executors";
      }
      return switch (part) {
        case HEAP, OFF_HEAP -> ofHeap(grade);
        case DRIVER ->
          grade == MemoryGrade.NONE ? "no sample of the driver's heap" : between(grade);
        case OVERHEAD ->
          grade.compareTo(MemoryGrade.PARTIAL) > 0 || hasTreeOfSome()
              ? ofHeap(grade)
              : (grade == MemoryGrade.PARTIAL
                      ? "buffers and metaspace alone were sampled, not what the process holds"
                      : "no sample of what the process holds")
                  + noTree();
        case PYTHON ->
          grade == MemoryGrade.UNTRUSTED || grade == MemoryGrade.NONE
              ? "no sample of Python workers" + noTree()
              : ofHeap(grade);
      };
    }

    private String ofHeap(MemoryGrade grade) {
      return switch (grade) {
        case NONE ->
          "no executor was sampled: it takes a heartbeat (" + heartbeat() + ") while a task runs";
        case PARTIAL -> "fewer than half of the executors were sampled";
        default -> between(grade);
      };
    }

    private String between(MemoryGrade grade) {
      return grade == MemoryGrade.HEARTBEAT ? "peaks between heartbeats (" + heartbeat() + ")" : "";
    }

    private String heartbeat() {
      return run.setting("spark.executor.heartbeatInterval").orElse("10s");
    }

    private boolean hasTreeOfSome() {
      return of(workers(), MemoryPeak.PROCESS_TREE_JVM_RSS) == MemoryGrade.PARTIAL;
    }

    private String noTree() {
      if (!countsTree()) {
        return ": Spark "
            + (run.sparkVersion() == null ? "of an unknown release" : run.sparkVersion())
            + " counts process trees wrongly (SPARK-52776), 3.5.7 and 4.0.1 do not";
      }
      return is(PROCESS_TREE)
          ? ": process trees are on, but there is no figure; they need /proc and getconf"
              + (run.isSparkAtLeast(4, 0, 0) ? "" : ", and pgrep")
          : "";
    }

    // What would bring it

    Map<String, String> settings() {
      Map<String, String> settings = new TreeMap<>();
      MemoryGrade grade = grade();
      if (grade == MemoryGrade.UNUSED || grade == MemoryGrade.POLLED || !hasMetrics()) {
        return settings;
      }
      if (part == MemoryPart.DRIVER && workers().stream().noneMatch(Executor::isDriver)) {
        stageMetrics(settings);
        if (run.isSparkAtLeast(4, 1, 0) && run.setting(DRIVER_POLLING).isEmpty()) {
          settings.put(DRIVER_POLLING, INTERVAL);
        }
        return settings;
      }
      if (part == MemoryPart.OVERHEAD || part == MemoryPart.PYTHON) {
        if (!countsTree()) {
          return settings;
        }
        if (!is(PROCESS_TREE)) {
          settings.put(PROCESS_TREE, "true");
        }
      }
      if (PeakEvidence.of(run, MemoryPeak.JVM_HEAP) != PeakEvidence.POLLED) {
        settings.put(POLLING, INTERVAL);
      }
      if (anyWithoutSample()) {
        stageMetrics(settings); // An executor that dies ends no task that would tell of it.
      }
      return settings;
    }

    /** Databricks writes the log with a listener of its own. */
    private void stageMetrics(Map<String, String> settings) {
      if (!is(STAGE_METRICS) && run.clusterManager() != ClusterManager.DATABRICKS) {
        settings.put(STAGE_METRICS, "true");
      }
    }

    private boolean anyWithoutSample() {
      return workers().stream()
          .anyMatch(executor -> executor.sampledPeak(MemoryPeak.JVM_HEAP).isEmpty());
    }

    private boolean countsTree() {
      return PeakEvidence.of(run, MemoryPeak.PROCESS_TREE_JVM_RSS) != PeakEvidence.UNTRUSTED;
    }

    private boolean is(String property) {
      return SparkSettings.flag(run.configuration(), property).orElse(false);
    }

    /** Samples of memory, and all settings here but the driver's interval, are there since Spark 3.0. */
    private boolean hasMetrics() {
      return run.isSparkAtLeast(3, 0, 0);
    }
  }
}
