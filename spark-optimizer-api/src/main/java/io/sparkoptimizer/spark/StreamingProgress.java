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
 * @param batchIntervalP50Ms median time from the start of a batch to that of the query's next one: the
 *     trigger's interval, which is not logged, as long as batches keep up with it
 * @param busyShare share of these intervals in which a batch ran; near 1 it falls behind its trigger, or
 *     has none
 * @param backlogRows rows that sources were behind at their last reports, where offsets count rows
 *     (Kafka)
 * @param backlogRowsPeak the most of one report
 * @param backlogBytes bytes that sources were behind at their last reports (Auto Loader, Kafka on
 *     Databricks)
 * @param stateRows rows in state stores at the last reports
 * @param stateBytes their memory
 */
public record StreamingProgress(
    long queries,
    long batches,
    OptionalLong batchDurationP50Ms,
    OptionalLong batchDurationP95Ms,
    OptionalDouble inputRowsPerSecond,
    OptionalDouble processedRowsPerSecond,
    OptionalLong batchIntervalP50Ms,
    OptionalDouble busyShare,
    OptionalLong backlogRows,
    OptionalLong backlogRowsPeak,
    OptionalLong backlogBytes,
    OptionalLong stateRows,
    OptionalLong stateBytes) {}
