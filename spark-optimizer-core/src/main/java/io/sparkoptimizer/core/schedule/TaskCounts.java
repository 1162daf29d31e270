package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.core.analysis.ShuffleFacts;
import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Finds what decided the task count of each stage of a run: see {@link Cut}. A rule of Spark's is taken for
 * it only where it explains the count that was recorded, at the cores that were there then.
 */
final class TaskCounts {
  /** Spark's rules are met within this part: sizes are known compressed to a byte, and as if all were equal. */
  private static final double TOLERANCE = 0.2;

  private static final long MIB = 1L << 20;
  private static final int DEFAULT_SHUFFLE_PARTITIONS = 200;
  private static final Set<String> FIXED_ORIGINS =
      Set.of("REPARTITION_BY_NUM", "REPARTITION", "REQUIRED_BY_STATEFUL_OPERATOR");

  private final ApplicationRun run;
  private final Map<String, String> conf;
  private final List<Executor> workers;
  private final int partitions;
  private final boolean adaptive;
  private final boolean anyInput;
  private final Predicate<StageAttempt> followsSqlPartitions;
  private final Map<Integer, SqlExecution> executions;
  private final Map<Long, List<SqlExecution.Scan>> scansLeft = new HashMap<>();
  private final Set<Integer> byParallelism = new HashSet<>();

  TaskCounts(ApplicationRun run) {
    this.run = run;
    this.conf = run.configuration();
    this.workers = Allocation.workers(run);
    this.partitions = partitions(run);
    this.adaptive = ShuffleFacts.isAdaptive(run, conf)
        && SparkSettings.flag(conf, "spark.sql.adaptive.coalescePartitions.enabled")
            .orElse(true);
    this.anyInput = run.stages().stream()
        .anyMatch(attempt -> attempt.metrics().orZero(TaskMetric.INPUT_BYTES) > 0);
    this.followsSqlPartitions = ShuffleFacts.followsSqlPartitions(run);
    this.executions = ShuffleFacts.executionByStage(run);
  }

  /** {@code spark.sql.shuffle.partitions} of a run, set or Spark's default. */
  static int partitions(ApplicationRun run) {
    return Math.max(
        1,
        SparkSettings.count(run.configuration(), "spark.sql.shuffle.partitions")
            .orElse(DEFAULT_SHUFFLE_PARTITIONS));
  }

  /** {@code spark.default.parallelism}; empty where it follows the cores. */
  static OptionalInt setParallelism(ApplicationRun run) {
    OptionalInt set = SparkSettings.count(run.configuration(), ShuffleFacts.DEFAULT_PARALLELISM);
    return set.orElse(0) > 0 ? set : OptionalInt.empty();
  }

  /** To be asked once for each attempt, parents first: a scan explains one stage. */
  Cut of(StageAttempt stage) {
    int tasks = Math.max(1, stage.numTasks());
    if (isByParallelism(stage, tasks)) {
      byParallelism.add(stage.stageId());
      return new Cut.Parallelism();
    }
    if (isScan(stage)) {
      return splits(stage, tasks).orElseGet(() -> new Cut.ByInput(tasks));
    }
    boolean shuffled = stage.metrics().orZero(TaskMetric.SHUFFLE_READ_BYTES) > 0;
    // What RDD code shuffles has other settings: this one would be said to gain what it cannot.
    if (stage.parentIds().isEmpty()
        || !followsSqlPartitions.test(stage)
        || isFixedByProgram(stage, tasks)) {
      return new Cut.Fixed(tasks);
    }
    Optional<Cut> coalesced = adaptive && shuffled ? coalesced(stage, tasks) : Optional.empty();
    if (coalesced.isPresent()) {
      return coalesced.get();
    }
    return tasks == partitions || (adaptive && shuffled && tasks < partitions && tasks > 1)
        ? new Cut.Partitions(tasks, partitions)
        : new Cut.Fixed(tasks);
  }

  /**
   * Whether a stage has one task for each core: {@code parallelize} and {@code range} without a number, and RDD
   * shuffles of nothing else. A program may name just that number, too; it seldom happens.
   */
  private boolean isByParallelism(StageAttempt stage, int tasks) {
    boolean source = stage.parentIds().isEmpty()
        && stage.metrics().orZero(TaskMetric.INPUT_BYTES) == 0
        && stage.metrics().orZero(TaskMetric.SHUFFLE_READ_BYTES) == 0;
    boolean follows = !stage.parentIds().isEmpty()
        && byParallelism.containsAll(stage.parentIds())
        && !executions.containsKey(stage.stageId());
    return (source || follows) && tasks == parallelismAt(stage);
  }

  private boolean isScan(StageAttempt stage) {
    boolean reads = stage.metrics().orZero(TaskMetric.INPUT_BYTES) > 0;
    return stage.parentIds().isEmpty()
        && (reads || !anyInput)
        && stage.metrics().orZero(TaskMetric.SHUFFLE_READ_BYTES) == 0;
  }

