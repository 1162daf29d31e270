package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.StageAttempt;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One recorded run, ready to be scheduled on other resources. Immutable and thread-safe; equal
 * questions have equal answers.
 *
 * <p>The idea: what a run had to do is its tasks' slot times (finish - launch) under the order that
 * its stages and jobs keep; what no executor shortens is the driver's time between them. Both are
 * recorded. The same tasks are given to other slots, each new slot paying the cold start that the
 * recorded slots paid. What this gets wrong: tasks that slow each other down (more of them in one
 * JVM or on one disk), data that is cut otherwise at another size, and machines that were busy.
 */
public final class RecordedSchedule {
  /** No cluster is larger; a maximum beyond it is taken for so many. */
  public static final int MOST_EXECUTORS = 10_000;

  /** Slots that a simulation keeps at most: beyond this its memory, and not its answer, grows. */
  public static final int MOST_SLOTS = 200_000;

  /** No machine runs more tasks at a time. */
  private static final int MOST_SLOTS_EACH = 1_000;

  /** Tasks that use less than so many processors together did not wait for one: every machine has one. */
  private static final double SATURATED = 0.9;

  /** Work is not taken for less than this part of what was seen, nor for more than its inverse. */
  static final double LEAST_SCALE = 1e-9;

  private final Workload work;
  private final StageGraph graph;
  private final TaskOrders orders;
  private final Candidate recorded;
  private final Candidate configured;
  private final DynamicAllocation allocation;
  private final OptionalDouble grantMs;
  private final double taskMs;
  private final Map<Candidate, Estimate> predicted = new ConcurrentHashMap<>();
  private final double recordedStartupMs;
  private final double recordedWorkMs;
  private final double recordedDriverMs;
  private final boolean local;

  private RecordedSchedule(
      Workload work,
      Candidate recorded,
      Candidate configured,
      DynamicAllocation allocation,
      OptionalDouble grantMs,
      double recordedStartupMs,
      double recordedWorkMs,
      double recordedDriverMs,
      boolean local) {
    this.work = work;
    this.graph = new StageGraph(work);
    this.orders = new TaskOrders(work.stages());
    this.recorded = recorded;
    this.configured = configured;
    this.allocation = allocation;
    this.grantMs = grantMs;
    this.taskMs = work.stages().stream().mapToDouble(StageWork::warmTotalMs).sum();
    this.recordedStartupMs = recordedStartupMs;
    this.recordedWorkMs = recordedWorkMs;
    this.recordedDriverMs = recordedDriverMs;
    this.local = local;
  }

  /**
   * Takes a run apart. Empty where {@link #whyNot} has a reason.
   */
  public static Optional<RecordedSchedule> of(ApplicationRun run) {
    if (whyNot(run).isPresent()) {
      return Optional.empty();
    }
    long start = run.startTimeMs().getAsLong();
    long end = run.endTimeMs().isPresent()
        ? run.endTimeMs().getAsLong()
        : run.lastEventTimeMs().orElse(start);
    end = Math.max(end, start);
    long firstLaunch = run.stages().stream()
        .filter(StageAttempt::ran)
        .map(StageAttempt::firstTaskLaunchedTimeMs)
        .filter(OptionalLong::isPresent)
        .mapToLong(OptionalLong::getAsLong)
        .min()
        .orElse(start);
    firstLaunch = Math.min(Math.max(start, firstLaunch), end);
    Allocation had = Allocation.of(run);
    boolean dynamic = DynamicAllocation.isOn(run);
    DynamicAllocation settings = DynamicAllocation.of(run);
    DynamicAllocation allocation =
        dynamic ? settings.startingWith(cameUnasked(run, settings)) : settings;
    int executors = Math.max(1, had.peakExecutors().orElse(1));
    int cores = Math.max(1, had.executorCores().orElse(1));
    Candidate recorded = new Candidate(
        executors,
        dynamic ? OptionalInt.of(Math.min(allocation.min(), executors)) : OptionalInt.empty(),
        cores,
        OptionalInt.empty(),
        1);
    Candidate configured = dynamic
        ? new Candidate(
            Math.max(executors, allocation.max()),
            OptionalInt.of(Math.min(allocation.min(), Math.max(executors, allocation.max()))),
            cores,
            OptionalInt.empty(),
            1)
        : recorded;
    return Optional.of(new RecordedSchedule(
        Workload.of(run, start, end),
        recorded,
        configured,
        allocation,
        dynamic ? grantMs(run, allocation) : OptionalDouble.empty(),
        firstLaunch - start,
        end - firstLaunch,
        Timeline.idleMs(run, firstLaunch, end),
        run.clusterManager() == ClusterManager.LOCAL));
  }

