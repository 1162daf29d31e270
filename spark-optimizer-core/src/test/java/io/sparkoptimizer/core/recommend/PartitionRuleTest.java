package io.sparkoptimizer.core.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PartitionRuleTest {
  private static PartitionRule rule(long shuffleBytes, boolean spilled, boolean adaptive) {
    return new PartitionRule(PartitionRule.SQL, shuffleBytes, spilled, adaptive, 0);
  }

  @Test
  void partitions_bytesSlotsAndCoalescing_decide() {
    long gib = 1L << 30;
    OptionalInt normal = OptionalInt.of(200);
    assertThat(rule(100 * gib, false, true).partitions(normal, 40)).hasValue(800);
    assertThat(rule(100 * gib, true, true).partitions(normal, 40)).hasValue(1_600);
    assertThat(rule(gib, false, true).partitions(normal, 400)).hasValue(400);
    assertThat(rule(gib, false, true).partitions(normal, 40)).hasValue(200);
    assertThat(rule(gib, false, false).partitions(normal, 40)).hasValue(40);
    assertThat(rule(0, false, false).partitions(normal, 40)).hasValue(200);
    assertThat(rule(gib, false, false).partitions(OptionalInt.empty(), 40)).isEmpty();
  }

  @Test
  void counts_bounds_areKept() {
    assertThat(Search.counts(1, 9, OptionalInt.of(7)))
        .startsWith(1, 2, 3, 4)
        .endsWith(9)
        .contains(7);
    assertThat(Search.counts(4, 2, OptionalInt.empty())).containsExactly(2);
    assertThat(Search.counts(1, 2_000, OptionalInt.empty())).hasSizeLessThan(60);
  }
}
