/**
 * The model of a run: what one attempt of a Spark application really did, as far as its records
 * tell. {@link io.sparkoptimizer.spark.ApplicationRun} is the root.
 *
 * <p>Words are Spark's own; memory is bounded by stages, not by tasks: a stage keeps sums ({@link
 * io.sparkoptimizer.spark.Measures}) and {@link io.sparkoptimizer.spark.Distribution}s of its
 * tasks, never the tasks.
 */
@Experimental
@NullMarked
package io.sparkoptimizer.spark;

import io.sparkoptimizer.Experimental;
import org.jspecify.annotations.NullMarked;
