package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.DataQuality;
import io.sparkoptimizer.spark.Exclusion;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.JobStatus;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.ResourceProfile;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongFunction;
import java.util.function.ObjLongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the events of one log into a run. Follows Spark's own AppStatusListener where design and REST
 * agree; where they differ, the comment says so. Not thread-safe.
 */
final class RunAssembler {
  /** More than these say no more of an application whose nodes come and go. */
  private static final int MAX_EXCLUSIONS = 10_000;

  private static final long NO_EXECUTION = -1;

  /** Of {@code 17.0.15 (Eclipse Adoptium)}, what Java says of itself. */
  private static final Pattern JAVA_VERSION = Pattern.compile("\\d[\\w.+-]{0,39}");

  private final TreeMap<Long, StageState> stages = new TreeMap<>();
  private final Map<String, ExecutorState> executors = new LinkedHashMap<>();
  private final Map<Integer, JobState> jobs = new TreeMap<>();
  private final Map<Long, SqlState> sql = new TreeMap<>();
  private final Map<Integer, ResourceProfile> resourceProfiles = new TreeMap<>();
  private final Map<String, String> configuration = new TreeMap<>();
  private final Map<String, Long> taskOutcomes = new TreeMap<>();
  private final MemoryFailures memoryFailures = new MemoryFailures();
  private final EnumSet<QualityIssue> issues = EnumSet.noneOf(QualityIssue.class);
  private final EnumSet<TaskMetric> metricsLogged = EnumSet.noneOf(TaskMetric.class);
  private final EnumSet<MemoryPeak> peaksLogged = EnumSet.noneOf(MemoryPeak.class);
  private final StreamingState streaming = new StreamingState();
  private final BlockState blocks = new BlockState();
  private final List<Exclusion> exclusions = new ArrayList<>();
  /** Those that nothing has ended, and those of stages. */
  private final Set<Exclusion> exclusionsTold = new HashSet<>();
  /** Where those are that nothing has ended, by executor and host. */
  private final Map<List<@Nullable String>, List<Integer>> openExclusions = new HashMap<>();

  private final Map<Integer, Long> executionOfStage = new HashMap<>();
  /** Bytes of SQL exchanges, by the execution that ran them and the accumulators that count them. */
  private final Map<Long, Map<Long, Long>> dataSizes = new HashMap<>();

  private @Nullable String sparkVersion;
  private @Nullable String javaVersion;
  private @Nullable String appId;
  private @Nullable String attemptId;
  private @Nullable String name;
  private @Nullable String user;
  private @Nullable String javaCommand;
  private boolean started;
  private boolean ended;
  private OptionalLong startTimeMs = OptionalLong.empty();
  private OptionalLong endTimeMs = OptionalLong.empty();
  private OptionalInt exitCode = OptionalInt.empty();
  private long lastEventTimeMs = Long.MIN_VALUE;
  private long aqeUpdates;

  private static final class JobState {
    final int id;
    OptionalLong submissionTimeMs = OptionalLong.empty();
    OptionalLong completionTimeMs = OptionalLong.empty();
    JobStatus status = JobStatus.RUNNING;
    TreeSet<Integer> stageIds = new TreeSet<>();
    OptionalLong sqlExecutionId = OptionalLong.empty();

    JobState(int id) {
      this.id = id;
    }
  }

  void issue(QualityIssue issue) {
    issues.add(issue);
  }

  private void seen(OptionalLong timeMs) {
    if (timeMs.isPresent()) {
      lastEventTimeMs = Math.max(lastEventTimeMs, timeMs.getAsLong());
    }
  }

  private StageState stage(int stageId, int attemptId) {
    return stages.computeIfAbsent(
        key(stageId, attemptId), key -> new StageState(stageId, attemptId));
  }

  /** Orders by stage, then attempt. */
  private static long key(int stageId, int attemptId) {
    return ((long) stageId << 32) | (attemptId & 0xFFFFFFFFL);
  }

  private ExecutorState executor(String id) {
    return executors.computeIfAbsent(id, ExecutorState::new);
  }

  void sparkVersion(@Nullable String version) {
    if (version != null) {
      sparkVersion = version;
    }
  }

  void applicationStarted(JsonTree event) {
    started = true;
    appId = event.text("App ID");
    attemptId = event.text("App Attempt ID");
    String text = event.text("App Name");
    name = text == null ? null : Redaction.text(text);
    user = event.text("User");
    startTimeMs = event.number("Timestamp");
    seen(startTimeMs);
  }

