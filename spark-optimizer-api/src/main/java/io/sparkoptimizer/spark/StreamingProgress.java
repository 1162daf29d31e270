package io.sparkoptimizer.spark;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How Structured Streaming kept up, over all queries of a run.
 *
 * @param queries queries that were started
 * @param batches progress reports
 * @param batchDurationP50Ms median time of a batch
 * @param batchDurationP95Ms 95th percentile of it
 * @param inputRowsPerSecond mean over the reports that carry it
 * @param processedRowsPerSecond mean over the reports that carry it
 */
public record StreamingProgress(
    long queries,
    long batches,
    OptionalLong batchDurationP50Ms,
    OptionalLong batchDurationP95Ms,
    OptionalDouble inputRowsPerSecond,
    OptionalDouble processedRowsPerSecond) {}
