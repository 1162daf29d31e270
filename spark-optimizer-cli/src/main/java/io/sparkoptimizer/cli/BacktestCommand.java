package io.sparkoptimizer.cli;

import io.sparkoptimizer.Backtest;
import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.spark.ApplicationRun;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "backtest",
    description =
        "Says how far off predicted run times are on the recorded history, or on that of tables: runs"
            + " are held out and predicted from the job's other runs, beside simple baselines.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  spark-optimizer backtest --protocol leave-one-out",
      "  spark-optimizer backtest --protocol split --train-share 0.8 --repeats 50 --seed 7",
      "  spark-optimizer backtest --protocol points --train 3",
      "  spark-optimizer backtest --protocol extrapolate --by instances --at-most 6",
      "  spark-optimizer backtest --protocol leave-context-out --format json | jq .overall",
      "  spark-optimizer backtest --runs sort.tsv --mapping sort.yaml --protocol split"
    })
final class BacktestCommand implements Callable<Integer> {
  /** Rows saved at a time. */
  private static final int BATCH = 1000;

  private static final double TRAIN_SHARE = 0.9;
  private static final int TRAIN = 12;
  private static final int MAX_JOBS = 50;
  private static final int MAX_RUNS = 40;

  /** Of a job in tables, whose rows were chosen by who asks. */
  private static final int ALL = 1_000_000;

  /** The fewest that have an order statistic for 90 %. */
  private static final int FEWEST_FOR_INTERVAL = 9;

  @Option(
      names = "--protocol",
      required = true,
      paramLabel = "PROTOCOL",
      converter = Converters.Protocols.class,
      completionCandidates = Converters.Protocols.class,
      description = "What is held out: ${COMPLETION-CANDIDATES}.")
  String protocol = "";

  @Option(
      names = "--train-share",
      paramLabel = "X",
      converter = Converters.Share.class,
      description = "With split: share of a job's runs that predict the others. Default: 0.9.")
  @Nullable
  Double trainShare;

  @Option(
      names = "--train",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "With points: runs of a job that predict the others. Default: 12.")
  @Nullable
  Integer train;

  @Option(
      names = "--by",
      paramLabel = "SIZE",
      converter = Converters.Sizes.class,
      completionCandidates = Converters.Sizes.class,
      description = "With extrapolate: what makes a run large, ${COMPLETION-CANDIDATES}.")
  Backtest.@Nullable Size by;

  @Option(
      names = "--at-most",
      paramLabel = "N",
      description =
          "With extrapolate: runs of so many executors, or of so much input (50GB), and less"
              + " predict those of more. Default: the job's median predicts 1.25 times that and more.")
  @Nullable
  String atMost;

  @Option(
      names = "--repeats",
      paramLabel = "N",
      defaultValue = "300",
      converter = Converters.Count.class,
      description = "With split and points: draws. Default: ${DEFAULT-VALUE}.")
  int repeats = 300;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of the draws; equal seeds give equal answers. Default: ${DEFAULT-VALUE}.")
  long seed;

  @Option(
      names = "--max-jobs",
      paramLabel = "N",
      converter = Converters.Count.class,
      description =
          "Jobs looked at, those with most runs first. Default: " + MAX_JOBS + "; of tables all.")
  @Nullable
  Integer maxJobs;

  @Option(
      names = "--max-runs",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Newest runs of each job. Default: " + MAX_RUNS + "; of tables all.")
  @Nullable
  Integer maxRuns;

  @Mixin
  TablesOption tables = new TablesOption();

  @Mixin
  FormatOption format = new FormatOption();

  @Spec
  @Nullable
  CommandSpec spec;

  private final Session session;

  BacktestCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Backtest.Query query = query();
    List<CollectionRequest> requests = tables.requests(ApplicationRun.DEFAULT_SOURCE, BATCH);
    List<SkippedInput> skipped = List.of();
    Backtest result;
    try (Optimizer optimizer = tables.isGiven() ? session.openInMemory() : session.open()) {
      if (tables.isGiven()) {
        CollectionReport report = tables.collect(session, optimizer, requests);
        skipped = report.skipped();
        session.tellSkipped(skipped);
        if (report.processed() == 0) {
          throw new OptimizerException("no run found in " + Text.clean(tables.files()));
        }
      }
      result = ask(optimizer, query);
    }
    if (format.isJson()) {
      Json.print(session.out, BacktestJson.document(result));
    } else {
      print(result);
    }
    if (result.jobs().isEmpty()) {
      return ExitCode.NO_ANSWER;
    }
    return skipped.isEmpty() ? ExitCode.DONE : ExitCode.SOME_SKIPPED;
  }

  private Backtest ask(Optimizer optimizer, Backtest.Query query) {
    if (!session.showsProgress()) {
      return optimizer.backtest(query, Backtest.Progress.NONE);
    }
    try (ProgressLine line = new ProgressLine(session.err, "Testing", "jobs")) {
      return optimizer.backtest(query, line::update);
    }
  }

  private Backtest.Query query() {
    if (tables.isGiven() && session.dbUrl() != null) {
      throw wrong(
          "--db-url and --runs exclude each other: a back-test of tables opens no database");
    }
    int mostJobs = Optional.ofNullable(maxJobs).orElse(tables.isGiven() ? ALL : MAX_JOBS);
    int mostRuns = Optional.ofNullable(maxRuns).orElse(tables.isGiven() ? ALL : MAX_RUNS);
    only("split", "--train-share", trainShare);
    only("points", "--train", train);
    only("extrapolate", "--by", by);
    only("extrapolate", "--at-most", atMost);
    if (mostRuns < 2) {
      throw wrong("--max-runs is " + mostRuns + "; one run predicts no other: 2 or more");
    }
    if (protocol.equals("points") && Optional.ofNullable(train).orElse(TRAIN) >= mostRuns) {
      throw wrong("--train " + Optional.ofNullable(train).orElse(TRAIN)
          + " leaves none of --max-runs " + mostRuns + " to predict");
    }
    return new Backtest.Query(heldOut(), repeats, seed, mostJobs, mostRuns);
  }

