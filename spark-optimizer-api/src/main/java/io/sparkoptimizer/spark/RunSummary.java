package io.sparkoptimizer.spark;

import io.sparkoptimizer.JobType;
import java.util.Comparator;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A run in one row: what lists, statistics and the search for similar jobs need.
 *
 * @param id what tells it from others
 * @param jobSignature equal for runs of the same job
 * @param jobType what kind of work it did
 * @param kind what kind of program it was
 * @param user who ran it
 * @param status how it ended
 * @param complete whether its log holds a whole run
 * @param durationMs from start to end; empty where either is unknown
 * @param executorsPeak most executors alive at one time, the driver not counted
 * @param executorCores cores of an executor
 * @param executorMemoryMb heap of an executor, MiB
 * @param executorCoreMs allocated core time of executors
 * @param driverCores cores of the driver, set or Spark's default; empty in local mode, where it is the
 *     executor, where nothing of the configuration was logged, and where a table is all there is
 * @param driverMemoryMb heap of the driver, MiB, likewise
 * @param slotTimeMs sum of finish - launch over its tasks: what it needed
 * @param inputBytes external bytes read, see {@link ApplicationRun#inputBytes}
 * @param stages stage attempts that ran
 * @param tasks task ends
 * @param fromTable whether a row of a table is all that is known: nothing then tells of its tasks, and
 *     its memory may be that of a node
 * @param recordedCost what its record says that it cost; empty where prices have to tell
 * @param totals sums over all stage attempts
 */
public record RunSummary(
    RunId id,
    String jobSignature,
    JobType jobType,
    ApplicationKind kind,
    @Nullable String user,
    RunStatus status,
    boolean complete,
    OptionalLong durationMs,
    OptionalInt executorsPeak,
    OptionalInt executorCores,
    OptionalLong executorMemoryMb,
    OptionalLong executorCoreMs,
    OptionalInt driverCores,
    OptionalLong driverMemoryMb,
    long slotTimeMs,
    OptionalLong inputBytes,
    int stages,
    long tasks,
    boolean fromTable,
    OptionalDouble recordedCost,
    Measures<TaskMetric> totals) {

  public static RunSummary of(ApplicationRun run) {
    Allocation allocation = Allocation.of(run);
    TableRow row = run.tableRow();
    boolean driver = row == null
        && run.clusterManager() != ClusterManager.LOCAL
        && !run.configuration().isEmpty();
    return new RunSummary(
        run.id(),
        run.jobSignature(),
        run.jobType(),
        run.kind(),
        run.user(),
        run.status(),
        run.quality().complete(),
        run.durationMs(),
        allocation.peakExecutors(),
        allocation.executorCores(),
        allocation.executorMemoryMb(),
        allocation.coreMs(),
        driver
            ? OptionalInt.of(
                SparkSettings.count(run.configuration(), "spark.driver.cores").orElse(1))
            : OptionalInt.empty(),
        driver
            ? OptionalLong.of(SparkSettings.memoryMb(run.configuration(), "spark.driver.memory")
                .orElse(1024))
            : OptionalLong.empty(),
        run.stages().stream().mapToLong(StageAttempt::slotTimeMs).sum(),
        run.inputBytes(),
        (int) run.stages().stream().filter(StageAttempt::ran).count(),
        run.taskOutcomes().values().stream().mapToLong(Long::longValue).sum(),
        row != null,
        row == null ? OptionalDouble.empty() : row.cost(),
        run.totals());
  }

  /** Newest first; runs without a start last. Equal starts go by id, so that the order is fixed. */
  public static final Comparator<RunSummary> NEWEST_FIRST = Comparator.comparing(
          (RunSummary run) -> run.id().startTimeMs().orElse(Long.MIN_VALUE),
          Comparator.reverseOrder())
      .thenComparing(run -> run.id().appId())
      .thenComparing(run -> run.id().attemptId())
      .thenComparing(run -> run.id().sourceName())
      .thenComparing(run -> run.id().name());
}
