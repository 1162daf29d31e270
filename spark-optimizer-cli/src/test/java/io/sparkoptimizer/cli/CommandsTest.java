package io.sparkoptimizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkoptimizer.Backtest;
import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.ConflictingSettingsException;
import io.sparkoptimizer.DataSize;
import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.ModelTarget;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.Platform;
import io.sparkoptimizer.Priority;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.SearchEvaluation;
import io.sparkoptimizer.SettingsException;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.TrainRequest;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.WhatIf;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.TableRow;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options, exit codes and texts of the commands. */
class CommandsTest {
  private static final List<String> COMMANDS = List.of(
      "collect",
      "inspect",
      "recommend",
      "whatif",
      "analyze",
      "backtest",
      "train",
      "models",
      "search-eval",
      "list-jobs",
      "stats",
      "quickstart");

  private Shell shell;
  private Path log;

  @BeforeEach
  void makeShell(@TempDir Path folder) throws IOException {
    shell = new Shell(folder);
    log = Files.writeString(folder.resolve("event log.json"), "{}");
  }

  // Usage

  @Test
  void noCommand_namesTheCommands() {
    shell.run().exits(2);
    assertThat(shell.err()).contains("no command given").contains("recommend, whatif, analyze");
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void help_everyCommand_hasExamples() {
    assertThat(shell.run("--help").exits(0).out()).contains("Examples:").contains("Exit codes");
    for (String command : COMMANDS) {
      shell.run(command, "--help").exits(0);
      assertThat(shell.out())
          .as(command)
          .contains("Examples:")
          .contains("spark-optimizer " + command)
          .contains("--db-url");
      assertThat(shell.err()).as(command).isEmpty();
    }
  }

  @Test
  void version_isTheBuilds() {
    assertThat(shell.run("--version").exits(0).out()).matches("spark-optimizer \\d+\\.\\d+.*\\R");
    assertThat(shell.run("stats", "--version").exits(0).out()).startsWith("spark-optimizer ");
  }

  @Test
  void generateCompletion_isABashScript() {
    assertThat(shell.run("generate-completion").exits(0).out())
        .contains("complete -F")
        .contains("--event-log-dir");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "recomend | Did you mean: spark-optimizer recommend",
        "recommend --jobb x | Unknown option",
        "recommend --format yaml | --format",
        "recommend --format html | table, json, spark-submit, spark-submit-args, spark-defaults",
        "stats --format spark-submit | expected one of table, json",
        "recommend --input-size 50GX | --input-size",
        "recommend --input-size 0 | a size above 0",
        "recommend --input-scale 0 | --input-scale",
        "recommend --input-scale NaN | a number above 0",
        "recommend --sla soon | 90s, 15m, 1h",
        "recommend --sla 0 | --sla",
        "recommend --budget -1 | --budget",
        "recommend --budget 1e5 | a number above 0",
        "recommend --platform mainframe | one of yarn, kubernetes, standalone, emr, emr-serverless",
        "recommend --priority speed | one of performance, balanced, cost",
        "recommend --job-type batch | one of etl, sql, ml, streaming, graph, other",
        "recommend --parameter k | --parameter",
        "recommend --parameter k(a)=1 | --parameter: a parameter's name has letters, digits",
        "recommend --max-executors 0 | a whole number, 1 or more",
        "recommend --job a --like b | --job and --like exclude each other",
        "recommend --input-size 1GB --input-scale 2 | exclude each other",
        "recommend --conf /no/such.conf | no such file",
        "recommend --db-url | --db-url",
        "collect | --event-log-dir",
        "collect --event-log-dir x --batch-size 0 | --batch-size",
        "inspect | PATH",
        "analyze | --app-id or --event-log is needed",
        "stats --format html | expected one of table, json",
        "whatif --app-id a --format yaml | expected one of table, json, html",
        "whatif --app-id a --format spark-submit | expected one of table, json, html",
        "whatif --app-id a --dynamic 0:0 | MIN:MAX",
        "whatif --app-id a --executors 4..1 | a range that goes up",
        "whatif --app-id a --executors 0 | --executors",
        "whatif --app-id a --executors 1..2000 | at most 1000 values",
        "whatif --app-id a --executors 1, | --executors",
        "whatif --app-id a --dynamic 5:2 | MIN:MAX",
        "whatif --app-id a --dynamic 1:4 --executors 2 | exclude each other",
        "whatif --app-id a --executor-memory 4 | 4g or 4096m",
        "whatif --app-id a --executors 1..200 --executor-cores 1..200 | 40000 combinations",
        "backtest | --protocol",
        "backtest --protocol jackknife | one of leave-one-out, split, points, extrapolate,",
        "backtest --protocol split --train-share 1 | a number between 0 and 1",
        "backtest --protocol split --train 3 | --train belongs to --protocol points",
        "backtest --protocol points --train 40 | --train 40 leaves none of --max-runs 40",
        "backtest --protocol leave-one-out --max-runs 1 | one run predicts no other",
        "backtest --protocol leave-one-out --at-most 3 | --at-most belongs to --protocol extrapolate",
        "backtest --protocol extrapolate | needs --by instances or --by input",
        "backtest --protocol extrapolate --by instances --at-most 50GB | a whole number, 1 or more",
        "backtest --protocol extrapolate --by input --at-most 5GX | a size above 0 with its unit",
        "backtest --protocol split --mapping m.yaml | each --runs needs a --mapping of its own: 0 and 1",
        "backtest --protocol split --runs a.csv | each --runs needs a --mapping of its own: 1 and 0",
        "backtest --protocol split --db-url x --runs a.csv --mapping m.yaml | exclude each other",
        "collect --runs --mapping m.yaml | Missing required parameter for option '--runs'",
        "collect --runs a.csv | each --runs needs a --mapping of its own: 1 and 0",
        "collect --runs a.csv --mapping m.yaml --event-log-dir x | does not go with --runs",
        "collect --runs a.csv --mapping m.yaml --since 7d | --since is for event logs",
        "search-eval | --runs and --mapping are needed",
        "search-eval --runs a.csv | each --runs needs a --mapping of its own: 1 and 0",
        "search-eval --runs a.csv --mapping m.yaml --db-url x | exclude each other",
        "search-eval --runs a.csv --mapping m.yaml --history | for option '--history'",
        "search-eval --runs a --runs b --mapping m --mapping n --history c | give as many, or one mapping",
        "search-eval --runs a.csv --mapping m.yaml --budget 0 | a whole number, 1 or more",
        "list-jobs --limit x | --limit",
        "list-jobs extra | Unmatched argument",
        "train --target size | expected one of duration_ms, peak_heap_mb",
        "train --name ../x | name is of letters, digits",
        "train --features a,b,a | a feature is named twice: [a, b, a]",
        "--nonsense | Unknown option"
      })
  void wrongUsage_isToldWithAHint(String line, String told) {
    shell.run(line.split(" ")).exits(2);
    assertThat(shell.err()).contains(told).containsPattern("Try 'spark-optimizer.* --help'");
    assertThat(shell.err()).doesNotContain("\tat ");
    assertThat(shell.out()).isEmpty();
    assertThat(shell.opened).isEmpty();
  }

