package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import io.sparkoptimizer.testkit.SyntheticEventLog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The reader tells what {@link SlowReader} tells, however the log is written. */
class ReaderPropertiesTest {
  private static final int SEEDS = 150 * Integer.getInteger("test.thoroughness", 1);
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void read_generatedLogs_equalsSlowReader() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      assertEqual(log(seed), "seed " + seed);
    }
  }

  @Test
  void read_everySharedLog_equalsSlowReader() throws Exception {
    Path shared = SharedData.folder("eventlogs");
    List<EventLog.Found> logs = EventLogFinder.find(shared);
    int compared = 0;
    for (EventLog.Found found : logs) {
      if (found.log() == null || EventLogs.readOne(found, Logs.CLOCK).run() == null) {
        continue;
      }
      StringBuilder text = new StringBuilder();
      for (EventLog.Part part : found.log().parts()) {
        try (InputStream raw = part.opener().open()) {
          text.append(new String(Codec.open(raw).readAllBytes(), StandardCharsets.UTF_8))
              .append('\n'); // the end of a part ends its last line
        }
      }
      compare(
          EventLogs.readOne(found, Logs.CLOCK).run(),
          new SlowReader().read(text.toString()),
          found.log().location());
      compared++;
    }
    assertThat(compared).isGreaterThan(70);
  }

  private static void assertEqual(String log, String as) {
    SlowReader slow = new SlowReader().read(log);
    EventLogs.Result result = Logs.result(Logs.bytes(log));
    assertThat(result.run() == null).as("%s: no event", as).isEqualTo(slow.events == 0);
    if (result.run() != null) {
      compare(result.run(), slow, as);
    }
  }

  private static void compare(ApplicationRun run, SlowReader slow, String as) {
    assertThat(run.quality().lines()).as("%s: lines", as).isEqualTo(slow.lines);
    assertThat(run.quality().unparsableLines()).as("%s: unparsable", as).isEqualTo(slow.unparsable);
    assertThat(run.quality().eventsRead() + run.quality().eventsSkipped())
        .as("%s: events", as)
        .isEqualTo(slow.events);
    assertThat(run.taskOutcomes()).as("%s: outcomes", as).isEqualTo(slow.outcomes);
    assertThat(run.jobs()).as("%s: jobs", as).hasSameSizeAs(slow.jobs);
    Map<TaskMetric, Long> totals = new TreeMap<>();
    for (TaskMetric metric : TaskMetric.values()) {
      run.totals().get(metric).ifPresent(value -> totals.put(metric, value));
    }
    totals.remove(TaskMetric.CACHED_INPUT_BYTES); // see WhatALogTellsTest
    assertThat(totals).as("%s: totals", as).isEqualTo(slow.totals());
    Map<String, SlowReader.Stage> stages = new TreeMap<>();
    for (StageAttempt stage : run.stages()) {
      if (stage.ran()) {
        stages.put(
            stage.stageId() + "." + stage.attemptId(),
            new SlowReader.Stage(
                stage.numCompleteTasks(),
                stage.numFailedTasks(),
                stage.numKilledTasks(),
                stage.numSpeculativeTasks(),
                stage.slotTimeMs(),
                stage.metrics().orZero(TaskMetric.EXECUTOR_RUN_TIME_MS),
                stage.metrics().orZero(TaskMetric.DISK_BYTES_SPILLED),
                stage.distribution(TaskDistribution.DURATION_MS).sum()));
      }
    }
    assertThat(stages).as("%s: stages", as).isEqualTo(slow.stages());
    for (Executor executor : run.executors()) {
      SlowReader.Worker worker = slow.executor(executor.id());
      assertThat(executor.completedTasks()).as("%s: executor", as).isEqualTo(worker.completed());
      assertThat(executor.failedTasks()).as("%s: executor", as).isEqualTo(worker.failed());
      assertThat(executor.totalDurationMs()).as("%s: executor", as).isEqualTo(worker.durationMs());
      assertThat(executor.totalInputBytes().orElse(0))
          .as("%s: executor", as)
          .isEqualTo(worker.inputBytes());
      assertThat(executor.peaks().orZero(MemoryPeak.JVM_HEAP))
          .as("%s: heap of an executor is no less than its tasks report", as)
          .isGreaterThanOrEqualTo(worker.heapPeak());
    }
  }

  // How logs are bent

  private static String log(int seed) throws IOException {
    Random random = new Random(seed);
    SyntheticEventLog.Version[] versions = SyntheticEventLog.Version.values();
    SyntheticEventLog log = SyntheticEventLog.seeded(seed)
        .version(versions[random.nextInt(versions.length)])
        .tasks(random.nextInt(25))
        .stages(1 + random.nextInt(4))
        .jobs(1 + random.nextInt(2))
        .failEvery(random.nextInt(6))
        .killEvery(random.nextInt(6))
        .speculateEvery(random.nextInt(6))
        .resubmitEvery(random.nextInt(6))
        .retriedStages(random.nextInt(2))
        .lostExecutors(random.nextInt(2))
        .name("näme \"quoted\" \\ 日本 \n\t")
        .sql(random.nextInt(3));
    StringBuilder out = new StringBuilder(random.nextInt(4) == 0 ? "\uFEFF" : "");
    String end = random.nextBoolean() ? "\n" : "\r\n";
    for (String line : log.lines()) {
      if (random.nextInt(12) == 0) {
        out.append(rubbish(random)).append(end);
      }
      String bent = write(JSON.readTree(line), random, true);
      if (random.nextInt(30) == 0) {
        bent = bent.substring(0, random.nextInt(bent.length()));
      }
      out.append(" ".repeat(random.nextInt(3))).append(bent).append(end);
    }
    return out.toString();
  }

  private static String rubbish(Random random) {
    String[] all = {
      "",
      "   ",
      "26/11/01 00:00:00 WARN TaskSetManager: Lost task 0.0",
      "{",
      "}",
      "[1,2]",
      "42",
      "\"x\"",
      "null",
      "{}",
      "{\"Event\":null}",
      "{\"Event\":7}",
      "{\"a\":1} rest",
      "{\"Event\":\"SparkListenerTaskEnd\"}",
      "{\"Event\":\"Unknown\",\"x\":[{}]}",
      "{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":-1}",
      "[",
      "{\"Event\":\"SparkListenerJobStart\",\"Job ID\":\"12\"}",
      "{'Event':1}",
      "\u0001\u0002",
      "{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":0,\"Task Info\":[],\"Task Metrics\":7,\"Task End Reason\":null}"
    };
    return all[random.nextInt(all.length)];
  }

  /** Writes a tree with fields in any order, blanks anywhere, and figures bent. */
  private static String write(JsonNode node, Random random, boolean top) throws IOException {
    if (node instanceof ObjectNode object) {
      List<String> fields = new ArrayList<>();
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        String name = random.nextInt(20) == 0
            ? escaped(field.getKey())
            : JSON.writeValueAsString(field.getKey());
        boolean event = field.getKey().equals("Event");
        if (!event && random.nextInt(25) == 0) { // of repeated keys the last one counts
          fields.add(name + ":" + bent(random));
          fields.add(name + ":" + write(field.getValue(), random, false));
        } else if (!event && !top && field.getValue().isNumber() && random.nextInt(15) == 0) {
          fields.add(name + ":" + bent(random));
        } else {
          fields.add(
              name + blank(random) + ":" + blank(random) + write(field.getValue(), random, false));
        }
        if (random.nextInt(15) == 0) {
          fields.add(
              "\"unknown " + random.nextInt(1000) + "\":{\"Event\":[\"x\",{\"Stage ID\":99}]}");
        }
      }
      shuffleKeepingRepeats(fields, random, top);
      return "{" + blank(random) + String.join(blank(random) + ",", fields) + "}";
    }
    if (node.isArray()) {
      List<String> values = new ArrayList<>();
      for (JsonNode value : node) {
        values.add(write(value, random, false));
      }
      return "[" + String.join(",", values) + "]";
    }
    if (node.isTextual() && random.nextInt(20) == 0) {
      return escaped(node.textValue());
    }
    if (node.isIntegralNumber() && random.nextInt(20) == 0) {
      return "\"" + node.asText() + "\"";
    }
    return JSON.writeValueAsString(node);
  }

  /** Any order, but that of equal keys, of which the last one counts. */
  private static void shuffleKeepingRepeats(List<String> fields, Random random, boolean top) {
    if (random.nextInt(top ? 4 : 2) != 0) {
      return;
    }
    for (int i = 0; i + 1 < fields.size(); i++) {
      for (int j = i + 1; j < fields.size(); j++) {
        if (key(fields.get(i)).equals(key(fields.get(j)))) {
          return;
        }
      }
    }
    Collections.shuffle(fields, random);
  }

  private static String key(String field) {
    return field.substring(0, field.indexOf(':'));
  }

  private static String blank(Random random) {
    return random.nextInt(8) == 0 ? " \t ".substring(random.nextInt(3)) : "";
  }

  private static String bent(Random random) {
    String[] all = {
      "-7",
      "0",
      "\"12\"",
      "\" 5 \"",
      "\"x\"",
      "null",
      "true",
      "99999999999999999999999999",
      "-99999999999999999999",
      "[]",
      "{}",
      "9007199254740993",
      "\"\""
    };
    return all[random.nextInt(all.length)];
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder("\"");
    text.chars().forEach(c -> out.append(String.format(Locale.ROOT, "\\u%04x", c)));
    return out.append('"').toString();
  }

  @Test
  void slowReader_isNotTheReader() throws Exception {
    // Bending must leave something to compare, or the properties above hold for nothing.
    long tasks = 0;
    for (int seed = 0; seed < 20; seed++) {
      tasks += new SlowReader().read(log(seed)).outcomes.getOrDefault("Success", 0L);
    }
    assertThat(tasks).isGreaterThan(100);
  }
}
