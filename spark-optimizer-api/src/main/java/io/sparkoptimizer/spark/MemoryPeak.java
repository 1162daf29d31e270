package io.sparkoptimizer.spark;

import java.util.Locale;

/**
 * A kind of memory whose peak an executor (or the driver) reports, in bytes.
 *
 * <p>Every figure is a <b>lower bound</b>: Spark samples at heartbeats and at polls, not at the
 * peak. {@link #JVM_HEAP} is used heap with garbage, so it grows with the heap that is given and is
 * not a need.
 */
public enum MemoryPeak {
  JVM_HEAP,
  /** Metaspace and code cache. Not {@code spark.memory.offHeap}. */
  JVM_OFF_HEAP,
  ON_HEAP_EXECUTION,
  ON_HEAP_STORAGE,
  ON_HEAP_UNIFIED,
  OFF_HEAP_EXECUTION,
  OFF_HEAP_STORAGE,
  DIRECT_POOL,
  MAPPED_POOL,
  /** Resident memory of the JVM; wrong in some releases (SPARK-52776): trust it from 3.5.7 on, not in 4.0.0. */
  PROCESS_TREE_JVM_RSS,
  PROCESS_TREE_PYTHON_RSS;

  private final String key = "peak_" + name().toLowerCase(Locale.ROOT) + "_bytes";

  /** The name in JSON and in databases: {@code peak_jvm_heap_bytes}. */
  public String key() {
    return key;
  }
}