  /** Executors that came before tasks can have waited for long enough to ask for them. */
  private static int cameUnasked(ApplicationRun run, DynamicAllocation settings) {
    OptionalLong firstStage = run.stages().stream()
        .map(StageAttempt::submissionTimeMs)
        .flatMapToLong(OptionalLong::stream)
        .min();
    return firstStage.isEmpty()
        ? 0
        : (int) Arrays.stream(addTimesMs(run))
            .filter(time -> time < firstStage.getAsLong() + settings.backlogMs())
            .count();
  }

  private static long[] addTimesMs(ApplicationRun run) {
    return Allocation.workers(run).stream()
        .map(Executor::addTimeMs)
        .flatMapToLong(OptionalLong::stream)
        .sorted()
        .toArray();
  }

  /**
   * From asking for an executor to having it, by the first that came because tasks waited: it was asked for
   * when the stage submitted last had waited for as long as Spark's backlog timeout says.
   */
  private static OptionalDouble grantMs(ApplicationRun run, DynamicAllocation allocation) {
    long[] added = addTimesMs(run);
    if (added.length <= allocation.initial()) {
      return OptionalDouble.empty();
    }
    double latestWait = added[allocation.initial()] - allocation.backlogMs();
    OptionalLong submitted = run.stages().stream()
        .map(StageAttempt::submissionTimeMs)
        .flatMapToLong(OptionalLong::stream)
        .filter(time -> time <= latestWait)
        .max();
    return submitted.isPresent()
        ? OptionalDouble.of(latestWait - submitted.getAsLong())
        : OptionalDouble.empty();
  }

  /** Why a run cannot be scheduled; empty where it can. */
  public static Optional<String> whyNot(ApplicationRun run) {
    if (run.tableRow() != null) {
      return Optional.of("it is a row of a table, which tells of no stages");
    }
    if (run.startTimeMs().isEmpty()) {
      return Optional.of("the log has no start of the application");
    }
    if (run.stages().stream().noneMatch(StageAttempt::ran)) {
      return Optional.of("no stage of it ran");
    }
    if (Allocation.workers(run).isEmpty()) {
      return Optional.of("the log names no executor");
    }
    if (run.stages().stream()
        .filter(StageAttempt::ran)
        .allMatch(stage -> stage.slotTimeMs() == 0)) {
      return Optional.of("the log has no task times");
    }
    return Optional.empty();
  }

  /** What the run had; under dynamic allocation the most that were there at one time. */
  public Candidate recorded() {
    return recorded;
  }

  /** What the run was given: under dynamic allocation its bounds, {@code 2^31 - 1} for no limit. */
  public Candidate configured() {
    return configured;
  }

  /**
   * The most executors of this many cores that the run could have used at one time: as many as it had, or
   * enough for all tasks of its widest stage. It stands for a dynamic maximum that is no limit.
   */
  public static int mostUseful(ApplicationRun run, int executorCores) {
    int taskCpus =
        Math.max(1, SparkSettings.count(run.configuration(), "spark.task.cpus").orElse(1));
    long widest = run.stages().stream()
        .mapToLong(stage ->
            (long) stage.numCompleteTasks() + stage.numFailedTasks() + stage.numKilledTasks())
        .max()
        .orElse(1);
    int slots = Math.max(1, executorCores / taskCpus);
    int useful = (int) Math.min(MOST_EXECUTORS, (widest + slots - 1) / slots);
    return Math.max(1, Math.max(Allocation.of(run).peakExecutors().orElse(1), useful));
  }

