/**
 * Reads Spark's event logs.
 *
 * <p>The way of a log: {@code EventLogFinder} says what is a log under a path and which parts it has;
 * {@code Codec} opens a part, whatever compresses it; {@code LineReader} cuts lines out of its bytes;
 * {@code EventReader} takes from each line what is needed; {@code RunAssembler} gathers it, stage by
 * stage, into an {@link io.sparkoptimizer.spark.ApplicationRun}. Memory grows with stages and
 * executors, not with tasks. docs/event-log.md tells what the format is and where it misleads.
 */
@NullMarked
package io.sparkoptimizer.core.eventlog;

import org.jspecify.annotations.NullMarked;
