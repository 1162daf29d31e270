package io.sparkoptimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataSizeTest {
  @ParameterizedTest
  @CsvSource({
    "50GB, 50000000000",
    "1.5TiB, 1649267441664",
    "800 MB, 800000000",
    "1KiB, 1024",
    "12, 12",
    "12b, 12",
    "2g, 2000000000",
    "0, 0",
    "3pib, 3377699720527872",
  })
  void parse_everyUnit_isRead(String text, long bytes) {
    assertThat(DataSize.parse(text)).isEqualTo(DataSize.bytes(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GB", "1,5GB", "-1GB", "5XB", "1e3", "50 G B", "5iB", "99999999PB"})
  void parse_anythingElse_isRefusedWithExamples(String text) {
    assertThatThrownBy(() -> DataSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\"");
  }

  @Test
  void parseAndPrint_inTurkish_isTheSame() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr-TR"));
      assertThat(DataSize.parse("1.5TIB").bytes()).isEqualTo(1649267441664L);
      assertThat(DataSize.gibibytes(3).toString()).isEqualTo("3.0 GiB");
    } finally {
      Locale.setDefault(before);
    }
  }
}
