package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The product's promise from end to end: real Spark runs leave logs, the command collects them and
 * prints settings, and a real application that is submitted with these settings ends well.
 */
class EndToEndTest {

  private static final Duration DEADLINE = Duration.ofMinutes(5);

  @TempDir
  private Path folder;

  @Test
  void printedSettings_ofARecommendation_startAnApplicationThatEndsWell() throws Exception {
    SparkInstallation spark = SparkInstallation.of("3.5");
    String database = "sqlite:///" + folder.resolve("history.db");
    try (StandaloneCluster cluster =
        StandaloneCluster.start(spark, folder.resolve("cluster"), 2, 1, 1024)) {
      run(spark, cluster, "first", List.of());
      assertThat(command("collect", "--event-log-dir", logs("first"), "--db-url", database))
          .contains("Successfully processed 1 jobs");

      String printed = command(
          "recommend",
          "--job",
          "orders",
          "--platform",
          "standalone",
          "--max-executors",
          "2",
          "--format",
          "spark-submit-args",
          "--db-url",
          database);
      assertThat(printed).contains("--executor-memory ").contains("spark.cores.max=");

      String output = run(spark, cluster, "second", words(printed));
      assertThat(output).doesNotContain("IllegalArgumentException");
      assertThat(command("collect", "--event-log-dir", logs("second"), "--db-url", database))
          .contains("Successfully processed 1 jobs");
      assertThat(command("list-jobs", "--format", "json", "--db-url", database))
          .contains("\"total\":2");
    }
  }

  private String run(
      SparkInstallation spark, StandaloneCluster cluster, String name, List<String> options) {
    try (SparkProcess app = SparkProcess.submit(spark, folder.resolve(name))
        .name("orders")
        .master(cluster.masterUrl())
        .conf("spark.executor.memory", "700m")
        .options(options)
        .arguments("etl_agg", "50000", "4", folder.resolve("data-" + name).toString())
        .start()) {
      assertThat(app.await(DEADLINE)).as(app.output()).isZero();
      return app.output();
    }
  }

  private String logs(String name) {
    return folder.resolve(name).resolve("eventlogs").toString();
  }

  /** Splits as a shell does, with a shell. */
  private static List<String> words(String line) throws IOException, InterruptedException {
    Process bash = new ProcessBuilder("bash", "-c", "printf '%s\\n' " + line.strip()).start();
    String words = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).isZero();
    return words.lines().toList();
  }

  private String command(String... arguments) {
    return CommandProcess.run(folder, arguments);
  }
}
