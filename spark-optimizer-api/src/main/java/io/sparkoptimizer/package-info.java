/**
 * The optimizer and what is said to it and by it: {@link io.sparkoptimizer.Optimizer} is the way in,
 * {@link io.sparkoptimizer.JobProfile} the question, {@link io.sparkoptimizer.Recommendation} the
 * answer.
 *
 * <p>Values are immutable. An absent figure is an empty {@code Optional*} (or a {@code @Nullable}
 * text), never zero. Sizes are bytes, or MiB where a name ends in {@code Mb}, as Spark's memory
 * settings are; times are milliseconds since the epoch or durations in milliseconds where a name
 * ends in {@code Ms}.
 *
 * <p>The whole api is experimental until it is frozen for 1.0: names may still change.
 */
@Experimental
@NullMarked
package io.sparkoptimizer;

import org.jspecify.annotations.NullMarked;