  private Backtest.Protocol heldOut() {
    return switch (protocol) {
      case "split" -> new Backtest.Split(Optional.ofNullable(trainShare).orElse(TRAIN_SHARE));
      case "points" -> new Backtest.Points(Optional.ofNullable(train).orElse(TRAIN));
      case "extrapolate" -> extrapolate();
      case "leave-context-out" -> new Backtest.LeaveContextOut();
      default -> new Backtest.LeaveOneOut();
    };
  }

  private Backtest.Protocol extrapolate() {
    if (by == null) {
      throw wrong("--protocol extrapolate needs --by instances or --by input");
    }
    return new Backtest.Extrapolate(by, most(by));
  }

  private OptionalDouble most(Backtest.Size size) {
    if (atMost == null) {
      return OptionalDouble.empty();
    }
    boolean input = size == Backtest.Size.INPUT;
    try {
      return OptionalDouble.of(
          input
              ? new Converters.Size().convert(atMost).bytes()
              : new Converters.Count().convert(atMost));
    } catch (picocli.CommandLine.TypeConversionException notOne) {
      throw wrong("--at-most: " + notOne.getMessage());
    }
  }

  private void only(String of, String option, @Nullable Object value) {
    if (value != null && !protocol.equals(of)) {
      throw wrong(option + " belongs to --protocol " + of);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }

  private void print(Backtest result) {
    if (result.jobs().isEmpty()) {
      session.out.println("No job has runs enough to hold any out (" + result.protocol() + ")");
    } else {
      tables(result);
    }
    notTested(result, "too_few_runs", "with too few whole runs, or too alike to hold any out");
    notTested(result, "beyond_max_jobs", "beyond --max-jobs");
    session.out.flush();
  }

  private void notTested(Backtest result, String reason, String words) {
    Integer jobs = result.notTested().get(reason);
    if (jobs != null) {
      session.out.println("Not tested: " + Text.plural(jobs, "job") + " " + words);
    }
  }

  private void tables(Backtest result) {
    session.out.println(result.protocol() + ": " + Text.plural(result.overall().n(), "prediction")
        + " of " + Text.plural(result.overall().runs(), "run") + " of "
        + Text.plural(result.jobs().size(), "job")
        + (result.repeats() == 1 ? "" : ", " + result.repeats() + " draws, seed " + result.seed()));
    session.out.println();
    Table jobs = new Table(
        "<Job",
        ">Predictions",
        ">Runs",
        ">Mean error",
        ">Median",
        ">90 % within",
        ">In interval",
        ">(90 % band)",
        ">Interval width",
        ">Interval score");
    result.jobs().forEach(job -> row(jobs, Text.clean(job.signature()), job.score()));
    row(jobs, "all jobs", result.overall());
    jobs.print(session.out, "");
    session.out.println();
    Table others = new Table(
        "<Baseline",
        ">Predictions",
        ">Runs",
        ">Mean error",
        ">Median",
        ">90 % within",
        ">Ours on the same",
        ">In interval",
        ">Interval score",
        ">Ours on the same");
    result.baselines().forEach((name, baseline) -> {
      Backtest.Score score = baseline.score();
      others.row(
          Text.clean(name),
          Text.count(score.n()),
          Text.count(score.runs()),
          error(score.mape()),
          error(score.medianApe()),
          error(score.p90Ape()),
          error(baseline.modelMape()),
          score.intervals().map(BacktestCommand::inside).orElse(Text.UNKNOWN),
          score.intervals().map(BacktestCommand::score).orElse(Text.UNKNOWN),
          baseline.modelIntervalScore().isPresent()
              ? score(baseline.modelIntervalScore().getAsDouble())
              : Text.UNKNOWN);
    });
    others.print(session.out, "");
    result
        .overall()
        .intervals()
        .ifPresent(intervals -> session.out.println("\nIntervals should hold "
            + Text.percent(intervals.nominalCoverage())
            + " of the runs. Their score is their width, and 20 times by how much a run misses it, over the"
            + " run's time: less is better. A baseline gives one from "
            + FEWEST_FOR_INTERVAL + " known runs on."));
  }

  private static void row(Table table, String name, Backtest.Score score) {
    Optional<Backtest.Intervals> intervals = score.intervals();
    table.row(
        name,
        Text.count(score.n()),
        Text.count(score.runs()),
        error(score.mape()),
        error(score.medianApe()),
        error(score.p90Ape()),
        intervals.map(one -> Text.percent(one.coverage())).orElse(Text.UNKNOWN),
        intervals
            .map(one ->
                Text.format("%.0f to %.0f %%", 100 * one.coverageLow(), 100 * one.coverageHigh()))
            .orElse(""),
        intervals.map(one -> Text.percent(one.width())).orElse(Text.UNKNOWN),
        intervals.map(BacktestCommand::score).orElse(Text.UNKNOWN));
  }

  private static String inside(Backtest.Intervals intervals) {
    return Text.percent(intervals.coverage()) + " of " + Text.count(intervals.n());
  }

  private static String score(Backtest.Intervals intervals) {
    return score(intervals.score());
  }

  private static String score(double score) {
    return Text.format("%.2f", score);
  }

  private static String error(OptionalDouble percent) {
    return percent.isPresent() ? Text.format("%.1f %%", percent.getAsDouble()) : Text.UNKNOWN;
  }
}
