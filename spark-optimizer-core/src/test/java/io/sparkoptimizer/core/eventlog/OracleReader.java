package io.sparkoptimizer.core.eventlog;

import static java.util.stream.Collectors.toCollection;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.TaskMetric;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Reads a log the obvious way: the whole of it as a list of trees, and each question answered by a look
 * at all of them. Slow, and right to look at: what the reader is held against. It is written from what
 * docs/event-log.md says and shares with the reader only what judges words (redaction, causes of death,
 * programs, signatures, kinds of jobs, names of plan nodes), which have tests of their own.
 */
final class OracleReader {
  private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(1000).build())
          .build())
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
      .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
      .build();

  /** Events that are used, by their simple names. */
  private static final Set<String> USED = Set.of(
      "SparkListenerLogStart",
      "DBCEventLoggingListenerMetadata",
      "SparkListenerApplicationStart",
      "SparkListenerApplicationEnd",
      "SparkListenerEnvironmentUpdate",
      "SparkListenerResourceProfileAdded",
      "SparkListenerExecutorAdded",
      "SparkListenerExecutorRemoved",
      "SparkListenerBlockManagerAdded",
      "SparkListenerStageExecutorMetrics",
      "SparkListenerExecutorMetricsUpdate",
      "SparkListenerJobStart",
      "SparkListenerJobEnd",
      "SparkListenerStageSubmitted",
      "SparkListenerStageCompleted",
      "SparkListenerTaskStart",
      "SparkListenerTaskEnd",
      "SparkListenerSQLExecutionStart",
      "SparkListenerSQLExecutionEnd",
      "SparkListenerSQLAdaptiveExecutionUpdate",
      "SparkListenerDriverAccumUpdates",
      "SparkListenerUnpersistRDD",
      "SparkListenerBlockUpdated",
      "SparkListenerExecutorExcluded",
      "SparkListenerExecutorExcludedForStage",
      "SparkListenerNodeExcluded",
      "SparkListenerNodeExcludedForStage",
      "SparkListenerExecutorBlacklisted",
      "SparkListenerExecutorBlacklistedForStage",
      "SparkListenerNodeBlacklisted",
      "SparkListenerNodeBlacklistedForStage",
      "SparkListenerExecutorUnexcluded",
      "SparkListenerNodeUnexcluded",
      "SparkListenerExecutorUnblacklisted",
      "SparkListenerNodeUnblacklisted",
      "StreamingQueryListener$QueryStartedEvent",
      "StreamingQueryListener$QueryStarted",
      "StreamingQueryListener$QueryProgressEvent",
      "StreamingQueryListener$QueryProgress");

  private static final Map<String, TaskMetric> METRICS = Map.ofEntries(
      Map.entry("/Executor Run Time", TaskMetric.EXECUTOR_RUN_TIME_MS),
      Map.entry("/Executor CPU Time", TaskMetric.EXECUTOR_CPU_TIME_NS),
      Map.entry("/Executor Deserialize Time", TaskMetric.EXECUTOR_DESERIALIZE_TIME_MS),
      Map.entry("/JVM GC Time", TaskMetric.JVM_GC_TIME_MS),
      Map.entry("/Result Size", TaskMetric.RESULT_SIZE_BYTES),
      Map.entry("/Peak Execution Memory", TaskMetric.PEAK_EXECUTION_MEMORY_BYTES),
      Map.entry("/Memory Bytes Spilled", TaskMetric.MEMORY_BYTES_SPILLED),
      Map.entry("/Disk Bytes Spilled", TaskMetric.DISK_BYTES_SPILLED),
      Map.entry("/Shuffle Read Metrics/Remote Bytes Read", TaskMetric.SHUFFLE_REMOTE_BYTES_READ),
      Map.entry("/Shuffle Read Metrics/Local Bytes Read", TaskMetric.SHUFFLE_LOCAL_BYTES_READ),
      Map.entry("/Shuffle Read Metrics/Total Records Read", TaskMetric.SHUFFLE_READ_RECORDS),
      Map.entry("/Shuffle Read Metrics/Fetch Wait Time", TaskMetric.SHUFFLE_FETCH_WAIT_TIME_MS),
      Map.entry("/Shuffle Write Metrics/Shuffle Bytes Written", TaskMetric.SHUFFLE_WRITE_BYTES),
      Map.entry("/Shuffle Write Metrics/Shuffle Records Written", TaskMetric.SHUFFLE_WRITE_RECORDS),
      Map.entry("/Shuffle Write Metrics/Shuffle Write Time", TaskMetric.SHUFFLE_WRITE_TIME_NS),
      Map.entry("/Input Metrics/Bytes Read", TaskMetric.INPUT_BYTES),
      Map.entry("/Input Metrics/Records Read", TaskMetric.INPUT_RECORDS),
      Map.entry("/Output Metrics/Bytes Written", TaskMetric.OUTPUT_BYTES),
      Map.entry("/Output Metrics/Records Written", TaskMetric.OUTPUT_RECORDS));

  private static final Map<String, CollectorMetric> COLLECTIONS = Map.of(
      "MinorGCCount", CollectorMetric.MINOR_GC_COUNT,
      "MinorGCTime", CollectorMetric.MINOR_GC_TIME_MS,
      "MajorGCCount", CollectorMetric.MAJOR_GC_COUNT,
      "MajorGCTime", CollectorMetric.MAJOR_GC_TIME_MS,
      "ConcurrentGCCount", CollectorMetric.CONCURRENT_GC_COUNT,
      "ConcurrentGCTime", CollectorMetric.CONCURRENT_GC_TIME_MS);

  private static final Map<String, MemoryPeak> PEAKS = Map.ofEntries(
      Map.entry("JVMHeapMemory", MemoryPeak.JVM_HEAP),
      Map.entry("JVMOffHeapMemory", MemoryPeak.JVM_OFF_HEAP),
      Map.entry("OnHeapExecutionMemory", MemoryPeak.ON_HEAP_EXECUTION),
      Map.entry("OnHeapStorageMemory", MemoryPeak.ON_HEAP_STORAGE),
      Map.entry("OnHeapUnifiedMemory", MemoryPeak.ON_HEAP_UNIFIED),
      Map.entry("OffHeapExecutionMemory", MemoryPeak.OFF_HEAP_EXECUTION),
      Map.entry("OffHeapStorageMemory", MemoryPeak.OFF_HEAP_STORAGE),
      Map.entry("DirectPoolMemory", MemoryPeak.DIRECT_POOL),
      Map.entry("MappedPoolMemory", MemoryPeak.MAPPED_POOL),
      Map.entry("ProcessTreeJVMRSSMemory", MemoryPeak.PROCESS_TREE_JVM_RSS),
      Map.entry("ProcessTreePythonRSSMemory", MemoryPeak.PROCESS_TREE_PYTHON_RSS));

  private static final Set<String> DRIVERS = Set.of("driver", "<driver>");

  /** An event, in the order of the log. */
  private record Event(String name, JsonNode tree) {}

  private final List<Event> events = new ArrayList<>();
  private final Map<String, List<JsonNode>> byName = new LinkedHashMap<>();
  private final List<Task> starts = new ArrayList<>();
  private final List<Task> ends = new ArrayList<>();
  private final Set<TaskMetric> metricsLogged = new TreeSet<>();
  private final MessageDigest digest = sha256();
  private long lines;
  private long unparsable;
  private long used;
  private long skipped;
  private long sparks;
  private boolean lastLineCut;

  private OracleReader() {}

  /**
   * What a log says, by the names of the run's components; null where it has no event.
   *
   * @param broken whether a stream ended inside of a block
   */
  static Map<String, Object> read(List<byte[]> parts, boolean broken, EventLog log) {
    OracleReader oracle = new OracleReader();
    for (byte[] part : parts) {
      oracle.readPart(part);
    }
    return oracle.sparks == 0 ? null : oracle.run(broken, log);
  }

  // Lines

  private void readPart(byte[] part) {
    lastLineCut = false;
    int from = startsWithMark(part) ? 3 : 0;
    while (from <= part.length) {
      int to = from;
      while (to < part.length && part[to] != '\n') {
        to++;
      }
      boolean cut = to == part.length;
      int first = from;
      int behind = to;
      while (first < behind && isBlank(part[first])) {
        first++;
      }
      while (first < behind && isBlank(part[behind - 1])) {
        behind--;
      }
      if (first < behind) {
        readLine(Arrays.copyOfRange(part, first, behind), cut);
      }
      from = to + 1;
    }
  }

  private static boolean startsWithMark(byte[] part) {
    return part.length >= 3
        && part[0] == (byte) 0xEF
        && part[1] == (byte) 0xBB
        && part[2] == (byte) 0xBF;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t' || b == '\r';
  }

  private void readLine(byte[] line, boolean cut) {
    lines++;
    JsonNode tree;
    String event;
    try {
      tree = JSON.readTree(line);
      event = tree.isObject() ? eventName(line, tree) : null;
    } catch (IOException broken) {
      unparsable++;
      lastLineCut = cut;
      return;
    }
    if (event != null) {
      String simple = event.substring(event.lastIndexOf('.') + 1);
      if (USED.contains(simple)) {
        used++;
        sparks++;
        keep(new Event(simple, tree));
      } else {
        skipped++;
        if (event.toLowerCase(Locale.ROOT).contains("spark")
            || simple.startsWith("StreamingQueryListener$")
            || simple.startsWith("DBC")) {
          sparks++;
        }
      }
    }
    if (sparks > 0 && sparks <= 10) {
      digest.update(line);
    }
  }

  private void keep(Event event) {
    events.add(event);
    byName.computeIfAbsent(event.name(), name -> new ArrayList<>()).add(event.tree());
    Task task = event.name().startsWith("SparkListenerTask") ? Task.of(event.tree()) : null;
    if (task == null || task.stageId() == null) {
      return; // no task, or one whose stage is not believed
    }
    if (event.name().equals("SparkListenerTaskStart")) {
      starts.add(task);
    } else {
      ends.add(task);
      metricsLogged.addAll(task.metrics().keySet());
      if (task.metrics().containsKey(TaskMetric.INPUT_BYTES)) {
        metricsLogged.add(TaskMetric.CACHED_INPUT_BYTES);
      }
    }
  }

  /** The first field's value if that is the event; otherwise the last field of that name. */
  private static String eventName(byte[] line, JsonNode tree) throws IOException {
    try (JsonParser parser = JSON.createParser(line)) {
      parser.nextToken();
      if (parser.nextToken() == JsonToken.FIELD_NAME && parser.currentName().equals("Event")) {
        return parser.nextToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
      }
    }
    return tree.path("Event").textValue();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (java.security.NoSuchAlgorithmException never) {
      throw new AssertionError(never);
    }
  }

  // Values

  private static String text(JsonNode node) {
    return node.isTextual() || node.isBoolean() || (node.isIntegralNumber() && fits(node))
        ? node.asText()
        : null;
  }

  private static boolean fits(JsonNode number) {
    return number.bigIntegerValue().bitLength() < Long.SIZE;
  }

  private static Long number(JsonNode node) {
    if (node.isIntegralNumber()) {
      return fits(node) ? (Long) node.bigIntegerValue().longValue() : null;
    }
    if (node.isFloatingPointNumber()) {
      double value = node.doubleValue();
      return value == Math.rint(value) && Math.abs(value) < 9e18 ? (Long) (long) value : null;
    }
    try {
      return node.isTextual() ? (Long) Long.parseLong(node.textValue().strip()) : null;
    } catch (NumberFormatException none) {
      return null;
    }
  }

  /** Fits an int. */
  private static Long id(JsonNode node) {
    Long number = number(node);
    return number == null || number != number.intValue() ? null : number;
  }

  /** An id that is not negative, or how many there are of something. */
  private static Long count(JsonNode node) {
    Long number = id(node);
    return number == null || number < 0 ? null : number;
  }

  private static List<Long> counts(JsonNode list) {
    return list.isArray()
        ? stream(list).map(OracleReader::count).filter(Objects::nonNull).toList()
        : List.of();
  }

  private static Stream<JsonNode> stream(JsonNode list) {
    List<JsonNode> all = new ArrayList<>();
    if (list.isArray()) {
      list.forEach(all::add);
    }
    return all.stream();
  }

  /** The object's fields, none of anything else. */
  private static Map<String, JsonNode> fields(JsonNode object) {
    Map<String, JsonNode> fields = new LinkedHashMap<>();
    if (object.isObject()) {
      object.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
    }
    return fields;
  }

  private static JsonNode child(JsonNode of, String name) {
    JsonNode child = of.path(name);
    return child.isObject() ? child : MissingNode.getInstance();
  }

  /** The characters before the vendor, from a digit on and not more than 40; null where there are none. */
  private static String javaVersion(String text) {
    int length = 0;
    while (text != null && length < Math.min(40, text.length())) {
      char letter = text.charAt(length);
      boolean plain = letter < 128 && Character.isLetterOrDigit(letter);
      if (!plain && "_.+-".indexOf(letter) < 0) {
        break;
      }
      length++;
    }
    return length > 0 && text.charAt(0) >= '0' && text.charAt(0) <= '9'
        ? text.substring(0, length)
        : null;
  }

  // Looks at all events

  /** All events of these names, one name after the other. */
  private List<JsonNode> all(String... names) {
    return Stream.of(names)
        .flatMap(name -> byName.getOrDefault(name, List.of()).stream())
        .toList();
  }

  private JsonNode last(String name) {
    List<JsonNode> all = all(name);
    return all.isEmpty() ? MissingNode.getInstance() : all.get(all.size() - 1);
  }

  private <T> T lastSaid(Stream<T> said) {
    return said.filter(Objects::nonNull).reduce(null, (before, after) -> after);
  }

  private static Long least(Stream<Long> figures) {
    return figures.filter(Objects::nonNull).min(Long::compare).orElse(null);
  }

  private static String redacted(String text) {
    return text == null ? null : Redaction.text(text);
  }

  private Map<String, Object> run(boolean broken, EventLog log) {
    Map<String, Object> run = new TreeMap<>();
    JsonNode start = last("SparkListenerApplicationStart");
    JsonNode end = last("SparkListenerApplicationEnd");
    boolean ended = !end.isMissingNode();
    String name = redacted(text(start.path("App Name")));
    Map<String, String> configuration = configuration();
    Program program = Program.of(lastSaid(all("SparkListenerEnvironmentUpdate").stream()
        .map(event -> text(child(event, "System Properties").path("sun.java.command")))));
    List<Map<String, Object>> jobs = jobs();
    List<Map<String, Object>> stages = stages();
    List<Map<String, Object>> executors = executors();
    ClusterManager manager = clusterManager(configuration, text(start.path("App ID")));
    Map<String, Object> streaming = streaming();
    run.put("sourceName", "default");
    run.put("source", log.parts().stream().map(EventLog.Part::path).toList());
    run.put("appId", text(start.path("App ID")));
    run.put("attemptId", text(start.path("App Attempt ID")));
    run.put("name", name);
    run.put("user", text(start.path("User")));
    run.put("digest", "sha256:" + HexFormat.of().formatHex(digest.digest()));
    run.put(
        "sparkVersion",
        lastSaid(all("SparkListenerLogStart", "DBCEventLoggingListenerMetadata").stream()
            .map(event -> text(event.path("Spark Version")))));
    run.put(
        "javaVersion",
        lastSaid(all("SparkListenerEnvironmentUpdate").stream()
            .map(
                event -> javaVersion(text(child(event, "JVM Information").path("Java Version"))))));
    run.put("clusterManager", manager.name());
    run.put("kind", program.kind(configuration, manager, streaming != null).name());
    run.put("jobSignature", JobSignatures.of(configuration, name, program));
    run.put("startTimeMs", number(start.path("Timestamp")));
    run.put("endTimeMs", number(end.path("Timestamp")));
    Long latest = times().max(Long::compare).orElse(0L);
    run.put("lastEventTimeMs", latest > 0 ? latest : null);
    run.put("configuration", configuration);
    run.put("executors", executors);
    run.put("jobs", jobs);
    run.put("stages", stages);
    run.put("sql", sql());
    run.put("aqeUpdates", (long) all("SparkListenerSQLAdaptiveExecutionUpdate").size());
    run.put("resourceProfiles", resourceProfiles());
    run.put("exclusions", exclusions());
    run.put("streaming", streaming);
    Map<String, Long> outcomes = new TreeMap<>();
    ends.forEach(task -> outcomes.merge(task.outcome(), 1L, Long::sum));
    run.put("taskOutcomes", outcomes);
    run.put("memoryFailures", Figures.of(memoryFailures()));
    Long exitCode = id(end.path("ExitCode"));
    boolean lastJobFailed =
        !jobs.isEmpty() && "FAILED".equals(jobs.get(jobs.size() - 1).get("status"));
    run.put(
        "status",
        !ended
            ? "UNKNOWN" // no log that the oracle reads is fresh
            : (exitCode == null ? lastJobFailed : exitCode != 0) ? "FAILED" : "SUCCEEDED");
    run.put("quality", quality(issues(start, end, exitCode, executors, jobs, stages, broken, log)));
    return run;
  }

  private Map<String, String> configuration() {
    Map<String, String> configuration = new TreeMap<>();
    for (JsonNode event : all("SparkListenerEnvironmentUpdate")) {
      fields(child(event, "Spark Properties")).forEach((property, value) -> {
        String text =
            value.isFloatingPointNumber() ? Double.toString(value.doubleValue()) : text(value);
        if (text != null) {
          configuration.put(property, Redaction.property(property, text));
        }
      });
    }
    return configuration;
  }

  private static ClusterManager clusterManager(Map<String, String> configuration, String appId) {
    if (configuration.keySet().stream().anyMatch(key -> key.startsWith("spark.databricks."))) {
      return ClusterManager.DATABRICKS;
    }
    Map<String, ClusterManager> masters = new LinkedHashMap<>();
    masters.put("local-cluster[", ClusterManager.LOCAL_CLUSTER);
    masters.put("local", ClusterManager.LOCAL);
    masters.put("spark://", ClusterManager.STANDALONE);
    masters.put("yarn", ClusterManager.YARN);
    masters.put("k8s://", ClusterManager.KUBERNETES);
    masters.put("mesos://", ClusterManager.MESOS);
    String master = configuration.getOrDefault("spark.master", "");
    for (Map.Entry<String, ClusterManager> known : masters.entrySet()) {
      if (master.startsWith(known.getKey())) {
        return known.getValue();
      }
    }
    return appId == null
        ? ClusterManager.UNKNOWN
        : appId.startsWith("application_")
            ? ClusterManager.YARN
            : appId.startsWith("local-") ? ClusterManager.LOCAL : ClusterManager.UNKNOWN;
  }

  private Collection<Map<String, Object>> resourceProfiles() {
    Map<Long, Map<String, Object>> profiles = new TreeMap<>();
    for (JsonNode event : all("SparkListenerResourceProfileAdded")) {
      Long id = id(event.path("Resource Profile Id"));
      if (id != null) {
        Map<String, Object> profile = new TreeMap<>();
        profile.put("id", id);
        profile.put("executorResources", amounts(event.path("Executor Resource Requests")));
        profile.put("taskResources", amounts(event.path("Task Resource Requests")));
        profiles.put(id, profile);
      }
    }
    return List.copyOf(profiles.values());
  }

  private static Map<String, Double> amounts(JsonNode requests) {
    Map<String, Double> amounts = new TreeMap<>();
    fields(requests).forEach((resource, request) -> {
      JsonNode amount = request.path("Amount");
      boolean known = amount.isIntegralNumber() ? fits(amount) : amount.isNumber();
      if (known && Double.isFinite(amount.doubleValue())) {
        amounts.put(resource, amount.doubleValue());
      }
    });
    return amounts;
  }

  /** The times of all events that are believed. */
  private Stream<Long> times() {
    Set<Long> executionsSoFar = new LinkedHashSet<>();
    List<Long> times = new ArrayList<>();
    for (Event event : events) {
      JsonNode tree = event.tree();
      JsonNode stage = child(tree, "Stage Info");
      boolean stageKnown = count(stage.path("Stage ID")) != null;
      times.add(
          switch (event.name()) {
            case "SparkListenerApplicationStart", "SparkListenerApplicationEnd" ->
              number(tree.path("Timestamp"));
            case "SparkListenerExecutorAdded", "SparkListenerExecutorRemoved" ->
              text(tree.path("Executor ID")) == null ? null : number(tree.path("Timestamp"));
            case "SparkListenerBlockManagerAdded" ->
              text(child(tree, "Block Manager ID").path("Executor ID")) == null
                  ? null
                  : number(tree.path("Timestamp"));
            case "SparkListenerJobStart" ->
              count(tree.path("Job ID")) == null ? null : number(tree.path("Submission Time"));
            case "SparkListenerJobEnd" -> number(tree.path("Completion Time"));
            case "SparkListenerStageSubmitted" ->
              stageKnown ? number(stage.path("Submission Time")) : null;
            case "SparkListenerStageCompleted" ->
              stageKnown ? number(stage.path("Completion Time")) : null;
            case "SparkListenerSQLExecutionStart" -> {
              executionsSoFar.add(executionId(tree));
              yield executionId(tree) == null ? null : number(tree.path("time"));
            }
            case "SparkListenerSQLExecutionEnd" ->
              executionId(tree) != null && executionsSoFar.contains(executionId(tree))
                  ? number(tree.path("time"))
                  : null;
            default -> excludes(event) || takesBack(event) ? number(tree.path("time")) : null;
          });
    }
    starts.forEach(task -> times.add(task.launch()));
    ends.forEach(task -> times.add(task.finish()));
    return times.stream().filter(Objects::nonNull);
  }

  // Tasks

  /** A task's start or end. */
  private record Task(
      JsonNode event,
      Long stageId,
      long attemptId,
      String executorId,
      String host,
      Long launch,
      Long finish,
      boolean speculative,
      String reason,
      boolean hasMetrics,
      Map<TaskMetric, Long> metrics) {
    static Task of(JsonNode event) {
      JsonNode info = child(event, "Task Info");
      Long attempt = count(event.path("Stage Attempt ID"));
      String reason = word(child(event, "Task End Reason").path("Reason"));
      return new Task(
          event,
          count(event.path("Stage ID")),
          attempt == null ? 0 : attempt,
          word(info.path("Executor ID")),
          word(info.path("Host")),
          number(info.path("Launch Time")),
          number(info.path("Finish Time")),
          info.path("Speculative").isBoolean() && info.path("Speculative").booleanValue(),
          reason == null ? "" : reason,
          event.path("Task Metrics").isObject(),
          metrics(event.path("Task Metrics")));
    }

    private static Map<TaskMetric, Long> metrics(JsonNode logged) {
      Map<TaskMetric, Long> metrics = new TreeMap<>();
      METRICS.forEach((path, metric) -> {
        String[] names = path.split("/", -1);
        JsonNode group = names.length == 3 ? child(logged, names[1]) : logged;
        Long figure = number(group.path(names[names.length - 1]));
        if (figure != null) {
          metrics.put(metric, figure);
        }
      });
      Long peak = metrics.get(TaskMetric.PEAK_EXECUTION_MEMORY_BYTES);
      if (peak != null) {
        metrics.put(TaskMetric.MAX_TASK_PEAK_EXECUTION_MEMORY_BYTES, peak);
      }
      Long remote = metrics.get(TaskMetric.SHUFFLE_REMOTE_BYTES_READ);
      Long local = metrics.get(TaskMetric.SHUFFLE_LOCAL_BYTES_READ);
      if (remote != null || local != null) {
        metrics.put(
            TaskMetric.SHUFFLE_READ_BYTES,
            (remote == null ? 0 : remote) + (local == null ? 0 : local));
      }
      return metrics;
    }

    boolean timed() {
      return launch != null && launch > 0 && finish != null && finish > 0;
    }

    /** Slot time: what the task occupied. */
    long duration() {
      return timed() ? Math.max(0, finish - launch) : 0;
    }

    String outcome() {
      return reason.isEmpty() ? "Unknown" : reason;
    }

    boolean succeeded() {
      return reason.equals("Success");
    }

    boolean killed() {
      return reason.equals("TaskKilled") || reason.equals("TaskCommitDenied");
    }

    boolean failed() {
      return !succeeded() && !killed();
    }

    /** A resubmitted task's end repeats an earlier attempt. */
    boolean works() {
      return !reason.equals("Resubmitted");
    }

    long metric(TaskMetric metric) {
      return metrics.getOrDefault(metric, 0L);
    }

    JsonNode samples() {
      return child(event, "Task Executor Metrics");
    }

    /** A text, or the text of a number or a switch. */
    private static String word(JsonNode node) {
      return node.isValueNode() && !node.isNull() ? node.asText() : null;
    }
  }

  // Executors

  private List<Map<String, Object>> executors() {
    Set<String> named = new LinkedHashSet<>();
    Set<String> touched = new LinkedHashSet<>();
    all("SparkListenerExecutorAdded", "SparkListenerExecutorRemoved")
        .forEach(event -> named.add(text(event.path("Executor ID"))));
    all("SparkListenerBlockManagerAdded")
        .forEach(event -> named.add(text(child(event, "Block Manager ID").path("Executor ID"))));
    all("SparkListenerStageExecutorMetrics", "SparkListenerExecutorMetricsUpdate").stream()
        .filter(event -> event.path("Executor Metrics").isObject()
            || stream(event.path("Executor Metrics Updated")).anyMatch(JsonNode::isObject)
            || event.path("Executor Metrics Updated").isMissingNode())
        .forEach(event -> touched.add(text(event.path("Executor ID"))));
    starts.forEach(task -> touched.add(task.executorId()));
    ends.forEach(task -> touched.add(task.executorId()));
    touched.removeIf(id -> !DRIVERS.contains(id + ""));
    named.addAll(touched);
    named.remove(null);
    return named.stream()
        .sorted(Comparator.comparing((String id) -> asNumber(id) == null)
            .thenComparing(id -> asNumber(id) == null ? 0 : asNumber(id))
            .thenComparing(id -> asNumber(id) == null ? id : ""))
        .map(this::executor)
        .toList();
  }

  private static Long asNumber(String id) {
    try {
      return Long.parseLong(id.strip());
    } catch (NumberFormatException none) {
      return null;
    }
  }

  private Map<String, Object> executor(String id) {
    List<JsonNode> added = all("SparkListenerExecutorAdded").stream()
        .filter(event -> id.equals(text(event.path("Executor ID"))))
        .toList();
    List<JsonNode> managers = all("SparkListenerBlockManagerAdded").stream()
        .filter(event -> id.equals(text(child(event, "Block Manager ID").path("Executor ID"))))
        .toList();
    List<JsonNode> removed = all("SparkListenerExecutorRemoved").stream()
        .filter(event -> id.equals(text(event.path("Executor ID"))))
        .toList();
    JsonNode removal =
        removed.isEmpty() ? MissingNode.getInstance() : removed.get(removed.size() - 1);
    List<Task> ofIt = ends.stream().filter(task -> id.equals(task.executorId())).toList();
    Map<String, Object> executor = new TreeMap<>();
    executor.put("id", id);
    String host = lastSaid(added.stream().map(event -> text(infoOf(event).path("Host"))));
    executor.put("host", host == null ? firstHost(id) : host);
    executor.put(
        "totalCores", lastSaid(added.stream().map(e -> count(infoOf(e).path("Total Cores")))));
    executor.put(
        "resourceProfileId",
        lastSaid(added.stream().map(e -> id(infoOf(e).path("Resource Profile Id")))));
    executor.put(
        "addTimeMs",
        events.stream()
            .map(Event::tree)
            .filter(event -> added.contains(event) || managers.contains(event))
            .map(event -> number(event.path("Timestamp")))
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null));
    executor.put(
        "firstTaskLaunchTimeMs",
        least(Stream.concat(
                starts.stream().filter(task -> id.equals(task.executorId())), ofIt.stream())
            .map(Task::launch)
            .filter(launch -> launch != null && launch > 0)));
    executor.put("removeTimeMs", number(removal.path("Timestamp")));
    String reason = text(removal.path("Removed Reason"));
    executor.put("removeReason", removed.isEmpty() ? null : redacted(reason == null ? "" : reason));
    executor.put("completedTasks", ofIt.stream().filter(Task::succeeded).count());
    executor.put("failedTasks", ofIt.stream().filter(Task::failed).count());
    List<Task> working = ofIt.stream().filter(Task::works).toList();
    executor.put("totalDurationMs", working.stream().mapToLong(Task::duration).sum());
    executor.put("totalGcTimeMs", sum(working, TaskMetric.JVM_GC_TIME_MS));
    Long jvmGcTimeMs = largestCounter(id, "TotalGCTime");
    if (DRIVERS.contains(id) && jvmGcTimeMs != null) {
      executor.put("totalGcTimeMs", jvmGcTimeMs);
    }
    Map<String, Long> collections = new TreeMap<>();
    COLLECTIONS.forEach((name, metric) -> {
      Long largest = largestCounter(id, name);
      if (largest != null) {
        collections.put(metric.name(), largest);
      }
    });
    boolean nothingRan = peaks(samples(id)).getOrDefault("JVM_HEAP", 0L) > 0
        && working.stream()
                .mapToLong(task -> task.metric(TaskMetric.JVM_GC_TIME_MS))
                .sum()
            == 0
        && (jvmGcTimeMs == null || jvmGcTimeMs == 0);
    boolean counted = collections.values().stream().anyMatch(count -> count > 0);
    executor.put("collections", counted || nothingRan ? collections : Map.of());
    executor.put("totalInputBytes", sum(working, TaskMetric.INPUT_BYTES));
    executor.put("totalShuffleReadBytes", sum(working, TaskMetric.SHUFFLE_READ_BYTES));
    executor.put("totalShuffleWriteBytes", sum(working, TaskMetric.SHUFFLE_WRITE_BYTES));
    executor.put("peaks", measured(peaks(samples(id))));
    return executor;
  }

  /** What the first block manager or task that says so says. */
  private String firstHost(String id) {
    for (Event event : events) {
      JsonNode manager = child(event.tree(), "Block Manager ID");
      Task task = Task.of(event.tree());
      boolean isManager = event.name().equals("SparkListenerBlockManagerAdded")
          && id.equals(text(manager.path("Executor ID")))
          && text(manager.path("Host")) != null;
      boolean isTask = event.name().equals("SparkListenerTaskEnd")
          && task.stageId() != null
          && id.equals(task.executorId())
          && task.host() != null;
      if (isManager || isTask) {
        return isManager ? text(manager.path("Host")) : task.host();
      }
    }
    return null;
  }

  private static JsonNode infoOf(JsonNode event) {
    return child(event, "Executor Info");
  }

  /** The sum over the tasks; absent where no task of the log has the metric. */
  private Long sum(List<Task> tasks, TaskMetric metric) {
    return metricsLogged.contains(metric)
        ? (Long) tasks.stream().mapToLong(task -> task.metric(metric)).sum()
        : null;
  }

  /** Everything that tells of an executor's memory; of all of them where none is asked for. */
  private List<JsonNode> samples(String id) {
    List<JsonNode> samples = new ArrayList<>();
    for (JsonNode event :
        all("SparkListenerStageExecutorMetrics", "SparkListenerExecutorMetricsUpdate")) {
      String executor = text(event.path("Executor ID"));
      if (executor != null && (id == null || id.equals(executor))) {
        samples.add(child(event, "Executor Metrics"));
        stream(event.path("Executor Metrics Updated"))
            .forEach(update -> samples.add(child(update, "Executor Metrics")));
      }
    }
    ends.stream()
        .filter(task -> id == null || id.equals(task.executorId()))
        .forEach(task -> samples.add(task.samples()));
    return samples;
  }

  private Long largestCounter(String id, String name) {
    return samples(id).stream()
        .map(sample -> number(sample.path(name)))
        .filter(count -> count != null && count >= 0)
        .max(Long::compare)
        .orElse(null);
  }

  private static Map<String, Long> peaks(List<JsonNode> samples) {
    Map<String, Long> peaks = new TreeMap<>();
    for (JsonNode sample : samples) {
      PEAKS.forEach((name, peak) -> {
        Long bytes = number(sample.path(name));
        if (bytes != null) {
          peaks.merge(peak.name(), Math.max(0, bytes), Math::max);
        }
      });
    }
    return peaks;
  }

  /** Without the process tree, where all of the log says 0 of it. */
  private Map<String, Long> measured(Map<String, Long> peaks) {
    Map<String, Long> anywhere = peaks(samples(null));
    Map<String, Long> measured = new TreeMap<>(peaks);
    measured
        .keySet()
        .removeIf(peak -> peak.startsWith("PROCESS_TREE") && anywhere.getOrDefault(peak, 0L) == 0);
    return measured;
  }

  // Jobs

  private List<Map<String, Object>> jobs() {
    Set<Long> ids = all("SparkListenerJobStart").stream()
        .map(event -> count(event.path("Job ID")))
        .filter(Objects::nonNull)
        .collect(toCollection(TreeSet::new));
    return ids.stream().map(this::job).toList();
  }

  private Map<String, Object> job(Long id) {
    Map<String, Object> job = new TreeMap<>();
    job.put("jobId", id);
    job.put("status", "RUNNING");
    job.put("completionTimeMs", null);
    Set<Long> stageIds = new TreeSet<>();
    boolean begun = false;
    for (Event event : events) {
      JsonNode tree = event.tree();
      if (!id.equals(count(tree.path("Job ID")))) {
        continue;
      }
      if (event.name().equals("SparkListenerJobStart")) {
        begun = true;
        job.put("submissionTimeMs", number(tree.path("Submission Time")));
        job.put("sqlExecutionId", number(child(tree, "Properties").path("spark.sql.execution.id")));
        stageIds.addAll(stagesOf(tree));
      } else if (event.name().equals("SparkListenerJobEnd") && begun) {
        job.put("completionTimeMs", number(tree.path("Completion Time")));
        boolean succeeded = "JobSucceeded".equals(text(child(tree, "Job Result").path("Result")));
        job.put("status", succeeded ? "SUCCEEDED" : "FAILED");
      }
    }
    job.put("stageIds", List.copyOf(stageIds));
    return job;
  }

  private static Set<Long> stagesOf(JsonNode jobStart) {
    Set<Long> stages = new TreeSet<>(counts(jobStart.path("Stage IDs")));
    stream(jobStart.path("Stage Infos"))
        .map(info -> count(info.path("Stage ID")))
        .filter(Objects::nonNull)
        .forEach(stages::add);
    return stages;
  }

  // Stages

  private record StageKey(Long stageId, long attemptId) implements Comparable<StageKey> {
    @Override
    public int compareTo(StageKey other) {
      return Comparator.comparing(StageKey::stageId)
          .thenComparing(StageKey::attemptId)
          .compare(this, other);
    }
  }

  private static StageKey key(JsonNode info) {
    Long stageId = count(info.path("Stage ID"));
    Long attempt = count(info.path("Stage Attempt ID"));
    return stageId == null ? null : new StageKey(stageId, attempt == null ? 0 : attempt);
  }

  private static StageKey key(Task task) {
    return new StageKey(task.stageId(), task.attemptId());
  }

  private List<Map<String, Object>> stages() {
    Map<StageKey, List<Task>> starts = new TreeMap<>();
    Map<StageKey, List<Task>> ends = new TreeMap<>();
    this.starts.forEach(
        task -> starts.computeIfAbsent(key(task), key -> new ArrayList<>()).add(task));
    this.ends.forEach(
        task -> ends.computeIfAbsent(key(task), key -> new ArrayList<>()).add(task));
    List<Map<String, Object>> stages = new ArrayList<>();
    lives()
        .forEach((key, life) -> stages.add(stage(
            key, life, starts.getOrDefault(key, List.of()), ends.getOrDefault(key, List.of()))));
    return stages;
  }

  private Map<String, Object> stage(StageKey key, Life life, List<Task> starts, List<Task> ends) {
    Map<String, Object> stage = new TreeMap<>(life.said);
    stage.put("stageId", key.stageId());
    stage.put("attemptId", key.attemptId());
    stage.put("status", life.status);
    stage.put(
        "firstTaskLaunchedTimeMs",
        least(Stream.concat(starts.stream(), ends.stream())
            .map(Task::launch)
            .filter(launch -> launch != null && launch > 0)));
    stage.put("numCompleteTasks", ends.stream().filter(Task::succeeded).count());
    stage.put("numFailedTasks", ends.stream().filter(Task::failed).count());
    stage.put("numKilledTasks", ends.stream().filter(Task::killed).count());
    stage.put("numSpeculativeTasks", ends.stream().filter(Task::speculative).count());
    List<Task> working = ends.stream().filter(Task::works).toList();
    stage.put("slotTimeMs", working.stream().mapToLong(Task::duration).sum());
    Map<String, Long> metrics = new TreeMap<>();
    List<Task> measured = working.stream().filter(Task::hasMetrics).toList();
    if (!measured.isEmpty() && !"SKIPPED".equals(life.status)) {
      for (TaskMetric metric : metricsLogged) {
        metrics.put(
            metric.name(),
            metric == TaskMetric.CACHED_INPUT_BYTES
                ? (Long) life.cachedInputBytes
                : measured.stream()
                    .map(task -> task.metrics().get(metric))
                    .filter(Objects::nonNull)
                    .reduce(metric::combine)
                    .orElse(0L));
      }
    }
    stage.put("metrics", metrics);
    stage.put("peaks", measured(life.peaks));
    stage.put("distributions", distributions(ends));
    stage.put("timeByBytes", timeByBytes(ends.stream().filter(Task::succeeded).toList()));
    return stage;
  }

  private static Map<String, Object> timeByBytes(List<Task> succeeded) {
    double[] bytes = succeeded.stream()
        .mapToDouble(task ->
            task.metric(TaskMetric.INPUT_BYTES) + task.metric(TaskMetric.SHUFFLE_READ_BYTES))
        .toArray();
    double[] ms = succeeded.stream().mapToDouble(Task::duration).toArray();
    Map<String, Object> moments = new TreeMap<>();
    moments.put("tasks", (long) bytes.length);
    double meanBytes = Arrays.stream(bytes).average().orElse(0);
    double meanMs = Arrays.stream(ms).average().orElse(0);
    moments.put("meanBytes", meanBytes);
    moments.put("meanTaskMs", meanMs);
    double ofBytes = 0;
    double ofMs = 0;
    double ofBoth = 0;
    for (int i = 0; i < bytes.length; i++) {
      ofBytes += (bytes[i] - meanBytes) * (bytes[i] - meanBytes);
      ofMs += (ms[i] - meanMs) * (ms[i] - meanMs);
      ofBoth += (bytes[i] - meanBytes) * (ms[i] - meanMs);
    }
    moments.put("bytesDeviation", ofBytes);
    moments.put("taskMsDeviation", ofMs);
    moments.put("codeviation", ofBoth);
    return moments;
  }

  private static Map<String, Object> distributions(List<Task> ends) {
    List<Task> succeeded = ends.stream().filter(Task::succeeded).toList();
    Map<String, Object> distributions = new TreeMap<>();
    putDurations(distributions, "DURATION_MS", succeeded);
    putDurations(
        distributions, "KILLED_DURATION_MS", ends.stream().filter(Task::killed).toList());
    putDurations(
        distributions,
        "FAILED_DURATION_MS",
        ends.stream().filter(task -> task.failed() && task.works()).toList());
    List<Long> runTimes = succeeded.stream()
        .map(task -> task.metric(TaskMetric.EXECUTOR_RUN_TIME_MS))
        .toList();
    if (runTimes.stream().anyMatch(ms -> ms != 0)) {
      distributions.put("RUN_TIME_MS", Figures.Sample.of(runTimes));
    }
    for (TaskMetric metric : List.of(
        TaskMetric.INPUT_BYTES,
        TaskMetric.SHUFFLE_READ_BYTES,
        TaskMetric.SHUFFLE_WRITE_BYTES,
        TaskMetric.DISK_BYTES_SPILLED,
        TaskMetric.PEAK_EXECUTION_MEMORY_BYTES)) {
      List<Long> figures = succeeded.stream().map(task -> task.metric(metric)).toList();
      if (figures.stream().anyMatch(figure -> figure != 0)) {
        distributions.put(metric.name(), Figures.Sample.of(figures));
      }
    }
    return distributions;
  }

  private static void putDurations(
      Map<String, Object> distributions, String figure, List<Task> tasks) {
    if (!tasks.isEmpty()) {
      distributions.put(
          figure, Figures.Sample.of(tasks.stream().map(Task::duration).toList()));
    }
  }

  /** What the events tell of a stage attempt, one after the other. */
  private static final class Life {
    final Map<String, Object> said = new TreeMap<>();
    String status;
    long taskEnds;
    boolean readsCache;
    long cachedInputBytes;
    final Map<String, Long> peaks = new TreeMap<>();

    Life() {
      said.put("name", "");
      said.put("numTasks", 0L);
      said.put("parentIds", List.of());
      for (String unknown :
          List.of("submissionTimeMs", "completionTimeMs", "resourceProfileId", "failureReason")) {
        said.put(unknown, null);
      }
    }

    void begins() {
      status = status == null || Set.of("PENDING", "SKIPPED").contains(status) ? "ACTIVE" : status;
    }

    void ends(Task task) {
      if (task.works()) {
        taskEnds++;
        peaks(List.of(task.samples()))
            .forEach((peak, bytes) -> peaks.merge(peak, bytes, Math::max));
        String method = Task.word(
            child(child(task.event(), "Task Metrics"), "Input Metrics").path("Data Read Method"));
        if (method == null ? readsCache : Set.of("Memory", "Disk").contains(method)) {
          cachedInputBytes += task.metric(TaskMetric.INPUT_BYTES);
        }
      }
    }
  }

  private static boolean isPartial(JsonNode info) {
    Long tasks = count(info.path("Number of Tasks"));
    Long attempt = count(info.path("Stage Attempt ID"));
    Long partitions = stream(info.path("RDD Info"))
        .filter(rdd -> count(rdd.path("RDD ID")) != null)
        .reduce((a, b) -> count(b.path("RDD ID")) > count(a.path("RDD ID")) ? b : a)
        .map(rdd -> count(rdd.path("Number of Partitions")))
        .orElse(null);
    return (attempt == null || attempt == 0)
        && tasks != null
        && partitions != null
        && tasks < partitions;
  }

  private Map<StageKey, Life> lives() {
    Map<StageKey, Life> lives = new TreeMap<>();
    Map<Long, Set<Long>> stagesOfJobs = new TreeMap<>();
    Set<Long> computedRdds = new TreeSet<>();
    for (Event event : events) {
      JsonNode tree = event.tree();
      JsonNode info = child(tree, "Stage Info");
      switch (event.name()) {
        case "SparkListenerJobStart" -> {
          Long job = count(tree.path("Job ID"));
          if (job != null) {
            stagesOfJobs.computeIfAbsent(job, id -> new TreeSet<>()).addAll(stagesOf(tree));
            for (JsonNode known : stream(tree.path("Stage Infos")).toList()) {
              if (key(known) != null && !lives.containsKey(key(known))) {
                Life life = new Life();
                life.status = "PENDING";
                describe(life.said, known);
                lives.put(key(known), life);
              }
            }
          }
        }
        case "SparkListenerJobEnd" -> {
          Long job = count(tree.path("Job ID"));
          Set<Long> stages = job == null ? Set.of() : stagesOfJobs.getOrDefault(job, Set.of());
          lives.forEach((key, life) -> {
            if ("PENDING".equals(life.status) && stages.contains(key.stageId())) {
              life.status = "SKIPPED";
            }
          });
        }
        case "SparkListenerStageSubmitted" -> {
          if (key(info) != null) {
            Life life = lives.computeIfAbsent(key(info), key -> new Life());
            life.status = "ACTIVE";
            describe(life.said, info);
            life.readsCache = persisted(info).stream().anyMatch(computedRdds::contains);
          }
        }
        case "SparkListenerStageCompleted" -> {
          if (key(info) != null) {
            Life life = lives.computeIfAbsent(key(info), key -> new Life());
            describe(life.said, info);
            boolean ran = life.said.get("submissionTimeMs") != null || life.taskEnds > 0;
            life.status =
                life.said.get("failureReason") != null ? "FAILED" : ran ? "COMPLETE" : "SKIPPED";
            if (life.status.equals("COMPLETE") && !isPartial(info)) {
              computedRdds.addAll(persisted(info));
            }
          }
        }
        case "SparkListenerUnpersistRDD" ->
          computedRdds.removeIf(rdd -> rdd.equals(count(tree.path("RDD ID"))));
        case "SparkListenerStageExecutorMetrics" -> {
          Life life = key(tree) == null ? null : lives.get(key(tree));
          if (life != null && text(tree.path("Executor ID")) != null) {
            peaks(List.of(child(tree, "Executor Metrics")))
                .forEach((peak, bytes) -> life.peaks.merge(peak, bytes, Math::max));
          }
        }
        case "SparkListenerTaskStart", "SparkListenerTaskEnd" -> {
          Task task = Task.of(tree);
          if (task.stageId() != null) {
            Life life = lives.computeIfAbsent(key(task), key -> new Life());
            life.begins();
            if (event.name().equals("SparkListenerTaskEnd")) {
              life.ends(task);
            }
          }
        }
        default -> {}
      }
    }
    return lives;
  }

  /** The RDDs of a stage that have a storage level. */
  private static Set<Long> persisted(JsonNode stageInfo) {
    Set<Long> persisted = new TreeSet<>();
    for (JsonNode rdd : stream(stageInfo.path("RDD Info")).toList()) {
      boolean stored = Stream.of(
              "Use Disk", "Use Memory", "Use Off Heap", "Use ExternalBlockStore", "Use Tachyon")
          .anyMatch(where -> child(rdd, "Storage Level").path(where).asText().equals("true")
              && child(rdd, "Storage Level").path(where).isBoolean());
      if (stored && count(rdd.path("RDD ID")) != null) {
        persisted.add(count(rdd.path("RDD ID")));
      }
    }
    return persisted;
  }

  /** What a stage's description says; what it does not mention stays as it was. */
  private static void describe(Map<String, Object> stage, JsonNode info) {
    stage.put("name", redacted(Objects.requireNonNullElse(text(info.path("Stage Name")), (String)
        stage.get("name"))));
    if (count(info.path("Number of Tasks")) != null) {
      stage.put("numTasks", count(info.path("Number of Tasks")));
    }
    if (info.hasNonNull("Parent IDs")) {
      stage.put("parentIds", List.copyOf(new TreeSet<>(counts(info.path("Parent IDs")))));
    }
    if (said(info.path("Submission Time"))) {
      stage.put("submissionTimeMs", number(info.path("Submission Time")));
    }
    if (said(info.path("Completion Time"))) {
      stage.put("completionTimeMs", number(info.path("Completion Time")));
    }
    if (said(info.path("Resource Profile Id"))) {
      stage.put("resourceProfileId", id(info.path("Resource Profile Id")));
    }
    String failure = text(info.path("Failure Reason"));
    if (failure != null) {
      String line = failure.split("\n", 2)[0];
      stage.put("failureReason", redacted(line.substring(0, Math.min(line.length(), 500))));
    }
  }

  /** Whether there is a value: a number beyond 64 bits is none. */
  private static boolean said(JsonNode node) {
    return !node.isMissingNode() && !node.isNull() && !(node.isIntegralNumber() && !fits(node));
  }

  // SQL

  private static Long executionId(JsonNode event) {
    Long id = number(event.path("executionId"));
    return id == null || id < 0 ? null : id;
  }

  /**
   * Bytes of shuffled rows that an execution's stages, or those of none, counted: by accumulator.
   *
   * @param execution null for stages of none
   */
  private Map<Long, Long> dataSizes(Long execution) {
    Map<Long, Long> sizes = new TreeMap<>();
    Map<Long, Long> executionOfStage = new TreeMap<>();
    Map<Long, Set<Long>> stagesOfJobs = new TreeMap<>();
    for (Event event : events) {
      JsonNode tree = event.tree();
      JsonNode info = child(tree, "Stage Info");
      if (event.name().equals("SparkListenerJobStart") && count(tree.path("Job ID")) != null) {
        Set<Long> stages =
            stagesOfJobs.computeIfAbsent(count(tree.path("Job ID")), job -> new TreeSet<>());
        stages.addAll(stagesOf(tree));
        Long begun = number(child(tree, "Properties").path("spark.sql.execution.id"));
        if (begun != null && begun >= 0) {
          stages.forEach(stage -> executionOfStage.putIfAbsent(stage, begun));
        }
      }
      if (!event.name().equals("SparkListenerStageCompleted")
          || key(info) == null
          || !Objects.equals(execution, executionOfStage.get(key(info).stageId()))) {
        continue;
      }
      for (JsonNode figure : stream(info.path("Accumulables")).toList()) {
        String name = text(figure.path("Name"));
        Long id = number(figure.path("ID"));
        Long value = number(figure.path("Value"));
        if (name != null && name.startsWith("data size") && id != null && value != null) {
          sizes.merge(id, value, Math::max);
        }
      }
    }
    return sizes;
  }

  private List<Map<String, Object>> sql() {
    Map<Long, Map<String, Object>> executions = new TreeMap<>();
    Map<Long, SqlState> shapes = new TreeMap<>();
    Map<Long, Long> ends = new TreeMap<>();
    for (Event event : events) {
      JsonNode tree = event.tree();
      Long id = executionId(tree);
      if (id == null) {
        continue;
      }
      SqlState shape = shapes.get(id);
      switch (event.name()) {
        case "SparkListenerSQLExecutionStart" -> {
          Map<String, Object> execution = executions.computeIfAbsent(id, key -> new TreeMap<>());
          execution.put("executionId", id);
          execution.put("startTimeMs", number(tree.path("time")));
          shapes.computeIfAbsent(id, SqlState::new).started(JsonTrees.of(tree));
        }
        case "SparkListenerSQLAdaptiveExecutionUpdate" -> {
          if (shape != null) {
            shape.replanned(JsonTrees.of(tree));
          }
        }
        case "SparkListenerDriverAccumUpdates" -> {
          if (shape != null) {
            stream(tree.path("accumUpdates"))
                .filter(pair -> pair.isArray() && pair.size() == 2)
                .filter(pair -> number(pair.get(0)) != null && number(pair.get(1)) != null)
                .forEach(pair -> shape.driverFigure(number(pair.get(0)), number(pair.get(1))));
          }
        }
        case "SparkListenerSQLExecutionEnd" -> {
          if (shape != null) {
            ends.put(id, number(tree.path("time")));
          }
        }
        default -> {}
      }
    }
    List<Map<String, Object>> all = new ArrayList<>();
    executions.forEach((id, execution) -> {
      Map<Long, Long> figures = new TreeMap<>(dataSizes(null));
      figures.putAll(dataSizes(id));
      @SuppressWarnings("unchecked")
      Map<String, Object> shape =
          (Map<String, Object>) Figures.of(shapes.get(id).build(figures::get));
      Long start = (Long) execution.get("startTimeMs");
      Long end = ends.get(id);
      shape.putAll(execution);
      shape.put(
          "durationMs", start != null && end != null && end >= start ? (Long) (end - start) : null);
      shape.put(
          "jobIds",
          jobs().stream()
              .filter(job -> id.equals(job.get("sqlExecutionId")))
              .map(job -> job.get("jobId"))
              .toList());
      all.add(shape);
    });
    return all;
  }

  // Exclusions

  private static boolean takesBack(Event event) {
    return event.name().contains("Unexcluded") || event.name().contains("Unblacklisted");
  }

  private static boolean excludes(Event event) {
    return event.name().contains("Excluded") || event.name().contains("Blacklisted");
  }

  private List<Map<String, Object>> exclusions() {
    List<Map<String, Object>> exclusions = new ArrayList<>();
    for (Event event : events) {
      JsonNode tree = event.tree();
      if (excludes(event)) {
        Map<String, Object> exclusion = new TreeMap<>();
        exclusion.put("executorId", text(tree.path("executorId")));
        exclusion.put("host", text(tree.path("hostId")));
        exclusion.put("stageId", count(tree.path("stageId")));
        Long failures = number(tree.path("taskFailures"));
        exclusion.put(
            "failures", failures == null ? number(tree.path("executorFailures")) : failures);
        exclusion.put("timeMs", number(tree.path("time")));
        exclusion.put("endTimeMs", null);
        // Logged in both spellings, it is one.
        if (!exclusions.contains(exclusion)) {
          exclusions.add(exclusion);
        }
      } else if (takesBack(event)) {
        exclusions.stream()
            .filter(exclusion -> exclusion.get("stageId") == null
                && exclusion.get("endTimeMs") == null
                && Objects.equals(exclusion.get("executorId"), text(tree.path("executorId")))
                && Objects.equals(exclusion.get("host"), text(tree.path("hostId"))))
            .forEach(exclusion -> exclusion.put("endTimeMs", number(tree.path("time"))));
      }
    }
    return exclusions;
  }

  // Streaming

  private Map<String, Object> streaming() {
    List<JsonNode> started =
        all("StreamingQueryListener$QueryStartedEvent", "StreamingQueryListener$QueryStarted");
    List<JsonNode> batches = all(
            "StreamingQueryListener$QueryProgressEvent", "StreamingQueryListener$QueryProgress")
        .stream()
        .map(event -> child(event, said(event.path("progress")) ? "progress" : "queryStatus"))
        .toList();
    if (started.isEmpty() && batches.isEmpty()) {
      return null;
    }
    List<Long> durations = new ArrayList<>();
    List<Long> intervals = new ArrayList<>();
    double busyMs = 0;
    Long backlogRowsPeak = null;
    Map<String, JsonNode> lastReports = new LinkedHashMap<>();
    for (JsonNode batch : batches) {
      if (batchDuration(batch) != null) {
        durations.add(batchDuration(batch));
      }
      String query = Stream.of("id", "runId")
          .map(name -> text(batch.path(name)))
          .filter(Objects::nonNull)
          .findFirst()
          .orElse("");
      JsonNode reported = lastReports.put(query, batch);
      JsonNode before = reported != null
              && Objects.equals(text(reported.path("runId")), text(batch.path("runId")))
          ? reported
          : null;
      Long from = before == null || batchDuration(before) == null ? null : startOf(before);
      if (from != null && startOf(batch) != null && startOf(batch) > from) {
        long interval = startOf(batch) - from;
        intervals.add(interval);
        busyMs += Math.max(0, Math.min(interval, batchDuration(before)));
      }
      backlogRowsPeak = lastSaid(Stream.of(backlogRowsPeak, backlogRows(batch))
          .filter(Objects::nonNull)
          .sorted());
    }
    Map<String, Object> streaming = new TreeMap<>();
    streaming.put("queries", (long) started.size());
    streaming.put("batches", (long) batches.size());
    streaming.put("batchDurationP50Ms", quantile(durations, 0.5));
    streaming.put("batchDurationP95Ms", quantile(durations, 0.95));
    streaming.put("inputRowsPerSecond", meanRate(batches, "inputRowsPerSecond", "inputRate"));
    streaming.put(
        "processedRowsPerSecond", meanRate(batches, "processedRowsPerSecond", "processingRate"));
    streaming.put("batchIntervalP50Ms", quantile(intervals, 0.5));
    long allMs = intervals.stream().mapToLong(Long::longValue).sum();
    streaming.put("busyShare", allMs > 0 ? (Double) (busyMs / allMs) : null);
    Collection<JsonNode> last = lastReports.values();
    streaming.put("backlogRows", total(last.stream().map(OracleReader::backlogRows)));
    streaming.put("backlogRowsPeak", backlogRowsPeak);
    streaming.put(
        "backlogBytes",
        total(last.stream()
            .flatMap(batch -> stream(batch.path("sources")))
            .map(source -> child(source, "metrics"))
            .map(metrics -> number(metrics.path("numBytesOutstanding")) != null
                ? number(metrics.path("numBytesOutstanding"))
                : number(metrics.path("estimatedTotalBytesBehindLatest")))));
    streaming.put("stateRows", stateTotal(last, "numRowsTotal"));
    streaming.put("stateBytes", stateTotal(last, "memoryUsedBytes"));
    return streaming;
  }

  private static Long batchDuration(JsonNode batch) {
    return Stream.of(
            batch.path("batchDuration"),
            child(batch, "durationMs").path("triggerExecution"),
            batch.path("latency"))
        .map(OracleReader::number)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private static Long startOf(JsonNode batch) {
    String time = text(batch.path("timestamp"));
    try {
      return time == null || asNumber(time) != null
          ? asNumber(time + "")
          : (Long) Instant.parse(time).toEpochMilli();
    } catch (DateTimeParseException | ArithmeticException unreadable) {
      return null;
    }
  }

  private static Long stateTotal(Collection<JsonNode> batches, String figure) {
    return total(batches.stream()
        .flatMap(batch -> stream(batch.path("stateOperators")))
        .map(operator -> number(operator.path(figure))));
  }

  private static Long total(Stream<Long> figures) {
    return figures.filter(Objects::nonNull).reduce(Long::sum).orElse(null);
  }

  /** Of each partition of a topic: what is there less what was read. */
  private static Long backlogRows(JsonNode batch) {
    List<Long> behind = new ArrayList<>();
    for (JsonNode source : stream(batch.path("sources")).toList()) {
      fields(source.path("latestOffset"))
          .forEach((topic, partitions) -> fields(partitions).forEach((partition, latest) -> {
            Long there = number(latest);
            Long read = number(child(child(source, "endOffset"), topic).path(partition));
            if (there != null && read != null) {
              behind.add(Math.max(0, there - read));
            }
          }));
    }
    return total(behind.stream());
  }

  private static Long quantile(List<Long> figures, double q) {
    int n = figures.size();
    return n == 0 ? null : figures.stream().sorted().toList().get(Math.min((int) (q * n), n - 1));
  }

  private static Double meanRate(List<JsonNode> batches, String name, String oldName) {
    List<Double> rates = new ArrayList<>();
    for (JsonNode batch : batches) {
      if (isRate(batch.path(name))) {
        rates.add(batch.path(name).doubleValue());
      } else if (isRate(batch.path(oldName))) {
        rates.add(batch.path(oldName).doubleValue());
      } else {
        List<Double> ofSources = stream(batch.path("sources"))
            .map(source -> source.path(name))
            .filter(OracleReader::isRate)
            .map(JsonNode::doubleValue)
            .toList();
        if (!ofSources.isEmpty()) {
          rates.add(ofSources.stream().mapToDouble(Double::doubleValue).sum());
        }
      }
    }
    return rates.isEmpty()
        ? null
        : (Double) (rates.stream().mapToDouble(Double::doubleValue).sum() / rates.size());
  }

  private static boolean isRate(JsonNode node) {
    return node.isNumber()
        && Double.isFinite(node.doubleValue())
        && !(node.isIntegralNumber() && !fits(node));
  }

  // Deaths

  private List<MemoryFailure> memoryFailures() {
    MemoryFailures all = new MemoryFailures();
    for (Event event : events) {
      if (event.name().equals("SparkListenerExecutorRemoved")) {
        String id = text(event.tree().path("Executor ID"));
        String reason = text(event.tree().path("Removed Reason"));
        if (id != null && reason != null) {
          all.executorLost(
              id,
              Redaction.text(reason),
              OptionalInt.empty(),
              optional(number(event.tree().path("Timestamp"))));
        }
      } else if (event.name().equals("SparkListenerTaskEnd")) {
        Task task = Task.of(event.tree());
        if (task.stageId() != null && !task.succeeded()) {
          taskDied(task, all);
        }
      }
    }
    return all.build(configuration());
  }

  private static void taskDied(Task task, MemoryFailures all) {
    JsonNode reason = child(task.event(), "Task End Reason");
    List<String> said = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : fields(reason).entrySet()) {
      String word = Task.word(field.getValue());
      if (word != null
          && List.of("Class Name", "Description", "Loss Reason", "Kill Reason", "Message")
              .contains(field.getKey())) {
        said.add(word);
      }
    }
    String words = Redaction.text(String.join(": ", said));
    String trace = Task.word(reason.path("Full Stack Trace"));
    String traceWords = Redaction.text(trace == null ? "" : DeathCertificate.memoryWords(trace));
    int stage = task.stageId().intValue();
    OptionalLong time = task.finish() != null && task.finish() > 0
        ? OptionalLong.of(task.finish())
        : OptionalLong.empty();
    if (task.reason().equals("ExecutorLostFailure") && task.executorId() != null) {
      all.executorLost(task.executorId(), words, OptionalInt.of(stage), time);
    } else if (task.reason().equals("ExceptionFailure")) {
      all.taskFailed(task.reason(), words, traceWords, task.executorId(), stage, time);
    }
  }

  private static OptionalLong optional(Long number) {
    return number == null ? OptionalLong.empty() : OptionalLong.of(number);
  }

  // Quality

  private Map<String, Object> quality(Set<String> issues) {
    Map<String, Object> quality = new TreeMap<>();
    quality.put(
        "complete",
        Stream.of(
                "TRUNCATED",
                "IN_PROGRESS",
                "COMPACTED",
                "DROPPED_EVENTS",
                "UNPARSABLE_LINES",
                "NO_APP_START",
                "NO_APP_END")
            .noneMatch(issues::contains));
    quality.put("issues", issues);
    quality.put("lines", lines);
    quality.put("unparsableLines", unparsable);
    quality.put("eventsRead", used);
    quality.put("eventsSkipped", skipped);
    return quality;
  }

  private Set<String> issues(
      JsonNode start,
      JsonNode end,
      Long exitCode,
      List<Map<String, Object>> executors,
      List<Map<String, Object>> jobs,
      List<Map<String, Object>> stages,
      boolean broken,
      EventLog log) {
    Map<String, Boolean> found = new TreeMap<>();
    boolean ended = !end.isMissingNode();
    found.put("TRUNCATED", lastLineCut || broken);
    found.put("IN_PROGRESS", log.inProgress());
    found.put("COMPACTED", log.compacted());
    found.put("UNPARSABLE_LINES", unparsable > (lastLineCut ? 1 : 0));
    found.put("NO_APP_START", start.isMissingNode());
    found.put("NO_APP_END", !ended);
    found.put("OUTCOME_INFERRED", ended && exitCode == null);
    found.put("NO_MEMORY_SAMPLES", peaks(samples(null)).getOrDefault("JVM_HEAP", 0L) == 0);
    found.put(
        "DROPPED_EVENTS",
        log.gap()
            || (!log.compacted()
                && stages.stream().anyMatch(stage -> lacksTaskEnds(stage, stages))));
    found.put("MISSING_TASK_START", stages.stream().anyMatch(stage -> {
      StageKey key = new StageKey((Long) stage.get("stageId"), (Long) stage.get("attemptId"));
      return ends.stream().filter(task -> task.works() && key(task).equals(key)).count()
          > starts.stream().filter(task -> key(task).equals(key)).count();
    }));
    found.put("ORPHAN_JOB_END", hasOrphan());
    found.put(
        "CLOCK_SKEW",
        ends.stream().anyMatch(task -> task.timed() && task.finish() < task.launch())
            || isBefore(number(end.path("Timestamp")), number(start.path("Timestamp")))
            || backwards(jobs, "submissionTimeMs", "completionTimeMs")
            || backwards(stages, "submissionTimeMs", "completionTimeMs")
            || backwards(executors, "addTimeMs", "removeTimeMs"));
    Set<String> issues = new TreeSet<>();
    found.forEach((issue, is) -> {
      if (is) {
        issues.add(issue);
      }
    });
    return issues;
  }

  private static boolean lacksTaskEnds(
      Map<String, Object> stage, List<Map<String, Object>> stages) {
    boolean retried = stages.stream()
            .filter(other -> other.get("stageId").equals(stage.get("stageId")))
            .count()
        > 1;
    return "COMPLETE".equals(stage.get("status"))
        && (Long) stage.get("numCompleteTasks") < (Long) stage.get("numTasks")
        && !retried;
  }

  private static boolean backwards(List<Map<String, Object>> all, String begin, String end) {
    return all.stream().anyMatch(one -> isBefore((Long) one.get(end), (Long) one.get(begin)));
  }

  private static boolean isBefore(Long time, Long other) {
    return time != null && other != null && time < other;
  }

  private boolean hasOrphan() {
    Set<Long> begun = new LinkedHashSet<>();
    for (Event event : events) {
      Long job = count(event.tree().path("Job ID"));
      if (event.name().equals("SparkListenerJobStart") && job != null) {
        begun.add(job);
      } else if (event.name().equals("SparkListenerJobEnd") && !begun.contains(job)) {
        return true;
      }
    }
    return false;
  }

  /** The reader's own tree of an object: only to ask the reader's judge of plans. */
  private static final class JsonTrees {
    private static final JsonFactory PARSERS =
        JsonFactory.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    /** Half a character cannot be written in UTF-8. */
    private static final ObjectMapper ESCAPING =
        JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    static JsonTree of(JsonNode object) {
      try {
        JsonParser parser = PARSERS.createParser(ESCAPING.writeValueAsBytes(object));
        parser.nextToken();
        return JsonTree.read(parser);
      } catch (IOException never) {
        throw new AssertionError(never);
      }
    }
  }
}
