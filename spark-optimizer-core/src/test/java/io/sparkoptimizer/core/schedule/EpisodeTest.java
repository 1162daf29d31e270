package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EpisodeTest {
  private static final int SEEDS = 300 * Integer.getInteger("test.thoroughness", 1);

  private static TaskOrder order(int tasks, double[] figures, double loadingMs) {
    Arrays.sort(figures);
    return new TaskOrder(new StageWork(
        0,
        List.of(),
        0,
        tasks,
        figures,
        new ColdStart(loadingMs, 0),
        0,
        new Cut.Partitions(tasks, tasks)));
  }

  /** Times that spread much, hardly, or not at all. */
  private static double[] figures(Random random, int count) {
    double spread = List.of(0.0, 1e-4, 0.3, 1.5).get(random.nextInt(4));
    return random.doubles(count, -1, 1).map(x -> 1_000 * Math.exp(spread * x)).toArray();
  }

  private record Slot(double freeFrom, int number) implements Comparable<Slot> {
    @Override
    public int compareTo(Slot other) {
      return Double.compare(freeFrom, other.freeFrom);
    }
  }

  /** When each stage ends, and behind them the slot time of all. */
  private static double[] oneByOne(
      TaskOrder[] stages, double[] offsets, int slots, double coldFactor) {
    PriorityQueue<Slot> free = new PriorityQueue<>();
    for (int i = 0; i < slots; i++) {
      free.add(new Slot(0, i));
    }
    double[] figures = new double[stages.length + 1];
    for (int k = 0; k < stages.length; k++) {
      boolean[] warm = new boolean[slots];
      for (double unit : stages[k].unitsMs(slots)) {
        Slot slot = free.remove();
        double duration =
            unit + (warm[slot.number()] ? 0 : stages[k].stage().cold().at(coldFactor));
        warm[slot.number()] = true;
        double end = Math.max(offsets[k], slot.freeFrom()) + duration;
        free.add(new Slot(end, slot.number()));
        figures[k] = Math.max(figures[k], end);
        figures[stages.length] += duration;
      }
    }
    return figures;
  }

  @Test
  void at_anyStagesAndSlots_isListScheduling() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      TaskOrder[] stages = new TaskOrder[1 + random.nextInt(4)];
      double[] offsets = new double[stages.length];
      int most = 0;
      for (int k = 0; k < stages.length; k++) {
        int tasks = 1 + random.nextInt(400);
        most += tasks;
        stages[k] = order(tasks, figures(random, tasks), random.nextInt(2) * 50);
        offsets[k] = k == 0 ? 0 : offsets[k - 1] + random.nextInt(300);
      }
      int slots = 1 + random.nextInt(most);
      String what = "seed " + seed + ": " + most + " tasks on " + slots + " slots";
      Episode episode = new Episode(stages, offsets);
      Calendar scratch = new Calendar();

      // Asked twice: the second answer is a remembered one.
      for (int asked = 0; asked < 2; asked++) {
        for (double factor : new double[] {1, 2}) {
          double[] expected = oneByOne(stages, offsets, slots, factor);
          Episode.Times times = episode.at(slots, factor, scratch);

          double end = Arrays.stream(times.endsMs()).max().orElseThrow();
          for (int k = 0; k < stages.length; k++) {
            assertThat(times.endsMs()[k])
                .as(what + ", end of stage " + k)
                .isCloseTo(expected[k], within(0.005 * expected[k]));
            assertThat(times.lastLaunchesMs()[k])
                .as(what + ", last launch of stage " + k)
                .isBetween(offsets[k], times.endsMs()[k]);
          }
          assertThat(times.taskMs())
              .as(what + ", slot time")
              .isCloseTo(expected[stages.length], within(0.005 * expected[stages.length]));
          assertThat(Arrays.stream(episode.freeFromMs(slots, factor, scratch)).max())
              .as(what + ", the last slot to be free")
              .hasValue(end);
        }
      }
    }
  }

  @Test
  void at_moreSlotsThanTasks_usesAsManyAsTasks() {
    TaskOrder[] stages = {order(3, new double[] {1, 2, 3}, 10)};
    Episode episode = new Episode(stages, new double[] {0});

    assertThat(episode.used(100)).isEqualTo(3);
    assertThat(episode.at(100, 1, new Calendar()).endsMs()).containsExactly(13);
    assertThat(episode.at(100, 1, new Calendar()).taskMs()).isEqualTo(36);
  }

  @Test
  void episode_sameStagesAgain_isRemembered() {
    TaskOrder[] stages = {order(2, new double[] {1, 2}, 0), order(2, new double[] {1, 2}, 0)};
    Episode first = stages[0].episode(stages, new double[] {0, 1}, 2);

    assertThat(stages[0].episode(stages, new double[] {0, 1}, 2)).isSameAs(first);
    assertThat(stages[0].episode(stages, new double[] {0, 1}, 1)).isNotSameAs(first);
    assertThat(stages[0].episode(stages, new double[] {0, 2}, 2)).isNotSameAs(first);
  }

  @Test
  void episode_manyOthers_areForgotten() {
    TaskOrder[] stages = {order(2, new double[] {1, 2}, 0), order(2, new double[] {1, 2}, 0)};
    Episode first = stages[0].episode(stages, new double[] {0, 1}, 2);

    for (int other = 2; other < 100; other++) {
      stages[0].episode(stages, new double[] {0, other}, 2);
    }

    assertThat(stages[0].episode(stages, new double[] {0, 1}, 2)).isNotSameAs(first);
  }
}
