package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Platform;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.WhatIf;
import io.sparkoptimizer.core.container.Containers;
import io.sparkoptimizer.core.container.MemoryRule;
import io.sparkoptimizer.core.schedule.Candidate;
import io.sparkoptimizer.core.schedule.Estimate;
import io.sparkoptimizer.core.schedule.RecordedSchedule;
import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.SparkSettings;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What a run is given, with Spark's defaults filled in, and where it runs. Memory in MiB.
 *
 * @param conf Spark properties that are set
 * @param platform decides overhead and rounding
 * @param python whether Python workers live beside the JVM
 * @param executors the fixed count, or the most of dynamic allocation
 * @param dynamicMin least executors; empty where the count is fixed
 * @param dynamicInitial executors to start with; empty where the count is fixed
 * @param heapMb heap of an executor; where it is not known, what was seen in use, to be billed and no
 *     advice
 * @param heapKnown whether the log, or the profile, tells the heap
 */
public record Setup(
    Map<String, String> conf,
    Platform platform,
    boolean python,
    int executors,
    OptionalInt dynamicMin,
    OptionalInt dynamicInitial,
    int cores,
    long heapMb,
    boolean heapKnown,
    long overheadMb,
    long offHeapMb,
    long pysparkMb,
    long driverHeapMb,
    long driverOverheadMb,
    int driverCores,
    OptionalInt shufflePartitions) {

  private static final String INSTANCES = "spark.executor.instances";
  private static final double MS_PER_HOUR = 3_600_000.0;
  private static final double MB_PER_GB = 1024.0;

  /** Spark's default of spark.executor.memory and spark.driver.memory. */
  private static final long DEFAULT_HEAP_MB = 1024;

  /** What a recorded run had. */
  public static Setup of(ApplicationRun run) {
    return of(run, JobProfile.builder().build(), OptionalInt.empty());
  }

  /**
   * What the next run has unless it is told otherwise: what the last one asked for (it may have got
   * less), and what the profile sets.
   */
  static Setup of(ApplicationRun run, JobProfile profile) {
    OptionalInt asked = SparkSettings.count(profile.configuration(), INSTANCES);
    if (asked.isEmpty() && run.clusterManager() != ClusterManager.LOCAL) {
      asked = SparkSettings.count(run.configuration(), INSTANCES);
    }
    return of(run, profile, asked);
  }

  private static Setup of(ApplicationRun run, JobProfile profile, OptionalInt instances) {
    Map<String, String> conf = new TreeMap<>(run.configuration());
    conf.putAll(profile.configuration());
    Allocation allocation = Allocation.of(run);
    OptionalInt cores = SparkSettings.count(profile.configuration(), "spark.executor.cores");
    OptionalLong heap = heapMb(run, profile, allocation);
    boolean python = Containers.isPython(conf);
    int coresEach = cores.orElse(Math.max(1, allocation.executorCores().orElse(1)));
    return of(
        conf,
        profile.platform().orElse(Containers.platform(run)),
        python,
        // Under dynamic allocation this stands for a maximum that is no limit.
        SparkSettings.flag(conf, "spark.dynamicAllocation.enabled").orElse(false)
            ? RecordedSchedule.mostUseful(run, coresEach)
            : instances.orElse(Math.max(1, allocation.peakExecutors().orElse(1))),
        coresEach,
        heap.orElse(Math.max(DEFAULT_HEAP_MB, MemoryRule.upMb(heapPeakMb(run)))),
        heap.isPresent(),
        run.sql().isEmpty()
            ? OptionalInt.empty()
            : OptionalInt.of(
                SparkSettings.count(conf, "spark.sql.shuffle.partitions").orElse(200)));
  }

  /** Spark's default is no knowledge where nothing of the configuration was logged, or more was used. */
  private static OptionalLong heapMb(
      ApplicationRun run, JobProfile profile, Allocation allocation) {
    OptionalLong set = SparkSettings.memoryMb(profile.configuration(), "spark.executor.memory");
    if (set.isPresent()) {
      return set;
    }
    OptionalLong had = allocation.executorMemoryMb();
    boolean assumed = run.clusterManager() != ClusterManager.LOCAL
        && run.setting("spark.executor.memory").isEmpty();
    return assumed && (run.configuration().isEmpty() || heapPeakMb(run) > had.orElse(0))
        ? OptionalLong.empty()
        : had;
  }

  private static long heapPeakMb(ApplicationRun run) {
    return Allocation.workers(run).stream()
        .mapToLong(executor -> executor.peaks().orZero(MemoryPeak.JVM_HEAP) >> 20)
        .max()
        .orElse(0);
  }

  static Setup of(
      Map<String, String> conf,
      Platform platform,
      boolean python,
      int executors,
      int cores,
      long heapMb,
      boolean heapKnown,
      OptionalInt partitions) {
    boolean dynamic =
        SparkSettings.flag(conf, "spark.dynamicAllocation.enabled").orElse(false);
    int max =
        SparkSettings.count(conf, "spark.dynamicAllocation.maxExecutors").orElse(Integer.MAX_VALUE);
    int most = Math.max(1, dynamic && max <= Search.MOST_EXECUTORS ? max : executors);
    int min = Math.min(
        most, SparkSettings.count(conf, "spark.dynamicAllocation.minExecutors").orElse(0));
    // As Spark does: the largest of the three.
    int initial = Math.min(
        most,
        Math.max(
            min,
            Math.max(
                SparkSettings.count(conf, "spark.dynamicAllocation.initialExecutors")
                    .orElse(min),
                SparkSettings.count(conf, INSTANCES).orElse(0))));
    long driverHeap = SparkSettings.memoryMb(conf, "spark.driver.memory").orElse(DEFAULT_HEAP_MB);
    boolean offHeap = SparkSettings.flag(conf, "spark.memory.offHeap.enabled").orElse(false);
    return new Setup(
        Map.copyOf(conf),
        platform,
        python,
        most,
        dynamic ? OptionalInt.of(min) : OptionalInt.empty(),
        dynamic ? OptionalInt.of(initial) : OptionalInt.empty(),
        Math.max(1, cores),
        heapMb,
        heapKnown,
        Containers.executorOverheadMb(conf, heapMb, platform, python),
        offHeap ? SparkSettings.memoryMb(conf, "spark.memory.offHeap.size").orElse(0) : 0,
        SparkSettings.memoryMb(conf, "spark.executor.pyspark.memory").orElse(0),
        driverHeap,
        Containers.driverOverheadMb(conf, driverHeap, platform, python),
        Math.max(1, SparkSettings.count(conf, "spark.driver.cores").orElse(1)),
        partitions);
  }

  public boolean isDynamic() {
    return dynamicMin.isPresent();
  }

  /** Tasks that one executor runs at a time. */
  int slotsPerExecutor() {
    return Math.max(1, cores / taskCpus());
  }

  /** Heap of one of its concurrent tasks, MiB; in parts of an executor where the heap is not known. */
  public double heapATask() {
    return (heapKnown ? heapMb : 1.0) / slotsPerExecutor();
  }

  /** All that Spark asks the cluster for, MiB. */
  long memoryMb() {
    return heapMb + overheadMb + offHeapMb + pysparkMb;
  }

  /** {@code spark.task.cpus}. */
  public int taskCpus() {
    return Math.max(1, SparkSettings.count(conf, "spark.task.cpus").orElse(1));
  }

  /** What Spark would give such a heap beside it if nobody set it. */
  long defaultOverheadMb(long heap) {
    Map<String, String> unset = new TreeMap<>(conf);
    unset.remove("spark.executor.memoryOverhead");
    unset.remove("spark.yarn.executor.memoryOverhead");
    return Containers.executorOverheadMb(unset, heap, platform, python);
  }

  /** What one executor takes from the cluster. */
  long executorContainerMb() {
    return Containers.roundedMb(conf, platform, memoryMb(), cores);
  }

  long driverContainerMb() {
    return Containers.roundedMb(conf, platform, driverHeapMb + driverOverheadMb, driverCores);
  }

  /** The question to a schedule. */
  public Candidate candidate(double inputScale) {
    return new Candidate(executors, dynamicMin, cores, shufflePartitions, inputScale);
  }

  /**
   * What a run of these times uses: executors for as long as they live, the driver for as long as the
   * application does.
   */
  public Bill bill(Estimate estimate, Prices prices) {
    double executorHours = estimate.executorMs() / MS_PER_HOUR;
    double driverHours = estimate.durationMs() / MS_PER_HOUR;
    double coreHours = executorHours * cores + driverHours * driverCores;
    double gbHours = executorHours * executorContainerMb() / MB_PER_GB
        + driverHours * driverContainerMb() / MB_PER_GB;
    return new Bill(coreHours, gbHours, prices.cost(coreHours, gbHours));
  }

  /** Core-hours, container GiB-hours and what both cost. */
  public record Bill(double coreHours, double gbHours, double cost) {}

  /** The same with a fixed count or with bounds, and with other executors; overhead follows the heap. */
  public Setup at(
      Optional<WhatIf.Bounds> bounds,
      int count,
      int newCores,
      long newHeapMb,
      OptionalInt partitions) {
    boolean asBefore = bounds.isEmpty() && isDynamic() && count == executors;
    return with(next -> {
      next.executors = bounds.map(WhatIf.Bounds::max).orElse(count);
      if (!asBefore) {
        next.dynamicMin =
            bounds.isPresent() ? OptionalInt.of(bounds.get().min()) : OptionalInt.empty();
        next.dynamicInitial = next.dynamicMin;
      }
      next.cores = newCores;
      next.heapMb = newHeapMb;
      next.heapKnown = heapKnown || newHeapMb != heapMb;
      next.overheadMb = Containers.executorOverheadMb(conf, newHeapMb, platform, python);
      next.shufflePartitions = partitions;
    });
  }

  Setup withExecutors(int count) {
    return with(next -> {
      next.executors = count;
      next.dynamicMin = atMost(dynamicMin, count);
      next.dynamicInitial = atMost(dynamicInitial, count);
    });
  }

  private static OptionalInt atMost(OptionalInt value, int most) {
    return value.isPresent() ? OptionalInt.of(Math.min(value.getAsInt(), most)) : value;
  }

  /** Other executors: the whole budget changes at once, so that its parts fit each other. */
  Setup withExecutor(
      int newCores, long newHeapMb, long newOverheadMb, long newOffHeapMb, long newPysparkMb) {
    return with(next -> {
      next.cores = newCores;
      next.heapMb = newHeapMb;
      next.overheadMb = newOverheadMb;
      next.offHeapMb = newOffHeapMb;
      next.pysparkMb = newPysparkMb;
    });
  }

  /** Another heap of the driver; a larger one has Spark's overhead for it at least. */
  Setup withDriverHeapMb(long newDriverHeapMb) {
    return with(next -> {
      next.driverHeapMb = newDriverHeapMb;
      if (newDriverHeapMb > driverHeapMb) {
        next.driverOverheadMb = Math.max(
            driverOverheadMb, Containers.driverOverheadMb(conf, newDriverHeapMb, platform, python));
      }
    });
  }

  Setup withShufflePartitions(OptionalInt partitions) {
    return with(next -> next.shufflePartitions = partitions);
  }

  private Setup with(Consumer<Next> change) {
    Next next = new Next(this);
    change.accept(next);
    return next.build();
  }

  /** A setup in the making: the parts that a size may change, as they are until they are set. */
  private static final class Next {
    private final Setup base;
    private int executors;
    private OptionalInt dynamicMin;
    private OptionalInt dynamicInitial;
    private int cores;
    private long heapMb;
    private boolean heapKnown;
    private long overheadMb;
    private long offHeapMb;
    private long pysparkMb;
    private long driverHeapMb;
    private long driverOverheadMb;
    private OptionalInt shufflePartitions;

    Next(Setup base) {
      this.base = base;
      executors = base.executors;
      dynamicMin = base.dynamicMin;
      dynamicInitial = base.dynamicInitial;
      cores = base.cores;
      heapMb = base.heapMb;
      heapKnown = base.heapKnown;
      overheadMb = base.overheadMb;
      offHeapMb = base.offHeapMb;
      pysparkMb = base.pysparkMb;
      driverHeapMb = base.driverHeapMb;
      driverOverheadMb = base.driverOverheadMb;
      shufflePartitions = base.shufflePartitions;
    }

    Setup build() {
      return new Setup(
          base.conf,
          base.platform,
          base.python,
          executors,
          dynamicMin,
          dynamicInitial,
          cores,
          heapMb,
          heapKnown,
          overheadMb,
          offHeapMb,
          pysparkMb,
          driverHeapMb,
          driverOverheadMb,
          base.driverCores,
          shufflePartitions);
    }
  }

  /** The Spark properties that ask for this. */
  Map<String, String> toSparkConf() {
    Map<String, String> properties = new TreeMap<>(toResources().toSparkConf());
    if (dynamicInitial.isPresent()
        && SparkSettings.count(conf, INSTANCES).orElse(0) > dynamicInitial.getAsInt()) {
      // Spark starts with the largest of both, and refuses more than the maximum.
      properties.put(INSTANCES, Integer.toString(dynamicInitial.getAsInt()));
    }
    if (platform == Platform.STANDALONE && !isDynamic()) {
      // A standalone master counts cores, not executors.
      properties.put("spark.cores.max", Integer.toString(executors * cores));
    }
    return properties;
  }

  public Resources toResources() {
    Resources.Builder resources = Resources.builder()
        .numExecutors(executors)
        .executorCores(cores)
        .executorMemoryMb(heapKnown ? OptionalLong.of(heapMb) : OptionalLong.empty())
        .executorOffHeapMb(offHeapMb)
        .driverMemoryMb(driverHeapMb)
        .driverCores(driverCores)
        .shufflePartitions(shufflePartitions)
        .dynamicAllocation(isDynamic());
    if (Containers.hasContainers(platform)) {
      resources
          .executorMemoryOverheadMb(heapKnown ? OptionalLong.of(overheadMb) : OptionalLong.empty())
          .driverMemoryOverheadMb(driverOverheadMb);
    }
    if (pysparkMb > 0) {
      resources.executorPysparkMemoryMb(pysparkMb);
    }
    if (isDynamic()) {
      resources
          .dynamicAllocationMin(dynamicMin)
          .dynamicAllocationInitial(dynamicInitial)
          .dynamicAllocationMax(executors);
    }
    return resources.build();
  }
}
