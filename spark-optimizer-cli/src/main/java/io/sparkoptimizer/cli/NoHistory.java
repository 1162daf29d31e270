package io.sparkoptimizer.cli;

import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.Repository;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The history of a command that needs none: always empty, keeps nothing. */
final class NoHistory implements Repository {
  @Override
  public SaveResult save(List<CollectedRun> batch) {
    throw new OptimizerException("this command reads without a database and saves nothing");
  }

  @Override
  public void remember(String sourceName, List<KnownInput> inputs) {
    // nothing is collected
  }

  @Override
  public List<KnownInput> known(String sourceName, Collection<String> locations) {
    return List.of();
  }

  @Override
  public void save(Recommendation recommendation, long givenMs) {
    // an answer without a history is not kept
  }

  @Override
  public Optional<Recommendation> recommendation(String id) {
    return Optional.empty();
  }

  @Override
  public List<RunSummary> summaries(RunQuery query) {
    return List.of();
  }

  @Override
  public List<ApplicationRun> runs(RunQuery query) {
    return List.of();
  }

  @Override
  public long count(RunQuery query) {
    return 0;
  }

  @Override
  public void close() {}
}
