package io.sparkoptimizer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkoptimizer.SearchEvaluation;
import java.util.TreeMap;

/** The document of {@code search-eval}. */
final class SearchEvalJson {
  private SearchEvalJson() {}

  static ObjectNode document(SearchEvaluation result) {
    ObjectNode node = Json.object();
    node.put("budget", result.budget());
    node.put("repeats", result.repeats());
    node.put("seed", result.seed());
    ArrayNode workloads = node.putArray("workloads");
    result
        .workloads()
        .forEach(row -> score(
            workloads.addObject().put("job", row.job()).put("context", row.context()),
            row.score()));
    score(node.putObject("overall"), result.overall());
    ObjectNode baselines = node.putObject("baselines");
    result.baselines().forEach((name, score) -> score(baselines.putObject(name), score));
    ObjectNode notTested = node.putObject("not_tested");
    new TreeMap<>(result.notTested()).forEach(notTested::put);
    return node;
  }

  private static void score(ObjectNode node, SearchEvaluation.Score score) {
    ObjectNode costAfter = node.putObject("cost_after");
    for (int runs = 0; runs < score.costAfter().size(); runs++) {
      Json.put(costAfter, Integer.toString(runs), score.costAfter().get(runs));
    }
    Json.put(node, "runs_to_1.1", score.runsTo11());
    Json.put(node, "runs_to_1.2", score.runsTo12());
    Json.put(node, "failed_share", score.failedShare());
    Json.put(node, "stopped_after", score.stoppedAfter());
    Json.put(node, "cost_at_stop", score.costAtStop());
  }
}