  void applicationEnded(JsonTree event) {
    ended = true;
    endTimeMs = event.number("Timestamp");
    exitCode = event.id("ExitCode");
    seen(endTimeMs);
  }

  void environment(JsonTree event) {
    event
        .object("Spark Properties")
        .texts(
            (property, value) -> configuration.put(property, Redaction.property(property, value)));
    Matcher java = JAVA_VERSION.matcher(event.object("JVM Information").text("Java Version", ""));
    if (java.lookingAt()) {
      javaVersion = java.group();
    }
    String command = event.object("System Properties").text("sun.java.command");
    if (command != null) {
      javaCommand = command;
    }
  }

  void resourceProfile(JsonTree event) {
    OptionalInt id = event.id("Resource Profile Id");
    if (id.isPresent()) {
      resourceProfiles.put(
          id.getAsInt(),
          new ResourceProfile(
              id.getAsInt(),
              amounts(event.object("Executor Resource Requests")),
              amounts(event.object("Task Resource Requests"))));
    }
  }

  private static Map<String, Double> amounts(JsonTree requests) {
    Map<String, Double> amounts = new TreeMap<>();
    requests.trees((resource, request) ->
        request.decimal("Amount").ifPresent(amount -> amounts.put(resource, amount)));
    return amounts;
  }

  void executorAdded(JsonTree event) {
    String id = event.text("Executor ID");
    if (id != null) {
      ExecutorState executor = executor(id);
      JsonTree info = event.object("Executor Info");
      executor.added(event.number("Timestamp"));
      // Told twice, it is not forgotten what only the first event said.
      executor.host = info.text("Host") == null ? executor.host : info.text("Host");
      if (info.count("Total Cores").isPresent()) {
        executor.totalCores = info.count("Total Cores");
      }
      if (info.id("Resource Profile Id").isPresent()) {
        executor.resourceProfileId = info.id("Resource Profile Id");
      }
      seen(event.number("Timestamp"));
    }
  }

  void blockManagerAdded(JsonTree event) {
    JsonTree manager = event.object("Block Manager ID");
    String id = manager.text("Executor ID");
    if (id != null) {
      ExecutorState executor = executor(id);
      executor.added(event.number("Timestamp"));
      if (executor.host == null) {
        executor.host = manager.text("Host");
      }
      seen(event.number("Timestamp"));
    }
  }

  void executorRemoved(JsonTree event) {
    String id = event.text("Executor ID");
    if (id != null) {
      String reason = Redaction.text(event.text("Removed Reason", ""));
      executor(id).removed(event.number("Timestamp"), reason);
      seen(event.number("Timestamp"));
      memoryFailures.executorLost(id, reason, OptionalInt.empty(), event.number("Timestamp"));
    }
  }

  void stageExecutorMetrics(JsonTree event) {
    String id = event.text("Executor ID");
    if (id != null) {
      peaks(executor(id), event.object("Executor Metrics"));
      OptionalInt stageId = event.count("Stage ID");
      if (stageId.isPresent()) {
        StageState stage =
            stages.get(key(stageId.getAsInt(), event.count("Stage Attempt ID").orElse(0)));
        if (stage != null) {
          peaks(event.object("Executor Metrics"), stage::peak);
        }
      }
    }
  }

  /** Not logged by default; some forks and the streaming of live applications do. */
  void executorMetricsUpdate(JsonTree event) {
    String id = event.text("Executor ID");
    if (id != null) {
      for (JsonTree update : event.objects("Executor Metrics Updated")) {
        peaks(executor(id), update.object("Executor Metrics"));
      }
    }
  }

  private void peaks(ExecutorState executor, JsonTree metrics) {
    executor.jvmTotalGcTime(metrics.number(ExecutorMetricNames.TOTAL_GC_TIME).orElse(-1));
    metrics.texts((name, text) -> {
      CollectorMetric metric = ExecutorMetricNames.collection(name);
      OptionalLong value = metrics.number(name);
      if (metric != null && value.isPresent()) {
        executor.collection(metric, value.getAsLong());
      }
    });
    peaks(metrics, (kind, bytes) -> {
      executor.peak(kind, bytes);
      if (bytes > 0) {
        peaksLogged.add(kind);
      }
    });
  }

