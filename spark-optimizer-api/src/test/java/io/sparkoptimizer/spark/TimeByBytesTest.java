package io.sparkoptimizer.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TimeByBytesTest {
  @Test
  void and_anySplit_isTheSameLine() {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      TimeByBytes whole = TimeByBytes.NONE;
      TimeByBytes left = TimeByBytes.NONE;
      TimeByBytes right = TimeByBytes.NONE;
      int tasks = 100 + random.nextInt(500);
      for (int i = 0; i < tasks; i++) {
        double mib = 1000 + random.nextDouble(); // large and near each other: squares would drown
        double bytes = mib * (1 << 20);
        double ms = 250 + 40 * mib;
        whole = whole.and(bytes, ms);
        if (random.nextBoolean()) {
          left = left.and(bytes, ms);
        } else {
          right = right.and(bytes, ms);
        }
      }
      TimeByBytes merged = left.and(right);
      assertThat(merged.tasks()).as("seed %d", seed).isEqualTo(tasks);
      for (TimeByBytes line : new TimeByBytes[] {whole, merged}) {
        assertThat(line.msPerMib().getAsDouble()).as("seed %d", seed).isCloseTo(40, within(1e-3));
        assertThat(line.taskCostMs().getAsDouble()).as("seed %d", seed).isCloseTo(250, within(1.0));
        assertThat(line.correlation().getAsDouble()).as("seed %d", seed).isCloseTo(1, within(1e-6));
      }
    }
  }

  @Test
  void msPerMib_tooFewTasksOrAllAlike_isUnknown() {
    assertThat(TimeByBytes.NONE.msPerMib()).isEmpty();
    assertThat(TimeByBytes.NONE.and(1, 1).and(2, 2).msPerMib()).isEmpty();
    TimeByBytes alike = TimeByBytes.NONE;
    for (int i = 0; i < 20; i++) {
      alike = alike.and(1e6 + i * 1000.0, i); // some KB apart
    }
    assertThat(alike.msPerMib()).isEmpty();
    assertThat(alike.taskCostMs()).isEmpty();
    assertThat(alike.correlation()).isEmpty();
    assertThat(TimeByBytes.NONE.and(TimeByBytes.NONE)).isEqualTo(TimeByBytes.NONE);
  }
}
