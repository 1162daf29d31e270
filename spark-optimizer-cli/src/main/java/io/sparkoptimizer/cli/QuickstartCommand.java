package io.sparkoptimizer.cli;

import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "quickstart",
    description = "Shows it all on sample logs, in a database of its own: collect, list, analyze,"
        + " recommend.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  spark-optimizer quickstart",
      "  spark-optimizer quickstart --samples /var/log/spark --db-url sqlite:///try.db"
    })
final class QuickstartCommand implements Callable<Integer> {
  @Option(
      names = "--samples",
      paramLabel = "PATH",
      description = "Event logs to use instead of the samples that came along.")
  @Nullable
  Path samples;

  private final Session session;

  QuickstartCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Path logs = logs();
    CollectCommand.requireExists(logs);
    String url = databaseUrl();
    try (Optimizer optimizer = session.open(url)) {
      heading("Reading the event logs under " + logs);
      CollectionReport report =
          CollectCommand.collect(session, optimizer, CollectionRequest.eventLogs(logs), "logs");
      CollectCommand.print(session, report, "log");
      session.tellSkipped(report.skipped());
      List<RunSummary> runs = optimizer.runs(RunQuery.ALL);
      if (runs.isEmpty()) {
        throw new OptimizerException("no event log found under " + logs);
      }
      heading("What was found");
      List<RunSummary> newest = runs.subList(0, Math.min(20, runs.size()));
      ListJobsCommand.print(session, newest, runs.size(), optimizer::cost);
      Optional<RunSummary> wasteful = mostWasteful(runs);
      wasteful.flatMap(run -> optimizer.run(run.id().appId())).ifPresent(run -> {
        heading("The run that left most core time unused");
        AnalysisText.print(session.out, optimizer.analyze(run));
      });
      String job = mostOften(runs);
      heading("The job with most runs");
      recommend(optimizer, job);
      next(url, wasteful.orElse(runs.get(0)), job);
      return CollectCommand.exitCode(runs.size(), report.skipped().size());
    }
  }

  private void heading(String text) {
    session.out.println();
    session.out.println("== " + Text.clean(text));
    session.out.println();
    session.out.flush();
  }

  private void recommend(Optimizer optimizer, String job) {
    Recommendation answer = optimizer.recommend(JobProfile.builder(job).build());
    if (answer.verdict() == Verdict.CHANGE || answer.verdict() == Verdict.KEEP) {
      RecommendationText.print(session.out, Text.clean(job), answer);
    } else {
      RecommendationText.refuse(session.out, answer);
    }
  }

  private void next(String url, RunSummary run, String job) {
    // A server's address may hold a password.
    boolean tell = url.startsWith("sqlite:");
    String database = " --db-url " + (tell ? SparkSubmit.quote(url) : "URL");
    String command = SparkSubmit.quote(session.command());
    heading(tell ? "Next, try" : "Next, try, with the same --db-url");
    session.out.println("  " + command + " recommend --job " + SparkSubmit.quote(job)
        + " --format spark-submit" + database);
    session.out.println("  " + command + " whatif --app-id "
        + SparkSubmit.quote(run.id().appId()) + " --executors 1,2,4,8" + database);
    session.out.println("  " + command + " collect --event-log-dir /path/to/your/spark-events");
    session.out.flush();
  }

  /** The run with most allocated core time in which no task ran. */
  static Optional<RunSummary> mostWasteful(List<RunSummary> runs) {
    return runs.stream()
        .filter(run -> run.executorCoreMs().isPresent())
        .max(Comparator.comparingLong(run -> run.executorCoreMs().orElse(0) - run.slotTimeMs()));
  }

  /** The signature with most runs, the first of its equals by name. */
  static String mostOften(List<RunSummary> runs) {
    Map<String, Long> counts = runs.stream()
        .collect(
            Collectors.groupingBy(RunSummary::jobSignature, TreeMap::new, Collectors.counting()));
    String most = runs.get(0).jobSignature();
    long best = 0;
    for (Map.Entry<String, Long> entry : counts.entrySet()) {
      if (entry.getValue() > best) {
        best = entry.getValue();
        most = entry.getKey();
      }
    }
    return most;
  }

  private Path logs() {
    if (samples != null) {
      return samples;
    }
    String root = session.installation();
    if (root == null) {
      throw new OptimizerException(
          "the sample logs were not found; name a folder of event logs with"
              + " --samples, or start through ./spark-optimizer");
    }
    return Path.of(root, "samples", "eventlogs");
  }

  /** Of its own, so that samples never mix with a real history. */
  private String databaseUrl() {
    if (session.dbUrl() != null) {
      return session.dbUrl();
    }
    Path folder = session.home().resolve(".spark-optimizer").toAbsolutePath();
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new OptimizerException(folder + " cannot be made: " + e.getMessage(), e);
    }
    // In this form no character of the path has a meaning of its own.
    return "sqlite:///" + folder.resolve("quickstart.db");
  }
}
