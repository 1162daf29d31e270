/**
 * Recommenders: {@link io.sparkoptimizer.core.recommend.RulesRecommender} sizes a job from its own
 * runs, and from its input's size alone where it has none; {@link
 * io.sparkoptimizer.core.recommend.SimilarityRecommender} from runs of jobs that do like work; {@link
 * io.sparkoptimizer.core.recommend.RunTimesRecommender} picks shapes for jobs that only tables tell of. All
 * leave the choice among sizes to {@code Search}. docs/algorithms.md has the rules, their sources and
 * their limits.
 */
@NullMarked
package io.sparkoptimizer.core.recommend;

import org.jspecify.annotations.NullMarked;
