package io.sparkoptimizer.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class StepFunctionTest {
  @Test
  void integral_randomRectangles_equalsSumMillisecondByMillisecond() {
    long seed = 7;
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      StepFunction.Builder builder = StepFunction.builder();
      double[] value = new double[100];
      for (int i = 0; i < 10; i++) {
        int from = random.nextInt(100);
        int to = random.nextInt(100);
        int height = random.nextInt(5);
        builder.add(from, to, height);
        for (int t = from; t < to; t++) {
          value[t] += height;
        }
      }
      StepFunction function = builder.build();
      int from = random.nextInt(100);
      int to = random.nextInt(100);
      double expected = 0;
      long low = 0;
      for (int t = from; t < to; t++) {
        expected += value[t];
        low += value[t] <= 2 ? 1 : 0;
      }
      assertThat(function.integral(from, to)).as("seed %s", seed).isEqualTo(expected);
      assertThat(function.stretchesAtMost(2, from, to).stream()
              .mapToLong(StepFunction.Stretch::lengthMs)
              .sum())
          .as("seed %s", seed)
          .isEqualTo(low);
    }
  }

  @Test
  void build_nothingAdded_isZeroEverywhere() {
    StepFunction nothing = StepFunction.builder().add(5, 5, 3).add(9, 2, 1).build();
    assertThat(nothing.integral(0, 100)).isZero();
    assertThat(nothing.max()).isZero();
    assertThat(nothing.stretchesAtMost(0, 0, 100))
        .containsExactly(new StepFunction.Stretch(0, 100));
  }
}
