package io.sparkoptimizer.cli;

import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.spark.ApplicationRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "collect",
    description =
        "Reads event logs into the database. What is known and unchanged is not read again.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  spark-optimizer collect --event-log-dir /var/log/spark",
      "  spark-optimizer collect --event-log-dir logs.zip --db-url sqlite:///history.db",
      "  spark-optimizer collect --event-log-dir logs --format json | jq .skipped"
    })
final class CollectCommand implements Callable<Integer> {
  @Option(
      names = "--event-log-dir",
      required = true,
      paramLabel = "PATH",
      description = "A folder of event logs, one log, or a zip of logs.")
  Path eventLogDir = Path.of("");

  @Option(
      names = "--source-name",
      paramLabel = "NAME",
      defaultValue = ApplicationRun.DEFAULT_SOURCE,
      description = "The cluster these logs are from; application ids repeat between clusters."
          + " Default: ${DEFAULT-VALUE}.")
  String sourceName = ApplicationRun.DEFAULT_SOURCE;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "100",
      converter = Converters.Count.class,
      description = "Runs saved in one transaction. Default: ${DEFAULT-VALUE}.")
  int batchSize = 100;

  @Mixin
  FormatOption format = new FormatOption();

  private final Session session;

  CollectCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    CollectionReport report = Files.exists(eventLogDir)
        ? collect()
        : new CollectionReport(0, 0, 0, 0, List.of(missing(eventLogDir)));
    if (format.isJson()) {
      Json.print(session.out, CollectionJson.document(report));
    } else {
      print(session, report);
    }
    session.tellSkipped(report.skipped());
    long known = report.processed() + report.unchanged();
    if (known == 0 && report.skipped().isEmpty()) {
      session.err.println("no event log found under " + Text.clean(eventLogDir.toString()));
    }
    return exitCode(known, report.skipped().size());
  }

  private CollectionReport collect() {
    try (Optimizer optimizer = session.open()) {
      return collect(session, optimizer, eventLogDir, sourceName, batchSize);
    }
  }

  /** A path that is not there is named as any other input that cannot be read. */
  static SkippedInput missing(Path path) {
    return new SkippedInput(path.toString(), "no such file or folder");
  }

  static void requireExists(Path path) {
    if (!Files.exists(path)) {
      throw new OptimizerException("no such file or folder: " + Text.clean(path.toString()));
    }
  }

  static CollectionReport collect(
      Session session, Optimizer optimizer, Path path, String sourceName, int batchSize) {
    CollectionRequest request = new CollectionRequest(
        CollectionRequest.eventLogs(path).collector(),
        Map.of("path", path.toString()),
        sourceName,
        batchSize);
    if (!session.showsProgress()) {
      return optimizer.collect(request, CollectionRequest.Progress.NONE);
    }
    try (ProgressLine progress = new ProgressLine(session.err)) {
      return optimizer.collect(request, progress);
    }
  }

  static void print(Session session, CollectionReport report) {
    session.out.println("Successfully processed " + report.processed() + " jobs");
    if (report.updated() > 0) {
      session.out.println("  " + report.updated() + " of them replaced a lesser record");
    }
    if (report.unchanged() > 0) {
      session.out.println("  " + report.unchanged() + " more known and unchanged, not read again");
    }
    if (!report.skipped().isEmpty()) {
      session.out.println("  " + Text.plural(report.skipped().size(), "input") + " skipped");
    }
    session.out.flush();
  }

  /** All skipped, or nothing found: the work failed. */
  static int exitCode(long done, int skipped) {
    if (done == 0) {
      return ExitCode.FAILED;
    }
    return skipped > 0 ? ExitCode.SOME_SKIPPED : ExitCode.DONE;
  }
}
