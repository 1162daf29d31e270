package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sparkoptimizer.testkit.SyntheticEventLog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * What must hold for any bytes whatever. {@code CodecFuzz} and its like look for bytes for which it does
 * not; {@code FuzzRegressionTest} tries those that were found once.
 */
final class FuzzTargets {
  /** More of a small input is the business of {@link BombTest}. */
  private static final int MAX_DECODED_BYTES = 4 << 20;

  /** Two of the largest block that is believed, a window, and what tests allocate themselves. */
  private static final long MAX_ALLOCATED_BYTES = 160L << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private FuzzTargets() {}

  /** Decoding ends, in bounded memory, with no fault but an IOException, however its input arrives. */
  static void decode(byte[] input) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    Decoded whole = decoded(new ByteArrayInputStream(input));
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
        .as("bytes allocated")
        .isLessThan(MAX_ALLOCATED_BYTES);
    assertThat(decoded(new Dripping(input))).as("in small reads").isEqualTo(whole);
  }

  private record Decoded(long bytes, long checksum, boolean broken) {}

  private static Decoded decoded(InputStream raw) {
    CRC32 checksum = new CRC32();
    long bytes = 0;
    try (CutTolerantInputStream in = Codec.open(raw)) {
      byte[] buffer = new byte[1 << 16];
      int count = 0;
      while (bytes < MAX_DECODED_BYTES && count >= 0) {
        count = in.read(buffer, 0, (int) Math.min(buffer.length, MAX_DECODED_BYTES - bytes));
        checksum.update(buffer, 0, Math.max(0, count));
        bytes += Math.max(0, count);
      }
      return new Decoded(bytes, checksum.getValue(), in.fault() != null);
    } catch (IOException refused) {
      return new Decoded(bytes, checksum.getValue(), true);
    }
  }

  /** Reading gives a run or a reason, and the same one however its input arrives. */
  static void read(byte[] input) {
    EventLogs.Result whole = result(() -> new ByteArrayInputStream(input));
    assertThat(whole.run() == null).as("a run or a reason").isEqualTo(whole.skipped() != null);
    assertThat(result(() -> new Dripping(input))).as("in small reads").isEqualTo(whole);
  }

  /** The log that these choices make is read as the oracle reads it. */
  static void compare(byte[] choices) {
    assertThat(OracleTest.differences(BentLogs.log(BentLogs.choices(choices)))).isEmpty();
  }

  private static EventLogs.Result result(EventLog.Opener opener) {
    EventLog.Part part = new EventLog.Part("fuzz", "fuzz", 1, 0, opener);
    return EventLogs.readOne(
        EventLog.Found.of(new EventLog("fuzz", List.of(part), false, false, false)), Logs.CLOCK);
  }

  /** Gives 1 to 7 bytes at a time, and says before each that it has none. */
  private static final class Dripping extends ByteArrayInputStream {
    private int reads;

    Dripping(byte[] bytes) {
      super(bytes);
    }

    @Override
    public synchronized int read(byte[] to, int offset, int length) {
      return super.read(to, offset, Math.min(length, 1 + reads++ % 7));
    }

    @Override
    public synchronized int available() {
      return 0;
    }
  }

  // Where the search begins

  /** A short text in every codec, and in gzip around it; blocks, frames and members in a row. */
  static Stream<byte[]> packed() {
    byte[] text = Logs.bytes("{\"Event\":\"SparkListenerLogStart\",\"Spark Version\":\"3.5.9\"}\n"
        + "abcabcabc".repeat(20) + "\n");
    return Stream.of(Codecs.values()).flatMap(codec -> {
      byte[] once = codec.compress(text, 64);
      return Stream.of(once, Codecs.GZIP.compress(once), joined(once, codec.compress(text)));
    });
  }

  /** A short log in the words of each version, and every line of the newest one. */
  static Stream<byte[]> logs() {
    SyntheticEventLog.Version[] versions = SyntheticEventLog.Version.values();
    return Stream.concat(
        Stream.of(versions).map(version -> log(version).toByteArray()),
        log(versions[versions.length - 1]).lines().stream().distinct().map(Logs::bytes));
  }

  private static SyntheticEventLog log(SyntheticEventLog.Version version) {
    return SyntheticEventLog.seeded(1)
        .version(version)
        .tasks(1)
        .stages(1)
        .jobs(1)
        .failEvery(1)
        .resubmitEvery(1)
        .lostExecutors(1)
        .sql(1);
  }

  /** As many bytes as a log of some twenty lines takes, and fewer. */
  static Stream<byte[]> choices() {
    return IntStream.range(0, 12).mapToObj(seed -> {
      byte[] choices = new byte[seed * 1000];
      new Random(seed).nextBytes(choices);
      return choices;
    });
  }

  private static byte[] joined(byte[] first, byte[] second) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(first);
    both.writeBytes(second);
    return both.toByteArray();
  }
}
