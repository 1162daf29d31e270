package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.core.budget.MemoryEvidence;
import io.sparkoptimizer.spark.ApplicationRun;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The evidence of a memory plan while it is made. Not thread-safe. */
final class MemoryNotes {
  private static final double BYTES_PER_MB = 1 << 20;

  private final List<Evidence> evidence = new ArrayList<>();

  List<Evidence> evidence() {
    return List.copyOf(evidence);
  }

  /** A property that stays at so many MiB, or goes there. */
  void size(
      String property,
      long fromMb,
      long toMb,
      String metric,
      @Nullable Double observed,
      @Nullable Double threshold,
      List<ApplicationRun> runs,
      String effect) {
    add(property, fromMb + "m", toMb + "m", metric, observed, threshold, runs, effect);
  }

  /** The same, by a peak: what was observed, how well, and what it asks for, in MiB. */
  void peak(
      MemoryEvidence sampled,
      String property,
      long fromMb,
      long toMb,
      String metric,
      double peakMb,
      double wantedMb,
      List<ApplicationRun> runs,
      String effect) {
    size(
        property,
        fromMb,
        toMb,
        metric,
        peakMb * BYTES_PER_MB,
        wantedMb * BYTES_PER_MB,
        runs,
        effect + " (samples: " + sampled.grade().word() + ")");
  }

  /** The same, by deaths. */
  void deaths(
      String property,
      String from,
      String to,
      String metric,
      List<MemoryPast.Seen> died,
      String effect) {
    add(property, from, to, metric, (double) died.size(), 0.0, MemoryPast.runs(died), effect);
  }

  void add(
      String property,
      @Nullable String from,
      @Nullable String to,
      String metric,
      @Nullable Double observed,
      @Nullable Double threshold,
      List<ApplicationRun> runs,
      String effect) {
    evidence.add(new Evidence(
        property,
        from,
        to,
        metric,
        observed == null ? OptionalDouble.empty() : OptionalDouble.of(observed),
        threshold == null ? OptionalDouble.empty() : OptionalDouble.of(threshold),
        Answers.ids(runs),
        effect));
  }
}
