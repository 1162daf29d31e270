package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.testkit.SyntheticEventLog;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A driver that dies cuts its log anywhere. Whatever the cut: what was whole before it is read, and the
 * run says that something is missing.
 */
class CutAtAnyByteTest {
  private static final int BLOCK_BYTES = 700;

  private final List<String> lines =
      SyntheticEventLog.seeded(3).tasks(6).stages(2).jobs(2).failEvery(5).sql(1).lines();
  private final byte[] log = joined(lines);

  private static byte[] joined(List<String> lines) {
    return Logs.bytes(String.join("\n", lines) + "\n");
  }

  /** What a run tells, its source and its quality left aside. */
  private static ApplicationRun content(ApplicationRun run) {
    return run.toBuilder()
        .source(List.of())
        .digest("")
        .quality(new io.sparkoptimizer.spark.DataQuality(true, java.util.Set.of(), 0, 0, 0, 0))
        .stages(List.of())
        .build();
  }

  private static long events(ApplicationRun run) {
    return run.quality().eventsRead() + run.quality().eventsSkipped();
  }

  /** The runs of the first k lines, for every k from 1. */
  private List<ApplicationRun> prefixes() {
    List<ApplicationRun> runs = new ArrayList<>();
    for (int k = 1; k <= lines.size(); k++) {
      runs.add(Logs.run(joined(lines.subList(0, k))));
    }
    return runs;
  }

  private static void assertPrefix(ApplicationRun run, List<ApplicationRun> prefixes, String cut) {
    ApplicationRun expected = prefixes.get((int) events(run) - 1);
    assertThat(content(run)).as(cut).isEqualTo(content(expected));
    assertThat(run.totals()).as(cut).isEqualTo(expected.totals());
    assertThat(run.stages().toString().replaceAll("Distribution@\\w+", ""))
        .as(cut)
        .isEqualTo(expected.stages().toString().replaceAll("Distribution@\\w+", ""));
  }

