package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Platform;
import io.sparkoptimizer.Prediction;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Recommendation.ConfidenceBasis;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.core.container.Containers;
import io.sparkoptimizer.core.container.ServerlessWorkers;
import io.sparkoptimizer.core.schedule.JobModel;
import io.sparkoptimizer.core.schedule.Spread;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spi.RecommendationRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * From what a job needs to an answer: which sizes can be run, what each takes, which one to take, and
 * whether that is worth a change.
 */
final class Sizing {
  static final String INSTANCES = "spark.executor.instances";
  static final String MAX_EXECUTORS = "spark.dynamicAllocation.maxExecutors";
  private static final String MIN_EXECUTORS = "spark.dynamicAllocation.minExecutors";
  private static final String INITIAL_EXECUTORS = "spark.dynamicAllocation.initialExecutors";
  private static final String CORES_MAX = "spark.cores.max";

  /** A change of size must gain more than half of what equal runs differ by. */
  private static final double NOISE_SHARE = 0.5;

  /** A change of memory alone is no matter of noise, but must be worth the trouble. */
  static final double WORTH = 0.01;

  /** So is less memory, whatever it costs beside the cores: where memory is short it decides how much runs. */
  private static final double LESS_MEMORY = 0.95;

  /**
   * What is known of the job.
   *
   * @param method name of the recommender that asks
   * @param runs what the answer rests on, newest first
   * @param current what the next run has unless it is told otherwise; null for a new job
   * @param plan its memory; the setup of it is where the search begins
   * @param others the same for other cores per executor that may be chosen
   * @param mostTasks tasks that can run at once: more slots than these are idle
   * @param partitions sizes the shuffle
   * @param remedies settings that no schedule predicts
   * @param forecast what a size takes
   * @param noise standard deviation of ln(duration) between equal runs
   * @param input what the forecast is for
   * @param unproven whose runs the confidence rests on where the job's own are too few
   * @param work what the executor count rests on; null where nothing was measured
   * @param reasons sentences that say how the need was found
   */
  record Need(
      String method,
      List<ApplicationRun> runs,
      @Nullable Setup current,
      MemoryPlan plan,
      List<MemoryPlan> others,
      int mostTasks,
      PartitionRule partitions,
      Remedies remedies,
      Function<Setup, JobModel.Forecast> forecast,
      double noise,
      InputSize input,
      ConfidenceBasis unproven,
      @Nullable Work work,
      List<String> reasons) {}

  /** Measured work: slot time of all tasks, and the time that no number of executors undercuts. */
  record Work(double taskMs, double criticalPathMs) {}

  private final RecommendationRequest request;
  private final Need need;
  private final JobProfile profile;
  private final Prices prices;
  private final Search<Option> search;

  private Sizing(RecommendationRequest request, Need need) {
    this.request = request;
    this.need = need;
    this.profile = request.profile();
    this.prices = request.settings().prices();
    double todaysRisk = need.current() == null
        ? 0
        : planOf(need.current())
            .risk(need.current())
            .map(DeathRisk.Risk::probability)
            .orElse(0.0);
    this.search = new Search<>(profile, request.settings(), todaysRisk);
  }

  static Recommendation answer(RecommendationRequest request, Need need) {
    return new Sizing(request, need).answer();
  }

  private Option price(Setup size) {
    JobModel.Forecast forecast = need.forecast().apply(size);
    return new Option(
        size, forecast, size.bill(forecast.estimate(), prices), planOf(size).risk(size));
  }

  private List<MemoryPlan> plans() {
    List<MemoryPlan> plans = new ArrayList<>(need.others());
    plans.add(0, need.plan());
    return plans;
  }

  /** The plan whose executors have that many cores; the first where none has. */
  private MemoryPlan planOf(Setup size) {
    return plans().stream()
        .filter(plan -> plan.setup().cores() == size.cores())
        .findFirst()
        .orElse(need.plan());
  }

