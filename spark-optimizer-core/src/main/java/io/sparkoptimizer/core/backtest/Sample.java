package io.sparkoptimizer.core.backtest;

import io.sparkoptimizer.core.predict.Features;
import io.sparkoptimizer.core.schedule.Candidate;
import io.sparkoptimizer.core.schedule.JobModel;
import io.sparkoptimizer.core.schedule.RecordedSchedule;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunId;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spi.Predictor;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A recorded run: what it was asked to do, with what, and how long it took.
 *
 * @param schedule what its log tells of its stages; null where only a table tells of it
 * @param known what is known of it before it runs, and its time from its start to its end
 */
record Sample(ApplicationRun run, @Nullable RecordedSchedule schedule, Predictor.Sample known) {

  private static final String SIZE = RunFeatures.PARAMETER + "size";

  /** What {@link #context} compares of a log. */
  private record Configuration(Candidate given, OptionalDouble memoryMb) {}

  /** And of a table's row. */
  private record Work(OptionalDouble input, Map<String, Object> parameters) {}

  /**
   * The whole batch runs among these, in their order; those of tables where fewer than two have logs. A log
   * that was collected under two names of its source counts once: its copy would answer for it.
   */
  static List<Sample> of(List<ApplicationRun> runs) {
    Set<RunId> seen = new HashSet<>();
    List<Sample> logs = runs.stream()
        .filter(run -> run.kind() == ApplicationKind.BATCH
            && JobModel.isWhole(run)
            && run.durationMs().orElse(0) > 0
            && RecordedSchedule.whyNot(run).isEmpty()
            && seen.add(wherever(run.id())))
        .map(Sample::ofLog)
        .toList();
    List<Sample> rows = runs.stream()
        .filter(run -> run.tableRow() != null
            && run.status() == RunStatus.SUCCEEDED
            && run.durationMs().orElse(0) > 0)
        .map(run -> new Sample(run, null, known(run, Features.of(run))))
        .toList();
    return rows.isEmpty() || logs.size() >= 2 ? logs : rows;
  }

  private static Sample ofLog(ApplicationRun run) {
    RecordedSchedule schedule = RecordedSchedule.of(run).orElseThrow();
    RunFeatures features = Features.of(run);
    Map<String, Double> numbers = new TreeMap<>(features.numbers());
    numbers.put(RunFeatures.INSTANCES, (double) schedule.recorded().executors());
    numbers.put(RunFeatures.CORES_PER_INSTANCE, (double) schedule.recorded().executorCores());
    numbers.put(RunFeatures.SHUFFLE_PARTITIONS, (double) Math.max(1, schedule.shufflePartitions()));
    return new Sample(
        run, schedule, known(run, new RunFeatures(features.job(), numbers, features.words())));
  }

  private static Predictor.Sample known(ApplicationRun run, RunFeatures features) {
    return new Predictor.Sample(features, run.durationMs().orElseThrow());
  }

  private static RunId wherever(RunId id) {
    return new RunId("", id.appId(), id.attemptId(), id.startTimeMs(), id.name());
  }

  RunFeatures features() {
    return known.run();
  }

  double actualMs() {
    return known.durationMs();
  }

  Optional<RecordedSchedule> recorded() {
    return Optional.ofNullable(schedule);
  }

  /**
   * Equal for runs of one context: of logs what the run was given, for a log's input is never twice the same; of a
   * table's rows the work that was asked for: parameters and input, by its word where there is one.
   */
  Object context() {
    if (schedule != null) {
      return new Configuration(
          schedule.configured().withShufflePartitions(OptionalInt.of(schedule.shufflePartitions())),
          features().number(RunFeatures.MEMORY_MB_PER_INSTANCE));
    }
    Map<String, Object> parameters = new TreeMap<>(features().numbers());
    parameters.putAll(features().words());
    parameters.keySet().removeIf(name -> !name.startsWith(RunFeatures.PARAMETER));
    return new Work(
        parameters.containsKey(SIZE)
            ? OptionalDouble.empty()
            : features().number(RunFeatures.INPUT_BYTES),
        parameters);
  }
}
