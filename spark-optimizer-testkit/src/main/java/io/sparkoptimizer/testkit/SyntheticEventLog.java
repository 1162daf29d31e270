package io.sparkoptimizer.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Writes event logs as Spark would, of any size and with what goes wrong in the field, for tests of
 * whatever reads logs. Equal settings and seeds give equal bytes. Lines are made one at a time: a log
 * of millions of tasks can be streamed.
 *
 * <pre>{@code
 * byte[] log = SyntheticEventLog.seeded(42).version(Version.V3).tasks(1000).stages(4).toByteArray();
 * }</pre>
 *
 * <p>The application runs its jobs one after another; stages and tasks are shared out evenly. Not
 * thread-safe.
 */
public final class SyntheticEventLog {
  /** Whose keys and events a log has. */
  public enum Version {
    /** No SQL plans, no CPU time, no executor memory samples. */
    V1("1.6.3"),
    /** CPU time and SQL plans. */
    V2("2.4.8"),
    /** Adaptive execution, memory samples of executors, resource profiles. */
    V3("3.5.6"),
    /** An exit code at the end. */
    V4("4.0.1");

    private final String number;

    Version(String number) {
      this.number = number;
    }

    /** As the log's first line has it. */
    public String number() {
      return number;
    }

    private boolean atLeast(Version other) {
      return compareTo(other) >= 0;
    }
  }

  /** Compresses what is written to it, as {@code GZIPOutputStream::new} does. */
  public interface Codec {
    OutputStream compress(OutputStream out) throws IOException;
  }

  /** {@value} ms since the epoch: 2026-11-01 00:00 UTC. */
  public static final long DEFAULT_START_MS = 1_793_491_200_000L;

  private final long seed;
  private Version version = Version.V3;
  private Codec codec = out -> out;
  private String appId = "application_1793491200000_0001";
  private String attemptId = "";
  private String name = "synthetic";
  private long startMs = DEFAULT_START_MS;
  private int tasks = 8;
  private int stages = 2;
  private int jobs = 1;
  private int executors = 2;
  private int executorCores = 4;
  private int failEvery;
  private int killEvery;
  private int speculateEvery;
  private int resubmitEvery;
  private int retriedStages;
  private int lostExecutors;
  private int adaptiveUpdates;
  private boolean sql;
  private boolean taskStarts = true;
  private boolean ended = true;
  private final Map<String, String> properties = new TreeMap<>();

  private SyntheticEventLog(long seed) {
    this.seed = seed;
    properties.put("spark.master", "yarn");
    properties.put("spark.executor.memory", "4g");
    properties.put("spark.executor.cores", "4");
  }

  /** A small successful application; the seed decides times and sizes. */
  public static SyntheticEventLog seeded(long seed) {
    return new SyntheticEventLog(seed);
  }

  public SyntheticEventLog version(Version version) {
    this.version = version;
    return this;
  }

  public SyntheticEventLog codec(Codec codec) {
    this.codec = codec;
    return this;
  }

  public SyntheticEventLog appId(String appId) {
    this.appId = appId;
    return this;
  }

  /** The attempt; empty text for none. */
  public SyntheticEventLog attemptId(String attemptId) {
    this.attemptId = attemptId;
    return this;
  }

  public SyntheticEventLog name(String name) {
    this.name = name;
    return this;
  }

  /** In milliseconds since the epoch. */
  public SyntheticEventLog startMs(long startMs) {
    this.startMs = startMs;
    return this;
  }

  /** A Spark property of the environment. */
  public SyntheticEventLog property(String property, String value) {
    properties.put(property, value);
    return this;
  }

  /** Tasks over all stages, retries and copies not counted. */
  public SyntheticEventLog tasks(int tasks) {
    this.tasks = atLeast(tasks, 0, "tasks");
    return this;
  }

  public SyntheticEventLog stages(int stages) {
    this.stages = atLeast(stages, 1, "stages");
    return this;
  }

  public SyntheticEventLog jobs(int jobs) {
    this.jobs = atLeast(jobs, 1, "jobs");
    return this;
  }

  public SyntheticEventLog executors(int executors, int cores) {
    this.executors = atLeast(executors, 1, "executors");
    this.executorCores = atLeast(cores, 1, "cores");
    properties.put("spark.executor.cores", Integer.toString(cores));
    return this;
  }

  /** Every so many tasks, an attempt fails with an exception before it succeeds; 0 for none. */
  public SyntheticEventLog failEvery(int tasks) {
    this.failEvery = atLeast(tasks, 0, "failEvery");
    return this;
  }

