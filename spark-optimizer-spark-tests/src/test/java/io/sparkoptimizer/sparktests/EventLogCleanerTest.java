package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogCleanerTest {

  @TempDir
  private Path folder;

  private final EventLogCleaner cleaner = EventLogCleaner.builder()
      .folder(Path.of("/home/alice/lake"), "/data/lake")
      .folder(Path.of("/home/alice/jobs"), "/opt/jobs")
      .build();

  private String clean(String line) throws IOException {
    cleaner.learn(line);
    return cleaner.cleanLine(line);
  }

  @Test
  void cleanLine_environment_keepsSettingsAndDropsTheMachine() throws IOException {
    String line = "{\"Event\":\"SparkListenerEnvironmentUpdate\","
        + "\"JVM Information\":{\"Java Home\":\"/usr/lib/jvm/java-17\",\"Java Version\":\"17.0.15 (Debian)\"},"
        + "\"Spark Properties\":{\"spark.executor.memory\":\"4g\",\"spark.jars\":\"file:/home/alice/jobs/etl.jar\","
        + "\"spark.executorEnv.TOKEN_FILE\":\"abc\",\"spark.driver.host\":\"box7.example.com\"},"
        + "\"Hadoop Properties\":{\"io.file.buffer.size\":\"65536\",\"hadoop.tmp.dir\":\"/tmp/hadoop-alice\"},"
        + "\"System Properties\":{\"java.version\":\"17.0.15\",\"user.dir\":\"/home/alice\",\"user.name\":\"alice\","
        + "\"sun.java.command\":\"org.apache.spark.deploy.SparkSubmit --class Etl /home/alice/jobs/etl.jar /home/alice/lake/sales\"},"
        + "\"Classpath Entries\":{\"/opt/x/a.jar\":\"System Classpath\"}}";

    assertThat(clean(line))
        .isEqualTo("{\"Event\":\"SparkListenerEnvironmentUpdate\","
            + "\"JVM Information\":{\"Java Home\":\"/opt/java\",\"Java Version\":\"17.0.15\"},"
            + "\"Spark Properties\":{\"spark.executor.memory\":\"4g\",\"spark.jars\":\"file:/opt/jobs/etl.jar\","
            + "\"spark.executorEnv.TOKEN_FILE\":\"(removed)\",\"spark.driver.host\":\"host-1\"},"
            + "\"Hadoop Properties\":{\"io.file.buffer.size\":\"65536\"},"
            + "\"System Properties\":{\"java.version\":\"17.0.15\","
            + "\"sun.java.command\":\"org.apache.spark.deploy.SparkSubmit --class Etl /opt/jobs/etl.jar /data/lake/sales\"},"
            + "\"Classpath Entries\":{}}");
  }

  @Test
  void cleanLine_hostsAndUsers_areTheSameEverywhere() throws IOException {
    clean("{\"Event\":\"SparkListenerExecutorAdded\",\"Executor Info\":{\"Host\":\"node-1.corp\","
        + "\"Log Urls\":{\"stdout\":\"http://node-1.corp:8042/logs/alice\"}}}");
    clean("{\"Event\":\"SparkListenerApplicationStart\",\"User\":\"alice\"}");

    assertThat(
            clean(
                "{\"Event\":\"X\",\"a\":\"lost node-1.corp:7337. alice waits for node-1.corp, not node-1.corp.x or malice\"}"))
        .isEqualTo(
            "{\"Event\":\"X\",\"a\":\"lost host-1:7337. spark waits for host-1, not node-1.corp.x or malice\"}");
    assertThat(
            clean(
                "{\"Event\":\"X\",\"Executor Info\":{\"Host\":\"node-2.corp\",\"Log Urls\":{\"stdout\":\"http://node-2.corp\"}}}"))
        .isEqualTo("{\"Event\":\"X\",\"Executor Info\":{\"Host\":\"host-2\",\"Log Urls\":{}}}");
  }

  @Test
  void cleanLine_unnamedFolders_getTheSameNumberAgain() throws IOException {
    assertThat(clean("{\"Event\":\"X\",\"a\":\"file:/srv/x/y, /srv/x/z\"}"))
        .isEqualTo("{\"Event\":\"X\",\"a\":\"file:/data/path-1, /data/path-2\"}");
    assertThat(clean("{\"Event\":\"X\",\"b\":\"[/srv/x/z]\"}"))
        .isEqualTo("{\"Event\":\"X\",\"b\":\"[/data/path-2]\"}");
  }

  @Test
  void cleanLine_shortenedPlan_endsWithinTheNeutralFolder() throws IOException {
    assertThat(
            clean("{\"Event\":\"X\",\"plan\":\"InMemoryFileIndex [file:/home/ali..., Batched\"}"))
        .isEqualTo("{\"Event\":\"X\",\"plan\":\"InMemoryFileIndex [file:/opt/jobs..., Batched\"}");
    assertThat(
            clean(
                "{\"Event\":\"X\",\"plan\":\"InMemoryFileIndex [file:/home/alice/lake/sal..., Batched\"}"))
        .isEqualTo(
            "{\"Event\":\"X\",\"plan\":\"InMemoryFileIndex [file:/data/lake/sal..., Batched\"}");
  }

  @Test
  void cleanLine_nothingToChange_isTheSameString() throws IOException {
    String line =
        "{ \"Event\" : \"SparkListenerTaskEnd\", \"a\": 1.50E2, \"b\": \"x\\/y\", \"Host\":\"127.0.0.1\" }";

    assertThat(clean(line)).isSameAs(line);
  }

  @Test
  void clean_lineThatIsNoJson_isNamed() throws IOException {
    Path log = Files.writeString(folder.resolve("log"), "{\"Event\":\"A\"}\n{\"Event\":\n");

    assertThatThrownBy(() -> cleaner.clean(log, folder.resolve("clean")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("log line 2 is not JSON");
  }

  @Test
  void builder_targetThatTellsOfAMachine_isRefused() {
    assertThatThrownBy(() -> EventLogCleaner.builder().folder(folder, "/home/bob/x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"/home/bob/x\" is not under one of [/data, ");
  }

  /** A rolling log of a failing job, as Spark wrote it here a moment ago: full of this machine before, and every number kept after. */
  @Test
  void clean_realLog_keepsEveryNumber() throws IOException {
    Path log;
    try (SparkProcess app = SparkProcess.submit(SparkInstallation.of("4.1"), folder.resolve("app"))
        .master("local[2,4]")
        .arguments("failures", "0", "16", folder.toString())
        .start()) {
      assertThat(app.await(Duration.ofMinutes(5))).as(app.output()).isZero();
      log = app.eventLog();
    }
    Path clean = folder.resolve("clean");

    EventLogCleaner.builder().build().clean(log, clean);

    assertThat(MachineTraces.in(log)).isNotEmpty();
    assertThat(MachineTraces.in(clean)).isEmpty();
    assertThat(EventLogText.names(clean)).isEqualTo(EventLogText.names(log));
    assertThat(numbers(clean)).isNotEmpty().isEqualTo(numbers(log));
    try (var files = Files.list(clean)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .anyMatch(n -> n.startsWith("appstatus_"))
          .anyMatch(n -> n.startsWith("events_1_") && n.endsWith(".zstd"));
    }
  }

  /** Every number and boolean of a log in order, as written, with its field's name. */
  private static List<String> numbers(Path log) throws IOException {
    List<String> numbers = new ArrayList<>();
    for (String line : EventLogText.lines(log)) {
      try (JsonParser parser = new JsonFactory().createParser(line)) {
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
          if (token.isNumeric() || token.isBoolean()) {
            numbers.add(parser.currentName() + "=" + parser.getText());
          }
        }
      }
    }
    return numbers;
  }
}
