package io.sparkoptimizer;

import java.util.Locale;

/** What a recommendation prefers where time and cost pull apart. */
public enum Priority {
  PERFORMANCE,
  BALANCED,
  COST;

  /** The word in settings and in JSON, lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
