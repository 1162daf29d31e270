package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SparkProcessTest {

  private static final Duration DEADLINE = Duration.ofMinutes(5);

  @TempDir
  private Path folder;

  static Stream<SparkInstallation> installations() {
    return SparkInstallation.all().stream();
  }

  @Test
  void classPath_ofTests_hasNoSpark() {
    assertThatThrownBy(() -> Class.forName("org.apache.spark.SparkContext"))
        .isInstanceOf(ClassNotFoundException.class);
    assertThatThrownBy(() -> Class.forName("scala.Option"))
        .isInstanceOf(ClassNotFoundException.class);
  }

  @Test
  void installation_unknownVersion_namesThoseThere() {
    assertThatThrownBy(() -> SparkInstallation.of("1.6.0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no Spark 1.6.0")
        .hasMessageContaining("3.5.9")
        .hasMessageContaining("4.1.3");
  }

  @ParameterizedTest
  @MethodSource("installations")
  void submit_localJob_leavesEventLog(SparkInstallation installation) throws Exception {
    try (SparkProcess app = SparkProcess.submit(installation, folder)
        .name("orders")
        .conf("spark.eventLog.rolling.enabled", "false")
        .conf("spark.eventLog.compress", "true")
        .conf("spark.eventLog.compression.codec", "zstd")
        .arguments("etl_agg", "20000", "4", folder.resolve("data").toString())
        .start()) {
      assertThat(app.await(DEADLINE)).as(app.output()).isZero();
      assertThat(app.eventLog().getFileName().toString()).endsWith(".zstd");

      List<String> events = EventLogText.names(app.eventLog());

      assertThat(events)
          .startsWith("SparkListenerLogStart")
          .endsWith("SparkListenerApplicationEnd")
          .contains(
              "SparkListenerEnvironmentUpdate",
              "SparkListenerTaskEnd",
              "SparkListenerStageCompleted");
    }
  }

  @Test
  void submit_withoutSettings_keepsEachReleasesDefaults() throws Exception {
    try (SparkProcess app = SparkProcess.submit(SparkInstallation.of("4.1"), folder)
        .arguments("small_tasks", "0", "4", folder.toString())
        .start()) {
      assertThat(app.await(DEADLINE)).as(app.output()).isZero();
      assertThat(app.eventLog()).isDirectory();
      assertThat(app.eventLog().getFileName().toString()).startsWith("eventlog_v2_local-");
      assertThat(EventLogText.names(app.eventLog())).contains("SparkListenerTaskEnd");
    }
  }

  @Test
  void submit_failingJob_exitsWithOne() {
    try (SparkProcess app = SparkProcess.submit(SparkInstallation.of("3.5"), folder)
        .arguments("job_fail", "0", "4", folder.toString())
        .start()) {
      assertThat(app.await(DEADLINE)).isEqualTo(1);
      assertThat(app.output()).contains("fails every time");
    }
  }

  @Test
  void await_pastDeadline_endsTheProcess() {
    try (SparkProcess app = SparkProcess.submit(SparkInstallation.of("3.5"), folder)
        .arguments("remote_scan", "400000000", "4", folder.toString())
        .start()) {
      assertThatThrownBy(() -> app.await(Duration.ofSeconds(1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("did not end within PT1S");
      assertThat(app.isAlive()).isFalse();
    }
  }

  @Test
  void standaloneCluster_withHistoryServer_runsAndListsAnApplication() throws Exception {
    SparkInstallation installation = SparkInstallation.of("3.5");
    Path logs;
    try (StandaloneCluster cluster =
            StandaloneCluster.start(installation, folder.resolve("cluster"), 2, 1, 600);
        SparkProcess app = SparkProcess.submit(installation, folder.resolve("app"))
            .name("clickstream")
            .master(cluster.masterUrl())
            .conf("spark.executor.memory", "512m")
            .conf("spark.scheduler.minRegisteredResourcesRatio", "1.0")
            .arguments("remote_scan", "1000000", "4", folder.toString())
            .start()) {
      assertThat(app.await(DEADLINE)).as(app.output()).isZero();
      logs = app.eventLogFolder();
      assertThat(EventLogText.names(app.eventLog())).contains("SparkListenerExecutorAdded");
    }
    try (Stream<Path> files = Files.list(logs)) {
      assertThat(files).hasSize(1);
    }
    try (HistoryServerProcess server =
        HistoryServerProcess.start(installation, logs, folder.resolve("history"), Map.of())) {
      assertThat(server.awaitApplications(1, DEADLINE)).contains("\"clickstream\"");
    }
  }
}