  private Recommendation answer() {
    Setup current = need.current();
    Option today = current == null ? null : price(current);
    Prediction todays = today == null ? Prediction.UNKNOWN : today.prediction();
    if (serverless() && limit() < ServerlessWorkers.LEAST_MAX_EXECUTORS) {
      String why = "max-executors " + limit() + ": EMR Serverless refuses fewer than "
          + ServerlessWorkers.LEAST_MAX_EXECUTORS;
      return Answers.nothing(
          request, need.method(), Verdict.INFEASIBLE, need.runs(), why, current, todays, why + ".");
    }
    if (limit() < leastCount() && fixedCount(need.plan().setup()).isEmpty()) {
      String why = "max-executors " + limit() + ": a locked minimum or initial count asks for "
          + leastCount();
      return Answers.nothing(
          request, need.method(), Verdict.INFEASIBLE, need.runs(), why, current, todays, why + ".");
    }
    OptionalInt locked = fixedCount(need.plan().setup());
    if (locked.isPresent() && locked.getAsInt() > limit()) {
      String why = "max-executors " + limit() + ": the count is locked at " + locked.getAsInt();
      return Answers.nothing(
          request, need.method(), Verdict.INFEASIBLE, need.runs(), why, current, todays, why + ".");
    }
    List<Setup> sizes = sizes();
    if (sizes.isEmpty()) {
      String why = "no worker of EMR Serverless holds " + need.plan().setup().memoryMb()
          + " MiB for " + Words.plural(need.plan().setup().cores(), "core");
      return Answers.nothing(
          request, need.method(), Verdict.INFEASIBLE, need.runs(), why, current, todays, why + ".");
    }
    Search.Found<Option> found =
        search.among(sizes.parallelStream().map(this::price).toList(), cap());
    if (found.pick() == null) {
      String why = "No size meets what was asked: " + found.binding() + ". " + reasons();
      return Answers.nothing(
          request,
          need.method(),
          Verdict.INFEASIBLE,
          need.runs(),
          found.binding(),
          current,
          todays,
          why);
    }
    if (today != null) {
      Option resized = resized(today.setup());
      boolean sure = search.meets(found.pick(), true);
      boolean fits = runnable(resized.setup())
          && search.meets(resized, sure)
          && (search.isSafe(resized) || !search.isSafe(found.pick()));
      double gain = search.score(resized) - search.score(found.pick());
      if (fits && gain < NOISE_SHARE * need.noise()) {
        boolean same = resized.setup().toResources().equals(today.setup().toResources());
        boolean worth = search.score(today) - search.score(resized) >= WORTH
            || resized.setup().memoryMb() <= LESS_MEMORY * today.setup().memoryMb();
        boolean grown = resized.setup().heapMb() > today.setup().heapMb();
        boolean spills = need.partitions().isShort(today.setup().shufflePartitions());
        return same || !(worth || grown || spills || need.plan().urgent())
            ? recommendation(today, today, true, found, todays)
            : recommendation(resized, today, false, found, todays);
      }
    }
    return recommendation(found.pick(), today, false, found, todays);
  }

  /** Today's size with the planned memory and cores, its partitions as planned or as they are. */
  private Option resized(Setup today) {
    Setup sized = withMemoryOf(today);
    Option planned = price(withPartitions(sized));
    if (need.partitions().isShort(today.shufflePartitions())) {
      return planned;
    }
    Option asItIs = price(sized.withShufflePartitions(today.shufflePartitions()));
    return search.score(asItIs) <= search.score(planned) ? asItIs : planned;
  }

  private Setup withMemoryOf(Setup today) {
    Setup planned = need.plan().setup();
    // Fewer tasks in an executor want more executors for the same slots.
    int count = planned.cores() < today.cores()
        ? Math.min(
            limit(), (today.executors() * today.cores() + planned.cores() - 1) / planned.cores())
        : today.executors();
    return planned.withExecutors(fixedCount(planned).orElse(count));
  }

  private Setup withPartitions(Setup size) {
    return profile.locked().contains(PartitionRule.SQL)
        ? size
        : size.withShufflePartitions(need.partitions()
            .partitions(size.shufflePartitions(), size.executors() * size.slotsPerExecutor()));
  }

  private boolean serverless() {
    return need.plan().setup().platform() == Platform.EMR_SERVERLESS;
  }

  private boolean runnable(Setup size) {
    return size.executors() <= limit() && (!serverless() || isWorker(size));
  }

  private static boolean isWorker(Setup size) {
    ServerlessWorkers.Worker worker = ServerlessWorkers.smallest(size.cores(), size.memoryMb());
    return worker.cores() == size.cores() && worker.memoryMb() >= size.memoryMb();
  }

  private boolean isCountLocked() {
    return profile.locked().contains(need.plan().setup().isDynamic() ? MAX_EXECUTORS : INSTANCES);
  }