  /**
   * A candidate with no more executors than could come to use. A dynamic maximum that the run never reached
   * did not bind, so that raising it changes nothing as long as the work is the same: there was no demand
   * for more, or the cluster had no more. Otherwise the tasks of the widest stage are the most there can be.
   */
  private Candidate usable(Candidate asked) {
    double most = MOST_EXECUTORS;
    if (asked.dynamicMin().isPresent()) {
      double useful = useful(asked);
      boolean unbound =
          recorded.dynamicMin().isPresent() && recorded.executors() < configured.executors();
      most = unbound
          ? recorded.executors() * Math.max(1, useful / useful(recorded))
          : Math.max(recorded.executors(), useful);
      int min = asked.dynamicMin().getAsInt();
      if (!unbound || min > configured.dynamicMin().getAsInt()) {
        most = Math.max(most, min);
      }
    }
    most = Math.min(most, (double) MOST_SLOTS / slots(asked.executorCores()));
    int executors =
        (int) Math.max(1, Math.min(asked.executors(), Math.min(MOST_EXECUTORS, Math.ceil(most))));
    OptionalInt min = asked.dynamicMin().isPresent()
        ? OptionalInt.of(Math.min(executors, asked.dynamicMin().getAsInt()))
        : OptionalInt.empty();
    int cores = (int) Math.min(asked.executorCores(), (long) MOST_SLOTS_EACH * work.taskCpus());
    double scale = Math.max(LEAST_SCALE, Math.min(1 / LEAST_SCALE, asked.inputScale()));
    return new Candidate(executors, min, cores, asked.shufflePartitions(), scale, asked.slowdown());
  }

  /** Tasks that an executor of so many cores runs at a time. */
  int slots(int cores) {
    return Math.max(1, Math.min(MOST_SLOTS_EACH, cores / work.taskCpus()));
  }

  /** Executors that hold all tasks of the widest stage. */
  private double useful(Candidate asked) {
    int partitions = asked.shufflePartitions().orElse(work.shufflePartitions());
    int parallelism = work.parallelism(recorded.executors() * recorded.executorCores());
    int widest = 1;
    for (StageWork stage : work.stages()) {
      widest = Math.max(widest, stage.cut().tasks(asked.inputScale(), partitions, parallelism));
    }
    return Math.ceil((double) widest / slots(asked.executorCores()));
  }

  /** Whether a candidate is what the run had, whatever its input: equal bounds, cores and partitions. */
  boolean isSame(Candidate asked) {
    Candidate same = usable(asked.withInputScale(1));
    return same.executors() == recorded.executors()
        && same.executorCores() == recorded.executorCores()
        && same.dynamicMin().equals(recorded.dynamicMin())
        && same.shufflePartitions().orElse(shufflePartitions()) == shufflePartitions();
  }

  /**
   * Standard deviation of ln(actual / predicted) that the distance of a candidate alone gives.
   *
   * @param inputRatio input of the question over this run's
   */
  double prior(Candidate asked, double inputRatio) {
    Candidate usable = usable(asked.withInputScale(1)).withInputScale(inputRatio);
    return Math.hypot(Spread.prior(recorded, usable, shufflePartitions()), machineDoubt(usable));
  }

  /**
   * What is not known where all slots share one machine, as a standard deviation of ln(actual / predicted):
   * no log tells how many processors it has. More slots may ask for more than there are; fewer may have
   * been slowed by it in the run and no longer be. As many as tasks used on average there are, and one.
   */
  private double machineDoubt(Candidate asked) {
    if (!work.sharedHost() && !local) {
      return 0;
    }
    int had = recorded.executors() * slots(recorded.executorCores());
    int wanted = asked.executors() * slots(asked.executorCores());
    double used = work.processorMs() / Math.max(1, recordedWorkMs - recordedDriverMs);
    double off = wanted > had
        ? wanted * work.processorShare() / Math.max(1, used)
        : wanted < had && used >= SATURATED
            ? Math.min((double) had / wanted, 1 / work.processorShare())
            : 1;
    return Math.log(Math.max(1, off)) / Spread.Z90;
  }

  /** How a candidate differs from what the run had, as far as {@link #prior}. */
  Change change(Candidate asked, double inputRatio) {
    Candidate to = usable(asked.withInputScale(1)).withInputScale(inputRatio);
    return Change.of(recorded, to, shufflePartitions()).atLeast(prior(asked, inputRatio));
  }

  public double recordedStartupMs() {
    return recordedStartupMs;
  }

  /** From the first task to the application's end. */
  public double recordedWorkMs() {
    return recordedWorkMs;
  }

  /** The part of the work in which no stage had a task out. */
  public double recordedDriverMs() {
    return recordedDriverMs;
  }

  /** {@code spark.sql.shuffle.partitions} of the run, set or Spark's default. */
  public int shufflePartitions() {
    return work.shufflePartitions();
  }

  /** Whether any stage has as many tasks as {@code spark.sql.shuffle.partitions} says. */
  public boolean followsShufflePartitions() {
    return work.stages().stream().anyMatch(stage -> stage.cut().followsPartitions());
  }

  /** The run's own slots in one JVM: a count of executors means nothing. */
  public boolean isLocal() {
    return local;
  }

