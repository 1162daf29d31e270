package io.sparkoptimizer.sparktests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every value that Spark's REST interface and {@code inspect --format json} both have, beside each other. Left in the tables is REST's key,
 * right is ours. What we leave absent may be 0 there, as REST knows no absent figures; nothing else may differ.
 */
final class RestComparison {

  /** What is compared; each is counted. */
  enum Kind {
    APPLICATION,
    PROPERTY,
    RESOURCE_PROFILE,
    JOB,
    STAGE,
    STAGE_PEAK,
    TASK,
    TASK_QUANTILE,
    EXECUTOR,
    EXECUTOR_PEAK,
    COLLECTION,
    EXCLUSION,
    SQL,
    SQL_NODE,
    EXCHANGE,
    CACHED_RDD
  }

  private static final String ATTEMPT = """
      startTimeEpoch   start_time_ms
      endTimeEpoch     end_time_ms
      duration         duration_ms
      sparkUser        user
      appSparkVersion  spark_version
      """;

  private static final String JOB = """
      status          status
      submissionTime  submission_time_ms
      completionTime  completion_time_ms
      """;

  private static final String STAGE = """
      name                    name
      status                  status
      submissionTime          submission_time_ms
      firstTaskLaunchedTime   first_task_launched_time_ms
      completionTime          completion_time_ms
      numTasks                num_tasks
      numCompleteTasks        num_complete_tasks
      numFailedTasks          num_failed_tasks
      numKilledTasks          num_killed_tasks
      executorDeserializeTime executor_deserialize_time_ms
      executorRunTime         executor_run_time_ms
      executorCpuTime         executor_cpu_time_ns
      resultSize              result_size_bytes
      jvmGcTime               jvm_gc_time_ms
      memoryBytesSpilled      memory_bytes_spilled
      diskBytesSpilled        disk_bytes_spilled
      peakExecutionMemory     peak_execution_memory_bytes
      inputBytes              input_bytes
      inputRecords            input_records
      outputBytes             output_bytes
      outputRecords           output_records
      shuffleFetchWaitTime    shuffle_fetch_wait_time_ms
      shuffleRemoteBytesRead  shuffle_remote_bytes_read
      shuffleLocalBytesRead   shuffle_local_bytes_read
      shuffleReadBytes        shuffle_read_bytes
      shuffleReadRecords      shuffle_read_records
      shuffleWriteBytes       shuffle_write_bytes
      shuffleWriteTime        shuffle_write_time_ns
      shuffleWriteRecords     shuffle_write_records
      """;

  private static final String PEAKS = """
      JVMHeapMemory              peak_jvm_heap_bytes
      JVMOffHeapMemory           peak_jvm_off_heap_bytes
      OnHeapExecutionMemory      peak_on_heap_execution_bytes
      OnHeapStorageMemory        peak_on_heap_storage_bytes
      OnHeapUnifiedMemory        peak_on_heap_unified_bytes
      OffHeapExecutionMemory     peak_off_heap_execution_bytes
      OffHeapStorageMemory       peak_off_heap_storage_bytes
      DirectPoolMemory           peak_direct_pool_bytes
      MappedPoolMemory           peak_mapped_pool_bytes
      ProcessTreeJVMRSSMemory    peak_process_tree_jvm_rss_bytes
      ProcessTreePythonRSSMemory peak_process_tree_python_rss_bytes
      """;

  private static final String COLLECTIONS = """
      MinorGCCount      minor_gc_count
      MinorGCTime       minor_gc_time_ms
      MajorGCCount      major_gc_count
      MajorGCTime       major_gc_time_ms
      ConcurrentGCCount concurrent_gc_count
      ConcurrentGCTime  concurrent_gc_time_ms
      """;

  private static final String QUANTILES = """
      duration                      task_duration_ms
      executorRunTime               task_run_time_ms
      diskBytesSpilled              task_disk_bytes_spilled
      peakExecutionMemory           task_peak_execution_memory_bytes
      inputMetrics.bytesRead        task_input_bytes
      shuffleReadMetrics.readBytes  task_shuffle_read_bytes
      shuffleWriteMetrics.writeBytes task_shuffle_write_bytes
      """;

