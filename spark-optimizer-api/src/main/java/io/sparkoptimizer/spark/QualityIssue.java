package io.sparkoptimizer.spark;

import java.util.Locale;

/** What a run's records lack or got wrong. A closed list. */
public enum QualityIssue {
  /** The last line or the compressed stream is cut. */
  TRUNCATED,
  /** The log is named as one still being written. */
  IN_PROGRESS,
  /** Task events of finished jobs were compacted away: totals are too low. */
  COMPACTED,
  /** A stage completed with fewer task ends than tasks. */
  DROPPED_EVENTS,
  UNPARSABLE_LINES,
  /** A job ended whose start is not in the log. */
  ORPHAN_JOB_END,
  MISSING_TASK_START,
  /** No sample of used heap above zero. */
  NO_MEMORY_SAMPLES,
  NO_APP_START,
  NO_APP_END,
  /** The end carries no exit code; the last job decided. */
  OUTCOME_INFERRED,
  /** Another run has the same application id and attempt. */
  ID_COLLISION,
  /** A task or a job ended before it began. */
  CLOCK_SKEW;

  /** The word in JSON and in databases, lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
