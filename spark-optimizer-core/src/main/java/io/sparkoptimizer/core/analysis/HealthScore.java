package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.spark.JobStatus;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.StageAttempt;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * {@code 100 x (1 - waste) x (1 - risk)}, rounded.
 *
 * <p>Waste is the share of the run's core-hours that findings name, each hour once: slots idle beyond
 * what {@link IdleSlotsRule} lets pass, {@code (idle - t) / (1 - t)} so that the score has no step at
 * its threshold t, weighted by {@code h / (h + 0.1)} for h idle core-hours, because half of a minute on
 * two cores is nobody's loss; or the slots idle in skew tails, whichever is more (tails are idle
 * slots); plus spill, collector, tiny tasks and failed work, which are slot time; plus heap given back,
 * as a share of cost. Without executors in the log there are no core-hours, and waste is the share of
 * slot time.
 *
 * <p>Risk is the chance that the next run fails as it is. A run that failed: 2/3, Laplace's rule of
 * succession for one failure in one trial. Otherwise, with p = failed / all of n task ends, a task
 * fails {@code spark.task.maxFailures} = k times with p^k, and the run with {@code r = 1 - (1 -
 * p^k)^n}, as if failures came independently. Deaths for memory do not: they come back with the same
 * partition, so the share d of executors that died for it joins, and so does the chance f that one of
 * its Spark jobs fails, failed / (jobs + 1): {@code 1 - (1 - r)(1 - d)(1 - f)}.
 *
 * <p>Empty where no task ran: there is nothing to judge.
 */
final class HealthScore {
  private static final double FAILED_AGAIN = 2.0 / 3;
  /** Spark's default {@code spark.task.maxFailures}. */
  private static final int MAX_FAILURES = 4;

  private HealthScore() {}

  static OptionalInt of(RunFacts facts, List<Finding> findings) {
    return facts.ran().isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of((int) Math.round(100 * (1 - waste(facts, findings)) * (1 - risk(facts))));
  }

  private static double waste(RunFacts facts, List<Finding> findings) {
    double total = facts.totalCoreHours().orElse(facts.coreHours((double) facts.slotTimeMs()));
    if (total <= 0) {
      return 0;
    }
    double skew = 0;
    double busy = 0;
    double idle = 0;
    double memory = 0;
    for (Finding finding : findings) {
      double share = finding.wastedCoreHours().orElse(0) / total;
      switch (finding.rule()) {
        case "skewed-stage" -> skew += share;
        case "idle-slots" -> {
          double hours = finding.wastedCoreHours().orElse(0);
          idle += Math.max(0, (share - IdleSlotsRule.THRESHOLD) / (1 - IdleSlotsRule.THRESHOLD))
              * hours
              / (hours + IdleSlotsRule.SMALL_CORE_HOURS);
        }
        case "oversized-memory" ->
          memory +=
              finding.wastedCost().orElse(0) / facts.cost(total).orElse(Double.POSITIVE_INFINITY);
        default -> busy += share;
      }
    }
    double heap = Double.isFinite(memory) ? memory : 0;
    return Math.min(1, Math.max(skew, idle) + busy + heap);
  }

  private static double risk(RunFacts facts) {
    if (facts.run().status() == RunStatus.FAILED) {
      return FAILED_AGAIN;
    }
    long failed = 0;
    long ends = 0;
    for (StageAttempt stage : facts.ran()) {
      failed += stage.numFailedTasks();
      ends += (long) stage.numCompleteTasks() + stage.numFailedTasks();
    }
    int most = SparkSettings.count(facts.run().configuration(), "spark.task.maxFailures")
        .orElse(MAX_FAILURES);
    double lost = Math.pow((double) failed / Math.max(1, ends), Math.max(1, most));
    return 1
        - Math.pow(1 - lost, (double) ends) * (1 - diedForMemory(facts)) * (1 - failedJobs(facts));
  }

  private static double failedJobs(RunFacts facts) {
    long failed = facts.run().jobs().stream()
        .filter(job -> job.status() == JobStatus.FAILED)
        .count();
    return (double) failed / (facts.run().jobs().size() + 1);
  }

  private static double diedForMemory(RunFacts facts) {
    long died = facts.run().memoryFailures().stream()
        .filter(failure -> failure.cause() != Cause.PREEMPTED && failure.cause() != Cause.UNKNOWN)
        .map(MemoryFailure::executorId)
        .filter(Objects::nonNull)
        .distinct()
        .count();
    return Math.min(1, (double) died / Math.max(1, facts.workers().size()));
  }
}
