package io.sparkoptimizer.core.container;

import io.sparkoptimizer.Platform;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.SparkSettings;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a container holds beside the heap, the sizes that platforms give, and how hard their limits are.
 * All sizes in MiB. What the configuration says of the cluster wins over what its platform usually has;
 * {@code docs/memory.md} has the sources.
 */
public final class Containers {
  /** What becomes of a process that takes more than its container was given. */
  public enum Limit {
    /** Killed at the first page beyond, by the kernel: what the container was given is all there is. */
    HARD,
    /** Killed when a poll finds it beyond: short peaks live. YARN looks every 3 seconds. */
    POLLED,
    /** Lives as long as the machine has memory. */
    NONE
  }

  /** Floor of the default overhead; settable since Spark 4.0 as spark.executor.minMemoryOverhead. */
  static final long MIN_OVERHEAD_MB = 384;

  private static final double OVERHEAD_FACTOR = 0.1;

  /** Spark on Kubernetes for Python and R programs. */
  private static final double NON_JVM_FACTOR = 0.4;

  /** EMR on EC2, executors only, since release 5.22: empirically fewer failures in TPC-DS. */
  private static final double EMR_FACTOR = 0.1875;

  /** The property by which EMR says so in its spark-defaults.conf; Spark itself does not know it. */
  private static final String EMR_FACTOR_PROPERTY = "spark.yarn.executor.memoryOverheadFactor";

  /** YARN's default of yarn.scheduler.minimum-allocation-mb and of the Fair Scheduler's increment. */
  private static final long YARN_STEP_MB = 1024;

  /** EMR's yarn.scheduler.minimum-allocation-mb on all but the first instance types. */
  private static final long EMR_STEP_MB = 32;

  /** As Spark spells a Hadoop property among its own. */
  private static final String HADOOP = "spark.hadoop.";

  private static final Pattern OBJECT_ALIGNMENT =
      Pattern.compile("-XX:ObjectAlignmentInBytes=(8|16|32|64|128|256)(?![0-9])");

  private static final Pattern NO_COMPRESSED_POINTERS =
      Pattern.compile("-XX:(?:\\+UseZGC|-UseCompressedOops)(?![A-Za-z])");

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

  /**
   * Where a run's executors ran: what the cluster manager says, and for YARN whose it was, by the
   * settings that EMR and Dataproc leave in every log. EMR Serverless has a manager of its own.
   */
  public static Platform platform(ApplicationRun run) {
    Map<String, String> conf = run.configuration();
    if (conf.getOrDefault("spark.master", "").startsWith("custom:emr-serverless")
        || hasPrefix(conf, "spark.emr-serverless.")) {
      return Platform.EMR_SERVERLESS;
    }
    Platform platform = platform(run.clusterManager());
    if (platform != Platform.YARN) {
      return platform;
    }
    if (conf.containsKey(EMR_FACTOR_PROPERTY)
        || hasPrefix(conf, "spark.emr.")
        || hasPrefix(conf, "spark.sql.emr.")) {
      return Platform.EMR;
    }
    return hasPrefix(conf, "spark.dataproc.") || hasPrefix(conf, "spark.hadoop.dataproc.")
        ? Platform.DATAPROC
        : platform;
  }

  private static boolean hasPrefix(Map<String, String> conf, String prefix) {
    return conf.keySet().stream().anyMatch(key -> key.startsWith(prefix));
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
    return executorOverheadMb(conf, heapMb, platform(run), isPython(conf));
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
    double factor = SparkSettings.fraction(conf, prefix + ".memoryOverheadFactor")
        .orElseGet(() -> defaultFactor(conf, prefix.equals("spark.executor"), platform, python));
    long floor =
        SparkSettings.memoryMb(conf, prefix + ".minMemoryOverhead").orElse(MIN_OVERHEAD_MB);
    OptionalLong set = SparkSettings.memoryMb(conf, prefix + ".memoryOverhead");
    if (set.isEmpty()) { // as Spark 2 called it
      set =
          SparkSettings.memoryMb(conf, prefix.replace("spark.", "spark.yarn.") + ".memoryOverhead");
    }
    return set.orElse(Math.max(floor, (long) Math.min(Integer.MAX_VALUE, heapMb * factor)));
  }

  private static double defaultFactor(
      Map<String, String> conf, boolean executor, Platform platform, boolean python) {
    return switch (platform) {
      // In cluster mode Spark itself notes the one it took. In client mode it takes no care of
      // Python.
      case KUBERNETES ->
        SparkSettings.fraction(conf, "spark.kubernetes.memoryOverheadFactor")
            .orElse(python && !isKubernetesClient(conf) ? NON_JVM_FACTOR : OVERHEAD_FACTOR);
      case EMR ->
        executor
            ? SparkSettings.fraction(conf, EMR_FACTOR_PROPERTY).orElse(EMR_FACTOR)
            : OVERHEAD_FACTOR;
      default -> OVERHEAD_FACTOR;
    };
  }

