package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sparkoptimizer.Backtest;
import io.sparkoptimizer.core.eventlog.EventLogs;
import io.sparkoptimizer.core.schedule.GridRuns.Row;
import io.sparkoptimizer.spark.ApplicationRun;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Writes docs/accuracy.md anew, every figure of it, into {@code target/accuracy.md}, and fails where a bar
 * that was met is not met any more:
 *
 * <pre>mvn -B -pl spark-optimizer-core -am test -Dshared=FOLDER -Dtest=AccuracyPageTest
 * -Dsurefire.failIfNoSpecifiedTests=false</pre>
 *
 * <p>The text is the resource {@code accuracy.md}, with a name in braces where a table goes. Without the
 * shared logs the bars over the project's own grid are held all the same.
 */
class AccuracyPageTest {
  private static final Pattern NAME = Pattern.compile("\\$\\{([a-z_]+)}");

  private static final String BY_WORKLOAD = "shared, quiet rows, a workload as one job";

  /** Whether a bar is only printed, or a regression if it is not met. */
  private enum Holds {
    ASSERTED,
    PRINTED
  }

  private static final String NOT_MEASURED = "not in the grid";

  private record Bar(String what, String wanted, String measured, boolean met, Holds holds) {
    String verdict() {
      return measured.equals(NOT_MEASURED) ? "" : met ? "met" : "not met";
    }

    static Bar atMost(String what, String unit, double most, int of, double measured, Holds holds) {
      return new Bar(
          what,
          Double.isNaN(most) ? "" : String.format(Locale.ROOT, "at most %.3g%s", most, unit),
          of == 0 ? NOT_MEASURED : String.format(Locale.ROOT, "%.3g%s of %d", measured, unit, of),
          measured <= most,
          of == 0 ? Holds.PRINTED : holds);
    }
  }

  private final List<Bar> bars = new ArrayList<>();
  private final Map<String, String> tables = new LinkedHashMap<>();

  @Test
  void predictions_ownGrid_meetTheBarsThatWereMet() throws IOException {
    List<Row> own = GridRuns.own();
    assumeTrue(!own.isEmpty(), "no grid of the project's own");
    own(own);
    held();
  }

  @Test
  void page_sharedAndOwnGrid_isWritten() throws IOException {
    Path sharedFolder = GridRuns.shared();
    List<Row> shared = GridRuns.read(sharedFolder);
    List<Row> own = GridRuns.own();
    shared(shared, GridErrors.sparklens(sharedFolder));
    own(own);

    tables.put("shared_runs", count(shared));
    tables.put("own_runs", count(own));
    GridCalibration calibration = new GridCalibration(shared);
    tables.put("intervals", calibration.intervals());
    tables.put("reliability", calibration.reliability());
    tables.put("priors", calibration.priors());
    GridCalibration ownCalibration = new GridCalibration(own);
    tables.put("own_intervals", ownCalibration.intervals());
    tables.put("own_reliability", ownCalibration.reliability());
    tables.put("own_priors", ownCalibration.priors());
    intervals("shared grid, quiet rows", calibration, Holds.ASSERTED);
    intervals("own grid, quiet rows", ownCalibration, Holds.ASSERTED);

    GridBacktests backtests = new GridBacktests();
    backtests.add("shared, all rows", runs(shared));
    backtests.add("shared, quiet rows", runs(shared.stream().filter(Row::quiet).toList()));
    backtests.add(
        BY_WORKLOAD, GridCalibration.asJobs(shared.stream().filter(Row::quiet).toList()));
    backtests.add("own grid, all rows", runs(own));
    backtests.add("own grid, quiet rows", runs(own.stream().filter(Row::quiet).toList()));
    backtests.add("samples", samples());
    tables.put("backtests", backtests.errors());
    tables.put("backtest_intervals", backtests.intervals());
    tables.put("repeats", Integer.toString(GridBacktests.REPEATS));
    // Every size ran there once, so that each is a changed one. 1.2 against 1.4 when healthy; a
    // spread by
    // the distance alone, whatever its direction, is at 2.4.
    beside(backtests, BY_WORKLOAD, "leave-one-out", Holds.ASSERTED);
    beside(backtests, BY_WORKLOAD, "leave-context-out", Holds.PRINTED);
    beside(backtests, "own grid, all rows", "leave-context-out", Holds.ASSERTED);
    beside(backtests, "own grid, quiet rows", "leave-context-out", Holds.ASSERTED);
    beside(backtests, "shared, all rows", "leave-context-out", Holds.PRINTED);
    beside(backtests, "shared, all rows", "leave-one-out", Holds.PRINTED);

    tables.put("bars", bars());
    Path page = Path.of("target", "accuracy.md");
    Files.writeString(page, filled());
    System.out.println("written: " + page.toAbsolutePath());
    held();
  }

