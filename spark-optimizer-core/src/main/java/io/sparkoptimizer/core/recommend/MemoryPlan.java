package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.Platform;
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
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What memory the executors and the driver of the next run should have, from what runs showed.
 *
 * <p>A cause of death decides the remedy: heap gets fewer concurrent tasks first, then more heap;
 * container gets overhead; Python its own memory where that is limited, and the overhead it lives in
 * otherwise; an unknown cause changes nothing. Nothing shrinks beside a death. Without one, the
 * largest used heap is what a heap of that size was never asked to exceed; it holds garbage, so it
 * is no need, and a step down stays above it by a margin, and never goes to a size that died ({@link
 * MemoryRule}). Runs at a smaller heap that went well narrow the range. What this gets wrong: samples
 * are taken at heartbeats, so a short peak is missed; the margin is what stands against it.
 *
 * @param setup what the budget becomes; its cores may be fewer, nothing else but memory changes
 * @param urgent whether something died, so that keeping what there is is no answer
 * @param risks probability that a run of a size dies for memory; empty where nothing tells
 * @param evidence one for each part of the budget
 */
record MemoryPlan(
    Setup setup, boolean urgent, Function<Setup, OptionalDouble> risks, List<Evidence> evidence) {

  /** Steps smaller than this are not worth a change. */
  private static final double WORTH = 0.95;

  /** Input that grows by less than this is noise to a heap. */
  private static final double GROWING = 1.2;

  /** So many runs without a death at a size close the case of an earlier one. */
  private static final int CLEAN_RUNS = 5;

  /** So many runs carry a step down, however thin the samples of each. */
  private static final int SEVERAL_RUNS = 3;

  private static final long LEAST_HEAP_MB = 1024;

  /** Workers that were seen to use more than this times their limit were not held by it. */
  private static final int MOST_PYTHON = 2;

  static final String HEAP = "spark.executor.memory";
  static final String OVERHEAD = "spark.executor.memoryOverhead";
  static final String PYSPARK = "spark.executor.pyspark.memory";
  static final String CORES = "spark.executor.cores";
  static final String DRIVER = "spark.driver.memory";

  /**
   * @param current what the next run has unless it is told otherwise
   * @param runs of the job, newest first, failed ones included
   * @param input of the next run
   */
  static MemoryPlan of(
      Setup current, List<ApplicationRun> runs, InputSize input, Set<String> locked) {
    return new Planner(current, runs, input, locked).plan();
  }

  /** Probability that a run of this size dies for memory; empty where nothing tells. */
  OptionalDouble risk(Setup size) {
    return risks.apply(size);
  }

  /** A run, and what it had. */
  private record Seen(ApplicationRun run, Setup had) {}

  private static final class Planner {
    private final Setup current;
    private final List<Seen> all;
    /** The newest of them, back to where enough went well at today's size. */
    private final List<Seen> recent;

    private final InputSize input;
    private final Set<String> locked;
    private final List<Evidence> evidence = new ArrayList<>();
    private int cores;
    private long heap;
    private long overhead;
    private long pyspark;
    private boolean urgent;

    Planner(Setup current, List<ApplicationRun> runs, InputSize input, Set<String> locked) {
      this.current = current;
      this.all = runs.stream().map(run -> new Seen(run, Setup.of(run))).toList();
      this.recent = recent();
      this.input = input;
      this.locked = locked;
      cores = current.cores();
      heap = current.heapMb();
      overhead = current.overheadMb();
      pyspark = current.pysparkMb();
    }

    MemoryPlan plan() {
      if (!current.heapKnown()) {
        heapUnknown();
      } else if (deathFloorMb(deaths(recent, Cause.HEAP), current.slotsPerExecutor()) >= heap) {
        afterHeapDeath();
      } else {
        heapFromPeaks();
      }
      besideTheHeap();
      Setup sized = current.withExecutor(cores, heap, overhead, pyspark);
      return new MemoryPlan(
          sized.withDriverHeapMb(driverHeap()),
          urgent,
          DeathRisk.of(all.stream().map(Seen::run).toList(), this::growth)::of,
          List.copyOf(evidence));
    }

    private List<Seen> recent() {
      int clean = 0;
      for (int i = 0; i < all.size(); i++) {
        Seen seen = all.get(i);
        if (JobModel.isWhole(seen.run())
            && !MemoryRule.died(seen.run())
            && seen.had().heapKnown() == current.heapKnown()
            && seen.had().heapATask() <= current.heapATask()
            && ++clean == CLEAN_RUNS) {
          return all.subList(0, i + 1);
        }
      }
      return all;
    }

    private static List<Seen> deaths(List<Seen> among, Cause cause) {
      return among.stream()
          .filter(seen -> DeathRisk.deaths(seen.run())
              .anyMatch(failure -> failure.cause() == cause && !isOfDriver(seen.run(), failure)))
          .toList();
    }

    /** In local mode the driver is the executor. */
    private static boolean isOfDriver(ApplicationRun run, MemoryFailure failure) {
      return Executor.DRIVER.equals(failure.executorId())
          && run.clusterManager() != ClusterManager.LOCAL;
    }

    /** The largest heap that died, for as many concurrent tasks as are asked about. */
    private static long deathFloorMb(List<Seen> heapDeaths, int slots) {
      return heapDeaths.stream()
          .map(Seen::had)
          .filter(Setup::heapKnown)
          .mapToLong(had -> had.heapMb() * slots / had.slotsPerExecutor())
          .max()
          .orElse(0);
    }

    /** Nothing is proposed where nothing is known: fewer tasks at a time need no figure. */
    private void heapUnknown() {
      List<Seen> died = deaths(recent, Cause.HEAP).stream()
          .filter(seen -> seen.had().heapATask() >= current.heapATask())
          .toList();
      int slots = current.slotsPerExecutor();
      if (!died.isEmpty()
          && slots > 1
          && !locked.contains(CORES)
          && current.platform() != Platform.DATABRICKS) {
        urgent = true;
        cores = MemoryRule.fewerTasks(slots) * current.taskCpus();
        noteDeath(
            CORES,
            current.cores() + "",
            cores + "",
            died,
            "fewer tasks at a time share the heap that died: each has twice as much");
      }
      note(
          HEAP,
          null,
          null,
          "peak_jvm_heap_bytes",
          heap * 1048576.0,
          null,
          runs(all),
          "left out: no log says what heap executors have; memory is billed by what was seen in use");
    }

    private void afterHeapDeath() {
      urgent = true;
      List<Seen> died = deaths(recent, Cause.HEAP);
      int slots = current.slotsPerExecutor();
      if (slots > 1 && !locked.contains(CORES)) {
        slots = MemoryRule.fewerTasks(slots);
        cores = slots * current.taskCpus();
        noteDeath(
            CORES,
            current.cores() + "",
            cores + "",
            died,
            "fewer tasks at a time share the heap that died: each has twice as much");
        if (heap > MemoryRule.ABOVE_DEATH * deathFloorMb(died, slots)) {
          noteDeath(HEAP, mb(heap), mb(heap), died, "kept: concurrent tasks are halved first");
          return;
        }
      }
      if (locked.contains(HEAP)) {
        noteDeath(HEAP, mb(heap), mb(heap), died, "locked, though it died: expect it to die again");
        return;
      }
      long floor = Math.max(heap, deathFloorMb(died, slots));
      long raised = MemoryRule.raisedHeapMb(floor);
      noteDeath(
          HEAP,
          mb(heap),
          mb(raised),
          died,
          raised == MemoryRule.COMPRESSED_POINTERS_MB
              ? "more than died, and just below 32 GiB, where the JVM loses compressed pointers"
              : "half as much again as the size that died"
                  + (MemoryRule.crossesPointers(floor, raised)
                      ? "; it crosses 32 GiB, where the JVM loses compressed pointers: machines with"
                          + " more memory per core would serve better"
                      : ""));
      heap = raised;
    }

    private void heapFromPeaks() {
      TreeMap<Long, List<ApplicationRun>> byHeap = new TreeMap<>();
      for (Seen seen : all) {
        if (JobModel.isWhole(seen.run())
            && heapPeakMb(seen.run()).isPresent()
            && seen.had().heapKnown()
            && seen.had().slotsPerExecutor() >= current.slotsPerExecutor()) {
          byHeap.computeIfAbsent(seen.had().heapMb(), size -> new ArrayList<>()).add(seen.run());
        }
      }
      if (byHeap.isEmpty()) {
        note(
            HEAP,
            mb(heap),
            mb(heap),
            "peak_jvm_heap_bytes",
            null,
            null,
            runs(all),
            "kept: no sample of used heap in the log; spark.eventLog.logStageExecutorMetrics=true brings"
                + " them");
        return;
      }
      List<ApplicationRun> calm = byHeap.values().stream()
          .filter(runs -> runs.stream().noneMatch(MemoryRule::wasShort))
          .findFirst()
          .orElse(List.of());
      if (calm.isEmpty()) {
        gcBusy(byHeap.lastEntry().getValue());
        return;
      }
      double peak = 0;
      double sum = 0;
      double squares = 0;
      for (ApplicationRun run : calm) {
        double mb = heapPeakMb(run).getAsLong() * growth(run);
        peak = Math.max(peak, mb);
        sum += mb;
        squares += mb * mb;
      }
      int n = calm.size();
      double mean = sum / n;
      double variation =
          n < 3 || mean == 0 ? 0 : Math.sqrt(Math.max(0, squares / n - mean * mean)) / mean;
      double wanted = Math.max(peak * MemoryRule.margin(n, variation), unifiedNeedMb(calm));
      double observed = peak * (1 << 20);
      boolean grows = calm.stream().anyMatch(run -> growth(run) > GROWING);
      if (grows && peak > WORTH * heap && !locked.contains(HEAP)) {
        grow(peak, calm);
        return;
      }
      double least = Math.max(
          LEAST_HEAP_MB, MemoryRule.ABOVE_DEATH * deathFloorMb(deaths(all, Cause.HEAP), slots()));
      long stepped = MemoryRule.steppedDownMb(heap, Math.max(wanted, least));
      String kept = stepped >= WORTH * heap
          ? "kept: the peak with its margin needs it"
          : whyNoStepDown(HEAP, calm);
      if (kept != null) {
        note(
            HEAP,
            mb(heap),
            mb(heap),
            "peak_jvm_heap_bytes",
            observed,
            wanted * (1 << 20),
            calm,
            locked.contains(HEAP) ? "locked" : kept);
        return;
      }
      note(
          HEAP,
          mb(heap),
          mb(stepped),
          "peak_jvm_heap_bytes",
          observed,
          wanted * (1 << 20),
          calm,
          "used heap never went above the peak in " + Words.plural(n, "run")
              + "; a step takes at most " + Words.percent(MemoryRule.STEP)
              + (stepped > wanted * 1.05 ? ", more may follow" : ""));
      heap = stepped;
    }

    private int slots() {
      return Math.max(1, cores / current.taskCpus());
    }

    /** Why a part that could be smaller is not made so; null where nothing stands against it. */
    private @Nullable String whyNoStepDown(String property, List<ApplicationRun> sampled) {
      if (locked.contains(property)) {
        return "locked";
      }
      if (recent.stream().anyMatch(seen -> MemoryRule.died(seen.run()))) {
        return "kept: something died, maybe for memory, and nothing shrinks beside that";
      }
      return sampled.size() >= SEVERAL_RUNS || sampled.stream().anyMatch(MemoryRule::isWellSampled)
          ? null
          : "kept: too few samples for less (a short run, or executors without any)";
    }

    /** More heap for more input, at most one step. */
    private void grow(double peak, List<ApplicationRun> calm) {
      double wanted = peak * MemoryRule.margin(calm.size(), 0);
      long most = MemoryRule.upMb(heap * MemoryRule.RAISE);
      long raised = Math.max(heap, Math.min(most, MemoryRule.upMb(wanted)));
      boolean capped = wanted > most;
      boolean crosses = MemoryRule.crossesPointers(heap, raised);
      raised = crosses ? MemoryRule.COMPRESSED_POINTERS_MB : raised;
      note(
          HEAP,
          mb(heap),
          mb(raised),
          "peak_jvm_heap_bytes",
          peak * (1 << 20),
          heap * 1048576.0,
          calm,
          "the input grows, and so does what the tasks hold"
              + (crosses
                  ? "; it stays below 32 GiB, where the JVM loses compressed pointers"
                  : capped
                      ? "; a step adds at most half, so watch the first run of that size"
                      : ""));
      heap = raised;
    }

    private void gcBusy(List<ApplicationRun> busy) {
      ApplicationRun run = busy.get(0);
      double share = MemoryRule.gcShare(run);
      boolean full =
          heapPeakMb(run).orElse(0) >= MemoryRule.FULL * Setup.of(run).heapMb();
      long raised = MemoryRule.upMb(heap * MemoryRule.GC_RAISE);
      boolean crosses = MemoryRule.crossesPointers(heap, raised);
      if (share < MemoryRule.GC_BUSY || !full || crosses || locked.contains(HEAP)) {
        note(
            HEAP,
            mb(heap),
            mb(heap),
            "jvm_gc_time_ms / executor_run_time_ms",
            share,
            MemoryRule.GC_BUSY,
            busy,
            locked.contains(HEAP)
                ? "locked"
                : "kept: the tasks spill or the collector is busy, so that less heap would cost time");
        return;
      }
      note(
          HEAP,
          mb(heap),
          mb(raised),
          "jvm_gc_time_ms / executor_run_time_ms",
          share,
          MemoryRule.GC_BUSY,
          busy,
          "the heap is full and the collector busy: more of it saves its time");
      heap = raised;
    }

    /**
     * How much more a task holds next time: scans get more tasks of the same size, so only what is
     * shuffled or cached grows with the input. One over more does not need less.
     */
    private double growth(ApplicationRun run) {
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

    private static OptionalLong heapPeakMb(ApplicationRun run) {
      return peakMb(Allocation.workers(run), MemoryPeak.JVM_HEAP);
    }

    private static OptionalLong peakMb(List<Executor> executors, MemoryPeak kind) {
      return executors.stream()
          .map(executor -> executor.peaks().get(kind))
          .filter(OptionalLong::isPresent)
          .mapToLong(peak -> peak.getAsLong() >> 20)
          .filter(peak -> peak > 0)
          .max();
    }

    /** Heap whose unified part (0.6 of what is left after 300 MiB) holds what execution and storage held. */
    private static double unifiedNeedMb(List<ApplicationRun> runs) {
      long held = 0;
      for (ApplicationRun run : runs) {
        for (Executor executor : Allocation.workers(run)) {
          held = Math.max(
              held,
              executor.peaks().orZero(MemoryPeak.ON_HEAP_EXECUTION)
                  + executor.peaks().orZero(MemoryPeak.ON_HEAP_STORAGE));
        }
      }
      return held == 0 ? 0 : (double) (held >> 20) / 0.6 + 300;
    }

    private void besideTheHeap() {
      boolean contained = Containers.hasContainers(current.platform());
      List<Seen> python = deaths(recent, Cause.PYTHON);
      if (pyspark > 0) {
        pythonsOwn(python);
      }
      if (!contained || !current.heapKnown()) {
        return;
      }
      // Without a limit of their own, Python workers live in the overhead.
      List<Seen> kills = Stream.concat(
              deaths(recent, Cause.CONTAINER).stream(),
              pyspark > 0 ? Stream.empty() : python.stream())
          .distinct()
          .toList();
      boolean diedAsItIs = kills.stream()
          .map(Seen::had)
          .anyMatch(had -> had.overheadMb() >= current.overheadMb()
              && had.heapMb() <= current.heapMb()
              && had.slotsPerExecutor() <= current.slotsPerExecutor());
      boolean free = !locked.contains(OVERHEAD);
      long raised = overhead;
      if (free && heap > current.heapMb()) {
        raised = Math.max(raised, current.defaultOverheadMb(heap));
      }
      if (free && diedAsItIs) {
        urgent = true;
        raised = Math.max(raised, MemoryRule.raisedOverheadMb(overhead));
      }
      note(
          OVERHEAD,
          mb(overhead),
          mb(raised),
          "memory_failures_container",
          kills.size(),
          0,
          kills.isEmpty() ? runs(all) : runs(kills),
          diedAsItIs
              ? free
                  ? python.isEmpty() || pyspark > 0
                      ? "the container's limit killed it, not the heap"
                      : "Python workers ran out of memory, and live in the overhead"
                  : "locked, though the container was killed"
              : raised > overhead
                  ? "Spark's default for the larger heap"
                  : "kept as it is today, also beside a smaller heap: one part changes at a time");
      overhead = raised;
    }

    private void pythonsOwn(List<Seen> died) {
      boolean diedAsItIs = died.stream()
          .map(Seen::had)
          .anyMatch(had ->
              had.pysparkMb() >= pyspark && had.slotsPerExecutor() <= current.slotsPerExecutor());
      if (!diedAsItIs || locked.contains(PYSPARK)) {
        return;
      }
      urgent = true;
      long used = died.stream()
          .map(Seen::run)
          .filter(run ->
              PeakEvidence.of(run, MemoryPeak.PROCESS_TREE_JVM_RSS) != PeakEvidence.UNTRUSTED)
          .map(run -> peakMb(Allocation.workers(run), MemoryPeak.PROCESS_TREE_PYTHON_RSS))
          .mapToLong(peak -> peak.orElse(0))
          .max()
          .orElse(0);
      long raised = MemoryRule.upMb(Math.max(
          LEAST_HEAP_MB,
          Math.max(pyspark, Math.min(used, MOST_PYTHON * pyspark)) * MemoryRule.RAISE));
      note(
          PYSPARK,
          mb(pyspark),
          mb(raised),
          "memory_failures_python",
          died.size(),
          0,
          runs(died),
          "Python workers ran out of memory: theirs grows, not the JVM's");
      pyspark = raised;
    }

    private long driverHeap() {
      long had = current.driverHeapMb();
      List<ApplicationRun> died = recent.stream()
          .filter(seen -> seen.had().driverHeapMb() >= had)
          .map(Seen::run)
          .filter(run -> DeathRisk.deaths(run)
              .anyMatch(failure -> failure.cause() == Cause.HEAP && isOfDriver(run, failure)))
          .toList();
      if (!died.isEmpty() && !locked.contains(DRIVER)) {
        urgent = true;
        long raised = MemoryRule.upMb(had * MemoryRule.RAISE);
        note(
            DRIVER,
            mb(had),
            mb(raised),
            "memory_failures_heap",
            died.size(),
            0,
            died,
            "the driver ran out of heap: half as much again");
        return raised;
      }
      OptionalLong peak = all.stream()
          .map(Seen::run)
          .filter(JobModel::isWhole)
          .flatMapToLong(run -> run.executors().stream()
              .filter(Executor::isDriver)
              .filter(driver -> driver.completedTasks() == 0)
              .mapToLong(driver -> driver.peaks().orZero(MemoryPeak.JVM_HEAP) >> 20))
          .filter(mb -> mb > 0)
          .max();
      boolean collects = all.stream()
          .anyMatch(
              seen -> seen.run().totals().orZero(TaskMetric.RESULT_SIZE_BYTES) >> 20 > had / 4);
      if (peak.isEmpty() || locked.contains(DRIVER) || collects) {
        note(
            DRIVER,
            mb(had),
            mb(had),
            "peak_jvm_heap_bytes",
            null,
            null,
            runs(all),
            locked.contains(DRIVER)
                ? "locked"
                : collects
                    ? "kept: large results come to the driver"
                    : "kept: the log says nothing of the driver's heap");
        return had;
      }
      double wanted = Math.max(LEAST_HEAP_MB, peak.getAsLong() * 1.5);
      long stepped = MemoryRule.steppedDownMb(had, wanted);
      String kept = stepped >= WORTH * had
          ? "kept: the peak needs it"
          : whyNoStepDown(DRIVER, runs(all).stream().filter(JobModel::isWhole).toList());
      note(
          DRIVER,
          mb(had),
          mb(kept == null ? stepped : had),
          "peak_jvm_heap_bytes",
          peak.getAsLong() * 1048576.0,
          wanted * 1048576.0,
          runs(all),
          kept == null ? "the driver's peak with half as much again fits" : kept);
      return kept == null ? stepped : had;
    }

    private static List<ApplicationRun> runs(List<Seen> seen) {
      return seen.stream().map(Seen::run).toList();
    }

    private void noteDeath(
        String property, String from, String to, List<Seen> died, String effect) {
      note(property, from, to, "memory_failures_heap", died.size(), 0, runs(died), effect);
    }

    private void note(
        String property,
        @Nullable String from,
        @Nullable String to,
        String metric,
        @Nullable Number observed,
        @Nullable Number threshold,
        List<ApplicationRun> seenIn,
        String effect) {
      evidence.add(new Evidence(
          property,
          from,
          to,
          metric,
          observed == null ? OptionalDouble.empty() : OptionalDouble.of(observed.doubleValue()),
          threshold == null ? OptionalDouble.empty() : OptionalDouble.of(threshold.doubleValue()),
          Answers.ids(seenIn),
          effect));
    }

    private static String mb(long amount) {
      return amount + "m";
    }
  }
}
