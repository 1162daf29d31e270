package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.testkit.SyntheticEventLog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What lies beside logs and is none: each gets a reason, the rest is read, nothing is thrown. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MalformedInputTest {
  @TempDir
  Path folder;

  private final byte[] log = SyntheticEventLog.seeded(1).toByteArray();

  @BeforeEach
  void writeGoodLog() throws IOException {
    Files.write(folder.resolve("good"), log);
  }

  private void write(String name, byte[] content) throws IOException {
    Files.write(folder.resolve(name), content);
  }

  /** Reads the folder and expects the good log and one reason. */
  private String reasonFor(String name) {
    Logs.Read read = Logs.read(folder);
    assertThat(read.runs()).as("the good log beside " + name).hasSize(1);
    assertThat(read.skipped()).hasSize(1);
    return read.reason(name);
  }

  @Test
  void read_driverLogText_saysNoEvent() throws Exception {
    write("stderr", Logs.bytes("""
        26/11/01 00:00:00 INFO SparkContext: Running Spark version 3.5.6
        26/11/01 00:00:00 WARN NativeCodeLoader: Unable to load native-hadoop library
        {not json}
        """));
    assertThat(reasonFor("stderr")).isEqualTo("not an event log: no Spark event in 3 lines");
  }

  @Test
  void read_structuredDriverLog_saysNoEvent() throws Exception {
    write("driver.json", Logs.bytes("""
        {"ts":"2026-11-01T00:00:00Z","level":"INFO","msg":"Running Spark version 4.0.1","logger":"SparkContext"}
        """));
    assertThat(reasonFor("driver.json")).isEqualTo("not an event log: no Spark event in its line");
  }

  @Test
  void read_emptyFile_saysEmpty() throws Exception {
    write("empty", new byte[0]);
    assertThat(reasonFor("empty")).isEqualTo("empty file");
  }

  @Test
  void read_onlyLineEnds_saysNoLines() throws Exception {
    write("blank", Logs.bytes("\n\r\n  \n\n"));
    assertThat(reasonFor("blank")).isEqualTo("no lines");
  }

  @Test
  void read_noise_saysNoEvent() throws Exception {
    byte[] noise = new byte[1 << 20];
    new java.util.Random(7).nextBytes(noise);
    write("noise", noise);
    assertThat(reasonFor("noise")).startsWith("not an event log: no Spark event in ");
  }

  @Test
  void read_noiseBehindEachMagic_givesReason() throws Exception {
    SplittableRandom random = new SplittableRandom(11);
    for (Codecs codec : Codecs.values()) {
      for (int i = 0; i < 200; i++) {
        byte[] bytes = new byte[200];
        random.nextBytes(bytes);
        byte[] head = codec.compress(log);
        System.arraycopy(head, 0, bytes, 0, 4 + random.nextInt(30));
        EventLogs.Result result = Logs.result(bytes);
        assertThat(result.run()).as("%s, round %s", codec, i).isNull();
        assertThat(result.skipped().reason()).as("%s, round %s", codec, i).isNotBlank();
      }
    }
  }

  @Test
  void read_png_saysNoEvent() throws Exception {
    byte[] png = new byte[5000];
    new java.util.Random(8).nextBytes(png);
    byte[] head = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0, 0, 13, 'I', 'H'};
    System.arraycopy(head, 0, png, 0, head.length);
    write("chart.png", png);
    assertThat(reasonFor("chart.png")).startsWith("not an event log: ");
  }

  @Test
  void read_jsonThatIsNoLog_saysNoEvent() throws Exception {
    write(
        "list.json",
        Logs.bytes("[1, 2, 3]\n\"text\"\n42\n{}\n{\"a\":{\"Event\":\"x\"}}\n{\"Event\":null}\n"));
    assertThat(reasonFor("list.json")).isEqualTo("not an event log: no Spark event in 6 lines");
  }

  @Test
  void read_eventsOfAnotherProgram_saysNoEvent() throws Exception {
    write("audit.json", Logs.bytes("""
        {"Event":"UserLoggedIn","Timestamp":1}
        {"Event":"com.acme.OrderPlaced","Timestamp":2}
        """));
    assertThat(reasonFor("audit.json")).isEqualTo("not an event log: no Spark event in 2 lines");
  }

  @Test
  void read_gzip_closesItsDecoder() throws Exception {
    List<String> closers = new ArrayList<>();
    InputStream in =
        new FilterInputStream(
            new ByteArrayInputStream(Codecs.GZIP.compress(Codecs.ZSTD.compress(log)))) {
          @Override
          public void close() throws IOException {
            StackWalker.getInstance().forEach(frame -> closers.add(frame.getClassName()));
            super.close();
          }
        };
    EventLog.Part part = new EventLog.Part("a", "a", 1, 0, () -> in);
    EventLogReader.read(new EventLog("a", List.of(part), false, false, false), Logs.CLOCK);
    assertThat(closers).contains("java.util.zip.GZIPInputStream");
  }

  private static byte[] zip(Object... namesAndContents) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (int i = 0; i < namesAndContents.length; i += 2) {
        zip.putNextEntry(new ZipEntry((String) namesAndContents[i]));
        zip.write((byte[]) namesAndContents[i + 1]);
        zip.closeEntry();
      }
    }
    return out.toByteArray();
  }

  @Test
  void read_truncatedZip_givesReason() throws Exception {
    byte[] zip = zip("app-1", log);
    write("cut.zip", Arrays.copyOf(zip, zip.length - 30));
    assertThat(reasonFor("cut.zip")).startsWith("not a readable zip: ");
  }

  @Test
  void read_zipOfZips_givesReasonPerEntry() throws Exception {
    write("outer.zip", zip("inner.zip", zip("app-1", log), "app-2", log));
    Logs.Read read = Logs.read(folder);
    assertThat(read.runs()).hasSize(2);
    assertThat(read.reason("outer.zip!/inner.zip"))
        .isEqualTo(
            "cannot be decompressed: a zip inside of another file is not read; unpack it first");
  }

  @Test
  void read_zipEntryOutsideOfZip_isReadAndWritesNothing() throws Exception {
    write("slip.zip", zip("../../escaped", log, "/absolute", log));
    Logs.Read read = Logs.read(folder);
    assertThat(read.runs()).hasSize(3);
    assertThat(folder.resolve("../../escaped").normalize()).doesNotExist();
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("good", "slip.zip");
    }
  }

  @Test
  void read_encryptedZip_givesReason() throws Exception {
    byte[] zip = zip("app-1", log);
    for (int i = 0; i + 10 < zip.length; i++) {
      if (zip[i] == 'P' && zip[i + 1] == 'K' && zip[i + 2] == 1 && zip[i + 3] == 2) {
        zip[i + 8] |= 1; // general purpose flag of the central directory
      }
    }
    write("encrypted.zip", zip);
    assertThat(reasonFor("encrypted.zip")).startsWith("not a readable zip: ").contains("encrypted");
  }

  @Test
  void read_zipWithoutEntries_givesReason() throws Exception {
    write("nothing.zip", zip());
    assertThat(reasonFor("nothing.zip")).isEqualTo("an empty zip");
  }

  @Test
  void read_zipInFolderNamedAsZipEntry_isReadAsZip() throws Exception {
    Path odd = Files.createDirectory(folder.resolve("odd!"));
    Files.write(odd.resolve("logs.zip"), zip("app-1", log));
    assertThat(Logs.read(odd).runs()).hasSize(1);
  }

  @Test
  void read_deepArrays_saysNoEvent() throws Exception {
    write("deep", "[".repeat(5 << 20).getBytes(StandardCharsets.US_ASCII));
    assertThat(reasonFor("deep")).isEqualTo("not an event log: no Spark event in its line");
  }

  @Test
  void read_deepObjects_saysNoEvent() throws Exception {
    write("deep", "{\"a\":".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII));
    assertThat(reasonFor("deep")).isEqualTo("not an event log: no Spark event in its line");
  }

  @Test
  void read_deepEvents_countsThemAndReadsTheRest() {
    String deep = "{\"a\":".repeat(1 << 20);
    String arrays = "[".repeat(1 << 20);
    String text = new String(log, StandardCharsets.UTF_8);
    for (String event : List.of("SparkListenerTaskEnd", "SparkListenerJobStart", "Other")) {
      ApplicationRun run = Logs.run("{\"Event\":\"" + event + "\",\"x\":" + deep + "\n{\"Event\":\""
          + event + "\",\"Task Metrics\":" + arrays + "\n" + text);
      assertThat(run.quality().unparsableLines()).as(event).isEqualTo(2);
      assertThat(run.taskOutcomes()).as(event).containsEntry("Success", 8L);
    }
  }

  @Test
  void read_planAsDeepAsIsBelieved_isReadOnASmallStack() throws Exception {
    String node = "{\"nodeName\":\"Project\",\"children\":[";
    int depth = 490; // two levels a node
    String event =
        "{\"Event\":\"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart\",\"executionId\":0,\"time\":1,\"sparkPlanInfo\":"
            + node.repeat(depth) + "]}".repeat(depth) + "}\n";
    ApplicationRun[] run = new ApplicationRun[1];
    Thread reader = new Thread(null, () -> run[0] = Logs.run(event), "reader", 512 << 10);
    reader.start();
    reader.join();
    assertThat(run[0]).as("a run, not a StackOverflowError").isNotNull();
    assertThat(run[0].sql().get(0).operators()).containsEntry("Project", (long) depth);
  }

  @Test
  void read_planOfEndlessWords_isReadInTimeAndOnASmallStack() throws Exception {
    List<String> endless = List.of(
        "Exchange hashpartitioning(" + "a, ".repeat(20_000) + "200), ENSURE_REQUIREMENTS",
        "Exchange x" + ", y".repeat(20_000) + ")",
        "Exchange hashpartitioning(a, 200" + ", ".repeat(20_000) + ")",
        "Exchange x" + ", A_B_C_D".repeat(5_000) + ")",
        "Exchange x(" + "1,".repeat(20_000) + ")",
        "Exchange x(" + "(1),".repeat(20_000));
    StringBuilder log = new StringBuilder();
    for (String words : endless) {
      log.append(
          "{\"Event\":\"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart\",\"executionId\":"
              + log.length()
              + ",\"sparkPlanInfo\":{\"nodeName\":\"Exchange\",\"simpleString\":\"" + words
              + "\",\"children\":[]}}\n");
    }
    ApplicationRun[] run = new ApplicationRun[1];
    Thread reader = new Thread(null, () -> run[0] = Logs.run(log.toString()), "reader", 512 << 10);
    reader.start();
    reader.join(60_000);
    assertThat(run[0]).as("a run, not a StackOverflowError, within a minute").isNotNull();
    assertThat(run[0].sql())
        .hasSize(endless.size())
        .allSatisfy(execution -> assertThat(execution.exchanges()).hasSize(1));
  }

  @Test
  void read_lineTooLong_isCountedAndTheRestRead() throws Exception {
    InputStream in = new SequenceInputStream(
        new Endless("{\"Event\":\"SparkListenerTaskEnd\",\"x\":\"", 100L << 20),
        new ByteArrayInputStream(Logs.bytes("\n" + new String(log, StandardCharsets.UTF_8))));
    EventLog.Part part = new EventLog.Part("long", "long", 1, 0, () -> in);
    ApplicationRun run =
        EventLogReader.read(new EventLog("long", List.of(part), false, false, false), Logs.CLOCK);
    assertThat(run.quality().unparsableLines()).isEqualTo(1);
    assertThat(run.quality().lines())
        .isEqualTo(run.quality().eventsRead() + run.quality().eventsSkipped() + 1);
    assertThat(run.quality().issues()).contains(QualityIssue.UNPARSABLE_LINES);
    assertThat(run.taskOutcomes()).containsEntry("Success", 8L);
  }

  /** A text, then {@code x} until there are so many bytes. */
  static final class Endless extends InputStream {
    private final byte[] head;
    private final long length;
    private long position;

    Endless(String head, long length) {
      this.head = Logs.bytes(head);
      this.length = length;
    }

    @Override
    public int read() {
      return position == length ? -1 : position < head.length ? head[(int) position++] : next();
    }

    private int next() {
      position++;
      return 'x';
    }

    @Override
    public int read(byte[] to, int offset, int count) {
      if (position == length) {
        return -1;
      }
      int read = (int) Math.min(count, length - position);
      for (int i = 0; i < read; i++) {
        to[offset + i] = (byte) read();
      }
      return read;
    }
  }

  @Test
  void read_folderWithoutPermission_givesReason() throws Exception {
    assumeFalse("root".equals(System.getProperty("user.name")), "root may read everything");
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Files.write(closed.resolve("app"), log);
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    try {
      assertThat(reasonFor("closed")).isEqualTo("permission denied");
    } finally {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void read_folderLoop_givesReasonAndEnds() throws Exception {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Files.createSymbolicLink(inner.resolve("loop"), folder);
    assertThat(reasonFor("loop")).isEqualTo("a link that leads back to its own folder");
  }

  @Test
  void read_linkToNowhere_givesReason() throws Exception {
    Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("gone"));
    assertThat(reasonFor("dangling")).isEqualTo("a link that leads nowhere");
  }

  @Test
  void read_fifo_givesReasonWithoutWaiting() throws Exception {
    Path fifo = folder.resolve("fifo");
    boolean made;
    try {
      made = new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor() == 0;
    } catch (IOException none) {
      made = false;
    }
    assumeTrue(made, "this system has no mkfifo");
    assertThat(reasonFor("fifo")).isEqualTo("neither a file nor a folder");
    assertThat(Logs.read(fifo).reason("fifo")).isEqualTo("neither a file nor a folder");
  }

  @Test
  void read_oddNames_areReadAsGiven() throws Exception {
    Files.delete(folder.resolve("good"));
    for (String name :
        List.of("with space", "ünïcödé-日本", "new\nline", "quote\"'s", "-rf", "a%20b", "*")) {
      try {
        write(name, log);
      } catch (InvalidPathException unsupported) {
        assumeTrue(false, "file names are not unicode here");
      }
    }
    Logs.Read read = Logs.read(folder);
    assertThat(read.skipped()).isEmpty();
    assertThat(read.runs()).hasSize(7);
    assertThat(read.runs())
        .extracting(run -> Path.of(run.source().get(0)).getFileName().toString())
        .contains("new\nline", "ünïcödé-日本", "quote\"'s");
  }

  @Test
  void read_pathThatIsNotThere_givesReason() {
    assertThat(Logs.read(folder.resolve("missing")).reason("missing"))
        .isEqualTo("no such file or folder");
  }
}
