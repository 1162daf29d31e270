package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code inspect} says of real logs is what Spark's own History Server says of them, value by value; {@link RestComparison} has the
 * tables. Where ours differs on purpose is in docs/event-log.md.
 */
class HistoryServerTest {

  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir
  private Path folder;

  static Stream<SparkInstallation> installations() {
    return SparkInstallation.all().stream();
  }

  @ParameterizedTest
  @MethodSource("installations")
  void inspect_logsOfRealApplications_saysWhatTheHistoryServerSays(SparkInstallation spark)
      throws Exception {
    Path logs = Files.createDirectories(folder.resolve("logs"));
    run(spark, logs);

    JsonNode ours = inspect(logs);
    assertShowsWhatIsAskedOf(ours);
    RestComparison compared = compare(spark, logs, ours);

    assertThat(compared.differences()).isEmpty();
    assertCompared(compared, 2200);
  }

  /** Fourteen more applications, of Spark 3.5 and 4.1, with far more tasks. */
  @Test
  void inspect_samples_saysWhatTheNewestHistoryServerSays() throws IOException {
    List<SparkInstallation> all = SparkInstallation.all();
    Path samples = Path.of(System.getProperty("sparktests.repository"), "samples", "eventlogs")
        .normalize();

    RestComparison compared = compare(all.get(all.size() - 1), samples, inspect(samples));

    assertThat(compared.differences()).isEmpty();
    assertCompared(compared, 5300);
  }

  /** The floor is what was compared when this was written, less a tenth: runs differ a little, but an empty answer must not pass. */
  private static void assertCompared(RestComparison compared, int floor) {
    int values = compared.counts().values().stream().mapToInt(n -> n).sum();
    System.out.println(
        "compared " + values + " values with the History Server: " + compared.counts());
    assertThat(values).as("values compared: %s", compared.counts()).isGreaterThan(floor);
  }

  /** What the two jobs are there for is in their logs, or the comparison would say less than it seems to. */
  private void assertShowsWhatIsAskedOf(JsonNode ours) {
    Map<String, JsonNode> jobs = new TreeMap<>();
    ours.get("applications").forEach(one -> jobs.put(one.get("name").asText(), one));
    JsonNode fixed = jobs.get("fixed");
    JsonNode growing = jobs.get("growing");
    assertThat(numbers(fixed.get("stages"), "attempt_id"))
        .as("a stage tried again")
        .contains(1L);
    assertThat(sum(fixed.get("stages"), "num_failed_tasks")).isPositive();
    assertThat(sum(fixed.get("stages"), "cached_input_bytes")).isPositive();
    if (hosts().get(0).equals(hosts().get(1))) {
      assertThat(sum(fixed.get("stages"), "num_speculative_tasks")).isZero();
    } else {
      assertThat(sum(fixed.get("stages"), "num_speculative_tasks")).isPositive();
      assertThat(sum(fixed.get("stages"), "shuffle_remote_bytes_read")).isPositive();
    }
    assertThat(numbers(fixed.get("cached_rdds"), "cached_partitions")).contains(2L, 3L, 4L);
    assertThat(numbers(fixed.get("sql"), "adaptive/coalesced_reads")).contains(2L);
    assertThat(fixed.get("exclusions")).isNotEmpty();
    assertThat(fixed.at("/streaming/batches").asLong()).isGreaterThanOrEqualTo(3);
    assertThat(fixed.at("/configuration/spark.test.password").asText()).doesNotContain("swordfish");
    assertThat(fixed.get("executors").findValuesAsText("remove_cause")).contains("exited");
    assertThat(growing.get("executors").findValuesAsText("remove_cause")).contains("released");
    // Not the application's: where main throws, Spark 4 logs exit code 0.
    assertThat(growing.get("jobs").findValuesAsText("status")).endsWith("failed");
  }

  private static List<Long> numbers(JsonNode array, String key) {
    List<Long> numbers = new ArrayList<>();
    array.forEach(node -> numbers.add(node.at("/" + key).asLong()));
    return numbers;
  }

  private static long sum(JsonNode array, String key) {
    return numbers(array, key).stream().mapToLong(n -> n).sum();
  }

