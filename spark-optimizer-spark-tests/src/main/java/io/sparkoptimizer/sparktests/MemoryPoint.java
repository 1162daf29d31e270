package io.sparkoptimizer.sparktests;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A job and its input, of which the smallest heap is looked for that the job can live with.
 *
 * @param percent input, in percent of the smallest one
 */
record MemoryPoint(Job job, int percent) {

  /** Inputs of each job, in percent of the smallest one. */
  static final List<Integer> PERCENTS = List.of(100, 160, 240);

  /** Cores of the one executor. */
  static final int CORES = 2;

  /** The jobs, each with its own reason to die. */
  enum Job {
    BROADCAST_PROFILES("BroadcastProfiles"),
    GROUPED_READINGS("GroupedReadings"),
    CACHED_POINTS("CachedPoints"),
    WIDE_DOCUMENTS("WideDocuments"),
    COLLECTED_MODELS("CollectedModels"),
    SPILLING_SORT("SpillingSort"),
    OFF_HEAP_TOTALS("OffHeapTotals"),
    SEEN_KEYS("SeenKeys"),
    COLLECTED_LISTS("CollectedLists"),
    LOOKED_UP_NAMES("LookedUpNames");

    final String mainClass;

    Job(String mainClass) {
      this.mainClass = mainClass;
    }

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Job of(String label) {
      return Arrays.stream(values())
          .filter(job -> job.label().equals(label))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("no job \"" + label + "\"; there are "
              + Arrays.stream(values()).map(Job::label).collect(Collectors.joining(", "))));
    }
  }

  /** Every point, a job's smallest input first. */
  static List<MemoryPoint> all() {
    return PERCENTS.stream()
        .flatMap(percent -> Arrays.stream(Job.values()).map(job -> new MemoryPoint(job, percent)))
        .toList();
  }

  /** The input as a multiple of the smallest one, such as {@code 1.6}. */
  String multiple() {
    return percent % 100 == 0
        ? String.valueOf(percent / 100)
        : String.format(Locale.ROOT, "%.1f", percent / 100.0);
  }

  /** Such as {@code seen_keys-x1.6}. */
  String label() {
    return job.label() + "-x" + multiple();
  }

  /**
   * What a user would set: Spark's defaults, the polling of memory that we ask for, and an early end where a task dies.
   *
   * @param heapMb heap of the executor, in MiB
   */
  Map<String, String> conf(int heapMb) {
    Map<String, String> conf = new TreeMap<>();
    conf.put("spark.executor.memory", heapMb + "m");
    conf.put("spark.executor.cores", String.valueOf(CORES));
    conf.put("spark.executor.instances", "1");
    conf.put("spark.cores.max", String.valueOf(CORES));
    conf.put("spark.executor.metrics.pollingInterval", "500ms");
    conf.put("spark.eventLog.logStageExecutorMetrics", "true");
    conf.put("spark.eventLog.compress", "true");
    conf.put("spark.eventLog.compression.codec", "zstd");
    conf.put("spark.scheduler.minRegisteredResourcesRatio", "1.0");
    conf.put("spark.task.maxFailures", "1");
    if (job == Job.OFF_HEAP_TOTALS) {
      conf.put("spark.memory.offHeap.enabled", "true");
      conf.put("spark.memory.offHeap.size", "1g");
    }
    return conf;
  }
}
