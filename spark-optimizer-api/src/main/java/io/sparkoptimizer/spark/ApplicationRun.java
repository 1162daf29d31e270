package io.sparkoptimizer.spark;

import io.sparkoptimizer.JobType;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt of an application did. Made by {@link #builder}, which may gain properties
 * without breaking a caller.
 *
 * @param sourceName the cluster or collection it came from; {@code default} unless set
 * @param source what it was read from: the parts in reading order
 * @param appId Spark's application id; null where the log has none
 * @param digest {@code sha256:} and the digest of the log's first event lines: its id where there is
 *     no {@code appId}
 * @param attemptId the attempt; null where there is only one
 * @param name the application's name
 * @param user who ran it
 * @param sparkVersion as the log says it
 * @param javaVersion the driver's, without its vendor: {@code 17.0.15}, {@code 1.8.0_292}; null where the log has
 *     none. Which collector is the default depends on it
 * @param clusterManager who gave the executors
 * @param kind what kind of program it was
 * @param jobType what kind of work it did
 * @param jobSignature equal for runs of the same job; see docs/job-signature.md
 * @param startTimeMs in milliseconds since the epoch
 * @param endTimeMs empty where the log has no end
 * @param lastEventTimeMs the latest time that any event carries: the end as far as it is known
 * @param status how it ended
 * @param quality how much of the run the log tells
 * @param configuration Spark properties, secrets redacted
 * @param executors in the order of their ids, the driver included
 * @param jobs by id
 * @param stages attempts in the order of stage, then attempt; skipped stages included
 * @param sql executions by id
 * @param aqeUpdates how often adaptive execution changed a plan
 * @param resourceProfiles by id
 * @param streaming how its streaming queries kept up; null where there were none
 * @param taskOutcomes task ends by Spark's word for their outcome
 * @param exclusions executors and nodes that got no more tasks, by time
 * @param cachedRdds RDDs that it persisted, by id
 * @param largestBroadcastBytes the largest broadcast, as its SQL plans and its blocks tell: a table's
 *     rows in memory, or a variable's serialized bytes; empty where none is logged
 * @param memoryFailures tasks and executors that died or may have died for memory, by time
 * @param tableRow what is known of a run that has no log; null where there is one. Such a run has no
 *     executors, jobs and stages
 */
public record ApplicationRun(
    String sourceName,
    List<String> source,
    @Nullable String appId,
    String digest,
    @Nullable String attemptId,
    @Nullable String name,
    @Nullable String user,
    @Nullable String sparkVersion,
    @Nullable String javaVersion,
    ClusterManager clusterManager,
    ApplicationKind kind,
    JobType jobType,
    String jobSignature,
    OptionalLong startTimeMs,
    OptionalLong endTimeMs,
    OptionalLong lastEventTimeMs,
    RunStatus status,
    DataQuality quality,
    Map<String, String> configuration,
    List<Executor> executors,
    List<SparkJob> jobs,
    List<StageAttempt> stages,
    List<SqlExecution> sql,
    long aqeUpdates,
    List<ResourceProfile> resourceProfiles,
    @Nullable StreamingProgress streaming,
    Map<String, Long> taskOutcomes,
    List<Exclusion> exclusions,
    List<CachedRdd> cachedRdds,
    OptionalLong largestBroadcastBytes,
    List<MemoryFailure> memoryFailures,
    @Nullable TableRow tableRow) {

  public static final String DEFAULT_SOURCE = "default";

  /** {@code 3.5.6}, {@code 3.5.6-amzn-1}, {@code 4.0}. */
  private static final Pattern RELEASE =
      Pattern.compile("(\\d{1,6})\\.(\\d{1,6})(?:\\.(\\d{1,6}))?(?!\\d).*");

  public ApplicationRun {
    Objects.requireNonNull(sourceName);
    Objects.requireNonNull(jobSignature);
    source = List.copyOf(source);
    configuration = Collections.unmodifiableMap(new TreeMap<>(configuration));
    executors = List.copyOf(executors);
    jobs = List.copyOf(jobs);
    stages = List.copyOf(stages);
    sql = List.copyOf(sql);
    resourceProfiles = List.copyOf(resourceProfiles);
    taskOutcomes = Collections.unmodifiableMap(new TreeMap<>(taskOutcomes));
    exclusions = List.copyOf(exclusions);
    cachedRdds = List.copyOf(cachedRdds);
    memoryFailures = List.copyOf(memoryFailures);
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The same run with some properties changed. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  public RunId id() {
    return new RunId(
        sourceName,
        appId == null ? digest : appId,
        attemptId == null ? "" : attemptId,
        startTimeMs,
        name == null ? "" : name);
  }

  /** From start to end; empty where either is unknown, or the clock went backwards. */
  public OptionalLong durationMs() {
    if (tableRow != null) {
      return tableRow.durationMs();
    }
    return startTimeMs.isPresent()
            && endTimeMs.isPresent()
            && endTimeMs.getAsLong() >= startTimeMs.getAsLong()
        ? OptionalLong.of(endTimeMs.getAsLong() - startTimeMs.getAsLong())
        : OptionalLong.empty();
  }

  /** A Spark property's value as it was set; empty where it was left to its default. */
  public Optional<String> setting(String property) {
    return Optional.ofNullable(configuration.get(property));
  }

  /** Whether its Spark is this release or a later one, by what the log says; false where it does not. */
  public boolean isSparkAtLeast(int major, int minor, int patch) {
    Matcher version = RELEASE.matcher(sparkVersion == null ? "" : sparkVersion.strip());
    if (!version.matches()) {
      return false;
    }
    int[] asked = {major, minor, patch};
    for (int i = 0; i < asked.length; i++) {
      String part = version.group(i + 1);
      int own = part == null ? 0 : Integer.parseInt(part);
      if (own != asked[i]) {
        return own > asked[i];
      }
    }
    return true;
  }

  /**
   * Input size: external bytes that the first completed attempt of each stage read, without reads of
   * cached blocks. Empty where the sources report none, as JDBC and Kafka.
   */
  public OptionalLong inputBytes() {
    return tableRow != null ? tableRow.inputBytes() : external(TaskMetric.INPUT_BYTES);
  }

  /** Records of the input, counted as {@link #inputBytes} are. */
  public OptionalLong inputRecords() {
    return external(TaskMetric.INPUT_RECORDS);
  }

  private OptionalLong external(TaskMetric metric) {
    Set<Integer> counted = new HashSet<>();
    long sum = 0;
    for (StageAttempt stage : stages) {
      if (stage.status() == StageStatus.COMPLETE && counted.add(stage.stageId())) {
        sum += stage.external(metric);
      }
    }
    return sum > 0 ? OptionalLong.of(sum) : OptionalLong.empty();
  }

  /** Sums over all stage attempts. */
  public Measures<TaskMetric> totals() {
    Measures.Builder<TaskMetric> totals = Measures.builder(TaskMetric.class);
    for (StageAttempt stage : stages) {
      for (TaskMetric metric : TaskMetric.values()) {
        stage
            .metrics()
            .get(metric)
            .ifPresent(value -> totals.merge(metric, value, metric::combine));
      }
    }
    return totals.build();
  }

  /** Gathers the properties of a run. Not thread-safe. */
  public static final class Builder {
    private String sourceName = DEFAULT_SOURCE;
    private List<String> source = List.of();
    private @Nullable String appId;
    private String digest = "";
    private @Nullable String attemptId;
    private @Nullable String name;
    private @Nullable String user;
    private @Nullable String sparkVersion;
    private @Nullable String javaVersion;
    private ClusterManager clusterManager = ClusterManager.UNKNOWN;
    private ApplicationKind kind = ApplicationKind.BATCH;
    private JobType jobType = JobType.OTHER;
    private String jobSignature = "";
    private OptionalLong startTimeMs = OptionalLong.empty();
    private OptionalLong endTimeMs = OptionalLong.empty();
    private OptionalLong lastEventTimeMs = OptionalLong.empty();
    private RunStatus status = RunStatus.UNKNOWN;
    private DataQuality quality = new DataQuality(true, Set.of(), 0, 0, 0, 0);
    private Map<String, String> configuration = Map.of();
    private List<Executor> executors = List.of();
    private List<SparkJob> jobs = List.of();
    private List<StageAttempt> stages = List.of();
    private List<SqlExecution> sql = List.of();
    private long aqeUpdates;
    private List<ResourceProfile> resourceProfiles = List.of();
    private @Nullable StreamingProgress streaming;
    private Map<String, Long> taskOutcomes = Map.of();
    private List<Exclusion> exclusions = List.of();
    private List<CachedRdd> cachedRdds = List.of();
    private OptionalLong largestBroadcastBytes = OptionalLong.empty();
    private List<MemoryFailure> memoryFailures = List.of();
    private @Nullable TableRow tableRow;

    private Builder() {}

    private Builder(ApplicationRun run) {
      sourceName = run.sourceName;
      source = run.source;
      appId = run.appId;
      digest = run.digest;
      attemptId = run.attemptId;
      name = run.name;
      user = run.user;
      sparkVersion = run.sparkVersion;
      javaVersion = run.javaVersion;
      clusterManager = run.clusterManager;
      kind = run.kind;
      jobType = run.jobType;
      jobSignature = run.jobSignature;
      startTimeMs = run.startTimeMs;
      endTimeMs = run.endTimeMs;
      lastEventTimeMs = run.lastEventTimeMs;
      status = run.status;
      quality = run.quality;
      configuration = run.configuration;
      executors = run.executors;
      jobs = run.jobs;
      stages = run.stages;
      sql = run.sql;
      aqeUpdates = run.aqeUpdates;
      resourceProfiles = run.resourceProfiles;
      streaming = run.streaming;
      taskOutcomes = run.taskOutcomes;
      exclusions = run.exclusions;
      cachedRdds = run.cachedRdds;
      largestBroadcastBytes = run.largestBroadcastBytes;
      memoryFailures = run.memoryFailures;
      tableRow = run.tableRow;
    }

    public Builder sourceName(String sourceName) {
      this.sourceName = sourceName;
      return this;
    }

    public Builder source(List<String> source) {
      this.source = source;
      return this;
    }

    public Builder appId(@Nullable String appId) {
      this.appId = appId;
      return this;
    }

    public Builder digest(String digest) {
      this.digest = digest;
      return this;
    }

    public Builder attemptId(@Nullable String attemptId) {
      this.attemptId = attemptId;
      return this;
    }

    public Builder name(@Nullable String name) {
      this.name = name;
      return this;
    }

    public Builder user(@Nullable String user) {
      this.user = user;
      return this;
    }

    public Builder sparkVersion(@Nullable String sparkVersion) {
      this.sparkVersion = sparkVersion;
      return this;
    }

    public Builder javaVersion(@Nullable String javaVersion) {
      this.javaVersion = javaVersion;
      return this;
    }

    public Builder clusterManager(ClusterManager clusterManager) {
      this.clusterManager = clusterManager;
      return this;
    }

    public Builder kind(ApplicationKind kind) {
      this.kind = kind;
      return this;
    }

    public Builder jobType(JobType jobType) {
      this.jobType = jobType;
      return this;
    }

    public Builder jobSignature(String jobSignature) {
      this.jobSignature = jobSignature;
      return this;
    }

    public Builder startTimeMs(OptionalLong startTimeMs) {
      this.startTimeMs = startTimeMs;
      return this;
    }

    public Builder endTimeMs(OptionalLong endTimeMs) {
      this.endTimeMs = endTimeMs;
      return this;
    }

    public Builder lastEventTimeMs(OptionalLong lastEventTimeMs) {
      this.lastEventTimeMs = lastEventTimeMs;
      return this;
    }

    public Builder status(RunStatus status) {
      this.status = status;
      return this;
    }

    public Builder quality(DataQuality quality) {
      this.quality = quality;
      return this;
    }

    public Builder configuration(Map<String, String> configuration) {
      this.configuration = configuration;
      return this;
    }

    public Builder executors(List<Executor> executors) {
      this.executors = executors;
      return this;
    }

    public Builder jobs(List<SparkJob> jobs) {
      this.jobs = jobs;
      return this;
    }

    public Builder stages(List<StageAttempt> stages) {
      this.stages = stages;
      return this;
    }

    public Builder sql(List<SqlExecution> sql) {
      this.sql = sql;
      return this;
    }

    public Builder aqeUpdates(long aqeUpdates) {
      this.aqeUpdates = aqeUpdates;
      return this;
    }

    public Builder resourceProfiles(List<ResourceProfile> resourceProfiles) {
      this.resourceProfiles = resourceProfiles;
      return this;
    }

    public Builder streaming(@Nullable StreamingProgress streaming) {
      this.streaming = streaming;
      return this;
    }

    public Builder taskOutcomes(Map<String, Long> taskOutcomes) {
      this.taskOutcomes = taskOutcomes;
      return this;
    }

    public Builder exclusions(List<Exclusion> exclusions) {
      this.exclusions = exclusions;
      return this;
    }

    public Builder cachedRdds(List<CachedRdd> cachedRdds) {
      this.cachedRdds = cachedRdds;
      return this;
    }

    public Builder largestBroadcastBytes(OptionalLong largestBroadcastBytes) {
      this.largestBroadcastBytes = largestBroadcastBytes;
      return this;
    }

    public Builder memoryFailures(List<MemoryFailure> memoryFailures) {
      this.memoryFailures = memoryFailures;
      return this;
    }

    public Builder tableRow(@Nullable TableRow tableRow) {
      this.tableRow = tableRow;
      return this;
    }

    public ApplicationRun build() {
      return new ApplicationRun(
          sourceName,
          source,
          appId,
          digest,
          attemptId,
          name,
          user,
          sparkVersion,
          javaVersion,
          clusterManager,
          kind,
          jobType,
          jobSignature,
          startTimeMs,
          endTimeMs,
          lastEventTimeMs,
          status,
          quality,
          configuration,
          executors,
          jobs,
          stages,
          sql,
          aqeUpdates,
          resourceProfiles,
          streaming,
          taskOutcomes,
          exclusions,
          cachedRdds,
          largestBroadcastBytes,
          memoryFailures,
          tableRow);
    }
  }
}
