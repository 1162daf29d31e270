package io.sparkoptimizer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkoptimizer.Analysis;

/** The document of {@code analyze}. */
final class AnalysisJson {
  private AnalysisJson() {}

  static ObjectNode document(Analysis analysis) {
    ObjectNode node = Json.object();
    node.put("app_id", analysis.run().id().appId());
    Json.put(node, "health_score", analysis.healthScore());
    node.set("efficiency", efficiency(analysis.efficiency()));
    node.put("bottleneck", analysis.bottleneck().word());
    ArrayNode findings = node.putArray("findings");
    analysis.findings().forEach(finding -> findings.add(finding(finding)));
    return node;
  }

  private static ObjectNode efficiency(Analysis.Efficiency efficiency) {
    ObjectNode node = Json.object();
    Json.put(node, "slot_occupancy", efficiency.slotOccupancy());
    Json.put(node, "cpu_utilization", efficiency.cpuUtilization());
    Json.put(node, "heap_utilization", efficiency.heapUtilization());
    Json.put(node, "wasted_core_hours", efficiency.wastedCoreHours());
    Json.put(node, "wasted_gb_hours", efficiency.wastedGbHours());
    Json.put(node, "wasted_cost", efficiency.wastedCost());
    Analysis.Breakdown breakdown = efficiency.breakdownMs();
    ObjectNode times = node.putObject("breakdown_ms");
    Json.put(times, "startup", breakdown.startup());
    Json.put(times, "driver", breakdown.driver());
    Json.put(times, "compute", breakdown.compute());
    Json.put(times, "gc", breakdown.gc());
    Json.put(times, "shuffle_read_wait", breakdown.shuffleReadWait());
    Json.put(times, "spill", breakdown.spill());
    Json.put(times, "skew_tail", breakdown.skewTail());
    Json.put(times, "scheduling", breakdown.scheduling());
    Json.put(times, "retries", breakdown.retries());
    Json.put(times, "idle", breakdown.idle());
    return node;
  }

  private static ObjectNode finding(Analysis.Finding finding) {
    ObjectNode node = Json.object();
    node.put("rule", finding.rule());
    node.put("severity", finding.severity().word());
    Json.put(node, "stage_id", finding.stageId());
    node.put("title", finding.title());
    ArrayNode evidence = node.putArray("evidence");
    for (Analysis.Measured measured : finding.evidence()) {
      ObjectNode one = evidence.addObject().put("metric", measured.metric());
      Json.put(one, "observed", measured.observed());
      Json.put(one, "threshold", measured.threshold());
      one.put("unit", measured.unit());
    }
    Json.put(node, "wasted_ms", finding.wastedMs());
    Json.put(node, "wasted_core_hours", finding.wastedCoreHours());
    Json.put(node, "wasted_cost", finding.wastedCost());
    node.put("advice", finding.advice());
    // In the order of their names: equal answers are equal texts.
    node.set("spark_conf", Json.textMap(new java.util.TreeMap<>(finding.sparkConf())));
    return node;
  }
}
