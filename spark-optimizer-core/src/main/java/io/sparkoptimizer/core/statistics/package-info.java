/** Distributions and linear systems that several models share. */
@NullMarked
package io.sparkoptimizer.core.statistics;

import org.jspecify.annotations.NullMarked;
