package io.sparkoptimizer.core;

import io.sparkoptimizer.Analysis;
import io.sparkoptimizer.Backtest;
import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.HistoryStats;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.ModelInfo;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.OptimizerBuilder;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.OptimizerSettings;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.SearchEvaluation;
import io.sparkoptimizer.SettingsException;
import io.sparkoptimizer.ShapeSearch;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.TrainRequest;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.WhatIf;
import io.sparkoptimizer.Workload;
import io.sparkoptimizer.core.analysis.Analyzer;
import io.sparkoptimizer.core.backtest.Backtester;
import io.sparkoptimizer.core.eventlog.EventLogs;
import io.sparkoptimizer.core.schedule.OtherJobs;
import io.sparkoptimizer.core.search.SearchEvaluator;
import io.sparkoptimizer.core.search.ShapeSearcher;
import io.sparkoptimizer.core.search.Workloads;
import io.sparkoptimizer.core.similarity.IndexedHistory;
import io.sparkoptimizer.core.whatif.WhatIfModel;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.Collector;
import io.sparkoptimizer.spi.Predictor;
import io.sparkoptimizer.spi.RecommendationRequest;
import io.sparkoptimizer.spi.Recommender;
import io.sparkoptimizer.spi.Repository;
import io.sparkoptimizer.spi.Trainer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The optimizer of what is on the class path. Holds no state but its parts and its repository, so
 * any number of threads may ask.
 */
final class DefaultOptimizer implements Optimizer {
  private static final Logger LOG = LoggerFactory.getLogger(DefaultOptimizer.class);

  /** Setting that names the repository to use; the first by its order where it is not given. */
  private static final String REPOSITORY = "repository";

  /** Rows of tables of one job that are learnt from at most. */
  private static final int MOST_ROWS = 1_000;

  private static final String IN_MEMORY = "in-memory";

  /** The newest recommendations that {@link #stats} follows up, so that its cost stays bounded. */
  private static final int FOLLOWED_UP = 1_000;

  private final Repository repository;

  /** The repository with an index of its jobs, which {@link #collect} tells what it saves. */
  private final IndexedHistory history;

  private final Map<String, Collector.Provider> collectors;
  private final Map<String, Recommender> recommenders;
  private final List<Predictor> predictors;
  private final Map<String, Boolean> trained = new ConcurrentHashMap<>();
  private final OptimizerSettings settings;
  private final Map<String, String> settingsAsGiven;
  private final Clock clock;

  private DefaultOptimizer(
      Repository repository,
      Map<String, Collector.Provider> collectors,
      Map<String, Recommender> recommenders,
      List<Predictor> predictors,
      OptimizerSettings settings,
      Map<String, String> settingsAsGiven,
      Clock clock) {
    this.repository = repository;
    this.history = new IndexedHistory(repository);
    this.collectors = collectors;
    this.recommenders = recommenders;
    this.predictors = predictors;
    this.settings = settings;
    this.settingsAsGiven = settingsAsGiven;
    this.clock = clock;
  }

  static DefaultOptimizer create(OptimizerBuilder parts) {
    OptimizerSettings settings = OptimizerSettings.of(parts.settings());
    Map<String, Collector.Provider> collectors = Plugins.byName(
        "collectors",
        parts.collectors(),
        Plugins.find(Collector.Provider.class),
        Collector.Provider::name);
    Map<String, Recommender.Provider> found = Plugins.byName(
        "recommenders",
        List.of(),
        Plugins.find(Recommender.Provider.class),
        Recommender.Provider::name);
    Map<String, Recommender> recommenders = Plugins.byName(
        "recommenders", parts.recommenders(), make(found.values(), parts), Recommender::name);
    settings
        .defaultMethod()
        .ifPresent(method -> requireKnown("recommendations.method", method, recommenders));
    Repository repository = parts.repository().orElseGet(() -> open(parts.settings()));
    return new DefaultOptimizer(
        repository,
        collectors,
        recommenders,
        predictors(parts.settings()),
        settings,
        Map.copyOf(parts.settings()),
        parts.clock());
  }

  private static List<Recommender> make(
      Collection<Recommender.Provider> providers, OptimizerBuilder parts) {
    return Plugins.made(
        "recommender",
        providers,
        provider -> provider.create(parts.settings()),
        Recommender.Provider::name);
  }

  private static List<Predictor> predictors(Map<String, String> settings) {
    Collection<Predictor.Provider> found = Plugins.byName(
            "predictors",
            List.of(),
            Plugins.find(Predictor.Provider.class),
            Predictor.Provider::name)
        .values();
    return Plugins.made(
        "predictor", found, provider -> provider.create(settings), Predictor.Provider::name);
  }

