package io.sparkoptimizer.sparktests;

import io.sparkoptimizer.sparktests.TruthPlan.Run;
import io.sparkoptimizer.sparktests.TruthPoint.Adaptive;
import io.sparkoptimizer.sparktests.TruthPoint.Workload;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs the same jobs with real Spark at many points (executors, cores, partitions, input, adaptive execution, dynamic allocation), one run
 * after another, and keeps their event logs and how long they took: {@code TruthGrid TARGET [SECONDS]}. Predictions are judged by it.
 *
 * <p>{@code TARGET/manifest.csv} has a row for each run; {@code TARGET/logs} the cleaned logs. A run whose name is in the manifest is
 * passed over, so that a grid that was ended goes on where it stopped; after so many seconds no further run is begun. All runs take some
 * hours on two cores that nobody else uses; see {@link TruthPlan#runs} for their order.
 */
public final class TruthGrid {

  /** Rows of the smallest input. */
  static final long ROWS = 60_000;

  private static final Duration DEADLINE = Duration.ofMinutes(8);
  private static final Duration BETWEEN_SAMPLES = Duration.ofMillis(400);

  /** Where others use more than this share of the processors, in percent, a run's times are not to be trusted. */
  private static final double QUIET_PERCENT = 5;

  private static final int ROWS_OF_FILE = 5_000;
  private static final int ROWS_OF_CUSTOMER = 8;
  private static final int ROWS_OF_BLOCK = 250;
  private static final String JOBS = "io.sparkoptimizer.sparktests.jobs.";
  private static final Pattern MEASURED =
      Pattern.compile("measured app_id=(\\S+) work_ms=(\\d+) app_ms=(\\d+)");

  private static final String HEADER =
      "file,app_id,workload,kind,rows,input_bytes,executors,cores,memory_mb,partitions,mode,codec,"
          + "spark,work_ms,app_ms,other_cpu_pct,quality,log_bytes,tasks,outcome,adaptive,parallelism_first,dynamic,input_multiple,"
          + "repeat,lower_cpu_pct\n";

  private final Path target;
  private final Path work;
  private final Path jar;
  private final Path manifest;
  private final long rows;
  private final EventLogCleaner cleaner;

  /**
   * A grid in a folder.
   *
   * @param rows rows of the smallest input: {@link #ROWS}, or fewer for a try
   */
  TruthGrid(Path target, long rows) throws IOException {
    this.target = target.toAbsolutePath().normalize();
    this.work = this.target.resolve("work");
    this.jar = work.resolve("jobs/grid-jobs.jar");
    this.manifest = this.target.resolve("manifest.csv");
    this.rows = rows;
    Files.createDirectories(jar.getParent());
    Files.createDirectories(this.target.resolve("logs"));
    Files.copy(SparkInstallation.jobsJar(), jar, StandardCopyOption.REPLACE_EXISTING);
    if (!Files.exists(manifest)) {
      Files.writeString(manifest, HEADER);
    }
    EventLogCleaner.Builder builder = EventLogCleaner.builder()
        .folder(work.resolve("data"), "/data/lake")
        .folder(work.resolve("jobs"), "/opt/jobs")
        .folder(work.resolve("apps"), "/data/spark/apps")
        .host(InetAddress.getLocalHost().getHostName());
    SparkInstallation.all().forEach(i -> builder.folder(i.home(), "/opt/spark"));
    this.cleaner = builder.build();
  }

  public static void main(String[] args) throws IOException {
    if (args.length == 0) {
      System.err.println("usage: TruthGrid TARGET [SECONDS]");
      System.exit(2);
    }
    Duration budget =
        args.length > 1 ? Duration.ofSeconds(Long.parseLong(args[1])) : Duration.ofDays(1);
    Path target = Path.of(args[0]);
    List<String> failed = new TruthGrid(target, ROWS).make(TruthPlan.runs(), budget);
    TruthNoise.table(Files.readAllLines(target.resolve("manifest.csv")))
        .forEach(System.out::println);
    if (!failed.isEmpty()) {
      throw new IllegalStateException(failed.size() + " runs failed: " + failed);
    }
  }

  /**
   * Makes the runs that are not there yet; one that fails is reported and does not stop the others.
   *
   * @return the names of those that failed
   */
  List<String> make(List<Run> runs, Duration budget) throws IOException {
    Set<String> made = made();
    long begin = System.nanoTime();
    List<String> failed = new ArrayList<>();
    for (Run run : runs) {
      if (made.contains(run.name())) {
        continue;
      }
      if (System.nanoTime() - begin > budget.toNanos()) {
        break;
      }
      try {
        clear(); // of what a grid that was killed left
        writeTables(run.point().inputMultiple());
        archiveClasses(run.point().spark());
        System.out.println(make(run));
      } catch (IllegalStateException | IOException e) {
        failed.add(run.name());
        System.out.println(run.name() + " failed: " + e.getMessage());
      }
    }
    clear();
    return failed;
  }

  private Set<String> made() throws IOException {
    try (Stream<String> lines = Files.lines(manifest)) {
      return lines
          .skip(1)
          .map(line -> line.replaceFirst("(\\.zstd|/|,).*", ""))
          .collect(Collectors.toSet());
    }
  }

  private Path input(int multiple) {
    return work.resolve("data").resolve("events-" + rows * multiple);
  }

  private void writeTables(int multiple) throws IOException {
    Path input = input(multiple);
    if (Files.exists(input.resolve("lines/_SUCCESS"))) { // the last one to be written
      return;
    }
    long files = Math.max(4, rows * multiple / ROWS_OF_FILE);
    try (SparkProcess app = SparkProcess.submit(
            SparkInstallation.of("3.5"), work.resolve("apps/tables"))
        .mainClass(JOBS + "TruthTables")
        .jar(jar)
        .conf("spark.eventLog.enabled", "false")
        .arguments(
            input.toString(),
            String.valueOf(rows * multiple),
            String.valueOf(files),
            String.valueOf(rows * multiple / ROWS_OF_CUSTOMER))
        .start()) {
      check(app.await(DEADLINE) == 0, app);
    }
  }

  private Path classes(String spark) {
    return work.resolve("classes-" + spark + ".jsa");
  }

  /**
   * Spark's classes as the JVM has them in memory. JVMs that begin with them need half of the processor time until they are warm, so that
   * those of four executors are less in each other's way than on two processors they would be.
   */
  private void archiveClasses(String spark) throws IOException {
    if (Files.exists(classes(spark))) {
      return;
    }
    writeTables(1);
    try (SparkProcess app = SparkProcess.submit(
            SparkInstallation.of(spark), work.resolve("apps/classes"))
        .mainClass(JOBS + Workload.REMOTE_REPORT.mainClass)
        .jar(jar)
        .jvmOptions("-XX:ArchiveClassesAtExit=" + classes(spark))
        .conf("spark.eventLog.enabled", "false")
        .arguments(input(1).toString(), work.resolve("data/out").toString())
        .start()) {
      check(app.await(DEADLINE) == 0, app);
    }
    clear();
  }

  private String make(Run run) throws IOException {
    TruthPoint point = run.point();
    Path input = input(point.inputMultiple());
    String second = point.workload() == Workload.REMOTE_API
        ? String.valueOf(rows * point.inputMultiple() / ROWS_OF_BLOCK)
        : work.resolve("data/out").toString();
    SparkProcess.Builder submission = SparkProcess.submit(
            SparkInstallation.of(point.spark()), work.resolve("apps/run"))
        .name(point.workload().label())
        .mainClass(JOBS + point.workload().mainClass)
        .jar(jar)
        .master("local-cluster[%d,%d,%d]"
            .formatted(point.executors(), point.cores(), TruthPoint.MEMORY_MB))
        .jvmOptions("-XX:SharedArchiveFile=" + classes(point.spark()))
        .conf(point.conf())
        .arguments(input.toString(), second);
    ProcessorTime processors = ProcessorTime.start();
    try (SparkProcess app = submission.start()) {
      while (app.isAlive() && processors.elapsed().compareTo(DEADLINE) < 0) {
        processors.sample();
        pause();
      }
      check(app.await(Duration.ofSeconds(1)) == 0, app);
      Matcher measured = MEASURED.matcher(app.output());
      check(measured.find(), app);
      return keep(run, app.eventLog(), measured, processors.shares());
    }
  }

  /** Cleans a log and writes its row, which it returns. */
  private String keep(Run run, Path log, Matcher measured, ProcessorTime.Shares shares)
      throws IOException {
    TruthPoint point = run.point();
    Path kept = target.resolve("logs").resolve(run.name() + ".zstd");
    if (Files.isDirectory(
        log)) { // a rolling one: its parts are named for the application, and so it must be
      Path folder = target.resolve("logs").resolve(run.name());
      Folders.delete(folder);
      Files.createDirectories(folder);
      kept = folder.resolve(log.getFileName());
    }
    cleaner.clean(log, kept);
    List<String> traces = MachineTraces.in(kept);
    if (!traces.isEmpty()) {
      throw new IllegalStateException(kept + " still tells of this machine: " + traces);
    }
    boolean sql = point.workload().sql;
    boolean adaptive = point.adaptive() != Adaptive.OFF;
    long tasks = EventLogText.names(kept).stream()
        .filter(name -> name.equals("SparkListenerTaskEnd"))
        .count();
    String row = String.join(
        ",",
        target.resolve("logs").relativize(kept).toString(),
        measured.group(1),
        point.workload().label(),
        point.workload().kind,
        String.valueOf(rows * point.inputMultiple()),
        String.valueOf(inputBytes(point)),
        String.valueOf(point.executors()),
        String.valueOf(point.cores()),
        String.valueOf(TruthPoint.MEMORY_MB),
        point.partitions() > 0 ? String.valueOf(point.partitions()) : sql ? "200" : "",
        "cluster",
        "zstd",
        SparkInstallation.of(point.spark()).version(),
        measured.group(2),
        measured.group(3),
        String.format(Locale.ROOT, "%.1f", shares.others()),
        shares.others() < QUIET_PERCENT ? "quiet" : "noisy",
        String.valueOf(size(kept)),
        String.valueOf(tasks),
        "ok",
        sql ? String.valueOf(adaptive) : "",
        sql && adaptive ? String.valueOf(point.adaptive() != Adaptive.BY_SIZE) : "",
        point.isDynamic() ? point.leastExecutors() + ":" + point.executors() : "",
        String.valueOf(point.inputMultiple()),
        String.valueOf(run.repeat()),
        String.format(Locale.ROOT, "%.1f", shares.lower()));
    Files.writeString(manifest, row + "\n", StandardOpenOption.APPEND);
    return row;
  }

  /** Bytes of the tables that the job reads. */
  private long inputBytes(TruthPoint point) throws IOException {
    List<String> tables = switch (point.workload()) {
      case REMOTE_ETL, REMOTE_REPORT, CPU_ETL -> List.of("events", "customers");
      case CPU_MODEL -> List.of("events");
      case REMOTE_API -> List.of("lines");
    };
    long bytes = 0;
    for (String table : tables) {
      bytes += size(input(point.inputMultiple()).resolve(table));
    }
    return bytes;
  }

  /** Bytes of a file, or of all that Spark reads in a folder. */
  private static long size(Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      return files
          .filter(Files::isRegularFile)
          .filter(f -> !f.getFileName().toString().matches("[._].*"))
          .mapToLong(f -> f.toFile().length())
          .sum();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_SAMPLES.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a run was going on", e);
    }
  }

  private static void check(boolean asMeant, SparkProcess app) {
    if (!asMeant) {
      String output = app.output();
      throw new IllegalStateException("it did not end as it should; it said: ..."
          + output.substring(Math.max(0, output.length() - 4000)));
    }
  }

  /** Removes what a run leaves; its log and the tables are elsewhere. */
  private void clear() throws IOException {
    Folders.delete(work.resolve("apps"));
    Folders.delete(work.resolve("data/out"));
  }
}
