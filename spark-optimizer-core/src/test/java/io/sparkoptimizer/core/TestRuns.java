package io.sparkoptimizer.core;

import io.sparkoptimizer.JobType;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.JobStatus;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Runs with a plausible time line: one Spark job whose stages follow one another, their tasks given to
 * slots in their order, first to the slot that is free first. A plain scheduler of its own, so that
 * what it makes is no echo of the code under test.
 */
public final class TestRuns {
  public static final long START_MS = 1_767_225_600_000L;
  private static final long MIB = 1L << 20;

  private String name = "nightly";
  private String appId = "app-1";
  private long startMs = START_MS;
  private int executors = 4;
  private int cores = 2;
  private long heapMb = 4096;
  private long heapPeakMb = 3800;
  private long startupMs = 5_000;
  private long closingMs = 1_000;
  private double slower = 1;
  private ApplicationKind kind = ApplicationKind.BATCH;
  private RunStatus status = RunStatus.SUCCEEDED;
  private ClusterManager manager = ClusterManager.YARN;
  private JobType jobType = JobType.ETL;
  private final Map<String, String> conf = new TreeMap<>();
  private final List<long[]> stages = new ArrayList<>();
  private final List<long[]> bytes = new ArrayList<>();
  private final List<MemoryFailure> failures = new ArrayList<>();
  private long gcMs;
  private long deserializeMs;

  public static TestRuns run() {
    return new TestRuns();
  }

  /** 200 tasks of 10 s over 20 GiB, a shuffle of 200 tasks of 2 s, then half a minute of driver. */
  public static TestRuns etl() {
    TestRuns etl = run().scan(200, 10_000, 20 * 1024 * MIB).shuffle(200, 2_000, 4 * 1024 * MIB);
    etl.closingMs = 30_000;
    return etl;
  }

  public TestRuns name(String value) {
    name = value;
    return this;
  }

  public TestRuns appId(String value) {
    appId = value;
    return this;
  }

  public TestRuns startMs(long value) {
    startMs = value;
    return this;
  }

  public TestRuns executors(int count, int coresEach) {
    executors = count;
    cores = coresEach;
    return this;
  }

  public TestRuns heapMb(long given, long peak) {
    heapMb = given;
    heapPeakMb = peak;
    return this;
  }

  public TestRuns manager(ClusterManager value) {
    manager = value;
    return this;
  }

  public TestRuns kind(ApplicationKind value) {
    kind = value;
    return this;
  }

  public TestRuns status(RunStatus value) {
    status = value;
    return this;
  }

  public TestRuns jobType(JobType value) {
    jobType = value;
    return this;
  }

  public TestRuns conf(String property, String value) {
    conf.put(property, value);
    return this;
  }

  public TestRuns gcMs(long value) {
    gcMs = value;
    return this;
  }

  /** What the tasks of each stage took to deserialise, together. */
  public TestRuns deserializeMs(long value) {
    deserializeMs = value;
    return this;
  }

  /** All task times times a factor. */
  public TestRuns slower(double factor) {
    slower = factor;
    return this;
  }

  public TestRuns died(MemoryFailure.Cause cause, MemoryFailure.Certainty certainty) {
    failures.add(new MemoryFailure(
        cause, certainty, "1", OptionalInt.of(0), OptionalLong.of(startMs + 10_000), "killed"));
    return this;
  }

  public TestRuns scan(int tasks, long ms, long inputBytes) {
    return stage(mixed(tasks, ms), inputBytes, 0);
  }

  public TestRuns shuffle(int tasks, long ms, long shuffleBytes) {
    return stage(mixed(tasks, ms), 0, shuffleBytes);
  }

  public TestRuns stage(long[] taskMs, long inputBytes, long shuffleBytes) {
    stages.add(taskMs);
    bytes.add(new long[] {inputBytes, shuffleBytes});
    return this;
  }

  /** Times between 0.8 and 1.2 of the mean, in an order that is not sorted. */
  private static long[] mixed(int tasks, long ms) {
    long[] times = new long[tasks];
    for (int i = 0; i < tasks; i++) {
      times[i] = ms * (80 + (i * 17L) % 41) / 100;
    }
    return times;
  }