  private static final List<String> QUANTILE_KEYS =
      List.of("min", "p25", "p50", "p75", "p95", "max");

  private static final String EXECUTOR = """
      totalCores         total_cores
      totalGCTime        total_gc_time_ms
      totalInputBytes    total_input_bytes
      totalShuffleRead   total_shuffle_read_bytes
      totalShuffleWrite  total_shuffle_write_bytes
      addTime            add_time_ms
      removeTime         remove_time_ms
      removeReason       remove_reason
      """;

  private static final String EXECUTOR_TASKS = """
      completedTasks  completed_tasks
      failedTasks     failed_tasks
      totalDuration   total_duration_ms
      """;

  private static final String CACHED_RDD = """
      numPartitions        partitions
      numCachedPartitions  cached_partitions
      memoryUsed           memory_bytes
      diskUsed             disk_bytes
      """;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'GMT'", Locale.ROOT);
  private static final Pattern CODEGEN = Pattern.compile("(?<=^WholeStageCodegen) \\(\\d+\\)$");

  /** Nodes of a plan that REST's graph leaves out. */
  private static final Pattern UNSHOWN = Pattern.compile("InputAdapter|Reused\\w+|\\w+QueryStage");

  private static final Pattern SIZE = Pattern.compile("(?:^|\\n)([\\d.]+ (?:B|[KMGT]iB))");

  private final Function<String, JsonNode> rest;
  private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
  private final List<String> differences = new ArrayList<>();
  private final Map<String, ObjectNode> tasksOf = new TreeMap<>();
  private String application = "";

  /** @param rest answers a path below {@code /api/v1/} */
  RestComparison(Function<String, JsonNode> rest) {
    this.rest = rest;
    for (Kind kind : Kind.values()) {
      counts.put(kind, 0);
    }
  }

  List<String> differences() {
    return differences;
  }

  /** Values that said something: those that both sides have as nothing or 0 are compared, and not counted. */
  Map<Kind, Integer> counts() {
    return counts;
  }

  void compare(JsonNode listed, JsonNode inspected) {
    Map<String, JsonNode> attempts = new TreeMap<>();
    for (JsonNode one : listed) {
      for (JsonNode attempt : one.get("attempts")) {
        String id = one.get("id").asText() + "/" + attempt.path("attemptId").asText("");
        attempts.put(id, attempt);
        attempts.put(id + "name", one.get("name"));
      }
    }
    same(Kind.APPLICATION, "applications", attempts.size() / 2, inspected.size());
    for (JsonNode ours : inspected) {
      String id = ours.get("app_id").asText() + "/" + ours.path("attempt_id").asText("");
      if (ours.path("attempt_id").isNull()) {
        id = ours.get("app_id").asText() + "/";
      }
      application = ours.get("name").asText();
      JsonNode attempt = attempts.get(id);
      if (attempt == null) {
        differences.add(id + " is not in REST, which has " + attempts.keySet());
        continue;
      }
      same(Kind.APPLICATION, "name", attempts.get(id + "name").asText(), application);
      values(Kind.APPLICATION, "attempt", ATTEMPT, attempt, ours);
      String base = "applications/" + id + (id.endsWith("/") ? "" : "/");
      environment(rest.apply(base + "environment"), ours);
      tasksOf.clear();
      jobs(rest.apply(base + "jobs"), ours.get("jobs"));
      stages(base, rest.apply(base + "stages"), ours.get("stages"));
      executors(rest.apply(base + "allexecutors"), ours);
      sql(
          rest.apply(base + "sql?details=true&planDescription=false&length=10000"),
          ours.get("sql"));
      cachedRdds(rest.apply(base + "storage/rdd"), ours.get("cached_rdds"));
    }
  }