  /** Every so many tasks, an attempt is killed before it succeeds; 0 for none. */
  public SyntheticEventLog killEvery(int tasks) {
    this.killEvery = atLeast(tasks, 0, "killEvery");
    return this;
  }

  /** Every so many tasks, a speculative copy is killed when the task succeeds; 0 for none. */
  public SyntheticEventLog speculateEvery(int tasks) {
    this.speculateEvery = atLeast(tasks, 0, "speculateEvery");
    return this;
  }

  /** Every so many tasks, a success is reported again as {@code Resubmitted}; 0 for none. */
  public SyntheticEventLog resubmitEvery(int tasks) {
    this.resubmitEvery = atLeast(tasks, 0, "resubmitEvery");
    return this;
  }

  /** How many of the first stages fail once, with half of their tasks done, and are tried again. */
  public SyntheticEventLog retriedStages(int stages) {
    this.retriedStages = atLeast(stages, 0, "retriedStages");
    return this;
  }

  /** How many executors the container manager kills for memory in the end. */
  public SyntheticEventLog lostExecutors(int executors) {
    this.lostExecutors = atLeast(executors, 0, "lostExecutors");
    return this;
  }

  /** One SQL execution a job, whose plan adaptive execution changes so often; not in {@link Version#V1}. */
  public SyntheticEventLog sql(int adaptiveUpdates) {
    this.sql = true;
    this.adaptiveUpdates = atLeast(adaptiveUpdates, 0, "adaptiveUpdates");
    return this;
  }

  /** Without the events of starting tasks, as a listener that was too slow drops them. */
  public SyntheticEventLog withoutTaskStarts() {
    this.taskStarts = false;
    return this;
  }

  /** Without an end, as of a driver that died or still runs. */
  public SyntheticEventLog withoutEnd() {
    this.ended = false;
    return this;
  }

  private static int atLeast(int value, int least, String what) {
    if (value < least) {
      throw new IllegalArgumentException(
          what + " is " + value + "; expected " + least + " or more");
    }
    return value;
  }

