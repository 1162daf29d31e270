package io.sparkoptimizer.sparktests;

import io.sparkoptimizer.sparktests.MemoryRun.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs a memory job with real Spark, one executor of a given heap, and keeps its cleaned event log; beside it, outside of what is
 * committed, the log of the executor's collector.
 */
final class MemoryRunner {

  /** Heap of the driver: ample, and none that an executor has, so that the collectors' logs can be told apart. */
  private static final int DRIVER_HEAP_MB = 5001;

  private static final Duration START_AND_END = Duration.ofMinutes(1);
  private static final Duration BETWEEN_SAMPLES = Duration.ofMillis(400);
  private static final String JOBS = "io.sparkoptimizer.sparktests.jobs.";
  private static final Pattern MEASURED =
      Pattern.compile("measured app_id=(\\S+) work_ms=(\\d+) app_ms=(\\d+)");
  private static final Pattern OUT_OF_TIME = Pattern.compile("out of time work_ms=(\\d+)");
  private static final Pattern WRONG = Pattern.compile("wrong answer: .*");
  private static final Pattern GC_TIME = Pattern.compile("\"JVM GC Time\":(\\d+)");
  private static final Pattern APPLICATION = Pattern.compile("\"App ID\":\"([^\"]+)\"");

  private final Path logs;
  private final Path gcLogs;
  private final Path work;
  private final Path jar;
  private final Path classes;
  private final SparkInstallation spark;
  private final EventLogCleaner cleaner;

  /** A runner that keeps logs in {@code target/logs}, and all else in {@code target/work}. */
  MemoryRunner(Path target) throws IOException {
    logs = target.resolve("logs");
    work = target.resolve("work");
    gcLogs = work.resolve("gc");
    jar = work.resolve("jobs/memory-jobs.jar");
    classes = work.resolve("classes.jsa");
    spark = SparkInstallation.of("3.5");
    Files.createDirectories(logs);
    Files.createDirectories(gcLogs);
    Files.createDirectories(jar.getParent());
    if (!Files.exists(jar) || Files.mismatch(jar, SparkInstallation.jobsJar()) >= 0) {
      Files.copy(SparkInstallation.jobsJar(), jar, StandardCopyOption.REPLACE_EXISTING);
      Files.deleteIfExists(classes); // it holds for one jar
    }
    cleaner = EventLogCleaner.builder()
        .folder(work.resolve("jobs"), "/opt/jobs")
        .folder(work.resolve("apps"), "/data/spark/apps")
        .folder(spark.home(), "/opt/spark")
        .host(InetAddress.getLocalHost().getHostName())
        .build();
  }

  /**
   * Runs a job once.
   *
   * @param limit how long its work may take
   * @param more Spark properties besides those of the point
   * @throws IllegalStateException if its answer is wrong, or it ends in a way that has nothing to do with the heap
   */
  MemoryRun run(
      MemoryPoint point,
      int heapMb,
      String role,
      int repeat,
      Duration limit,
      Map<String, String> more)
      throws IOException {
    archiveClasses();
    clear();
    Path gc = work.resolve("apps/gc");
    Files.createDirectories(gc);
    SparkProcess.Builder submission = submission(point, limit)
        .master("local-cluster[1,%d,%d]".formatted(MemoryPoint.CORES, heapMb + 4096))
        .jvmOptions("-XX:SharedArchiveFile=" + classes + " -Xlog:gc*,safepoint:file=" + gc
            + "/%p.log:uptime,level,tags")
        .conf(point.conf(heapMb))
        .conf(more);
    ProcessorTime processors = ProcessorTime.start();
    try (SparkProcess app = submission.start()) {
      Duration end = limit.plus(START_AND_END);
      while (app.isAlive() && processors.elapsed().compareTo(end) < 0) {
        processors.sample();
        pause();
      }
      int exit = app.await(Duration.ofSeconds(1));
      String output = app.output();
      if (WRONG.matcher(output).find() || output.contains("Could not find or load main class")) {
        throw new IllegalStateException(tail(output));
      }
      Matcher measured = MEASURED.matcher(output);
      Matcher outOfTime = OUT_OF_TIME.matcher(output);
      Outcome outcome;
      long workMillis = 0;
      long appMillis = 0;
      if (exit == 0 && measured.find()) {
        outcome = Outcome.OK;
        workMillis = Long.parseLong(measured.group(2));
        appMillis = Long.parseLong(measured.group(3));
      } else if (outOfTime.find()) {
        outcome = Outcome.TIMEOUT;
        workMillis = Long.parseLong(outOfTime.group(1));
      } else {
        outcome = Outcome.DIED;
        Files.writeString(gcLogs.resolve(MemoryRun.name(point, heapMb, repeat) + ".out"), output);
      }
      Path kept = logs.resolve(MemoryRun.name(point, heapMb, repeat) + ".zstd");
      cleaner.clean(app.eventLog(), kept);
      List<String> traces = MachineTraces.in(kept);
      if (!traces.isEmpty()) {
        throw new IllegalStateException(kept + " still tells of this machine: " + traces);
      }
      keepGcLog(gc, MemoryRun.name(point, heapMb, repeat));
      return told(
          kept,
          new MemoryRun(
              point,
              heapMb,
              role,
              repeat,
              outcome,
              workMillis,
              appMillis,
              0,
              processors.shares().others(),
              processors.shares().lower(),
              0,
              ""));
    }
  }