  private void environment(JsonNode theirs, JsonNode ours) {
    Map<String, String> properties = new TreeMap<>();
    theirs
        .get("sparkProperties")
        .forEach(pair -> properties.put(pair.get(0).asText(), pair.get(1).asText()));
    JsonNode configuration = ours.get("configuration");
    same(Kind.PROPERTY, "number of properties", properties.size(), configuration.size());
    properties.forEach(
        (key, value) -> same(Kind.PROPERTY, key, value, configuration.path(key).asText()));

    Map<String, JsonNode> profiles = byKey(ours.get("resource_profiles"), "id");
    JsonNode theirProfiles = theirs.get("resourceProfiles");
    same(Kind.RESOURCE_PROFILE, "profiles", theirProfiles.size(), profiles.size());
    for (JsonNode profile : theirProfiles) {
      String id = profile.get("id").asText();
      JsonNode our = profiles.get(id);
      for (String kind : List.of("executor", "task")) {
        Map<String, Double> amounts = new TreeMap<>();
        profile
            .get(kind + "Resources")
            .properties()
            .forEach(e -> amounts.put(e.getKey(), e.getValue().get("amount").asDouble()));
        Map<String, Double> ourAmounts = new TreeMap<>();
        our.get(kind + "_resources")
            .properties()
            .forEach(e -> ourAmounts.put(e.getKey(), e.getValue().asDouble()));
        same(Kind.RESOURCE_PROFILE, "profile " + id + " " + kind, amounts, ourAmounts);
      }
    }
  }

  private void jobs(JsonNode theirs, JsonNode ours) {
    Map<String, JsonNode> byId = byKey(ours, "job_id");
    same(Kind.JOB, "jobs", keys(theirs, "jobId"), byId.keySet());
    for (JsonNode job : theirs) {
      String id = job.get("jobId").asText();
      values(Kind.JOB, "job " + id, JOB, job, byId.get(id));
      same(
          Kind.JOB,
          "job " + id + " stages",
          texts(job.get("stageIds")),
          texts(byId.get(id).get("stage_ids")));
    }
  }

  private void stages(String base, JsonNode theirs, JsonNode ours) {
    Map<String, JsonNode> byId = byKey(ours, "stage_id", "attempt_id");
    same(Kind.STAGE, "stages", keys(theirs, "stageId", "attemptId"), byId.keySet());
    for (JsonNode stage : theirs) {
      String id = stage.get("stageId").asText() + "/" + stage.get("attemptId").asText();
      JsonNode our = byId.get(id);
      values(Kind.STAGE, "stage " + id, STAGE, stage, our);
      same(
          Kind.STAGE,
          "stage " + id + " failure reason",
          stage.path("failureReason").asText("").lines().findFirst().orElse(""),
          our.path("failure_reason").asText("").replaceFirst("^null$", ""));
      values(Kind.STAGE_PEAK, "stage " + id, PEAKS, stage.path("peakExecutorMetrics"), our);
      tasks("stage " + id, rest.apply(base + "stages/" + id + "/taskList?length=100000"), our);
      if (stage.get("numCompleteTasks").asInt() > 0) {
        quantiles(
            "stage " + id,
            rest.apply(base + "stages/" + id + "/taskSummary?quantiles=0.0,0.25,0.5,0.75,0.95,1.0"),
            our);
      }
    }
  }

  private void tasks(String where, JsonNode theirs, JsonNode ours) {
    long slotTime = 0;
    int speculative = 0;
    for (JsonNode task : theirs) {
      speculative += task.get("speculative").asBoolean() ? 1 : 0;
      if (task.get("status").asText().equals("RUNNING")) {
        continue; // No end of it is logged: it ran when its stage failed, or the log was cut.
      }
      long duration = task.path("duration").asLong();
      slotTime += duration;
      ObjectNode sums = tasksOf.computeIfAbsent(
          task.get("executorId").asText(), id -> JsonNodeFactory.instance.objectNode());
      add(sums, "totalDuration", duration);
      add(sums, "completedTasks", task.get("status").asText().equals("SUCCESS") ? 1 : 0);
      add(sums, "failedTasks", task.get("status").asText().equals("FAILED") ? 1 : 0);
    }
    same(Kind.TASK, where + " speculative tasks", speculative, ours.get("num_speculative_tasks"));
    same(Kind.TASK, where + " slot time", slotTime, ours.get("slot_time_ms"));
  }

  private static void add(ObjectNode sums, String key, long value) {
    sums.put(key, sums.path(key).asLong() + value);
  }

