package io.sparkoptimizer.spark;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One SQL execution and the shape of its plan, the last one that adaptive execution chose.
 *
 * @param executionId unique in a run
 * @param description Spark's, cut to 200 characters, secrets redacted
 * @param startTimeMs in milliseconds since the epoch
 * @param durationMs empty where the log has no end
 * @param jobIds the jobs that it ran, ascending
 * @param operators plan nodes by name
 * @param scans the external reads
 * @param joins join nodes by name
 * @param exchanges shuffles and broadcasts of the plan, reused ones not counted
 * @param adaptive what adaptive execution made of the plan; null where it was off
 */
public record SqlExecution(
    long executionId,
    String description,
    OptionalLong startTimeMs,
    OptionalLong durationMs,
    List<Integer> jobIds,
    Map<String, Long> operators,
    List<Scan> scans,
    Map<String, Long> joins,
    List<Exchange> exchanges,
    @Nullable AdaptiveChanges adaptive) {
  public SqlExecution {
    jobIds = List.copyOf(jobIds);
    operators = Collections.unmodifiableMap(new TreeMap<>(operators));
    scans = List.copyOf(scans);
    joins = Collections.unmodifiableMap(new TreeMap<>(joins));
    exchanges = List.copyOf(exchanges);
  }

  /**
   * A read of an external table or of files.
   *
   * @param format {@code parquet}, {@code orc}, ...; null where the plan does not say
   * @param files files read, after pruning
   * @param bytes their size
   */
  public record Scan(@Nullable String format, OptionalLong files, OptionalLong bytes) {}

  /**
   * Rows that move between executors, or from all of them to all.
   *
   * @param broadcast whether every executor gets all of them
   * @param partitioning how rows are dealt out, in Spark's words; null for a broadcast, and where the plan
   *     does not say
   * @param origin who wanted it, in Spark's words: {@code ENSURE_REQUIREMENTS}, {@code
   *     REPARTITION_BY_NUM}, ...; null before Spark 3.1
   * @param partitions partitions before adaptive execution coalesces them; empty before Spark 3.2
   * @param bytes its rows before compression, in memory; empty where it did not run
   */
  public record Exchange(
      boolean broadcast,
      @Nullable String partitioning,
      @Nullable String origin,
      OptionalLong partitions,
      OptionalLong bytes) {}

  /**
   * What adaptive execution changed, in the last plan it logged.
   *
   * @param replans how often it logged a new plan
   * @param coalescedReads shuffles of which it joined partitions
   * @param skewedReads shuffles of which it split partitions
   * @param localReads shuffles that it read where they were written, for a join that became a broadcast
   * @param initialJoins join nodes by name before it began
   */
  public record AdaptiveChanges(
      long replans,
      long coalescedReads,
      long skewedReads,
      long localReads,
      Map<String, Long> initialJoins) {
    public AdaptiveChanges {
      initialJoins = Collections.unmodifiableMap(new TreeMap<>(initialJoins));
    }
  }
}
