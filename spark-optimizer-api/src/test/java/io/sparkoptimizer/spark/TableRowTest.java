package io.sparkoptimizer.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TableRowTest {
  private static TableRow row(OptionalLong durationMs, int instances, OptionalDouble price) {
    return new TableRow(
        durationMs,
        instances,
        OptionalInt.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        null,
        price,
        null);
  }

  @Test
  void cost_timeAndPrice_isOfAllInstances() {
    assertThat(row(OptionalLong.of(1_800_000), 4, OptionalDouble.of(0.3)).cost().getAsDouble())
        .isCloseTo(0.6, within(1e-12));
  }

  @Test
  void cost_noTimeOrNoPrice_isEmpty() {
    assertThat(row(OptionalLong.empty(), 4, OptionalDouble.of(0.3)).cost()).isEmpty();
    assertThat(row(OptionalLong.of(1), 4, OptionalDouble.empty()).cost()).isEmpty();
  }

  @Test
  void make_figuresThatCannotBe_refused() {
    assertThatThrownBy(() -> row(OptionalLong.of(0), 4, OptionalDouble.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("durationMs must be 1 or more, was 0");
    assertThatThrownBy(() -> row(OptionalLong.of(1), 0, OptionalDouble.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("instances must be 1 or more, was 0");
    assertThatThrownBy(() -> row(OptionalLong.of(1), 1, OptionalDouble.of(Double.NaN)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("pricePerInstanceHour must be 0 or more, was NaN");
  }
}