  /** The log, compressed. */
  public byte[] toByteArray() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = codec.compress(bytes)) {
      writeLines(out);
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
    return bytes.toByteArray();
  }

  /** The log, compressed, into a stream that stays open. */
  public void writeTo(OutputStream out) throws IOException {
    OutputStream open = new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        out.write(b);
      }

      @Override
      public void write(byte[] from, int offset, int length) throws IOException {
        out.write(from, offset, length);
      }
    };
    try (OutputStream compressed = codec.compress(open)) {
      writeLines(compressed);
    }
    out.flush();
  }

  /** The lines of the log, without their ends. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    write(lines::add);
    return lines;
  }

  private void writeLines(OutputStream out) throws IOException {
    try {
      write(line -> {
        try {
          out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException fault) {
          throw new UncheckedIOException(fault);
        }
      });
    } catch (UncheckedIOException fault) {
      throw fault.getCause();
    }
  }

  private void write(Consumer<String> to) {
    new Writer(to).application();
  }

  /** One writing of the log: the clock, the ids and the random numbers of it. */
  private final class Writer {
    private final Consumer<String> to;
    private final SplittableRandom random = new SplittableRandom(seed);
    private int collections;
    private long nowMs = startMs;
    private long taskId;
    private int tasksSoFar;

    Writer(Consumer<String> to) {
      this.to = to;
    }

    private void event(String event, String rest) {
      to.accept("{\"Event\":\"" + event + "\"" + (rest.isEmpty() ? "" : "," + rest) + "}");
    }

    void application() {
      event("SparkListenerLogStart", "\"Spark Version\":\"" + version.number + "\"");
      if (version.atLeast(Version.V3)) {
        event(
            "SparkListenerResourceProfileAdded",
            "\"Resource Profile Id\":0,\"Executor Resource Requests\":{\"cores\":{\"Resource Name\":\"cores\",\"Amount\":"
                + executorCores
                + ",\"Discovery Script\":\"\",\"Vendor\":\"\"}},\"Task Resource Requests\":{\"cpus\":{\"Resource Name\":\"cpus\",\"Amount\":1.0}}");
      }
      blockManager("driver");
      StringBuilder settings = new StringBuilder();
      properties.forEach((property, value) -> settings
          .append(settings.isEmpty() ? "" : ",")
          .append(quoted(property))
          .append(':')
          .append(quoted(value)));
      event(
          "SparkListenerEnvironmentUpdate",
          "\"JVM Information\":{\"Java Version\":\"17.0.15\"},\"Spark Properties\":{" + settings
              + "},\"System Properties\":{\"sun.java.command\":\"org.apache.spark.deploy.SparkSubmit --class com.example.Main app.jar\"},\"Classpath Entries\":{\"/opt/spark/jars/a.jar\":\"System Classpath\"}");
      event(
          "SparkListenerApplicationStart",
          "\"App Name\":" + quoted(name) + ",\"App ID\":" + quoted(appId) + ",\"Timestamp\":"
              + nowMs
              + ",\"User\":\"spark\""
              + (attemptId.isEmpty() ? "" : ",\"App Attempt ID\":" + quoted(attemptId)));
      for (int executor = 1; executor <= executors; executor++) {
        executorAdded(executor);
      }
      int stage = 0;
      for (int job = 0; job < jobs; job++) {
        int until = (int) ((long) stages * (job + 1) / jobs);
        job(job, stage, until);
        stage = until;
      }
      for (int executor = 1; executor <= Math.min(lostExecutors, executors); executor++) {
        tick(10);
        event(
            "SparkListenerExecutorRemoved",
            "\"Timestamp\":" + nowMs + ",\"Executor ID\":\"" + executor
                + "\",\"Removed Reason\":\"Container killed by YARN for exceeding memory limits. 5.5 GB of 5.5 GB physical memory used.\"");
      }
      if (ended) {
        tick(100);
        event(
            "SparkListenerApplicationEnd",
            "\"Timestamp\":" + nowMs + (version.atLeast(Version.V4) ? ",\"ExitCode\":0" : ""));
      }
    }

    private void tick(int ms) {
      nowMs += 1 + random.nextInt(ms);
    }

    private void blockManager(String executor) {
      event(
          "SparkListenerBlockManagerAdded",
          "\"Block Manager ID\":{\"Executor ID\":\"" + executor
              + "\",\"Host\":\"host-" + executor
              + "\",\"Port\":7337},\"Maximum Memory\":2101975449,\"Timestamp\":" + nowMs);
    }

    private void executorAdded(int executor) {
      tick(500);
      event(
          "SparkListenerExecutorAdded",
          "\"Timestamp\":" + nowMs + ",\"Executor ID\":\"" + executor
              + "\",\"Executor Info\":{\"Host\":\"host-" + executor + "\",\"Total Cores\":"
              + executorCores + ",\"Log Urls\":{}"
              + (version.atLeast(Version.V3) ? ",\"Resource Profile Id\":0" : "") + "}");
      blockManager(Integer.toString(executor));
    }

    private void job(int job, int fromStage, int untilStage) {
      tick(20);
      boolean planned = sql && version.atLeast(Version.V2);
      if (planned) {
        event(
            "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart",
            "\"executionId\":" + job
                + ",\"description\":\"save at Main.scala:" + (10 + job)
                + "\",\"details\":\"\",\"physicalPlanDescription\":\"== Physical Plan ==\",\"sparkPlanInfo\":"
                + plan("SortMergeJoin") + ",\"time\":" + nowMs);
      }
      StringBuilder ids = new StringBuilder();
      StringBuilder infos = new StringBuilder();
      for (int stage = fromStage; stage < untilStage; stage++) {
        ids.append(ids.isEmpty() ? "" : ",").append(stage);
        infos
            .append(infos.isEmpty() ? "" : ",")
            .append(stageInfo(stage, 0, stage == fromStage ? -1 : stage - 1, ""));
      }
      event(
          "SparkListenerJobStart",
          "\"Job ID\":" + job + ",\"Submission Time\":" + nowMs + ",\"Stage Infos\":[" + infos
              + "],\"Stage IDs\":[" + ids + "],\"Properties\":{"
              + (planned ? "\"spark.sql.execution.id\":\"" + job + "\"" : "") + "}");
      for (int stage = fromStage; stage < untilStage; stage++) {
        int parent = stage == fromStage ? -1 : stage - 1;
        int stageTasks = tasksOf(stage);
        if (stage < retriedStages) {
          stage(stage, 0, parent, Math.max(1, stageTasks / 2), "FetchFailed: host-1 is gone");
          stage(stage, 1, parent, stageTasks, "");
        } else {
          stage(stage, 0, parent, stageTasks, "");
        }
        if (planned && version.atLeast(Version.V3) && stage == fromStage) {
          for (int update = 0; update < adaptiveUpdates; update++) {
            event(
                "org.apache.spark.sql.execution.ui.SparkListenerSQLAdaptiveExecutionUpdate",
                "\"executionId\":" + job + ",\"physicalPlanDescription\":\"\",\"sparkPlanInfo\":"
                    + plan("BroadcastHashJoin"));
          }
        }
      }
      tick(20);
      event(
          "SparkListenerJobEnd",
          "\"Job ID\":" + job + ",\"Completion Time\":" + nowMs
              + ",\"Job Result\":{\"Result\":\"JobSucceeded\"}");
      if (planned) {
        event(
            "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionEnd",
            "\"executionId\":" + job + ",\"time\":" + nowMs);
      }
    }

    private String plan(String join) {
      return "{\"nodeName\":\"" + join
          + "\",\"simpleString\":\"\",\"children\":[{\"nodeName\":\"Scan parquet sales\",\"simpleString\":\"\",\"children\":[],\"metadata\":{},\"metrics\":[]},{\"nodeName\":\"Exchange\",\"simpleString\":\"\",\"children\":[],\"metadata\":{},\"metrics\":[]}],\"metadata\":{},\"metrics\":[]}";
    }

    private int tasksOf(int stage) {
      return (int) ((long) tasks * (stage + 1) / stages - (long) tasks * stage / stages);
    }

    private String stageInfo(int stage, int attempt, int parent, String rest) {
      return "{\"Stage ID\":" + stage + ",\"Stage Attempt ID\":" + attempt
          + ",\"Stage Name\":\"map at Main.scala:" + (stage + 1) + "\",\"Number of Tasks\":"
          + tasksOf(stage) + ",\"RDD Info\":[],\"Parent IDs\":[" + (parent < 0 ? "" : parent)
          + "],\"Details\":\"\"" + rest + ",\"Accumulables\":[]"
          + (version.atLeast(Version.V3) ? ",\"Resource Profile Id\":0" : "") + "}";
    }

    /** An attempt of a stage, of which so many tasks succeed; it fails if there is a reason. */
    private void stage(int stage, int attempt, int parent, int succeeding, String failure) {
      tick(20);
      String submitted = ",\"Submission Time\":" + nowMs;
      event(
          "SparkListenerStageSubmitted",
          "\"Stage Info\":" + stageInfo(stage, attempt, parent, submitted) + ",\"Properties\":{}");
      for (int task = 0; task < succeeding; task++) {
        tasksSoFar++;
        int tries = 0;
        if (isTurn(failEvery)) {
          task(
              stage,
              attempt,
              task,
              tries++,
              false,
              "{\"Reason\":\"ExceptionFailure\",\"Class Name\":\"java.lang.IllegalStateException\",\"Description\":\"synthetic\",\"Stack Trace\":[],\"Full Stack Trace\":\"java.lang.IllegalStateException: synthetic\"}");
        }
        if (isTurn(killEvery)) {
          task(
              stage,
              attempt,
              task,
              tries++,
              false,
              version.atLeast(Version.V2)
                  ? "{\"Reason\":\"TaskKilled\",\"Kill Reason\":\"synthetic\"}"
                  : "{\"Reason\":\"TaskKilled\"}");
        }
        task(stage, attempt, task, tries++, false, "{\"Reason\":\"Success\"}");
        if (isTurn(speculateEvery)) {
          task(
              stage,
              attempt,
              task,
              tries++,
              true,
              "{\"Reason\":\"TaskKilled\",\"Kill Reason\":\"another attempt succeeded\"}");
        }
        if (isTurn(resubmitEvery)) {
          task(stage, attempt, task, tries, false, "{\"Reason\":\"Resubmitted\"}");
        }
      }
      tick(20);
      event(
          "SparkListenerStageCompleted",
          "\"Stage Info\":"
              + stageInfo(
                  stage,
                  attempt,
                  parent,
                  submitted + ",\"Completion Time\":" + nowMs
                      + (failure.isEmpty() ? "" : ",\"Failure Reason\":" + quoted(failure))));
    }

    private boolean isTurn(int every) {
      return every > 0 && tasksSoFar % every == 0;
    }

    private void task(
        int stage, int attempt, int index, int tries, boolean speculative, String reason) {
      long launch = nowMs + random.nextInt(50);
      int runMs = 5 + random.nextInt(2000);
      long finish = launch + runMs + random.nextInt(30);
      int executor = 1 + random.nextInt(executors);
      long id = taskId++;
      boolean repeated = reason.contains("Resubmitted");
      if (taskStarts && !repeated) {
        event(
            "SparkListenerTaskStart",
            "\"Stage ID\":" + stage + ",\"Stage Attempt ID\":" + attempt + ",\"Task Info\":"
                + taskInfo(id, index, tries, launch, 0, executor, speculative));
      }
      nowMs = Math.max(nowMs, startMs) + random.nextInt(3);
      event(
          "SparkListenerTaskEnd",
          "\"Stage ID\":" + stage + ",\"Stage Attempt ID\":" + attempt
              + ",\"Task Type\":\"ShuffleMapTask\",\"Task End Reason\":" + reason
              + ",\"Task Info\":"
              + taskInfo(id, index, tries, launch, finish, executor, speculative)
              + (version.atLeast(Version.V3) ? executorMetrics() : "") + ",\"Task Metrics\":"
              + metrics(runMs));
      nowMs = Math.max(nowMs, finish - 40);
    }

    private String taskInfo(
        long id,
        int index,
        int tries,
        long launch,
        long finish,
        int executor,
        boolean speculative) {
      return "{\"Task ID\":" + id + ",\"Index\":" + index + ",\"Attempt\":" + tries
          + ",\"Launch Time\":" + launch + ",\"Executor ID\":\"" + executor
          + "\",\"Host\":\"host-" + executor
          + "\",\"Locality\":\"PROCESS_LOCAL\",\"Speculative\":" + speculative
          + ",\"Getting Result Time\":0,\"Finish Time\":" + finish
          + ",\"Failed\":false,\"Killed\":false,\"Accumulables\":[{\"ID\":1,\"Name\":\"internal.metrics.executorRunTime\",\"Update\":7,\"Value\":7,\"Internal\":true}]}";
    }

    private String executorMetrics() {
      // without the random numbers: what else a seed makes depends on their order
      return ",\"Task Executor Metrics\":{\"JVMHeapMemory\":"
          + (100_000_000L + random.nextInt(900_000_000))
          + ",\"JVMOffHeapMemory\":" + (50_000_000 + random.nextInt(9_000_000))
          + ",\"OnHeapExecutionMemory\":" + random.nextInt(500_000_000)
          + ",\"ProcessTreeJVMRSSMemory\":0,\"ProcessTreePythonRSSMemory\":0,\"MinorGCCount\":"
          + ++collections
          + ",\"MinorGCTime\":" + 7 * collections
          + ",\"MajorGCCount\":" + collections / 100
          + ",\"MajorGCTime\":" + 3 * (collections / 100) + "}";
    }

    private String metrics(int runMs) {
      int spilled = random.nextInt(10) == 0 ? random.nextInt(1 << 24) : 0;
      int remote = random.nextInt(1 << 20);
      int local = random.nextInt(1 << 16);
      return "{\"Executor Deserialize Time\":" + random.nextInt(40)
          + (version.atLeast(Version.V2)
              ? ",\"Executor Deserialize CPU Time\":" + random.nextInt(40_000_000)
                  + ",\"Executor CPU Time\":" + (runMs * 700_000L + random.nextInt(100_000))
                  + ",\"Peak Execution Memory\":" + random.nextInt(1 << 28)
              : "")
          + ",\"Executor Run Time\":" + runMs + ",\"Result Size\":" + (1000 + random.nextInt(500))
          + ",\"JVM GC Time\":" + random.nextInt(1 + runMs / 5)
          + ",\"Result Serialization Time\":0,\"Memory Bytes Spilled\":" + 3L * spilled
          + ",\"Disk Bytes Spilled\":" + spilled
          + ",\"Shuffle Read Metrics\":{\"Remote Blocks Fetched\":3,\"Local Blocks Fetched\":1,\"Fetch Wait Time\":"
          + random.nextInt(20) + ",\"Remote Bytes Read\":" + remote + ",\"Local Bytes Read\":"
          + local + ",\"Total Records Read\":" + (remote + local) / 100
          + "},\"Shuffle Write Metrics\":{\"Shuffle Bytes Written\":" + random.nextInt(1 << 20)
          + ",\"Shuffle Write Time\":" + random.nextInt(5_000_000)
          + ",\"Shuffle Records Written\":" + random.nextInt(10_000)
          + "},\"Input Metrics\":{\"Bytes Read\":" + random.nextInt(1 << 26)
          + ",\"Records Read\":" + random.nextInt(1 << 16)
          + "},\"Output Metrics\":{\"Bytes Written\":" + random.nextInt(1 << 20)
          + ",\"Records Written\":" + random.nextInt(1 << 12) + "},\"Updated Blocks\":[]}";
    }
  }

  /** A JSON text. */
  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append("\\u00").append(c < 0x10 ? "0" : "").append(Integer.toHexString(c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }
}