  private void shared(List<Row> rows, Map<String, GridErrors.Deviation> sparklens) {
    GridErrors all = GridErrors.of(rows.stream().filter(Row::quiet).toList(), sparklens);
    GridErrors waits = all.where(Row::waits);
    GridErrors cpu = all.where(row -> !row.waits());
    tables.put("shared_waits", waits.table());
    tables.put("shared_waits_by_workload", waits.byWorkload());
    tables.put("shared_sparklens", waits.besideSparklens());
    tables.put("shared_cpu", cpu.table());
    String grid = "shared grid, quiet, tasks wait: ";
    atMost(grid, waits, GridErrors.EXECUTORS, 6, 15, Holds.ASSERTED);
    for (String dimension : List.of(GridErrors.EXECUTORS, GridErrors.MORE_EXECUTORS)) {
      bars.add(Bar.atMost(
          grid + dimension + ", mean, against Sparklens",
          " %",
          waits.meanWorkBesideSparklens(dimension, /* sparklens= */ true),
          waits.count(dimension),
          waits.meanWorkBesideSparklens(dimension, /* sparklens= */ false),
          Holds.ASSERTED));
    }
    for (String dimension : List.of(
        GridErrors.CORES, GridErrors.PARTITIONS, GridErrors.input(2), GridErrors.input(4))) {
      atMost(grid, waits, dimension, 12, Double.POSITIVE_INFINITY, Holds.ASSERTED);
    }
  }

  private void own(List<Row> rows) {
    GridErrors all = GridErrors.of(rows.stream().filter(Row::quiet).toList(), Map.of());
    GridErrors waits = all.where(Row::waits);
    tables.put("own_waits", waits.table());
    tables.put("own_waits_by_workload", waits.byWorkload());
    tables.put("own_cpu", all.where(row -> !row.waits()).table());
    String grid = "own grid, quiet, tasks wait: ";
    atMost(grid, waits, GridErrors.EXECUTORS, 6, 15, Holds.ASSERTED);
    for (String dimension : List.of(
        GridErrors.CORES, GridErrors.PARTITIONS, GridErrors.input(2), GridErrors.input(4))) {
      atMost(grid, waits, dimension, 12, Double.POSITIVE_INFINITY, Holds.ASSERTED);
    }
  }

  private void atMost(
      String grid, GridErrors errors, String dimension, double mean, double worst, Holds holds) {
    int count = errors.count(dimension);
    bars.add(Bar.atMost(
        grid + dimension + ", mean", " %", mean, count, errors.meanWork(dimension), holds));
    if (worst < Double.POSITIVE_INFINITY) {
      bars.add(Bar.atMost(
          grid + dimension + ", worst", " %", worst, count, errors.worstWork(dimension), holds));
    }
  }

  private void intervals(String grid, GridCalibration calibration, Holds holds) {
    for (String basis : List.of("pooled", "own")) {
      int count = calibration.count("changed, quiet rows", basis);
      double covered = calibration.coverage("changed, quiet rows", basis);
      bars.add(new Bar(
          grid + ": changed configurations in the 90 % interval, " + basis,
          "0.85 to 0.95",
          count == 0 ? NOT_MEASURED : String.format(Locale.ROOT, "%.2f of %d", covered, count),
          covered >= 0.85 && covered <= 0.95, // false for NaN, of none
          count == 0 || basis.equals("own") ? Holds.PRINTED : holds));
    }
  }

  private void beside(GridBacktests backtests, String history, String protocol, Holds holds) {
    Optional<Backtest.Baseline> logLinear =
        backtests.of(history, protocol).map(result -> result.baselines().get("log_linear"));
    Optional<Backtest.Intervals> theirs = logLinear.flatMap(one -> one.score().intervals());
    bars.add(Bar.atMost(
        "interval score against a conformalised log-linear model's, " + history + ", " + protocol,
        "",
        theirs.map(Backtest.Intervals::score).orElse(Double.NaN),
        theirs.map(Backtest.Intervals::n).orElse(0),
        theirs.isPresent() ? logLinear.get().modelIntervalScore().orElseThrow() : Double.NaN,
        holds));
  }

  private String bars() {
    StringBuilder table = new StringBuilder("| what | bar | measured | |\n|---|---|---|---|\n");
    bars.forEach(bar -> table
        .append("| ")
        .append(String.join(" | ", bar.what(), bar.wanted(), bar.measured(), bar.verdict()))
        .append(" |\n"));
    return table.toString();
  }

  private void held() {
    assertThat(bars.stream().filter(bar -> bar.holds() == Holds.ASSERTED))
        .as("bars that were met")
        .allMatch(Bar::met);
  }

  private static String count(List<Row> rows) {
    return rows.size() + ", " + rows.stream().filter(Row::quiet).count();
  }

  private static List<ApplicationRun> runs(List<Row> rows) {
    return rows.stream().map(Row::run).toList();
  }

  private static List<ApplicationRun> samples() throws IOException {
    Path folder = Path.of("..", "samples", "eventlogs");
    assumeTrue(Files.exists(folder), "no samples beside the module");
    List<ApplicationRun> runs = new ArrayList<>();
    EventLogs.read(folder, Clock.systemUTC(), runs::add);
    return runs;
  }

  private String filled() throws IOException {
    try (InputStream template = AccuracyPageTest.class.getResourceAsStream("accuracy.md")) {
      String text = new String(
          Objects.requireNonNull(template, "accuracy.md").readAllBytes(), StandardCharsets.UTF_8);
      assertThat(NAME.matcher(text).results().map(name -> name.group(1)))
          .as("tables that the text has a place for")
          .containsExactlyInAnyOrderElementsOf(tables.keySet());
      return NAME.matcher(text).replaceAll(name -> table(name).strip().replace("$", "\\$"));
    }
  }

  private String table(MatchResult name) {
    return Objects.requireNonNull(tables.get(name.group(1)));
  }
}
