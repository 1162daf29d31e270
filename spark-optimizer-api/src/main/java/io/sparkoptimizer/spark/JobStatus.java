package io.sparkoptimizer.spark;

import java.util.Locale;

/** A Spark job's state, in Spark's REST words. */
public enum JobStatus {
  RUNNING,
  SUCCEEDED,
  FAILED,
  UNKNOWN;

  /** The word in JSON and in databases, lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
