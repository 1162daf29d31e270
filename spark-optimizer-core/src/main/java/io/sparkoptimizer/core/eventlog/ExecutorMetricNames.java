package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.MemoryPeak;
import org.jspecify.annotations.Nullable;

/** Spark's names of executor metrics. */
final class ExecutorMetricNames {
  static final String TOTAL_GC_TIME = "TotalGCTime";

  private ExecutorMetricNames() {}

  static @Nullable MemoryPeak peak(String name) {
    return switch (name) {
      case "JVMHeapMemory" -> MemoryPeak.JVM_HEAP;
      case "JVMOffHeapMemory" -> MemoryPeak.JVM_OFF_HEAP;
      case "OnHeapExecutionMemory" -> MemoryPeak.ON_HEAP_EXECUTION;
      case "OnHeapStorageMemory" -> MemoryPeak.ON_HEAP_STORAGE;
      case "OnHeapUnifiedMemory" -> MemoryPeak.ON_HEAP_UNIFIED;
      case "OffHeapExecutionMemory" -> MemoryPeak.OFF_HEAP_EXECUTION;
      case "OffHeapStorageMemory" -> MemoryPeak.OFF_HEAP_STORAGE;
      case "DirectPoolMemory" -> MemoryPeak.DIRECT_POOL;
      case "MappedPoolMemory" -> MemoryPeak.MAPPED_POOL;
      case "ProcessTreeJVMRSSMemory" -> MemoryPeak.PROCESS_TREE_JVM_RSS;
      case "ProcessTreePythonRSSMemory" -> MemoryPeak.PROCESS_TREE_PYTHON_RSS;
      default -> null;
    };
  }

  static @Nullable CollectorMetric collection(String name) {
    return switch (name) {
      case "MinorGCCount" -> CollectorMetric.MINOR_GC_COUNT;
      case "MinorGCTime" -> CollectorMetric.MINOR_GC_TIME_MS;
      case "MajorGCCount" -> CollectorMetric.MAJOR_GC_COUNT;
      case "MajorGCTime" -> CollectorMetric.MAJOR_GC_TIME_MS;
      case "ConcurrentGCCount" -> CollectorMetric.CONCURRENT_GC_COUNT;
      case "ConcurrentGCTime" -> CollectorMetric.CONCURRENT_GC_TIME_MS;
      default -> null;
    };
  }
}
