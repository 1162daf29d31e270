package io.sparkoptimizer.sparktests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs one job with every Spark that the build has copied and at every setting that bears on what its event log tells of memory: {@code
 * MemoryLogs TARGET}. The logs go to {@code TARGET/eventlogs}; those that are there are not made again. docs/memory.md has the command, and
 * the table that is made of them.
 */
public final class MemoryLogs {

  private static final Duration DEADLINE = Duration.ofMinutes(20);
  private static final String EXECUTORS = "2";
  private static final String CORES = "2";

  private static final Map<String, String> STAGES =
      Map.of("spark.eventLog.logStageExecutorMetrics", "true");
  private static final Map<String, String> TREE =
      Map.of("spark.executor.processTreeMetrics.enabled", "true");
  private static final Map<String, String> POLLED =
      Map.of("spark.executor.metrics.pollingInterval", "1s");
  private static final Map<String, String> POLLED_DRIVER =
      Map.of("spark.driver.metrics.pollingInterval", "1s");
  private static final Map<String, String> OFF_HEAP =
      Map.of("spark.memory.offHeap.enabled", "true", "spark.memory.offHeap.size", "256m");

  private MemoryLogs() {}

  private static Map<String, Map<String, String>> settings() {
    Map<String, Map<String, String>> settings = new LinkedHashMap<>();
    settings.put("defaults", Map.of());
    settings.put("all", joined(STAGES, TREE, POLLED, POLLED_DRIVER));
    settings.put("off-heap", joined(STAGES, TREE, POLLED, POLLED_DRIVER, OFF_HEAP));
    settings.put("stages", STAGES);
    settings.put("polled", POLLED);
    settings.put("tree", TREE);
    return settings;
  }

  @SafeVarargs
  private static Map<String, String> joined(Map<String, String>... parts) {
    Map<String, String> all = new TreeMap<>();
    for (Map<String, String> part : parts) {
      all.putAll(part);
    }
    return all;
  }

  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      System.err.println("usage: MemoryLogs TARGET");
      System.exit(2);
    }
    Path logs = Files.createDirectories(Path.of(args[0]).toAbsolutePath().resolve("eventlogs"));
    Path work = Files.createTempDirectory("memory-logs");
    try {
      for (Map.Entry<String, Map<String, String>> setting : settings().entrySet()) {
        for (SparkInstallation spark : SparkInstallation.all()) {
          String name = spark.version() + "-" + setting.getKey();
          if (!Files.exists(logs.resolve(name))) {
            make(spark, name, setting.getValue(), work.resolve(name), logs.resolve(name));
          }
        }
      }
    } finally {
      Folders.delete(work);
    }
  }

  private static void make(
      SparkInstallation spark, String name, Map<String, String> conf, Path folder, Path log)
      throws IOException {
    long begin = System.nanoTime();
    try (SparkProcess app = SparkProcess.submit(spark, folder)
        .name(name)
        .mainClass("io.sparkoptimizer.sparktests.jobs.HeldMemory")
        .master("local-cluster[" + EXECUTORS + "," + CORES + ",1024]")
        .conf("spark.executor.instances", EXECUTORS)
        .conf("spark.executor.cores", CORES)
        .conf("spark.executor.memory", "768m")
        .conf("spark.scheduler.minRegisteredResourcesRatio", "1.0")
        .conf("spark.eventLog.rolling.enabled", "false")
        .conf(conf)
        .start()) {
      if (app.await(DEADLINE) != 0) {
        throw new IllegalStateException(name + " failed; it said: " + app.output());
      }
      Files.move(app.eventLog(), log);
    }
    System.out.printf(Locale.ROOT, "%s: %d s%n", name, (System.nanoTime() - begin) / 1_000_000_000);
  }
}
