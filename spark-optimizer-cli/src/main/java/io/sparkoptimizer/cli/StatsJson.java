package io.sparkoptimizer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkoptimizer.HistoryStats;
import java.util.TreeMap;

/** The document of {@code stats}. */
final class StatsJson {
  private StatsJson() {}

  static ObjectNode document(HistoryStats stats) {
    ObjectNode node = Json.object();
    node.put("applications", stats.applications());
    node.put("jobs", stats.jobs());
    node.set("by_status", Json.countMap(new TreeMap<>(stats.byStatus())));
    Json.put(node, "first_start_time_ms", stats.firstStartMs());
    Json.put(node, "last_start_time_ms", stats.lastStartMs());
    node.put("currency", stats.currency());
    usage(node.putObject("total"), stats.total());
    ObjectNode types = node.putObject("by_job_type");
    new TreeMap<>(stats.byJobType())
        .forEach((type, usage) -> usage(types.putObject(type.word()), usage));
    ArrayNode days = node.putArray("by_day");
    stats
        .byDay()
        .forEach(day -> usage(days.addObject().put("day", day.day().toString()), day.usage()));
    recommendations(node.putObject("recommendations"), stats.recommendations());
    return node;
  }

  private static void recommendations(ObjectNode node, HistoryStats.FollowUp followUp) {
    node.put("given", followUp.given());
    node.put("followed", followUp.followed());
    node.put("not_followed", followUp.notFollowed());
    node.put("open", followUp.open());
    node.put("other_input", followUp.otherInput());
    Json.put(node, "within_interval", followUp.withinInterval());
    Json.put(node, "median_ape", followUp.medianApe());
    Json.put(node, "within_20_percent", followUp.within20Percent());
    Json.put(node, "mean_confidence", followUp.meanConfidence());
    Json.put(node, "died_of_memory", followUp.diedOfMemory());
  }

  private static void usage(ObjectNode node, HistoryStats.Usage usage) {
    node.put("runs", usage.runs());
    Json.put(node, "core_hours", usage.coreHours());
    Json.put(node, "gb_hours", usage.gbHours());
    Json.put(node, "cost", usage.cost());
    Json.put(node, "wasted_core_hours", usage.wastedCoreHours());
    Json.put(node, "wasted_cost", usage.wastedCost());
  }
}
