package io.sparkoptimizer.spark;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * An RDD, or a table's, that the application persisted. Sizes are known where the log counts blocks
 * ({@code spark.eventLog.logBlockUpdates.enabled}, and Spark 1.x).
 *
 * @param rddId unique in a run
 * @param name Spark's, secrets redacted
 * @param storageLevel as Spark writes it: {@code MEMORY_AND_DISK}, {@code MEMORY_ONLY_SER_2}, ...
 * @param partitions its partitions
 * @param cachedPartitions partitions that were stored; empty where the log does not count them
 * @param memoryBytes in memory, every partition as it was first stored; empty where not logged
 * @param diskBytes on disk, likewise
 */
public record CachedRdd(
    int rddId,
    String name,
    String storageLevel,
    int partitions,
    OptionalInt cachedPartitions,
    OptionalLong memoryBytes,
    OptionalLong diskBytes) {}
