package io.sparkoptimizer.core.container;

import io.sparkoptimizer.Platform;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.SparkSettings;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What a container holds beside the heap, and the sizes that platforms give. All sizes in MiB. */
public final class Containers {
  /** Floor of the default overhead; settable since Spark 4.0 as spark.executor.minMemoryOverhead. */
  static final long MIN_OVERHEAD_MB = 384;

  private static final double OVERHEAD_FACTOR = 0.1;

  /** Spark on Kubernetes for Python and R programs. */
  private static final double NON_JVM_FACTOR = 0.4;

  /** YARN's default increment, yarn.scheduler.minimum-allocation-mb. */
  private static final long YARN_STEP_MB = 1024;

  private Containers() {}

  /** Where the executors of a cluster manager run. */
  public static Platform platform(ClusterManager manager) {
    return switch (manager) {
      case KUBERNETES -> Platform.KUBERNETES;
      case STANDALONE -> Platform.STANDALONE;
      case LOCAL, LOCAL_CLUSTER -> Platform.LOCAL;
      case DATABRICKS -> Platform.DATABRICKS;
      case YARN, MESOS, UNKNOWN -> Platform.YARN;
    };
  }

  /** What Spark itself notes of a Python program, by cluster manager, and what only one has. */
  public static boolean isPython(Map<String, String> conf) {
    return conf.getOrDefault("spark.kubernetes.resource.type", "").equals("python")
        || conf.getOrDefault("spark.yarn.isPython", "").equals("true")
        || conf.containsKey("spark.executor.pyspark.memory")
        || !conf.getOrDefault("spark.submit.pyFiles", "").isEmpty()
        || conf.keySet().stream().anyMatch(key -> key.startsWith("spark.pyspark."));
  }

  /**
   * What the container of one executor of a run holds with this heap: overhead, off-heap memory where it
   * is on, and PySpark's. Node rounding is left out.
   */
  public static long executorContainerMb(ApplicationRun run, long heapMb) {
    Map<String, String> conf = run.configuration();
    long offHeap = SparkSettings.flag(conf, "spark.memory.offHeap.enabled").orElse(false)
        ? SparkSettings.memoryMb(conf, "spark.memory.offHeap.size").orElse(0)
        : 0;
    return heapMb
        + executorOverheadMb(run, heapMb)
        + offHeap
        + SparkSettings.memoryMb(conf, "spark.executor.pyspark.memory").orElse(0);
  }

  /** The overhead that a run's executor had, or would have with this heap. */
  public static long executorOverheadMb(ApplicationRun run, long heapMb) {
    Map<String, String> conf = run.configuration();
    return executorOverheadMb(conf, heapMb, platform(run.clusterManager()), isPython(conf));
  }

  /** Spark's default overhead for a heap: {@code max(0.1 heap, 384)}. */
  public static long defaultOverheadMb(long heapMb) {
    return Math.max(MIN_OVERHEAD_MB, (long) (heapMb * OVERHEAD_FACTOR));
  }

  /** The overhead that Spark gives an executor: what is set, or factor x heap with its floor. */
  public static long executorOverheadMb(
      Map<String, String> conf, long heapMb, Platform platform, boolean python) {
    return overheadMb(conf, "spark.executor", heapMb, platform, python);
  }

  public static long driverOverheadMb(
      Map<String, String> conf, long heapMb, Platform platform, boolean python) {
    return overheadMb(conf, "spark.driver", heapMb, platform, python);
  }

  private static long overheadMb(
      Map<String, String> conf, String prefix, long heapMb, Platform platform, boolean python) {
    if (!hasContainers(platform)) {
      return 0;
    }
    double factor = fraction(conf, prefix + ".memoryOverheadFactor")
        .orElse(
            platform == Platform.KUBERNETES
                ? fraction(conf, "spark.kubernetes.memoryOverheadFactor")
                    .orElse(python ? NON_JVM_FACTOR : OVERHEAD_FACTOR)
                : OVERHEAD_FACTOR);
    long floor =
        SparkSettings.memoryMb(conf, prefix + ".minMemoryOverhead").orElse(MIN_OVERHEAD_MB);
    OptionalLong set = SparkSettings.memoryMb(conf, prefix + ".memoryOverhead");
    if (set.isEmpty()) { // as Spark 2 called it
      set =
          SparkSettings.memoryMb(conf, prefix.replace("spark.", "spark.yarn.") + ".memoryOverhead");
    }
    return set.orElse(Math.max(floor, (long) Math.min(Integer.MAX_VALUE, heapMb * factor)));
  }

  private static OptionalDouble fraction(Map<String, String> conf, String property) {
    String text = conf.get(property);
    try {
      double value = text == null ? -1 : Double.parseDouble(text.strip());
      return value > 0 ? OptionalDouble.of(value) : OptionalDouble.empty();
    } catch (NumberFormatException notOne) {
      return OptionalDouble.empty();
    }
  }

  /** Standalone and local executors are processes: nothing is reserved for them beside the heap. */
  public static boolean hasContainers(Platform platform) {
    return platform != Platform.STANDALONE && platform != Platform.LOCAL;
  }

  /** What is taken from the cluster, and paid, for so much memory and so many cores. */
  public static long roundedMb(Platform platform, long memoryMb, int cores) {
    return switch (platform) {
      case YARN, EMR, DATAPROC -> roundUp(memoryMb, YARN_STEP_MB);
      case EMR_SERVERLESS -> ServerlessWorkers.smallest(cores, memoryMb).memoryMb();
      default -> memoryMb;
    };
  }

  public static long roundUp(long value, long step) {
    return (value + step - 1) / step * step;
  }
}
