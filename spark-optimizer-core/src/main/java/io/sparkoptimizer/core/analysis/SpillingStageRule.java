package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Analysis.Severity;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code spilling-stage}: tasks do not fit into execution memory and sort through disk.
 *
 * <p>Fires where the bytes spilled to disk are {@value #THRESHOLD} or more of the bytes processed
 * (Dr. Elephant's "moderate"; processed = the larger of what was read, from tables and shuffles, and
 * what was written), and the estimated time is 1 % of the run or more. Severity by the
 * share of bytes (.25 medium, .50 high: Dr. Elephant's next bands), at most that of the share of time.
 * Slot time lost = bytes spilled at 100 MB/s; {@code wasted_ms} = that over the slots that the stage
 * could use.
 *
 * <p>The remedy is smaller partitions; how many times smaller is read from the data that did not fit:
 * {@code 1 + memory bytes spilled / sum of peak execution memory}, as a power of two from 2 to 8, the
 * largest of all spilling stages, so that all findings name one value. Where few tasks spill, more
 * partitions leave a hot key whole: that is skew. A streaming query keeps its shuffle partitions: its
 * checkpoint fixes them.
 */
final class SpillingStageRule implements Rule {
  static final double THRESHOLD = 0.10;
  private static final double MEDIUM = 0.25;
  private static final double HIGH = 0.50;
  /** Largest / mean spill of a task from which a few tasks spill and the others do not. */
  private static final double UNEVEN_SPILL = 4;

  private static final int MAX_FACTOR = 8;
  private static final long DEFAULT_ADVISORY_BYTES = 64L << 20;
  private static final long DEFAULT_SPLIT_BYTES = 128L << 20;
  private static final String ADVISORY = "spark.sql.adaptive.advisoryPartitionSizeInBytes";
  private static final String SPLIT = "spark.sql.files.maxPartitionBytes";

  @Override
  public String name() {
    return "spilling-stage";
  }

  @Override
  public List<Finding> findings(RunFacts facts) {
    List<StageAttempt> spilling =
        facts.ran().stream().filter(stage -> spilledShare(stage) >= THRESHOLD).toList();
    int factor = spilling.stream()
        .filter(stage -> !unevenly(stage))
        .mapToInt(SpillingStageRule::factor)
        .max()
        .orElse(1);
    List<PerStage.Candidate> candidates = new ArrayList<>();
    for (StageAttempt stage : spilling) {
      long lostMs = Spill.estimatedMs(stage.metrics().orZero(TaskMetric.DISK_BYTES_SPILLED));
      double share = facts.shareOfRun(stage, (double) lostMs);
      candidates.add(new PerStage.Candidate(share, finding(facts, stage, lostMs, share, factor)));
    }
    return PerStage.bounded(candidates, "spill to disk");
  }

  /** Whether any stage of a run spills enough to be named. */
  static boolean spills(RunFacts facts) {
    return facts.ran().stream().anyMatch(stage -> spilledShare(stage) >= THRESHOLD);
  }

  /** Bytes spilled to disk / bytes processed; 0 where either is not told. */
  private static double spilledShare(StageAttempt stage) {
    var metrics = stage.metrics();
    long read =
        metrics.orZero(TaskMetric.INPUT_BYTES) + metrics.orZero(TaskMetric.SHUFFLE_READ_BYTES);
    long written =
        metrics.orZero(TaskMetric.OUTPUT_BYTES) + metrics.orZero(TaskMetric.SHUFFLE_WRITE_BYTES);
    long processed = Math.max(read, written);
    return processed == 0 ? 0 : (double) metrics.orZero(TaskMetric.DISK_BYTES_SPILLED) / processed;
  }

  private static boolean unevenly(StageAttempt stage) {
    Distribution spilled = stage.distribution(TaskDistribution.DISK_BYTES_SPILLED);
    return spilled.count() > UNEVEN_SPILL && spilled.max() >= UNEVEN_SPILL * spilled.mean();
  }

  private static int factor(StageAttempt stage) {
    long fitted = stage.metrics().orZero(TaskMetric.PEAK_EXECUTION_MEMORY_BYTES);
    long beyond = stage.metrics().orZero(TaskMetric.MEMORY_BYTES_SPILLED);
    double times = fitted == 0 ? 2 : 1 + (double) beyond / fitted;
    int factor = 2;
    while (factor < times && factor < MAX_FACTOR) {
      factor *= 2;
    }
    return factor;
  }

  private Finding finding(
      RunFacts facts, StageAttempt stage, long lostMs, double share, int factor) {
    double ratio = spilledShare(stage);
    long spilled = stage.metrics().orZero(TaskMetric.DISK_BYTES_SPILLED);
    Severity byBytes =
        ratio >= HIGH ? Severity.HIGH : ratio >= MEDIUM ? Severity.MEDIUM : Severity.LOW;
    Draft draft = new Draft(
            facts,
            this,
            Severities.atMost(byBytes, Severities.ofShare(share)),
            "Stage " + stage.stageId() + " spilled " + Words.bytes(spilled) + " to disk, "
                + Words.percent(ratio) + " of what it processed")
        .stage(stage.stageId())
        .evidence("disk_bytes_spilled_to_processed", ratio, THRESHOLD, "ratio")
        .evidence("disk_bytes_spilled", (double) spilled, 0, "bytes")
        .wastedSlotMs((double) lostMs);
    facts.wallMs(stage, (double) lostMs).ifPresent(draft::wastedMs);
    if (unevenly(stage)) {
      return draft
          .advice("A few tasks spill most of it: their keys hold too many rows. Spread those keys"
              + " (salting, a two-step aggregation); more partitions leave a hot key whole.")
          .build();
    }
    advise(facts, stage, factor, draft);
    return draft
        .advice("Where partitions cannot be smaller, give a task more execution memory: fewer cores"
            + " per executor, or a larger heap.")
        .build();
  }

  private static void advise(RunFacts facts, StageAttempt stage, int factor, Draft draft) {
    boolean shuffled = stage.metrics().orZero(TaskMetric.SHUFFLE_READ_BYTES)
        > stage.metrics().orZero(TaskMetric.INPUT_BYTES);
    if (facts.isStreaming()) {
      draft.advice("Take smaller batches (maxFilesPerTrigger, maxOffsetsPerTrigger). The number of"
          + " shuffle partitions is fixed by the query's checkpoint.");
    } else if (facts.followsDefaultParallelism(stage)) {
      draft
          .advice(
              "Its count is spark.default.parallelism: cut shuffles finer, so that each partition"
                  + " fits.")
          .conf(ShuffleFacts.DEFAULT_PARALLELISM, String.valueOf((long) factor * stage.numTasks()));
    } else if (facts.sqlOf(stage) == null) {
      draft.advice("Cut the data into about " + factor * stage.numTasks()
          + " partitions instead of " + stage.numTasks()
          + ", in the operation that makes this stage (numPartitions, repartition).");
    } else if (!shuffled) {
      long split =
          SparkSettings.sizeBytes(facts.run().configuration(), SPLIT).orElse(DEFAULT_SPLIT_BYTES);
      draft
          .advice("Read smaller splits, so that each task sorts less.")
          .conf(SPLIT, Math.max(1, (split / factor) >> 20) + "m");
    } else if (facts.adaptive() && stage.numTasks() < facts.shufflePartitions()) {
      long mean = stage.metrics().orZero(TaskMetric.SHUFFLE_READ_BYTES) / stage.numTasks();
      long advisory = SparkSettings.sizeBytes(facts.run().configuration(), ADVISORY)
          .orElse(DEFAULT_ADVISORY_BYTES);
      long target = Math.max(1, (Math.min(advisory, mean) / factor) >> 20);
      draft
          .advice("Adaptive execution joined " + facts.shufflePartitions() + " partitions into "
              + stage.numTasks() + ": let it make smaller ones.")
          .conf(ADVISORY, target + "m");
    } else if (stage.numTasks() == facts.shufflePartitions()) {
      draft
          .advice("Use more shuffle partitions, so that each fits.")
          .conf("spark.sql.shuffle.partitions", String.valueOf((long) factor * stage.numTasks()));
    } else {
      draft.advice("The stage has " + stage.numTasks()
          + " tasks, which is not spark.sql.shuffle.partitions (" + facts.shufflePartitions()
          + "): a repartition in the code sets them. Make it about " + factor * stage.numTasks()
          + ".");
    }
  }
}
