package io.sparkoptimizer.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkoptimizer.spark.MemoryFailure;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class JsonDocumentTest {
  private static final String FAILURE =
      "{\"cause\":\"heap\",\"certainty\":\"probable\",\"executor_id\":null,\"stage_id\":7,"
          + "\"time_ms\":null,\"evidence\":\"OutOfMemoryError: \\\"x\\\"\"}";
  private static final MemoryFailure SAME = new MemoryFailure(
      MemoryFailure.Cause.HEAP,
      MemoryFailure.Certainty.PROBABLE,
      null,
      OptionalInt.of(7),
      OptionalLong.empty(),
      "OutOfMemoryError: \"x\"");

  @Test
  void write_record_isSnakeCaseWithNulls() {
    assertThat(JsonDocument.write(SAME)).isEqualTo(FAILURE);
    assertThat(JsonDocument.read(MemoryFailure.class, FAILURE)).isEqualTo(SAME);
  }

  @Test
  void read_keysMoreAndLess_takesWhatItKnows() {
    String other = "{\"since_2_0\":{\"a\":[1,{}]},\"cause\":\"heap\",\"certainty\":\"probable\","
        + "\"evidence\":\"OutOfMemoryError: \\\"x\\\"\",\"stage_id\":7}";
    assertThat(JsonDocument.read(MemoryFailure.class, other)).isEqualTo(SAME);
  }

  @Test
  void read_cutDocument_isRefusedAtEveryLength() {
    for (int length = 0; length < FAILURE.length(); length++) {
      String cut = FAILURE.substring(0, length);
      assertThatThrownBy(() -> JsonDocument.read(MemoryFailure.class, cut))
          .as("cut at %s", length)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void read_unknownWord_saysWhatIsKnown() {
    assertThatThrownBy(
            () -> JsonDocument.read(MemoryFailure.class, FAILURE.replace("\"heap\"", "\"moon\"")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"moon\" is no Cause; this version knows"
            + " [heap, container, python, preempted, unknown]");
  }

  @Test
  void classPath_hasNoDatabind() {
    assertThatThrownBy(() -> Class.forName("com.fasterxml.jackson.databind.ObjectMapper"))
        .as("inside a Spark driver none may be brought")
        .isInstanceOf(ClassNotFoundException.class);
  }
}
