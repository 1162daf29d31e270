package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TaskOrderTest {
  private static final int SEEDS = 300 * Integer.getInteger("test.thoroughness", 1);

  private static StageWork stage(int tasks, double[] figures) {
    Arrays.sort(figures);
    return new StageWork(
        0, List.of(), 0, tasks, figures, ColdStart.NONE, 0, new Cut.Partitions(tasks, tasks));
  }

  /** Times that spread much, hardly, or not at all. */
  private static double[] figures(Random random, int count) {
    double spread = List.of(0.0, 1e-4, 0.3, 1.5).get(random.nextInt(4));
    return random.doubles(count, -1, 1).map(x -> 1_000 * Math.exp(spread * x)).toArray();
  }

  @Test
  void unitsMs_anySlots_areAllOfTheWork() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      int tasks = 1 + random.nextInt(3_000);
      int slots = 1 + random.nextInt(50);
      StageWork stage = stage(tasks, figures(random, Math.min(tasks, 1_000)));
      TaskOrder order = new TaskOrder(stage);

      assertThat(Arrays.stream(order.unitsMs(slots)).sum())
          .as("seed %d: %d tasks on %d slots", seed, tasks, slots)
          .isCloseTo(stage.warmTotalMs(), within(1e-9 * stage.warmTotalMs()));
      int[] chunks = order.chunks(slots);
      assertThat(Arrays.stream(chunks).sum() + order.unitsMs(slots).length - chunks.length)
          .as("seed %d: tasks", seed)
          .isEqualTo(tasks);
    }
  }

  @Test
  void unitsMs_fewTasks_areEachOnceInAMixedOrder() {
    TaskOrder order = new TaskOrder(stage(5, new double[] {1, 2, 3, 4, 5}));

    assertThat(order.unitsMs(2)).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
    assertThat(order.unitsMs(2)).isNotEqualTo(new double[] {1, 2, 3, 4, 5});
  }

  @Test
  void of_sameShapeAgain_isRemembered() {
    TaskOrders orders =
        new TaskOrders(List.of(stage(2, new double[] {1, 2}), stage(2, new double[] {1, 2})));
    TaskOrder first = orders.of(1, 1, 2, 8, 1);

    for (int other = 3; other < 10; other++) {
      assertThat(orders.of(1, 1, other, 8, 1).stage().tasks()).isEqualTo(other);
      assertThat(orders.of(1, other, 2, 8, 1)).isNotSameAs(first);
      assertThat(orders.of(1, 1, 2, 8, other)).isNotSameAs(first);
    }

    // Its count does not follow the cores.
    assertThat(orders.of(1, 1, 2, 16, 1)).isSameAs(first);
    assertThat(orders.of(0, 1, 2, 8, 1)).isNotSameAs(first);
  }

  @Test
  void of_manyShapes_areForgotten() {
    TaskOrders orders = new TaskOrders(List.of(stage(2, new double[] {1, 2})));
    TaskOrder first = orders.of(0, 1, 2, 8, 1);

    for (int other = 3; other < 100; other++) {
      orders.of(0, 1, other, 8, 1);
    }

    assertThat(orders.of(0, 1, 2, 8, 1)).isNotSameAs(first);
  }
}
