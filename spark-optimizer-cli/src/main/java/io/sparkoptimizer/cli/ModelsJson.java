package io.sparkoptimizer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkoptimizer.ModelInfo;
import io.sparkoptimizer.ModelMetrics;
import java.util.List;

/** The documents of {@code models} and {@code train}. */
final class ModelsJson {
  private ModelsJson() {}

  static ObjectNode document(List<ModelInfo> models) {
    ObjectNode node = Json.object();
    ArrayNode array = node.putArray("models");
    models.forEach(model -> array.add(model(model)));
    return node;
  }

  static ObjectNode model(ModelInfo model) {
    ObjectNode node = Json.object();
    node.put("name", model.name());
    node.put("version", model.version());
    node.put("model_type", model.type());
    node.put("target", model.target().word());
    node.set("features", Json.texts(model.features()));
    ModelMetrics metrics = model.metrics();
    ObjectNode figures = node.putObject("metrics");
    figures.put("n", metrics.runs());
    figures.put("jobs", metrics.jobs());
    Json.put(figures, "mape", metrics.mape());
    Json.put(figures, "median_ape", metrics.medianApe());
    Json.put(figures, "coverage", metrics.coverage());
    Json.put(figures, "nominal_coverage", metrics.nominalCoverage());
    node.put("created_time_ms", model.createdMs());
    node.put("library", model.library());
    node.put("size_bytes", model.sizeBytes());
    return node;
  }
}
