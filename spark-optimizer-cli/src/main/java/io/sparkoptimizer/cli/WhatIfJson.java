package io.sparkoptimizer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkoptimizer.Interval;
import io.sparkoptimizer.WhatIf;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The document of {@code whatif}. */
final class WhatIfJson {
  private WhatIfJson() {}

  static ObjectNode document(WhatIf answer) {
    ObjectNode node = Json.object();
    node.put("app_id", answer.appId());
    WhatIf.Baseline baseline = answer.baseline();
    ObjectNode was = node.putObject("baseline");
    Json.put(was, "executors", baseline.executors());
    Json.put(was, "executor_cores", baseline.executorCores());
    Json.put(was, "duration_ms", baseline.durationMs());
    Json.put(was, "startup_ms", baseline.startupMs());
    Json.put(was, "work_ms", baseline.workMs());
    Json.put(was, "driver_ms", baseline.driverMs());
    ArrayNode points = node.putArray("points");
    answer.points().forEach(point -> points.add(point(point)));
    if (answer.knee().isPresent()) {
      node.putObject("knee").put("executors", answer.knee().getAsInt());
    } else {
      node.putNull("knee");
    }
    ArrayNode knees = node.putArray("knees");
    for (WhatIf.Knee knee : answer.knees()) {
      ObjectNode one = knees.addObject();
      Json.put(one, "executor_cores", knee.executorCores());
      Json.put(one, "executor_memory_mb", knee.executorMemoryMb());
      Json.put(one, "shuffle_partitions", knee.shufflePartitions());
      Json.put(one, "executors", knee.executors());
      one.put("why", knee.why());
    }
    return node;
  }

  private static ObjectNode point(WhatIf.Point point) {
    ObjectNode node = Json.object();
    Json.put(node, "executors", RecommendationJson.executors(point.resources()));
    Json.put(node, "executor_cores", point.resources().executorCores());
    Json.put(node, "executor_memory_mb", point.resources().executorMemoryMb());
    Json.put(node, "shuffle_partitions", point.resources().shufflePartitions());
    Interval duration = point.durationMs();
    Json.put(node, "predicted_duration_ms", millis(duration == null ? null : duration.expected()));
    Json.put(node, "low_ms", millis(duration == null ? null : duration.low()));
    Json.put(node, "high_ms", millis(duration == null ? null : duration.high()));
    Json.put(node, "startup_ms", point.startupMs());
    Json.put(node, "work_ms", point.workMs());
    Json.put(node, "driver_ms", point.driverMs());
    Json.put(node, "executor_core_ms", point.executorCoreMs());
    Json.put(node, "utilization", point.utilization());
    Json.put(node, "cost", point.cost());
    node.put("refused", point.refused());
    return node;
  }

  private static OptionalLong millis(@Nullable Double figure) {
    return figure == null ? OptionalLong.empty() : OptionalLong.of(Math.round(figure));
  }
}
