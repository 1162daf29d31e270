package io.sparkoptimizer;

import java.util.OptionalDouble;

/**
 * A model's back-test: each job in turn is predicted by a model that was trained without it, in some few
 * groups of jobs.
 *
 * @param runs that the model was trained on
 * @param jobs that they are of
 * @param mape mean of |predicted - actual| / actual over these runs, percent; empty below two jobs
 * @param medianApe the median of the same
 * @param coverage share of actual values inside the model's own interval, in [0, 1]
 * @param nominalCoverage the share that it aims at
 */
@Experimental
public record ModelMetrics(
    int runs,
    int jobs,
    OptionalDouble mape,
    OptionalDouble medianApe,
    OptionalDouble coverage,
    double nominalCoverage) {}
