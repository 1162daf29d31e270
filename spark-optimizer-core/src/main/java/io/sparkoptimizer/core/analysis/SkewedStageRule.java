package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code skewed-stage}: one task of a stage runs on long after the others are done.
 *
 * <p>Fires where the longest task takes at least {@value #THRESHOLD} times the median (Dr. Elephant's
 * "moderate"), lasts {@value #MIN_MAX_MS} ms or more (DataFlint's floor), and the stage's {@link
 * SkewTail} in which nothing else ran is 1 % of the run or more: a long task that costs no wall time
 * is none of our business. Severity by that share. {@code wasted_ms} = that tail; core-hours = slots
 * idle in it.
 *
 * <p>Uneven data and a slow node want different remedies, so the bytes that tasks read are held
 * against each other as well. Only the two spreads are known, not whether the longest task is the one
 * that read most. More memory is never the remedy.
 */
final class SkewedStageRule implements Rule {
  static final double THRESHOLD = 4;
  static final long MIN_MAX_MS = 5_000;
  /** Largest / median bytes from which the data is uneven enough to explain a long task. */
  private static final double UNEVEN_BYTES = 3;
  /** Below this ratio the tasks had the same to read. */
  private static final double EVEN_BYTES = 1.5;
  /** Bytes above the median that a task must read before bytes can be the reason for seconds. */
  private static final long MIN_EXCESS_BYTES = 1L << 20;

  private static final long DEFAULT_SKEW_BYTES = 256L << 20;
  private static final long DEFAULT_ADVISORY_BYTES = 64L << 20;
  private static final long DEFAULT_SPLIT_BYTES = 128L << 20;
  private static final String AQE = "spark.sql.adaptive.enabled";
  private static final String SKEW_JOIN = "spark.sql.adaptive.skewJoin.enabled";
  private static final String SKEW_BYTES =
      "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes";

  @Override
  public String name() {
    return "skewed-stage";
  }

  @Override
  public List<Finding> findings(RunFacts facts) {
    List<PerStage.Candidate> candidates = new ArrayList<>();
    for (StageAttempt stage : facts.ran()) {
      Distribution durations = stage.distribution(TaskDistribution.DURATION_MS);
      Optional<SkewTail> tail = SkewTail.of(facts, stage);
      if (tail.isEmpty() || tail.get().aloneMs() == 0 || facts.wallMs().isEmpty()) {
        continue;
      }
      long median = Math.max(1, durations.quantile(0.5));
      double ratio = (double) durations.max() / median;
      if (ratio >= THRESHOLD && durations.max() >= MIN_MAX_MS) {
        double share =
            Math.min(1, (double) tail.get().aloneMs() / facts.wallMs().getAsLong());
        candidates.add(
            new PerStage.Candidate(share, finding(facts, stage, tail.get(), ratio, share)));
      }
    }
    return PerStage.bounded(candidates, "are skewed");
  }

  private Finding finding(
      RunFacts facts, StageAttempt stage, SkewTail tail, double ratio, double share) {
    Distribution durations = stage.distribution(TaskDistribution.DURATION_MS);
    Draft draft = new Draft(
            facts,
            this,
            Severities.ofShare(share),
            "Stage " + stage.stageId() + ": the longest task took "
                + Words.duration((double) durations.max()) + ", " + Words.times(ratio)
                + " times the median, and the run waited " + Words.duration((double) tail.aloneMs())
                + " for it")
        .stage(stage.stageId())
        .evidence("task_duration_max_to_median", ratio, THRESHOLD, "ratio")
        .evidence("task_duration_max_ms", (double) durations.max(), MIN_MAX_MS, "ms")
        .wastedMs((double) tail.aloneMs())
        .wastedSlotMs((double) tail.idleSlotMs());
    TaskDistribution kind =
        readsShuffle(stage) ? TaskDistribution.SHUFFLE_READ_BYTES : TaskDistribution.INPUT_BYTES;
    Distribution bytes = stage.distribution(kind);
    if (bytes.count() == 0) {
      return draft
          .advice(
              "The log has no bytes per task, so it does not say whether the data is uneven or a"
                  + " node slow: compare the longest task's records and host with the others' in the"
                  + " Spark UI. More memory does not help either.")
          .build();
    }
    long median = bytes.quantile(0.5);
    double uneven = (double) bytes.max() / Math.max(1, median);
    draft.evidence(kind.key() + "_max_to_median", uneven, UNEVEN_BYTES, "ratio");
    if (uneven >= UNEVEN_BYTES && bytes.max() - median >= MIN_EXCESS_BYTES) {
      String read = "The largest task read " + Words.bytes(bytes.max()) + ", the median "
          + Words.bytes(median) + ".";
      draft.advice(read);
      if (kind == TaskDistribution.SHUFFLE_READ_BYTES) {
        adviseShuffle(facts, stage, bytes, draft);
      } else {
        adviseInput(facts, bytes, draft);
      }
    } else if (uneven < EVEN_BYTES) {
      adviseStraggler(facts, stage, draft);
    } else {
      draft.advice("Bytes are less uneven than times (" + Words.times(uneven)
          + " times the median): one key may join or group many more rows than others, or a node was"
          + " slow. Compare the longest task's output records and host with the others' in the Spark"
          + " UI. More memory does not help.");
    }
    return draft.build();
  }