  @Test
  void read_plainCutAtAnyByte_keepsTheLinesBefore() {
    List<ApplicationRun> prefixes = prefixes();
    for (int cut = 0; cut < log.length; cut++) {
      String as = "cut at byte " + cut;
      EventLogs.Result result = Logs.result(Arrays.copyOf(log, cut));
      String before = new String(log, 0, cut, java.nio.charset.StandardCharsets.UTF_8);
      int whole = (int) before.chars().filter(c -> c == '\n').count();
      boolean lineCut = cut > 0 && log[cut - 1] != '\n';
      boolean onlyLineEndCut = lineCut && log[cut] == '\n';
      whole += onlyLineEndCut ? 1 : 0;
      if (whole == 0) {
        assertThat(result.run()).as(as).isNull();
        assertThat(result.skipped().reason())
            .as(as)
            .isEqualTo(cut == 0 ? "no lines" : "not an event log: no Spark event in its line");
      } else {
        assertThat(result.skipped()).as(as).isNull();
        ApplicationRun run = result.run();
        assertThat(events(run)).as(as).isEqualTo(whole);
        if (onlyLineEndCut || cut % 97 == 0) {
          assertPrefix(run, prefixes, as);
        }
        assertThat(run.quality().has(QualityIssue.TRUNCATED))
            .as(as)
            .isEqualTo(lineCut && !onlyLineEndCut);
        assertThat(run.quality().has(QualityIssue.UNPARSABLE_LINES)).as(as).isFalse();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = Codecs.class, mode = EnumSource.Mode.EXCLUDE, names = "PLAIN")
  void read_compressedCutAtAnyByte_keepsWhatCanBeDecompressed(Codecs codec) {
    List<ApplicationRun> prefixes = prefixes();
    byte[] packed = codec.compress(log, BLOCK_BYTES);
    int cleanEnds = 0;
    long eventsBefore = 0;
    for (int cut = 0; cut < packed.length; cut++) {
      String as = codec + " cut at byte " + cut + " of " + packed.length;
      EventLogs.Result result = Logs.result(Arrays.copyOf(packed, cut));
      ApplicationRun run = result.run();
      if (run == null) {
        assertThat(result.skipped().reason()).as(as).isNotBlank().doesNotContain("\n");
        assertThat(eventsBefore).as(as + ": more bytes give no fewer events").isZero();
        continue;
      }
      if (events(run) != eventsBefore) {
        assertPrefix(run, prefixes, as);
      }
      assertThat(events(run)).as(as).isGreaterThanOrEqualTo(eventsBefore);
      if (cut == packed.length * 3 / 4 && codec != Codecs.ZSTD && codec != Codecs.LZF) {
        // zstd and lzf make one block of so short a log
        assertThat(events(run)).as(as).isGreaterThan(lines.size() / 4);
      }
      assertThat(run.quality().has(QualityIssue.UNPARSABLE_LINES)).as(as).isFalse();
      eventsBefore = events(run);
      if (!run.quality().has(QualityIssue.TRUNCATED)) {
        cleanEnds++;
      }
    }
    assertThat(eventsBefore)
        .as("events of a log that lacks its last byte")
        .isGreaterThanOrEqualTo(
            switch (codec) {
              case SNAPPY -> lines.size() - 3; // a block is lost
              case LZF -> 0; // the only block is lost
              default -> lines.size(); // a checksum or an end mark is lost
            });
    // A stream that ends between two blocks, and at a line end, shows nothing missing but the end.
    assertThat(cleanEnds)
        .isLessThanOrEqualTo(codec == Codecs.LZ4 || codec == Codecs.SNAPPY ? 4 : 0);
    assertThat(Logs.run(packed).quality().complete()).isTrue();
  }

  @Test
  void read_zstdCut_keepsAllWholeBlocks() {
    byte[] text = SyntheticEventLog.seeded(4).tasks(700).toByteArray();
    byte[] packed = Codecs.ZSTD.compress(text);
    int block = 128 << 10; // of content, the most that a block holds
    assertThat(text.length).isGreaterThan(7 * block);
    ApplicationRun cut = Logs.run(Arrays.copyOf(packed, packed.length - 1));
    assertThat(cut.taskOutcomes()).isEqualTo(Logs.run(text).taskOutcomes());
    assertThat(cut.quality().issues()).contains(QualityIssue.TRUNCATED);
    ApplicationRun half = Logs.run(Arrays.copyOf(packed, packed.length / 2));
    assertThat(half.taskOutcomes().get("Success")).isBetween(200L, 400L);
    assertThat(half.quality().issues())
        .contains(QualityIssue.TRUNCATED, QualityIssue.NO_APP_END)
        .doesNotContain(QualityIssue.UNPARSABLE_LINES);
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void read_streamsOneBehindAnother_readAsOne(Codecs codec) throws Exception {
    byte[] whole = codec.compress(log, BLOCK_BYTES);
    for (int k = 1; k < lines.size(); k += 5) {
      ByteArrayOutputStream joined = new ByteArrayOutputStream();
      joined.write(codec.compress(joined(lines.subList(0, k)), BLOCK_BYTES));
      joined.write(codec.compress(joined(lines.subList(k, lines.size())), BLOCK_BYTES));
      assertSame(Logs.run(joined.toByteArray()), Logs.run(whole), codec + " after line " + k);
    }
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void read_splitAtAnyLineEnd_equalsWhole(Codecs codec) {
    ApplicationRun whole = Logs.run(log);
    for (int k = 1; k < lines.size(); k++) {
      ApplicationRun split = Logs.run(
          codec.compress(joined(lines.subList(0, k))),
          codec.compress(joined(lines.subList(k, lines.size()))));
      assertSame(split, whole, codec + " split after line " + k);
    }
  }

  @Test
  void read_partsOfDifferentCodecs_equalWhole() {
    Codecs[] codecs = Codecs.values();
    byte[][] parts = new byte[codecs.length][];
    for (int i = 0; i < codecs.length; i++) {
      parts[i] = codecs[i].compress(joined(
          lines.subList(lines.size() * i / codecs.length, lines.size() * (i + 1) / codecs.length)));
    }
    assertSame(Logs.run(parts), Logs.run(log), "one part of each codec");
  }

  @ParameterizedTest
  @EnumSource(Codecs.class)
  void read_gzipAroundAnotherCodecCut_keepsTheLinesBefore(Codecs codec) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(codec.compress(log, BLOCK_BYTES));
    }
    assertThat(Logs.run(out.toByteArray()).quality().complete()).isTrue();
    if (codec == Codecs.GZIP) {
      return; // the inner stream is whole, and the outer one is not looked at behind it
    }
    ApplicationRun cut = Logs.run(Arrays.copyOf(out.toByteArray(), out.size() - 4));
    assertThat(events(cut)).as("only gzip's trailer is cut").isEqualTo(lines.size());
    assertThat(cut.quality().issues()).contains(QualityIssue.TRUNCATED);
  }

  private static void assertSame(ApplicationRun actual, ApplicationRun expected, String as) {
    assertThat(content(actual)).as(as).isEqualTo(content(expected));
    assertThat(actual.digest()).as(as).isEqualTo(expected.digest());
    assertThat(actual.totals()).as(as).isEqualTo(expected.totals());
    assertThat(actual.quality()).as(as).isEqualTo(expected.quality());
  }
}