  /** The one count that a lock leaves executors of this size; empty where it is free. */
  private OptionalInt fixedCount(Setup executor) {
    if (isCountLocked()) {
      return OptionalInt.of(need.plan().setup().executors());
    }
    OptionalInt cores = SparkSettings.count(executor.conf(), CORES_MAX);
    return profile.locked().contains(CORES_MAX)
            && cores.isPresent()
            && executor.platform() == Platform.STANDALONE
            && !executor.isDynamic()
        ? OptionalInt.of(Math.max(1, cores.getAsInt() / executor.cores()))
        : OptionalInt.empty();
  }

  /** The fewest executors that platform and locks allow. */
  private int leastCount() {
    Setup setup = need.plan().setup();
    int least = serverless() ? ServerlessWorkers.LEAST_MAX_EXECUTORS : 1;
    if (setup.isDynamic()) {
      for (String property : List.of(MIN_EXECUTORS, INITIAL_EXECUTORS, INSTANCES)) {
        if (profile.locked().contains(property)) {
          least = Math.max(least, SparkSettings.count(setup.conf(), property).orElse(0));
        }
      }
    }
    return least;
  }

  private int limit() {
    return Math.min(Search.MOST_EXECUTORS, profile.maxExecutors().orElse(Search.MOST_EXECUTORS));
  }

  private int useful(int cores) {
    int slots = Math.max(1, cores / need.plan().setup().taskCpus());
    return Math.max(1, (need.mostTasks() + slots - 1) / slots);
  }

  private @Nullable String cap() {
    int least =
        plans().stream().mapToInt(plan -> useful(plan.setup().cores())).max().orElse(1);
    return profile.maxExecutors().isPresent() && limit() < least
        ? "max-executors " + limit()
        : null;
  }

  private List<Setup> sizes() {
    List<Setup> sizes = new ArrayList<>();
    for (MemoryPlan plan : plans()) {
      Setup executor = serverless() ? onWorkers(plan.setup()) : plan.setup();
      OptionalInt fixed = fixedCount(executor);
      if (fixed.isPresent()) {
        sizes.add(withPartitions(executor.withExecutors(fixed.getAsInt())));
        continue;
      }
      int least = leastCount();
      int most = Math.max(least, Math.min(limit(), useful(executor.cores())));
      OptionalInt present = need.current() == null
          ? OptionalInt.empty()
          : OptionalInt.of(need.current().executors());
      int upTo = Math.min(limit(), Math.max(most, present.orElse(1)));
      for (int count : Search.counts(least, most, OptionalInt.empty())) {
        sizes.add(withPartitions(executor.withExecutors(count)));
      }
      if (present.isPresent() && present.getAsInt() <= upTo && present.getAsInt() >= least) {
        sizes.add(withPartitions(executor.withExecutors(present.getAsInt())));
      }
    }
    // What other partitions take is predicted worst: the present count stands beside the planned
    // one.
    if (need.current() != null && !need.partitions().isShort(need.current().shufflePartitions())) {
      OptionalInt present = need.current().shufflePartitions();
      sizes.addAll(
          sizes.stream().map(size -> size.withShufflePartitions(present)).toList());
    }
    return sizes.stream()
        .filter(size -> !serverless() || isWorker(size))
        .distinct()
        .toList();
  }

  /**
   * EMR Serverless has workers of some sizes only; memory a task stays what the plan gives it. As many
   * cores as planned, else more, else fewer.
   */
  private static Setup onWorkers(Setup planned) {
    return IntStream.concat(
            ServerlessWorkers.cores().filter(cores -> cores >= planned.cores()),
            ServerlessWorkers.cores()
                .filter(cores -> cores < planned.cores())
                .map(cores -> -cores)
                .sorted()
                .map(cores -> -cores))
        .mapToObj(cores -> withCores(planned, cores))
        .filter(Sizing::isWorker)
        .findFirst()
        .orElse(planned);
  }

  private static Setup withCores(Setup planned, int cores) {
    return cores == planned.cores()
        ? planned
        : planned.withExecutor(
            cores,
            Containers.roundUp(planned.heapMb() * cores / planned.cores(), 256),
            planned.overheadMb() * cores / planned.cores(),
            planned.offHeapMb() * cores / planned.cores(),
            planned.pysparkMb() * cores / planned.cores());
  }

