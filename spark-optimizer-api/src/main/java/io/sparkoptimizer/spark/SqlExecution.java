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
 */
public record SqlExecution(
    long executionId,
    String description,
    OptionalLong startTimeMs,
    OptionalLong durationMs,
    List<Integer> jobIds,
    Map<String, Long> operators,
    List<Scan> scans,
    Map<String, Long> joins) {
  public SqlExecution {
    jobIds = List.copyOf(jobIds);
    operators = Collections.unmodifiableMap(new TreeMap<>(operators));
    scans = List.copyOf(scans);
    joins = Collections.unmodifiableMap(new TreeMap<>(joins));
  }

  /**
   * A read of an external table or of files.
   *
   * @param format {@code parquet}, {@code orc}, ...; null where the plan does not say
   * @param files files read, after pruning
   * @param bytes their size
   */
  public record Scan(@Nullable String format, OptionalLong files, OptionalLong bytes) {}
}