  private static void peaks(JsonTree metrics, ObjLongConsumer<MemoryPeak> each) {
    metrics.texts((metric, text) -> {
      MemoryPeak kind = ExecutorMetricNames.peak(metric);
      OptionalLong bytes = metrics.number(metric);
      if (kind != null && bytes.isPresent()) {
        each.accept(kind, bytes.getAsLong());
      }
    });
  }

  void jobStarted(JsonTree event) {
    OptionalInt id = event.count("Job ID");
    if (id.isEmpty()) {
      return;
    }
    JobState job = jobs.computeIfAbsent(id.getAsInt(), JobState::new);
    job.submissionTimeMs = event.number("Submission Time");
    seen(job.submissionTimeMs);
    job.stageIds.addAll(event.counts("Stage IDs"));
    for (JsonTree info : event.objects("Stage Infos")) {
      OptionalInt stageId = info.count("Stage ID");
      if (stageId.isPresent()) {
        job.stageIds.add(stageId.getAsInt());
        int attempt = info.count("Stage Attempt ID").orElse(0);
        // A stage that an earlier job ran keeps what it did.
        if (!stages.containsKey(key(stageId.getAsInt(), attempt))) {
          StageState stage = stage(stageId.getAsInt(), attempt);
          stage.status = StageStatus.PENDING;
          stage.describe(info);
        }
      }
    }
    job.sqlExecutionId = event.object("Properties").number("spark.sql.execution.id");
    if (job.sqlExecutionId.orElse(NO_EXECUTION) >= 0) {
      // The first that lists a stage runs it; to others its output is there already.
      job.stageIds.forEach(
          stageId -> executionOfStage.putIfAbsent(stageId, job.sqlExecutionId.getAsLong()));
    }
  }

  void jobEnded(JsonTree event) {
    OptionalInt id = event.count("Job ID");
    JobState job = id.isPresent() ? jobs.get(id.getAsInt()) : null;
    seen(event.number("Completion Time"));
    if (job == null) {
      issue(QualityIssue.ORPHAN_JOB_END);
      return;
    }
    job.completionTimeMs = event.number("Completion Time");
    String result = event.object("Job Result").text("Result", "");
    job.status = result.equals("JobSucceeded") ? JobStatus.SUCCEEDED : JobStatus.FAILED;
    for (int stageId : job.stageIds) {
      for (StageState stage :
          stages.subMap(key(stageId, 0), true, key(stageId, -1), true).values()) {
        if (stage.status == StageStatus.PENDING) {
          stage.status = StageStatus.SKIPPED;
        }
      }
    }
  }

  private void order(OptionalLong beginMs, OptionalLong endMs) {
    if (beginMs.isPresent() && endMs.orElse(Long.MAX_VALUE) < beginMs.getAsLong()) {
      issue(QualityIssue.CLOCK_SKEW);
    }
  }

  void stageSubmitted(JsonTree event) {
    StageState stage = stageOf(event);
    if (stage != null) {
      stage.status = StageStatus.ACTIVE;
      stage.describe(event.object("Stage Info"));
      stage.readsCache = blocks.readsCache(event.object("Stage Info"));
      seen(event.object("Stage Info").number("Submission Time"));
    }
  }

  void stageCompleted(JsonTree event) {
    StageState stage = stageOf(event);
    if (stage != null) {
      stage.describe(event.object("Stage Info"));
      stage.complete();
      if (stage.status == StageStatus.COMPLETE) {
        blocks.computed(event.object("Stage Info"));
      }
      for (JsonTree figure : event.object("Stage Info").objects("Accumulables")) {
        if (figure.text("Name", "").startsWith("data size")
            && figure.number("ID").isPresent()
            && figure.number("Value").isPresent()) {
          // Of a stage's attempts the last one has counted for all.
          dataSizes
              .computeIfAbsent(
                  executionOfStage.getOrDefault(stage.stageId, NO_EXECUTION), id -> new HashMap<>())
              .merge(
                  figure.number("ID").getAsLong(), figure.number("Value").getAsLong(), Math::max);
        }
      }
      seen(event.object("Stage Info").number("Completion Time"));
    }
  }

  BlockState blocks() {
    return blocks;
  }

