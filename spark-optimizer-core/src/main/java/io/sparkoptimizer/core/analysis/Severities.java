package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis.Severity;

/** One scale for all findings whose harm is time or money: the share of the run that is lost. */
final class Severities {
  /** Share of a run below which a finding is not worth anyone's attention. */
  static final double NOISE = 0.01;

  private static final double MEDIUM = 0.05;
  private static final double HIGH = 0.20;
  private static final double CRITICAL = 0.50;

  private Severities() {}

  static Severity ofShare(double share) {
    if (share >= CRITICAL) {
      return Severity.CRITICAL;
    }
    if (share >= HIGH) {
      return Severity.HIGH;
    }
    return share >= MEDIUM ? Severity.MEDIUM : Severity.LOW;
  }

  /** The milder of two. */
  static Severity atMost(Severity severity, Severity limit) {
    return severity.compareTo(limit) < 0 ? limit : severity;
  }
}
