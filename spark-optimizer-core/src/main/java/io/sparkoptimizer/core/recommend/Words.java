package io.sparkoptimizer.core.recommend;

import java.util.Locale;

/** Figures as people read them, the same in every locale. */
final class Words {
  private Words() {}

  static String time(double ms) {
    if (ms < 1_000) {
      return Math.round(ms) + " ms";
    }
    if (ms < 120_000) {
      return String.format(Locale.ROOT, "%.1f s", ms / 1_000);
    }
    if (ms < 7_200_000) {
      return String.format(Locale.ROOT, "%.1f min", ms / 60_000);
    }
    return String.format(Locale.ROOT, "%.1f h", ms / 3_600_000);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  static String plural(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