  /** {@code repartition(n)}, and exchanges of one partition. */
  private boolean isFixedByProgram(StageAttempt stage, int tasks) {
    SqlExecution execution = executions.get(stage.stageId());
    if (execution == null) {
      return false;
    }
    List<SqlExecution.Exchange> alike = execution.exchanges().stream()
        .filter(exchange -> !exchange.broadcast() && exchange.partitions().orElse(-1) == tasks)
        .toList();
    return !alike.isEmpty()
        && alike.stream()
            .allMatch(exchange -> tasks == 1
                || (exchange.origin() != null && FIXED_ORIGINS.contains(exchange.origin())));
  }

  private Optional<Cut> coalesced(StageAttempt stage, int tasks) {
    double bytes = stage.metrics().orZero(TaskMetric.SHUFFLE_READ_BYTES);
    // Before 3.2 there was no least size, and no switch: parallelism came first.
    boolean sized = run.isSparkAtLeast(3, 2, 0);
    OptionalInt least =
        SparkSettings.count(conf, "spark.sql.adaptive.coalescePartitions.minPartitionNum");
    boolean parallelismFirst = !sized
        || SparkSettings.flag(conf, "spark.sql.adaptive.coalescePartitions.parallelismFirst")
            .orElse(true);
    OptionalInt initial =
        SparkSettings.count(conf, "spark.sql.adaptive.coalescePartitions.initialPartitionNum");
    Cut.Coalesced rule = new Cut.Coalesced(
        bytes,
        bytes("spark.sql.adaptive.advisoryPartitionSizeInBytes", 64 * MIB),
        sized ? bytes("spark.sql.adaptive.coalescePartitions.minPartitionSize", MIB) : 1,
        initial.orElse(0) > 0 ? initial : OptionalInt.empty(),
        least.orElse(0) > 0 ? least : parallelismFirst ? OptionalInt.empty() : OptionalInt.of(1),
        0);
    int said = rule.tasks(1, partitions, parallelismAt(stage));
    boolean split = Optional.ofNullable(executions.get(stage.stageId()))
        .map(SqlExecution::adaptive)
        .filter(changes -> changes.skewedReads() > 0)
        .isPresent();
    return isNear(said, tasks) || (split && tasks > said)
        ? Optional.of(rule.beyond(tasks - said))
        : Optional.empty();
  }

  /** A scan of its execution whose files explain the count. */
  private Optional<Cut> splits(StageAttempt stage, int tasks) {
    SqlExecution execution = executions.get(stage.stageId());
    if (execution == null) {
      return Optional.empty();
    }
    List<SqlExecution.Scan> left = scansLeft.computeIfAbsent(
        execution.executionId(), id -> new ArrayList<>(execution.scans()));
    int parallelism = parallelismAt(stage);
    double read = Math.max(1, stage.metrics().orZero(TaskMetric.INPUT_BYTES));
    int best = -1;
    Cut.Splits rule = null;
    double missed = Double.POSITIVE_INFINITY;
    for (int i = 0; i < left.size(); i++) {
      SqlExecution.Scan scan = left.get(i);
      if (scan.files().orElse(0) > 0 && scan.bytes().orElse(0) > 0) {
        Cut.Splits candidate = splits(scan);
        int said = candidate.tasks(1, partitions, parallelism);
        // Of scans that explain the count it is the one of about as many bytes as were read.
        double misses = Math.abs(Math.log(scan.bytes().getAsLong() / read));
        if (isNear(said, tasks) && misses < missed) {
          best = i;
          missed = misses;
          rule = candidate.beyond(tasks - said);
        }
      }
    }
    if (best >= 0) {
      left.remove(best);
    }
    return Optional.ofNullable(rule);
  }

  private Cut.Splits splits(SqlExecution.Scan scan) {
    OptionalInt set = SparkSettings.count(conf, "spark.sql.files.minPartitionNum");
    OptionalInt least =
        set.orElse(0) > 0 ? set : SparkSettings.count(conf, "spark.sql.leafNodeDefaultParallelism");
    return new Cut.Splits(
        scan.files().orElse(1),
        scan.bytes().orElse(0),
        bytes("spark.sql.files.maxPartitionBytes", 128 * MIB),
        bytes("spark.sql.files.openCostInBytes", 4 * MIB),
        least,
        0);
  }

  private long bytes(String property, long byDefault) {
    return Math.max(1, SparkSettings.sizeBytes(conf, property).orElse(byDefault));
  }

  private static boolean isNear(int said, int tasks) {
    return Math.abs(said - tasks) <= Math.max(1, TOLERANCE * said);
  }

  /** Spark's default parallelism when a stage began: the cores that were there, unless it was set. */
  private int parallelismAt(StageAttempt stage) {
    OptionalInt set = setParallelism(run);
    return set.isPresent() ? set.getAsInt() : Math.max(2, coresAt(stage));
  }

  private int coresAt(StageAttempt stage) {
    long at = stage.submissionTimeMs().orElse(stage.firstTaskLaunchedTimeMs().orElse(0));
    return workers.stream()
        .filter(executor -> executor.addTimeMs().orElse(0) <= at
            && executor.removeTimeMs().orElse(Long.MAX_VALUE) > at)
        .mapToInt(executor -> executor.totalCores().orElse(1))
        .sum();
  }
}
