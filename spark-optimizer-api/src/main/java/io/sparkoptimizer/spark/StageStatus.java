package io.sparkoptimizer.spark;

import java.util.Locale;

/** A stage attempt's state, in Spark's REST words. */
public enum StageStatus {
  ACTIVE,
  COMPLETE,
  FAILED,
  PENDING,
  /** Its output was there already; it ran no task. */
  SKIPPED;

  /** The word in JSON and in databases, lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
