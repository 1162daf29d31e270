package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Prices;
import io.sparkoptimizer.core.container.Containers;
import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.ResourceProfile;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What all rules need to know of a run, derived once. Immutable.
 *
 * <p>A stage attempt runs from its first task's launch to its completion (to the end of the log
 * where it has none). A slot is {@code spark.task.cpus} cores of an executor. The end of a run is its
 * end event, or the last time that any event carries.
 */
final class RunFacts {
  private static final double MS_PER_HOUR = 3_600_000;
  /**
   * Share of the slot time that may be missing from the log (tasks in flight when it was cut, dropped
   * events) before occupancy is not told at all.
   */
  private static final double UNSEEN_LIMIT = 0.05;
  /**
   * Slot time may be this times what the known executors offer: a task's finish is when the driver
   * has its result, and its slot may hold the next task by then, which adds up over tiny tasks.
   */
  private static final double OVERLAP = 2;

  private final ApplicationRun run;
  private final Prices prices;
  private final Allocation allocation;
  private final List<Executor> workers;
  private final List<StageAttempt> ran;
  private final OptionalLong endMs;
  private final StepFunction slots;
  private final StepFunction running;
  private final StepFunction busy;
  private final StepFunction tasks;
  private final OptionalLong capacityMs;
  private final OptionalLong coreMs;
  private final long slotTimeMs;
  private final boolean slotTimeTold;
  private final Map<Integer, SqlExecution> sqlByStage;
  private final Measures<TaskMetric> totals;
  private final Set<Integer> followingParallelism;
  private final Map<Integer, Integer> firstCompleted = new HashMap<>();

  RunFacts(ApplicationRun run, Prices prices) {
    this.run = run;
    this.prices = prices;
    allocation = Allocation.of(run);
    workers = Allocation.workers(run);
    ran = run.stages().stream().filter(StageAttempt::ran).toList();
    endMs = run.endTimeMs().isPresent() ? run.endTimeMs() : run.lastEventTimeMs();
    sqlByStage = ShuffleFacts.executionByStage(run);
    totals = run.totals();
    followingParallelism = ShuffleFacts.governingParallelism(run).isPresent()
        ? ShuffleFacts.rddShuffles(run).stream()
            .map(StageAttempt::stageId)
            .collect(Collectors.toSet())
        : Set.of();

    StepFunction.Builder alive = StepFunction.builder();
    long capacity = 0;
    long cores = 0;
    boolean known = !workers.isEmpty() && endMs.isPresent();
    for (Executor executor : workers) {
      OptionalLong from = executor.addTimeMs().isPresent()
          ? executor.addTimeMs()
          : executor.firstTaskLaunchTimeMs();
      int executorCores =
          executor.totalCores().orElse(allocation.executorCores().orElse(0));
      if (from.isEmpty() || endMs.isEmpty() || executorCores == 0) {
        known = false;
        continue;
      }
      long to = Math.max(from.getAsLong(), executor.removeTimeMs().orElse(endMs.getAsLong()));
      int executorSlots = executorCores / taskCpus(executor.resourceProfileId());
      alive.add(from.getAsLong(), to, executorSlots);
      capacity += (to - from.getAsLong()) * executorSlots;
      cores += (to - from.getAsLong()) * executorCores;
    }
    slots = alive.build();

    StepFunction.Builder count = StepFunction.builder();
    StepFunction.Builder load = StepFunction.builder();
    StepFunction.Builder runnable = StepFunction.builder();
    long slotTime = 0;
    for (StageAttempt stage : ran) {
      slotTime += stage.slotTimeMs();
      if (stage.status() == StageStatus.COMPLETE) {
        firstCompleted.merge(stage.stageId(), stage.attemptId(), Math::min);
      }
      long from = from(stage);
      long to = to(stage);
      count.add(from, to, 1);
      load.add(from, to, to > from ? (double) stage.slotTimeMs() / (to - from) : 0);
      runnable.add(from, to, stage.numTasks());
    }
    running = count.build();
    busy = load.build();
    tasks = runnable.build();
    slotTimeMs = slotTime;
    slotTimeTold =
        !run.quality().has(QualityIssue.COMPACTED) && unseenSlotTimeMs() <= UNSEEN_LIMIT * slotTime;
    // More slot time than slots: executors are missing from the log.
    boolean covered = slotTime <= OVERLAP * capacity;
    capacityMs =
        known && capacity > 0 && covered ? OptionalLong.of(capacity) : OptionalLong.empty();
    coreMs = known && cores > 0 ? OptionalLong.of(cores) : OptionalLong.empty();
  }