  private void quantiles(String where, JsonNode theirs, JsonNode ours) {
    int unsuccessful =
        ours.get("num_failed_tasks").asInt() + ours.get("num_killed_tasks").asInt();
    table(QUANTILES).forEach((theirKey, ourKey) -> {
      if (theirKey.equals("duration") && unsuccessful > 0) {
        return; // REST takes as many of the shortest durations as tasks succeeded, failed ones
        // among them.
      }
      JsonNode their = at(theirs, theirKey);
      for (int i = 0; i < QUANTILE_KEYS.size(); i++) {
        String key = QUANTILE_KEYS.get(i);
        same(
            Kind.TASK_QUANTILE,
            where + " " + theirKey + " " + key,
            their.get(i).asDouble(),
            ours.get(ourKey).path(key).asDouble());
      }
    });
  }

  private void executors(JsonNode theirs, JsonNode ours) {
    Map<String, JsonNode> byId = byKey(ours.get("executors"), "id");
    Map<String, JsonNode> theirById = byKey(theirs, "id");
    same(Kind.EXECUTOR, "executors", theirById.keySet(), byId.keySet());
    theirById.forEach((id, executor) -> {
      JsonNode our = byId.get(id);
      values(Kind.EXECUTOR, "executor " + id, EXECUTOR, executor, our);
      same(
          Kind.EXECUTOR,
          "executor " + id + " host",
          executor.get("hostPort").asText().replaceFirst(":\\d+$", ""),
          our.get("host").asText());
      // REST's executors leave out tasks that ended after the executor was removed, and give the
      // driver wall time; its tasks do not.
      boolean wholly = executor.get("isActive").asBoolean() && !id.equals("driver");
      values(
          Kind.EXECUTOR,
          "executor " + id,
          EXECUTOR_TASKS,
          wholly ? executor : tasksOf.getOrDefault(id, JsonNodeFactory.instance.objectNode()),
          our);
      JsonNode peaks = executor.path("peakMemoryMetrics");
      values(Kind.EXECUTOR_PEAK, "executor " + id, PEAKS, peaks, our);
      values(Kind.COLLECTION, "executor " + id, COLLECTIONS, peaks, our);
      boolean excluded = false;
      for (JsonNode exclusion : ours.get("exclusions")) {
        excluded |= exclusion.get("executor_id").asText().equals(id)
            && exclusion.get("stage_id").isNull()
            && exclusion.get("end_time_ms").isNull();
      }
      if (executor.get("isActive").asBoolean()) { // REST knows no exclusion after a removal.
        same(
            Kind.EXCLUSION,
            "executor " + id + " excluded",
            executor.get("isExcluded").asBoolean(),
            excluded);
      }
    });
  }

  private void sql(JsonNode theirs, JsonNode ours) {
    Map<String, JsonNode> byId = byKey(ours, "execution_id");
    same(Kind.SQL, "sql", keys(theirs, "id"), byId.keySet());
    for (JsonNode execution : theirs) {
      String id = execution.get("id").asText();
      String where = "sql " + id;
      JsonNode our = byId.get(id);
      values(Kind.SQL, where, "duration duration_ms", execution, our);
      String description = execution.get("description").asText();
      same(
          Kind.SQL,
          where + " description",
          description.substring(0, Math.min(200, description.length())),
          our.get("description").asText());
      TreeSet<Integer> jobs = new TreeSet<>();
      for (String key : List.of("runningJobIds", "successJobIds", "failedJobIds")) {
        execution.get(key).forEach(job -> jobs.add(job.asInt()));
      }
      same(
          Kind.SQL,
          where + " jobs",
          jobs.toString(),
          our.get("job_ids").toString().replace(",", ", "));

      Map<String, Long> nodes = new TreeMap<>();
      List<String> exchanged = new ArrayList<>();
      for (JsonNode node : execution.get("nodes")) {
        String name = node.get("nodeName").asText();
        nodes.merge(CODEGEN.matcher(name).replaceFirst(""), 1L, Long::sum);
        for (JsonNode metric : node.get("metrics")) {
          if (name.endsWith("Exchange") && metric.get("name").asText().equals("data size")) {
            Matcher size = SIZE.matcher(metric.get("value").asText());
            if (size.find()) {
              exchanged.add(size.group(1));
            }
          }
        }
      }
      Map<String, Long> operators = new TreeMap<>();
      our.get("operators")
          .properties()
          .forEach(e -> operators.put(e.getKey(), e.getValue().asLong()));
      operators.keySet().removeIf(name -> UNSHOWN.matcher(name).matches());
      same(Kind.SQL_NODE, where + " nodes", nodes, operators);
      List<String> ourExchanged = new ArrayList<>();
      for (JsonNode exchange : our.get("exchanges")) {
        if (!exchange.get("bytes").isNull()) {
          ourExchanged.add(bytesToString(exchange.get("bytes").asLong()));
        }
      }
      same(
          Kind.EXCHANGE,
          where + " data sizes",
          exchanged.stream().sorted().toList(),
          ourExchanged.stream().sorted().toList());
    }
  }

