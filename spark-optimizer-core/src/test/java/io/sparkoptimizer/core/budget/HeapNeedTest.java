package io.sparkoptimizer.core.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.spark.ApplicationRun;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeapNeedTest {
  private static HeapNeed.Seen seen(long heapMb, long peakMb) {
    return new HeapNeed.Seen(TestRuns.etl().heapMb(heapMb, peakMb).build(), heapMb, 1);
  }

  private static HeapNeed need(HeapNeed.Seen... seen) {
    return HeapNeed.of(List.of(seen)).orElseThrow();
  }

  @Test
  void need_oneHeap_isItsPeakWithAMarginThatRunsMakeSmaller() {
    HeapNeed one = need(seen(8_192, 2_000));
    HeapNeed three = need(seen(8_192, 2_000), seen(8_192, 2_000), seen(8_192, 2_000));

    assertThat(one.expectedMb()).isEqualTo(2_000);
    assertThat(one.enoughMb()).isBetween(2_700.0, 2_900.0);
    assertThat(three.enoughMb()).isBetween(2_600.0, one.enoughMb() - 1);
  }

  @Test
  void need_samePeakInEveryHeap_isThePeak() {
    assertThat(need(seen(4_096, 2_000), seen(8_192, 2_000)).expectedMb()).isEqualTo(2_000);
  }

  @Test
  void need_peaksThatGrowWithTheHeap_isWhereTheirLineMeetsTheHeap() {
    // 1,000 MiB live; of what is above, half is garbage whatever the heap.
    HeapNeed need = need(seen(3_000, 2_000), seen(5_000, 3_000));

    assertThat(need.expectedMb()).isCloseTo(1_000, within(1.0));
    assertThat(need.heaps()).isEqualTo(2);
    assertThat(need.smallestMb()).isEqualTo(3_000);
  }

  @Test
  void need_peaksOfAConcaveLaw_isNeverTakenForLessThanWhatLives() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      double live = 500 + random.nextInt(3_000);
      double share = 0.6 * random.nextDouble();
      double power = 0.3 + 0.7 * random.nextDouble();
      List<HeapNeed.Seen> seen = new ArrayList<>();
      for (double times = 1.5 + random.nextDouble(); times < 6; times *= 1.43) {
        double heap = live * times;
        // Garbage grows with what is free, ever more slowly, and never fills it.
        double garbage = share * live * Math.pow(times - 1, power);
        seen.add(seen((long) heap, (long) Math.ceil(live + Math.min(garbage, heap - live))));
      }
      HeapNeed need = HeapNeed.of(seen).orElseThrow();
      assertThat(need.expectedMb()).as("seed %d, job %d", seed, i).isGreaterThan(live - 5);
      assertThat(need.expectedMb()).isLessThanOrEqualTo(need.peakMb());
    }
  }

  @Test
  void need_manyRuns_leavesTheRareOneToTheSpread() {
    List<HeapNeed.Seen> runs = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      runs.add(seen(8_192, i == 7 ? 4_000 : 2_000));
    }
    HeapNeed need = HeapNeed.of(runs).orElseThrow();

    assertThat(need.expectedMb()).isEqualTo(2_000);
    assertThat(need.sigma()).isGreaterThan(0.2);
  }

  @Test
  void risk_isNothingWhereItWentWellAndGrowsTowardsOneBelow() {
    HeapNeed need = need(seen(4_096, 2_000), seen(8_192, 2_000));

    assertThat(need.risk(4_096)).isZero();
    assertThat(need.risk(need.enoughMb())).isBetween(0.0, 0.05);
    double before = 0;
    for (int heap = 4_000; heap > 500; heap -= 100) {
      assertThat(need.risk(heap)).isBetween(before, 1.0);
      before = need.risk(heap);
    }
    assertThat(before).isGreaterThan(0.99);
  }

  @Test
  void need_noSample_isNone() {
    assertThat(HeapNeed.of(List.of(seen(4_096, 0)))).isEmpty();
    assertThat(HeapNeed.of(List.of())).isEmpty();
  }

  @Test
  void need_largeBroadcast_isTwiceIt() {
    ApplicationRun run = TestRuns.etl().heapMb(8_192, 700).build().toBuilder()
        .largestBroadcastBytes(OptionalLong.of(1L << 30))
        .build();

    assertThat(
            HeapNeed.of(List.of(new HeapNeed.Seen(run, 8_192, 1))).orElseThrow().expectedMb())
        .isEqualTo(2_048);
  }
}
