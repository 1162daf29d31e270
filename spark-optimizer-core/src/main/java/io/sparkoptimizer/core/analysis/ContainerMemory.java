package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.SparkSettings;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What an executor's container holds, by Spark's own rule: heap + overhead + off-heap memory (if
 * enabled) + PySpark memory. Overhead is {@code max(factor x heap, floor)} unless it is set; local and
 * standalone modes have none. Node rounding (YARN's increment) is left out.
 */
final class ContainerMemory {
  /** Floor of the default overhead, MiB; settable since Spark 4.0. */
  private static final long MIN_OVERHEAD_MB = 384;
  /** Spark's default {@code spark.executor.memoryOverheadFactor}. */
  private static final double OVERHEAD_FACTOR = 0.1;
  /** The same for Python and R on Kubernetes. */
  private static final double NON_JVM_OVERHEAD_FACTOR = 0.4;

  private ContainerMemory() {}

  /** MiB of one container with this heap. */
  static long containerMb(ApplicationRun run, long heapMb) {
    Map<String, String> settings = run.configuration();
    long offHeap = SparkSettings.flag(settings, "spark.memory.offHeap.enabled").orElse(false)
        ? SparkSettings.memoryMb(settings, "spark.memory.offHeap.size").orElse(0)
        : 0;
    long pyspark =
        SparkSettings.memoryMb(settings, "spark.executor.pyspark.memory").orElse(0);
    return heapMb + overheadMb(run, heapMb) + offHeap + pyspark;
  }

  /** MiB beside the heap: as set, or as Spark reckons it. */
  static long overheadMb(ApplicationRun run, long heapMb) {
    if (run.clusterManager() == ClusterManager.LOCAL
        || run.clusterManager() == ClusterManager.LOCAL_CLUSTER
        || run.clusterManager() == ClusterManager.STANDALONE) {
      return 0;
    }
    Map<String, String> settings = run.configuration();
    OptionalLong set = SparkSettings.memoryMb(settings, "spark.executor.memoryOverhead");
    if (set.isEmpty()) {
      set = SparkSettings.memoryMb(settings, "spark.yarn.executor.memoryOverhead");
    }
    if (set.isPresent()) {
      return set.getAsLong();
    }
    long floor = SparkSettings.memoryMb(settings, "spark.executor.minMemoryOverhead")
        .orElse(MIN_OVERHEAD_MB);
    return Math.max(floor, (long) (factor(run) * heapMb));
  }

  private static double factor(ApplicationRun run) {
    for (String property :
        new String[] {"spark.executor.memoryOverheadFactor", "spark.kubernetes.memoryOverheadFactor"
        }) {
      OptionalDouble set = fraction(run.configuration().get(property));
      if (set.isPresent()) {
        return set.getAsDouble();
      }
    }
    String program = run.setting("spark.kubernetes.resource.type").orElse("java");
    return run.clusterManager() == ClusterManager.KUBERNETES && !program.equals("java")
        ? NON_JVM_OVERHEAD_FACTOR
        : OVERHEAD_FACTOR;
  }

  private static OptionalDouble fraction(@Nullable String text) {
    try {
      double value = text == null ? -1 : Double.parseDouble(text);
      return value >= 0 ? OptionalDouble.of(value) : OptionalDouble.empty();
    } catch (NumberFormatException notOne) {
      return OptionalDouble.empty();
    }
  }

  /** GiB of the run's usual container; empty where the heap is not known. */
  static OptionalDouble containerGib(ApplicationRun run, Allocation allocation) {
    return allocation.executorMemoryMb().isPresent()
        ? OptionalDouble.of(containerMb(run, allocation.executorMemoryMb().getAsLong()) / 1024.0)
        : OptionalDouble.empty();
  }
}
