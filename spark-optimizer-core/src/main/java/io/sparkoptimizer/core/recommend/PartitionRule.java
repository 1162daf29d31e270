package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.core.analysis.ShuffleFacts;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The partitions of a shuffle from the bytes of the largest one that the property cuts: partitions of
 * {@value #TARGET_MB} MiB, half of that where its tasks spilled, as many as {@code analyze} asks for where
 * it names a count, and never fewer than slots. With adaptive execution the property is the initial count
 * and a ceiling for what is coalesced, so it is raised but not lowered: a lower one could only take
 * parallelism away. {@code spark.default.parallelism} is not lowered either: what larger partitions of
 * objects take is not predicted.
 *
 * @param property {@value #SQL} or {@value ShuffleFacts#DEFAULT_PARALLELISM}
 * @param shuffleBytes bytes read by the largest shuffle stage
 * @param spilled whether its tasks spilled to disk
 * @param raiseOnly whether the count is never lowered
 * @param asked partitions that the analysis of the run wants, so that they fit; 0 where it wants none
 */
record PartitionRule(
    String property, long shuffleBytes, boolean spilled, boolean raiseOnly, int asked) {
  static final String SQL = "spark.sql.shuffle.partitions";

  /** Twice Spark's advisory size: tasks of some seconds, with room for skew. */
  private static final int TARGET_MB = 128;

  /** Partitions smaller than this are mostly overhead. */
  private static final long TINY_BYTES = 8L << 20;

  private static final int MOST = 100_000;

  /** For shuffles of SQL executions; of all stages where there are such and the log does not tell which. */
  static PartitionRule ofSql(
      ApplicationRun run, boolean adaptive, double inputRatio, Remedies remedies) {
    List<StageAttempt> stages =
        run.stages().stream().filter(ShuffleFacts.followsSqlPartitions(run)).toList();
    return of(SQL, stages, adaptive, inputRatio, remedies);
  }

  /** For RDD shuffles; empty where the property does not govern them. */
  static Optional<PartitionRule> ofRdd(ApplicationRun run, double inputRatio, Remedies remedies) {
    // Scans are cut by it too: more of it would make theirs smaller.
    boolean scans = run.sql().stream().anyMatch(execution -> !execution.scans().isEmpty());
    return !scans && ShuffleFacts.governingParallelism(run).isPresent()
        ? Optional.of(of(
            ShuffleFacts.DEFAULT_PARALLELISM,
            ShuffleFacts.rddShuffles(run),
            true,
            inputRatio,
            remedies))
        : Optional.empty();
  }

  private static PartitionRule of(
      String property,
      List<StageAttempt> stages,
      boolean raiseOnly,
      double inputRatio,
      Remedies remedies) {
    long most = 0;
    boolean spilled = false;
    for (StageAttempt stage : stages) {
      long read = stage.metrics().orZero(TaskMetric.SHUFFLE_READ_BYTES);
      if (read > most) {
        most = read;
        spilled = stage.metrics().orZero(TaskMetric.DISK_BYTES_SPILLED) > 0;
      }
    }
    int asked = (int) Math.min(MOST, Math.ceil(remedies.partitions(property) * inputRatio));
    return new PartitionRule(property, (long) (most * inputRatio), spilled, raiseOnly, asked);
  }

  /** Twice as many, so that each holds half; no more than are of any use. */
  static int finer(int partitions) {
    return (int) Math.min(MOST, 2L * partitions);
  }

  /** The same, with so many at least where a death asks for them. */
  PartitionRule withAsked(OptionalInt partitions) {
    return new PartitionRule(
        property, shuffleBytes, spilled, raiseOnly, Math.max(asked, partitions.orElse(0)));
  }

  /** What the property should be for so many slots; as it is where the rule has nothing to add. */
  OptionalInt partitions(OptionalInt current, int slots) {
    if (current.isEmpty() || shuffleBytes == 0) {
      return current;
    }
    int now = Math.max(1, current.getAsInt());
    long bySize = Math.min(MOST, (shuffleBytes - 1) / targetBytes() + 1);
    int wanted = (int) Math.max(Math.max(bySize, asked), slots);
    if (wanted > now) {
      return OptionalInt.of(wanted);
    }
    return raiseOnly || !isTiny(now) || now <= 2 * wanted ? current : OptionalInt.of(wanted);
  }

  private boolean isTiny(int partitions) {
    return shuffleBytes / Math.max(1, partitions) < TINY_BYTES;
  }

  /** Whether there are fewer than the analysis wants: what spills is not in a schedule's prediction. */
  boolean isShort(OptionalInt current) {
    return current.isPresent() && current.getAsInt() < asked;
  }

  /** The most partitions that are not mostly overhead, 1 or more. */
  int mostUseful() {
    return (int) Math.max(1, Math.min(MOST, shuffleBytes / TINY_BYTES));
  }

  private long targetBytes() {
    return (long) (spilled ? TARGET_MB / 2 : TARGET_MB) << 20;
  }

  Evidence evidence(OptionalInt current, OptionalInt proposed, List<String> runs) {
    return new Evidence(
        property,
        current.isPresent() ? Integer.toString(current.getAsInt()) : null,
        proposed.isPresent() ? Integer.toString(proposed.getAsInt()) : null,
        "largest_shuffle_read_bytes",
        shuffleBytes == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) shuffleBytes),
        OptionalDouble.of((double) targetBytes()),
        runs,
        effect(current, proposed));
  }

  private String effect(OptionalInt current, OptionalInt proposed) {
    if (current.equals(proposed)) {
      return raiseOnly
          ? "kept: with adaptive execution it is the initial count, and coalescing does the rest"
          : isTiny(current.orElse(1))
              ? "kept: fewer would do, which is not predicted to take less time"
              : "kept: partitions are of a good size and no fewer than slots";
    }
    return asked > 0 && proposed.orElse(0) == asked
        ? "so many that what spilled fits, as analyze finds; what that gains is not in the predicted"
            + " time"
        : "partitions of " + (targetBytes() >> 20) + " MiB at most, and no fewer than slots";
  }
}
