/**
 * What a plug-in implements: {@link io.sparkoptimizer.spi.Collector}, {@link
 * io.sparkoptimizer.spi.Recommender}, {@link io.sparkoptimizer.spi.Repository}, {@link
 * io.sparkoptimizer.spi.Predictor}, {@link io.sparkoptimizer.spi.Trainer}. Each has a nested
 * {@code Provider}, found by {@link java.util.ServiceLoader}: stateless, named and cheap to make; it
 * makes the configured instance.
 */
@Experimental
@NullMarked
package io.sparkoptimizer.spi;

import io.sparkoptimizer.Experimental;
import org.jspecify.annotations.NullMarked;
