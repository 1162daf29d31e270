package io.sparkoptimizer.core;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.RunHistory;
import java.util.Comparator;
import java.util.List;

/** Runs in a list. */
public record FakeHistory(List<ApplicationRun> all) implements RunHistory {
  @Override
  public List<RunSummary> summaries(RunQuery query) {
    return runs(query).stream().map(RunSummary::of).toList();
  }

  @Override
  public List<ApplicationRun> runs(RunQuery query) {
    return all.stream()
        .filter(run -> query.matches(RunSummary.of(run)))
        .sorted(Comparator.comparing(RunSummary::of, RunSummary.NEWEST_FIRST))
        .limit(query.limit().orElse(Integer.MAX_VALUE))
        .toList();
  }

  @Override
  public long count(RunQuery query) {
    return all.stream().filter(run -> query.matches(RunSummary.of(run))).count();
  }
}
