package io.sparkoptimizer.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistributionTest {
  private static final double[] QUANTILES = {0, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1};

  @Test
  void quantile_upToThousandFigures_isSparksOwn() {
    Random random = new Random(7);
    for (int n : new int[] {1, 2, 3, 4, 10, 999, 1000}) {
      long[] figures = random.longs(n, -50, 5000).toArray();
      Distribution distribution = Distribution.of(figures);
      Arrays.sort(figures);
      for (double q : QUANTILES) {
        // AppStatusStore.taskSummary: indices = quantiles.map(q => math.min((q * count).toLong,
        // count - 1))
        assertThat(distribution.quantile(q))
            .as("q %s of %s figures", q, n)
            .isEqualTo(figures[(int) Math.min((long) (q * n), n - 1)]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"random", "ascending", "descending", "heavy-tail", "two-values", "zig-zag"})
  void quantile_manyFigures_rankErrorAtMostOnePercent(String order) {
    int n = 300_000;
    long[] figures = new long[n];
    Random random = new Random(42);
    for (int i = 0; i < n; i++) {
      figures[i] = switch (order) {
        case "ascending" -> i;
        case "descending" -> n - i;
        case "heavy-tail" -> (long) Math.exp(random.nextGaussian() * 3);
        case "two-values" -> random.nextInt(10) == 0 ? 1_000_000 : 1;
        case "zig-zag" -> i % 2 == 0 ? i : n - i;
        default -> random.nextInt();
      };
    }
    Distribution distribution = Distribution.of(figures);
    assertRankError(distribution, figures);
    assertThat(distribution.count()).isEqualTo(n);
    assertThat(distribution.sum()).isEqualTo(Arrays.stream(figures).sum());
    assertThat(distribution.min()).isEqualTo(Arrays.stream(figures).min().orElseThrow());
    assertThat(distribution.max()).isEqualTo(Arrays.stream(figures).max().orElseThrow());
  }

  private static void assertRankError(Distribution distribution, long[] figures) {
    long[] sorted = figures.clone();
    Arrays.sort(sorted);
    for (double q : QUANTILES) {
      long answer = distribution.quantile(q);
      double low = rank(sorted, answer) / (double) sorted.length;
      double high = rank(sorted, answer + 1) / (double) sorted.length;
      double error = q < low ? low - q : q > high ? q - high : 0;
      assertThat(error).as("rank error at %s", q).isLessThanOrEqualTo(0.01);
    }
  }

  /** How many figures are below. */
  private static int rank(long[] sorted, long figure) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < figure) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Test
  void merge_anySplit_keepsCountsAndRankError() {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      long[] figures = random.longs(20_000, 0, 1_000_000).toArray();
      Distribution merged = Distribution.empty();
      for (int from = 0; from < figures.length; ) {
        int to = Math.min(figures.length, from + 1 + random.nextInt(3000));
        merged = merged.merge(Distribution.of(Arrays.copyOfRange(figures, from, to)));
        from = to;
      }
      assertThat(merged.count()).as("seed %s", seed).isEqualTo(figures.length);
      assertThat(merged.sum())
          .as("seed %s", seed)
          .isEqualTo(Arrays.stream(figures).sum());
      assertRankError(merged, figures);
    }
  }

  @Test
  void toBytes_anyDistribution_comesBackEqual() {
    for (int n : new int[] {0, 1, 5, 1000, 1001, 50_000}) {
      Distribution distribution = Distribution.of(
          new Random(n).longs(n, Long.MIN_VALUE / 4, Long.MAX_VALUE / 4).toArray());
      assertThat(Distribution.fromBytes(distribution.toBytes())).isEqualTo(distribution);
    }
    assertThat(Distribution.of(new Random(1).longs(1000, 0, 10_000).toArray()).toBytes().length)
        .as("a thousand task times are compact")
        .isLessThan(2000);
  }

  @Test
  void fromBytes_brokenBytes_areRefusedByName() {
    byte[] bytes = Distribution.of(1, 2, 3).toBytes();
    assertThatThrownBy(() -> Distribution.fromBytes(Arrays.copyOf(bytes, bytes.length - 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ends too early");
    byte[] newer = bytes.clone();
    newer[0] = 9;
    assertThatThrownBy(() -> Distribution.fromBytes(newer))
        .hasMessage("a distribution of version 9; this library reads version 1");
    Random random = new Random(3);
    for (int i = 0; i < 2000; i++) {
      byte[] noise = bytes.clone();
      noise[1 + random.nextInt(noise.length - 1)] = (byte) random.nextInt();
      try {
        Distribution.fromBytes(noise);
      } catch (IllegalArgumentException refused) {
        assertThat(refused).hasMessageContaining("distribution");
      }
    }
  }

  @Test
  void quantile_ofNothing_isRefused() {
    assertThatThrownBy(() -> Distribution.empty().quantile(0.5))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Distribution.of(1).quantile(1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1.5");
  }
}
