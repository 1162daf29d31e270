package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Platform;
import io.sparkoptimizer.core.budget.HeapNeed;
import io.sparkoptimizer.core.budget.MemoryEvidence;
import io.sparkoptimizer.core.budget.MemoryPart;
import io.sparkoptimizer.core.container.Containers;
import io.sparkoptimizer.core.container.MemoryRule;
import io.sparkoptimizer.core.schedule.JobModel;
import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.PeakEvidence;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a job's runs had and what became of it: all that the parts of a memory budget are decided by.
 *
 * @param current what the next run has unless it is told otherwise
 * @param all runs with what they had, newest first
 * @param recent the newest of them, back to where enough went well at today's size
 */
record MemoryPast(
    Setup current, List<Seen> all, List<Seen> recent, InputSize input, Set<String> locked) {

  /** So many runs without a death at a size close the case of an earlier one. */
  private static final int CLEAN_RUNS = 5;

  /** A run over so much more input than is asked about tells nothing of its deaths. */
  private static final double MORE_INPUT = 1.2;

  /** A run, and what it had. */
  record Seen(ApplicationRun run, Setup had) {}

  static MemoryPast of(
      Setup current, List<ApplicationRun> runs, InputSize input, Set<String> locked) {
    List<Seen> all = runs.stream().map(run -> new Seen(run, Setup.of(run))).toList();
    return new MemoryPast(current, all, recent(current, all), input, locked);
  }

  private static List<Seen> recent(Setup current, List<Seen> all) {
    int clean = 0;
    for (int i = 0; i < all.size(); i++) {
      Seen seen = all.get(i);
      if (wentWell(seen)
          && seen.had().heapKnown() == current.heapKnown()
          && seen.had().heapATask() <= current.heapATask()
          && ++clean == CLEAN_RUNS) {
        return all.subList(0, i + 1);
      }
    }
    return all;
  }

  /** Whether it came to its end and nothing died on the way. */
  static boolean wentWell(Seen seen) {
    return JobModel.isWhole(seen.run()) && !MemoryRule.died(seen.run());
  }

  List<ApplicationRun> runs() {
    return runs(all);
  }

  static List<ApplicationRun> runs(List<Seen> seen) {
    return seen.stream().map(Seen::run).toList();
  }

  /**
   * Those of them in which an executor of the default resource profile died for this, over no more input than
   * is asked about.
   */
  List<Seen> deaths(List<Seen> among, Cause cause) {
    return among.stream()
        .filter(seen -> !hadMoreInput(seen.run())
            && DeathRisk.deaths(seen.run())
                .anyMatch(failure -> failure.cause() == cause
                    && !isOfDriver(seen.run(), failure)
                    && isOfDefaultProfile(seen.run(), failure)))
        .toList();
  }

  private boolean hadMoreInput(ApplicationRun run) {
    OptionalLong own = run.inputBytes();
    return input.bytes().isPresent()
        && own.isPresent()
        && own.getAsLong() > MORE_INPUT * input.bytes().getAsLong();
  }

  private static boolean isOfDefaultProfile(ApplicationRun run, MemoryFailure failure) {
    return run.executors().stream()
        .filter(executor -> executor.id().equals(failure.executorId()))
        .allMatch(executor -> executor.resourceProfileId().orElse(0) == 0);
  }

  /** The most of a part, MiB, that any of these runs had: a remedy begins above it; 0 of no runs. */
  static long mostMb(List<Seen> died, ToLongFunction<Setup> part) {
    return died.stream().map(Seen::had).mapToLong(part).max().orElse(0);
  }

  /**
   * The least that a part may become, MiB: a tenth more than any size that died, and than any smaller one than
   * today's with which a run did not come to its end for a reason that its log does not tell. A driver that
   * runs out of memory tells nothing.
   */
  double leastMb(List<Seen> died, ToLongFunction<Setup> part) {
    long today = part.applyAsLong(current);
    long doubtful = all.stream()
        .filter(seen -> !JobModel.isWhole(seen.run())
            && seen.run().status() != RunStatus.RUNNING
            && seen.run().memoryFailures().isEmpty()
            && part.applyAsLong(seen.had()) < today)
        .mapToLong(seen -> part.applyAsLong(seen.had()))
        .filter(size ->
            all.stream().noneMatch(seen -> wentWell(seen) && part.applyAsLong(seen.had()) <= size))
        .max()
        .orElse(0);
    return MemoryRule.ABOVE_DEATH * Math.max(mostMb(died, part), doubtful);
  }

  /** Whether memory was looked at so often that a part may shrink. */
  boolean isSampled(MemoryPart part) {
    return evidence(part).isTrusted()
        && runs().stream().mapToLong(MemoryRule::samples).sum() >= HeapNeed.LEAST_SAMPLES;
  }

  /** In local mode the driver is the executor. */
  static boolean isOfDriver(ApplicationRun run, MemoryFailure failure) {
    return Executor.DRIVER.equals(failure.executorId())
        && run.clusterManager() != ClusterManager.LOCAL;
  }

  /**
   * How much more a task holds next time: scans get more tasks of the same size, so only what is
   * shuffled or cached grows with the input. One over more does not need less.
   */
  double growth(ApplicationRun run) {
    boolean holds = run.totals().orZero(TaskMetric.SHUFFLE_READ_BYTES) > 0
        || Allocation.workers(run).stream()
            .anyMatch(executor -> executor.peaks().orZero(MemoryPeak.ON_HEAP_STORAGE) > 0);
    if (!holds) {
      return 1;
    }
    OptionalLong own = run.inputBytes();
    return Math.max(
        1,
        input.bytes().isPresent() && own.isPresent()
            ? (double) input.bytes().getAsLong() / own.getAsLong()
            : input.scale());
  }

  /** Whether a property stays as it is whatever runs tell: it was locked, or its platform decides it. */
  boolean isLocked(String property) {
    return locked.contains(property) || isOfTheNode(property);
  }

  private boolean isOfTheNode(String property) {
    return current.platform() == Platform.DATABRICKS && property.startsWith("spark.executor.");
  }

  String whyLocked(String property) {
    return isOfTheNode(property) ? "kept: the node type decides it on Databricks" : "locked";
  }

  /** Why a part that could be smaller is not made so; null where nothing stands against it. */
  @Nullable
  String whyNoStepDown(String property) {
    if (isLocked(property)) {
      return whyLocked(property);
    }
    return recent.stream().anyMatch(seen -> MemoryRule.died(seen.run()))
        ? "kept: something died, maybe for memory, and nothing shrinks beside that"
        : null;
  }

  /** How well the runs tell of a part. */
  MemoryEvidence evidence(MemoryPart part) {
    return MemoryEvidence.of(runs(), part);
  }

  /** Whether no run was in containers that are killed at the first page beyond. */
  boolean wasNotHeld() {
    return runs().stream()
        .noneMatch(run -> Containers.limit(run.configuration(), Containers.platform(run))
            == Containers.Limit.HARD);
  }

  boolean knowsProcesses() {
    return besideHeapMb(true).isPresent();
  }

  /**
   * The most that the process of an executor held beside its used heap, MiB: no less than what is beside the
   * heap, because a JVM keeps pages of it that are not used. Empty where no release counted it rightly.
   *
   * @param python whether its Python workers count
   */
  OptionalLong besideHeapMb(boolean python) {
    return most(all, run -> executor -> {
      OptionalLong tree = trusted(run, executor, MemoryPeak.PROCESS_TREE_JVM_RSS);
      OptionalLong heap = executor.sampledPeak(MemoryPeak.JVM_HEAP);
      long workers = python ? executor.peaks().orZero(MemoryPeak.PROCESS_TREE_PYTHON_RSS) : 0;
      return tree.isEmpty() || heap.isEmpty()
          ? OptionalLong.empty()
          : OptionalLong.of(Math.max(0, tree.getAsLong() - heap.getAsLong()) + workers);
    });
  }

  /**
   * The most that all processes of an executor held, MiB, in runs that had no more than today's container.
   * Empty where no release counted it rightly.
   */
  OptionalLong processMb() {
    List<Seen> noLarger =
        all.stream().filter(seen -> seen.had().memoryMb() <= current.memoryMb()).toList();
    return most(noLarger, run -> executor -> {
      OptionalLong tree = trusted(run, executor, MemoryPeak.PROCESS_TREE_JVM_RSS);
      return tree.isEmpty()
          ? tree
          : OptionalLong.of(
              tree.getAsLong() + executor.peaks().orZero(MemoryPeak.PROCESS_TREE_PYTHON_RSS));
    });
  }

  /** The most that the Python workers of an executor held, MiB. */
  OptionalLong pythonMb() {
    return most(all, run -> executor -> trusted(run, executor, MemoryPeak.PROCESS_TREE_PYTHON_RSS));
  }

  /** The most that execution and storage of an executor held outside of the heap, MiB. */
  OptionalLong offHeapMb() {
    return most(
        all,
        run -> executor -> executor.sampledPeak(MemoryPeak.JVM_HEAP).isEmpty()
            ? OptionalLong.empty()
            : OptionalLong.of(executor.peaks().orZero(MemoryPeak.OFF_HEAP_EXECUTION)
                + executor.peaks().orZero(MemoryPeak.OFF_HEAP_STORAGE)));
  }

  private static OptionalLong trusted(ApplicationRun run, Executor executor, MemoryPeak kind) {
    return PeakEvidence.of(run, executor, kind).compareTo(PeakEvidence.UNTRUSTED) > 0
        ? executor.sampledPeak(kind)
        : OptionalLong.empty();
  }

  /** Of runs with fewer tasks in an executor so much more: workers and buffers are theirs. */
  private OptionalLong most(
      List<Seen> among, Function<ApplicationRun, Function<Executor, OptionalLong>> bytes) {
    OptionalLong most = OptionalLong.empty();
    for (Seen seen : among) {
      double more =
          Math.max(1, (double) current.slotsPerExecutor() / seen.had().slotsPerExecutor());
      for (Executor executor : Allocation.workers(seen.run())) {
        OptionalLong held = bytes.apply(seen.run()).apply(executor);
        if (held.isPresent()) {
          most =
              OptionalLong.of(Math.max(most.orElse(0), (long) (more * (held.getAsLong() >> 20))));
        }
      }
    }
    return most;
  }
}
