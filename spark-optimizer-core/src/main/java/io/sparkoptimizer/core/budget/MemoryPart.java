package io.sparkoptimizer.core.budget;

import java.util.Locale;

/** A part of the memory of a run that has a size, and evidence, of its own. */
public enum MemoryPart {
  /** The executors' heap. */
  HEAP,
  /** What an executor's container holds beside it: native memory, buffers, threads, and Python without a limit. */
  OVERHEAD,
  /** {@code spark.memory.offHeap}. */
  OFF_HEAP,
  /** Python workers. */
  PYTHON,
  /** The driver's heap. */
  DRIVER;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
