package io.sparkoptimizer.sparktests;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Makes the event logs of {@code samples/eventlogs} by running every job with real Spark, and cleans them: {@code SampleLogs TARGET
 * [NAME...]}. Names choose some of them. All of them take about a quarter of an hour on two quiet cores and 8 GB.
 *
 * <p>Before each job it waits, at most {@value #QUIET_SECONDS_AT_MOST} seconds, until nothing else keeps the machine busy: a log whose times
 * are those of other work misleads.
 *
 * <p>The logs differ from run to run in their times, never in their work: the tables are made from fixed seeds.
 */
public final class SampleLogs {

  private static final Duration DEADLINE = Duration.ofMinutes(8);

  /** How long to wait for a quiet machine before each job. */
  static final int QUIET_SECONDS_AT_MOST = 15;

  /** A machine is quiet if others use less than this share of its processors. */
  private static final double QUIET_LOAD = 0.25;

  private static final String JOBS = "io.sparkoptimizer.sparktests.jobs.";

  /** Settings that record memory by stage and by process; most users leave them off, and so do most of the samples. */
  private static final Map<String, String> MEMORY_METRICS = Map.of(
      "spark.eventLog.logStageExecutorMetrics", "true",
      "spark.executor.processTreeMetrics.enabled", "true",
      "spark.executor.metrics.pollingInterval", "500ms");

  /** A task for each file: no file is larger, and what opening a file costs leaves no room for a second one. */
  private static final Map<String, String> FILE_PER_TASK =
      Map.of("spark.sql.files.maxPartitionBytes", "4m");

  private final Path work;
  private final Path target;
  private final EventLogCleaner cleaner;
  private final Path jar;

  private SampleLogs(Path work, Path target) throws IOException {
    this.work = work;
    this.target = target;
    this.jar = work.resolve("jobs/retail-jobs.jar");
    Files.createDirectories(work.resolve("jobs"));
    Files.createDirectories(target);
    Files.copy(SparkInstallation.jobsJar(), jar, StandardCopyOption.REPLACE_EXISTING);
    EventLogCleaner.Builder builder = EventLogCleaner.builder()
        .folder(work.resolve("data"), "/data/lake")
        .folder(work.resolve("jobs"), "/opt/jobs")
        .folder(work.resolve("apps"), "/data/spark/apps")
        .host(InetAddress.getLocalHost().getHostName());
    SparkInstallation.all().forEach(i -> builder.folder(i.home(), "/opt/spark"));
    this.cleaner = builder.build();
  }

  /**
   * One log to make.
   *
   * @param file the name under which the log is kept; a rolling log keeps Spark's folder name
   * @param rows rows of its main table
   * @param files files of its main table
   * @param executors executors of {@code cores} cores and {@code memoryMb} MiB each
   * @param succeeds whether the job is meant to succeed
   */
  private record Sample(
      String file,
      String name,
      String spark,
      String job,
      long rows,
      int files,
      int executors,
      int cores,
      int memoryMb,
      boolean succeeds,
      Map<String, String> conf) {

    String table() {
      return "sales_" + rows + "_" + files;
    }
  }

  private static List<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    samples.add(sample("oversized-etl", "orders-etl-2026-11-02", "3.5", "OrdersEtl", 120_000, 6)
        .on(8, 2, 2048)
        .with(MEMORY_METRICS)
        .make());
    samples.add(sample("skewed-join", "customer-360-join", "3.5", "Customer360Join", 600_000, 24)
        .on(4, 1, 1024)
        .with(Map.of("spark.sql.adaptive.advisoryPartitionSizeInBytes", "4m"))
        .make());
    samples.add(sample("spilling-sort", "clickstream-sort", "3.5", "ClickstreamSort", 3_000_000, 24)
        .on(2, 1, 640)
        .with(MEMORY_METRICS)
        .with(Map.of("spark.sql.shuffle.partitions", "4"))
        .make());
    samples.add(
        sample("heap-oom", "session-history-2026-11-02", "3.5", "SessionHistory", 3_000_000, 24)
            .on(2, 1, 512)
            .with(MEMORY_METRICS)
            .failing()
            .make());
    int[] nightlyFiles = {24, 28, 34, 40, 46, 54, 62, 72};
    int[] nightlyExecutors = {4, 4, 4, 2, 4, 6, 6, 4};
    for (int i = 0; i < nightlyFiles.length; i++) {
      String name = String.format(Locale.ROOT, "nightly-sales-2026-11-%02d", i + 1);
      samples.add(
          sample(name, name, "3.5", "NightlySales", nightlyFiles[i] * 25_000L, nightlyFiles[i])
              .on(nightlyExecutors[i], 1, 1024)
              .with(FILE_PER_TASK)
              .make());
    }
    samples.add(
        sample("healthy", "inventory-snapshot-2026-11-02", "4.1", "InventorySnapshot", 900_000, 36)
            .on(4, 1, 1024)
            .with(FILE_PER_TASK)
            .with(Map.of("spark.hadoop.parquet.hadoop.vectored.io.enabled", "false"))
            .make());
    samples.add(sample(
            "many-small-tasks",
            "clickstream-hourly-2026-11-02T07",
            "4.1",
            "ClickstreamHourly",
            600_000,
            24)
        .on(2, 2, 1024)
        .with(Map.of(
            "spark.sql.adaptive.enabled", "false",
            "spark.sql.shuffle.partitions", "500",
            "spark.eventLog.rolling.maxFileSize", "10m"))
        .make());
    return samples;
  }

  private static SampleBuilder sample(
      String file, String name, String spark, String job, long rows, int files) {
    return new SampleBuilder(file, name, spark, job, rows, files);
  }

  private static final class SampleBuilder {
    private final String file;
    private final String name;
    private final String spark;
    private final String job;
    private final long rows;
    private final int files;
    private final Map<String, String> conf = new TreeMap<>();
    private int executors;
    private int cores;
    private int memoryMb;
    private boolean succeeds = true;

    SampleBuilder(String file, String name, String spark, String job, long rows, int files) {
      this.file = file;
      this.name = name;
      this.spark = spark;
      this.job = job;
      this.rows = rows;
      this.files = files;
    }

    SampleBuilder on(int executors, int cores, int memoryMb) {
      this.executors = executors;
      this.cores = cores;
      this.memoryMb = memoryMb;
      return this;
    }

    SampleBuilder with(Map<String, String> properties) {
      conf.putAll(properties);
      return this;
    }

    SampleBuilder failing() {
      succeeds = false;
      return this;
    }

    Sample make() {
      return new Sample(
          file, name, spark, job, rows, files, executors, cores, memoryMb, succeeds, conf);
    }
  }

  public static void main(String[] args) throws IOException {
    if (args.length == 0) {
      System.err.println("usage: SampleLogs TARGET [NAME...]");
      System.exit(2);
    }
    List<String> chosen = Arrays.asList(args).subList(1, args.length);
    List<String> names = samples().stream().map(Sample::file).toList();
    if (!names.containsAll(chosen)) {
      throw new IllegalArgumentException("the samples are " + names + ", asked for " + chosen);
    }
    List<Sample> samples = samples().stream()
        .filter(s -> chosen.isEmpty() || chosen.contains(s.file()))
        .toList();
    Path work = Files.createTempDirectory("samples");
    try {
      SampleLogs logs = new SampleLogs(work, Path.of(args[0]).toAbsolutePath().normalize());
      logs.writeTables(samples);
      for (Sample sample : samples) {
        logs.make(sample);
      }
    } finally {
      Folders.delete(work);
    }
  }

  private void writeTables(List<Sample> samples) {
    List<String> tables =
        new ArrayList<>(List.of(work.resolve("data").toString(), "customers:250000:8"));
    samples.stream()
        .map(s -> s.table() + ":" + s.rows() + ":" + s.files())
        .distinct()
        .forEach(tables::add);
    try (SparkProcess app = SparkProcess.submit(
            SparkInstallation.of("3.5"), work.resolve("apps/tables"))
        .mainClass(JOBS + "RetailTables")
        .jar(jar)
        .driverMemory("2g")
        .conf("spark.eventLog.enabled", "false")
        .arguments(tables.toArray(String[]::new))
        .start()) {
      check(app.await(DEADLINE) == 0, "the tables", app);
    }
  }

  /** Waits for a quiet machine, and says what share of the processors others use. */
  private static double awaitQuiet() {
    OperatingSystemMXBean machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long end = System.nanoTime() + QUIET_SECONDS_AT_MOST * 1_000_000_000L;
    machine.getCpuLoad(); // the load since the call before: the first one has none
    while (true) {
      try {
        Thread.sleep(3000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for a quiet machine", e);
      }
      double load = machine.getCpuLoad();
      if (load < QUIET_LOAD || System.nanoTime() > end) {
        return load;
      }
    }
  }

  private void make(Sample sample) throws IOException {
    double others = awaitQuiet();
    long begin = System.nanoTime();
    SparkInstallation installation = SparkInstallation.of(sample.spark());
    String[] arguments = Stream.of(
            "/" + sample.table(),
            sample.job().equals("Customer360Join") ? "/customers" : "",
            "/out/" + sample.file())
        .filter(folder -> !folder.isEmpty())
        .map(folder -> work.resolve("data") + folder)
        .toArray(String[]::new);
    SparkProcess.Builder submission = SparkProcess.submit(
            installation, work.resolve("apps").resolve(sample.file()))
        .name(sample.name())
        .mainClass(JOBS + sample.job())
        .jar(jar)
        .master("local-cluster[%d,%d,%d]"
            .formatted(sample.executors(), sample.cores(), sample.memoryMb()))
        .conf("spark.executor.instances", String.valueOf(sample.executors()))
        .conf("spark.executor.cores", String.valueOf(sample.cores()))
        .conf("spark.executor.memory", sample.memoryMb() + "m")
        .conf("spark.cores.max", String.valueOf(sample.executors() * sample.cores()))
        .conf("spark.scheduler.minRegisteredResourcesRatio", "1.0")
        .conf("spark.eventLog.compress", "true")
        .conf("spark.eventLog.compression.codec", "zstd")
        .conf(sample.conf())
        .arguments(arguments);
    try (SparkProcess app = submission.start()) {
      check((app.await(DEADLINE) == 0) == sample.succeeds(), sample.name(), app);
      Path log = app.eventLog();
      Path kept = target.resolve(
          Files.isDirectory(log) ? log.getFileName().toString() : sample.file() + ".zstd");
      cleaner.clean(log, kept);
      List<String> traces = MachineTraces.in(kept);
      if (!traces.isEmpty()) {
        throw new IllegalStateException(kept + " still tells of this machine: " + traces);
      }
      System.out.printf(
          Locale.ROOT,
          "%s: %s, %s, %d s, %s, others used %.0f %% before%n",
          sample.file(),
          installation,
          log.getFileName(),
          (System.nanoTime() - begin) / 1_000_000_000,
          kept.getFileName(),
          100 * others);
    }
    Folders.delete(work.resolve("data/out"));
  }

  private static void check(boolean asMeant, String name, SparkProcess app) {
    if (!asMeant) {
      String output = app.output();
      throw new IllegalStateException(name + " did not end as it should; it said: ..."
          + output.substring(Math.max(0, output.length() - 4000)));
    }
  }
}
