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
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "collect",
    description =
        "Reads event logs, or tables of runs, into the database. What is known and unchanged is not"
            + " read again.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  spark-optimizer collect --event-log-dir /var/log/spark",
      "  spark-optimizer collect --event-log-dir logs.zip --db-url sqlite:///history.db",
      "  spark-optimizer collect --event-log-dir /var/log/spark --since 7d --name 'nightly-*'",
      "  spark-optimizer collect --event-log-dir logs --format json | jq .skipped",
      "  spark-optimizer collect --runs sort.tsv grep.tsv --mapping runs.yaml"
    })
final class CollectCommand implements Callable<Integer> {
  @Option(
      names = "--event-log-dir",
      paramLabel = "PATH",
      description = "A folder of event logs, one log, or a zip of logs.")
  @Nullable
  Path eventLogDir;

  @Mixin
  TablesOption tables = new TablesOption();

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

  @Spec
  @Nullable
  CommandSpec spec;

  private final Session session;

  CollectCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    return StopSignal.heeding(this::collectAndTell);
  }

  private int collectAndTell() {
    CollectionReport report = report();
    if (format.isJson()) {
      Json.print(session.out, CollectionJson.document(report));
    } else {
      print(session, report, tables.isGiven() ? "row" : "log");
    }
    session.tellSkipped(report.skipped());
    if (Thread.interrupted()) {
      session.out.flush();
      session.err.println("interrupted; the same command goes on from here");
      return ExitCode.FAILED;
    }
    long good = report.processed() + report.unchanged() + report.filtered();
    if (good == 0 && report.skipped().isEmpty()) {
      session.err.println(
          tables.isGiven()
              ? "no run found in " + Text.clean(tables.files())
              : "no event log found under " + Text.clean(String.valueOf(eventLogDir)));
    }
    return exitCode(good, report.skipped().size());
  }

  private CollectionReport report() {
    if (tables.isGiven()) {
      without("--event-log-dir", eventLogDir);
      without("--threads", threads);
      without("--since", since);
      without("--max-age", maxAge);
      without("--name", name);
      List<CollectionRequest> requests = tables.requests(sourceName, batchSize);
      try (Optimizer optimizer = session.open()) {
        return tables.collect(session, optimizer, requests);
      }
    }
    if (eventLogDir == null) {
      throw wrong("--event-log-dir, or --runs and --mapping, are needed");
    }
    return Files.exists(eventLogDir)
        ? collect(eventLogDir)
        : new CollectionReport(
            0, 0, 0, 0, 0, List.of(missing(eventLogDir)), CollectionReport.Reading.NOTHING);
  }

  private void without(String option, @Nullable Object value) {
    if (value != null) {
      throw wrong(option + " is for event logs; it does not go with --runs");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }

  private CollectionReport collect(Path eventLogDir) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("path", eventLogDir.toString());
    put(settings, "threads", threads);
    put(settings, "since", since);
    put(settings, "max_age", maxAge);
    put(settings, "name", name);
    CollectionRequest request = new CollectionRequest(
        CollectionRequest.eventLogs(eventLogDir).collector(), settings, sourceName, batchSize);
    try (Optimizer optimizer = session.open()) {
      return collect(session, optimizer, request, "logs");
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

  /**
   * @param unit what is counted: {@code logs}
   */
  static CollectionReport collect(
      Session session, Optimizer optimizer, CollectionRequest request, String unit) {
    if (!session.showsProgress()) {
      return optimizer.collect(request, CollectionRequest.Progress.NONE);
    }
    try (ProgressLine progress = new ProgressLine(session.err, "Collecting", unit)) {
      return optimizer.collect(request, progress);
    }
  }

  static void print(Session session, CollectionReport report, String unit) {
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
      session.out.println("  " + Text.throughput(report.reading(), unit));
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
