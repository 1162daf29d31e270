package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.DataSize;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.Prediction;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Recommendation.ConfidenceBasis;
import io.sparkoptimizer.Recommendation.InputBasis;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.core.schedule.JobModel;
import io.sparkoptimizer.core.schedule.OtherJobs;
import io.sparkoptimizer.core.schedule.RecordedSchedule;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spi.RecommendationRequest;
import io.sparkoptimizer.spi.Recommender;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Sizes a job from its own runs: executors from measured work, critical path and what time and cost
 * are worth; memory from peaks and deaths; partitions from shuffled bytes. Never from what the runs
 * happened to be given. A job without runs gets a size class, labelled as such.
 */
public final class RulesRecommender implements Recommender {
  static final String NAME = "rules";

  @Override
  public String name() {
    return NAME;
  }

  /** After all that know more of a job than rules do. */
  @Override
  public int order() {
    return 100;
  }

  @Override
  public Recommendation recommend(RecommendationRequest request) {
    Optional<String> unsized = whyUnsized(request);
    if (unsized.isPresent()) {
      return Answers.abstain(request, NAME, unsized.get());
    }
    if (request.runs().isEmpty()) {
      return SizeClass.answer(request, NAME);
    }
    List<ApplicationRun> runs = request.runs();
    if (RunTimesRecommender.isOfTables(runs)) {
      return Answers.abstain(
          request,
          NAME,
          RunTimesRecommender.whyNot(request)
              .orElse(
                  "The newest run is a row of a table, which tells of no stages; of such jobs the"
                      + " method run-times knows more."));
    }
    if (runs.stream().noneMatch(JobModel::isWhole)) {
      return withoutAWholeRun(request);
    }
    Optional<JobModel> model = JobModel.of(runs);
    if (model.isEmpty()) {
      return Answers.abstain(
          request,
          NAME,
          "None of " + Words.plural(runs.size(), "run") + " can be scheduled: in the newest, "
              + RecordedSchedule.whyNot(runs.get(0)).orElse("nothing is known of its tasks") + ".");
    }
    InputSize input = InputSize.of(
        request.profile(),
        model.get().newestRun().inputBytes(),
        bytesOfLike(request.profile(), runs));
    double beyond = input.beyond(model.get().runs());
    if (beyond > InputSize.FARTHEST) {
      return remedyOrNothing(
          request, Setup.of(model.get().newestRun(), request.profile()), whyTooFar(input, beyond));
    }
    return Sizing.answer(request, need(request, withOthers(request, model.get()), input));
  }

  /** Other jobs are read only where the job's own runs do not say how far off a prediction may be. */
  private static JobModel withOthers(RecommendationRequest request, JobModel model) {
    return model.needsOthers()
        ? model.with(OtherJobs.in(request.history(), model.newestRun().jobSignature()))
        : model;
  }

  /** Why a job is none whose duration its resources decide; empty where it is one. */
  static Optional<String> whyUnsized(RecommendationRequest request) {
    if (request.profile().jobType().filter(type -> type == JobType.STREAMING).isPresent()) {
      return Optional.of(
          "A streaming job runs until it is stopped: it is sized by batch time against"
              + " its trigger, which is not done yet.");
    }
    Optional<ApplicationRun> newest = request.runs().stream().findFirst();
    if (newest.filter(run -> run.clusterManager() == ClusterManager.LOCAL).isPresent()) {
      return Optional.of(
          "The newest run was in local mode: its size is the N of local[N], and tells"
              + " nothing of executors. What is wrong with its memory, analyze says.");
    }
    return newest
        .map(ApplicationRun::kind)
        .filter(kind -> kind != ApplicationKind.BATCH)
        .map(kind -> "The newest run was no batch run but "
            + kind.word().replace('_', ' ')
            + ": how long it lasts, and how many executors it needs, is not decided by its work.");
  }

  /** Failed and cut runs did less than the job's work: they tell what died, and no time. */
  private static Recommendation withoutAWholeRun(RecommendationRequest request) {
    List<ApplicationRun> runs = request.runs();
    return remedyOrNothing(
        request,
        Setup.of(runs.get(0), request.profile()),
        "Only lower bounds: none of " + Words.plural(runs.size(), "run")
            + " is whole (succeeded, with a log to its end).");
  }

  /** Where no time can be told: a death for memory is mended all the same. */
  private static Recommendation remedyOrNothing(
      RecommendationRequest request, Setup current, String why) {
    JobProfile profile = request.profile();
    MemoryPlan plan = MemoryPlan.of(
        current,
        request.runs(),
        InputSize.of(profile, OptionalLong.empty(), OptionalLong.empty()),
        profile.locked());
    if (plan.urgent() && plan.setup().toResources().equals(current.toResources())) {
      return Answers.nothing(
          request,
          NAME,
          Verdict.INFEASIBLE,
          request.runs(),
          "what was locked, or set: it died so, and is left as it is",
          current,
          Prediction.UNKNOWN,
          why + " Something died for memory, and what is locked or set leaves nothing to mend it"
              + " with.");
    }
    return plan.urgent()
        ? Answers.remedy(
            request,
            NAME,
            plan,
            current,
            why + " But something died for memory, which this is to mend; how long it takes then,"
                + " nothing tells" + notLookedAt(profile) + ".")
        : Answers.abstain(request, NAME, why + plan.skew());
  }