  void excluded(JsonTree event) {
    if (exclusions.size() < MAX_EXCLUSIONS) {
      OptionalLong failures = event.number("taskFailures");
      Exclusion exclusion = new Exclusion(
          event.text("executorId"),
          event.text("hostId"),
          event.count("stageId"),
          failures.isPresent() ? failures : event.number("executorFailures"),
          event.number("time"),
          OptionalLong.empty());
      // Since Spark 3.1 each is logged twice, in both spellings.
      if (exclusionsTold.add(exclusion)) {
        if (exclusion.stageId().isEmpty()) {
          openExclusions
              .computeIfAbsent(who(event), key -> new ArrayList<>())
              .add(exclusions.size());
        }
        exclusions.add(exclusion);
      }
      seen(event.number("time"));
    }
  }

  /** Accumulators of the stages that an execution ran, and of those whose job's start is missing. */
  private LongFunction<@Nullable Long> stageFigures(long executionId) {
    Map<Long, Long> own = dataSizes.getOrDefault(executionId, Map.of());
    Map<Long, Long> nobodys = dataSizes.getOrDefault(NO_EXECUTION, Map.of());
    return accumulator ->
        own.containsKey(accumulator) ? own.get(accumulator) : nobodys.get(accumulator);
  }

  /** Ends what excluded this executor or node from the whole application. */
  void unexcluded(JsonTree event) {
    OptionalLong endMs = event.number("time");
    if (endMs.isPresent()) {
      List<Integer> ended = openExclusions.remove(who(event));
      for (int at : ended == null ? List.<Integer>of() : ended) {
        Exclusion exclusion = exclusions.get(at);
        exclusionsTold.remove(exclusion);
        exclusions.set(
            at,
            new Exclusion(
                exclusion.executorId(),
                exclusion.host(),
                exclusion.stageId(),
                exclusion.failures(),
                exclusion.timeMs(),
                endMs));
      }
    }
    seen(endMs);
  }

  private static List<@Nullable String> who(JsonTree event) {
    return Arrays.asList(event.text("executorId"), event.text("hostId"));
  }

  private @Nullable StageState stageOf(JsonTree event) {
    JsonTree info = event.object("Stage Info");
    OptionalInt stageId = info.count("Stage ID");
    return stageId.isPresent()
        ? stage(stageId.getAsInt(), info.count("Stage Attempt ID").orElse(0))
        : null;
  }

  void taskStarted(TaskEnd task) {
    if (task.stageId >= 0) {
      stage(task.stageId, task.stageAttemptId).taskStarted(task.launchTimeMs);
      if (task.executorId != null) {
        executor(task.executorId).launched(task.launchTimeMs);
      }
      seen(OptionalLong.of(task.launchTimeMs));
    }
  }

  void taskEnded(TaskEnd task) {
    if (task.stageId < 0) {
      return;
    }
    long durationMs = 0;
    if (task.launchTimeMs > 0 && task.finishTimeMs > 0) {
      durationMs = Math.max(0, task.finishTimeMs - task.launchTimeMs);
      if (task.finishTimeMs < task.launchTimeMs) {
        issue(QualityIssue.CLOCK_SKEW);
      }
    }
    StageState stage = stage(task.stageId, task.stageAttemptId);
    stage.taskEnded(task, durationMs);
    taskOutcomes.merge(task.reason.isEmpty() ? "Unknown" : task.reason, 1L, Long::sum);
    if (task.executorId != null) {
      ExecutorState executor = executor(task.executorId);
      if (executor.host == null) {
        executor.host = task.host;
      }
      executor.taskEnded(task, durationMs);
    }
    seen(OptionalLong.of(task.finishTimeMs));
    for (TaskMetric metric : TaskMetric.values()) {
      if (task.has(metric)) {
        metricsLogged.add(metric);
      }
    }
    if (task.has(TaskMetric.INPUT_BYTES)) {
      metricsLogged.add(TaskMetric.CACHED_INPUT_BYTES);
    }
    task.peaks((peak, bytes) -> {
      if (bytes > 0) {
        peaksLogged.add(peak);
      }
    });
    task.updatedBlocks.forEach(block -> blocks.stored(block, block.object("Status")));
    if (!task.reason.equals("Success")) {
      taskDied(task);
    }
  }

  private void taskDied(TaskEnd task) {
    String words = Redaction.text(task.reasonDetail());
    String traceWords = Redaction.text(task.traceWords);
    OptionalInt stageId = OptionalInt.of(task.stageId);
    OptionalLong timeMs =
        task.finishTimeMs > 0 ? OptionalLong.of(task.finishTimeMs) : OptionalLong.empty();
    if (task.reason.equals("ExecutorLostFailure") && task.executorId != null) {
      memoryFailures.executorLost(task.executorId, words, stageId, timeMs);
    } else if (task.reason.equals("ExceptionFailure")) {
      // Others only tell of it: a task that is killed with its stage quotes what ended that.
      memoryFailures.taskFailed(
          task.reason, words, traceWords, task.executorId, task.stageId, timeMs);
    }
  }

