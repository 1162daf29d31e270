package io.sparkoptimizer.sparktests;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A point of the truth grid: a job and what it runs with. Spark's defaults hold for all that is not said here.
 *
 * @param spark line of the release, such as {@code 3.5}
 * @param inputMultiple how many times the smallest input it reads
 * @param executors executors; the most of them under dynamic allocation
 * @param leastExecutors 0 without dynamic allocation, else its lower bound
 * @param cores cores of each executor
 * @param partitions {@code spark.sql.shuffle.partitions} of a SQL job, {@code spark.default.parallelism} of an RDD job; 0: not set
 */
record TruthPoint(
    Workload workload,
    String spark,
    int inputMultiple,
    int executors,
    int leastExecutors,
    int cores,
    int partitions,
    Adaptive adaptive) {

  /** Heap of each executor, in MiB. */
  static final int MEMORY_MB = 1024;

  private static final String USUAL_SPARK = "3.5";

  /** The jobs. A {@code wait} one waits for remote services; a {@code cpu} one is bound by the machine's cores. */
  enum Workload {
    REMOTE_ETL("RemoteEtl", "wait", /* sql= */ true),
    REMOTE_REPORT("RemoteReport", "wait", /* sql= */ true),
    REMOTE_API("RemoteApi", "wait", /* sql= */ false),
    CPU_ETL("CpuEtl", "cpu", /* sql= */ true),
    CPU_MODEL("CpuModel", "cpu", /* sql= */ false);

    final String mainClass;
    final String kind;

    /** Whether shuffle partitions and adaptive execution matter to it. */
    final boolean sql;

    Workload(String mainClass, String kind, boolean sql) {
      this.mainClass = mainClass;
      this.kind = kind;
      this.sql = sql;
    }

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Adaptive execution: as it is by default; by sizes alone ({@code parallelismFirst} off, a small advisory size); off. */
  enum Adaptive {
    DEFAULT("aqe"),
    BY_SIZE("size"),
    OFF("off");

    private final String label;

    Adaptive(String label) {
      this.label = label;
    }

    private Map<String, String> conf() {
      return switch (this) {
        case DEFAULT -> Map.of();
        case BY_SIZE ->
          Map.of(
              "spark.sql.adaptive.coalescePartitions.parallelismFirst", "false",
              "spark.sql.adaptive.advisoryPartitionSizeInBytes", "3m");
        case OFF -> Map.of("spark.sql.adaptive.enabled", "false");
      };
    }
  }

  /** Two executors of one core and Spark's defaults. A workload's other points differ from it in a thing or two. */
  static TruthPoint baseline(Workload workload, int inputMultiple) {
    return new TruthPoint(workload, USUAL_SPARK, inputMultiple, 2, 0, 1, 0, Adaptive.DEFAULT);
  }

  TruthPoint onSpark(String line) {
    return new TruthPoint(
        workload, line, inputMultiple, executors, leastExecutors, cores, partitions, adaptive);
  }

  TruthPoint input(int multiple) {
    return new TruthPoint(
        workload, spark, multiple, executors, leastExecutors, cores, partitions, adaptive);
  }

  TruthPoint on(int count, int coresOfEach) {
    return new TruthPoint(
        workload, spark, inputMultiple, count, 0, coresOfEach, partitions, adaptive);
  }

  TruthPoint dynamic(int least, int most) {
    return new TruthPoint(workload, spark, inputMultiple, most, least, cores, partitions, adaptive);
  }

  TruthPoint partitions(int count) {
    return new TruthPoint(
        workload, spark, inputMultiple, executors, leastExecutors, cores, count, adaptive);
  }

  TruthPoint with(Adaptive setting) {
    return new TruthPoint(
        workload, spark, inputMultiple, executors, leastExecutors, cores, partitions, setting);
  }

  boolean isDynamic() {
    return leastExecutors > 0;
  }

  /** Such as {@code remote_etl-x1-2x1-p16-off-r1}: the workload, the input, executors x cores, and what is not as usual. */
  String runName(int repeat) {
    List<String> parts = new ArrayList<>(List.of(workload.label(), "x" + inputMultiple));
    parts.add((isDynamic() ? leastExecutors + "to" : "") + executors + "x" + cores);
    if (partitions > 0) {
      parts.add("p" + partitions);
    }
    if (adaptive != Adaptive.DEFAULT) {
      parts.add(adaptive.label);
    }
    if (!spark.equals(USUAL_SPARK)) {
      parts.add("spark" + spark);
    }
    parts.add("r" + repeat);
    return String.join("-", parts);
  }

  /** What a user would set for this point, and for jobs as small as these. */
  Map<String, String> conf() {
    Map<String, String> conf = new TreeMap<>(adaptive.conf());
    conf.put("spark.executor.cores", String.valueOf(cores));
    conf.put("spark.executor.memory", MEMORY_MB + "m");
    conf.put("spark.cores.max", String.valueOf(executors * cores));
    // A file for each task, not one for each of its partitions: two executors on one disk are in
    // each other's way otherwise.
    conf.put("spark.shuffle.sort.bypassMergeThreshold", "1");
    conf.put("spark.eventLog.compress", "true");
    conf.put("spark.eventLog.compression.codec", "zstd");
    // The job begins when all executors are there, or those that dynamic allocation starts with.
    conf.put(
        "spark.scheduler.minRegisteredResourcesRatio",
        String.valueOf(isDynamic() ? (double) leastExecutors / executors : 1.0));
    if (isDynamic()) {
      conf.put("spark.dynamicAllocation.enabled", "true");
      conf.put("spark.dynamicAllocation.shuffleTracking.enabled", "true");
      conf.put("spark.dynamicAllocation.minExecutors", String.valueOf(leastExecutors));
      conf.put("spark.dynamicAllocation.maxExecutors", String.valueOf(executors));
      conf.put("spark.dynamicAllocation.executorIdleTimeout", "4s");
      conf.put("spark.dynamicAllocation.shuffleTracking.timeout", "8s");
    } else {
      conf.put("spark.executor.instances", String.valueOf(executors));
    }
    if (partitions > 0) {
      String property = workload.sql ? "spark.sql.shuffle.partitions" : "spark.default.parallelism";
      conf.put(property, String.valueOf(partitions));
    }
    if (workload == Workload.REMOTE_REPORT && adaptive != Adaptive.OFF) {
      conf.put("spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes", "2m");
      conf.putIfAbsent("spark.sql.adaptive.advisoryPartitionSizeInBytes", "2m");
    }
    return conf;
  }
}