  public ApplicationRun build() {
    List<StageAttempt> attempts = new ArrayList<>();
    int slots = executors * cores;
    long now = startMs + startupMs;
    long submitted = now;
    for (int s = 0; s < stages.size(); s++) {
      PriorityQueue<Long> free = new PriorityQueue<>();
      for (int i = 0; i < slots; i++) {
        free.add(now);
      }
      Distribution.Builder times = Distribution.builder();
      long sum = 0;
      long end = now;
      for (long plain : stages.get(s)) {
        long ms = Math.round(plain * slower);
        long at = free.remove() + ms;
        free.add(at);
        end = Math.max(end, at);
        times.add(ms);
        sum += ms;
      }
      attempts.add(attempt(s, now, end, stages.get(s).length, sum, times.build(), bytes.get(s)));
      now = end;
    }
    List<Executor> all = new ArrayList<>();
    all.add(executor("driver", OptionalInt.empty(), 0, 0));
    for (int e = 1; e <= executors; e++) {
      all.add(executor(e + "", OptionalInt.of(cores), heapPeakMb, 10));
    }
    Map<String, String> settings = new TreeMap<>(conf);
    settings.putIfAbsent("spark.executor.memory", heapMb + "m");
    settings.putIfAbsent("spark.executor.cores", cores + "");
    int last = stages.size() - 1;
    return ApplicationRun.builder()
        .appId(appId)
        .name(name)
        .jobSignature(name)
        .jobType(jobType)
        .kind(kind)
        .status(status)
        .sparkVersion("3.5.9")
        .clusterManager(manager)
        .startTimeMs(OptionalLong.of(startMs))
        .endTimeMs(OptionalLong.of(now + closingMs))
        .configuration(settings)
        .executors(all)
        .jobs(List.of(new SparkJob(
            0,
            JobStatus.SUCCEEDED,
            OptionalLong.of(submitted),
            OptionalLong.of(now),
            IntStream.rangeClosed(0, last).boxed().toList(),
            OptionalLong.empty())))
        .stages(attempts)
        .sql(List.of(new SqlExecution(
            0,
            "q",
            OptionalLong.empty(),
            OptionalLong.empty(),
            List.of(),
            Map.of(),
            List.of(),
            Map.of(),
            List.of(),
            null)))
        .taskOutcomes(
            Map.of("Success", (long) stages.stream().mapToInt(s -> s.length).sum()))
        .memoryFailures(failures)
        .build();
  }

  private StageAttempt attempt(
      int id, long from, long to, int tasks, long sum, Distribution times, long[] readBytes) {
    Measures.Builder<TaskMetric> metrics = Measures.builder(TaskMetric.class)
        .set(TaskMetric.EXECUTOR_RUN_TIME_MS, sum)
        .set(TaskMetric.EXECUTOR_CPU_TIME_NS, sum * 500_000)
        .set(TaskMetric.JVM_GC_TIME_MS, gcMs)
        .set(TaskMetric.SHUFFLE_READ_BYTES, readBytes[1]);
    if (deserializeMs > 0) {
      metrics.set(TaskMetric.EXECUTOR_DESERIALIZE_TIME_MS, deserializeMs);
    }
    if (readBytes[0] > 0) {
      metrics.set(TaskMetric.INPUT_BYTES, readBytes[0]);
    }
    return StageAttempt.builder(id, 0)
        .name("stage " + id)
        .status(StageStatus.COMPLETE)
        .parentIds(id == 0 ? List.of() : List.of(id - 1))
        .submissionTimeMs(OptionalLong.of(from))
        .firstTaskLaunchedTimeMs(OptionalLong.of(from))
        .completionTimeMs(OptionalLong.of(to))
        .numTasks(tasks)
        .numCompleteTasks(tasks)
        .slotTimeMs(sum)
        .resourceProfileId(OptionalInt.of(0))
        .metrics(metrics.build())
        .distributions(Map.of(TaskDistribution.DURATION_MS, times))
        .build();
  }

  private Executor executor(String id, OptionalInt totalCores, long peakMb, long tasks) {
    Measures.Builder<MemoryPeak> peaks = Measures.builder(MemoryPeak.class);
    if (peakMb > 0) {
      peaks.set(MemoryPeak.JVM_HEAP, peakMb * MIB);
    }
    return new Executor(
        id,
        "host-" + id,
        totalCores,
        OptionalInt.of(0),
        OptionalLong.of(startMs + startupMs - 1_000),
        OptionalLong.of(startMs + startupMs),
        OptionalLong.empty(),
        null,
        tasks,
        0,
        0,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        peaks.build(),
        Measures.none(CollectorMetric.class));
  }

  /** The same job several times, a day apart, newest first. */
  public static List<ApplicationRun> repeated(int times, IntFunction<TestRuns> each) {
    ApplicationRun[] runs = new ApplicationRun[times];
    for (int i = 0; i < times; i++) {
      runs[times - 1 - i] =
          each.apply(i).appId("app-" + i).startMs(START_MS + i * 86_400_000L).build();
    }
    return Arrays.asList(runs);
  }
}