  void sqlStarted(JsonTree event) {
    OptionalLong id = event.number("executionId");
    if (id.orElse(-1) >= 0) {
      sql.computeIfAbsent(id.getAsLong(), SqlState::new).started(event);
      seen(event.number("time"));
    }
  }

  void sqlReplanned(JsonTree event) {
    aqeUpdates++;
    SqlState execution = sql.get(event.number("executionId").orElse(-1));
    if (execution != null) {
      execution.replanned(event);
    }
  }

  void sqlDriverFigures(JsonTree event) {
    SqlState execution = sql.get(event.number("executionId").orElse(-1));
    if (execution != null) {
      event.pairs("accumUpdates", execution::driverFigure);
    }
  }

  void sqlEnded(JsonTree event) {
    SqlState execution = sql.get(event.number("executionId").orElse(-1));
    if (execution != null) {
      execution.endTimeMs = event.number("time");
      seen(execution.endTimeMs);
    }
  }

  StreamingState streaming() {
    return streaming;
  }

  /**
   * The run.
   *
   * @param inProgress whether the log's name says that it is still written
   * @param fresh whether it grew a short while ago
   */
  ApplicationRun build(
      List<String> source,
      String digest,
      boolean inProgress,
      boolean fresh,
      long lines,
      long unparsableLines,
      long eventsRead,
      long eventsSkipped) {
    List<StageAttempt> builtStages = new ArrayList<>();
    Map<Integer, Integer> attempts = new HashMap<>();
    stages.values().forEach(stage -> attempts.merge(stage.stageId, 1, Integer::sum));
    order(startTimeMs, endTimeMs);
    for (JobState job : jobs.values()) {
      order(job.submissionTimeMs, job.completionTimeMs);
      SqlState execution = sql.get(job.sqlExecutionId.orElse(-1));
      if (execution != null) {
        execution.jobIds.add(job.id);
      }
    }
    for (StageState stage : stages.values()) {
      builtStages.add(stage.build(metricsLogged, peaksLogged));
      boolean retried = attempts.getOrDefault(stage.stageId, 0) > 1;
      if (stage.lostTaskEnds() && !retried && !issues.contains(QualityIssue.COMPACTED)) {
        issue(QualityIssue.DROPPED_EVENTS);
      }
      if (stage.taskEnds > stage.taskStarts) {
        issue(QualityIssue.MISSING_TASK_START);
      }
    }
    List<Executor> builtExecutors = executors.values().stream()
        // As in REST, an executor that only its tasks name is none: when it came is not known.
        .filter(executor -> executor.isKnown())
        .map(executor -> executor.build(metricsLogged, peaksLogged))
        .sorted(Comparator.comparing(Executor::id, RunAssembler::compareIds))
        .toList();
    builtStages.forEach(stage -> order(stage.submissionTimeMs(), stage.completionTimeMs()));
    builtExecutors.forEach(executor -> order(executor.addTimeMs(), executor.removeTimeMs()));
    List<SqlExecution> executions = sql.values().stream()
        .map(execution -> execution.build(stageFigures(execution.executionId)))
        .toList();
    RunStatus status = status(inProgress && fresh);
    if (!started) {
      issue(QualityIssue.NO_APP_START);
    }
    if (!ended) {
      issue(QualityIssue.NO_APP_END);
    }
    if (!peaksLogged.contains(MemoryPeak.JVM_HEAP)) {
      issue(QualityIssue.NO_MEMORY_SAMPLES);
    }
    if (inProgress) {
      issue(QualityIssue.IN_PROGRESS);
    }
    ClusterManager clusterManager = clusterManager();
    Program program = Program.of(javaCommand);
    ApplicationKind kind = program.kind(configuration, clusterManager, streaming.seen());
    return ApplicationRun.builder()
        .source(source)
        .appId(appId)
        .digest(digest)
        .attemptId(attemptId)
        .name(name)
        .user(user)
        .sparkVersion(sparkVersion)
        .javaVersion(javaVersion)
        .clusterManager(clusterManager)
        .kind(kind)
        .jobType(JobTypes.of(kind, name, program, builtStages, executions))
        .jobSignature(JobSignatures.of(configuration, name, program))
        .startTimeMs(startTimeMs)
        .endTimeMs(endTimeMs)
        .lastEventTimeMs(
            lastEventTimeMs > 0 ? OptionalLong.of(lastEventTimeMs) : OptionalLong.empty())
        .status(status)
        .quality(new DataQuality(
            isComplete(), issues, lines, unparsableLines, eventsRead, eventsSkipped))
        .configuration(configuration)
        .executors(builtExecutors)
        .jobs(jobs.values().stream()
            .map(job -> new SparkJob(
                job.id,
                job.status,
                job.submissionTimeMs,
                job.completionTimeMs,
                List.copyOf(job.stageIds),
                job.sqlExecutionId))
            .toList())
        .stages(builtStages)
        .sql(executions)
        .aqeUpdates(aqeUpdates)
        .resourceProfiles(List.copyOf(resourceProfiles.values()))
        .streaming(streaming.build())
        .taskOutcomes(taskOutcomes)
        .exclusions(exclusions)
        .cachedRdds(blocks.cachedRdds())
        .largestBroadcastBytes(largestBroadcast(executions))
        .memoryFailures(memoryFailures.build(configuration))
        .build();
  }

