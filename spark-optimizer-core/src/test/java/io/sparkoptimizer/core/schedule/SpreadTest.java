package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.Interval;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
  private static Spread of(double prior, List<Double> residuals, int hits, double farthest) {
    return Spread.of(prior, residuals, hits, farthest, Pool.NONE);
  }

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

    Spread spread = of(0.1, residuals, 9, 0.1);

    assertThat(spread.halfWidth()).isCloseTo(0.09, within(1e-12));
  }

  @Test
  void of_smallResiduals_narrowsButNeverBelowWhatFewCanShow() {
    Spread none = Spread.ofPrior(0.1);
    Spread few = of(0.1, List.of(0.0, 0.0, 0.0), 3, 0.1);

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
    assertThat(of(0.1, Collections.nCopies(3, 0.1), 3, 0.1).withinTwentyPercent())
        .isCloseTo(3 / (3 + 1.2816 * 1.2816), within(1e-9));
    assertThat(of(0.1, Collections.nCopies(12, 0.1), 12, 0.1).withinTwentyPercent())
        .isGreaterThan(of(0.1, Collections.nCopies(6, 0.1), 6, 0.1).withinTwentyPercent());
    assertThat(of(0.1, Collections.nCopies(6, 9.0), 0, 0.1).withinTwentyPercent())
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
    assertThat(of(0.1, List.of(0.1, -0.2), 2, 0.1).withinTwentyPercent())
        .as("two hits")
        .isGreaterThan(none);
    assertThat(of(0.1, List.of(4.0, -4.0), 0, 0.1).withinTwentyPercent())
        .as("two misses")
        .isLessThan(none);
  }

  @Test
  void of_questionFartherThanAnyRun_isNoSurerThanThePriorAndNotOwn() {
    Spread near = of(0.15, Collections.nCopies(12, 0.05), 12, 0.1);
    Spread far = of(0.5, Collections.nCopies(12, 0.05), 12, 0.1);

    assertThat(near.isOwn()).isTrue();
    assertThat(far.isOwn()).isFalse();
    assertThat(far.halfWidth()).isCloseTo(1.6449 * 0.5, within(1e-9));
    assertThat(far.withinTwentyPercent()).isCloseTo(0.2953, within(0.001));
  }

  /** Jobs of four left-out runs each, all so many priors off. */
  private static Pool pool(int jobs, double scaled) {
    return pool(jobs, scaled, 0.1);
  }

  private static Pool pool(int jobs, double scaled, double prior) {
    JobModel.Residual residual = new JobModel.Residual(true, 0, scaled * prior, 0, prior, false);
    return new Pool(
        Collections.nCopies(jobs, new Pool.Job(List.of(), Collections.nCopies(4, residual))));
  }

  @Test
  void of_noOtherJobs_isWhatIsAssumedWeighedAgainstOwnRuns() {
    Random random = new Random(11);
    for (int n = 0; n < Spread.CONFORMAL; n++) {
      List<Double> own = random.doubles(n, -3, 3).boxed().toList();
      double squares = own.stream().mapToDouble(z -> z * z).sum();
      double sigma = 0.1 * Math.sqrt((4 + squares) / (4 + n));
      double wider = n == 0 ? 1 : Math.sqrt((4.0 + n) / (2.0 + n));

      Spread spread = of(0.1, own, 0, 0.1);

      assertThat(spread.sigma()).as("seed 11, %d runs", n).isCloseTo(sigma, within(1e-12));
      assertThat(spread.halfWidth()).isCloseTo(1.6449 * sigma * wider, within(1e-12));
      assertThat(spread.isPooled()).isFalse();
    }
  }

  @Test
  void of_otherJobs_replaceWhatIsAssumed() {
    Spread assumed = Spread.ofPrior(0.1);
    Spread quiet = Spread.of(0.1, List.of(), 0, 0, pool(20, 0.5));
    Spread restless = Spread.of(0.1, List.of(), 0, 0, pool(20, 8));

    assertThat(quiet.halfWidth()).isLessThan(0.6 * assumed.halfWidth());
    assertThat(restless.halfWidth()).isGreaterThan(4 * assumed.halfWidth());
    assertThat(quiet.withinTwentyPercent()).isGreaterThan(0.9);
    assertThat(restless.withinTwentyPercent()).isLessThan(0.35);
    assertThat(List.of(quiet, restless)).allMatch(Spread::isPooled).noneMatch(Spread::isOwn);
  }

  @Test
  void of_questionFartherThanOtherJobs_canOnlyBeMadeLessSureByThem() {
    Spread quiet = Spread.of(0.3, List.of(), 0, 0, pool(20, 0.5));
    Spread restless = Spread.of(0.3, List.of(), 0, 0, pool(20, 8));

    assertThat(quiet.sigma()).isEqualTo(0.3);
    assertThat(restless.sigma()).isGreaterThan(1);
    assertThat(quiet.isPooled()).isFalse();
  }

  @Test
  void withinTwentyPercent_threeOwnRuns_asksNoOtherJobHowOftenItHeld() {
    List<Double> own = Collections.nCopies(3, 0.1);
    Spread alone = of(0.1, own, 3, 0.1);
    Spread among = Spread.of(0.1, own, 3, 0.1, pool(20, 0.5));
    Spread restless = Spread.of(0.1, own, 3, 0.1, pool(20, 8));
    Spread farther = Spread.of(0.3, own, 3, 0.1, pool(20, 0.7, 0.3));

    assertThat(among.isOwn()).isTrue();
    assertThat(among.withinTwentyPercent()).isEqualTo(alone.withinTwentyPercent());
    assertThat(restless.withinTwentyPercent()).isEqualTo(alone.withinTwentyPercent());
    assertThat(restless.halfWidth()).isGreaterThan(3 * alone.halfWidth());
    assertThat(among.halfWidth()).isLessThan(alone.halfWidth());
    assertThat(farther.isPooled()).isTrue();
    // 0.7 x 0.3 is more than 20 %: of the other jobs none would have been right there.
    assertThat(farther.withinTwentyPercent()).isLessThan(0.1);
  }

  @Test
  void withinTwentyPercent_fewOtherJobs_isLessSureThanOfMany() {
    double one = Spread.of(0.1, List.of(), 0, 0, pool(1, 0.5)).withinTwentyPercent();
    double six = Spread.of(0.1, List.of(), 0, 0, pool(6, 0.5)).withinTwentyPercent();
    double twenty = Spread.of(0.1, List.of(), 0, 0, pool(20, 0.5)).withinTwentyPercent();

    assertThat(List.of(one, six, twenty)).isSorted();
    assertThat(twenty).isLessThan(1);
  }
}