  private static String notLookedAt(JobProfile profile) {
    List<String> asked = new ArrayList<>();
    if (profile.inputSize().isPresent() || profile.inputScale().isPresent()) {
      asked.add("input");
    }
    if (profile.sla().isPresent()) {
      asked.add("SLA");
    }
    if (profile.budget().isPresent()) {
      asked.add("budget");
    }
    return asked.isEmpty()
        ? ""
        : ", so that " + String.join(", ", asked) + " could not be looked at";
  }

  private static String whyTooFar(InputSize input, double beyond) {
    return String.format(
        Locale.ROOT,
        "The input asked about%s is %.0f times the largest that a run had; beyond %.0f times nothing is"
            + " said, because work that grows a little faster or slower than assumed is then off by more"
            + " than a factor of ten. Run the job with a size between, and ask again%s.",
        input.bytes().isPresent() ? ", " + DataSize.bytes(input.bytes().getAsLong()) + "," : "",
        beyond,
        InputSize.FARTHEST,
        input.basis() == InputBasis.DECLARED
            ? ". A declared size is taken for bytes read: where runs read only a part of it, give"
                + " --input-scale instead"
            : "");
  }

  private static Sizing.Need need(RecommendationRequest request, JobModel model, InputSize input) {
    JobProfile profile = request.profile();
    List<ApplicationRun> runs = request.runs();
    // A run that failed early tells neither what it would have got nor what goes well.
    Setup current = Setup.of(model.newestRun(), profile);
    MemoryPlan plan = MemoryPlan.of(current, runs, input, profile.locked());
    Remedies remedies = plan.urgent()
        ? Remedies.NONE
        : Remedies.of(
            model.newestRun(),
            profile,
            current.conf(),
            input.scale(),
            request.settings().prices());
    PartitionRule partitions = PartitionRule.ofSql(
            model.newestRun(),
            remedies.isAdaptive(model.newestRun(), current.conf()),
            input.scale(),
            remedies)
        .withAsked(plan.partitions());
    RecordedSchedule newest = model.newest();
    double growth = Math.pow(input.scale(), model.growth());
    Sizing.Work work = new Sizing.Work(newest.taskMs() * growth, newest.criticalPathMs());
    return new Sizing.Need(
        NAME,
        runs,
        current,
        plan,
        otherExecutors(request, current, plan, input),
        (int) Math.min(
            1_000_000, Math.ceil(Width.of(model.newestRun()) * Math.max(1, input.scale()))),
        partitions,
        remedies,
        size -> model.forecast(size.candidate(input.scale())),
        model.noise(),
        input,
        ConfidenceBasis.RULES,
        work,
        reasons(profile, model, input, work));
  }

  private static OptionalLong bytesOfLike(JobProfile profile, List<ApplicationRun> runs) {
    return runs.stream()
        .filter(run -> profile.like().filter(id -> id.equals(run.appId())).isPresent())
        .findFirst()
        .map(ApplicationRun::inputBytes)
        .orElse(OptionalLong.empty());
  }

  /**
   * Executors with other cores, as runs had them: their contention is in what was measured, and their
   * memory was tried. Nothing else moves after a death, or where the user has set the executor.
   */
  private static List<MemoryPlan> otherExecutors(
      RecommendationRequest request, Setup current, MemoryPlan plan, InputSize input) {
    JobProfile profile = request.profile();
    if (plan.urgent()
        || profile.locked().contains(MemoryPlan.CORES)
        || profile.locked().contains(MemoryPlan.HEAP)
        || profile.configuration().containsKey(MemoryPlan.CORES)
        || profile.configuration().containsKey(MemoryPlan.HEAP)) {
      return List.of();
    }
    Map<Integer, List<ApplicationRun>> byCores = new TreeMap<>();
    for (ApplicationRun run : request.runs()) {
      if (JobModel.isWhole(run)) {
        byCores
            .computeIfAbsent(Setup.of(run).cores(), cores -> new ArrayList<>())
            .add(run);
      }
    }
    byCores.remove(plan.setup().cores());
    return byCores.values().stream()
        .map(runs -> {
          Setup had = Setup.of(runs.get(0));
          Setup executor = current.withExecutor(
              had.cores(), had.heapMb(), had.overheadMb(), had.offHeapMb(), had.pysparkMb());
          // Over all runs: those that died with these cores are no whole ones.
          return MemoryPlan.of(executor, request.runs(), input, profile.locked());
        })
        .filter(other -> !other.urgent())
        .toList();
  }

  private static List<String> reasons(
      JobProfile profile, JobModel model, InputSize input, Sizing.Work work) {
    List<String> reasons = new ArrayList<>();
    ApplicationRun newest = model.newestRun();
    reasons.add("From " + Words.plural(model.runs().size(), "run") + " of "
        + (newest.name() == null ? newest.jobSignature() : newest.name())
        + ": tasks hold slots for "
        + Words.time(work.taskMs()) + " in all, and no number of executors takes less than "
        + Words.time(work.criticalPathMs()) + ".");
    if (input.scale() != 1) {
      reasons.add(String.format(
          Locale.ROOT,
          "The input is %.2f times the newest run's; work grows with its power of %.2f (%s).",
          input.scale(),
          model.growth(),
          model.isGrowthFitted() ? "fitted over the runs" : "assumed: too few sizes were seen"));
    }
    if (profile.inputSize().isPresent() && input.bytes().isEmpty()) {
      reasons.add("The runs report no bytes read, so the declared size could not be compared.");
    } else if (profile.inputSize().isPresent()) {
      reasons.add("The declared size is taken for bytes read.");
    }
    return reasons;
  }

  /** Found by {@link java.util.ServiceLoader}. */
  public static final class Provider implements Recommender.Provider {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Recommender create(Map<String, String> settings) {
      return new RulesRecommender();
    }
  }
}
