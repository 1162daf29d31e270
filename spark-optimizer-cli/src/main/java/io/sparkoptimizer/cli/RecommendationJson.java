package io.sparkoptimizer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Prediction;
import io.sparkoptimizer.Prediction.OomRiskBasis;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Resources;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The document of {@code recommend}: flat keys, so that {@code jq -r .num_executors} works. */
final class RecommendationJson {
  private RecommendationJson() {}

  static ObjectNode document(Recommendation answer) {
    ObjectNode node = Json.object();
    resources(node, "", answer.proposed());
    prediction(node, "", answer.prediction());
    shared(node, answer, answer.prediction());
    Json.put(node, "confidence_score", answer.confidence());
    node.put("confidence_basis", answer.confidenceBasis().word());
    node.set("similar_jobs", Json.texts(answer.runs()));
    node.put("recommendation_method", answer.method());
    node.put("reasoning", answer.reasoning());
    node.put("verdict", answer.verdict().word());
    node.put("binding_constraint", answer.bindingConstraint());
    node.put("recommendation_id", answer.id());
    Json.put(node, "input_bytes_used", answer.inputBytes());
    node.put("input_basis", answer.inputBasis().word());
    resources(node, "current_", answer.current());
    prediction(node, "current_", answer.currentPrediction());
    oomRisk(node, "current_", answer.currentPrediction());
    Json.put(node, "saving_per_run", saving(answer));
    node.set("spark_conf", Json.textMap(answer.sparkConf()));
    ArrayNode evidence = node.putArray("evidence");
    answer.evidence().forEach(one -> evidence.add(evidence(one)));
    ArrayNode alternatives = node.putArray("alternatives");
    answer.alternatives().forEach(one -> alternatives.add(alternative(one, answer)));
    return node;
  }

  /** What today's settings cost more than the proposed ones; empty where either is unknown. */
  static OptionalDouble saving(Recommendation answer) {
    Optional<Interval> now = answer.currentPrediction().costInterval();
    Optional<Interval> then = answer.prediction().costInterval();
    return now.isPresent() && then.isPresent()
        ? OptionalDouble.of(now.get().expected() - then.get().expected())
        : OptionalDouble.empty();
  }

  /** The same flat keys; what is said of the whole answer only is null. */
  private static ObjectNode alternative(Recommendation.Alternative one, Recommendation answer) {
    ObjectNode node = Json.object();
    resources(node, "", one.resources());
    prediction(node, "", one.prediction());
    shared(node, answer, one.prediction());
    node.putNull("confidence_score");
    node.putNull("confidence_basis");
    node.set("similar_jobs", Json.texts(answer.runs()));
    node.put("recommendation_method", answer.method());
    node.putNull("reasoning");
    node.putNull("verdict");
    node.putNull("binding_constraint");
    node.putNull("recommendation_id");
    Json.put(node, "input_bytes_used", answer.inputBytes());
    node.put("input_basis", answer.inputBasis().word());
    return node;
  }

  private static void resources(ObjectNode node, String prefix, Resources given) {
    Json.put(node, prefix + "num_executors", executors(given));
    Json.put(node, prefix + "executor_cores", given.executorCores());
    Json.put(node, prefix + "executor_memory_mb", given.executorMemoryMb());
    Json.put(node, prefix + "executor_memory_overhead_mb", given.executorMemoryOverheadMb());
    Json.put(node, prefix + "executor_off_heap_mb", given.executorOffHeapMb());
    Json.put(node, prefix + "executor_pyspark_memory_mb", given.executorPysparkMemoryMb());
    Json.put(node, prefix + "driver_memory_mb", given.driverMemoryMb());
    Json.put(node, prefix + "driver_memory_overhead_mb", given.driverMemoryOverheadMb());
    Json.put(node, prefix + "driver_cores", given.driverCores());
    Json.put(node, prefix + "shuffle_partitions", given.shufflePartitions());
    node.put(prefix + "dynamic_allocation", given.dynamicAllocation().orElse(null));
    Json.put(node, prefix + "dynamic_allocation_min", given.dynamicAllocationMin());
    Json.put(node, prefix + "dynamic_allocation_initial", given.dynamicAllocationInitial());
    Json.put(node, prefix + "dynamic_allocation_max", given.dynamicAllocationMax());
  }

  /** The fixed count, or the maximum where allocation is dynamic. */
  static OptionalInt executors(Resources given) {
    return given.numExecutors().isEmpty() && given.dynamicAllocation().orElse(false)
        ? given.dynamicAllocationMax()
        : given.numExecutors();
  }

  private static void prediction(ObjectNode node, String prefix, Prediction expected) {
    Optional<Interval> duration = expected.duration();
    Json.put(node, prefix + "predicted_duration_ms", millis(duration.map(Interval::expected)));
    Json.put(node, prefix + "predicted_duration_low_ms", millis(duration.map(Interval::low)));
    Json.put(node, prefix + "predicted_duration_high_ms", millis(duration.map(Interval::high)));
    Optional<Interval> cost = expected.costInterval();
    node.put(prefix + "predicted_cost", cost.map(Interval::expected).orElse(null));
    node.put(prefix + "predicted_cost_low", cost.map(Interval::low).orElse(null));
    node.put(prefix + "predicted_cost_high", cost.map(Interval::high).orElse(null));
    Json.put(node, prefix + "core_hours", expected.coreHours());
    Json.put(node, prefix + "gb_hours", expected.gbHours());
  }

  private static OptionalLong millis(Optional<Double> figure) {
    return figure.isPresent() ? OptionalLong.of(Math.round(figure.get())) : OptionalLong.empty();
  }

  private static void shared(ObjectNode node, Recommendation answer, Prediction expected) {
    Prices prices = answer.prices();
    node.put("currency", prices.currency());
    node.put("cost_basis", "resource");
    node.put("price_source", prices.source());
    node.put("price_date", prices.date() == null ? null : prices.date().toString());
    node.put("interval_coverage", Recommendation.INTERVAL_COVERAGE);
    oomRisk(node, "", expected);
  }

  private static void oomRisk(ObjectNode node, String prefix, Prediction prediction) {
    OomRiskBasis basis = prediction.oomRiskBasis();
    Json.put(node, prefix + "oom_risk", prediction.oomRisk());
    node.put(prefix + "oom_risk_basis", basis == null ? null : basis.word());
  }

  private static ObjectNode evidence(Evidence one) {
    ObjectNode node = Json.object();
    node.put("property", one.property());
    node.put("current", one.current());
    node.put("proposed", one.proposed());
    node.put("metric", one.metric());
    Json.put(node, "observed", one.observed());
    Json.put(node, "threshold", one.threshold());
    node.set("runs", Json.texts(one.runs()));
    node.put("effect", one.effect());
    return node;
  }
}
