package io.sparkoptimizer.core.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HitsTest {
  @Test
  void isHit_aFifthEitherWay_isTheLast() {
    assertThat(Hits.isHit(Math.log(1.199))).isTrue();
    assertThat(Hits.isHit(Math.log(1.201))).isFalse();
    assertThat(Hits.isHit(Math.log(0.801))).isTrue();
    assertThat(Hits.isHit(Math.log(0.799))).isFalse();
  }

  @Test
  void normal_spread_isWhatLiesBetween() {
    // Phi(ln 1.2 / 0.1) - Phi(ln 0.8 / 0.1) = Phi(1.82322) - Phi(-2.23144)
    assertThat(Hits.normal(0.1)).isCloseTo(0.953037, within(1e-5));
    assertThat(Hits.normal(0.3)).isLessThan(0.55);
    assertThat(Hits.normal(1e-9)).isEqualTo(1);
  }

  @Test
  void lowerBound_hits_isWilsons() {
    // 10 / (10 + 1.2816^2)
    assertThat(Hits.lowerBound(10, 10)).isCloseTo(0.858922, within(1e-5));
    assertThat(Hits.lowerBound(0, 10)).isCloseTo(0, within(1e-12));
    assertThat(Hits.lowerBound(90, 100)).isBetween(0.85, 0.9);
    assertThat(Hits.lowerBound(900, 1000)).isBetween(Hits.lowerBound(90, 100), 0.9);
  }
}
