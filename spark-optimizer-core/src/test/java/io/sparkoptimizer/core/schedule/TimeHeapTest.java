package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimeHeapTest {
  private record Due(double time, int number) {}

  @Test
  void remove_anyOrderOfCalls_isByTimeThenNumber() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      TimeHeap heap = new TimeHeap(1);
      PriorityQueue<Due> expected =
          new PriorityQueue<>(Comparator.comparingDouble(Due::time).thenComparingInt(Due::number));
      for (int i = 0; i < 1_000; i++) {
        // Few times, so that many are equal.
        double time = random.nextInt(40);
        int call = random.nextInt(4);
        if (expected.isEmpty() || call < 2) {
          heap.add(time, i);
          expected.add(new Due(time, i));
        } else if (call == 2) {
          int number = expected.remove().number();
          heap.postpone(100 + time);
          expected.add(new Due(100 + time, number));
        } else {
          assertThat(heap.time())
              .as("seed %d", seed)
              .isEqualTo(expected.element().time());
          assertThat(heap.remove())
              .as("seed %d", seed)
              .isEqualTo(expected.remove().number());
        }
        assertThat(heap.size()).as("seed %d", seed).isEqualTo(expected.size());
      }
    }
  }

  @Test
  void time_empty_isNever() {
    assertThat(new TimeHeap(4).time()).isInfinite();
  }
}
