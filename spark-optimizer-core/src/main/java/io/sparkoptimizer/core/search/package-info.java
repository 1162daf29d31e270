/**
 * Which cluster shape to try next for a job that is new: {@link
 * io.sparkoptimizer.core.search.ShapeSearcher} asks what other programs cost on the shapes, and what the
 * job's own trials say; {@link io.sparkoptimizer.core.search.SearchEvaluator} tells how soon that finds a
 * cheap one. docs/algorithms.md has the model.
 */
@NullMarked
package io.sparkoptimizer.core.search;

import org.jspecify.annotations.NullMarked;