  private static boolean isKubernetesClient(Map<String, String> conf) {
    return conf.getOrDefault("spark.master", "").startsWith("k8s://")
        && !conf.containsKey("spark.kubernetes.submitInDriver");
  }

  /** Standalone and local executors are processes: nothing is reserved for them beside the heap. */
  public static boolean hasContainers(Platform platform) {
    return platform != Platform.STANDALONE && platform != Platform.LOCAL;
  }

  /** How a platform limits its containers unless the configuration says otherwise. */
  public static Limit limit(Platform platform) {
    return switch (platform) {
      case KUBERNETES, EMR_SERVERLESS, DATABRICKS -> Limit.HARD;
      case YARN, EMR, DATAPROC -> Limit.POLLED;
      case STANDALONE, LOCAL -> Limit.NONE;
    };
  }

  /** How the containers of a cluster are limited, by what its configuration says and its platform. */
  public static Limit limit(Map<String, String> conf, Platform platform) {
    if (!isYarn(platform)) {
      return limit(platform);
    }
    if (yarnFlag(conf, "yarn.nodemanager.resource.memory.enabled").orElse(false)
        && yarnFlag(conf, "yarn.nodemanager.resource.memory.enforced").orElse(true)) {
      return Limit.HARD; // control groups
    }
    return yarnFlag(conf, "yarn.nodemanager.pmem-check-enabled").orElse(true)
        ? Limit.POLLED
        : Limit.NONE;
  }

  /** What is taken from the cluster, and paid, for so much memory and so many cores. */
  public static long roundedMb(Platform platform, long memoryMb, int cores) {
    return roundedMb(Map.of(), platform, memoryMb, cores);
  }

  /** The same, by the steps that the configuration gives for YARN, if it does. */
  public static long roundedMb(
      Map<String, String> conf, Platform platform, long memoryMb, int cores) {
    return switch (platform) {
      case YARN -> yarnRoundedMb(conf, memoryMb, YARN_STEP_MB);
      case EMR -> yarnRoundedMb(conf, memoryMb, EMR_STEP_MB);
      // Its images since 2.0 have a minimum of 1 MiB.
      case DATAPROC -> yarnRoundedMb(conf, memoryMb, 1);
      case EMR_SERVERLESS -> ServerlessWorkers.smallest(cores, memoryMb).memoryMb();
      case KUBERNETES, STANDALONE, DATABRICKS, LOCAL -> memoryMb;
    };
  }

  /** The Capacity Scheduler's step is its minimum, the Fair Scheduler's a setting of its own. */
  private static long yarnRoundedMb(Map<String, String> conf, long memoryMb, long usualStepMb) {
    OptionalInt least = yarnCount(conf, "yarn.scheduler.minimum-allocation-mb");
    boolean fair = yarn(conf, "yarn.resourcemanager.scheduler.class").contains("FairScheduler");
    long step = fair
        ? yarnCount(conf, "yarn.scheduler.increment-allocation-mb").orElse((int) YARN_STEP_MB)
        : least.orElse((int) usualStepMb);
    return roundUp(Math.max(memoryMb, least.orElse(0)), Math.max(1, step));
  }

  private static boolean isYarn(Platform platform) {
    return platform == Platform.YARN || platform == Platform.EMR || platform == Platform.DATAPROC;
  }

  /** A property of the cluster's, or of the application's own copy of it; empty where neither is. */
  private static String yarn(Map<String, String> conf, String property) {
    return conf.getOrDefault(HADOOP + property, conf.getOrDefault(property, ""));
  }

  private static Optional<Boolean> yarnFlag(Map<String, String> conf, String property) {
    return SparkSettings.flag(Map.of(property, yarn(conf, property)), property);
  }

  private static OptionalInt yarnCount(Map<String, String> conf, String property) {
    return SparkSettings.count(Map.of(property, yarn(conf, property)), property);
  }

  /**
   * The largest heap whose JVM has pointers of 4 bytes, with a GiB to spare: 31 GiB with objects on
   * multiples of 8 bytes, 63 with 16. A larger heap needs to be half as large again to hold more. Empty
   * where there are none to lose.
   *
   * @param prefix {@code spark.executor} or {@code spark.driver}
   */
  public static OptionalLong compressedPointersMb(Map<String, String> conf, String prefix) {
    String options = conf.getOrDefault(prefix + ".defaultJavaOptions", "") + " "
        + conf.getOrDefault(prefix + ".extraJavaOptions", "");
    if (NO_COMPRESSED_POINTERS.matcher(options).find()) {
      return OptionalLong.empty();
    }
    long alignment = 8;
    Matcher set = OBJECT_ALIGNMENT.matcher(options);
    while (set.find()) { // the last one counts
      alignment = Long.parseLong(set.group(1));
    }
    return OptionalLong.of(4 * 1024 * alignment - 1024);
  }

  public static long roundUp(long value, long step) {
    return (value + step - 1) / step * step;
  }
}
