package io.sparkoptimizer.spark;

import java.util.Locale;

/** How a run ended, as far as its records tell. */
public enum RunStatus {
  SUCCEEDED,
  FAILED,
  /** In progress, and its log grew a short while ago. */
  RUNNING,
  /** No end was recorded. */
  UNKNOWN;

  /** The word in JSON and in databases, lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