  /** What to submit: a locked property as it is configured, or not at all. */
  static Map<String, String> sparkConf(Setup size, JobProfile profile) {
    Map<String, String> conf = new TreeMap<>(size.toSparkConf());
    for (String property :
        List.of(MIN_EXECUTORS, INITIAL_EXECUTORS, MAX_EXECUTORS, INSTANCES, CORES_MAX)) {
      String configured = size.conf().get(property);
      if (profile.locked().contains(property)
          && conf.containsKey(property)
          && !(property.equals(INSTANCES) && configured == null)) {
        conf.compute(property, (name, proposed) -> configured);
      }
    }
    return conf;
  }

  /** @param sizeKept whether the pick is today's size; then it is no change unless other settings are */
  private Recommendation recommendation(
      Option pick,
      @Nullable Option today,
      boolean sizeKept,
      Search.Found<Option> found,
      Prediction todays) {
    Resources proposed = pick.setup().toResources();
    List<Evidence> others = need.remedies().evidence(pick.setup());
    Map<String, String> changes = Remedies.changes(others);
    Map<String, String> conf = sparkConf(pick.setup(), profile);
    conf.putAll(changes);
    Verdict verdict = sizeKept && changes.isEmpty() ? Verdict.KEEP : Verdict.CHANGE;
    List<Evidence> evidence = new ArrayList<>(sizeKept ? kept(pick) : evidence(pick, today));
    evidence.addAll(others);
    Spread spread = pick.forecast().spread();
    ConfidenceBasis basis = spread.isOwn()
        ? ConfidenceBasis.OWN
        : spread.isPooled() ? ConfidenceBasis.POOLED : need.unproven();
    return new Recommendation(
        Answers.recommendationId(
            request, need.method(), need.runs(), spread.pool().runs()),
        verdict,
        need.method(),
        proposed,
        pick.prediction(),
        today == null ? Resources.NONE : today.setup().toResources(),
        todays,
        pick.confidence(),
        basis,
        prices,
        Answers.ids(need.runs()),
        need.input().bytes(),
        need.input().basis(),
        found.binding(),
        reasoning(pick, today, sizeKept, changes, found),
        evidence,
        conf,
        Search.alternatives(
                found.front(), option -> option.setup().toResources().equals(proposed))
            .stream()
            .map(option ->
                new Recommendation.Alternative(option.setup().toResources(), option.prediction()))
            .toList());
  }

  private List<Evidence> kept(Option pick) {
    List<Evidence> kept = new ArrayList<>();
    kept.add(new Evidence(
        pick.setup().isDynamic() ? MAX_EXECUTORS : INSTANCES,
        Integer.toString(pick.setup().executors()),
        Integer.toString(pick.setup().executors()),
        "predicted_duration_ms",
        OptionalDouble.of(pick.durationMs()),
        OptionalDouble.empty(),
        Answers.ids(pick.forecast().runs()),
        "no size found gains more than equal runs differ by, " + Words.percent(need.noise())));
    for (Evidence one : need.plan().evidence()) {
      boolean stays = Objects.equals(one.current(), one.proposed());
      kept.add(new Evidence(
          one.property(),
          one.current(),
          one.current(),
          one.metric(),
          one.observed(),
          one.threshold(),
          one.runs(),
          stays ? one.effect() : "kept, for less than 5 % of the memory: " + one.effect()));
    }
    return kept;
  }

