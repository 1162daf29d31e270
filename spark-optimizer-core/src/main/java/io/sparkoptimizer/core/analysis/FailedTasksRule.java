package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Analysis.Severity;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * {@code failed-tasks}: work was done twice, or for nothing.
 *
 * <p>Fires for a stage attempt that failed, and for one in which {@value #THRESHOLD} or more of the
 * task ends are failures (SRO), at least two of them; .10 is medium and .30 high (Dr. Elephant), a
 * failed attempt at least medium, and critical where the run failed with it. Killed tasks (the losing
 * copies of speculation) do not count. Core-hours = slot time of the stage's retries as {@link
 * Accounts} defines it; all that the run held, where the run failed: what it paid for was not
 * delivered. Wall time is then the run's; otherwise it cannot be told.
 *
 * <p>Executors that were preempted or died of an unknown cause are one more finding of the run; such a
 * cause never changes memory.
 */
final class FailedTasksRule implements Rule {
  static final double THRESHOLD = 0.05;
  private static final int MIN_FAILED = 2;
  private static final double MEDIUM = 0.10;
  private static final double HIGH = 0.30;

  @Override
  public String name() {
    return "failed-tasks";
  }

  @Override
  public List<Finding> findings(RunFacts facts) {
    List<PerStage.Candidate> candidates = new ArrayList<>();
    OptionalInt fatal = fatalStage(facts);
    // Of several attempts that failed the last one speaks: they tell the same story.
    Map<Integer, StageAttempt> last = new TreeMap<>();
    for (StageAttempt stage : facts.ran()) {
      if (stage.status() == StageStatus.FAILED
          || (stage.numFailedTasks() >= MIN_FAILED && share(stage) >= THRESHOLD)) {
        last.put(stage.stageId(), stage);
      }
    }
    for (StageAttempt stage : last.values()) {
      // A failure is worth a line whatever it cost.
      double shown = Math.max(Severities.NOISE, share(stage));
      boolean endedRun = fatal.isPresent() && fatal.getAsInt() == stage.stageId();
      candidates.add(new PerStage.Candidate(shown, finding(facts, stage, endedRun)));
    }
    List<Finding> findings = new ArrayList<>(PerStage.bounded(candidates, "had failed tasks"));
    lost(facts, Cause.PREEMPTED, findings);
    lost(facts, Cause.UNKNOWN, findings);
    return findings;
  }

  /** The stage that a failed run ended with: the last one to fail. */
  private static OptionalInt fatalStage(RunFacts facts) {
    return facts.run().status() == RunStatus.FAILED
        ? facts.ran().stream()
            .filter(stage -> stage.status() == StageStatus.FAILED)
            .max(Comparator.comparingLong(stage -> stage.completionTimeMs().orElse(0)))
            .map(stage -> OptionalInt.of(stage.stageId()))
            .orElse(OptionalInt.empty())
        : OptionalInt.empty();
  }

  private static double share(StageAttempt stage) {
    long ends = (long) stage.numCompleteTasks() + stage.numFailedTasks() + stage.numKilledTasks();
    return (double) stage.numFailedTasks() / Math.max(1, ends);
  }

  private Finding finding(RunFacts facts, StageAttempt stage, boolean endedRun) {
    boolean runFailed = facts.run().status() == RunStatus.FAILED;
    boolean failed = stage.status() == StageStatus.FAILED;
    double share = share(stage);
    Draft draft = new Draft(
            facts,
            this,
            severity(share, failed, runFailed),
            "Stage " + stage.stageId() + (failed ? " failed: " : ": ")
                + Words.count(stage.numFailedTasks(), "task") + " failed, "
                + Words.percent(share) + " of its task ends")
        .stage(stage.stageId())
        .evidence("failed_task_share", share, THRESHOLD, "ratio")
        .evidence("failed_tasks", stage.numFailedTasks(), MIN_FAILED, "tasks");
    if (endedRun) {
      facts.totalCoreHours().ifPresent(draft::wastedCoreHours);
      facts.wallMs().ifPresent(wall -> draft.wastedMs((double) wall));
    } else {
      facts.retriedSlotTimeMs(stage).ifPresent(draft::wastedSlotMs);
    }
    if (stage.failureReason() != null) {
      draft.advice("Spark says: \"" + cut(stage.failureReason()) + "\".");
    }
    advise(facts, stage, draft);
    return draft.build();
  }

