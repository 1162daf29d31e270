package io.sparkoptimizer.cli;

import io.sparkoptimizer.Analysis;
import io.sparkoptimizer.Backtest;
import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.HistoryStats;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.ModelInfo;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.SearchEvaluation;
import io.sparkoptimizer.ShapeSearch;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.TrainRequest;
import io.sparkoptimizer.WhatIf;
import io.sparkoptimizer.Workload;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunSummary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** An optimizer that answers what a test told it to, and remembers what it was asked. */
final class FakeOptimizer implements Optimizer {
  final List<ApplicationRun> runs = new ArrayList<>();
  final List<SkippedInput> skipped = new ArrayList<>();
  final List<Path> read = new ArrayList<>();
  CollectionReport report = Fixtures.report(0, 0, 0, 0, List.of());
  Recommendation recommendation = Fixtures.change();
  RuntimeException failure;
  Error error;
  JobProfile profile;
  CollectionRequest request;
  final List<CollectionRequest> requests = new ArrayList<>();
  WhatIf.Query query;
  WhatIf whatIf;
  Backtest backtest = Fixtures.backtest();
  Backtest.Query backtestQuery;
  ApplicationRun asked;
  List<Workload> workloads = List.of();
  SearchEvaluation.Query searchQuery;
  SearchEvaluation searchEvaluation = Fixtures.searchEvaluation();
  boolean closed;

  TrainRequest trainRequest;
  final List<ModelInfo> models = new ArrayList<>();

  @Override
  public ModelInfo train(TrainRequest wanted) {
    maybeFail();
    trainRequest = wanted;
    return models.get(0);
  }

  @Override
  public List<ModelInfo> models() {
    maybeFail();
    return models;
  }

  private void maybeFail() {
    if (failure != null) {
      throw failure;
    }
    if (error != null) {
      throw error;
    }
  }

  @Override
  public Recommendation recommend(JobProfile wanted) {
    maybeFail();
    profile = wanted;
    return recommendation;
  }

  @Override
  public List<SkippedInput> read(Path path, Consumer<? super ApplicationRun> each) {
    read.add(path);
    runs.forEach(each);
    maybeFail();
    return skipped;
  }

  @Override
  public CollectionReport collect(CollectionRequest wanted, CollectionRequest.Progress progress) {
    maybeFail();
    request = wanted;
    requests.add(wanted);
    progress.update(1, 2);
    progress.read(1_000_000);
    progress.update(2, 2);
    return report;
  }

  @Override
  public Analysis analyze(ApplicationRun run) {
    maybeFail();
    asked = run;
    return Fixtures.analysis(run);
  }

  @Override
  public WhatIf whatIf(ApplicationRun run, WhatIf.Query wanted) {
    maybeFail();
    asked = run;
    query = wanted;
    return whatIf == null ? Fixtures.whatIf(run) : whatIf;
  }

  @Override
  public Backtest backtest(Backtest.Query wanted, Backtest.Progress progress) {
    maybeFail();
    backtestQuery = wanted;
    progress.update(1, 2);
    progress.update(2, 2);
    return backtest;
  }

  @Override
  public List<Workload> workloads() {
    maybeFail();
    return workloads;
  }

  @Override
  public ShapeSearch nextShape(ShapeSearch.Query wanted) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SearchEvaluation evaluateSearch(
      SearchEvaluation.Query wanted, SearchEvaluation.Progress progress) {
    maybeFail();
    searchQuery = wanted;
    progress.update(1, 1);
    return searchEvaluation;
  }

  @Override
  public List<RunSummary> runs(RunQuery wanted) {
    maybeFail();
    return summaries(wanted).stream()
        .limit(wanted.limit().orElse(Integer.MAX_VALUE))
        .toList();
  }

  private List<RunSummary> summaries(RunQuery wanted) {
    return runs.stream()
        .map(RunSummary::of)
        .filter(wanted::matches)
        .sorted(RunSummary.NEWEST_FIRST)
        .toList();
  }

  @Override
  public long count(RunQuery wanted) {
    return summaries(wanted).size();
  }

  @Override
  public Optional<ApplicationRun> run(String appId) {
    maybeFail();
    return runs.stream().filter(run -> run.id().appId().equals(appId)).findFirst();
  }

  @Override
  public HistoryStats stats() {
    maybeFail();
    return Fixtures.stats();
  }

  @Override
  public OptionalDouble cost(RunSummary run) {
    return run.executorCoreMs().isPresent() ? OptionalDouble.of(1.25) : OptionalDouble.empty();
  }

  @Override
  public void close() {
    closed = true;
  }
}
