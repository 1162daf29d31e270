package io.sparkoptimizer.core.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class NormalTest {
  @Test
  void cumulative_knownQuantiles_areThoseOfTables() {
    assertThat(Normal.cumulative(0)).isCloseTo(0.5, within(1e-7));
    assertThat(Normal.cumulative(1.6449)).isCloseTo(0.95, within(1e-5));
    assertThat(Normal.cumulative(-1.96)).isCloseTo(0.025, within(1e-5));
    assertThat(Normal.cumulative(40)).isEqualTo(1);
    assertThat(Normal.cumulative(-40)).isZero();
  }
}