  private static Severity severity(double share, boolean failed, boolean runFailed) {
    if (failed) {
      return runFailed ? Severity.CRITICAL : share >= HIGH ? Severity.HIGH : Severity.MEDIUM;
    }
    return share >= HIGH ? Severity.HIGH : share >= MEDIUM ? Severity.MEDIUM : Severity.LOW;
  }

  private static void advise(RunFacts facts, StageAttempt stage, Draft draft) {
    boolean memory = facts.run().memoryFailures().stream()
        .anyMatch(failure -> failure.stageId().orElse(-1) == stage.stageId()
            && failure.cause() != Cause.PREEMPTED
            && failure.cause() != Cause.UNKNOWN);
    Map<String, Long> outcomes = facts.run().taskOutcomes();
    if (memory) {
      draft.advice("Memory may be why: see out-of-memory.");
    } else if (because(stage, outcomes, "FetchFailed")) {
      draft.advice(
          "Shuffle blocks could not be fetched: their executors were gone or overloaded. Look"
              + " at why executors were lost before changing fetch timeouts.");
    } else if (because(stage, outcomes, "ExecutorLost")) {
      draft.advice("Tasks died with their executors: look at why those were lost.");
    } else {
      draft.advice(
          "Read the exception of the first failed task: the same exception in every attempt is"
              + " the program or its data, and retries only delay the end; one host in all of them is the"
              + " host.");
    }
    String words = outcomes.entrySet().stream()
        .filter(outcome -> !outcome.getKey().equals("Success"))
        .map(outcome -> outcome.getKey() + " " + outcome.getValue())
        .collect(Collectors.joining(", "));
    if (!words.isEmpty()) {
      draft.advice("Task ends of the whole run that did not succeed: " + words + ".");
    }
  }

  /** Of the stage where it says why it failed; of the run where nothing but this went wrong in it. */
  private static boolean because(StageAttempt stage, Map<String, Long> outcomes, String word) {
    return stage.failureReason() != null
        ? stage.failureReason().contains(word)
        : outcomes.keySet().stream().anyMatch(outcome -> outcome.startsWith(word))
            && !outcomes.containsKey("ExceptionFailure");
  }

  private void lost(RunFacts facts, Cause cause, List<Finding> findings) {
    List<MemoryFailure> failures = facts.run().memoryFailures().stream()
        .filter(failure -> failure.cause() == cause)
        .toList();
    boolean harmed =
        facts.ran().stream().anyMatch(stage -> stage.numFailedTasks() > 0 || stage.attemptId() > 0);
    if (failures.isEmpty() || !harmed) {
      return; // an executor that goes when nobody needs it is no symptom
    }
    boolean preempted = cause == Cause.PREEMPTED;
    long executors = failures.stream()
        .filter(failure -> failure.executorId() != null)
        .map(MemoryFailure::executorId)
        .distinct()
        .count();
    Draft draft = new Draft(
            facts,
            this,
            preempted ? Severity.MEDIUM : Severity.LOW,
            preempted
                ? Words.count(executors, "executor") + " taken away by the cluster"
                : Words.count(executors, "executor")
                    + " lost for a reason that the log does not tell")
        .evidence("executors_lost", (double) executors, 1, "executors")
        .advice("The log says: \"" + cut(failures.get(0).evidence()) + "\".");
    if (preempted) {
      draft.advice(
          "It is not a matter of memory. Run in a queue or on nodes that are not preempted, or"
              + " let executors hand over their blocks when they are told to go.");
      if (facts.sparkAtLeast(3, 1)) {
        draft
            .conf("spark.decommission.enabled", "true")
            .conf("spark.storage.decommission.enabled", "true");
      }
    } else {
      draft.advice(
          "Preemption, scale-down and an operator end a process in this way too: look into the"
              + " resource manager's log for these executors. Memory is left as it is until the cause is"
              + " known.");
    }
    findings.add(draft.build());
  }

  static String cut(String words) {
    int most = 200;
    return words.length() <= most ? words : words.substring(0, most) + "...";
  }
}
