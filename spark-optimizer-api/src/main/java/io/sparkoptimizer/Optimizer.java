package io.sparkoptimizer;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * Reads what Spark applications really did and says what the next run should be given.
 *
 * <pre>{@code
 * try (Optimizer optimizer = Optimizer.create()) {
 *   optimizer.collect(CollectionRequest.eventLogs(Path.of("/var/log/spark")), Progress.NONE);
 *   Recommendation next = optimizer.recommend(JobProfile.builder("nightly-sales").build());
 * }
 * }</pre>
 *
 * <p>Thread-safe. Close it to release its repository.
 */
public interface Optimizer extends AutoCloseable {

  /**
   * An optimizer of what is on the class path, with default settings: runs are kept in SQLite under
   * {@code ~/.spark-optimizer} where the jdbc module is there, in memory otherwise.
   */
  static Optimizer create() {
    return builder().build();
  }

  static OptimizerBuilder builder() {
    return new OptimizerBuilder();
  }

  /**
   * Says what the next run of a job should be given. The answer is stored.
   *
   * @throws OptimizerException if no recommender has the name that the profile asks for
   */
  Recommendation recommend(JobProfile profile);

  /**
   * Reads every log under a path, without a database: a log, a folder of logs, or a zip. Each run is
   * handed over as it is read, on the calling thread, so that any number of logs fits in memory.
   *
   * @return what was passed over, and why
   */
  List<SkippedInput> read(Path path, Consumer<? super ApplicationRun> each);

  /**
   * Collects runs into the repository. What was collected before and has not changed is not read
   * again; what was interrupted is taken up where it stopped.
   */
  CollectionReport collect(CollectionRequest request, CollectionRequest.Progress progress);

  /** Says what a run did with what it was given. */
  Analysis analyze(ApplicationRun run);

  /** Says what a run would take with other resources or other input. */
  WhatIf whatIf(ApplicationRun run, WhatIf.Query query);

  /** Recorded runs, newest first. */
  List<RunSummary> runs(RunQuery query);

  /** How many recorded runs match, whatever the query's limit. */
  long count(RunQuery query);

  /** The newest recorded run with this application id. */
  Optional<ApplicationRun> run(String appId);

  /**
   * Says how far off predictions of run time are on this history: its runs are predicted from one
   * another, none from itself. Takes seconds to minutes; nothing is stored.
   */
  Backtest backtest(Backtest.Query query, Backtest.Progress progress);

  /**
   * Trains a model over the runs of all jobs and keeps it as the next version of its name. Takes seconds
   * to minutes.
   *
   * @throws SettingsException if there is no such feature, or the name is of a model of another target
   * @throws OptimizerException if nothing on the class path trains models of this type (add
   *     spark-optimizer-ml), or there are too few runs
   */
  ModelInfo train(TrainRequest request);

  /** Trained models: by name, the newest version of each first. */
  List<ModelInfo> models();

  /**
   * The recorded history as workloads: each program with each of its inputs, and what it cost on the shapes
   * that it was run on. Of runs that came out of tables, which tell shape and cost of each.
   */
  @Experimental
  List<Workload> workloads();

  /** Says which shape a job that is new should try next, or that it has tried enough. Nothing is stored. */
  @Experimental
  ShapeSearch nextShape(ShapeSearch.Query query);

  /** Says how soon {@link #nextShape} finds a cheap shape on recorded workloads. Nothing is stored. */
  @Experimental
  SearchEvaluation evaluateSearch(SearchEvaluation.Query query, SearchEvaluation.Progress progress);

  /** What the history holds in all. */
  HistoryStats stats();

  /** What a run cost; empty where its executors' lifetimes are not known. */
  OptionalDouble cost(RunSummary run);

  @Override
  void close();

  /** Makes optimizers. Found by {@link java.util.ServiceLoader}; spark-optimizer-core has one. */
  interface Provider {
    Optimizer create(OptimizerBuilder parts);
  }
}
