package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spi.Collector;
import io.sparkoptimizer.spi.InputStamp;
import io.sparkoptimizer.testkit.SyntheticEventLog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of logs whose bytes cannot be had. */
class EventLogCollectorTest {
  private final List<String> accepted = new ArrayList<>();
  private final List<ApplicationRun> runs = new ArrayList<>();
  private final List<SkippedInput> skipped = new ArrayList<>();

  private final Collector.Sink sink = new Collector.Sink() {
    @Override
    public void expect(long inputs) {}

    @Override
    public Set<InputStamp> unknown(Collection<InputStamp> inputs) {
      return Set.copyOf(inputs);
    }

    @Override
    public void accept(ApplicationRun run, InputStamp input) {
      accepted.add(input.location());
      runs.add(run);
    }

    @Override
    public void skip(InputStamp input, String reason) {
      throw new AssertionError("skipped for good: " + input);
    }

    @Override
    public void skip(SkippedInput input) {
      skipped.add(input);
    }

    @Override
    public void filter() {}

    @Override
    public void read(long bytes) {}
  };

  /** A log whose second half cannot be had. */
  private void tellOfHalfALog(IOException fault) {
    byte[] bytes = SyntheticEventLog.seeded(1).toByteArray();
    InputStream broken = new InputStream() {
      @Override
      public int read() throws IOException {
        throw fault;
      }

      @Override
      public int read(byte[] to, int offset, int length) throws IOException {
        throw fault;
      }
    };
    EventLog log = new EventLog(
        "/logs/app-1",
        List.of(new EventLog.Part(
            "/logs/app-1",
            "app-1",
            bytes.length,
            0,
            () -> new SequenceInputStream(
                new ByteArrayInputStream(bytes, 0, bytes.length / 2), broken))),
        false,
        false,
        false);
    AtomicBoolean failed = new AtomicBoolean();
    EventLogs.Result result = EventLogs.readOne(
        log.openedBy(opener ->
            () -> new WatchedInputStream(opener.open(), failed, bytesRead -> {}, () -> false)),
        Logs.CLOCK);
    assertThat(result.run()).isNotNull();
    EventLogCollector.tell(new ReadAhead.Outcome(log, result, failed.get()), sink);
  }

  @Test
  void tell_diskFailsWithinALog_isNotRememberedAsRead() {
    tellOfHalfALog(new IOException("Stale file handle"));

    assertThat(accepted).isEmpty();
    assertThat(skipped)
        .containsExactly(new SkippedInput(
            "/logs/app-1",
            "cannot be read to its end: the disk or the network failed; collect again to read it"
                + " anew"));
  }

  @Test
  void tell_zipEntryThatIsCut_isReadUpToThere() {
    tellOfHalfALog(new ZipException("invalid block type"));

    assertThat(accepted).containsExactly("/logs/app-1");
    assertThat(skipped).isEmpty();
  }

  @Test
  void collect_bombInAZip_isReadUpToThere(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("bomb.zip");
    byte[] blank = new byte[1 << 20];
    Arrays.fill(blank, (byte) '\n');
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("app-1"));
      zip.write(Logs.bytes("{\"Event\":\"SparkListenerLogStart\",\"Spark Version\":\"3.5.9\"}\n"));
      for (int i = 0; i < 400; i++) { // zip makes 1,028 of one
        zip.write(blank);
      }
    }

    new EventLogCollector.Provider().create(Map.of("path", file.toString())).collect(sink);

    assertThat(accepted).containsExactly(file + "!/app-1");
    assertThat(runs.get(0).quality().issues()).contains(QualityIssue.TRUNCATED);
  }
}