  @Test
  void globalOptions_beforeAndAfterTheCommand_areTheSame() {
    shell.run("--db-url", "sqlite:///a.db", "stats").exits(0);
    assertThat(shell.settings()).containsEntry("database.url", "sqlite:///a.db");
    shell.run("stats", "--db-url", "sqlite:///b.db").exits(0);
    assertThat(shell.settings()).containsEntry("database.url", "sqlite:///b.db");
  }

  // Failures

  @Test
  void failure_expected_isOneLineAndExits1() {
    shell.optimizer.failure = new OptimizerException("cannot open jdbc:sqlite:/x");
    shell.run("stats").exits(1);
    assertThat(shell.err().strip()).isEqualTo("spark-optimizer: cannot open jdbc:sqlite:/x");
    assertThat(shell.out()).isEmpty();
    assertThat(shell.optimizer.closed).isTrue();
  }

  @Test
  void failure_json_isADocumentToo() {
    shell.optimizer.runs.add(Fixtures.fullRun());
    shell.optimizer.failure = new OptimizerException("cannot open the \"database\"");
    for (String command : List.of(
        "stats",
        "list-jobs",
        "recommend",
        "analyze --app-id app-1",
        "whatif --app-id app-1",
        "collect --event-log-dir .")) {
      shell.run((command + " --format json").split(" ")).exits(1);
      assertThat(shell.json()).as(command).hasSize(1);
      assertThat(shell.json().path("error").asText()).isEqualTo("cannot open the \"database\"");
      assertThat(shell.err().strip()).isEqualTo("spark-optimizer: cannot open the \"database\"");
    }
    shell.optimizer.failure = new ConflictingSettingsException("a locked value contradicts");
    shell.run("recommend", "--format=JSON").exits(2);
    assertThat(shell.json().path("error").asText()).isEqualTo("a locked value contradicts");
    shell.optimizer.failure = null;
    shell.optimizer.error = new OutOfMemoryError("Java heap space");
    shell.run("stats", "--format", "json").exits(1);
    assertThat(shell.json().path("error").asText()).startsWith("out of memory");
  }

  @Test
  void wrongUsage_json_isADocumentToo() {
    shell.run("recommend", "--format", "json", "--sla", "soon").exits(2);
    assertThat(shell.json().path("error").asText()).contains("--sla").contains("90s, 15m, 1h");
    shell.run("analyze", "--format", "json").exits(2);
    assertThat(shell.json().path("error").asText()).isEqualTo("--app-id or --event-log is needed");
    shell.run("recommend", "--format", "spark-submit", "--sla", "soon").exits(2);
    assertThat(shell.out()).isEmpty();
  }

  /** What is begun cannot be taken back: no second document follows it. */
  @Test
  void failure_afterTheDocumentBegan_addsNoOther() {
    shell.optimizer.runs.add(Fixtures.fullRun());
    shell.optimizer.failure = new IllegalStateException("rank 7");
    shell.run("inspect", log.toString(), "--format", "json").exits(1);
    assertThat(shell.out()).startsWith("{\"applications\":[").doesNotContain("\"error\"");
    assertThat(shell.err()).contains("rank 7");
  }

  @Test
  void failure_unexpected_showsNoStackTraceUnlessVerbose() {
    shell.optimizer.failure = new IllegalStateException("rank 7");
    shell.run("stats").exits(1);
    assertThat(shell.err())
        .contains("unexpected IllegalStateException: rank 7; --verbose shows where")
        .doesNotContain("\tat ");
    shell.run("stats", "--verbose").exits(1);
    assertThat(shell.err()).contains("\tat io.sparkoptimizer");
  }

  @Test
  void failure_error_showsNoStackTrace() {
    shell.optimizer.error = new OutOfMemoryError("Java heap space");
    shell.run("stats").exits(1);
    assertThat(shell.err()).contains("out of memory").contains("-Xmx").doesNotContain("\tat ");
    shell.optimizer.error = new NoClassDefFoundError("a/B");
    shell.run("stats").exits(1);
    assertThat(shell.err()).contains("NoClassDefFoundError: a/B").doesNotContain("\tat ");
  }

  @Test
  void failure_conflictingSettings_isWrongUsage() {
    shell.optimizer.failure = new ConflictingSettingsException("a locked value contradicts");
    assertThat(shell.run("recommend").exits(2).err()).contains("a locked value contradicts");
  }

