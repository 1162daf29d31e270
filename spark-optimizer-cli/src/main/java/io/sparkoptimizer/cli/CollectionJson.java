package io.sparkoptimizer.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkoptimizer.CollectionReport;

/** The document of {@code collect}. */
final class CollectionJson {
  private CollectionJson() {}

  static ObjectNode document(CollectionReport report) {
    ObjectNode node = Json.object();
    node.put("processed", report.processed());
    node.put("added", report.added());
    node.put("updated", report.updated());
    node.put("unchanged", report.unchanged());
    node.set("skipped", Json.skipped(report.skipped()));
    return node;
  }
}
