package io.sparkoptimizer.sparktests;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/** A standalone master and its workers, each a process of its own on loopback, on ports that were free. */
public final class StandaloneCluster implements AutoCloseable {

  private static final Duration START = Duration.ofMinutes(3);
  private static final String LOOPBACK = "127.0.0.1";
  private static final Pattern MASTER_URL =
      Pattern.compile("Starting Spark master at (spark://\\S+:\\d+)");
  private static final Pattern REGISTERED = Pattern.compile("Successfully registered with master");

  private final Deque<ChildProcess> processes = new ArrayDeque<>();
  private String masterUrl = "";

  private StandaloneCluster() {}

  /**
   * Starts a cluster and waits until every worker has registered.
   *
   * @param folder where the processes write their output and the workers keep the executors' folders
   * @param workers number of workers
   * @param coresPerWorker cores that each worker offers; more than the machine has is fine
   * @param memoryMbPerWorker memory that each worker offers, in MiB
   */
  public static StandaloneCluster start(
      SparkInstallation installation,
      Path folder,
      int workers,
      int coresPerWorker,
      int memoryMbPerWorker) {
    return start(
        installation,
        folder,
        Collections.nCopies(workers, LOOPBACK),
        coresPerWorker,
        memoryMbPerWorker);
  }

  /**
   * Starts a cluster with a worker on each of some hosts: other addresses of loopback stand for other machines, for which Spark has
   * speculative copies and remote reads.
   */
  public static StandaloneCluster start(
      SparkInstallation installation,
      Path folder,
      List<String> hosts,
      int coresPerWorker,
      int memoryMbPerWorker) {
    StandaloneCluster cluster = new StandaloneCluster();
    try {
      cluster.startAll(
          installation,
          folder.toAbsolutePath().normalize(),
          hosts,
          coresPerWorker,
          memoryMbPerWorker);
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private void startAll(
      SparkInstallation installation, Path folder, List<String> hosts, int cores, int memoryMb) {
    ChildProcess master = begin(
        installation,
        folder,
        "master",
        "org.apache.spark.deploy.master.Master",
        List.of("--host", LOOPBACK, "--port", "0", "--webui-port", "0"));
    masterUrl = master.awaitOutput(MASTER_URL, START).group(1);
    for (int i = 1; i <= hosts.size(); i++) {
      begin(
          installation,
          folder,
          "worker-" + i,
          "org.apache.spark.deploy.worker.Worker",
          List.of(
              "--host",
              hosts.get(i - 1),
              "--cores",
              String.valueOf(cores),
              "--memory",
              memoryMb + "M",
              "--work-dir",
              folder.resolve("work-" + i).toString(),
              "--webui-port",
              "0",
              masterUrl));
    }
    for (ChildProcess process : processes) {
      if (process != master) {
        process.awaitOutput(REGISTERED, START);
      }
    }
  }

  private ChildProcess begin(
      SparkInstallation installation,
      Path folder,
      String name,
      String mainClass,
      List<String> arguments) {
    ChildProcess process = ChildProcess.start(
        name,
        installation.command("512m", List.of(), mainClass, arguments),
        installation.environment(),
        folder);
    processes.push(process);
    return process;
  }

  /** The address to submit to, such as {@code spark://127.0.0.1:40123}. */
  public String masterUrl() {
    return masterUrl;
  }

  /** Ends the workers, then the master. */
  @Override
  public void close() {
    while (!processes.isEmpty()) {
      processes.pop().close();
    }
  }
}
