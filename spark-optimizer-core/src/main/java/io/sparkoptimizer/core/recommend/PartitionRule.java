package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * {@code spark.sql.shuffle.partitions} from the bytes of the largest shuffle: partitions of {@value
 * #TARGET_MB} MiB, half of that where its tasks spilled, and never fewer than slots. With adaptive
 * execution the setting is the initial count and a ceiling for what is coalesced, so it is raised but
 * not lowered: a lower one could only take parallelism away.
 *
 * @param shuffleBytes bytes read by the largest shuffle stage
 * @param spilled whether its tasks spilled to disk
 * @param adaptive whether adaptive execution coalesces partitions
 */
record PartitionRule(long shuffleBytes, boolean spilled, boolean adaptive) {
  static final String PROPERTY = "spark.sql.shuffle.partitions";

  /** Twice Spark's advisory size: tasks of some seconds, with room for skew. */
  private static final int TARGET_MB = 128;

  /** Partitions smaller than this are mostly overhead. */
  private static final long TINY_BYTES = 8L << 20;

  private static final int MOST = 100_000;

  static PartitionRule of(ApplicationRun run, Map<String, String> conf, double inputRatio) {
    long most = 0;
    boolean spilled = false;
    for (StageAttempt stage : run.stages()) {
      long read = stage.metrics().orZero(TaskMetric.SHUFFLE_READ_BYTES);
      if (read > most) {
        most = read;
        spilled = stage.metrics().orZero(TaskMetric.DISK_BYTES_SPILLED) > 0;
      }
    }
    // On by default since Spark 3.2.
    boolean byDefault = run.aqeUpdates() > 0
        || (run.sparkVersion() != null && run.sparkVersion().compareTo("3.2") >= 0);
    boolean adaptive = SparkSettings.flag(conf, "spark.sql.adaptive.enabled").orElse(byDefault);
    return new PartitionRule((long) (most * inputRatio), spilled, adaptive);
  }

  /** What the setting should be for so many slots; as it is where the rule has nothing to add. */
  OptionalInt partitions(OptionalInt current, int slots) {
    if (current.isEmpty() || shuffleBytes == 0) {
      return current;
    }
    int now = current.getAsInt();
    long size = (long) (spilled ? TARGET_MB / 2 : TARGET_MB) << 20;
    long bySize = Math.min(MOST, (shuffleBytes + size - 1) / size);
    int wanted = (int) Math.max(bySize, slots);
    if (wanted > now) {
      return OptionalInt.of(wanted);
    }
    boolean tiny = shuffleBytes / now < TINY_BYTES && now > 2 * wanted;
    return adaptive || !tiny ? current : OptionalInt.of(wanted);
  }

  Evidence evidence(OptionalInt current, OptionalInt proposed, List<String> runs) {
    boolean same = current.equals(proposed);
    return new Evidence(
        PROPERTY,
        current.isPresent() ? Integer.toString(current.getAsInt()) : null,
        proposed.isPresent() ? Integer.toString(proposed.getAsInt()) : null,
        "largest_shuffle_read_bytes",
        shuffleBytes == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) shuffleBytes),
        OptionalDouble.of((double) (spilled ? TARGET_MB / 2 : TARGET_MB) * (1 << 20)),
        runs,
        same
            ? adaptive
                ? "kept: with adaptive execution it is the initial count, and coalescing does the rest"
                : "kept: partitions are of a good size and no fewer than slots"
            : "partitions of " + (spilled ? TARGET_MB / 2 : TARGET_MB)
                + " MiB at most, and no fewer than slots");
  }
}
