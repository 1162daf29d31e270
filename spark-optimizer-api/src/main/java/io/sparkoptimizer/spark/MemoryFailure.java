package io.sparkoptimizer.spark;

import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A task or an executor that died, or may have died, for memory.
 *
 * @param cause which memory; decides the remedy
 * @param certainty how sure the cause is
 * @param executorId the executor; null where the record names none
 * @param stageId the stage whose task died; empty where an executor died
 * @param timeMs when, in milliseconds since the epoch
 * @param evidence the words of the log that say so, cut to a line, secrets redacted
 */
public record MemoryFailure(
    Cause cause,
    Certainty certainty,
    @Nullable String executorId,
    OptionalInt stageId,
    OptionalLong timeMs,
    String evidence) {

  /** Which memory. Only a known cause may change a memory setting. */
  public enum Cause {
    /** The JVM's heap: {@code spark.executor.memory}. */
    HEAP,
    /** The container's limit: {@code spark.executor.memoryOverhead} first. */
    CONTAINER,
    /** A Python worker: {@code spark.executor.pyspark.memory}. */
    PYTHON,
    /** Taken away by the cluster: not a matter of memory. */
    PREEMPTED,
    UNKNOWN;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How sure a {@link Cause} is. */
  public enum Certainty {
    CERTAIN,
    PROBABLE,
    UNKNOWN;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
