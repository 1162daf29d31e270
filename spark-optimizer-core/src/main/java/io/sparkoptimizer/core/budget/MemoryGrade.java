package io.sparkoptimizer.core.budget;

import java.util.Locale;

/** How good the samples of a {@link MemoryPart} are, worst first. Whatever the grade, a peak is a lower bound. */
public enum MemoryGrade {
  /** The runs do not use the part: off-heap memory is off, there is no Python. */
  UNUSED,
  /** Nothing was sampled. */
  NONE,
  /** Sampled by a release that counts it wrongly (SPARK-52776). */
  UNTRUSTED,
  /** Fewer than half of the executors were sampled, or only some of what the part holds. */
  PARTIAL,
  /** Sampled at heartbeats: short peaks between them are missing. */
  HEARTBEAT,
  /** Sampled at an interval of its own. */
  POLLED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