  @Test
  void stdout_readerGone_endsQuietly() {
    shell.stdout = failing("Broken pipe");
    shell.optimizer.runs.add(Fixtures.fullRun());
    for (String format : List.of("table", "json")) {
      shell.run("inspect", log.toString(), "--format", format).exits(0);
      assertThat(shell.err()).as(format).isEmpty();
    }
    shell.run("--help").exits(0);
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void stdout_full_failsWithItsReason() {
    shell.stdout = failing("No space left on device");
    for (String format : List.of("table", "json")) {
      shell.run("stats", "--format", format).exits(1);
      assertThat(shell.err())
          .contains("cannot write the standard output: No space left on device")
          .doesNotContain("\tat ");
    }
  }

  private static OutputStream failing(String reason) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(reason);
      }
    };
  }

  // collect

  @Test
  void collect_done_saysHowMany() {
    shell.optimizer.report = Fixtures.report(12, 11, 1, 3, List.of());
    shell
        .run(
            "collect",
            "--event-log-dir",
            log.toString(),
            "--batch-size",
            "7",
            "--source-name",
            "prod")
        .exits(0);
    assertThat(shell.out()).contains("Successfully processed 12 jobs").contains("3 more known");
    assertThat(shell.err()).isEmpty();
    assertThat(shell.optimizer.request.settings()).containsEntry("path", log.toString());
    assertThat(shell.optimizer.request.collector()).isEqualTo("event-log");
    assertThat(shell.optimizer.request.batchSize()).isEqualTo(7);
    assertThat(shell.optimizer.request.sourceName()).isEqualTo("prod");
  }

  @Test
  void collect_outcomes_haveTheirExitCodes() {
    List<SkippedInput> skipped = List.of(new SkippedInput("x\u001b[31m.txt", "no event\nline"));
    shell.optimizer.report = Fixtures.report(1, 1, 0, 0, skipped);
    shell.run("collect", "--event-log-dir", log.toString()).exits(3);
    assertThat(shell.err()).isEqualToIgnoringNewLines("skipped x?[31m.txt: no event?line");
    shell.optimizer.report = Fixtures.report(0, 0, 0, 4, List.of());
    shell.run("collect", "--event-log-dir", log.toString()).exits(0);
    assertThat(shell.out()).contains("Successfully processed 0 jobs");
    shell.optimizer.report = Fixtures.report(0, 0, 0, 0, skipped);
    shell.run("collect", "--event-log-dir", log.toString()).exits(1);
    shell.optimizer.report = Fixtures.report(0, 0, 0, 0, List.of());
    shell.run("collect", "--event-log-dir", log.toString()).exits(1);
    assertThat(shell.err()).contains("no event log found under " + log);
    shell.run("collect", "--event-log-dir", log + "-gone").exits(1);
    assertThat(shell.err()).contains("skipped " + log + "-gone: no such file or folder");
    shell.run("collect", "--event-log-dir", log + "-gone", "--format", "json").exits(1);
    assertThat(shell.json().path("processed").asInt()).isZero();
    assertThat(shell.json().at("/skipped/0/path").asText()).isEqualTo(log + "-gone");
    assertThat(shell.json().at("/skipped/0/reason").asText()).isEqualTo("no such file or folder");
  }

  @Test
  void collect_tables_inPairsWithTheirMappings() throws IOException {
    Path one = Files.writeString(shell.folder.resolve("one.yaml"), """
        separator: "\t"
        job: {column: algorithm}
        parameters: [features, 7]
        filter: {machine.type: r4.2xlarge, instance_count: "> 2", k: [1, 2.5]}
        failed: {column: completed, values: [false, No]}
        """);
    Path two = Files.writeString(shell.folder.resolve("two.yaml"), "job: {file_name: true}");
    shell.optimizer.report = Fixtures.report(12, 11, 1, 3, List.of());
    shell
        .run(("collect --runs a.csv b.csv --mapping " + one
                + " --batch-size 7 --runs c.csv --mapping " + two)
            .split(" "))
        .exits(0);
    assertThat(shell.out()).contains("Successfully processed 24 jobs").contains("rows/s");
    assertThat(shell.optimizer.requests)
        .extracting(CollectionRequest::collector)
        .containsExactly("run-table", "run-table");
    assertThat(shell.optimizer.requests)
        .extracting(CollectionRequest::settings)
        .containsExactly(
            Map.ofEntries(
                Map.entry("file[0]", "a.csv"),
                Map.entry("file[1]", "b.csv"),
                Map.entry("mapping.separator", "\t"),
                Map.entry("mapping.job.column", "algorithm"),
                Map.entry("mapping.parameters[0]", "features"),
                Map.entry("mapping.parameters[1]", "7"),
                Map.entry("mapping.filter.machine.type", "r4.2xlarge"),
                Map.entry("mapping.filter.instance_count", "> 2"),
                Map.entry("mapping.filter.k[0]", "1"),
                Map.entry("mapping.filter.k[1]", "2.5"),
                Map.entry("mapping.failed.column", "completed"),
                Map.entry("mapping.failed.values[0]", "false"),
                Map.entry("mapping.failed.values[1]", "No")),
            Map.of("file[0]", "c.csv", "mapping.job.file_name", "true"));
    assertThat(shell.optimizer.requests.get(0).batchSize()).isEqualTo(7);
  }

  @Test
  void collect_wrongMapping_isWrongUsageThatNamesTheFile() throws IOException {
    Path mapping = Files.writeString(shell.folder.resolve("m.yaml"), "job: {column: a}");
    shell.optimizer.failure =
        new SettingsException(List.of("mapping.duration_ms is missing; expected the column"));
    shell.run("collect", "--runs", "a.csv", "--mapping", mapping.toString()).exits(2);
    assertThat(shell.err())
        .contains("wrong configuration")
        .contains(mapping + ": duration_ms is missing; expected the column");
    shell.opened.clear();
    Path empty = Files.writeString(shell.folder.resolve("empty.yaml"), "");
    Path list = Files.writeString(shell.folder.resolve("list.yaml"), "[1]");
    shell
        .run(("collect --runs a --mapping none.yaml --runs a --mapping " + empty
                + " --runs a --mapping " + list)
            .split(" "))
        .exits(2);
    assertThat(shell.err())
        .contains("--mapping none.yaml: no such file")
        .contains(empty + ": is empty; expected keys and values, as job: {column: NAME}")
        .contains(list + ": expected keys and values, as job: {column: NAME}");
    assertThat(shell.opened).isEmpty();
  }

  @Test
  void collect_tablesWithoutARun_fails() throws IOException {
    Path mapping = Files.writeString(shell.folder.resolve("m.yaml"), "job: {column: a}");
    shell
        .run("collect", "--runs", "a.csv", "b.csv", "--mapping", mapping.toString())
        .exits(1);
    assertThat(shell.err()).contains("no run found in a.csv, b.csv");
  }

  @Test
  void analyze_rowOfATable_saysThatNoStagesAreKnown() {
    shell.optimizer.runs.add(ApplicationRun.builder()
        .digest("sha256:1")
        .jobSignature("sort")
        .status(RunStatus.SUCCEEDED)
        .tableRow(new TableRow(
            OptionalLong.of(60_000),
            4,
            OptionalInt.of(8),
            OptionalLong.of(15_360),
            OptionalLong.empty(),
            "c4.2xlarge",
            OptionalDouble.empty(),
            null))
        .build());
    shell.run("analyze", "--app-id", "sha256:1").exits(0);
    assertThat(shell.out()).contains("15 GiB each").contains("4 at most, 8 cores");
  }

  @Test
  void backtest_tables_areReadIntoMemoryAndAllTheirRowsCount() throws IOException {
    Path mapping = Files.writeString(shell.folder.resolve("m.yaml"), "job: {column: a}");
    String[] line = ("backtest --protocol points --train 40 --runs a.csv --mapping " + mapping
            + " --format json")
        .split(" ");
    shell.optimizer.report = Fixtures.report(300, 300, 0, 0, List.of());
    shell.run(line).exits(0);
    assertThat(shell.json().path("protocol").isMissingNode()).isFalse();
    assertThat(shell.settings()).containsEntry("repository", "in-memory");
    assertThat(shell.optimizer.backtestQuery.maxRuns()).isEqualTo(1_000_000);
    assertThat(shell.optimizer.backtestQuery.maxJobs()).isEqualTo(1_000_000);
    shell.optimizer.report =
        Fixtures.report(300, 300, 0, 0, List.of(new SkippedInput("a.csv line 7", "bad")));
    shell.run(line).exits(3);
    assertThat(shell.err()).contains("skipped a.csv line 7: bad");
    shell.optimizer.report = Fixtures.report(0, 0, 0, 0, List.of());
    shell.run(line).exits(1);
    assertThat(shell.json().path("error").asText()).isEqualTo("no run found in a.csv");
  }

  @Test
  void collect_onATerminal_showsABarOnStderrOnly() {
    shell.optimizer.report = Fixtures.report(2, 2, 0, 0, List.of());
    shell.terminal = true;
    shell.run("collect", "--event-log-dir", log.toString()).exits(0);
    assertThat(shell.err())
        .contains("Collecting")
        .contains("2/2")
        .contains("logs/s")
        .contains("MB/s");
    assertThat(shell.out()).doesNotContain("Collecting");
    shell.run("collect", "--event-log-dir", log.toString(), "--quiet").exits(0);
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void collect_filters_reachTheCollectorInIsoForm() {
    shell.optimizer.report = Fixtures.report(12, 11, 1, 3, List.of());
    shell
        .run(
            "collect",
            "--event-log-dir",
            log.toString(),
            "--threads",
            "3",
            "--since",
            "2026-11-01",
            "--max-age",
            "1w 2d 36h",
            "--name",
            "nightly-*")
        .exits(0);
    assertThat(shell.optimizer.request.settings())
        .isEqualTo(Map.of(
            "path", log.toString(),
            "threads", "3",
            "since", "2026-11-01T00:00:00Z",
            "max_age", "PT252H",
            "name", "nightly-*"));
    assertThat(shell.out()).contains("12 logs read: 6.7 MiB in 2.0 s, 6 logs/s, 3.5 MB/s");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-01, 2026-11-01T00:00:00Z",
    "2026-11-01T06:30, 2026-11-01T06:30:00Z",
    "2026-11-01 06:30:01, 2026-11-01T06:30:01Z",
    "2026-11-01T06:30Z, 2026-11-01T06:30:00Z",
    "2026-11-01t06:30:00+02:00, 2026-11-01T04:30:00Z"
  })
  void collect_since_takesDatesAndTimesInUtc(String text, String wanted) {
    shell.run("collect", "--event-log-dir", log.toString(), "--since", text).exits(1);
    assertThat(shell.optimizer.request.settings()).containsEntry("since", wanted);
  }

  @Test
  void collect_sinceAnAge_isSoLongAgo() {
    Instant before = Instant.now().minus(Duration.ofDays(7));
    shell.run("collect", "--event-log-dir", log.toString(), "--since", "7D").exits(1);
    assertThat(Instant.parse(shell.optimizer.request.settings().get("since")))
        .isBetween(before, before.plus(Duration.ofMinutes(5)));
  }

  @Test
  void collect_wrongTimes_areRefused() {
    for (String wrong : List.of("yesterday", "7", "-1d", "2026-13-01", "", "0d", "1.5d")) {
      shell
          .run("collect", "--event-log-dir", log.toString(), "--since=" + wrong)
          .exits(2);
      assertThat(shell.err())
          .contains("Invalid value for option '--since': '" + wrong
              + "'; expected a date, a date with a time, or an age, as 2026-11-01");
      shell
          .run("collect", "--event-log-dir", log.toString(), "--max-age=" + wrong)
          .exits(2);
      assertThat(shell.err()).contains("'; expected an age with its unit, as 36h, 7d or 2w");
    }
  }

  @Test
  void collect_nothingButWhatIsLeftOut_isNoFailure() {
    shell.optimizer.report =
        new CollectionReport(0, 0, 0, 0, 5, List.of(), CollectionReport.Reading.NOTHING);
    shell.run("collect", "--event-log-dir", log.toString(), "--name", "x").exits(0);
    assertThat(shell.out()).contains("5 more left out, not asked for").doesNotContain("read");
    assertThat(shell.err()).isEmpty();
  }

  // inspect

  @Test
  void inspect_table_showsEachRun() {
    shell.optimizer.runs.add(Fixtures.fullRun());
    shell.optimizer.runs.add(Fixtures.emptyRun());
    shell.run("inspect", log.toString()).exits(0);
    assertThat(shell.out().lines().toList())
        .hasSize(4)
        .anySatisfy(line -> assertThat(line)
            .contains("app-1 (2)", "nightly-sales", "succeeded", "10.0 s", "4.0 GiB", "3.5.9")
            .endsWith("truncated, in_progress"))
        .anySatisfy(line -> assertThat(line).startsWith("sha256:0").contains(" - "));
  }

  @Test
  void inspect_nothingFound_fails() {
    assertThat(shell.run("inspect", log.toString()).exits(1).err()).contains("no event log found");
  }

  @Test
  void inspect_severalPathsAndOddNames_areReadInTurn() throws IOException {
    Path at = Files.writeString(shell.folder.resolve("@dosya ığüş.log"), "{}");
    shell.optimizer.runs.add(Fixtures.fullRun());
    shell.run("inspect", at.toString(), log.toString()).exits(0);
    assertThat(shell.optimizer.read).containsExactly(at, log);
  }

  // recommend

  @Test
  void recommend_options_becomeTheProfile() throws IOException {
    Path conf = Files.writeString(
        shell.folder.resolve("spark defaults.conf"),
        "# a comment\nspark.executor.memory   8g\nspark.eventLog.dir=hdfs:///a=b\n\nother.key x\n");
    shell
        .run(
            "recommend",
            "--job",
            "gece-satış",
            "--input-size",
            "50GB",
            "--job-type",
            "ETL",
            "--parameter",
            "k=10",
            "--parameter",
            "filter=a=b",
            "--priority",
            "cost",
            "--sla",
            "15",
            "--budget",
            "12.5",
            "--platform",
            "emr-serverless",
            "--node-type",
            "m5.xlarge",
            "--max-executors",
            "40",
            "--conf",
            conf.toString(),
            "--lock",
            "spark.executor.cores",
            "--lock",
            "spark.driver.memory",
            "--method",
            "rules")
        .exits(0);
    JobProfile profile = shell.optimizer.profile;
    assertThat(profile.job()).contains("gece-satış");
    assertThat(profile.inputSize()).contains(DataSize.bytes(50_000_000_000L));
    assertThat(profile.jobType()).contains(JobType.ETL);
    assertThat(profile.parameters()).isEqualTo(Map.of("k", "10", "filter", "a=b"));
    assertThat(profile.priority()).isEqualTo(Priority.COST);
    assertThat(profile.sla()).contains(Duration.ofMinutes(15));
    assertThat(profile.budget()).hasValue(12.5);
    assertThat(profile.platform()).contains(Platform.EMR_SERVERLESS);
    assertThat(profile.nodeType()).contains("m5.xlarge");
    assertThat(profile.maxExecutors()).hasValue(40);
    assertThat(profile.configuration())
        .isEqualTo(Map.of("spark.executor.memory", "8g", "spark.eventLog.dir", "hdfs:///a=b"));
    assertThat(profile.locked()).containsExactly("spark.driver.memory", "spark.executor.cores");
    assertThat(profile.method()).contains("rules");
    assertThat(shell.err()).contains("other.key is no Spark property");
  }

  @Test
  void recommend_noOptions_asksAboutANewJob() {
    shell.run("recommend").exits(0);
    JobProfile profile = shell.optimizer.profile;
    assertThat(profile.job()).isEmpty();
    assertThat(profile.inputSize()).isEmpty();
    assertThat(profile.sla()).isEmpty();
    assertThat(profile.priority()).isEqualTo(Priority.BALANCED);
    assertThat(shell
            .run("recommend", "--like", "app-1", "--input-scale", "1.5")
            .exits(0)
            .out())
        .contains("the job of app-1");
    assertThat(shell.optimizer.profile.like()).contains("app-1");
    assertThat(shell.optimizer.profile.inputScale()).hasValue(1.5);
  }

  @ParameterizedTest
  @CsvSource({"15,900", "15m,900", "1h,3600", "1h30m,5400", "90s,90", "1.5h,5400", "15min,900"})
  void recommend_sla_isMinutesOrATime(String text, long seconds) {
    shell.run("recommend", "--sla", text).exits(0);
    assertThat(shell.optimizer.profile.sla()).contains(Duration.ofSeconds(seconds));
  }

  @Test
  void recommend_table_saysValuesTimeCostAndConfidence() {
    shell.run("recommend", "--job", "nightly-sales").exits(0);
    assertThat(shell.out())
        .contains("Recommendation for nightly-sales: change")
        .containsPattern("executors +20 +12")
        .containsPattern("memory per executor +8 GiB +8 GiB")
        .contains("12 min 30 s (11 min 15 s to 15 min 00 s)")
        .contains("1.50 USD (1.35 USD to 1.80 USD)")
        .containsPattern("Saving per run +0.75 USD")
        .containsPattern("Confidence +82 % \\(own\\)")
        .contains("Alternatives, fastest first");
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void recommend_table_hasPropertiesThatAreNoSizeAmongTheSettings() {
    Recommendation size = Fixtures.change();
    List<Evidence> evidence = new ArrayList<>(size.evidence());
    evidence.add(evidence("spark.sql.adaptive.enabled", "false", "true"));
    evidence.add(evidence("spark.default.parallelism", null, "160"));
    evidence.add(evidence("spark.sql.adaptive.skewJoin.enabled", "false", "false"));
    Map<String, String> conf = new TreeMap<>(size.sparkConf());
    conf.put("spark.sql.adaptive.enabled", "true");
    conf.put("spark.default.parallelism", "160");
    shell.optimizer.recommendation = new Recommendation(
        size.id(),
        size.verdict(),
        size.method(),
        size.proposed(),
        size.prediction(),
        size.current(),
        size.currentPrediction(),
        size.confidence(),
        size.confidenceBasis(),
        size.prices(),
        size.runs(),
        size.inputBytes(),
        size.inputBasis(),
        size.bindingConstraint(),
        size.reasoning(),
        evidence,
        conf,
        size.alternatives());

    shell.run("recommend", "--job", "nightly-sales").exits(0);

    String settings = shell.out().substring(0, shell.out().indexOf("Expected duration"));
    assertThat(settings)
        .containsPattern("spark.sql.adaptive.enabled +false +true")
        .containsPattern("spark.default.parallelism +- +160")
        .doesNotContain("skewJoin")
        .doesNotContain("spark.executor.instances");
    assertThat(shell.run("recommend", "--format", "spark-submit-args").exits(0).out())
        .contains("--conf spark.sql.adaptive.enabled=true");
  }

  private static Evidence evidence(
      String property, @Nullable String current, @Nullable String proposed) {
    return new Evidence(
        property,
        current,
        proposed,
        "tasks",
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        List.of("app-2"),
        "smaller tasks");
  }

  @Test
  void recommend_keep_isAnAnswer() {
    shell.optimizer.recommendation =
        Fixtures.answer(Verdict.KEEP, Fixtures.resources(12).toSparkConf());
    assertThat(shell.run("recommend").exits(0).out()).contains("keep what it has");
    assertThat(shell.run("recommend", "--format", "spark-submit").exits(0).out())
        .contains("--num-executors 12");
  }

  @ParameterizedTest
  @ValueSource(strings = {"table", "spark-submit", "spark-submit-args", "spark-defaults"})
  void recommend_noAnswer_printsNothingToSubmit(String format) {
    for (Verdict verdict : List.of(Verdict.INFEASIBLE, Verdict.ABSTAIN)) {
      shell.optimizer.recommendation = Fixtures.answer(verdict, Map.of());
      shell.run("recommend", "--format", format).exits(4);
      assertThat(shell.out()).isEmpty();
      assertThat(shell.err())
          .contains("no recommendation (" + verdict.word() + ")")
          .contains("a third of the slots stood idle")
          .contains("binding constraint: sla");
    }
  }

  @Test
  void recommend_sparkSubmit_isAWholeCommand() {
    shell.run("recommend", "--format", "spark-submit").exits(0);
    assertThat(shell.out()).isEqualTo("""
        spark-submit \\
          --num-executors 12 \\
          --executor-cores 4 \\
          --executor-memory 8192m \\
          --driver-memory 2048m \\
          --driver-cores 1 \\
          --conf spark.dynamicAllocation.enabled=false \\
          --conf spark.executor.memoryOverhead=1024m \\
          --conf spark.sql.shuffle.partitions=96 \\
          your-application.jar
        """);
    shell.run("recommend", "--format", "spark-submit", "--app", "my job.py").exits(0);
    assertThat(shell.out()).endsWith("  'my job.py'\n");
  }

  @Test
  void recommend_sparkSubmitArgs_areOneLine() {
    shell.run("recommend", "--format", "spark-submit-args").exits(0);
    assertThat(shell.out())
        .startsWith("--num-executors 12 --executor-cores 4 ")
        .endsWith("--conf spark.sql.shuffle.partitions=96\n")
        .hasLineCount(1);
  }

  @Test
  void recommend_standalone_hasNoNumExecutorsOption() {
    shell
        .run("recommend", "--format", "spark-submit-args", "--platform", "standalone")
        .exits(0);
    assertThat(shell.out())
        .doesNotContain("--num-executors")
        .contains("--conf spark.executor.instances=12");
  }

  @Test
  void recommend_sparkDefaults_areLinesOfKeyAndValue() {
    shell.run("recommend", "--format", "spark-defaults").exits(0);
    assertThat(shell.out().lines())
        .contains("spark.executor.memory 8192m", "spark.sql.shuffle.partitions 96")
        .allMatch(line -> line.matches("spark\\.\\S+ \\S+"));
  }

  // whatif and analyze

  @Test
  void whatif_lists_becomeTheQuery() {
    shell.optimizer.runs.add(Fixtures.fullRun());
    shell
        .run(
            "whatif",
            "--app-id",
            "app-1",
            "--executors",
            "1,2,4..6",
            "--executor-cores",
            "4",
            "--executor-memory",
            "4g,8192m,1t",
            "--shuffle-partitions",
            "100,200",
            "--input-scale",
            "2.0")
        .exits(0);
    WhatIf.Query query = shell.optimizer.query;
    assertThat(query.executors()).containsExactly(1, 2, 4, 5, 6);
    assertThat(query.executorCores()).containsExactly(4);
    assertThat(query.executorMemoryMb()).containsExactly(4096L, 8192L, 1L << 20);
    assertThat(query.shufflePartitions()).containsExactly(100, 200);
    assertThat(query.inputScale()).isEqualTo(2);
    assertThat(shell.out()).contains("5.0 s").contains("would not hold the cached blocks");
    shell.run("whatif", "--app-id", "app-1", "--dynamic", "2:20").exits(0);
    assertThat(shell.optimizer.query.dynamic()).contains(new WhatIf.Bounds(2, 20));
    assertThat(shell.optimizer.query.executors()).isEmpty();
  }

  @Test
  void whatif_everyPointRefused_isNoAnswer() {
    shell.optimizer.runs.add(Fixtures.fullRun());
    WhatIf some = Fixtures.whatIf(Fixtures.fullRun());
    shell.optimizer.whatIf =
        new WhatIf(some.appId(), some.baseline(), some.points().subList(1, 2), some.knees());

    shell.run("whatif", "--app-id", "app-1", "--executors", "1").exits(4);

    assertThat(shell.out()).contains("would not hold the cached blocks");
  }

  @Test
  void analyze_table_showsTheRunAndWhatToDo() {
    shell.optimizer.runs.add(Fixtures.fullRun());
    shell.run("analyze", "--app-id", "app-1").exits(0);
    assertThat(shell.out())
        .contains("nightly-sales", "app-1, attempt 2", "10.0 s, succeeded", "4.0 GiB")
        .contains("2026-11-01 00:00:00 UTC")
        .contains("1.0 MiB read, - written")
        .contains("spark.executor.memory  4g")
        .contains("64 of 100")
        .contains("[high] One task takes nine times the median (stage 3)")
        .contains("seen: max_to_median 9.25, threshold 4 ratio")
        .contains("Let Spark split the large partitions.")
        .contains("spark.sql.adaptive.skewJoin.enabled true");
  }

  @Test
  void analyze_unknownId_fails() {
    assertThat(shell.run("analyze", "--app-id", "app-9").exits(1).err())
        .contains("no recorded run has the application id app-9")
        .contains("list-jobs");
  }

  @Test
  void analyze_eventLog_needsNoDatabase() {
    shell.optimizer.runs.add(Fixtures.fullRun());
    shell.run("analyze", "--event-log", log.toString()).exits(0);
    assertThat(shell.opened.get(0).repository()).get().isInstanceOf(NoHistory.class);
  }

  @Test
  void analyze_logOfSeveralApplications_asksWhich() {
    shell.optimizer.runs.add(Fixtures.run("app-1", "a", JobType.ETL, 1));
    shell.optimizer.runs.add(Fixtures.run("app-2", "b", JobType.ETL, 2));
    shell.run("analyze", "--event-log", log.toString()).exits(2);
    assertThat(shell.err()).contains("holds 2 applications; name one with --app-id: app-1, app-2");
    shell.run("analyze", "--event-log", log.toString(), "--app-id", "app-2").exits(0);
    assertThat(shell.optimizer.asked.appId()).isEqualTo("app-2");
    shell.run("analyze", "--event-log", log.toString(), "--app-id", "app-3").exits(1);
    assertThat(shell.err()).contains("has no application app-3; it has app-1, app-2");
  }

  @Test
  void analyze_severalAttempts_takesTheNewest() {
    shell.optimizer.runs.add(
        Fixtures.run("app-1", "a", JobType.ETL, 1).toBuilder().attemptId("1").build());
    shell.optimizer.runs.add(
        Fixtures.run("app-1", "a", JobType.ETL, 2).toBuilder().attemptId("2").build());
    shell.run("analyze", "--event-log", log.toString()).exits(0);
    assertThat(shell.optimizer.asked.attemptId()).isEqualTo("2");
  }

  @Test
  void analyze_emptyLog_fails() {
    shell.optimizer.skipped.add(new SkippedInput(log.toString(), "no event line"));
    shell.run("analyze", "--event-log", log.toString(), "--format", "json").exits(1);
    assertThat(shell.err()).contains("no event line").contains("no event log found under");
    assertThat(shell.json().path("error").asText()).startsWith("no event log found under");
  }

  // list-jobs and stats

  @Test
  void listJobs_table_saysUtcAndHowMany() {
    for (int day = 0; day < 30; day++) {
      shell.optimizer.runs.add(Fixtures.run("app-" + day, "load", JobType.ETL, day));
    }
    shell.run("list-jobs").exits(0);
    assertThat(shell.out())
        .contains("Started (UTC)")
        .contains("2026-11-30 00:00:00")
        .contains("20 of 30 runs")
        .contains("1.25 USD");
    assertThat(shell.out().lines()).hasSize(2 + 20 + 2);
  }

  @Test
  void listJobs_none_saysWhatToDo() {
    shell.run("list-jobs").exits(0);
    assertThat(shell.out()).isEqualToIgnoringNewLines("0 of 0 runs");
    assertThat(shell.err()).contains("spark-optimizer collect");
  }

  @Test
  void stats_table_hasTotals() {
    assertThat(shell.run("stats").exits(0).out())
        .contains("3 runs of 2 jobs, from 2026-11-01 00:00:00 to 2026-11-02 00:00:00 UTC")
        .containsPattern("all +3 +10.5 +40.0 +1.25 USD +4.00 +0.50 USD")
        .contains(
            "9 recommendations with a predicted time: 3 followed, 2 not followed, 1 open, 2 run"
                + " with other input")
        .contains(
            "median error 13 %, inside the interval 50 %, within 20 % - (mean confidence 75 %),"
                + " 1 ran out of memory");
  }

  // search-eval

  @Test
  void searchEval_json_hasTheContractsKeys() throws IOException {
    shell.optimizer.report = Fixtures.report(300, 300, 0, 0, List.of());
    shell
        .run(("search-eval --runs a.csv --mapping " + mapping()
                + " --budget 2 --repeats 20 --seed 7 --format json")
            .split(" "))
        .exits(0);
    assertThat(shell.optimizer.searchQuery)
        .isEqualTo(new SearchEvaluation.Query(List.of(), List.of(), 2, 20, 7));
    assertThat(shell.settings()).containsEntry("repository", "in-memory");
    JsonNode workload = shell.json().path("workloads").path(0);
    assertThat(workload.path("job").asText()).isEqualTo("join");
    assertThat(workload.path("context").asText()).isEqualTo("size=huge");
    assertThat(workload.path("cost_after").toString())
        .isEqualTo("{\"0\":1.5,\"1\":1.5,\"2\":1.15}");
    assertThat(workload.get("runs_to_1.1").isNull()).isTrue();
    assertThat(workload.path("runs_to_1.2").asDouble()).isEqualTo(2);
    assertThat(workload.path("failed_share").asDouble()).isEqualTo(0.5);
    assertThat(workload.path("stopped_after").asDouble()).isEqualTo(2);
    assertThat(shell.json().path("overall").path("cost_after").path("2").asDouble())
        .isEqualTo(1.15);
    for (String baseline : List.of("random", "ranking")) {
      JsonNode score = shell.json().path("baselines").path(baseline);
      assertThat(score.path("cost_after").path("0").asDouble()).isEqualTo(2.5);
      assertThat(score.get("stopped_after").isNull()).isTrue();
    }
    assertThat(shell.json().path("not_tested").path("no_completed_shape").asInt())
        .isEqualTo(1);
  }

  @Test
  void searchEval_table_saysWhatWasNotTested() throws IOException {
    shell.optimizer.report = Fixtures.report(300, 300, 0, 0, List.of());
    shell.run("search-eval", "--runs", "a.csv", "--mapping", mapping()).exits(0);
    assertThat(shell.out())
        .contains("After 0", "Runs to 1.1", "join", "size=huge", "ranking")
        .contains("Not tested: 1 workload without a completed run whose cost is known");
  }

  @Test
  void searchEval_history_isReadByTheSameMapping() throws IOException {
    shell.optimizer.report = Fixtures.report(300, 300, 0, 0, List.of());
    shell
        .run(("search-eval --runs a.csv --mapping " + mapping() + " --history b.csv c.csv")
            .split(" "))
        .exits(0);
    assertThat(shell.optimizer.requests).hasSize(2);
    assertThat(shell.optimizer.requests.get(1).settings())
        .containsEntry("file[0]", "b.csv")
        .containsEntry("file[1]", "c.csv")
        .containsEntry("mapping.job.column", "a");
  }

  @Test
  void searchEval_nothingTestedOrSkippedRows_areToldByTheExitCode() throws IOException {
    String[] line = ("search-eval --runs a.csv --mapping " + mapping()).split(" ");
    shell.optimizer.report = Fixtures.report(0, 0, 0, 0, List.of());
    shell.run(line).exits(1);
    assertThat(shell.err()).contains("no run found in a.csv");
    shell.optimizer.report =
        Fixtures.report(300, 300, 0, 0, List.of(new SkippedInput("a.csv line 7", "bad")));
    shell.run(line).exits(3);
    assertThat(shell.err()).contains("skipped a.csv line 7: bad");
    SearchEvaluation.Score none = Fixtures.searchEvaluation().overall();
    shell.optimizer.searchEvaluation =
        new SearchEvaluation(10, 1, 0, List.of(), none, Map.of(), Map.of("no_other_program", 2));
    shell.run(line).exits(4);
    assertThat(shell.out())
        .contains("No workload could be tested")
        .contains("Not tested: 2 workloads without another program to learn from");
  }

  private String mapping() throws IOException {
    return Files.writeString(shell.folder.resolve("m.yaml"), "job: {column: a}").toString();
  }

  // backtest

  @Test
  void backtest_everyProtocol_isAskedAsWritten() {
    assertThat(heldOut("leave-one-out")).isEqualTo(new Backtest.LeaveOneOut());
    assertThat(shell.optimizer.backtestQuery)
        .isEqualTo(new Backtest.Query(new Backtest.LeaveOneOut(), 300, 0, 50, 40));
    assertThat(heldOut("split")).isEqualTo(new Backtest.Split(0.9));
    assertThat(heldOut("Split --train-share .8")).isEqualTo(new Backtest.Split(0.8));
    assertThat(heldOut("points")).isEqualTo(new Backtest.Points(12));
    assertThat(heldOut("points --train 3 --repeats 5 --seed -9 --max-jobs 2 --max-runs 4"))
        .isEqualTo(new Backtest.Points(3));
    assertThat(shell.optimizer.backtestQuery)
        .isEqualTo(new Backtest.Query(new Backtest.Points(3), 5, -9, 2, 4));
    assertThat(heldOut("extrapolate --by instances --at-most 6"))
        .isEqualTo(new Backtest.Extrapolate(Backtest.Size.INSTANCES, OptionalDouble.of(6)));
    assertThat(heldOut("extrapolate --by input --at-most 5GB"))
        .isEqualTo(new Backtest.Extrapolate(Backtest.Size.INPUT, OptionalDouble.of(5e9)));
    assertThat(heldOut("extrapolate --by input"))
        .isEqualTo(new Backtest.Extrapolate(Backtest.Size.INPUT, OptionalDouble.empty()));
    assertThat(heldOut("leave-context-out")).isEqualTo(new Backtest.LeaveContextOut());
    assertThat(shell.optimizer.closed).isTrue();
  }

  private Backtest.Protocol heldOut(String words) {
    shell.run(("backtest --protocol " + words).split(" ")).exits(0);
    return shell.optimizer.backtestQuery.protocol();
  }

  @Test
  void backtest_table_showsJobsBaselinesAndWhatWasNotTested() {
    String out = shell.run("backtest", "--protocol", "split").exits(0).out();

    assertThat(out)
        .startsWith("split: 40 predictions of 8 runs of 2 jobs, 20 draws, seed 7")
        .containsPattern("nightly +40 +8 +12.5 % +10.0 % +30.3 % +88 % +61 to 97 % +80 % +1.50\\R")
        .containsPattern("all jobs +40 ")
        .containsPattern("mean +40 +8 +55.0 % +50.0 % +99.0 % +12.5 % +75 % of 24 +2.50 +1.75\\R")
        .containsPattern("knn +40 +8 +55.0 % +50.0 % +99.0 % +12.5 % +- +- +-\\R")
        .containsPattern("ernest +0 +0 +- +- +- +- +- +- +-\\R")
        .contains("Intervals should hold 90 % of the runs.")
        .contains("Not tested: 3 jobs with too few whole runs")
        .contains("Not tested: 1 job beyond --max-jobs");
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void backtest_noJobHasRunsEnough_saysSo() {
    shell.optimizer.backtest = Fixtures.emptyBacktest();
    assertThat(shell.run("backtest", "--protocol", "leave-one-out").exits(4).out())
        .contains("No job has runs enough")
        .contains("2 jobs with too few whole runs");
  }

  @Test
  void backtest_onATerminal_showsABarOnStderrOnly() {
    shell.terminal = true;
    shell.run("backtest", "--protocol", "split").exits(0);
    assertThat(shell.err()).contains("Testing").contains("2/2").doesNotContain("logs");
    assertThat(shell.out()).doesNotContain("Testing");
  }

  // quickstart

  @Test
  void quickstart_twice_showsEverything() throws IOException {
    Path samples = Files.createDirectories(shell.folder.resolve("my root/samples/eventlogs"));
    shell.installation = shell.folder.resolve("my root").toString();
    shell.optimizer.runs.add(Fixtures.run("app-1", "rare", JobType.ETL, 1));
    shell.optimizer.runs.add(Fixtures.run("app-2", "often", JobType.ETL, 2));
    shell.optimizer.runs.add(Fixtures.run("app-3", "often", JobType.ETL, 3));
    shell.optimizer.report = Fixtures.report(3, 3, 0, 0, List.of());
    shell.environment.put("DATABASE_URL", "postgresql://real/history");
    for (int i = 0; i < 2; i++) {
      shell.run("quickstart").exits(0);
      assertThat(shell.out())
          .contains("Successfully processed", "3 of 3 runs", "Health", "Recommendation for often")
          .contains(
              "./spark-optimizer recommend --job often --format spark-submit --db-url sqlite:///")
          .contains("whatif --app-id app-", "collect --event-log-dir");
      shell.optimizer.report = Fixtures.report(0, 0, 0, 3, List.of());
    }
    assertThat(shell.optimizer.request.settings()).containsEntry("path", samples.toString());
    assertThat(shell.settings().get("database.url"))
        .isEqualTo("sqlite:///" + shell.folder.resolve("home/.spark-optimizer/quickstart.db"));
    assertThat(shell.folder.resolve("home/.spark-optimizer")).isDirectory();
  }

  @Test
  void quickstart_databaseServer_isNotRepeated() {
    shell.optimizer.runs.add(Fixtures.run("app-1", "rare", JobType.ETL, 1));
    shell
        .run("quickstart", "--samples", log.toString(), "--db-url", "postgresql://joe:s3cret@h/d")
        .exits(0);
    assertThat(shell.out()).contains("with the same --db-url").doesNotContain("s3cret");
    assertThat(shell.settings()).containsEntry("database.url", "postgresql://joe:s3cret@h/d");
  }

  @Test
  void quickstart_noAnswer_isShownToo() {
    shell.optimizer.runs.add(Fixtures.run("app-1", "rare", JobType.ETL, 1));
    shell.optimizer.recommendation = Fixtures.answer(Verdict.ABSTAIN, Map.of());
    shell
        .run("quickstart", "--samples", log.toString(), "--db-url", "sqlite:///q.db")
        .exits(0);
    assertThat(shell.out()).contains("no recommendation (abstain)");
    assertThat(shell.settings()).containsEntry("database.url", "sqlite:///q.db");
  }

  @Test
  void quickstart_noSamples_saysWhatToDo() {
    assertThat(shell.run("quickstart").exits(1).err()).contains("--samples");
    assertThat(shell.run("quickstart", "--samples", "/no/such").exits(1).err())
        .contains("no such file or folder: /no/such");
  }

  // Whatever the locale

  @Test
  void everyOutput_inATurkishLocale_isTheSame() {
    shell.optimizer.runs.add(Fixtures.fullRun());
    List<List<String>> commands = List.of(
        List.of("inspect", log.toString(), "--format", "JSON"),
        List.of("inspect", log.toString()),
        List.of("recommend", "--format", "spark-submit", "--platform", "KUBERNETES"),
        List.of("recommend", "--job-type", "STREAMING", "--priority", "PERFORMANCE"),
        List.of("recommend", "--input-size", "1.5TIB", "--sla", "15MIN", "--format", "json"),
        List.of("whatif", "--app-id", "app-1", "--executor-memory", "4GIB"),
        List.of("analyze", "--app-id", "app-1"),
        List.of("list-jobs", "--job-type", "ETL"),
        List.of("stats"),
        List.of("recommend", "--help"),
        List.of("recommend", "--sla", "x"));
    shell.environment.put("LOG_LEVEL", "INFO");
    Locale before = Locale.getDefault();
    try {
      for (List<String> command : commands) {
        Locale.setDefault(Locale.ENGLISH);
        shell.run(command.toArray(String[]::new));
        String out = shell.out();
        String err = shell.err();
        for (String tag : List.of("tr-TR", "ar-EG", "de-DE", "hi-IN-u-nu-deva")) {
          Locale.setDefault(Locale.forLanguageTag(tag));
          shell.run(command.toArray(String[]::new));
          assertThat(shell.out()).as("%s in %s", command, tag).isEqualTo(out);
          assertThat(shell.err()).as("%s in %s", command, tag).isEqualTo(err);
        }
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void train_options_reachTheOptimizer() {
    shell.optimizer.models.add(Fixtures.model("heap", 3, 12.5));
    shell
        .run("train", "--target", "PEAK_HEAP_MB", "--name", "heap", "--features", "a, b")
        .exits(0);
    assertThat(shell.optimizer.trainRequest)
        .isEqualTo(
            new TrainRequest("heap", "xgboost", ModelTarget.PEAK_HEAP_MB, List.of("a", "b")));
    assertThat(shell.out())
        .contains("heap version 3: duration_ms by xgboost 3.0.4, trained on 100 runs of 7 jobs")
        .contains("from input_size, job_type")
        .contains("off by 12.5 % (MAPE; median 6.3 %), 87 % inside its interval of 90 %");
    shell.run("train").exits(0);
    assertThat(shell.optimizer.trainRequest)
        .isEqualTo(new TrainRequest("duration_ms", "xgboost", ModelTarget.DURATION_MS, List.of()));
  }

  @Test
  void train_faults_haveTheirExitCodes() {
    shell.optimizer.failure = new OptimizerException("nothing trains");
    assertThat(shell.run("train").exits(1).err()).contains("spark-optimizer: nothing trains");
    shell.optimizer.failure = new SettingsException(List.of("there is no feature \"a\""));
    assertThat(shell.run("train", "--features", "a").exits(2).err())
        .contains("there is no feature \"a\"");
  }

  @Test
  void models_table_listsVersions() {
    assertThat(shell.run("models").exits(0).out()).isEqualToIgnoringNewLines("no models");
    shell.optimizer.models.add(Fixtures.model("nightly", 2, 12.5));
    shell.optimizer.models.add(Fixtures.model("nightly", 1, Double.NaN));
    assertThat(shell.run("models").exits(0).out().lines().skip(2))
        .satisfiesExactly(
            newest -> assertThat(newest).contains("nightly", "2023-11-14", "12.5 %", "87.0 %"),
            oldest -> assertThat(oldest).contains("nightly", " -"));
  }
}
