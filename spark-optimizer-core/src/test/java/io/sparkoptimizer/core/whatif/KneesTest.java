package io.sparkoptimizer.core.whatif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.WhatIf;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KneesTest {
  private static final double DRIVER_MS = 10_000;
  private static final double TASKS_MS = 160_000;

  private static WhatIf.Point point(int executors, int cores, double ms, double cost) {
    return new WhatIf.Point(
        Resources.builder().numExecutors(executors).executorCores(cores).build(),
        new Interval(ms, ms, ms),
        OptionalLong.of(0),
        OptionalLong.of(0),
        OptionalLong.of(0),
        OptionalLong.of(Math.round(ms * executors * cores)),
        OptionalDouble.of(1),
        OptionalDouble.of(cost),
        null);
  }

  private static WhatIf.Point refused(int executors) {
    return new WhatIf.Point(
        Resources.builder().numExecutors(executors).executorCores(1).build(),
        null,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        "no");
  }

  /**
   * Amdahl: d + w / n, which costs n d + w. The product (d + w / n)(n d + w) is least at n = w / d, where
   * half of the time is the driver's: 16 here.
   */
  private static WhatIf.Point amdahl(int executors) {
    double ms = DRIVER_MS + TASKS_MS / executors;
    return point(executors, 1, ms, ms * executors / 3_600_000);
  }

  private static WhatIf.Knee knee(WhatIf.Point... points) {
    List<WhatIf.Knee> knees = Knees.of(List.of(points));
    assertThat(knees).hasSize(1);
    return knees.get(0);
  }

  @Test
  void of_amdahl_isWhereHalfOfTheTimeIsTheDrivers() {
    assertThat(knee(amdahl(1), amdahl(4), amdahl(15), amdahl(16), amdahl(17), amdahl(64)))
        .satisfies(knee -> {
          assertThat(knee.executors()).hasValue(16);
          assertThat(knee.why()).isNull();
          assertThat(knee.executorCores()).hasValue(1);
        });
  }

  @Test
  void of_rangeBelowTheKnee_isAbsent() {
    assertThat(knee(amdahl(1), amdahl(4), amdahl(8)).why())
        .isEqualTo("more executors still pay at 8, the most that have an answer here");
  }

  @Test
  void of_rangeBeyondTheKnee_isTheFewest() {
    assertThat(knee(amdahl(32), amdahl(64), amdahl(128)).executors()).hasValue(32);
  }

  @Test
  void of_fewPoints_isAbsentWithTheReason() {
    assertThat(knee(amdahl(4)).why())
        .isEqualTo("a knee takes 3 executor counts that have an answer, and here is 1");
    assertThat(knee(amdahl(4), amdahl(64)).why()).endsWith("and here are 2");
    assertThat(knee(amdahl(4), amdahl(64), amdahl(64)).why()).endsWith("and here are 2");
    assertThat(knee(amdahl(4), amdahl(64), refused(16)).why()).endsWith("and here are 2");
    assertThat(knee(refused(1), refused(2), refused(3)).why()).endsWith("and here are 0");
    assertThat(Knees.of(List.of())).isEmpty();
  }

  @Test
  void of_refusedPoints_areNeverTheKnee() {
    assertThat(knee(amdahl(1), amdahl(12), refused(16), amdahl(24), amdahl(64)).executors())
        .hasValue(12);
  }

  @Test
  void of_equalProducts_areTheFewestExecutors() {
    assertThat(
            knee(point(4, 1, 100, 1), point(2, 1, 100, 1), point(8, 1, 100, 1)).executors())
        .hasValue(2);
  }

  @Test
  void of_noPrices_goesByCoreTime() {
    List<WhatIf.Point> points = new ArrayList<>();
    for (int executors : new int[] {1, 8, 16, 32}) {
      points.add(point(executors, 1, amdahl(executors).durationMs().expected(), 0));
    }
    assertThat(Knees.of(points).get(0).executors()).hasValue(16);
  }

  @Test
  void of_dynamicBounds_haveNone() {
    WhatIf.Point dynamic = new WhatIf.Point(
        Resources.builder()
            .numExecutors(16)
            .executorCores(1)
            .dynamicAllocation(true)
            .build(),
        new Interval(1, 1, 1),
        OptionalLong.of(0),
        OptionalLong.of(1),
        OptionalLong.of(0),
        OptionalLong.of(1),
        OptionalDouble.of(1),
        OptionalDouble.of(0.001),
        null);

    assertThat(knee(dynamic).why())
        .isEqualTo("dynamic allocation has bounds, and no count of executors");
    assertThat(knee(amdahl(1), amdahl(8), dynamic, amdahl(24), amdahl(64)).executors())
        .as("among counts a dynamic one does not count")
        .hasValue(24);
  }

  @Test
  void of_otherSettingsVary_hasOneForEachInTheOrderAsked() {
    List<WhatIf.Point> points = new ArrayList<>();
    for (int executors : new int[] {1, 4, 8, 16, 64}) {
      points.add(point(executors, 4, 100 + 800.0 / executors, 8 + executors));
      points.add(point(executors, 2, 100 + 400.0 / executors, 4 + executors));
    }
    List<WhatIf.Knee> knees = Knees.of(points);

    assertThat(knees)
        .extracting(WhatIf.Knee::executorCores)
        .containsExactly(OptionalInt.of(4), OptionalInt.of(2));
    assertThat(knees)
        .extracting(WhatIf.Knee::executors)
        .containsExactly(OptionalInt.of(8), OptionalInt.of(4));
    assertThat(knees.get(0).isAmong(points.get(0))).isTrue();
    assertThat(knees.get(0).isAmong(points.get(1))).isFalse();
  }

  @Test
  void of_anyCurve_isAnAnsweredCountInsideTheRangeWhateverTheOrder() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      List<WhatIf.Point> points = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(20); i++) {
        int executors = 1 + random.nextInt(64);
        points.add(
            random.nextInt(4) == 0
                ? refused(executors)
                : point(executors, 1, random.nextInt(1_000), random.nextInt(5)));
      }
      WhatIf.Knee knee = Knees.of(points).get(0);
      List<WhatIf.Point> shuffled = new ArrayList<>(points);
      shuffled.sort((a, b) -> b.resources().numExecutors().orElseThrow()
          - a.resources().numExecutors().orElseThrow());
      Collections.shuffle(points, random);

      int[] answered = points.stream()
          .filter(point -> point.refused() == null)
          .mapToInt(point -> point.resources().numExecutors().orElseThrow())
          .distinct()
          .sorted()
          .toArray();
      if (knee.executors().isPresent()) {
        assertThat(answered).as("seed %d", seed).contains(knee.executors().getAsInt());
        assertThat(knee.executors().getAsInt())
            .as("seed %d", seed)
            .isLessThan(answered[answered.length - 1]);
      } else {
        assertThat(knee.why()).as("seed %d", seed).isNotBlank();
      }
      if (answered.length
          == points.stream().filter(point -> point.refused() == null).count()) {
        assertThat(Knees.of(shuffled).get(0)).as("seed %d", seed).isEqualTo(knee);
      }
    }
  }

  @Test
  void knee_withNeitherCountNorReason_isRefused() {
    assertThatThrownBy(() -> new WhatIf.Knee(
            OptionalInt.empty(),
            OptionalLong.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a knee has executors or a reason why not, was OptionalInt.empty, null");
  }
}
