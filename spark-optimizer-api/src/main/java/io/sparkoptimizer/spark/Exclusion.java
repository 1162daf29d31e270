package io.sparkoptimizer.spark;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An executor or a node that got no more tasks because too many had failed there: excluded, until Spark
 * 3.0 blacklisted.
 *
 * @param executorId the executor; null where it was a node
 * @param host the node; null where it was an executor
 * @param stageId the stage that it was excluded for; empty where for the whole application
 * @param failures failed tasks of the executor, or excluded executors of the node
 * @param timeMs in milliseconds since the epoch
 * @param endTimeMs when it was taken back; empty where it was not
 */
public record Exclusion(
    @Nullable String executorId,
    @Nullable String host,
    OptionalInt stageId,
    OptionalLong failures,
    OptionalLong timeMs,
    OptionalLong endTimeMs) {}
