package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.DataSize;
import java.util.Locale;

/** Figures as people read them, whatever the locale. */
final class Words {
  private Words() {}

  static String percent(double share) {
    return share > 0 && share < 0.1
        ? String.format(Locale.ROOT, "%.1f %%", 100 * share)
        : String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  static String times(double ratio) {
    return String.format(Locale.ROOT, ratio < 10 ? "%.1f" : "%.0f", ratio);
  }

  static String bytes(long bytes) {
    return DataSize.bytes(Math.max(0, bytes)).toString();
  }

  static String duration(double ms) {
    if (ms < 1_000) {
      return String.format(Locale.ROOT, "%.0f ms", ms);
    }
    if (ms < 120_000) {
      return String.format(Locale.ROOT, "%.1f s", ms / 1_000);
    }
    if (ms < 7_200_000) {
      return String.format(Locale.ROOT, "%.1f min", ms / 60_000);
    }
    return String.format(Locale.ROOT, "%.1f h", ms / 3_600_000);
  }

  static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
