/**
 * Which jobs do like work: {@link io.sparkoptimizer.core.similarity.Work} describes a run by weighted
 * features and explains a pair, {@link io.sparkoptimizer.core.similarity.SimilarityIndex} finds the nearest
 * of many exactly, {@link io.sparkoptimizer.core.similarity.SimilarJobs} keeps an index of a history's jobs.
 * docs/algorithms.md has the formula and its sources.
 */
@NullMarked
package io.sparkoptimizer.core.similarity;

import org.jspecify.annotations.NullMarked;
