package io.sparkoptimizer.cli;

import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** One run: out of the history, or straight from an event log without a database. */
final class RunOption {
  @Option(
      names = "--app-id",
      paramLabel = "ID",
      description = "The newest recorded run with this application id; with --event-log, the"
          + " application in that log.")
  @Nullable
  String appId;

  @Option(
      names = "--event-log",
      paramLabel = "PATH",
      description = "A run's event log, read without a database.")
  @Nullable
  Path eventLog;

  @Spec(Spec.Target.MIXEE)
  @Nullable
  CommandSpec spec;

  /** What is asked about the run; prints the answer and returns the exit code. */
  interface Question {
    int answer(Optimizer optimizer, ApplicationRun run);
  }

  int ask(Session session, Question question) {
    if (appId == null && eventLog == null) {
      throw wrong("--app-id or --event-log is needed");
    }
    if (eventLog == null) {
      try (Optimizer optimizer = session.open()) {
        return question.answer(optimizer, recorded(optimizer, Objects.requireNonNull(appId)));
      }
    }
    try (Optimizer optimizer = session.openWithoutHistory()) {
      Choice choice = read(optimizer, eventLog);
      session.tellSkipped(choice.skipped);
      int answered = question.answer(optimizer, choice.run());
      return answered == ExitCode.DONE && !choice.skipped.isEmpty()
          ? ExitCode.SOME_SKIPPED
          : answered;
    }
  }

  private static ApplicationRun recorded(Optimizer optimizer, String appId) {
    return optimizer
        .run(appId)
        .orElseThrow(() -> new OptimizerException("no recorded run has the application id "
            + Text.clean(appId)
            + "; 'spark-optimizer list-jobs' shows those there are, --event-log reads a log"));
  }

  private Choice read(Optimizer optimizer, Path path) {
    CollectCommand.requireExists(path);
    Choice choice = new Choice(path);
    choice.skipped = optimizer.read(path, choice::offer);
    return choice;
  }

  /** Keeps one run of a log, however many there are. */
  private final class Choice {
    private final Path path;
    private final TreeSet<String> ids = new TreeSet<>();
    private List<SkippedInput> skipped = List.of();
    private @Nullable ApplicationRun newest;

    Choice(Path path) {
      this.path = path;
    }

    void offer(ApplicationRun run) {
      String id = run.id().appId();
      ids.add(id);
      boolean asked = appId == null || appId.equals(id);
      // Of several attempts the newest is meant, as in the history.
      if (asked
          && (newest == null
              || RunSummary.NEWEST_FIRST.compare(RunSummary.of(run), RunSummary.of(newest)) < 0)) {
        newest = run;
      }
    }

    ApplicationRun run() {
      if (appId == null && ids.size() > 1) {
        throw wrong(Text.clean(path.toString()) + " holds " + ids.size()
            + " applications; name one with --app-id: "
            + Text.cut(String.join(", ", ids), 500));
      }
      if (newest == null) {
        throw new OptimizerException(
            appId == null || ids.isEmpty()
                ? "no event log found under " + Text.clean(path.toString())
                : Text.clean(path.toString()) + " has no application " + Text.clean(appId)
                    + "; it has " + Text.cut(String.join(", ", ids), 500));
      }
      return newest;
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