  void run(SparkInstallation spark, Path logs) throws IOException {
    List<String> hosts = hosts();
    try (StandaloneCluster cluster =
            StandaloneCluster.start(spark, folder.resolve("cluster"), hosts, 4, 1400);
        SparkProcess fixed = fixed(spark, cluster.masterUrl());
        SparkProcess growing = growing(spark, cluster.masterUrl())) {
      assertThat(fixed.await(DEADLINE)).as(fixed.output()).isZero();
      assertThat(growing.await(DEADLINE)).as(growing.output()).isEqualTo(1);
      assertThat(growing.output()).contains("fails every time");
      Files.move(fixed.eventLog(), logs.resolve(fixed.eventLog().getFileName()));
      Files.move(growing.eventLog(), logs.resolve(growing.eventLog().getFileName()));
    }
  }

  private JsonNode inspect(Path logs) throws IOException {
    JsonNode ours =
        JSON.readTree(CommandProcess.run(folder, "inspect", logs.toString(), "--format", "json"));
    assertThat(ours.get("skipped")).isEmpty();
    return ours;
  }

  private RestComparison compare(SparkInstallation spark, Path logs, JsonNode ours)
      throws IOException {
    try (HistoryServerProcess server =
        HistoryServerProcess.start(spark, logs, folder.resolve("history"), Map.of())) {
      JsonNode listed =
          JSON.readTree(server.awaitApplications(ours.get("applications").size(), DEADLINE));
      RestComparison comparison = new RestComparison(path -> json(server, path));
      comparison.compare(listed, ours.get("applications"));
      return comparison;
    }
  }

  private static JsonNode json(HistoryServerProcess server, String path) {
    try {
      var answer = server.get("/api/v1/" + path);
      assertThat(answer.statusCode()).as("%s: %s", path, answer.body()).isEqualTo(200);
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Two executors on hosts of their own, everything measured that can be. */
  private SparkProcess fixed(SparkInstallation spark, String master) {
    return submit(spark, master, "fixed")
        .conf("spark.cores.max", "4")
        .conf("spark.scheduler.minRegisteredResourcesRatio", "1.0")
        .conf("spark.eventLog.logStageExecutorMetrics", "true")
        .conf("spark.eventLog.logBlockUpdates.enabled", "true")
        .conf("spark.executor.processTreeMetrics.enabled", "true")
        .conf("spark.executor.metrics.pollingInterval", "100ms")
        .conf("spark.executor.heartbeatInterval", "500ms")
        .conf("spark.speculation", "true")
        .conf("spark.speculation.interval", "100ms")
        .conf("spark.speculation.quantile", "0.5")
        .conf("spark.excludeOnFailure.enabled", "true")
        .conf("spark.excludeOnFailure.stage.maxFailedTasksPerExecutor", "1")
        .conf("spark.excludeOnFailure.stage.maxFailedExecutorsPerNode", "10")
        .conf("spark.excludeOnFailure.application.maxFailedTasksPerExecutor", "1")
        .conf("spark.excludeOnFailure.application.maxFailedExecutorsPerNode", "10")
        .conf("spark.sql.shuffle.partitions", "8")
        .conf("spark.test.password", "swordfish")
        .start();
  }

  private SparkProcess growing(SparkInstallation spark, String master) {
    return submit(spark, master, "growing")
        .conf("spark.dynamicAllocation.enabled", "true")
        .conf("spark.dynamicAllocation.shuffleTracking.enabled", "true")
        .conf("spark.dynamicAllocation.maxExecutors", "2")
        .conf("spark.dynamicAllocation.schedulerBacklogTimeout", "1s")
        .conf("spark.dynamicAllocation.executorIdleTimeout", "1s")
        .start();
  }

  private SparkProcess.Builder submit(SparkInstallation spark, String master, String job) {
    return SparkProcess.submit(spark, folder.resolve(job))
        .name(job)
        .master(master)
        .mainClass("io.sparkoptimizer.sparktests.jobs.EveryEvent")
        .conf("spark.executor.memory", "600m")
        .conf("spark.executor.cores", "2")
        .arguments(job, folder.resolve(job).toString());
  }

  /** Speculation needs a second host. Not every system has a second loopback address; nothing else here needs one. */
  private static List<String> hosts() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.2"))) {
      return List.of("127.0.0.1", socket.getInetAddress().getHostAddress());
    } catch (IOException noSuchAddress) {
      return List.of("127.0.0.1", "127.0.0.1");
    }
  }
}
