package io.sparkoptimizer.spi;

import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.OptimizerSettings;
import io.sparkoptimizer.spark.ApplicationRun;
import java.util.List;

/**
 * The question to a recommender.
 *
 * @param profile the run that is asked about
 * @param runs the job's own runs, newest first, at most {@link OptimizerSettings#maxRuns}; rows of tables
 *     only where there is no log, and then up to 1,000; empty for a job without history
 * @param history all recorded runs, of every job
 * @param settings weights, thresholds, prices
 */
public record RecommendationRequest(
    JobProfile profile, List<ApplicationRun> runs, RunHistory history, OptimizerSettings settings) {
  public RecommendationRequest {
    runs = List.copyOf(runs);
  }
}
