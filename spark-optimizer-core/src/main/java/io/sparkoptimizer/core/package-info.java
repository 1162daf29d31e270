/**
 * The optimizer itself: finds its parts on the class path and drives collection, history,
 * prediction and recommendation. {@link io.sparkoptimizer.Optimizer#create} leads here.
 */
@NullMarked
package io.sparkoptimizer.core;

import org.jspecify.annotations.NullMarked;
