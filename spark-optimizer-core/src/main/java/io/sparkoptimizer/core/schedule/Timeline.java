package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.StageAttempt;
import java.util.Comparator;
import java.util.List;

/** When tasks ran, as far as the stages tell: between a stage's first launch and its completion. */
final class Timeline {
  private Timeline() {}

  /** Time from {@code from} to {@code to} in which no stage had a task out. */
  static double idleMs(ApplicationRun run, long from, long to) {
    List<long[]> spans = run.stages().stream()
        .filter(StageAttempt::ran)
        .filter(stage -> stage.firstTaskLaunchedTimeMs().isPresent())
        .map(stage -> new long[] {
          stage.firstTaskLaunchedTimeMs().getAsLong(), stage.completionTimeMs().orElse(to)
        })
        .sorted(Comparator.comparingLong(span -> span[0]))
        .toList();
    long idle = 0;
    long covered = from;
    for (long[] span : spans) {
      if (span[0] > covered) {
        idle += Math.min(span[0], to) - Math.min(covered, to);
      }
      covered = Math.max(covered, span[1]);
    }
    return idle + Math.max(0, to - covered);
  }
}
