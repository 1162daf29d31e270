package io.sparkoptimizer.core.similarity;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.RunHistory;
import java.util.List;

/**
 * A history and the index of its jobs, so that who is asked about it need not read all of it.
 *
 * @param history what all questions go to
 * @param jobs of the same history
 */
public record IndexedHistory(RunHistory history, SimilarJobs jobs) implements RunHistory {
  public IndexedHistory(RunHistory history) {
    this(history, new SimilarJobs(history));
  }

  /** The index that comes with a history, or one that is made of it now. */
  public static SimilarJobs jobsOf(RunHistory history) {
    return history instanceof IndexedHistory indexed ? indexed.jobs() : new SimilarJobs(history);
  }

  @Override
  public List<RunSummary> summaries(RunQuery query) {
    return history.summaries(query);
  }

  @Override
  public List<ApplicationRun> runs(RunQuery query) {
    return history.runs(query);
  }

  @Override
  public long count(RunQuery query) {
    return history.count(query);
  }
}
