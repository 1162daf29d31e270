package io.sparkoptimizer.cli;

import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.SearchEvaluation;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.Workload;
import io.sparkoptimizer.spark.ApplicationRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "search-eval",
    description =
        "Says how soon a job that is new finds a cheap cluster shape: each job and input size of the"
            + " tables in turn is the new one, its shapes are tried one by one, and the other programs"
            + " are its history.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  spark-optimizer search-eval --runs join.tsv lr.tsv pagerank.tsv --mapping scout.yaml",
      "  spark-optimizer search-eval --runs new.tsv --mapping m.yaml --history old.tsv --budget 5",
      "  spark-optimizer search-eval --runs all.csv --mapping m.yaml --format json | jq .overall"
    })
final class SearchEvalCommand implements Callable<Integer> {
  /** Rows saved at a time. */
  private static final int BATCH = 1000;

  @Mixin
  TablesOption tables = new TablesOption();

  @Option(
      names = "--history",
      arity = "1..*",
      paramLabel = "FILE",
      parameterConsumer = TablesOption.Group.class,
      description =
          "Tables of the programs that are known, in place of the others in --runs: read by --mapping,"
              + " or each by its own where both are given several times.")
  List<List<Path>> history = new ArrayList<>();

  @Option(
      names = "--budget",
      paramLabel = "N",
      defaultValue = "10",
      converter = Converters.Count.class,
      description = "Trials of each. Default: ${DEFAULT-VALUE}.")
  int budget = 10;

  @Option(
      names = "--repeats",
      paramLabel = "N",
      defaultValue = "200",
      converter = Converters.Count.class,
      description = "Draws of the random baseline. Default: ${DEFAULT-VALUE}.")
  int repeats = 200;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of the draws; equal seeds give equal answers. Default: ${DEFAULT-VALUE}.")
  long seed;

  @Mixin
  FormatOption format = new FormatOption();

  @Spec
  @Nullable
  CommandSpec spec;

  private final Session session;

  SearchEvalCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (!tables.isGiven()) {
      throw wrong("--runs and --mapping are needed: the tables of runs on several shapes");
    }
    if (session.dbUrl() != null) {
      throw wrong("--db-url and --runs exclude each other: tables open no database");
    }
    TablesOption known = known();
    List<CollectionRequest> runs = tables.requests(ApplicationRun.DEFAULT_SOURCE, BATCH);
    List<CollectionRequest> past = known.requests(ApplicationRun.DEFAULT_SOURCE, BATCH);
    List<SkippedInput> skipped = new ArrayList<>();
    SearchEvaluation result;
    try (Optimizer optimizer = session.openInMemory()) {
      List<Workload> workloads = read(optimizer, tables, runs, skipped);
      result = ask(
          optimizer,
          new SearchEvaluation.Query(
              workloads,
              known.isGiven() ? readApart(known, past, skipped) : workloads,
              budget,
              repeats,
              seed));
    }
    if (format.isJson()) {
      Json.print(session.out, SearchEvalJson.document(result));
    } else {
      print(result);
    }
    if (result.workloads().isEmpty()) {
      return ExitCode.NO_ANSWER;
    }
    return skipped.isEmpty() ? ExitCode.DONE : ExitCode.SOME_SKIPPED;
  }

  /** The tables of {@code --history}, with the mappings that they are read by. */
  private TablesOption known() {
    TablesOption known = new TablesOption();
    known.spec = tables.spec;
    known.runs = history;
    List<Path> mappings = tables.mappings;
    if (mappings.size() != 1 && !history.isEmpty() && history.size() != mappings.size()) {
      throw wrong("--history is given " + Text.plural(history.size(), "time") + " and --mapping "
          + mappings.size() + "; give as many, or one mapping for all");
    }
    known.mappings = IntStream.range(0, history.size())
        .mapToObj(pair -> mappings.isEmpty() || mappings.size() > 1 ? pair : 0)
        .filter(pair -> pair < mappings.size())
        .map(mappings::get)
        .toList();
    return known;
  }

  private List<Workload> readApart(
      TablesOption known, List<CollectionRequest> requests, List<SkippedInput> skipped) {
    try (Optimizer optimizer = session.openInMemory()) {
      return read(optimizer, known, requests, skipped);
    }
  }

  private List<Workload> read(
      Optimizer optimizer,
      TablesOption from,
      List<CollectionRequest> requests,
      List<SkippedInput> skipped) {
    CollectionReport report = from.collect(session, optimizer, requests);
    session.tellSkipped(report.skipped());
    skipped.addAll(report.skipped());
    if (report.processed() == 0) {
      throw new OptimizerException("no run found in " + Text.clean(from.files()));
    }
    return optimizer.workloads();
  }

  private SearchEvaluation ask(Optimizer optimizer, SearchEvaluation.Query query) {
    if (!session.showsProgress()) {
      return optimizer.evaluateSearch(query, SearchEvaluation.Progress.NONE);
    }
    try (ProgressLine line = new ProgressLine(session.err, "Searching", "workloads")) {
      return optimizer.evaluateSearch(query, line::update);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }

  private void print(SearchEvaluation result) {
    if (result.workloads().isEmpty()) {
      session.out.println("No workload could be tested");
    } else {
      table(result);
    }
    notTested(result, "no_completed_shape", "without a completed run whose cost is known");
    notTested(result, "no_other_program", "without another program to learn from");
    session.out.flush();
  }

  private void notTested(SearchEvaluation result, String reason, String words) {
    Integer workloads = result.notTested().get(reason);
    if (workloads != null) {
      session.out.println("Not tested: " + Text.plural(workloads, "workload") + " " + words);
    }
  }

  private void table(SearchEvaluation result) {
    session.out.println("Cost of the cheapest shape so far, by that of the cheapest there is ("
        + Text.plural(result.workloads().size(), "workload") + ", a failure counts "
        + Text.format("%.0f", SearchEvaluation.FAILED_COST) + ")");
    session.out.println();
    List<Integer> shown = IntStream.of(0, 1, 2, 3, 6, 10, result.budget())
        .filter(runs -> runs <= result.budget())
        .distinct()
        .sorted()
        .boxed()
        .toList();
    List<String> columns = new ArrayList<>(List.of("<Job", "<Input"));
    shown.forEach(runs -> columns.add(">After " + runs));
    columns.addAll(List.of(">Runs to 1.1", ">To 1.2", ">Failed", ">Stops after", ">At"));
    Table table = new Table(columns.toArray(String[]::new));
    result
        .workloads()
        .forEach(row ->
            row(table, shown, Text.clean(row.job()), Text.clean(row.context()), row.score()));
    row(table, shown, "all", "", result.overall());
    result.baselines().forEach((name, score) -> row(table, shown, name, "", score));
    table.print(session.out, "");
  }

  private static void row(
      Table table, List<Integer> shown, String job, String context, SearchEvaluation.Score score) {
    List<String> cells = new ArrayList<>(List.of(job, context));
    shown.forEach(runs -> cells.add(Text.format("%.2f", score.costAfter().get(runs))));
    cells.add(number("%.0f", score.runsTo11()));
    cells.add(number("%.0f", score.runsTo12()));
    cells.add(Text.percent(score.failedShare()));
    cells.add(number("%.1f", score.stoppedAfter()));
    cells.add(number("%.2f", score.costAtStop()));
    table.row(cells.toArray(String[]::new));
  }

  private static String number(String format, OptionalDouble value) {
    return value.isPresent() ? Text.format(format, value.getAsDouble()) : Text.UNKNOWN;
  }
}
