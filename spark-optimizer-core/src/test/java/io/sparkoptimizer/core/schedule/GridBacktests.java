package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.Backtest;
import io.sparkoptimizer.core.FakeHistory;
import io.sparkoptimizer.core.backtest.Backtester;
import io.sparkoptimizer.spark.ApplicationRun;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What {@code spark-optimizer backtest} says of several histories. */
final class GridBacktests {
  /** Draws of the protocols that draw: fewer than the command's, which changes means by less than a point. */
  static final int REPEATS = 30;

  private static final Map<String, Backtest.Protocol> PROTOCOLS = new LinkedHashMap<>();

  static {
    PROTOCOLS.put("leave-one-out", new Backtest.LeaveOneOut());
    PROTOCOLS.put("leave-context-out", new Backtest.LeaveContextOut());
    PROTOCOLS.put(
        "extrapolate --by instances --at-most 1",
        new Backtest.Extrapolate(Backtest.Size.INSTANCES, OptionalDouble.of(1)));
    PROTOCOLS.put(
        "extrapolate --by input",
        new Backtest.Extrapolate(Backtest.Size.INPUT, OptionalDouble.empty()));
    PROTOCOLS.put("points --train 3", new Backtest.Points(3));
    PROTOCOLS.put("split", new Backtest.Split(0.9));
  }

  private final Map<String, Map<String, Backtest>> results = new LinkedHashMap<>();

  void add(String history, List<ApplicationRun> runs) {
    Map<String, Backtest> ofHistory = new LinkedHashMap<>();
    PROTOCOLS.forEach((words, protocol) -> {
      Backtest result = Backtester.test(
          new FakeHistory(runs),
          new Backtest.Query(protocol, REPEATS, 0, 50, 40),
          List.of(),
          Backtest.Progress.NONE);
      if (!result.jobs().isEmpty()) {
        ofHistory.put(words, result);
      }
    });
    results.put(history, ofHistory);
  }

  /** Empty where the protocol holds none of the history's runs out. */
  Optional<Backtest> of(String history, String protocol) {
    return Optional.ofNullable(results.getOrDefault(history, Map.of()).get(protocol));
  }

  /** Errors: ours, and each baseline's with ours on the same points in brackets where it answered fewer. */
  String errors() {
    StringBuilder table =
        new StringBuilder("| history | protocol | predictions, runs | ours | median |"
            + " no_change | scale_by_cores | mean | knn | ernest | log_linear |\n"
            + "|---|---|---|---|---|---|---|---|---|---|---|\n");
    results.forEach((history, byProtocol) -> byProtocol.forEach((protocol, result) -> {
      table.append(String.format(
          Locale.ROOT,
          "| %s | %s | %,d, %d | %.1f | %.1f |",
          history,
          protocol,
          result.overall().n(),
          result.overall().runs(),
          result.overall().mape().orElseThrow(),
          result.overall().medianApe().orElseThrow()));
      for (String name :
          List.of("no_change", "scale_by_cores", "mean", "knn", "ernest", "log_linear")) {
        Backtest.Baseline baseline = result.baselines().get(name);
        boolean fewer = baseline.score().n() < result.overall().n();
        table.append(error(baseline.score().mape()));
        if (fewer && baseline.modelMape().isPresent()) {
          table.append(" (").append(error(baseline.modelMape()).strip()).append(')');
        }
        table.append(" |");
      }
      table.append('\n');
    }));
    return table.toString();
  }

  private static String error(OptionalDouble percent) {
    return percent.isPresent() ? String.format(Locale.ROOT, " %.1f", percent.getAsDouble()) : "";
  }

  /** Intervals: ours, and the conformalised log-linear model's beside ours on the same points. */
  String intervals() {
    StringBuilder table =
        new StringBuilder("| history | protocol | in the 90 % interval (band) | width,"
            + " median | score | log_linear: points with an interval | in it | width, median | score | ours"
            + " on the same |\n|---|---|---|---|---|---|---|---|---|---|\n");
    results.forEach((history, byProtocol) -> byProtocol.forEach((protocol, result) -> {
      Backtest.Intervals ours = result.overall().intervals().orElseThrow();
      table.append(String.format(
          Locale.ROOT,
          "| %s | %s | %.0f %% (%.0f to %.0f) | %.0f %% | %.2f |",
          history,
          protocol,
          100 * ours.coverage(),
          100 * ours.coverageLow(),
          100 * ours.coverageHigh(),
          100 * ours.width(),
          ours.score()));
      Backtest.Baseline logLinear = result.baselines().get("log_linear");
      table.append(logLinear
          .score()
          .intervals()
          .map(theirs -> String.format(
              Locale.ROOT,
              " %,d | %.0f %% | %.0f %% | %.2f | %.2f |%n",
              theirs.n(),
              100 * theirs.coverage(),
              100 * theirs.width(),
              theirs.score(),
              logLinear.modelIntervalScore().orElseThrow()))
          .orElse(" 0 | | | | |\n"));
    }));
    return table.toString();
  }
}
