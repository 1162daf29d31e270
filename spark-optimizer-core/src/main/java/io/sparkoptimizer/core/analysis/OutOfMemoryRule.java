package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Analysis.Severity;
import io.sparkoptimizer.core.container.Containers;
import io.sparkoptimizer.core.container.MemoryRule;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SparkSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * {@code out-of-memory}: tasks or executors died because memory ran out. One finding for each cause,
 * because the cause decides the remedy: heap wants fewer tasks at one time, then a larger {@code
 * spark.executor.memory}, in the order of {@code recommend} ({@link MemoryRule}); a container's limit
 * {@code spark.executor.memoryOverhead}, Python {@code spark.executor.pyspark.memory} where it is set
 * and the overhead that it lives in otherwise. An unknown cause is {@link FailedTasksRule}'s and
 * changes nothing.
 *
 * <p>Any such death is reported: critical where the run failed, else high, or medium where the cause
 * is only probable. The step is + 50 % (LinkedIn's after a death). Lost: where the run failed, all
 * that it held; otherwise it is part of the retries that {@code failed-tasks} tells.
 */
final class OutOfMemoryRule implements Rule {
  /** After a death the next size is this times the one that died. */
  private static final double STEP = MemoryRule.RAISE;

  @Override
  public String name() {
    return "out-of-memory";
  }

  @Override
  public List<Finding> findings(RunFacts facts) {
    List<Finding> findings = new ArrayList<>();
    for (Cause cause : List.of(Cause.HEAP, Cause.CONTAINER, Cause.PYTHON)) {
      for (boolean driver : List.of(false, true)) {
        List<MemoryFailure> failures = facts.run().memoryFailures().stream()
            .filter(failure -> failure.cause() == cause && ofDriver(facts, failure) == driver)
            .toList();
        if (!failures.isEmpty()) {
          findings.add(finding(facts, cause, driver, failures));
        }
      }
    }
    return findings;
  }

  private static boolean ofDriver(RunFacts facts, MemoryFailure failure) {
    // In local mode the driver is the executor.
    return Executor.isDriverId(failure.executorId())
        && facts.run().clusterManager() != ClusterManager.LOCAL;
  }

  private Finding finding(
      RunFacts facts, Cause cause, boolean driver, List<MemoryFailure> failures) {
    boolean certain =
        failures.stream().anyMatch(failure -> failure.certainty() == Certainty.CERTAIN);
    boolean runFailed = facts.run().status() == RunStatus.FAILED;
    Severity severity = runFailed ? Severity.CRITICAL : certain ? Severity.HIGH : Severity.MEDIUM;
    long executors = failures.stream()
        .map(MemoryFailure::executorId)
        .filter(Objects::nonNull)
        .distinct()
        .count();
    Draft draft = new Draft(facts, this, severity, title(cause, driver, executors, certain))
        .evidence(cause.word() + "_memory_failures", failures.size(), 1, "failures")
        .advice("The log says: \"" + FailedTasksRule.cut(failures.get(0).evidence()) + "\".");
    OptionalInt stage = failures.stream()
        .map(MemoryFailure::stageId)
        .filter(OptionalInt::isPresent)
        .findFirst()
        .orElse(OptionalInt.empty());
    stage.ifPresent(draft::stage);
    if (runFailed) {
      facts.totalCoreHours().ifPresent(draft::wastedCoreHours);
      facts.wallMs().ifPresent(draft::wastedMs);
    }
    if (driver) {
      adviseDriver(facts, cause, draft);
    } else if (cause == Cause.HEAP) {
      adviseHeap(facts, draft);
    } else {
      adviseOverhead(facts, cause, draft);
    }
    return draft.build();
  }

  private static String title(Cause cause, boolean driver, long executors, boolean certain) {
    String who =
        driver ? "The driver" : executors == 0 ? "Tasks" : Words.count(executors, "executor");
    String what = switch (cause) {
      case HEAP -> "ran out of heap";
      case CONTAINER ->
        certain ? "exceeded the container's memory limit" : "were killed for memory";
      default -> "ran out of memory in Python workers";
    };
    return who + (certain ? " " : " probably ") + what;
  }

  private static void adviseHeap(RunFacts facts, Draft draft) {
    OptionalLong heap = facts.allocation().executorMemoryMb();
    int slots = facts.slotsPerExecutor().orElse(1);
    draft.advice("First look whether the same few tasks die each time: then a key or a file is too"
        + " large, and smaller partitions or salting cure it where memory only delays it.");
    if (facts.run().clusterManager() == ClusterManager.DATABRICKS || heap.isEmpty()) {
      draft.advice("Choose nodes with more memory per core, or fewer tasks at one time"
          + " (spark.task.cpus).");
      return;
    }
    boolean local = facts.run().clusterManager() == ClusterManager.LOCAL;
    if (slots >= 2 && !local) {
      int cores = MemoryRule.fewerTasks(slots) * facts.taskCpus(OptionalInt.of(0));
      draft
          .advice(
              "Then run half as many tasks at one time, so that each has twice as much of the same"
                  + " heap; if they die again, give executors half as much heap again. More executors"
                  + " bring the slots back.")
          .conf("spark.executor.cores", String.valueOf(cores));
      return;
    }
    long pointers = MemoryRule.pointersMb(facts.run().configuration());
    long larger = MemoryRule.raisedHeapMb(heap.getAsLong(), pointers);
    draft
        .advice(
            local
                ? "Then run fewer tasks at one time (a smaller N in local[N]), or give the one JVM more"
                    + " heap."
                : "One task at one time is the least: give executors more heap.")
        .confMb(Properties.heap(facts), larger);
    if (MemoryRule.crosses(heap.getAsLong(), larger, pointers)) {
      draft.advice("It crosses 32 GiB, where the JVM loses compressed pointers.");
    }
  }

  private static void adviseOverhead(RunFacts facts, Cause cause, Draft draft) {
    OptionalLong pyspark =
        SparkSettings.memoryMb(facts.run().configuration(), "spark.executor.pyspark.memory");
    if (cause == Cause.PYTHON && pyspark.isPresent()) {
      draft
          .advice(
              "Python workers reached spark.executor.pyspark.memory: give them half as much again,"
                  + " or smaller batches (spark.sql.execution.arrow.maxRecordsPerBatch).")
          .confMb("spark.executor.pyspark.memory", MemoryRule.upMb(pyspark.getAsLong() * STEP));
      return;
    }
    ClusterManager manager = facts.run().clusterManager();
    OptionalLong heap = facts.allocation().executorMemoryMb();
    boolean container = manager == ClusterManager.YARN
        || manager == ClusterManager.KUBERNETES
        || manager == ClusterManager.MESOS;
    if (!container || heap.isEmpty()) {
      draft.advice(
          "If it was memory, the machine ran out of it: start fewer or smaller executors on it;"
              + " Python workers, direct buffers and off-heap memory come on top of the heap. The machine's"
              + " own log says whether its kernel killed the process.");
      return;
    }
    long overhead = Containers.executorOverheadMb(facts.run(), heap.getAsLong());
    long larger = MemoryRule.raisedOverheadMb(overhead);
    draft
        .advice((cause == Cause.PYTHON || facts.usesPython()
                ? "Python workers live in the container's overhead"
                : "Memory beside the heap (direct buffers, metaspace, off-heap) lives in the"
                    + " container's overhead")
            + ", " + overhead + " MiB in this run: raise that, not the heap. Fewer cores per"
            + " executor lower what is needed.")
        .confMb(Properties.overhead(facts), larger);
  }

  private static void adviseDriver(RunFacts facts, Cause cause, Draft draft) {
    var settings = facts.run().configuration();
    draft.advice(
        "Look for collect, toPandas, large broadcasts and very many tasks or files first: they"
            + " bring data to the driver.");
    if (cause == Cause.HEAP && facts.run().clusterManager() != ClusterManager.DATABRICKS) {
      long heap = SparkSettings.memoryMb(settings, "spark.driver.memory").orElse(1024);
      draft.confMb("spark.driver.memory", MemoryRule.upMb(heap * STEP));
    }
  }
}
