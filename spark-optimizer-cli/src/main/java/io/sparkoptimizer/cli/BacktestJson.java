package io.sparkoptimizer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkoptimizer.Backtest;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** The document of {@code backtest}. */
final class BacktestJson {
  private BacktestJson() {}

  static ObjectNode document(Backtest result) {
    ObjectNode node = Json.object();
    node.put("protocol", result.protocol());
    node.put("seed", result.seed());
    node.put("repeats", result.repeats());
    ArrayNode jobs = node.putArray("jobs");
    result.jobs().forEach(job -> score(jobs.addObject().put("job", job.signature()), job.score()));
    score(node.putObject("overall"), result.overall());
    ObjectNode baselines = node.putObject("baselines");
    result.baselines().forEach((name, baseline) -> {
      ObjectNode one = baselines.putObject(name);
      score(one, baseline.score());
      Json.put(one, "model_mape", baseline.modelMape());
      Json.put(one, "model_interval_score", baseline.modelIntervalScore());
    });
    if (!result.baselines().containsKey("xgboost")) {
      baselines.putNull("xgboost");
    }
    node.set("not_tested", counts(result.notTested()));
    return node;
  }

  private static void score(ObjectNode node, Backtest.Score score) {
    node.put("n", score.n());
    node.put("runs", score.runs());
    Json.put(node, "mape", score.mape());
    Json.put(node, "median_ape", score.medianApe());
    Json.put(node, "p90_ape", score.p90Ape());
    Optional<Backtest.Intervals> intervals = score.intervals();
    node.put("intervals", intervals.map(Backtest.Intervals::n).orElse(0));
    put(node, "coverage", intervals, Backtest.Intervals::coverage);
    put(node, "coverage_low", intervals, Backtest.Intervals::coverageLow);
    put(node, "coverage_high", intervals, Backtest.Intervals::coverageHigh);
    put(node, "nominal_coverage", intervals, Backtest.Intervals::nominalCoverage);
    put(node, "interval_score", intervals, Backtest.Intervals::score);
    put(node, "interval_width", intervals, Backtest.Intervals::width);
    node.set(
        "interval_basis_counts", counts(intervals.map(Backtest.Intervals::bases).orElse(Map.of())));
    node.set("method_counts", counts(score.methods()));
  }

  private static void put(
      ObjectNode node,
      String key,
      Optional<Backtest.Intervals> intervals,
      ToDoubleFunction<Backtest.Intervals> figure) {
    Json.put(
        node,
        key,
        intervals.isPresent()
            ? OptionalDouble.of(figure.applyAsDouble(intervals.get()))
            : OptionalDouble.empty());
  }

  private static ObjectNode counts(Map<String, Integer> counts) {
    ObjectNode node = Json.object();
    new TreeMap<>(counts).forEach(node::put);
    return node;
  }
}
