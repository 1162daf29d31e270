package io.sparkoptimizer.cli;

import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.spark.ApplicationRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
      "  spark-optimizer collect --event-log-dir /var/log/spark --since 7d --name 'nightly-*'",
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
      description =
          "Runs saved in one transaction, fewer where they are large. Default: ${DEFAULT-VALUE}.")
  int batchSize = 100;

  @Option(
      names = "--threads",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Logs read at a time. Default: one a processor.")
  @Nullable
  Integer threads;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = Times.Since.class,
      description =
          "Only runs that started then or later: a date or date and time (UTC), or an age as"
              + " 7d.")
  @Nullable
  Instant since;

  @Option(
      names = "--max-age",
      paramLabel = "AGE",
      converter = Times.Age.class,
      description = "Only logs modified within this time: 36h, 7d, 2w.")
  @Nullable
  Duration maxAge;

  @Option(
      names = "--name",
      paramLabel = "GLOB",
      description = "Only applications of this name; * stands for any text, ? for any character.")
  @Nullable
  String name;

  @Mixin
  FormatOption format = new FormatOption();

  private final Session session;

  CollectCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    return StopSignal.heeding(this::collectAndTell);
  }

  private int collectAndTell() {
    CollectionReport report = Files.exists(eventLogDir)
        ? collect()
        : new CollectionReport(
            0, 0, 0, 0, 0, List.of(missing(eventLogDir)), CollectionReport.Reading.NOTHING);
    if (format.isJson()) {
      Json.print(session.out, CollectionJson.document(report));
    } else {
      print(session, report);
    }
    session.tellSkipped(report.skipped());
    if (Thread.interrupted()) {
      session.out.flush();
      session.err.println("interrupted; the same command goes on from here");
      return ExitCode.FAILED;
    }
    long good = report.processed() + report.unchanged() + report.filtered();
    if (good == 0 && report.skipped().isEmpty()) {
      session.err.println("no event log found under " + Text.clean(eventLogDir.toString()));
    }
    return exitCode(good, report.skipped().size());
  }

  private CollectionReport collect() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("path", eventLogDir.toString());
    put(settings, "threads", threads);
    put(settings, "since", since);
    put(settings, "max_age", maxAge);
    put(settings, "name", name);
    CollectionRequest request = new CollectionRequest(
        CollectionRequest.eventLogs(eventLogDir).collector(), settings, sourceName, batchSize);
    try (Optimizer optimizer = session.open()) {
      return collect(session, optimizer, request);
    }
  }

  private static void put(Map<String, String> settings, String key, @Nullable Object value) {
    if (value != null) {
      settings.put(key, value.toString());
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

  static CollectionReport collect(Session session, Optimizer optimizer, CollectionRequest request) {
    if (!session.showsProgress()) {
      return optimizer.collect(request, CollectionRequest.Progress.NONE);
    }
    try (ProgressLine progress = new ProgressLine(session.err, "Collecting", "logs")) {
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
    if (report.filtered() > 0) {
      session.out.println("  " + report.filtered() + " more left out, not asked for");
    }
    if (!report.skipped().isEmpty()) {
      session.out.println("  " + Text.plural(report.skipped().size(), "input") + " skipped");
    }
    if (report.reading().inputs() > 0) {
      session.out.println("  " + Text.throughput(report.reading()));
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
