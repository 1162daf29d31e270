package io.sparkoptimizer;

import java.util.Locale;

/** What kind of work a job does. */
public enum JobType {
  ETL,
  SQL,
  ML,
  STREAMING,
  GRAPH,
  OTHER;

  /** The word in settings and in JSON, lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
