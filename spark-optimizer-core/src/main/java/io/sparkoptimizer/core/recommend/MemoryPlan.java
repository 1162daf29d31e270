package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.core.container.Containers;
import io.sparkoptimizer.core.schedule.JobModel;
import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What memory the executors and the driver of the next run should have, from what runs showed.
 *
 * <p>A cause of death decides the remedy: heap gets fewer concurrent tasks first, then more heap;
 * container gets overhead; Python its own memory; an unknown cause changes nothing. Without a death,
 * the largest used heap is what a heap of that size was never asked to exceed; it holds garbage, so it
 * is no need, and a step down stays above it by a margin from spread and number of runs, never takes
 * more than {@value #STEP} of the heap at once, and never goes to a size that died. Runs at a smaller
 * heap that went well narrow the range. What this gets wrong: samples are taken at heartbeats, so a
 * short peak is missed; the margin is what stands against it.
 *
 * @param setup what the budget becomes; its cores may be fewer, nothing else but memory changes
 * @param urgent whether something died, so that keeping what there is is no answer
 * @param deathRate share of runs that die for memory at today's size; empty where no run tells
 * @param perTaskMb heap a task has today
 * @param evidence one for each part of the budget
 */
record MemoryPlan(
    Setup setup,
    boolean urgent,
    OptionalDouble deathRate,
    double perTaskMb,
    List<Evidence> evidence) {
  /** Largest share of a heap that one step takes away. */
  static final double STEP = 0.3;

  /** What is added to a heap that died once its tasks run alone. */
  private static final double RAISE = 1.5;

  /** A size must be so much above one that died. */
  private static final double ABOVE_DEATH = 1.1;

  /** Largest used heap over the peak that a margin covers, before spread and number of runs. */
  private static final double MARGIN = 1.15;

  /** More of the margin with few runs: this, over the root of their number. */
  private static final double FEW_RUNS = 0.25;

  /** A collector that takes more of the run time than this is short of heap. */
  private static final double GC_BUSY = 0.10;

  /** Steps smaller than this are not worth a change. */
  private static final double WORTH = 0.95;

  private static final long GRAIN_MB = 256;
  private static final long LEAST_HEAP_MB = 1024;

  /** Prior of a death: 0.1 deaths in 2 runs. */
  private static final double PRIOR_DEATHS = 0.1;

  private static final double PRIOR_RUNS = 2;

  static final String HEAP = "spark.executor.memory";
  static final String OVERHEAD = "spark.executor.memoryOverhead";
  static final String PYSPARK = "spark.executor.pyspark.memory";
  static final String CORES = "spark.executor.cores";
  static final String DRIVER = "spark.driver.memory";

  /**
   * @param current what the next run has unless it is told otherwise
   * @param runs of the job, newest first, failed ones included
   * @param inputRatio input of the next run over that of the newest
   */
  static MemoryPlan of(
      Setup current, List<ApplicationRun> runs, double inputRatio, Set<String> locked) {
    return new Planner(current, runs, inputRatio, locked).plan();
  }

  /**
   * Probability that a run of this size dies for memory: today's rate, four times as much for half the
   * heap a task, and the other way round. A rule of thumb until deaths of many jobs have been seen.
   */
  OptionalDouble risk(Setup size) {
    if (deathRate.isEmpty()) {
      return OptionalDouble.empty();
    }
    double ratio = (double) size.heapMb() / size.cores() / perTaskMb;
    return OptionalDouble.of(Math.min(1, deathRate.getAsDouble() / (ratio * ratio)));
  }

  private static final class Planner {
    private final Setup current;
    private final List<ApplicationRun> runs;
    private final double inputRatio;
    private final Set<String> locked;
    private final List<Evidence> evidence = new ArrayList<>();
    private int cores;
    private long heap;
    private long overhead;
    private long pyspark;
    private boolean urgent;

    Planner(Setup current, List<ApplicationRun> runs, double inputRatio, Set<String> locked) {
      this.current = current;
      this.runs = runs;
      this.inputRatio = inputRatio;
      this.locked = locked;
      cores = current.cores();
      heap = current.heapMb();
      overhead = current.overheadMb();
      pyspark = current.pysparkMb();
    }

    MemoryPlan plan() {
      List<ApplicationRun> heapDeaths = deaths(MemoryFailure.Cause.HEAP);
      long died = deathFloorMb(heapDeaths, cores);
      if (died >= heap) {
        afterHeapDeath(heapDeaths);
      } else {
        heapFromPeaks(heapDeaths);
      }
      overheadAndPython();
      Setup sized = current.withExecutor(cores, heap, overhead, pyspark);
      long driver = driverHeap();
      return new MemoryPlan(
          sized.withDriverHeapMb(driver),
          urgent,
          deathRate(),
          (double) current.heapMb() / current.cores(),
          List.copyOf(evidence));
    }

    private List<ApplicationRun> deaths(MemoryFailure.Cause cause) {
      return runs.stream()
          .filter(run -> run.memoryFailures().stream()
              .anyMatch(failure -> failure.cause() == cause
                  && failure.certainty() != MemoryFailure.Certainty.UNKNOWN))
          .toList();
    }

    /** The largest heap that died, for as many concurrent tasks as are asked about. */
    private static long deathFloorMb(List<ApplicationRun> heapDeaths, int cores) {
      return heapDeaths.stream()
          .map(Setup::of)
          .mapToLong(had -> had.heapMb() * cores / had.cores())
          .max()
          .orElse(0);
    }

    private void afterHeapDeath(List<ApplicationRun> heapDeaths) {
      urgent = true;
      if (cores > 1 && !locked.contains(CORES)) {
        int before = cores;
        cores = cores / 2;
        if (heap > ABOVE_DEATH * deathFloorMb(heapDeaths, cores)) {
          note(
              CORES,
              before + "",
              cores + "",
              "memory_failures_heap",
              heapDeaths.size(),
              0,
              heapDeaths,
              "fewer tasks at a time share the heap that died: each has twice as much");
          note(
              HEAP,
              mb(heap),
              mb(heap),
              "memory_failures_heap",
              heapDeaths.size(),
              0,
              heapDeaths,
              "kept: concurrent tasks are halved first");
          return;
        }
      }
      if (locked.contains(HEAP)) {
        note(
            HEAP,
            mb(heap),
            mb(heap),
            "memory_failures_heap",
            heapDeaths.size(),
            0,
            heapDeaths,
            "locked, though it died: expect it to die again");
        return;
      }
      long died = Math.max(heap, deathFloorMb(heapDeaths, cores));
      long raised = Containers.roundUp((long) Math.ceil(died * RAISE), GRAIN_MB);
      note(
          HEAP,
          mb(heap),
          mb(raised),
          "memory_failures_heap",
          heapDeaths.size(),
          0,
          heapDeaths,
          "half as much again as the size that died");
      heap = raised;
    }

    private void heapFromPeaks(List<ApplicationRun> heapDeaths) {
      TreeMap<Long, List<ApplicationRun>> byHeap = new TreeMap<>();
      for (ApplicationRun run : runs) {
        if (JobModel.isWhole(run)
            && heapPeakMb(run).isPresent()
            && Setup.of(run).cores() >= cores) {
          byHeap
              .computeIfAbsent(Setup.of(run).heapMb(), size -> new ArrayList<>())
              .add(run);
        }
      }
      List<ApplicationRun> calm = List.of();
      for (Map.Entry<Long, List<ApplicationRun>> size : byHeap.entrySet()) {
        if (size.getValue().stream().noneMatch(Planner::isShort)) {
          calm = size.getValue();
          break;
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
            runs,
            "kept: no sample of used heap in the log; spark.eventLog.logStageExecutorMetrics=true brings"
                + " them");
        return;
      }
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
      double margin = MARGIN + FEW_RUNS / Math.sqrt(n) + variation;
      double wanted = Math.max(peak * margin, unifiedNeedMb(calm));
      double floor = Math.max(
          Math.max(LEAST_HEAP_MB, ABOVE_DEATH * deathFloorMb(heapDeaths, cores)),
          (1 - STEP) * heap);
      long stepped = Containers.roundUp((long) Math.ceil(Math.max(wanted, floor)), GRAIN_MB);
      double observed = peak * (1 << 20);
      if (locked.contains(HEAP) || stepped >= WORTH * heap) {
        boolean tight = peak > 0.95 * heap && inputRatio > 1.2 && !locked.contains(HEAP);
        if (tight) {
          long raised = Containers.roundUp((long) Math.ceil(peak * MARGIN), GRAIN_MB);
          note(
              HEAP,
              mb(heap),
              mb(raised),
              "peak_jvm_heap_bytes",
              observed,
              heap * 1048576.0,
              calm,
              "the input grows, and so does what the tasks hold");
          heap = Math.max(heap, raised);
          return;
        }
        note(
            HEAP,
            mb(heap),
            mb(heap),
            "peak_jvm_heap_bytes",
            observed,
            wanted * (1 << 20),
            calm,
            locked.contains(HEAP) ? "locked" : "kept: the peak with its margin needs it");
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
              + "; a step takes at most " + Words.percent(STEP)
              + (stepped > wanted * 1.05 ? ", more may follow" : ""));
      heap = stepped;
    }

    private void gcBusy(List<ApplicationRun> busy) {
      ApplicationRun run = busy.get(0);
      double share = gcShare(run);
      boolean full = heapPeakMb(run).orElse(0) > 0.8 * Setup.of(run).heapMb();
      if (share < GC_BUSY || !full || locked.contains(HEAP)) {
        note(
            HEAP,
            mb(heap),
            mb(heap),
            "jvm_gc_time_ms / executor_run_time_ms",
            share,
            GC_BUSY,
            busy,
            "kept: the tasks spill or the collector is busy, so that less heap would cost time");
        return;
      }
      long raised = Containers.roundUp((long) Math.ceil(heap * (1 + STEP)), GRAIN_MB);
      note(
          HEAP,
          mb(heap),
          mb(raised),
          "jvm_gc_time_ms / executor_run_time_ms",
          share,
          GC_BUSY,
          busy,
          "the heap is full and the collector busy: more of it saves its time");
      heap = raised;
    }

    /** What grows with the input: a run over less needs more next time, one over more does not need less. */
    private double growth(ApplicationRun run) {
      OptionalDouble newest = JobModel.inputBytes(runs.get(0));
      OptionalDouble own = JobModel.inputBytes(run);
      double ratio = newest.isPresent() && own.isPresent()
          ? inputRatio * newest.getAsDouble() / own.getAsDouble()
          : inputRatio;
      return Math.max(1, ratio);
    }

    private static boolean isShort(ApplicationRun run) {
      Measures<TaskMetric> totals = run.totals();
      long spilled = totals.orZero(TaskMetric.DISK_BYTES_SPILLED);
      long moved = totals.orZero(TaskMetric.SHUFFLE_READ_BYTES)
          + totals.orZero(TaskMetric.SHUFFLE_WRITE_BYTES)
          + totals.orZero(TaskMetric.INPUT_BYTES);
      return gcShare(run) >= GC_BUSY || spilled > 0.1 * Math.max(1, moved);
    }

    private static double gcShare(ApplicationRun run) {
      Measures<TaskMetric> totals = run.totals();
      long running = totals.orZero(TaskMetric.EXECUTOR_RUN_TIME_MS);
      return running == 0 ? 0 : (double) totals.orZero(TaskMetric.JVM_GC_TIME_MS) / running;
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

    private void overheadAndPython() {
      List<ApplicationRun> containers = deaths(MemoryFailure.Cause.CONTAINER);
      boolean diedAsItIs = containers.stream()
          .map(Setup::of)
          .anyMatch(had -> had.overheadMb() >= overhead && had.heapMb() <= current.heapMb());
      if (Containers.hasContainers(current.platform())) {
        if (diedAsItIs && !locked.contains(OVERHEAD)) {
          urgent = true;
          long raised = Containers.roundUp(
              (long) Math.ceil(Math.max(overhead * RAISE, (double) (overhead + GRAIN_MB))), 128);
          note(
              OVERHEAD,
              mb(overhead),
              mb(raised),
              "memory_failures_container",
              containers.size(),
              0,
              containers,
              "the container's limit killed it, not the heap");
          overhead = raised;
        } else {
          note(
              OVERHEAD,
              mb(overhead),
              mb(overhead),
              "memory_failures_container",
              containers.size(),
              0,
              runs,
              diedAsItIs
                  ? "locked, though the container was killed"
                  : "kept as it is today, also beside a smaller heap: one part changes at a time");
        }
      }
      List<ApplicationRun> python = deaths(MemoryFailure.Cause.PYTHON);
      if (python.stream().map(Setup::of).anyMatch(had -> had.pysparkMb() >= pyspark)
          && !locked.contains(PYSPARK)) {
        urgent = true;
        long seen = peakMb(Allocation.workers(python.get(0)), MemoryPeak.PROCESS_TREE_PYTHON_RSS)
            .orElse(0);
        long raised = Containers.roundUp(
            (long) Math.ceil(Math.max(LEAST_HEAP_MB, Math.max(pyspark, seen) * RAISE)), GRAIN_MB);
        note(
            PYSPARK,
            pyspark == 0 ? null : mb(pyspark),
            mb(raised),
            "memory_failures_python",
            python.size(),
            0,
            python,
            "Python workers ran out of memory: theirs grows, not the JVM's");
        pyspark = raised;
      }
    }

    private long driverHeap() {
      long had = current.driverHeapMb();
      OptionalLong peak = runs.stream()
          .filter(JobModel::isWhole)
          .flatMapToLong(run -> run.executors().stream()
              .filter(Executor::isDriver)
              .filter(driver -> driver.completedTasks() == 0)
              .mapToLong(driver -> driver.peaks().orZero(MemoryPeak.JVM_HEAP) >> 20))
          .filter(mb -> mb > 0)
          .max();
      boolean collects = runs.stream()
          .anyMatch(run -> run.totals().orZero(TaskMetric.RESULT_SIZE_BYTES) >> 20 > had / 4);
      if (peak.isEmpty() || locked.contains(DRIVER) || collects) {
        note(
            DRIVER,
            mb(had),
            mb(had),
            "peak_jvm_heap_bytes",
            null,
            null,
            runs,
            locked.contains(DRIVER)
                ? "locked"
                : collects
                    ? "kept: large results come to the driver"
                    : "kept: the log says nothing of the driver's heap");
        return had;
      }
      double wanted = peak.getAsLong() * 1.5;
      double floor = Math.max(LEAST_HEAP_MB, (1 - STEP) * had);
      long stepped = Containers.roundUp((long) Math.ceil(Math.max(wanted, floor)), GRAIN_MB);
      boolean down = stepped < WORTH * had;
      note(
          DRIVER,
          mb(had),
          mb(down ? stepped : had),
          "peak_jvm_heap_bytes",
          peak.getAsLong() * 1048576.0,
          wanted * 1048576.0,
          runs,
          down ? "the driver's peak with half as much again fits" : "kept: the peak needs it");
      return down ? stepped : had;
    }

    private OptionalDouble deathRate() {
      long survived = runs.stream()
          .filter(run -> JobModel.isWhole(run) && run.memoryFailures().isEmpty())
          .filter(run -> Setup.of(run).heapMb() <= current.heapMb())
          .count();
      long died = runs.stream()
          .filter(run -> run.memoryFailures().stream()
              .anyMatch(failure -> failure.cause() != MemoryFailure.Cause.PREEMPTED))
          .count();
      if (survived + died == 0) {
        return OptionalDouble.empty();
      }
      double rate = (PRIOR_DEATHS + died) / (PRIOR_RUNS + died + survived);
      return OptionalDouble.of(rate);
    }

    private void note(
        String property,
        @Nullable String from,
        String to,
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
