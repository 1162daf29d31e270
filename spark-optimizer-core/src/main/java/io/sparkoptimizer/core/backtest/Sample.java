package io.sparkoptimizer.core.backtest;

import io.sparkoptimizer.core.schedule.Candidate;
import io.sparkoptimizer.core.schedule.JobModel;
import io.sparkoptimizer.core.schedule.RecordedSchedule;
import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A recorded run: what it was asked to do, with what, and how long it took.
 *
 * @param actualMs from the application's start to its end, more than 0
 */
record Sample(ApplicationRun run, RecordedSchedule schedule, Question question, double actualMs) {

  /** What {@link #configuration} compares. */
  private record Configuration(Candidate given, OptionalLong memoryMb) {}

  /**
   * The whole batch runs among these, in their order. A log that was collected under two names of its
   * source counts once: its copy would answer for it.
   */
  static List<Sample> of(List<ApplicationRun> runs) {
    Set<RunId> seen = new HashSet<>();
    List<ApplicationRun> whole = runs.stream()
        .filter(run -> run.kind() == ApplicationKind.BATCH
            && JobModel.isWhole(run)
            && run.durationMs().orElse(0) > 0
            && RecordedSchedule.whyNot(run).isEmpty()
            && seen.add(wherever(run.id())))
        .toList();
    boolean bytes = whole.stream().allMatch(run -> run.inputBytes().orElse(0) > 0);
    boolean records = whole.stream().allMatch(run -> run.inputRecords().orElse(0) > 0);
    List<Sample> samples = new ArrayList<>();
    for (ApplicationRun run : whole) {
      OptionalLong input =
          bytes ? run.inputBytes() : records ? run.inputRecords() : OptionalLong.empty();
      RecordedSchedule schedule = RecordedSchedule.of(run).orElseThrow();
      Question question = new Question(
          schedule.recorded().executors(),
          schedule.recorded().executorCores(),
          Allocation.of(run).executorMemoryMb(),
          Math.max(1, schedule.shufflePartitions()),
          input.isPresent()
              ? OptionalDouble.of((double) input.getAsLong())
              : OptionalDouble.empty());
      samples.add(new Sample(run, schedule, question, run.durationMs().orElseThrow()));
    }
    return samples;
  }

  private static RunId wherever(RunId id) {
    return new RunId("", id.appId(), id.attemptId(), id.startTimeMs(), id.name());
  }

  /** Equal for runs that were given the same. */
  Object configuration() {
    return new Configuration(
        schedule.configured().withShufflePartitions(OptionalInt.of(schedule.shufflePartitions())),
        question.memoryMb());
  }
}
