package io.sparkoptimizer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sparkoptimizer.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkSubmitTest {
  @Test
  void quote_plainWord_staysAsItIs() {
    assertThat(SparkSubmit.quote("spark.executor.memory=8g")).isEqualTo("spark.executor.memory=8g");
    assertThat(SparkSubmit.quote("s3://a/b_c-d,e:f%20@g+h")).isEqualTo("s3://a/b_c-d,e:f%20@g+h");
  }

  @Test
  void quote_specialCharacters_areShut() {
    assertThat(SparkSubmit.quote("")).isEqualTo("''");
    assertThat(SparkSubmit.quote("a b")).isEqualTo("'a b'");
    assertThat(SparkSubmit.quote("$HOME `id`")).isEqualTo("'$HOME `id`'");
    assertThat(SparkSubmit.quote("it's")).isEqualTo("'it'\\''s'");
    assertThat(SparkSubmit.quote("a\nb'")).isEqualTo("$'a\\nb\\''");
    assertThat(SparkSubmit.quote("~/x")).isEqualTo("'~/x'");
  }

  @Test
  void options_valuesWithSpacesAndDollars_areQuotedWhole() {
    assertThat(SparkSubmit.options(
            Map.of(
                "spark.executor.extraJavaOptions", "-Dx=\"$1 y\" -Dz='q'",
                "spark.executor.memory", "4g"),
            Optional.of(Platform.YARN)))
        .containsExactly(
            "--executor-memory 4g",
            "--conf 'spark.executor.extraJavaOptions=-Dx=\"$1 y\" -Dz='\\''q'\\'''");
  }

  /** Whatever is quoted, bash hands on unchanged. */
  @Test
  @SuppressWarnings("OrphanedFormatString") // it is bash that formats
  void quote_randomTexts_survivesBash(@TempDir Path folder) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no /bin/bash");
    long seed = 20261101;
    Random random = new Random(seed);
    String alphabet = "ab \t\n'\"\\$`!*?[]{}()<>|&;#~=%^-_ığ😀\u0001";
    int[] symbols = alphabet.codePoints().toArray();
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(12); j > 0; j--) {
        text.appendCodePoint(symbols[random.nextInt(symbols.length)]);
      }
      texts.add(text.toString());
    }
    StringBuilder script = new StringBuilder("printf '%s\\0'");
    texts.forEach(text -> script.append(' ').append(SparkSubmit.quote(text)));
    Path file = Files.writeString(folder.resolve("script.sh"), script);
    Path output = folder.resolve("output");
    Process bash = new ProcessBuilder("/bin/bash", file.toString())
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
    assertThat(bash.waitFor()).isZero();
    String printed = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    assertThat(List.of(printed.split("\0", -1)).subList(0, texts.size()))
        .as("seed %d", seed)
        .isEqualTo(texts);
  }

  /** Whatever is written as a property, Java (and so Spark) reads back. */
  @Test
  void line_randomValues_areReadBack(@TempDir Path folder) throws IOException {
    long seed = 20261102;
    Random random = new Random(seed);
    String alphabet = "ab =:#!\\\t\n'\"$ığ";
    for (int i = 0; i < 300; i++) {
      StringBuilder value = new StringBuilder("x");
      for (int j = random.nextInt(8); j > 0; j--) {
        value.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String expected = value.append('y').toString();
      Path file = Files.writeString(
          folder.resolve("d.conf"), SparkProperties.line("spark.a.b", expected) + "\n");
      assertThat(SparkProperties.read(file, key -> {}))
          .as("seed %d, %s", seed, expected)
          .isEqualTo(Map.of("spark.a.b", expected));
    }
    Path file = Files.writeString(folder.resolve("e.conf"), SparkProperties.line("spark.a", "=x"));
    assertThat(SparkProperties.read(file, key -> {})).isEqualTo(Map.of("spark.a", "=x"));
  }
}