  private SparkProcess.Builder submission(MemoryPoint point, Duration limit) {
    return SparkProcess.submit(spark, work.resolve("apps/run"))
        .name(point.job().label())
        .mainClass(JOBS + point.job().mainClass)
        .jar(jar)
        .driverMemory(DRIVER_HEAP_MB + "m")
        .arguments(String.valueOf(point.percent()), String.valueOf(limit.toSeconds()));
  }

  /** Adds what the log says. */
  private static MemoryRun told(Path log, MemoryRun run) throws IOException {
    long gcMillis = 0;
    long tasks = 0;
    String id = "";
    boolean lost = false;
    for (String line : EventLogText.lines(log)) {
      if (line.startsWith("{\"Event\":\"SparkListenerTaskEnd\"")) {
        tasks++;
        Matcher gc = GC_TIME.matcher(line);
        gcMillis += gc.find() ? Long.parseLong(gc.group(1)) : 0;
      } else if (line.startsWith("{\"Event\":\"SparkListenerApplicationStart\"")) {
        Matcher application = APPLICATION.matcher(line);
        id = application.find() ? application.group(1) : "";
      } else if (line.startsWith("{\"Event\":\"SparkListenerExecutorRemoved\"")) {
        lost = true;
      }
    }
    Outcome outcome = run.outcome() == Outcome.OK && lost ? Outcome.DIED : run.outcome();
    return new MemoryRun(
        run.point(),
        run.heapMb(),
        run.role(),
        run.repeat(),
        outcome,
        run.workMillis(),
        run.appMillis(),
        gcMillis,
        run.otherCpuPercent(),
        run.lowerCpuPercent(),
        tasks,
        id);
  }

  /** Keeps the executor's log of its collector: that of the heap which is not the driver's. */
  private void keepGcLog(Path folder, String name) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        if (!Files.readString(file).contains("Heap Max Capacity: " + DRIVER_HEAP_MB + "M")) {
          Files.move(file, gcLogs.resolve(name + ".gc.log"), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  /** Spark's classes as the JVM has them in memory, so that JVMs start in less time. */
  private void archiveClasses() throws IOException {
    if (Files.exists(classes)) {
      return;
    }
    MemoryPoint small = new MemoryPoint(MemoryPoint.Job.COLLECTED_LISTS, 10);
    try (SparkProcess app = submission(small, Duration.ofMinutes(2))
        .jvmOptions("-XX:ArchiveClassesAtExit=" + classes)
        .conf("spark.eventLog.enabled", "false")
        .start()) {
      if (app.await(Duration.ofMinutes(3)) != 0) {
        throw new IllegalStateException(tail(app.output()));
      }
    }
  }

  private static String tail(String output) {
    return "it did not end as it should; it said: ..."
        + output.substring(Math.max(0, output.length() - 4000));
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_SAMPLES.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a run was going on", e);
    }
  }

  /** Removes what a run leaves; its log is elsewhere. */
  void clear() throws IOException {
    Folders.delete(work.resolve("apps"));
  }
}
