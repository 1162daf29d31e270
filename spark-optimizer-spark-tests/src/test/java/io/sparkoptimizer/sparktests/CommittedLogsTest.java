package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.sparktests.EventLogText.Codec;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No event log in this repository tells of the machine that made it; and the look for it finds what is there to find. */
class CommittedLogsTest {

  private static final String START =
      "{\"Event\":\"SparkListenerLogStart\",\"Spark Version\":\"3.5.9\"}\n";

  @TempDir
  private Path root;

  static Path repository() {
    return Path.of(System.getProperty("sparktests.repository", ".."))
        .toAbsolutePath()
        .normalize();
  }

  @Test
  void repository_allLogs_tellOfNoMachine() throws IOException {
    CommittedLogs committed = CommittedLogs.under(repository());

    assertThat(committed.traces()).isEmpty();
    assertThat(committed.logs())
        .filteredOn(log -> log.startsWith("samples/eventlogs/"))
        .as("the samples, or else the look passes over what it should see")
        .hasSizeGreaterThanOrEqualTo(14)
        .anyMatch(log -> log.contains("/eventlog_v2_"));
  }

  @Test
  void samples_cleanedAgain_stayAsTheyAre() throws IOException {
    EventLogCleaner cleaner = EventLogCleaner.builder().build();
    for (String log : CommittedLogs.under(repository()).logs()) {
      if (log.startsWith("samples/eventlogs/")) {
        for (String line : EventLogText.lines(repository().resolve(log))) {
          cleaner.learn(line);
          assertThat(cleaner.cleanLine(line)).isEqualTo(line);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void look_dirtyLogOfEachCodec_findsIt(Codec codec) throws IOException {
    plant(
        "core/src/test/resources/golden/any-name",
        codec,
        START + property("spark.jars", "file:/home/alice/etl.jar"));

    assertThat(CommittedLogs.under(root).traces())
        .containsExactly("core/src/test/resources/golden/any-name line 2: /home/alice/etl.jar");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/root/etl.jar",
        "file:/tmp/out/part-1",
        "file:///workspace/main/x",
        "a,/srv/warehouse/t",
        "-Dlog=/opt/company/log.xml",
        "scan [file:/mnt/disk1/t, ...",
        "C:\\Users\\alice\\x"
      })
  void look_pathOfAMachine_findsIt(String value) throws IOException {
    plant("samples/a", Codec.PLAIN, START + property("spark.x", value));

    assertThat(CommittedLogs.under(root).traces())
        .isNotEmpty()
        .allMatch(t -> t.startsWith("samples/a line 2: "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/data/lake/sales",
        "file:/opt/spark/jars/x.jar",
        "hdfs://namenode:9000/warehouse/t",
        "http://127.0.0.1:8081/logPage/?appId=app-1",
        "select a / b, c/d from t",
        "2026/11/02",
        "/metrics/json",
        "java.base/java.lang.Thread.run(Thread.java:840)",
        "rootExecutionId"
      })
  void look_notAPathOfAMachine_passesOver(String value) throws IOException {
    plant("samples/a", Codec.PLAIN, START + property("spark.x", value));

    assertThat(CommittedLogs.under(root).traces()).isEmpty();
  }

  @Test
  void look_namesOfThisMachine_findsThem() throws IOException {
    String host = InetAddress.getLocalHost().getHostName();
    plant(
        "samples/a",
        Codec.ZSTD,
        START + "{\"Event\":\"SparkListenerExecutorAdded\",\"Executor Info\":{\"Host\":\"" + host
            + "\"}}\n" + "{\"Event\":\"SparkListenerApplicationStart\",\"User\":\""
            + System.getProperty("user.name") + "\"}\n");

    List<String> traces = CommittedLogs.under(root).traces();

    assertThat(traces).anyMatch(t -> t.startsWith("samples/a line 3: "));
    if (!host.equals("localhost")) {
      assertThat(traces).contains("samples/a line 2: " + host);
    }
  }

  @Test
  void look_classPath_findsIt() throws IOException {
    plant(
        "samples/a",
        Codec.PLAIN,
        START
            + "{\"Event\":\"SparkListenerEnvironmentUpdate\",\"Classpath Entries\":{\"x.jar\":\"System Classpath\"}}\n");

    assertThat(CommittedLogs.under(root).traces())
        .containsExactly("samples/a line 2: \"Classpath Entries\":{\"x.jar\"");
  }

  @Test
  void look_zipAndRollingFolder_readsTheirParts() throws IOException {
    String dirty = START + property("spark.jars", "/home/alice/etl.jar");
    plant("samples/eventlogs/eventlog_v2_app-1/events_1_app-1.zstd", Codec.ZSTD, START);
    plant("samples/eventlogs/eventlog_v2_app-1/events_2_app-1.zstd", Codec.ZSTD, dirty);
    Path zip = root.resolve("api/src/test/resources/logs.zip");
    Files.createDirectories(zip.getParent());
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("eventLogs-app-1/app-1"));
      out.write(dirty.getBytes(StandardCharsets.UTF_8));
    }

    assertThat(CommittedLogs.under(root).traces())
        .containsExactlyInAnyOrder(
            "samples/eventlogs/eventlog_v2_app-1/events_2_app-1.zstd line 2: /home/alice/etl.jar",
            "api/src/test/resources/logs.zip!/eventLogs-app-1/app-1 line 2: /home/alice/etl.jar");
  }

  @Test
  void look_cutAndDamagedLog_findsWhatIsBeforeTheCut() throws IOException {
    StringBuilder text = new StringBuilder(START + property("spark.jars", "/home/alice/etl.jar"));
    Random random = new Random(7); // so that the stream has many blocks
    for (int i = 0; i < 20_000; i++) {
      text.append(property("spark.x", Long.toHexString(random.nextLong())));
    }
    plant("samples/whole", Codec.LZ4, text.toString());
    byte[] whole = Files.readAllBytes(root.resolve("samples/whole"));
    Files.write(root.resolve("samples/whole"), Arrays.copyOf(whole, whole.length * 2 / 3));

    assertThat(CommittedLogs.under(root).traces())
        .containsExactly("samples/whole line 2: /home/alice/etl.jar");
  }

  @Test
  void look_buildFolders_passesOver() throws IOException {
    plant(
        "core/target/classes/resources/a",
        Codec.PLAIN,
        START + property("spark.jars", "/home/alice/etl.jar"));

    assertThat(CommittedLogs.under(root).logs()).isEmpty();
  }

  private static String property(String key, String value) {
    return "{\"Event\":\"SparkListenerEnvironmentUpdate\",\"Spark Properties\":{\"" + key + "\":\""
        + value.replace("\\", "\\\\") + "\"}}\n";
  }

  private void plant(String path, Codec codec, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    try (OutputStream out = codec.pack(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
