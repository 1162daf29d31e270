package io.sparkoptimizer.spi;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunSummary;
import java.util.List;

/** Recorded runs, to be read. Thread-safe. */
public interface RunHistory {
  /** Matching runs in one row each, newest first. */
  List<RunSummary> summaries(RunQuery query);

  /** Matching runs in full, newest first. Ask with a limit: a run may hold thousands of stages. */
  List<ApplicationRun> runs(RunQuery query);

  /** How many runs match, whatever the query's limit. */
  long count(RunQuery query);
}
