package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/** What decides how the shuffles of a run are cut, for all who advise on it. */
public final class ShuffleFacts {
  /** How many partitions RDD shuffles have whose count the code leaves open. */
  public static final String DEFAULT_PARALLELISM = "spark.default.parallelism";

  private ShuffleFacts() {}

  /**
   * Whether adaptive execution re-cuts shuffles under these properties: since Spark 3.0, by default since
   * 3.2. What had the same switch before was another mechanism, with other settings.
   */
  public static boolean isAdaptive(ApplicationRun run, Map<String, String> conf) {
    boolean seen = run.aqeUpdates() > 0;
    return run.kind() != ApplicationKind.STREAMING
        && run.streaming() == null
        && (seen || run.isSparkAtLeast(3, 0, 0))
        && SparkSettings.flag(conf, "spark.sql.adaptive.enabled")
            .orElse(seen || run.isSparkAtLeast(3, 2, 0));
  }

  /**
   * {@code spark.default.parallelism} where it governs the RDD shuffles of a run: it is set, and every
   * stage outside of SQL executions that reads a shuffle has exactly so many tasks. Empty where the code
   * passes counts of its own, and for streaming.
   */
  public static OptionalInt governingParallelism(ApplicationRun run) {
    OptionalInt set = SparkSettings.count(run.configuration(), DEFAULT_PARALLELISM);
    List<StageAttempt> stages = rddShuffles(run);
    return set.orElse(0) > 0
            && run.kind() == ApplicationKind.BATCH
            && !stages.isEmpty()
            && stages.stream().allMatch(stage -> stage.numTasks() == set.getAsInt())
        ? set
        : OptionalInt.empty();
  }

  /** Stages that read a shuffle and work for no SQL execution; none where the log ties none to any. */
  public static List<StageAttempt> rddShuffles(ApplicationRun run) {
    Map<Integer, SqlExecution> sql = executionByStage(run);
    return sql.isEmpty() && !run.sql().isEmpty()
        ? List.of()
        : run.stages().stream()
            .filter(stage -> stage.ran()
                && !stage.parentIds().isEmpty()
                && stage.metrics().orZero(TaskMetric.SHUFFLE_READ_BYTES) > 0
                && !sql.containsKey(stage.stageId()))
            .toList();
  }

  /**
   * Which stages {@code spark.sql.shuffle.partitions} may cut: those of SQL executions, and all where the
   * log has executions and ties none to a stage, and of Spark 1.x, which does not log them. Others only if
   * the property is set and they have exactly so many tasks: {@code Dataset.rdd} runs its exchanges outside
   * of any execution, and RDD code may read the property. That an RDD has the default's 200 says nothing.
   */
  public static Predicate<StageAttempt> followsSqlPartitions(ApplicationRun run) {
    boolean sql = !run.sql().isEmpty()
        || !run.isSparkAtLeast(2, 0, 0)
        || run.jobs().stream().anyMatch(job -> job.sqlExecutionId().isPresent());
    Set<Integer> tied = executionByStage(run).keySet();
    int set =
        SparkSettings.count(run.configuration(), "spark.sql.shuffle.partitions").orElse(-1);
    return stage ->
        stage.numTasks() == set || (sql && (tied.isEmpty() || tied.contains(stage.stageId())));
  }

  /** The SQL execution that each stage worked for; a stage of plain RDD code is not in it. */
  public static Map<Integer, SqlExecution> executionByStage(ApplicationRun run) {
    Map<Long, SqlExecution> byId = new HashMap<>();
    Map<Integer, SqlExecution> byJob = new HashMap<>();
    for (SqlExecution execution : run.sql()) {
      byId.put(execution.executionId(), execution);
      execution.jobIds().forEach(job -> byJob.put(job, execution));
    }
    Map<Integer, SqlExecution> byStage = new HashMap<>();
    for (SparkJob job : run.jobs()) {
      SqlExecution execution = job.sqlExecutionId().isPresent()
          ? byId.get(job.sqlExecutionId().getAsLong())
          : byJob.get(job.jobId());
      if (execution != null) {
        job.stageIds().forEach(stage -> byStage.putIfAbsent(stage, execution));
      }
    }
    return byStage;
  }
}
