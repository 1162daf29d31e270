package io.sparkoptimizer.sparktests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A Spark application in a process of its own, submitted by Spark's own {@code SparkSubmit}, as {@code spark-submit} does. Its event log is
 * kept; closing ends the driver and the executors that it started.
 *
 * <pre>{@code
 * try (SparkProcess app = SparkProcess.submit(SparkInstallation.of("3.5"), folder)
 *     .name("orders").master("local[2]").mainClass("io.sparkoptimizer.sparktests.jobs.Workloads")
 *     .arguments("etl_agg", "100000", "8", folder.resolve("data").toString()).start()) {
 *   assertThat(app.await(Duration.ofMinutes(1))).isZero();
 *   Path log = app.eventLog();
 * }
 * }</pre>
 */
public final class SparkProcess implements AutoCloseable {

  private final ChildProcess process;
  private final Path eventLogs;

  private SparkProcess(ChildProcess process, Path eventLogs) {
    this.process = process;
    this.eventLogs = eventLogs;
  }

  /**
   * Begins a submission.
   *
   * @param folder where the application's output, its local files and, in {@code eventlogs/}, its event log go; one application to a folder
   */
  public static Builder submit(SparkInstallation installation, Path folder) {
    return new Builder(installation, folder);
  }

  /** Waits for the end of the driver, and returns its exit code: 0 unless the main class threw. */
  public int await(Duration deadline) {
    return process.await(deadline);
  }

  /** What the driver has written so far. */
  public String output() {
    return process.output();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** The folder to which Spark writes the event log. */
  public Path eventLogFolder() {
    return eventLogs;
  }

  /**
   * The one event log of this application: a file, or an {@code eventlog_v2_*} folder; {@code .inprogress} while it runs.
   *
   * @throws IllegalStateException if there is none, or more than one
   */
  public Path eventLog() {
    try (Stream<Path> files = Files.list(eventLogs)) {
      List<Path> logs = files
          .filter(f -> !f.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
      if (logs.size() != 1) {
        throw new IllegalStateException(
            "expected one event log in " + eventLogs + ", found " + logs);
      }
      return logs.get(0);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + eventLogs, e);
    }
  }

  @Override
  public void close() {
    process.close();
  }

  /** What to submit. The event log is on, the user interface off; everything else is Spark's default until set. */
  public static final class Builder {

    private final SparkInstallation installation;
    private final Path folder;
    private final Map<String, String> conf = new TreeMap<>();
    private final List<String> arguments = new ArrayList<>();
    private final List<String> options = new ArrayList<>();
    private String name = "application";
    private String master = "local[2]";
    private String mainClass = "io.sparkoptimizer.sparktests.jobs.Workloads";
    private String driverMemory = "1g";
    private String jvmOptions = "";
    private Path jar = SparkInstallation.jobsJar();

    private Builder(SparkInstallation installation, Path folder) {
      this.installation = installation;
      this.folder = folder.toAbsolutePath().normalize();
      conf.put("spark.eventLog.enabled", "true");
      conf.put("spark.eventLog.dir", this.folder.resolve("eventlogs").toUri().toString());
      conf.put("spark.local.dir", this.folder.resolve("local").toString());
      conf.put(
          "spark.sql.warehouse.dir", this.folder.resolve("warehouse").toUri().toString());
      conf.put("spark.ui.enabled", "false");
      conf.put("spark.ui.showConsoleProgress", "false");
      conf.put("spark.driver.host", "127.0.0.1");
      conf.put("spark.driver.bindAddress", "127.0.0.1");
    }

    /** The application's name. */
    public Builder name(String name) {
      this.name = name;
      return this;
    }

    /** {@code local[n]}, {@code local-cluster[executors,cores,memoryMb]} or the URL of a {@link StandaloneCluster}. */
    public Builder master(String master) {
      this.master = master;
      return this;
    }

    /** The class with the job's main method; {@code jobs.Workloads} unless set. */
    public Builder mainClass(String mainClass) {
      this.mainClass = mainClass;
      return this;
    }

    /** The jar with the job; our own unless set. */
    public Builder jar(Path jar) {
      this.jar = jar;
      return this;
    }

    /** The driver's heap, as {@code --driver-memory} takes it. */
    public Builder driverMemory(String driverMemory) {
      this.driverMemory = driverMemory;
      return this;
    }

    /** Options of every JVM of the application, the executors' too; no event log tells of them. */
    public Builder jvmOptions(String options) {
      jvmOptions = options;
      return this;
    }

    /** A Spark property; the last value of a key counts. */
    public Builder conf(String key, String value) {
      conf.put(key, value);
      return this;
    }

    /** Spark properties; the last value of a key counts. */
    public Builder conf(Map<String, String> properties) {
      conf.putAll(properties);
      return this;
    }

    /** Options of spark-submit, as it takes them; they come last, so that they win. */
    public Builder options(List<String> more) {
      options.addAll(more);
      return this;
    }

    /** Arguments of the job's main method, after those that are there. */
    public Builder arguments(String... more) {
      arguments.addAll(List.of(more));
      return this;
    }

    /** Submits the application. */
    public SparkProcess start() {
      Path eventLogs = folder.resolve("eventlogs");
      try {
        Files.createDirectories(eventLogs);
        Files.createDirectories(folder.resolve("local"));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot make the folders of " + name, e);
      }
      List<String> submit = new ArrayList<>(List.of(
          "--master",
          master,
          "--class",
          mainClass,
          "--name",
          name,
          "--driver-memory",
          driverMemory));
      conf.forEach((key, value) -> {
        submit.add("--conf");
        submit.add(key + "=" + value);
      });
      submit.addAll(options);
      submit.add(jar.toAbsolutePath().normalize().toString());
      submit.addAll(arguments);
      List<String> command = installation.command(
          driverMemory, List.of(), "org.apache.spark.deploy.SparkSubmit", submit);
      Map<String, String> environment = installation.environment();
      environment.merge("JAVA_TOOL_OPTIONS", jvmOptions, (usual, more) -> usual + " " + more);
      return new SparkProcess(
          ChildProcess.start("driver", command, environment, folder), eventLogs);
    }
  }
}
