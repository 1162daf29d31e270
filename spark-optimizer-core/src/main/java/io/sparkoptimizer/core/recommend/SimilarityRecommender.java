package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.OptimizerSettings;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Recommendation.ConfidenceBasis;
import io.sparkoptimizer.Recommendation.InputBasis;
import io.sparkoptimizer.core.analysis.ShuffleFacts;
import io.sparkoptimizer.core.container.Containers;
import io.sparkoptimizer.core.schedule.JobModel;
import io.sparkoptimizer.core.schedule.Spread;
import io.sparkoptimizer.core.similarity.IndexedHistory;
import io.sparkoptimizer.core.similarity.Match;
import io.sparkoptimizer.core.similarity.SimilarJobs;
import io.sparkoptimizer.core.similarity.Work;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.RecommendationRequest;
import io.sparkoptimizer.spi.Recommender;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Sizes a job without history from runs of jobs that do like work. Likeness is of the work alone
 * ({@link Work}); each neighbour's own runs are scheduled at the input that is asked about,
 * and the median of their answers counts. Memory a task is the most that any neighbour needs.
 */
public final class SimilarityRecommender implements Recommender {
  static final String NAME = "similarity";

  /** Newest runs of a neighbour that answer for it. */
  private static final int RUNS_EACH = 3;

  /** Another job of like work and size takes twice or half as long nine times in ten. */
  private static final double OTHER_JOB = Math.log(2) / 1.645;

  @Override
  public String name() {
    return NAME;
  }

  /** Before the rules, which have a rule of thumb for any job. */
  @Override
  public int order() {
    return 50;
  }

  /** What is asked about: its work, and the bytes that it reads, more than 0. */
  private record Wanted(Work work, OptionalLong inputBytes) {
    static Wanted of(JobProfile profile) {
      return new Wanted(
          Work.of(profile),
          profile
              .inputSize()
              .filter(size -> size.bytes() > 0)
              .map(size -> OptionalLong.of(size.bytes()))
              .orElse(OptionalLong.empty()));
    }

    static Wanted of(RunSummary run) {
      return new Wanted(
          Work.of(run), run.inputBytes().orElse(0) > 0 ? run.inputBytes() : OptionalLong.empty());
    }
  }

  private record Neighbour(RunSummary summary, double similarity) {}

  /**
   * @param runs its newest that have ended, failed and cut ones too: their deaths count for its memory,
   *     their peaks do not ({@link MemoryPlan} takes those of whole runs alone)
   */
  private record Answering(
      Neighbour neighbour, JobModel model, double scale, List<ApplicationRun> runs) {}

  @Override
  public Recommendation recommend(RecommendationRequest request) {
    JobProfile profile = request.profile();
    OptimizerSettings settings = request.settings();
    boolean named =
        profile.method().or(settings::defaultMethod).filter(NAME::equals).isPresent();
    if (!request.runs().isEmpty() && !named) {
      return Answers.abstain(
          request,
          NAME,
          "The job has runs of its own, which tell more than those of others; method similarity sets"
              + " them aside.");
    }
    if (profile.jobType().filter(type -> type == JobType.STREAMING).isPresent()) {
      return Answers.abstain(
          request, NAME, "A streaming job is not sized by likeness of its work.");
    }
    Wanted wanted = request.runs().isEmpty()
        ? Wanted.of(profile)
        : Wanted.of(RunSummary.of(request.runs().get(0)));
    if (wanted.inputBytes().isEmpty()) {
      return Answers.abstain(
          request, NAME, "Without an input size there is nothing to compare jobs by; give one.");
    }
    List<Answering> answering = answering(request, wanted);
    if (answering.size() < settings.minSimilarJobs()) {
      return Answers.abstain(
          request,
          NAME,
          String.format(
              Locale.ROOT,
              "%s of like work found, at similarity %.2f or more; %d are needed.",
              Words.plural(answering.size(), "job"),
              settings.similarityThreshold(),
              settings.minSimilarJobs()));
    }
    return Sizing.answer(request, need(request, answering, wanted));
  }

  private static List<Answering> answering(RecommendationRequest request, Wanted wanted) {
    OptimizerSettings settings = request.settings();
    Set<String> own =
        Set.copyOf(request.runs().stream().map(ApplicationRun::jobSignature).toList());
    SimilarJobs jobs = IndexedHistory.jobsOf(request.history());
    List<Neighbour> near = new ArrayList<>();
    for (Match match : jobs.nearest(
        wanted.work(), settings.maxSimilarJobs(), settings.similarityThreshold(), own::contains)) {
      jobs.newestWhole(match.signature())
          .ifPresent(run -> near.add(new Neighbour(run, match.similarity())));
    }
    List<Answering> answering = new ArrayList<>();
    for (Neighbour neighbour : near) {
      List<ApplicationRun> runs = request
          .history()
          .runs(RunQuery.ofJob(neighbour.summary().jobSignature()).limit(RUNS_EACH))
          .stream()
          // A run of that name may be another job's, and one that goes on has not shown its memory.
          .filter(run -> run.jobSignature().equals(neighbour.summary().jobSignature())
              && run.status() != RunStatus.RUNNING)
          .toList();
      // Failed and cut runs did less than the work: a job whose newest are all such does not
      // answer.
      Optional<JobModel> model = JobModel.of(runs).filter(JobModel::hasWholeRun);
      OptionalLong read =
          model.isEmpty() ? OptionalLong.empty() : model.get().newestRun().inputBytes();
      boolean counted = model
          .filter(job -> job.newestRun().clusterManager() != ClusterManager.LOCAL)
          .isPresent();
      if (counted && read.isPresent()) {
        double scale = (double) wanted.inputBytes().getAsLong() / read.getAsLong();
        if (scale <= InputSize.FARTHEST) {
          answering.add(new Answering(neighbour, model.get(), scale, runs));
        }
      }
    }
    return answering;
  }