  ApplicationRun run() {
    return run;
  }

  Prices prices() {
    return prices;
  }

  Allocation allocation() {
    return allocation;
  }

  /** The executors that run tasks. */
  List<Executor> workers() {
    return workers;
  }

  /** Stage attempts of which a task ran. */
  List<StageAttempt> ran() {
    return ran;
  }

  OptionalLong endMs() {
    return endMs;
  }

  /** Slots alive. */
  StepFunction slots() {
    return slots;
  }

  /** Stage attempts running. */
  StepFunction running() {
    return running;
  }

  /** Slots that hold a task, each stage's slot time spread evenly over its run. */
  StepFunction busy() {
    return busy;
  }

  /** Tasks of the stage attempts that are running: no more slots than these can be used. */
  StepFunction tasks() {
    return tasks;
  }

  /** Slots x lifetime of the executors; empty where cores, times or executors are not known. */
  OptionalLong capacityMs() {
    return capacityMs;
  }

  /** Cores x lifetime of the executors. */
  OptionalLong coreMs() {
    return coreMs;
  }

  long slotTimeMs() {
    return slotTimeMs;
  }

  /** Slots x lifetime less slot time; empty where either is not told. */
  OptionalLong idleMs() {
    return capacityMs.isPresent() && slotTimeTold
        ? OptionalLong.of(Math.max(0, capacityMs.getAsLong() - slotTimeMs))
        : OptionalLong.empty();
  }

  /** Slot time / (slots x lifetime), at most 1. */
  OptionalDouble slotOccupancy() {
    return idleMs().isPresent()
        ? OptionalDouble.of(1 - (double) idleMs().getAsLong() / capacityMs.getAsLong())
        : OptionalDouble.empty();
  }

  /**
   * The share of the run that slot time of a stage attempt made up: as wall time over the slots that
   * the stage could use; where executors or times are unknown, as slot time.
   */
  double shareOfRun(StageAttempt stage, double slotMs) {
    OptionalDouble wall = wallMs(stage, slotMs);
    double share = wall.isPresent() && wallMs().isPresent()
        ? wall.getAsDouble() / wallMs().getAsLong()
        : slotMs / Math.max(1, slotTimeMs);
    return Math.min(1, Math.max(0, share));
  }

  /** Slot time of a stage attempt as wall time, if it was spread over the slots it could use. */
  OptionalDouble wallMs(StageAttempt stage, double slotMs) {
    OptionalDouble alive = slotsDuring(stage);
    return alive.isPresent()
        ? OptionalDouble.of(slotMs / Math.max(1, Math.min(alive.getAsDouble(), stage.numTasks())))
        : OptionalDouble.empty();
  }

  /** When a stage attempt's first task was launched, as far as the log tells. */
  long from(StageAttempt stage) {
    return stage.firstTaskLaunchedTimeMs().orElse(stage.submissionTimeMs().orElse(to(stage)));
  }

  /** When a stage attempt ended. */
  long to(StageAttempt stage) {
    return stage
        .completionTimeMs()
        .orElse(endMs.orElse(stage.firstTaskLaunchedTimeMs().orElse(0)));
  }

  /** Launch of the run's first task. */
  OptionalLong firstTaskMs() {
    return ran.stream()
        .map(StageAttempt::firstTaskLaunchedTimeMs)
        .filter(OptionalLong::isPresent)
        .mapToLong(OptionalLong::getAsLong)
        .min();
  }

  /** From the application's start (or its first task) to its end. */
  OptionalLong wallMs() {
    OptionalLong start = run.startTimeMs().isPresent() ? run.startTimeMs() : firstTaskMs();
    return start.isPresent() && endMs.isPresent() && endMs.getAsLong() > start.getAsLong()
        ? OptionalLong.of(endMs.getAsLong() - start.getAsLong())
        : OptionalLong.empty();
  }

