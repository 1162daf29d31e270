package io.sparkoptimizer.cli;

import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.RunSummary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "inspect",
    description = "Shows what the reader understands of event logs. Uses no database.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  spark-optimizer inspect /var/log/spark",
      "  spark-optimizer inspect eventlog_v2_app-1 --format json | jq '.applications[0].totals'"
    })
final class InspectCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "PATH",
      description = "An event log, a folder of logs, or a zip of logs.")
  List<Path> paths = List.of();

  @Mixin
  FormatOption format = new FormatOption();

  private final Session session;

  InspectCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    return format.isJson() ? json() : table();
  }

  private int json() {
    InspectJson document = new InspectJson(session.out);
    Reading reading = read(document::add);
    document.end(reading.skipped);
    return reading.exitCode(session);
  }

  private int table() {
    Table table = new Table(
        "<Application",
        "<Name",
        "<Status",
        ">Duration",
        ">Executors",
        ">Stages",
        ">Tasks",
        ">Input",
        "<Spark",
        "<Issues");
    Reading reading = read(run -> row(table, run));
    if (!table.isEmpty()) {
      table.print(session.out, "");
      session.out.flush();
    }
    return reading.exitCode(session);
  }

  private static void row(Table table, ApplicationRun run) {
    RunSummary summary = RunSummary.of(run);
    String attempt = run.attemptId() == null ? "" : " (" + run.attemptId() + ")";
    table.row(
        Text.cut(summary.id().appId(), 40) + attempt,
        run.name() == null ? Text.UNKNOWN : Text.cut(run.name(), 30),
        run.status().word(),
        Text.duration(run.durationMs()),
        Text.count(summary.executorsPeak()),
        Text.count(summary.stages()),
        Text.count(summary.tasks()),
        Text.bytes(summary.inputBytes()),
        run.sparkVersion() == null ? Text.UNKNOWN : run.sparkVersion(),
        run.quality().issues().isEmpty()
            ? Text.UNKNOWN
            : String.join(
                ", ", run.quality().issues().stream().map(QualityIssue::word).toList()));
  }

  private Reading read(Consumer<ApplicationRun> each) {
    Reading reading = new Reading();
    try (Optimizer optimizer = session.openWithoutHistory()) {
      for (Path path : paths) {
        reading.add(optimizer, path, each);
      }
    }
    return reading;
  }

  /** What became of the paths. */
  private static final class Reading {
    private final List<SkippedInput> skipped = new ArrayList<>();
    private int applications;

    void add(Optimizer optimizer, Path path, Consumer<ApplicationRun> each) {
      if (!Files.exists(path)) {
        skipped.add(CollectCommand.missing(path));
        return;
      }
      try {
        skipped.addAll(optimizer.read(path, run -> {
          applications++;
          each.accept(run);
        }));
      } catch (OptimizerException e) {
        // The document is printed in every case, and names what could not be read.
        skipped.add(new SkippedInput(path.toString(), String.valueOf(e.getMessage())));
      }
    }

    int exitCode(Session session) {
      session.tellSkipped(skipped);
      if (applications == 0 && skipped.isEmpty()) {
        session.err.println("no event log found");
      }
      return CollectCommand.exitCode(applications, skipped.size());
    }
  }
}
