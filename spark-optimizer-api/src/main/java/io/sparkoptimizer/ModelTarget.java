package io.sparkoptimizer;

import java.util.Locale;

/** What a trained model predicts of a run. */
public enum ModelTarget {
  /** From the application's start to its end, milliseconds. */
  DURATION_MS,
  /**
   * The largest used heap that any executor was seen with, MiB. A lower bound, with garbage: it grows with
   * the heap that is given.
   */
  PEAK_HEAP_MB;

  /** The word in options and in JSON, lower case: {@code duration_ms}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
