package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.testkit.SyntheticEventLog;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files made to exhaust their reader are refused by name, at little cost; what stands before is read. */
class BombTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final String BOMB = "a decompression bomb: ";

  /** A line of the greatest length that is kept, while its buffer doubles, and what the decoders need. */
  private static final long MAX_ALLOCATED_BYTES = 300L * MEBIBYTE;

  @TempDir
  Path folder;

  private final byte[] log = SyntheticEventLog.seeded(1).toByteArray();

  /** What reading allocates in all: an upper bound for what it holds at any time. */
  private static <T> T inLittleMemory(Supplier<T> reading) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    T result = reading.get();
    assertThat(threads.getCurrentThreadAllocatedBytes() - before)
        .as("bytes allocated")
        .isLessThan(MAX_ALLOCATED_BYTES);
    return result;
  }

  private static String reason(byte[]... parts) {
    EventLogs.Result result = inLittleMemory(() -> Logs.result(parts));
    assertThat(result.run()).isNull();
    return result.skipped().reason();
  }

  // zstd, RFC 8878: a header, and blocks of one byte that is to be repeated

  private static byte[] zstd(byte[] header, int blocks, int blockBytes, int repeated) {
    ByteBuffer frame =
        ByteBuffer.allocate(4 + header.length + 4 * blocks).order(ByteOrder.LITTLE_ENDIAN);
    frame.putInt(0xFD2FB528).put(header);
    for (int i = 1; i <= blocks; i++) {
      frame.putInt((i == blocks ? 1 : 0) | 1 << 1 | blockBytes << 3 | repeated << 24);
    }
    return frame.array();
  }

  /** 32,768 bytes of each stored one. */
  private static byte[] zstdBomb(int blocks, int repeated) {
    return zstd(new byte[] {0, 10 << 3}, blocks, 128 << 10, repeated);
  }

  private static byte[] gzip(byte[] content, int times) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      for (int i = 0; i < times; i++) {
        out.write(content);
      }
    } catch (IOException never) {
      throw new AssertionError(never);
    }
    return bytes.toByteArray();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  @Test
  void read_zstdOfTerabytes_isRefusedByName() {
    byte[] bomb = zstdBomb(8 << 20, 'x'); // a terabyte
    assertThat(reason(bomb))
        .matches("not an event log: no Spark event in its line; the rest cannot be decompressed: "
            + BOMB + "[0-9]+ bytes became more than 1000 times as many");
  }

  @Test
  void read_zstdOfLineEnds_isRefusedByName() {
    assertThat(reason(zstdBomb(1 << 20, '\n')))
        .startsWith("cannot be decompressed: " + BOMB)
        .endsWith(" bytes became more than 1000 times as many");
  }

  @Test
  void read_gzipOfZeros_isRefusedByName() {
    assertThat(reason(gzip(new byte[MEBIBYTE], 150))).contains(BOMB);
  }

  @Test
  void read_gzipOfGzip_isRefusedForWhatBothMakeOfIt() {
    byte[] line = Logs.bytes("{\"Event\":\"SparkListenerTaskGettingResult\",\"x\":\"\"}\n");
    byte[] inner = gzip(line, 3 << 20); // some hundred times as many, and again
    assertThat(inner.length * 100L).isLessThan(3L * MEBIBYTE * line.length);
    assertThat(inner.length * 900L).isGreaterThan(3L * MEBIBYTE * line.length);
    ApplicationRun run = Logs.run(inner);
    assertThat(run.quality().has(QualityIssue.TRUNCATED)).isFalse();

    ApplicationRun bomb = Logs.run(gzip(inner, 1));
    assertThat(bomb.quality().eventsSkipped()).isBetween(1000L, 2L * MEBIBYTE);
    assertThat(bomb.quality().issues()).contains(QualityIssue.TRUNCATED);
  }

  @Test
  void read_bombBehindALog_isReadUpToThere() {
    byte[] parts = joined(Codecs.ZSTD.compress(log), zstdBomb(1 << 20, ' '));
    ApplicationRun run = inLittleMemory(() -> Logs.run(parts));
    assertThat(run.taskOutcomes()).isEqualTo(Logs.run(log).taskOutcomes());
    assertThat(run.quality().issues()).contains(QualityIssue.TRUNCATED);
    assertThat(run.quality().complete()).isFalse();
  }

  @Test
  void read_bombAsOnePartOfTwo_costsThatPart() {
    ApplicationRun run =
        inLittleMemory(() -> Logs.run(zstdBomb(1 << 20, ' '), Codecs.LZ4.compress(log)));
    assertThat(run.taskOutcomes()).isEqualTo(Logs.run(log).taskOutcomes());
    assertThat(run.quality().issues()).contains(QualityIssue.TRUNCATED);
  }

  @Test
  void read_logOfOneLineAgainAndAgain_isNoBomb() {
    byte[] line = Logs.bytes("{\"Event\":\"SparkListenerTaskGettingResult\",\"x\":\""
        + "repeated ".repeat(200) + "\"}\n");
    int times = 80 * MEBIBYTE / line.length;
    ByteArrayOutputStream text = new ByteArrayOutputStream(80 * MEBIBYTE);
    for (int i = 0; i < times; i++) {
      text.writeBytes(line);
    }
    byte[] packed = Codecs.LZ4.compress(text.toByteArray(), MEBIBYTE);
    assertThat(text.size() / packed.length).as("growth").isBetween(150, 255);
    ApplicationRun run = Logs.run(packed);
    assertThat(run.quality().eventsSkipped()).isEqualTo(times);
    assertThat(run.quality().has(QualityIssue.TRUNCATED)).isFalse();
  }

  @Test
  void read_zstdWithAHugeWindow_isRefusedByName() {
    byte[] twoTebibytes = {0, (byte) (31 << 3)};
    assertThat(reason(zstd(twoTebibytes, 16 << 10, 128 << 10, 'x')))
        .isEqualTo("cannot be decompressed: a zstd frame asks for a window of 2199023255552 bytes;"
            + " at most 8388608 are given");
    byte[] justAbove = {0, 13 << 3 | 1};
    assertThat(reason(zstd(justAbove, 16, 1000, 'x')))
        .contains("asks for a window of 9437184 bytes");
    byte[] largest = {0, 13 << 3};
    assertThat(Logs.run(joined(zstd(largest, 1, 1, ' '), Codecs.ZSTD.compress(log)))
            .taskOutcomes())
        .isEqualTo(Logs.run(log).taskOutcomes());
  }

  @Test
  void read_zstdOfOneHugeSegment_isRefusedByName() {
    // Nothing of such a frame may be given away before all of it is decoded.
    byte[] fourGibibytes = {(byte) (2 << 6 | 1 << 5), -1, -1, -1, -1};
    assertThat(reason(zstd(fourGibibytes, 16 << 10, 128 << 10, 'x')))
        .isEqualTo("cannot be decompressed: a zstd frame asks for a window of 4294967295 bytes;"
            + " at most 8388608 are given");
    byte[] all = {(byte) (3 << 6 | 1 << 5), -1, -1, -1, -1, -1, -1, -1, -1};
    assertThat(reason(zstd(all, 1, 1, 'x')))
        .contains("asks for a window of 18446744073709551615 bytes");
  }

  @Test
  void read_blocksThatLieAboutTheirSize_areRefused() {
    byte[] lz4 = ByteBuffer.allocate(22)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(Logs.bytes("LZ4Block"))
        .put((byte) 0x25)
        .putInt(1)
        .putInt(32 << 20)
        .putInt(0)
        .put((byte) 0)
        .array();
    assertThat(reason(lz4)).startsWith("cannot be decompressed: ");
    byte[] tooLarge = lz4.clone();
    tooLarge[16] = 0x7F;
    assertThat(reason(tooLarge))
        .isEqualTo("cannot be decompressed: the content of an lz4 block is 2130706432 bytes;"
            + " at most 33554432 is believed");
    byte[] snappyHead = Arrays.copyOf(Codecs.SNAPPY.compress(log), 16);
    byte[] snappy = joined(snappyHead, new byte[] {0, 0, 0, 5, -1, -1, -1, -1, 7});
    assertThat(reason(snappy))
        .isEqualTo("cannot be decompressed: the content of a snappy block is 2147483647 bytes;"
            + " at most 33554432 is believed");
    byte[] lzf = {'Z', 'V', 1, 0, 2, -1, -1, 0, 'x'};
    assertThat(reason(lzf)).startsWith("cannot be decompressed: ");
  }

  @Test
  void read_emptyGzipMembersInARow_areReadOnASmallStack() throws Exception {
    byte[] empty = gzip(new byte[0], 1);
    byte[] members = new byte[empty.length * 200_000];
    for (int i = 0; i < members.length; i += empty.length) {
      System.arraycopy(empty, 0, members, i, empty.length);
    }
    byte[] behind = joined(members, gzip(log, 1));
    ApplicationRun[] run = new ApplicationRun[1];
    Thread reader = new Thread(null, () -> run[0] = Logs.run(behind), "reader", 512 << 10);
    reader.start();
    reader.join();
    assertThat(run[0]).as("a run, not a StackOverflowError").isNotNull();
    assertThat(run[0].quality().complete()).isTrue();
  }

  @Test
  void read_emptyBlocksOfEachCodec_endNothing() {
    byte[] lz4Empty = Codecs.LZ4.compress(new byte[0]);
    byte[] lzfEmpty = {'Z', 'V', 0, 0, 0};
    byte[] snappyEmpty = Codecs.SNAPPY.compress(new byte[0]);
    byte[] zstdEmpty = zstd(new byte[] {0, 0}, 1, 0, 0);
    byte[] skippable = {0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 'a', 'b', 'c'};
    assertComplete(joined(lz4Empty, lz4Empty, Codecs.LZ4.compress(log)));
    assertComplete(joined(lzfEmpty, lzfEmpty, Codecs.LZF.compress(log)));
    assertComplete(joined(snappyEmpty, snappyEmpty, Codecs.SNAPPY.compress(log)));
    assertComplete(joined(zstdEmpty, skippable, Codecs.ZSTD.compress(log), skippable));
  }

  private static void assertComplete(byte[] log) {
    assertThat(Logs.run(log).quality().complete()).isTrue();
  }

  // zip

  @Test
  void read_zipOfZeros_isRefusedByName() throws Exception {
    Path file = folder.resolve("zeros.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("app-1"));
      zip.write(log);
      zip.putNextEntry(new ZipEntry("zeros"));
      for (int i = 0; i < 150; i++) {
        zip.write(new byte[MEBIBYTE]);
      }
    }
    Logs.Read read = inLittleMemory(() -> Logs.read(file));
    assertThat(read.runs()).hasSize(1);
    assertThat(read.reason("!/zeros")).contains(BOMB);
  }

  @Test
  void read_zipOfZstd_isRefusedForWhatBothMakeOfIt() throws Exception {
    Path file = folder.resolve("both.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("both"));
      zip.write(zstdBomb(1 << 20, '\n'));
    }
    Logs.Read read = inLittleMemory(() -> Logs.read(file));
    assertThat(read.reason("!/both"))
        .matches("cannot be decompressed: " + BOMB + "[0-9]{4} bytes became .*");
  }

  /** Entries that name the same bytes: the way to petabytes of megabytes. */
  @Test
  void read_zipWhoseEntriesOverlap_isRefusedByName() throws Exception {
    Path file = folder.resolve("overlapping.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < 50; i++) {
        zip.putNextEntry(new ZipEntry("entry-" + i));
        zip.write(i == 0 ? log : new byte[1]);
      }
    }
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int first = text.indexOf("PK\1\2");
    for (int at = first; at >= 0; at = text.indexOf("PK\1\2", at + 4)) {
      for (int field : new int[] {16, 20, 24}) { // checksum, compressed size, size
        fields.putInt(at + field, fields.getInt(first + field));
      }
      fields.putInt(at + 42, 0); // where the entry begins
    }
    Files.write(file, bytes);
    Logs.Read read = inLittleMemory(() -> Logs.read(file));
    assertThat(read.runs()).isEmpty();
    assertThat(read.reason("overlapping.zip"))
        .isEqualTo("a decompression bomb: entries of this zip share their bytes");
  }

  @Test
  void read_zipOfTooManyEntries_isRefusedByName() throws Exception {
    Path file = folder.resolve("many.zip");
    try (ZipOutputStream zip =
        new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      zip.setMethod(ZipOutputStream.STORED);
      ZipEntry entry;
      for (int i = 0; i <= 100_000; i++) {
        entry = new ZipEntry(Integer.toString(i, Character.MAX_RADIX));
        entry.setSize(0);
        entry.setCrc(0);
        zip.putNextEntry(entry);
      }
    }
    Logs.Read read = Logs.read(file);
    assertThat(read.runs()).isEmpty();
    assertThat(read.reason("many.zip"))
        .isEqualTo("a zip of 100001 entries; at most 100000 are read");
  }
}