  /** Whether a stage reads more from shuffles than from tables. */
  static boolean readsShuffle(StageAttempt stage) {
    return stage.distribution(TaskDistribution.SHUFFLE_READ_BYTES).sum()
        >= Math.max(1, stage.distribution(TaskDistribution.INPUT_BYTES).sum());
  }

  private static void adviseShuffle(
      RunFacts facts, StageAttempt stage, Distribution bytes, Draft draft) {
    SqlExecution sql = facts.sqlOf(stage);
    boolean join = sql != null
        && sql.joins().keySet().stream()
            .anyMatch(name -> name.contains("SortMergeJoin") || name.contains("ShuffledHashJoin"));
    if (!join || facts.isStreaming() || !facts.sparkAtLeast(3, 0)) {
      draft.advice(
          "A few keys hold most rows. Spread them: salt the key and aggregate or join in two"
              + " steps, treat null and default keys apart, or broadcast the smaller side. More memory"
              + " does not help.");
      return;
    }
    Map<String, String> settings = facts.run().configuration();
    boolean skewJoin =
        SparkSettings.flag(settings, SKEW_JOIN).orElse(true); // on by default since it exists, 3.0
    long advisory = SparkSettings.sizeBytes(
            settings, "spark.sql.adaptive.advisoryPartitionSizeInBytes")
        .orElse(DEFAULT_ADVISORY_BYTES);
    long threshold = SparkSettings.sizeBytes(settings, SKEW_BYTES).orElse(DEFAULT_SKEW_BYTES);
    if (!facts.adaptive() || !skewJoin) {
      draft
          .advice("Let adaptive execution split the skewed partitions of the join.")
          .conf(AQE, "true")
          .conf(SKEW_JOIN, "true");
      threshold = DEFAULT_SKEW_BYTES;
    }
    if (bytes.max() <= threshold && bytes.max() / 2 >= advisory) {
      long lower = Math.max(advisory, Long.highestOneBit(bytes.max() / 2)) >> 20;
      draft
          .advice("Adaptive execution splits only partitions above " + Words.bytes(threshold)
              + ": lower that bound below the largest one.")
          .conf(SKEW_BYTES, lower + "m");
    } else if (bytes.max() <= threshold) {
      draft.advice("The partition is too small for adaptive execution to split it ("
          + Words.bytes(threshold)
          + "): its rows cost more than others, so salt the key or make each row cheaper.");
    } else if (facts.adaptive() && skewJoin) {
      draft.advice("Adaptive execution would have split a skewed join and did not: this stage"
          + " aggregates, or its join type or a later exchange forbids it. Salt the key, or aggregate"
          + " in two steps.");
    }
    draft.advice("More memory does not help.");
  }

  private static void adviseInput(RunFacts facts, Distribution bytes, Draft draft) {
    long split = SparkSettings.sizeBytes(
            facts.run().configuration(), "spark.sql.files.maxPartitionBytes")
        .orElse(DEFAULT_SPLIT_BYTES);
    draft.advice(
        bytes.max() > split * 1.1
            ? "It is beyond one split (" + Words.bytes(split)
                + "): a file that cannot be split (gzip, one row group, a custom source). Write it in a"
                + " splittable format, or as more files; no setting helps."
            : "Splits are packed unevenly: write the input as files of like size. Repartition right"
                + " after the read where work per row is high.");
  }

  private static void adviseStraggler(RunFacts facts, StageAttempt stage, Draft draft) {
    boolean speculative =
        SparkSettings.flag(facts.run().configuration(), "spark.speculation").orElse(false);
    long writes = stage.metrics().orZero(TaskMetric.OUTPUT_BYTES);
    draft.advice(
        "Tasks read about the same, so it is not the data: a slow or crowded node, a collector"
            + " pause, a slow remote call, or rows that cost more than others. Look where the longest task"
            + " ran.");
    if (!speculative && !facts.isStreaming() && writes == 0) {
      draft
          .advice("Speculation starts a second copy of such a task elsewhere; leave it off where"
              + " tasks have effects outside Spark.")
          .conf("spark.speculation", "true");
    } else if (!speculative && !facts.isStreaming()) {
      draft.advice("Speculation (spark.speculation) would start a second copy elsewhere; this stage"
          + " writes output, so first be sure that its committer allows that.");
    }
  }
}
