package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * {@code tiny-tasks}: a stage is cut into so many tasks that launching them costs as much as their
 * work.
 *
 * <p>Fires where the median task takes less than {@value #THRESHOLD_MS} ms and the stage has either
 * more than {@value #MANY_TASKS} tasks (DataFlint), or {@value #SOME_TASKS} and four for each slot
 * while {@value #OVERHEAD_SHARE} or more of their slot time lies outside their run time; and where
 * what could be saved is 1 % of the run or more. Severity by that share. Saved = overhead
 * x (1 - target / tasks), with the target of tasks of one second each, never fewer than slots. The
 * driver's own time per task comes on top and is not told.
 */
final class TinyTasksRule implements Rule {
  static final long THRESHOLD_MS = 500;
  private static final long MANY_TASKS = 5_000;
  private static final long SOME_TASKS = 200;
  private static final double TASKS_PER_SLOT = 4;
  private static final double OVERHEAD_SHARE = 0.3;
  /** What a task should take, milliseconds. */
  private static final double TARGET_MS = 1_000;

  private static final long SMALL_FILE_BYTES = 3_000_000;
  private static final long MANY_FILES = 100;
  private static final String AQE = "spark.sql.adaptive.enabled";
  private static final String COALESCE = "spark.sql.adaptive.coalescePartitions.enabled";

  @Override
  public String name() {
    return "tiny-tasks";
  }

  @Override
  public List<Finding> findings(RunFacts facts) {
    List<StageAttempt> tiny =
        facts.ran().stream().filter(stage -> tiny(facts, stage)).toList();
    // One value for all stages: the largest that any of them wants.
    long partitions =
        tiny.stream().mapToLong(stage -> target(facts, stage)).max().orElse(0);
    List<PerStage.Candidate> candidates = new ArrayList<>();
    for (StageAttempt stage : tiny) {
      Distribution durations = stage.distribution(TaskDistribution.DURATION_MS);
      double overhead = Accounts.overheadMs(facts, stage).orElse(0);
      double saved =
          overhead * (1 - Math.min(1, (double) target(facts, stage) / durations.count()));
      double share = facts.shareOfRun(stage, saved);
      candidates.add(
          new PerStage.Candidate(share, finding(facts, stage, saved, share, partitions)));
    }
    return PerStage.bounded(candidates, "have tiny tasks");
  }

  private static boolean tiny(RunFacts facts, StageAttempt stage) {
    Distribution durations = stage.distribution(TaskDistribution.DURATION_MS);
    OptionalLong overhead = Accounts.overheadMs(facts, stage);
    if (durations.count() < SOME_TASKS
        || overhead.isEmpty()
        || durations.quantile(0.5) >= THRESHOLD_MS) {
      return false;
    }
    boolean mostlyOverhead = overhead.getAsLong() >= OVERHEAD_SHARE * stage.slotTimeMs()
        && durations.count() >= TASKS_PER_SLOT * facts.slotsDuring(stage).orElse(1);
    return durations.count() > MANY_TASKS || mostlyOverhead;
  }

  private static long target(RunFacts facts, StageAttempt stage) {
    double slots = Math.max(facts.slots().max(), 1);
    double second = stage.distribution(TaskDistribution.DURATION_MS).sum() / TARGET_MS;
    return (long) Math.ceil(Math.max(slots, second));
  }

  private Finding finding(
      RunFacts facts, StageAttempt stage, double saved, double share, long partitions) {
    Distribution durations = stage.distribution(TaskDistribution.DURATION_MS);
    long median = durations.quantile(0.5);
    Draft draft = new Draft(
            facts,
            this,
            Severities.ofShare(share),
            "Stage " + stage.stageId() + ": " + durations.count() + " tasks with a median of "
                + Words.duration((double) median))
        .stage(stage.stageId())
        .evidence("task_duration_median_ms", (double) median, THRESHOLD_MS, "ms")
        .evidence(
            "task_overhead_share",
            Accounts.overheadMs(facts, stage).orElse(0) / (double) Math.max(1, stage.slotTimeMs()),
            OVERHEAD_SHARE,
            "ratio")
        .evidence("tasks", (double) durations.count(), SOME_TASKS, "tasks")
        .wastedSlotMs(saved);
    facts.wallMs(stage, saved).ifPresent(draft::wastedMs);
    boolean shuffled = stage.metrics().orZero(TaskMetric.SHUFFLE_READ_BYTES)
        > stage.metrics().orZero(TaskMetric.INPUT_BYTES);
    if (facts.isStreaming()) {
      draft.advice(
          "The number of shuffle partitions is fixed by a stateful query's checkpoint: take"
              + " larger batches, or start over with a new checkpoint and fewer partitions.");
    } else if (facts.sqlOf(stage) == null) {
      boolean reads = stage.metrics().orZero(TaskMetric.INPUT_BYTES)
              + stage.metrics().orZero(TaskMetric.SHUFFLE_READ_BYTES)
          > 0;
      draft.advice((reads
              ? ""
              : "Its tasks read nothing that Spark counts: where it lists the folders of a partitioned"
                  + " table, read that table through a catalog, or partition it less finely. Else: ")
          + Words.count(target(facts, stage), "partition")
          + " would do: coalesce before this stage, or pass numPartitions to the operation that makes"
          + " it.");
    } else if (shuffled) {
      adviseShuffle(facts, stage, partitions, draft);
    } else {
      adviseScan(facts, stage, draft);
    }
    return draft.build();
  }

  private static void adviseShuffle(
      RunFacts facts, StageAttempt stage, long partitions, Draft draft) {
    var settings = facts.run().configuration();
    if (!facts.adaptive() && facts.sparkAtLeast(3, 0)) {
      draft.advice("Let adaptive execution join small partitions.").conf(AQE, "true");
    } else if (facts.adaptive() && !SparkSettings.flag(settings, COALESCE).orElse(true)) {
      draft.advice("Let adaptive execution join small partitions.").conf(COALESCE, "true");
    } else if (facts.adaptive()) {
      draft.advice(
          "Adaptive execution joins partitions down to the number of cores, but not those whose"
              + " number the code fixes: look for a repartition(n) before this stage. "
              + Words.count(target(facts, stage), "partition") + " would do.");
    } else if (stage.numTasks() == facts.shufflePartitions() && !SpillingStageRule.spills(facts)) {
      draft
          .advice("Use fewer shuffle partitions.")
          .conf("spark.sql.shuffle.partitions", String.valueOf(partitions));
    } else {
      draft.advice("About " + target(facts, stage)
          + " partitions would do: look for a repartition in the code, or partitions made for a larger"
          + " stage.");
    }
  }

  private static void adviseScan(RunFacts facts, StageAttempt stage, Draft draft) {
    var sql = facts.sqlOf(stage);
    boolean smallFiles = sql != null
        && sql.scans().stream()
            .anyMatch(scan -> scan.files().orElse(0) > MANY_FILES
                && scan.bytes().isPresent()
                && scan.bytes().getAsLong() < SMALL_FILE_BYTES * scan.files().orElse(0));
    draft.advice(
        smallFiles
            ? "The input is many small files: compact them where they are written, to 128 MB or more."
            : "The input is cut into many small splits: write fewer, larger files, or partition the"
                + " table less finely.");
  }
}
