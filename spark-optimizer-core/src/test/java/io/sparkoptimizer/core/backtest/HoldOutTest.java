package io.sparkoptimizer.core.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkoptimizer.Backtest;
import io.sparkoptimizer.ConflictingSettingsException;
import io.sparkoptimizer.core.TestRuns;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class HoldOutTest {
  private static final long GIB = 1L << 30;

  private static Backtest.Query query(Backtest.Protocol protocol, int repeats, long seed) {
    return new Backtest.Query(protocol, repeats, seed, 10, 40);
  }

  /** Newest first: the last one made is at position 0. */
  private static List<Sample> samples(int n, IntFunction<TestRuns> each) {
    return Sample.of(TestRuns.repeated(n, each));
  }

  private static List<HoldOut> of(Backtest.Protocol protocol, List<Sample> samples) {
    return HoldOut.of(query(protocol, 20, 1), "nightly", samples);
  }

  @Test
  void of_leaveOneOut_holdsOutEachOnce() {
    List<HoldOut> all = of(new Backtest.LeaveOneOut(), samples(3, i -> TestRuns.etl()));

    assertThat(all)
        .containsExactly(
            new HoldOut(List.of(1, 2), List.of(0)),
            new HoldOut(List.of(0, 2), List.of(1)),
            new HoldOut(List.of(0, 1), List.of(2)));
    assertThat(of(new Backtest.LeaveOneOut(), samples(1, i -> TestRuns.etl()))).isEmpty();
  }

  @Test
  void of_leaveContextOut_holdsOutAllRunsOfAConfiguration() {
    List<Sample> samples = samples(
        4, i -> TestRuns.etl().executors(i == 3 ? 8 : 4, 2).heapMb(i == 1 ? 8192 : 4096, 1));

    assertThat(of(new Backtest.LeaveContextOut(), samples))
        .containsExactly(
            new HoldOut(List.of(1, 2, 3), List.of(0)),
            new HoldOut(List.of(0, 2), List.of(1, 3)),
            new HoldOut(List.of(0, 1, 3), List.of(2)));
    assertThat(of(new Backtest.LeaveContextOut(), samples(4, i -> TestRuns.etl())))
        .isEmpty();
  }

  @Test
  void of_split_drawsAShareOfTheRunsAndNoneTwice() {
    List<HoldOut> draws = of(new Backtest.Split(0.8), samples(10, i -> TestRuns.etl()));

    assertThat(draws).hasSize(20).allSatisfy(draw -> {
      assertThat(draw.known()).hasSize(8).isSorted();
      assertThat(draw.heldOut()).hasSize(2).isSorted();
      List<Integer> both = new ArrayList<>(draw.known());
      both.addAll(draw.heldOut());
      assertThat(both).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    });
    assertThat(draws.stream().distinct()).hasSizeGreaterThan(5);
    // However large the share, one run is left to predict, and one to predict it.
    assertThat(
            of(new Backtest.Split(0.99), samples(3, i -> TestRuns.etl())).get(0).heldOut())
        .hasSize(1);
    assertThat(
            of(new Backtest.Split(0.01), samples(3, i -> TestRuns.etl())).get(0).known())
        .hasSize(1);
  }

  @Test
  void of_points_trainsOnSoManyOrNotAtAll() {
    assertThat(of(new Backtest.Points(3), samples(5, i -> TestRuns.etl())))
        .hasSize(20)
        .allSatisfy(draw -> assertThat(draw.known()).hasSize(3));
    assertThat(of(new Backtest.Points(5), samples(5, i -> TestRuns.etl()))).isEmpty();
    assertThatThrownBy(() -> query(new Backtest.Points(40), 1, 0))
        .isInstanceOf(ConflictingSettingsException.class)
        .hasMessageContaining("training on 40 of at most 40 runs leaves none to hold out");
  }

  @Test
  void of_draws_dependOnSeedAndJobAlone() {
    List<Sample> samples = samples(10, i -> TestRuns.etl());
    Backtest.Protocol half = new Backtest.Split(0.5);

    List<HoldOut> draws = HoldOut.of(query(half, 20, 1), "nightly", samples);

    assertThat(HoldOut.of(query(half, 20, 1), "nightly", samples)).isEqualTo(draws);
    assertThat(HoldOut.of(query(half, 10, 1), "nightly", samples)).isEqualTo(draws.subList(0, 10));
    assertThat(HoldOut.of(query(half, 20, 2), "nightly", samples)).isNotEqualTo(draws);
    assertThat(HoldOut.of(query(half, 20, 1), "hourly", samples)).isNotEqualTo(draws);
  }

  @Test
  void of_extrapolateByInstances_predictsTheLargerFromTheSmaller() {
    // 8, 4, 2, 1 executors
    List<Sample> samples = samples(4, i -> TestRuns.etl().executors(1 << i, 2));

    assertThat(of(by(Backtest.Size.INSTANCES, OptionalDouble.of(4)), samples))
        .containsExactly(new HoldOut(List.of(1, 2, 3), List.of(0)));
    assertThat(of(by(Backtest.Size.INSTANCES, OptionalDouble.empty()), samples))
        .containsExactly(new HoldOut(List.of(2, 3), List.of(0, 1)));
    assertThat(of(by(Backtest.Size.INSTANCES, OptionalDouble.of(8)), samples)).isEmpty();
  }

  @Test
  void of_extrapolateByInput_leavesOutRunsNeitherSmallNorLarge() {
    // 10, 10.5, 11 and 40 GiB, oldest first
    double[] gib = {10, 10.5, 11, 40};
    List<Sample> samples = samples(
        4, i -> TestRuns.run().scan(40, 5_000, (long) (gib[i] * GIB)).shuffle(20, 2_000, GIB));

    assertThat(of(by(Backtest.Size.INPUT, OptionalDouble.empty()), samples))
        .containsExactly(new HoldOut(List.of(2, 3), List.of(0)));
    assertThat(of(by(Backtest.Size.INPUT, OptionalDouble.of(10.6 * GIB)), samples))
        .containsExactly(new HoldOut(List.of(2, 3), List.of(0, 1)));
  }

  @Test
  void of_extrapolateByInput_runsThatTellNone_cannotBeDone() {
    List<Sample> samples =
        samples(4, i -> i == 0 ? TestRuns.run().shuffle(20, 2_000, GIB) : TestRuns.etl());

    assertThat(of(by(Backtest.Size.INPUT, OptionalDouble.of(1)), samples)).isEmpty();
  }

  private static Backtest.Extrapolate by(Backtest.Size size, OptionalDouble atMost) {
    return new Backtest.Extrapolate(size, atMost);
  }
}
