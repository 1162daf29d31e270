package io.sparkoptimizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
  @ParameterizedTest
  @CsvSource({
    "0,0 ms",
    "450,450 ms",
    "3200,3.2 s",
    "59949,59.9 s",
    "59999,1 min 00 s",
    "750000,12 min 30 s",
    "3599600,1 h 00 min",
    "18120000,5 h 02 min",
    "172800000,2 d 00 h",
    "180000000,2 d 02 h"
  })
  void duration_isReadable(long ms, String text) {
    assertThat(Text.duration(OptionalLong.of(ms))).isEqualTo(text);
  }

  @Test
  void figures_areReadable() {
    assertThat(Text.duration(OptionalLong.empty())).isEqualTo("-");
    assertThat(Text.memory(OptionalLong.of(8192))).isEqualTo("8 GiB");
    assertThat(Text.memory(OptionalLong.of(1500))).isEqualTo("1500 MiB");
    assertThat(Text.money(1234.5, "USD")).isEqualTo("1,234.50 USD");
    assertThat(Text.money(0.0042, "USD")).isEqualTo("0.0042 USD");
    assertThat(Text.money(0, "EUR")).isEqualTo("0.00 EUR");
    assertThat(Text.percent(OptionalDouble.of(0.825))).isEqualTo("83 %");
    assertThat(Text.figure(1_000_000)).isEqualTo("1,000,000");
    assertThat(Text.figure(0.41)).isEqualTo("0.41");
    assertThat(Text.figure(100)).isEqualTo("100");
    assertThat(Text.figure(43_121.4)).isEqualTo("43,121");
    assertThat(Text.measured("predicted_duration_ms", 43_121)).isEqualTo("43.1 s");
    assertThat(Text.measured("peak_jvm_heap_bytes", 1 << 30)).isEqualTo("1.0 GiB");
    assertThat(Text.measured("executor_memory_mb", 4096)).isEqualTo("4 GiB");
    assertThat(Text.measured("slot_occupancy", 0.5)).isEqualTo("0.5");
    assertThat(Text.plural(1, "run")).isEqualTo("1 run");
    assertThat(Text.time(OptionalLong.of(0))).isEqualTo("1970-01-01 00:00:00");
  }

  @Test
  void clean_controlCharacters_cannotSpeakToTheTerminal() {
    assertThat(Text.clean("a\u001b[2J\u202eb\nc\u009b")).isEqualTo("a?[2J?b?c?");
    assertThat(Text.clean("gece-satış 😀")).isEqualTo("gece-satış 😀");
  }

  @Test
  void cut_longText_endsInDots() {
    assertThat(Text.cut("abcdefgh", 6)).isEqualTo("abc...");
    assertThat(Text.cut("😀😀😀😀😀", 5)).isEqualTo("😀😀😀😀😀");
    assertThat(Text.cut("😀😀😀😀😀😀", 5)).isEqualTo("😀😀...");
  }

  @Test
  void wrap_longText_staysWithinTheWidth() {
    String text = "word ".repeat(100);
    assertThat(Text.wrap(text, "  "))
        .hasSizeGreaterThan(4)
        .allMatch(line -> line.startsWith("  word") && line.length() <= Text.WIDTH);
  }

  @Test
  void table_columns_areAligned() {
    Table table = new Table("<Name", ">Count");
    table.row("ış", "7");
    table.row("longer name", "1,000");
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    table.print(out, " ");
    out.flush();
    assertThat(text.toString().lines())
        .containsExactly(
            " Name         Count",
            " -----------  -----",
            " ış               7",
            " longer name  1,000");
  }
}
