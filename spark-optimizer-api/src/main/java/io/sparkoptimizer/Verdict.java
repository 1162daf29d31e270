package io.sparkoptimizer;

import java.util.Locale;

/** What a recommendation says. */
public enum Verdict {
  /** Give the next run these settings. */
  CHANGE,
  /** What it has is as good as anything found, within the noise. */
  KEEP,
  /** No size meets what was asked; the binding constraint is named. */
  INFEASIBLE,
  /** Too little is known to say. */
  ABSTAIN;

  /** The word in JSON, lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
