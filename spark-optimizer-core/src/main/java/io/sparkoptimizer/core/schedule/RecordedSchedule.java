package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.StageAttempt;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

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
  private final Workload work;
  private final Candidate recorded;
  private final double recordedStartupMs;
  private final double recordedWorkMs;
  private final double recordedDriverMs;
  private final boolean local;

  private RecordedSchedule(
      Workload work,
      Candidate recorded,
      double recordedStartupMs,
      double recordedWorkMs,
      double recordedDriverMs,
      boolean local) {
    this.work = work;
    this.recorded = recorded;
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
    Allocation allocation = Allocation.of(run);
    boolean dynamic = SparkSettings.flag(run.configuration(), "spark.dynamicAllocation.enabled")
        .orElse(false);
    int executors = Math.max(1, allocation.peakExecutors().orElse(1));
    int min = SparkSettings.count(run.configuration(), "spark.dynamicAllocation.minExecutors")
        .orElse(0);
    Candidate recorded = new Candidate(
        executors,
        dynamic ? OptionalInt.of(Math.min(min, executors)) : OptionalInt.empty(),
        Math.max(1, allocation.executorCores().orElse(1)),
        OptionalInt.empty(),
        1);
    return Optional.of(new RecordedSchedule(
        Workload.of(run, start, end),
        recorded,
        firstLaunch - start,
        end - firstLaunch,
        Timeline.idleMs(run, firstLaunch, end),
        run.clusterManager() == ClusterManager.LOCAL));
  }

  /** Why a run cannot be scheduled; empty where it can. */
  public static Optional<String> whyNot(ApplicationRun run) {
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

  /** What the run had. */
  public Candidate recorded() {
    return recorded;
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

  public int taskCpus() {
    return work.taskCpus();
  }

  /** The run's own slots in one JVM: a count of executors means nothing. */
  public boolean isLocal() {
    return local;
  }

  /** The most tasks that any stage has: more slots than these cannot all be used by one stage. */
  public int widestStage() {
    return work.stages().stream().mapToInt(StageWork::tasks).max().orElse(1);
  }

  /** Slot time of all tasks, without cold starts, in milliseconds. */
  public double taskMs() {
    return work.stages().stream().mapToDouble(StageWork::warmTotalMs).sum();
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

  /** Predicts the run on a candidate. Cost grows with stages and slots, hardly with tasks. */
  public Estimate predict(Candidate candidate) {
    int partitions = candidate.shufflePartitions().orElse(work.shufflePartitions());
    StageWork[] stages = work.stages().stream()
        .map(stage -> stage.at(candidate.inputScale(), work.shufflePartitions(), partitions))
        .toArray(StageWork[]::new);
    double[] seen = work.arrivalsMs();
    // Executors that share a machine share its cores while they start: n of them take n times as
    // long.
    double crowding = work.sharedHost() ? (double) candidate.executors() / seen.length : 1;
    double[] arrivals = new double[candidate.executors()];
    double between = seen.length < 2 ? 0 : (seen[seen.length - 1] - seen[0]) / (seen.length - 1);
    boolean wasDynamic = recorded.dynamicMin().isPresent();
    for (int e = 0; e < arrivals.length; e++) {
      // How executors of dynamic allocation came one by one tells of demand, not of the cluster.
      double arrival = wasDynamic || candidate.dynamicMin().isPresent()
          ? seen[0]
          : e < seen.length ? seen[e] : seen[seen.length - 1] + between * (e - seen.length + 1);
      arrivals[e] = arrival * crowding;
    }
    double lastSeen = seen[seen.length - 1];
    double waited = Math.min(work.firstJobMs(), lastSeen);
    double firstJob = work.firstJobMs() - waited + waited * crowding;
    return new Simulation(work, stages, candidate, arrivals, firstJob, crowding).run();
  }
}