  private static Sizing.Need need(
      RecommendationRequest request, List<Answering> answering, Wanted wanted) {
    JobProfile profile = request.profile();
    Answering nearest = answering.get(0);
    Setup base = Setup.of(nearest.model().newestRun(), profile);
    double heapPerTask = 0;
    double overhead = base.overheadMb();
    List<MemoryPlan> plans = new ArrayList<>();
    int widest = 1;
    List<ApplicationRun> runs = new ArrayList<>();
    PartitionRule partitions = null;
    for (Answering one : answering) {
      Setup had = Setup.of(one.model().newestRun(), profile);
      MemoryPlan plan =
          MemoryPlan.of(had, one.runs(), input(wanted, one.scale(), request), profile.locked());
      plans.add(plan);
      if (plan.setup().heapKnown()) {
        heapPerTask = Math.max(heapPerTask, plan.setup().heapATask());
      }
      overhead = Math.max(overhead, (double) plan.setup().overheadMb());
      widest = (int) Math.max(
          widest,
          Math.min(
              1_000_000, Math.ceil(Width.of(one.model().newestRun()) * Math.max(1, one.scale()))));
      runs.addAll(one.model().runs());
      ApplicationRun newest = one.model().newestRun();
      PartitionRule rule = PartitionRule.ofSql(
          newest, ShuffleFacts.isAdaptive(newest, base.conf()), one.scale(), Remedies.NONE);
      partitions =
          partitions == null || rule.shuffleBytes() > partitions.shuffleBytes() ? rule : partitions;
    }
    long heap = heapPerTask == 0
        ? base.heapMb()
        : Containers.roundUp((long) Math.ceil(heapPerTask * base.slotsPerExecutor()), 256);
    Setup sized = base.withExecutor(
        base.cores(),
        profile.configuration().containsKey(MemoryPlan.HEAP) ? base.heapMb() : heap,
        Math.round(overhead),
        base.offHeapMb(),
        base.pysparkMb());
    MemoryPlan most = new MemoryPlan(
        sized,
        false,
        OptionalInt.empty(),
        size -> plans.stream()
            .flatMap(plan -> plan.risk(size).stream())
            .max(Comparator.comparingDouble(DeathRisk.Risk::probability)),
        List.of(new Evidence(
            MemoryPlan.HEAP,
            null,
            sized.heapKnown() ? sized.heapMb() + "m" : null,
            "heap_mb_per_task",
            heapPerTask == 0 ? OptionalDouble.empty() : OptionalDouble.of(heapPerTask),
            OptionalDouble.empty(),
            Answers.ids(runs),
            sized.heapKnown()
                ? "the most that a task of any similar job needs"
                : "left out: the log of the nearest job does not say what heap executors have")));
    return new Sizing.Need(
        NAME,
        runs,
        null,
        most,
        List.of(),
        widest,
        Objects.requireNonNull(partitions),
        Remedies.NONE,
        size -> forecast(size, answering),
        OTHER_JOB,
        input(wanted, 1, request),
        ConfidenceBasis.POOLED,
        new Sizing.Work(
            nearest.model().newest().taskMs() * nearest.scale(),
            nearest.model().newest().criticalPathMs()),
        List.of(reason(answering)));
  }

  private static InputSize input(Wanted wanted, double scale, RecommendationRequest request) {
    return new InputSize(
        scale,
        wanted.inputBytes(),
        request.runs().isEmpty() ? InputBasis.DECLARED : InputBasis.LAST_RUN);
  }

  private static String reason(List<Answering> answering) {
    List<String> names = answering.stream()
        .map(one -> String.format(
            Locale.ROOT,
            "%s (%.2f)",
            one.neighbour().summary().id().name().isEmpty()
                ? one.neighbour().summary().jobSignature()
                : one.neighbour().summary().id().name(),
            one.neighbour().similarity()))
        .toList();
    return "The job has not run yet; " + Words.plural(answering.size(), "job")
        + " of like work answer for it, each scaled to its input: " + String.join(", ", names)
        + ".";
  }

  /** The median of the neighbours' answers, and how far they are apart. */
  private static JobModel.Forecast forecast(Setup size, List<Answering> answering) {
    List<JobModel.Forecast> forecasts = new ArrayList<>();
    for (Answering one : answering) {
      forecasts.add(one.model().forecast(size.candidate(one.scale())));
    }
    forecasts.sort(Comparator.comparingDouble(one -> one.estimate().durationMs()));
    JobModel.Forecast middle = forecasts.get((forecasts.size() - 1) / 2);
    double centre = Math.log(Math.max(1, middle.estimate().durationMs()));
    double squares = forecasts.stream()
        .mapToDouble(one -> Math.log(Math.max(1, one.estimate().durationMs())) - centre)
        .map(apart -> apart * apart)
        .sum();
    double apart = Math.sqrt(squares / forecasts.size());
    return new JobModel.Forecast(
        middle.estimate(),
        Spread.ofPrior(Math.sqrt(OTHER_JOB * OTHER_JOB + apart * apart)),
        middle.runs(),
        forecasts.stream().anyMatch(JobModel.Forecast::extrapolated));
  }

  /** Found by {@link java.util.ServiceLoader}. */
  public static final class Provider implements Recommender.Provider {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Recommender create(Map<String, String> settings) {
      return new SimilarityRecommender();
    }
  }
}
