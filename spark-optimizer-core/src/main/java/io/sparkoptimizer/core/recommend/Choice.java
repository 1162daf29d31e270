package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Interval;

/** A size that the next run could have, as {@link Search} weighs it against others. */
interface Choice {
  /** Milliseconds. */
  Interval duration();

  /** 0 where nothing has a price. */
  Interval cost();

  /** What is weighed against time: money, or core-hours where nothing has a price. */
  double effort();

  /** Probability that something dies for memory; 0 where nothing tells. */
  double oomRisk();

  /** How far off the prediction may be for lying away from what was seen: standard deviations of ln(time). */
  double doubt();

  int executors();

  /** Cores of an executor; 0 where nothing tells. */
  int cores();

  /** The size in words: {@code 4 executors}. */
  String words();

  default double durationMs() {
    return duration().expected();
  }
}