  private static Repository open(Map<String, String> settings) {
    Map<String, Repository.Provider> found = Plugins.byName(
        "repositories",
        List.of(),
        Plugins.find(Repository.Provider.class),
        Repository.Provider::name);
    String wanted = settings.get(REPOSITORY);
    Repository.Provider provider = wanted != null
        ? requireKnown(REPOSITORY, wanted, found)
        : found.values().stream()
            .min(Comparator.comparingInt(Repository.Provider::order)
                .thenComparing(Repository.Provider::name))
            .orElseThrow(() -> new OptimizerException(
                "no repository found; add spark-optimizer-jdbc to the class path, or give one to the"
                    + " builder"));
    if (wanted == null && provider.name().equals(IN_MEMORY)) {
      LOG.warn("runs are kept in memory and are gone when this process ends; add"
          + " spark-optimizer-jdbc to the class path to keep them");
    }
    return provider.create(settings);
  }

  private static <P> P requireKnown(String key, String name, Map<String, P> known) {
    P one = known.get(name);
    if (one == null) {
      throw new SettingsException(List.of(
          key + " is \"" + name + "\"; found " + (known.isEmpty() ? "none" : known.keySet())));
    }
    return one;
  }

  @Override
  public Recommendation recommend(JobProfile profile) {
    Optional<String> named = profile.method().or(settings::defaultMethod);
    Parameters parameters = new Parameters(profile.parameters());
    Parameters.Match match = parameters.among(
        runsOf(profile, parameters.lookedAt(settings.maxRuns())), settings.maxRuns(), profile);
    RecommendationRequest request =
        new RecommendationRequest(profile, match.runs(), history, settings);
    Recommendation answer = parameters.note(
        named.isPresent()
            ? ask(requireKnown("method", named.get(), recommenders), request)
            : askInTurn(request),
        match.remark());
    try {
      repository.save(answer, clock.millis());
    } catch (RuntimeException unsaved) {
      // A read-only database is no reason to lose an answer that is there.
      LOG.warn("the recommendation {} could not be kept: {}", answer.id(), unsaved.toString());
      LOG.debug("why", unsaved);
    }
    return answer;
  }

  /** The first that does not abstain; where all do, the last one's reasons. */
  private Recommendation askInTurn(RecommendationRequest request) {
    List<Recommender> turns = new ArrayList<>(recommenders.values());
    turns.sort(Comparator.comparingInt(Recommender::order).thenComparing(Recommender::name));
    Recommendation abstained = null;
    Throwable failed = null;
    for (Recommender recommender : turns) {
      try {
        Recommendation answer = ask(recommender, request);
        if (answer.verdict() != Verdict.ABSTAIN) {
          return answer;
        }
        abstained = answer;
      } catch (RuntimeException | LinkageError unusable) {
        LOG.warn(
            "the recommender {} of {} cannot answer; asking the next: {}",
            recommender.name(),
            Plugins.describe(recommender),
            unusable instanceof OptimizerException ? unusable.getMessage() : unusable.toString());
        LOG.debug("why", unusable);
        failed = unusable;
      }
    }
    if (abstained != null) {
      return abstained;
    }
    if (failed instanceof OptimizerException explained) {
      throw explained;
    }
    throw failed == null
        ? new OptimizerException("no recommender found")
        : new OptimizerException("no recommender could answer; the last failed: " + failed, failed);
  }

  private Recommendation ask(Recommender recommender, RecommendationRequest request) {
    if (recommender instanceof Recommender.Trainable learner) {
      // A second thread waits until it is trained; one that failed is trained again when next
      // asked.
      trained.computeIfAbsent(learner.name(), name -> {
        learner.train(repository);
        return true;
      });
    }
    return recommender.recommend(request);
  }

  private List<ApplicationRun> runsOf(JobProfile profile, int most) {
    if (profile.like().isPresent()) {
      String appId = profile.like().get();
      ApplicationRun like = run(appId)
          .orElseThrow(() -> new OptimizerException("no run with the application id " + appId
              + " is recorded; collect its log first, or name a job"));
      List<ApplicationRun> runs = new ArrayList<>(runsOf(like.jobSignature(), most));
      if (like.status() != RunStatus.RUNNING
          && runs.stream().noneMatch(run -> run.id().equals(like.id()))) {
        // Older than the runs that count: its input is asked for all the same.
        runs.add(like);
      }
      return runs;
    }
    if (profile.job().isEmpty()) {
      return List.of();
    }
    String named = profile.job().get();
    Optional<String> signature = NamedJob.signature(named, repository);
    if (signature.isEmpty() && repository.count(RunQuery.ALL) > 0) {
      LOG.warn("no recorded run is of a job \"{}\": it is answered as a new one", named);
    }
    return signature.map(job -> runsOf(job, most)).orElse(List.of());
  }

  /**
   * Runs of one job that have ended, newest first. A name that equals the signature is another job's. Rows of
   * tables count where there is no log, and then as many as a model can learn from.
   */
  private List<ApplicationRun> runsOf(String signature, int mostLogs) {
    RunQuery query = RunQuery.ofJob(signature);
    List<RunSummary> all = repository.summaries(query);
    boolean rows = all.stream()
        .filter(run -> isOf(signature, run.jobSignature(), run.status()))
        .allMatch(RunSummary::fromTable);
    int most = rows ? Math.max(MOST_ROWS, mostLogs) : mostLogs;
    int wanted = 0;
    int upTo = 0;
    int seen = 0;
    for (RunSummary run : all) {
      seen++;
      if (wanted < most
          && isOf(signature, run.jobSignature(), run.status())
          && run.fromTable() == rows) {
        wanted++;
        upTo = seen;
      }
    }
    return upTo == 0
        ? List.of()
        : repository.runs(query.limit(upTo)).stream()
            .filter(run -> isOf(signature, run.jobSignature(), run.status())
                && (run.tableRow() != null) == rows)
            .toList();
  }

