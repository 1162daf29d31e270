package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The reader says what {@link OracleReader} says, of every log there is and of as many as can be made. */
class OracleTest {
  private static final int THOROUGHNESS = Integer.getInteger("test.thoroughness", 1);
  private static final int SEEDS = 250 * THOROUGHNESS;
  private static final int CUTS_PER_SAMPLE = 8 * THOROUGHNESS;

  private static final List<Codecs> CODECS = List.of(Codecs.values());

  /** What the oracle is not asked: a guess, and the sizes of blocks, which have tests of their own. */
  private static final Set<String> NOT_ASKED =
      Set.of("jobType", "cachedRdds", "largestBroadcastBytes");

  /** So late that no log is still being written. */
  private static final Clock LATE =
      Clock.fixed(Instant.parse("2100-01-01T00:00:00Z"), ZoneOffset.UTC);

  /** What reader and oracle say otherwise of a log, and how many events it has. */
  private record Comparison(List<String> differences, long events) {}

  static List<String> differences(byte[]... parts) {
    return compare(log(parts)).differences();
  }

  private static EventLog log(byte[]... parts) {
    List<EventLog.Part> opened = new ArrayList<>();
    for (byte[] part : parts) {
      opened.add(new EventLog.Part(
          "memory", "memory", part.length, 0, () -> new java.io.ByteArrayInputStream(part)));
    }
    return new EventLog("memory", opened, false, false, false);
  }

  private static Comparison compare(EventLog log) {
    List<byte[]> texts = new ArrayList<>();
    boolean broken = false;
    for (EventLog.Part part : log.parts()) {
      try (InputStream raw = part.opener().open();
          CutTolerantInputStream in = Codec.open(raw)) {
        texts.add(in.readAllBytes());
        broken |= in.fault() != null;
      } catch (IOException | RuntimeException refused) {
        broken = true;
      }
    }
    Map<String, Object> oracle = OracleReader.read(texts, broken, log);
    EventLogs.Result result = EventLogs.readOne(EventLog.Found.of(log), LATE);
    if (oracle == null || result.run() == null) {
      return new Comparison(
          oracle == null && result.run() == null
              ? List.of()
              : List.of("reader " + result + ", oracle " + oracle),
          0);
    }
    @SuppressWarnings("unchecked")
    Map<String, Object> reader = (Map<String, Object>) Figures.of(result.run());
    reader.keySet().removeAll(NOT_ASKED);
    return new Comparison(
        Figures.differences(reader, oracle), result.run().quality().eventsRead());
  }

  // Real logs

  @Test
  void read_everySample_equalsOracle() {
    List<EventLog> samples = logsUnder(Path.of("..", "samples", "eventlogs"));
    assertThat(samples).hasSizeGreaterThan(10);
    for (EventLog sample : samples) {
      Comparison comparison = compare(sample);
      assertThat(comparison.differences()).as(sample.location()).isEmpty();
      assertThat(comparison.events()).as(sample.location()).isGreaterThan(30);
    }
  }

  @Test
  void read_everySharedLog_equalsOracle() {
    List<EventLog> logs = logsUnder(SharedData.folder("eventlogs"));
    int read = 0;
    for (EventLog log : logs) {
      Comparison comparison = compare(log);
      assertThat(comparison.differences()).as(log.location()).isEmpty();
      read += comparison.events() > 0 ? 1 : 0;
    }
    assertThat(read).isGreaterThan(70);
  }

  private static List<EventLog> logsUnder(Path folder) {
    return EventLogFinder.find(folder).stream()
        .filter(found -> found.log() != null)
        .map(EventLog.Found::log)
        .toList();
  }

  // Logs that are made

  @Test
  void read_generatedLogs_equalOracle() {
    long events = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Comparison comparison = compare(log(BentLogs.log(new Random(seed)::nextInt)));
      assertThat(comparison.differences()).as("seed %s", seed).isEmpty();
      events += comparison.events();
    }
    assertThat(events).as("bending leaves something to compare").isGreaterThan(20L * SEEDS);
  }

  @Test
  void read_generatedLogCutAtEveryByte_equalsOracle() {
    byte[] log = Arrays.copyOf(BentLogs.log(new Random(3)::nextInt), 3000);
    for (int cut = 0; cut < log.length; cut++) {
      assertThat(differences(Arrays.copyOf(log, cut))).as("cut at byte %s", cut).isEmpty();
    }
  }

  @Test
  void read_generatedLogsInPartsOfAnyCodec_equalOracle() {
    for (int seed = 0; seed < SEEDS / 4; seed++) {
      Random random = new Random(seed);
      byte[] log = BentLogs.log(random::nextInt);
      List<byte[]> parts = new ArrayList<>();
      int from = 0;
      while (from < log.length) { // anywhere: a line that a split cuts is two broken ones
        int to = Math.min(log.length, from + 1 + random.nextInt(log.length));
        Codecs codec = CODECS.get(random.nextInt(CODECS.size()));
        parts.add(codec.compress(Arrays.copyOfRange(log, from, to), 1 + random.nextInt(5000)));
        from = to;
      }
      assertThat(differences(parts.toArray(byte[][]::new))).as("seed %s", seed).isEmpty();
    }
  }

  @Test
  void read_samplesCutAnywhereInEachCodec_equalOracle() throws Exception {
    Random random = new Random(1);
    for (EventLog sample : logsUnder(Path.of("..", "samples", "eventlogs"))) {
      byte[] text = text(sample);
      for (int i = 0; i < CUTS_PER_SAMPLE; i++) {
        Codecs codec = CODECS.get(i % CODECS.size());
        byte[] packed = codec.compress(Arrays.copyOf(text, 1 + random.nextInt(text.length)));
        int cut = i < CODECS.size() ? packed.length : random.nextInt(packed.length);
        assertThat(differences(Arrays.copyOf(packed, cut)))
            .as("%s as %s, cut at byte %s", sample.location(), codec, cut)
            .isEmpty();
      }
    }
  }

  private static byte[] text(EventLog log) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (EventLog.Part part : log.parts()) {
      try (InputStream raw = part.opener().open()) {
        text.writeBytes(Codec.open(raw).readAllBytes());
      }
    }
    return text.toByteArray();
  }
}