  private List<Evidence> evidence(Option pick, @Nullable Option today) {
    List<Evidence> evidence = new ArrayList<>();
    Setup size = pick.setup();
    List<String> ids = Answers.ids(pick.forecast().runs());
    Work work = need.work();
    evidence.add(new Evidence(
        size.isDynamic() ? MAX_EXECUTORS : INSTANCES,
        today == null ? null : Integer.toString(today.setup().executors()),
        Integer.toString(size.executors()),
        "task_slot_time_ms",
        work == null ? OptionalDouble.empty() : OptionalDouble.of(work.taskMs()),
        work == null ? OptionalDouble.empty() : OptionalDouble.of(work.criticalPathMs()),
        ids,
        "expected to take " + Words.time(pick.durationMs())
            + (today == null ? "" : " instead of " + Words.time(today.durationMs()))
            + "; slots are busy " + Words.percent(pick.forecast().estimate().utilization())
            + " of the time"
            + (isCountLocked() ? "; locked" : "")));
    MemoryPlan plan = planOf(size);
    if (plan.evidence().stream().noneMatch(one -> one.property().equals(MemoryPlan.CORES))) {
      evidence.add(new Evidence(
          MemoryPlan.CORES,
          today == null ? null : Integer.toString(today.setup().cores()),
          Integer.toString(size.cores()),
          "cores_per_executor_seen",
          OptionalDouble.of(plans().size()),
          OptionalDouble.of(2),
          ids,
          today != null && today.setup().cores() == size.cores()
              ? "kept: "
                  + (plans().size() > 1
                      ? "other counts that runs had are no better"
                      : "no run had another count, so none can be compared")
              : "the best of those that runs had"));
    }
    plan.evidence().forEach(one -> evidence.add(asOfToday(one, today)));
    if (size.shufflePartitions().isPresent()) {
      evidence.add(need.partitions()
          .evidence(
              today == null ? OptionalInt.empty() : today.setup().shufflePartitions(),
              size.shufflePartitions(),
              ids));
    }
    return evidence;
  }

  /** The evidence of executors that other runs had, held against what the next run would have. */
  private static Evidence asOfToday(Evidence seen, @Nullable Option today) {
    if (today == null) {
      return seen;
    }
    Setup had = today.setup();
    String current = switch (seen.property()) {
      case MemoryPlan.HEAP -> had.heapKnown() ? had.heapMb() + "m" : null;
      case MemoryPlan.OVERHEAD -> had.heapKnown() ? had.overheadMb() + "m" : null;
      default -> seen.current();
    };
    return new Evidence(
        seen.property(),
        current,
        seen.proposed(),
        seen.metric(),
        seen.observed(),
        seen.threshold(),
        seen.runs(),
        seen.effect());
  }

  private String reasons() {
    return String.join(" ", need.reasons());
  }

  private String reasoning(
      Option pick,
      @Nullable Option today,
      boolean sizeKept,
      Map<String, String> changes,
      Search.Found<Option> found) {
    StringBuilder text = new StringBuilder(reasons());
    Setup size = pick.setup();
    text.append(text.isEmpty() ? "" : " ");
    if (sizeKept) {
      text.append(changes.isEmpty() ? "Keep what it has" : "Keep its size")
          .append(": no size found gains more than equal runs differ by.");
    } else {
      text.append(size.isDynamic() ? "At most " : "")
          .append(Words.plural(size.executors(), "executor"))
          .append(" of ")
          .append(Words.plural(size.cores(), "core"))
          .append(size.heapKnown() ? " and " + size.heapMb() + " MiB of heap " : " ")
          .append(size.executors() == 1 && !size.isDynamic() ? "is" : "are")
          .append(" expected to take ")
          .append(Words.time(pick.durationMs()));
      if (today != null) {
        text.append(", today's size ").append(Words.time(today.durationMs()));
      }
      text.append("; priority ").append(profile.priority().word()).append('.');
    }
    changes.forEach((property, value) ->
        text.append(" Set ").append(property).append('=').append(value).append('.'));
    if (!changes.isEmpty()) {
      text.append(" What ")
          .append(changes.size() == 1 ? "that gains" : "these gain")
          .append(" is not in the predicted time: no schedule knows it.");
    }
    if (found.binding() != null) {
      text.append(" Without this a better size would have been picked: ")
          .append(found.binding())
          .append('.');
    }
    if (profile.sla().isPresent() && !search.meets(pick, true)) {
      text.append(" It is expected to meet what was asked, but its interval reaches beyond.");
    }
    if (pick.forecast().extrapolated()) {
      text.append(" The input lies outside of what was seen: this is extrapolated.");
    }
    text.append(prior(pick.forecast().spread()));
    if (profile.nodeType().isPresent()) {
      text.append(" Node type ")
          .append(profile.nodeType().get())
          .append(" was not used: there is no catalogue of nodes yet.");
    }
    return text.toString();
  }

  /** Says where other jobs stand in for the job's own left-out runs. */
  private static String prior(Spread spread) {
    return spread.pool().jobs() == 0
        ? ""
        : (spread.isPooled() ? " Interval and confidence rest" : " The interval rests") + " on "
            + Words.plural(spread.leftOut(), "left-out run")
            + " of this job and, as a prior, on those of "
            + Words.plural(spread.pool().jobs(), "other job") + ".";
  }
}