  private static boolean isOf(String wanted, String signature, RunStatus status) {
    return status != RunStatus.RUNNING && signature.equals(wanted);
  }

  @Override
  public List<SkippedInput> read(Path path, Consumer<? super ApplicationRun> each) {
    return EventLogs.read(path, clock, each);
  }

  @Override
  public CollectionReport collect(CollectionRequest request, CollectionRequest.Progress progress) {
    long begin = System.nanoTime();
    Collector collector =
        requireKnown("collector", request.collector(), collectors).create(request.settings());
    CollectingSink sink = new CollectingSink(request, repository, history.jobs(), progress);
    try {
      collector.collect(sink);
    } finally {
      sink.flush();
    }
    return sink.report(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
  }

  @Override
  public Analysis analyze(ApplicationRun run) {
    return Analyzer.analyze(run, settings.prices());
  }

  @Override
  public WhatIf whatIf(ApplicationRun run, WhatIf.Query query) {
    List<ApplicationRun> others =
        run.jobSignature().isEmpty() ? List.of() : runsOf(run.jobSignature(), settings.maxRuns());
    return WhatIfModel.answer(
        run, query, others, () -> OtherJobs.in(repository, run.jobSignature()), settings.prices());
  }

  @Override
  public Backtest backtest(Backtest.Query query, Backtest.Progress progress) {
    return Backtester.test(repository, query, predictors, progress);
  }

  @Override
  public ModelInfo train(TrainRequest request) {
    Trainer trainer = trainer(request.type());
    Optional<ModelInfo> former = repository.models().stream()
        .filter(model -> model.name().equals(request.name()))
        .findFirst();
    if (former.filter(model -> model.target() != request.target()).isPresent()) {
      throw new SettingsException(List.of("the model \"" + request.name() + "\" predicts "
          + former.get().target().word() + "; give the one of "
          + request.target().word()
          + " another name"));
    }
    TrainRequest wanted = request.features().isEmpty()
        ? request.withFeatures(former.map(ModelInfo::features).orElse(List.of()))
        : request;
    return repository.save(trainer.train(repository, wanted, clock.millis())).info();
  }

  private Trainer trainer(String type) {
    Map<String, Trainer.Provider> found = Plugins.byName(
        "trainers", List.of(), Plugins.find(Trainer.Provider.class), Trainer.Provider::name);
    Trainer.Provider provider = found.get(type);
    if (provider == null) {
      throw new OptimizerException("nothing trains models of type \"" + type + "\"; found "
          + (found.isEmpty() ? "none" : found.keySet())
          + ". Add spark-optimizer-ml to the class path");
    }
    return provider.create(settingsAsGiven);
  }

  @Override
  public List<ModelInfo> models() {
    return repository.models();
  }

  @Override
  public List<Workload> workloads() {
    List<ApplicationRun> rows = repository.summaries(RunQuery.ALL).stream()
        .filter(RunSummary::fromTable)
        .map(RunSummary::jobSignature)
        .distinct()
        .sorted()
        .flatMap(job -> repository.runs(RunQuery.ofJob(job)).stream()
            .filter(run -> run.jobSignature().equals(job)))
        .toList();
    return Workloads.of(rows, run -> cost(RunSummary.of(run)));
  }

  @Override
  public ShapeSearch nextShape(ShapeSearch.Query query) {
    return ShapeSearcher.next(query);
  }

  @Override
  public SearchEvaluation evaluateSearch(
      SearchEvaluation.Query query, SearchEvaluation.Progress progress) {
    return SearchEvaluator.evaluate(query, progress);
  }

  @Override
  public List<RunSummary> runs(RunQuery query) {
    return repository.summaries(query);
  }

  @Override
  public long count(RunQuery query) {
    return repository.count(query);
  }

  @Override
  public Optional<ApplicationRun> run(String appId) {
    return repository.runs(RunQuery.ofAppId(appId).limit(1)).stream().findFirst();
  }

  @Override
  public HistoryStats stats() {
    List<RunSummary> history = repository.summaries(RunQuery.ALL);
    HistoryStats.FollowUp recommendations = FollowUp.of(
        repository.recommendations(FOLLOWED_UP),
        history,
        id -> repository.runs(RunQuery.ofAppId(id.appId())).stream()
            .filter(run -> run.id().equals(id))
            .findFirst());
    return Usage.stats(history, settings.prices(), recommendations);
  }

  @Override
  public OptionalDouble cost(RunSummary run) {
    return Usage.cost(run, settings.prices());
  }

  @Override
  public void close() {
    repository.close();
  }
}