  /** After the first task, the stretches in which no stage was running; none where that is not told. */
  List<StepFunction.Stretch> driverGaps() {
    return firstTaskMs().isPresent() && wallTold()
        ? running.stretchesAtMost(0, firstTaskMs().getAsLong(), endMs.orElse(0))
        : List.of();
  }

  /** Whether the log has every stage of the run, so that a gap between stages is one. */
  boolean wallTold() {
    return endMs.isPresent() && !run.quality().has(QualityIssue.COMPACTED);
  }

  /** {@code spark.task.cpus}, of a resource profile where it has its own. */
  int taskCpus(OptionalInt profileId) {
    for (ResourceProfile profile : run.resourceProfiles()) {
      Double cpus = profile.taskResources().get("cpus");
      if (profileId.isPresent() && profile.id() == profileId.getAsInt() && cpus != null) {
        return Math.max(1, cpus.intValue());
      }
    }
    return Math.max(
        1, SparkSettings.count(run.configuration(), "spark.task.cpus").orElse(1));
  }

  /** Slots of the run's usual executor. */
  OptionalInt slotsPerExecutor() {
    OptionalInt cores = allocation.executorCores();
    return cores.isPresent()
        ? OptionalInt.of(Math.max(1, cores.getAsInt() / taskCpus(OptionalInt.of(0))))
        : OptionalInt.empty();
  }

  /** Slots alive while a stage ran, its time-weighted mean; empty where the executors are not known. */
  OptionalDouble slotsDuring(StageAttempt stage) {
    double mean = slots.mean(from(stage), to(stage));
    return capacityMs.isPresent() && mean > 0 ? OptionalDouble.of(mean) : OptionalDouble.empty();
  }

  /** Largest used heap of any executor, a lower bound with garbage in it. */
  OptionalLong peakHeapBytes() {
    return workers.stream()
        .filter(executor -> executor.peaks().orZero(MemoryPeak.JVM_HEAP) > 0)
        .mapToLong(executor -> executor.peaks().orZero(MemoryPeak.JVM_HEAP))
        .max();
  }

  /** Peak heap / heap given; empty where either is unknown, or the peak exceeds what was given. */
  OptionalDouble heapUtilization() {
    if (peakHeapBytes().isEmpty() || allocation.executorMemoryMb().isEmpty()) {
      return OptionalDouble.empty();
    }
    double share = peakHeapBytes().getAsLong()
        / (allocation.executorMemoryMb().getAsLong() * (double) (1L << 20));
    // Above 1 the property was not what the JVM got: -Xmx beside it, a resource profile.
    return share <= 1 ? OptionalDouble.of(share) : OptionalDouble.empty();
  }

  /** Core-hours of slot time. */
  double coreHours(double slotMs) {
    double coresPerSlot = capacityMs.isPresent() && coreMs.isPresent()
        ? (double) coreMs.getAsLong() / capacityMs.getAsLong()
        : taskCpus(OptionalInt.of(0));
    return slotMs * coresPerSlot / MS_PER_HOUR;
  }

  /** All core-hours that the run was given. */
  OptionalDouble totalCoreHours() {
    return coreMs.isPresent()
        ? OptionalDouble.of(coreMs.getAsLong() / MS_PER_HOUR)
        : OptionalDouble.empty();
  }

  /** GiB of the run's usual container; empty where the heap is not known. */
  private OptionalDouble containerGib() {
    OptionalLong heap = allocation.executorMemoryMb();
    return heap.isPresent()
        ? OptionalDouble.of(Containers.executorContainerMb(run, heap.getAsLong()) / 1024.0)
        : OptionalDouble.empty();
  }

  /** Container GiB that come with one core; empty where heap or cores are not known. */
  OptionalDouble gibPerCore() {
    OptionalDouble container = containerGib();
    OptionalInt cores = allocation.executorCores();
    return container.isPresent() && cores.isPresent() && cores.getAsInt() > 0
        ? OptionalDouble.of(container.getAsDouble() / cores.getAsInt())
        : OptionalDouble.empty();
  }