  private void cachedRdds(JsonNode theirs, JsonNode ours) {
    Map<String, JsonNode> byId = byKey(ours, "rdd_id");
    for (JsonNode rdd : theirs) {
      String id = rdd.get("id").asText();
      JsonNode our = byId.get(id);
      if (our == null) {
        differences.add(application + " cached RDD " + id + " is in REST alone: " + rdd);
        continue;
      }
      values(Kind.CACHED_RDD, "rdd " + id, CACHED_RDD, rdd, our);
      same(
          Kind.CACHED_RDD,
          "rdd " + id + " name",
          rdd.get("name").asText().lines().findFirst().orElse(""),
          our.get("name").asText());
    }
  }

  private void values(
      Kind kind, String where, String table, @Nullable JsonNode theirs, @Nullable JsonNode ours) {
    if (theirs == null || ours == null) {
      differences.add(application + " " + where + " is missing");
      return;
    }
    table(table)
        .forEach((theirKey, ourKey) ->
            same(kind, where + " " + theirKey, at(theirs, theirKey), at(ours, ourKey)));
  }

  private void same(Kind kind, String what, @Nullable Object theirs, @Nullable Object ours) {
    Object wanted = plain(theirs);
    Object found = plain(ours);
    if (!wanted.equals(found)) {
      differences.add(application + " " + what + ": REST " + wanted + ", ours " + found);
    }
    if (!wanted.equals(0.0) || !found.equals(0.0)) {
      counts.merge(kind, 1, Integer::sum);
    }
  }

  /** A value to compare: numbers are doubles, and so are times; nothing is 0; text in lower case, since REST's words are not. */
  private static Object plain(@Nullable Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    if (!(value instanceof JsonNode node)) {
      return Objects.requireNonNullElse(value, 0.0);
    }
    if (node.isMissingNode() || node.isNull()) {
      return 0.0;
    }
    if (node.isNumber()) {
      return node.asDouble();
    }
    String text = node.asText();
    return text.endsWith("GMT")
        ? (Object)
            (double) LocalDateTime.parse(text, TIME).toInstant(ZoneOffset.UTC).toEpochMilli()
        : text.toLowerCase(Locale.ROOT);
  }

  private static JsonNode at(JsonNode node, String keys) {
    JsonNode found = node;
    for (String key : keys.split("\\.", -1)) {
      found = found.path(key);
    }
    return found;
  }

  private static Map<String, String> table(String lines) {
    Map<String, String> table = new LinkedHashMap<>();
    lines.lines().map(line -> line.split(" +", -1)).forEach(pair -> table.put(pair[0], pair[1]));
    return table;
  }

  private static Map<String, JsonNode> byKey(JsonNode array, String... keys) {
    Map<String, JsonNode> map = new TreeMap<>();
    array.forEach(node -> map.put(key(node, keys), node));
    return map;
  }

  private static Collection<String> keys(JsonNode array, String... keys) {
    return byKey(array, keys).keySet();
  }

  private static String key(JsonNode node, String... keys) {
    return Stream.of(keys).map(key -> node.get(key).asText()).collect(Collectors.joining("/"));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(node -> texts.add(node.asText()));
    return texts.stream().sorted().toList();
  }

  /** As Spark's {@code Utils.bytesToString}, which REST's SQL metrics went through. */
  private static String bytesToString(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    double size = bytes;
    while (size >= 2048 && unit < units.length - 1) {
      size /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", size, units[unit]);
  }
}
