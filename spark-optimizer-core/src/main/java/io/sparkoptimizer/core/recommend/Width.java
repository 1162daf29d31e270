package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.StageAttempt;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * How many tasks of a run could run at once: at any time the widest stages of the Spark jobs that are
 * under way, together, and never less than the widest stage. Stages of one job that run side by side
 * count once, so it is a lower bound for wide joins.
 */
final class Width {
  private Width() {}

  static int of(ApplicationRun run) {
    Map<Integer, Integer> tasks = new TreeMap<>();
    for (StageAttempt stage : run.stages()) {
      if (stage.ran()) {
        tasks.merge(stage.stageId(), stage.numTasks(), Math::max);
      }
    }
    OptionalLong end = run.endTimeMs().isPresent() ? run.endTimeMs() : run.lastEventTimeMs();
    TreeMap<Long, Long> changes = new TreeMap<>();
    Map<Integer, Integer> left = new TreeMap<>(tasks);
    for (SparkJob job : run.jobs()) {
      // A stage that a later job finds done belongs to the first.
      int widest = 0;
      for (int stage : job.stageIds()) {
        Integer width = left.remove(stage);
        widest = Math.max(widest, width == null ? 0 : width);
      }
      OptionalLong to = job.completionTimeMs().isPresent() ? job.completionTimeMs() : end;
      if (job.submissionTimeMs().isPresent()
          && to.isPresent()
          && to.getAsLong() > job.submissionTimeMs().getAsLong()) {
        changes.merge(job.submissionTimeMs().getAsLong(), (long) widest, Long::sum);
        changes.merge(to.getAsLong(), -(long) widest, Long::sum);
      }
    }
    long running = 0;
    long most = tasks.values().stream().mapToInt(Integer::intValue).max().orElse(1);
    for (long change : changes.values()) {
      running += change;
      most = Math.max(most, running);
    }
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, most));
  }
}