  /** The most tasks that any stage has: more slots than these cannot all be used by one stage. */
  public int widestStage() {
    return work.stages().stream().mapToInt(StageWork::tasks).max().orElse(1);
  }

  /** Tasks that one executor ran at a time. */
  int slotsPerExecutor() {
    return work.slotsPerExecutor();
  }

  /** Slot time of all tasks, without cold starts, in milliseconds. */
  public double taskMs() {
    return taskMs;
  }

  /**
   * The least time that any number of executors needs, without start-up and cold starts: the chain of
   * stages that wait for one another, each as long as its longest task, and the driver's time.
   */
  public double criticalPathMs() {
    double[] stageEnds = new double[work.stages().size()];
    double[] jobEnds = new double[work.jobs().size()];
    double[] latest = new double[work.jobs().size()];
    double latestOfAll = 0;
    int s = 0;
    for (int j = 0; j < work.jobs().size(); j++) {
      JobWork job = work.jobs().get(j);
      double from = job.gapMs()
          + switch (job.after()) {
            case START -> 0;
            case ONE -> jobEnds[job.predecessor()];
            case ALL -> latestOfAll;
          };
      latest[j] = from;
      for (; s < work.stages().size() && work.stages().get(s).job() == j; s++) {
        StageWork stage = work.stages().get(s);
        double ready = from;
        for (int parent : stage.parents()) {
          ready = Math.max(ready, stageEnds[parent]);
        }
        double longest = stage.warmMs()[stage.warmMs().length - 1];
        stageEnds[s] = ready + stage.overheadMs() + longest;
        latest[j] = Math.max(latest[j], stageEnds[s]);
      }
      jobEnds[j] = latest[j] + job.tailMs();
      latestOfAll = Math.max(latestOfAll, jobEnds[j]);
    }
    return latestOfAll + work.closingMs();
  }

  /**
   * Predicts the run on a candidate. Cost grows with stages and slots, hardly with tasks; a candidate that
   * was asked before costs nothing.
   */
  public Estimate predict(Candidate candidate) {
    Candidate usable = usable(candidate);
    Estimate known = predicted.get(usable);
    if (known == null) {
      // Outside of the map, which would let no other thread in meanwhile.
      known = simulate(usable, (now, alive) -> {});
      predicted.put(usable, known);
    }
    return known;
  }

  /** As {@link #predict}, remembering nothing. */
  Estimate simulate(Candidate candidate, Simulation.Watcher watcher) {
    int partitions = candidate.shufflePartitions().orElse(work.shufflePartitions());
    double[] seen = work.arrivalsMs();
    boolean dynamic = candidate.dynamicMin().isPresent();
    DynamicAllocation bounded = dynamic
        ? allocation.within(candidate.dynamicMin().getAsInt(), candidate.executors())
        : null;
    // Executors that share a machine share its cores while they start: n of them take n times as
    // long. Those that are asked for later start a few at a time.
    double together = bounded != null && bounded.initial() < candidate.executors()
        ? Math.max(1, (double) bounded.initial() / seen.length)
        : (double) candidate.executors() / seen.length;
    double crowding = work.sharedHost() ? together : 1;
    // How executors came that demand asked for one by one tells of demand, not of the cluster.
    int atStart = recorded.dynamicMin().isPresent()
        ? Math.min(allocation.initial(), seen.length)
        : seen.length;
    double[] arrivals = new double[candidate.executors()];
    double between = atStart < 2 ? 0 : (seen[atStart - 1] - seen[0]) / (atStart - 1);
    // Those that came were fewer than the run had later on.
    double slowerStart = recorded.dynamicMin().isPresent() ? Math.max(1, crowding) : crowding;
    for (int e = 0; e < arrivals.length; e++) {
      double arrival =
          e < atStart ? seen[e] : seen[Math.max(0, atStart - 1)] + between * (e - atStart + 1);
      arrivals[e] = arrival * slowerStart;
    }
    double lastSeen = seen[Math.max(0, atStart - 1)];
    double waited = Math.min(work.firstJobMs(), lastSeen);
    double firstJob = work.firstJobMs() - waited + waited * slowerStart;
    return new Simulation(
            work,
            graph,
            (stage, aliveCores) -> orders.of(
                stage,
                candidate.inputScale(),
                partitions,
                work.parallelism(aliveCores),
                candidate.slowdown()),
            candidate,
            arrivals,
            grantMs.orElse(arrivals[0]),
            firstJob,
            crowding,
            bounded,
            watcher)
        .run();
  }
}
