package io.sparkoptimizer.cli;

import io.sparkoptimizer.JobType;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunSummary;
import java.io.PrintWriter;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "list-jobs",
    description = "Lists recorded runs, newest first.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  spark-optimizer list-jobs --limit 50",
      "  spark-optimizer list-jobs --job-type etl --format json | jq -r '.jobs[].app_id'"
    })
final class ListJobsCommand implements Callable<Integer> {
  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      converter = Converters.Count.class,
      description = "At most so many. Default: ${DEFAULT-VALUE}.")
  int limit = 20;

  @Option(
      names = "--job-type",
      paramLabel = "TYPE",
      converter = Converters.JobTypes.class,
      completionCandidates = Converters.JobTypes.class,
      description = "Only runs of this kind of work: ${COMPLETION-CANDIDATES}.")
  @Nullable
  JobType jobType;

  @Mixin
  FormatOption format = new FormatOption();

  private final Session session;

  ListJobsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    RunQuery query = jobType == null ? RunQuery.ALL : RunQuery.ALL.ofType(jobType);
    try (Optimizer optimizer = session.open()) {
      List<RunSummary> runs = optimizer.runs(query.limit(limit));
      long total = optimizer.count(query);
      if (format.isJson()) {
        Json.print(session.out, JobsJson.document(runs, total, optimizer::cost));
      } else {
        print(session, runs, total, optimizer::cost);
        if (total == 0) {
          session.remark("no recorded run; 'spark-optimizer collect' reads event logs");
        }
      }
    }
    return ExitCode.DONE;
  }

  static void print(
      Session session,
      List<RunSummary> runs,
      long total,
      Function<RunSummary, OptionalDouble> cost) {
    PrintWriter out = session.out;
    String currency = session.currency();
    if (!runs.isEmpty()) {
      Table table = new Table(
          "<Application",
          "<Job",
          "<Type",
          "<Status",
          "<Started (UTC)",
          ">Duration",
          ">Input",
          ">Executors",
          ">Cores",
          ">Memory",
          ">Cost");
      for (RunSummary run : runs) {
        table.row(
            Text.cut(run.id().appId(), 40)
                + (run.id().attemptId().isEmpty() ? "" : " (" + run.id().attemptId() + ")"),
            Text.cut(run.jobSignature(), 44),
            run.jobType().word(),
            run.status().word(),
            Text.time(run.id().startTimeMs()),
            Text.duration(run.durationMs()),
            Text.bytes(run.inputBytes()),
            Text.count(run.executorsPeak()),
            Text.count(run.executorCores()),
            Text.memory(run.executorMemoryMb()),
            Text.money(cost.apply(run), currency));
      }
      table.print(out, "");
    }
    out.println((runs.isEmpty() ? "" : System.lineSeparator()) + runs.size() + " of "
        + Text.plural(total, "run"));
    out.flush();
  }
}