  /** What core-hours cost with the memory that comes with them. */
  OptionalDouble cost(double coreHours) {
    return gibPerCore().isPresent()
        ? OptionalDouble.of(prices.cost(coreHours, coreHours * gibPerCore().getAsDouble()))
        : OptionalDouble.empty();
  }

  /** Slot time of a stage attempt's successful tasks; empty where its distribution is not kept. */
  OptionalLong successfulSlotTimeMs(StageAttempt stage) {
    if (stage.numFailedTasks() + stage.numKilledTasks() == 0) {
      return OptionalLong.of(stage.slotTimeMs());
    }
    var durations = stage.distribution(TaskDistribution.DURATION_MS);
    return durations.count() > 0 || stage.numCompleteTasks() == 0
        ? OptionalLong.of(Math.min(stage.slotTimeMs(), durations.sum()))
        : OptionalLong.empty();
  }

  /**
   * Slot time of tasks that failed or were killed, or of a whole attempt that made output of a stage
   * again which had completed before; empty where that is not told.
   */
  OptionalLong retriedSlotTimeMs(StageAttempt stage) {
    Integer completed = firstCompleted.get(stage.stageId());
    boolean again = completed != null && completed < stage.attemptId();
    OptionalLong successful = successfulSlotTimeMs(stage);
    if (again) {
      return OptionalLong.of(stage.slotTimeMs());
    }
    return successful.isPresent()
        ? OptionalLong.of(stage.slotTimeMs() - successful.getAsLong())
        : OptionalLong.empty();
  }

  boolean isStreaming() {
    return run.kind() == ApplicationKind.STREAMING || run.streaming() != null;
  }

  /** Whether tasks hand their work to Python workers, whose CPU time Spark does not count. */
  boolean usesPython() {
    return run.setting("spark.yarn.isPython").orElse("").equals("true")
        || run.setting("spark.kubernetes.resource.type").orElse("").equals("python")
        || workers.stream()
            .anyMatch(executor -> executor.peaks().orZero(MemoryPeak.PROCESS_TREE_PYTHON_RSS) > 0)
        || run.sql().stream()
            .flatMap(execution -> execution.operators().keySet().stream())
            .anyMatch(operator -> operator.contains("Python")
                || operator.contains("Pandas")
                || operator.contains("MapInArrow"));
  }

  /** The SQL execution that a stage worked for; null where it is plain RDD code. */
  @Nullable
  SqlExecution sqlOf(StageAttempt stage) {
    return sqlByStage.get(stage.stageId());
  }

  /** Whether a stage reads an RDD shuffle that {@code spark.default.parallelism} cuts. */
  boolean followsDefaultParallelism(StageAttempt stage) {
    return followingParallelism.contains(stage.stageId());
  }

  /** Whether the run's Spark is this one or a later one; false where the version is not known. */
  boolean sparkAtLeast(int major, int minor) {
    return run.isSparkAtLeast(major, minor, 0);
  }

  /** Whether adaptive execution re-cut its shuffles. */
  boolean adaptive() {
    return ShuffleFacts.isAdaptive(run, run.configuration());
  }

  /** {@code spark.sql.shuffle.partitions}, set or Spark's default. */
  int shufflePartitions() {
    return SparkSettings.count(run.configuration(), "spark.sql.shuffle.partitions")
        .orElse(200);
  }

  private double unseenSlotTimeMs() {
    double unseen = 0;
    for (StageAttempt stage : ran) {
      int missing = stage.numTasks() - stage.numCompleteTasks();
      long seen = (long) stage.numCompleteTasks() + stage.numFailedTasks() + stage.numKilledTasks();
      if (stage.status() == StageStatus.COMPLETE && missing > 0) {
        unseen += (double) missing * stage.slotTimeMs() / seen;
      } else if (stage.status() == StageStatus.ACTIVE && missing > 0) {
        double inFlight = Math.min(missing, Math.max(1, slots.mean(from(stage), to(stage))));
        double upTo = Math.max(0, inFlight * (to(stage) - from(stage)) - stage.slotTimeMs());
        unseen += upTo;
      }
    }
    return unseen;
  }

  /** Sum of a metric over all stage attempts. */
  OptionalLong total(TaskMetric metric) {
    return totals.get(metric);
  }
}
