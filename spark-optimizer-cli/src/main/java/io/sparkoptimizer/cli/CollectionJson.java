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
    node.put("filtered", report.filtered());
    node.put("logs_read", report.reading().inputs());
    node.put("bytes_read", report.reading().bytes());
    node.put("duration_ms", report.reading().durationMs());
    node.set("skipped", Json.skipped(report.skipped()));
    return node;
  }
}