  private OptionalLong largestBroadcast(List<SqlExecution> executions) {
    long largest = blocks.largestBroadcast().orElse(-1);
    for (SqlExecution execution : executions) {
      for (SqlExecution.Exchange exchange : execution.exchanges()) {
        if (exchange.broadcast()) {
          largest = Math.max(largest, exchange.bytes().orElse(-1));
        }
      }
    }
    return largest < 0 ? OptionalLong.empty() : OptionalLong.of(largest);
  }

  /** Executors by number, the driver behind them. */
  private static int compareIds(String a, String b) {
    OptionalLong first = Numbers.parse(a);
    OptionalLong second = Numbers.parse(b);
    if (first.isPresent() && second.isPresent()) {
      return Long.compare(first.getAsLong(), second.getAsLong());
    }
    return first.isPresent() ? -1 : second.isPresent() ? 1 : a.compareTo(b);
  }

  private RunStatus status(boolean growing) {
    if (!ended) {
      return growing ? RunStatus.RUNNING : RunStatus.UNKNOWN;
    }
    if (exitCode.isPresent()) {
      return exitCode.getAsInt() == 0 ? RunStatus.SUCCEEDED : RunStatus.FAILED;
    }
    issue(QualityIssue.OUTCOME_INFERRED);
    JobStatus last = JobStatus.UNKNOWN;
    for (JobState job : jobs.values()) {
      last = job.status;
    }
    return last == JobStatus.FAILED ? RunStatus.FAILED : RunStatus.SUCCEEDED;
  }

  private boolean isComplete() {
    EnumSet<QualityIssue> lacking = EnumSet.of(
        QualityIssue.TRUNCATED,
        QualityIssue.IN_PROGRESS,
        QualityIssue.COMPACTED,
        QualityIssue.DROPPED_EVENTS,
        QualityIssue.UNPARSABLE_LINES,
        QualityIssue.NO_APP_START,
        QualityIssue.NO_APP_END);
    lacking.retainAll(issues);
    return lacking.isEmpty();
  }

  private ClusterManager clusterManager() {
    if (configuration.keySet().stream().anyMatch(key -> key.startsWith("spark.databricks."))) {
      return ClusterManager.DATABRICKS;
    }
    String master = configuration.getOrDefault("spark.master", "");
    if (master.startsWith("local-cluster[")) {
      return ClusterManager.LOCAL_CLUSTER;
    }
    if (master.startsWith("local")) {
      return ClusterManager.LOCAL;
    }
    if (master.startsWith("spark://")) {
      return ClusterManager.STANDALONE;
    }
    if (master.startsWith("yarn")) {
      return ClusterManager.YARN;
    }
    if (master.startsWith("k8s://")) {
      return ClusterManager.KUBERNETES;
    }
    if (master.startsWith("mesos://")) {
      return ClusterManager.MESOS;
    }
    String id = appId == null ? "" : appId;
    return id.startsWith("application_")
        ? ClusterManager.YARN
        : id.startsWith("local-") ? ClusterManager.LOCAL : ClusterManager.UNKNOWN;
  }
}
