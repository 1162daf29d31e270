package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.Interval;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void prior_fartherQuestion_isWider() {
    Candidate from = Candidate.fixed(4, 2);

    double same = Spread.prior(from, from, 200);
    double twice = Spread.prior(from, Candidate.fixed(8, 2), 200);
    double eightfold = Spread.prior(from, Candidate.fixed(32, 2), 200);
    double otherCores = Spread.prior(from, Candidate.fixed(2, 4), 200);

    assertThat(same).isLessThan(twice);
    assertThat(twice).isLessThan(eightfold);
    assertThat(otherCores).isGreaterThan(same);
    assertThat(Spread.prior(from, from.withInputScale(4), 200)).isGreaterThan(same);
    assertThat(Spread.prior(from, from.withShufflePartitions(OptionalInt.of(800)), 200))
        .isGreaterThan(same);
  }

  @Test
  void of_nineResiduals_takesTheLargestAsConformalBoundDoes() {
    List<Double> residuals = IntStream.rangeClosed(1, 9).mapToObj(i -> i / 10.0).toList();

    Spread spread = Spread.of(0.1, residuals, 9, 0.1);

    assertThat(spread.halfWidth()).isCloseTo(0.09, within(1e-12));
  }

  @Test
  void of_smallResiduals_narrowsButNeverBelowWhatFewCanShow() {
    Spread none = Spread.ofPrior(0.1);
    Spread few = Spread.of(0.1, List.of(0.0, 0.0, 0.0), 3, 0.1);

    assertThat(few.halfWidth()).isPositive().isLessThan(none.halfWidth());
  }

  @Test
  void around_prediction_isInsideItsInterval() {
    Interval interval = Spread.ofPrior(0.1).around(1_000);

    assertThat(interval.low()).isLessThan(1_000);
    assertThat(interval.expected()).isEqualTo(1_000);
    assertThat(interval.high()).isGreaterThan(1_000);
  }

  @Test
  void withinTwentyPercent_ownRuns_isWilsonsLowerBound() {
    // All of 3: 3 / (3 + 1.2816^2).
    assertThat(Spread.of(0.1, Collections.nCopies(3, 0.1), 3, 0.1).withinTwentyPercent())
        .isCloseTo(3 / (3 + 1.2816 * 1.2816), within(1e-9));
    assertThat(Spread.of(0.1, Collections.nCopies(12, 0.1), 12, 0.1).withinTwentyPercent())
        .isGreaterThan(Spread.of(0.1, Collections.nCopies(6, 0.1), 6, 0.1).withinTwentyPercent());
    assertThat(Spread.of(0.1, Collections.nCopies(6, 9.0), 0, 0.1).withinTwentyPercent())
        .isZero();
  }

  @Test
  void withinTwentyPercent_priorAlone_fallsWithItsWidth() {
    assertThat(Spread.ofPrior(0.08).withinTwentyPercent())
        .isGreaterThan(Spread.ofPrior(0.3).withinTwentyPercent())
        .isBetween(0.5, 1.0);
    assertThat(Spread.ofPrior(2).withinTwentyPercent()).isLessThan(0.1);
  }

  @Test
  void ofPrior_noRuns_isTheNormalDistributionsInterval() {
    assertThat(Spread.ofPrior(0.1).halfWidth()).isCloseTo(0.16449, within(1e-6));
    // The normal distribution says 0.953; Wilson's bound of 3.81 hits in 4 runs says 0.647.
    assertThat(Spread.ofPrior(0.1).withinTwentyPercent()).isCloseTo(0.647, within(0.001));
  }

  @Test
  void withinTwentyPercent_fewLeftOutRuns_joinThePrior() {
    double none = Spread.ofPrior(0.1).withinTwentyPercent();
    assertThat(Spread.of(0.1, List.of(0.1, -0.2), 2, 0.1).withinTwentyPercent())
        .as("two hits")
        .isGreaterThan(none);
    assertThat(Spread.of(0.1, List.of(4.0, -4.0), 0, 0.1).withinTwentyPercent())
        .as("two misses")
        .isLessThan(none);
  }

  @Test
  void of_questionFartherThanAnyRun_isNoSurerThanThePriorAndNotOwn() {
    Spread near = Spread.of(0.15, Collections.nCopies(12, 0.05), 12, 0.1);
    Spread far = Spread.of(0.5, Collections.nCopies(12, 0.05), 12, 0.1);

    assertThat(near.isOwn()).isTrue();
    assertThat(far.isOwn()).isFalse();
    assertThat(far.halfWidth()).isCloseTo(1.6449 * 0.5, within(1e-9));
    assertThat(far.withinTwentyPercent()).isCloseTo(0.2953, within(0.001));
  }

  @Test
  void normal_knownPoints_match() {
    assertThat(Spread.normal(0)).isCloseTo(0.5, within(1e-7));
    assertThat(Spread.normal(1.6449)).isCloseTo(0.95, within(1e-5));
    assertThat(Spread.normal(-1.96)).isCloseTo(0.025, within(1e-5));
  }
}
