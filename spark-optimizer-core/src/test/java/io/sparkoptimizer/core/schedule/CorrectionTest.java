package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CorrectionTest {
  private static final Candidate FROM = Candidate.fixed(4, 2);

  private static Change executors(int to) {
    return Change.of(FROM, Candidate.fixed(to, 2), 200);
  }

  private static Change partitions(int to) {
    return Change.of(FROM, FROM.withShufflePartitions(OptionalInt.of(to)), 200);
  }

  /** Two, four and eight times the executors did not help: each doubling twice as long as predicted. */
  private static List<Correction.Pair> noFaster() {
    return List.of(
        new Correction.Pair(0, 1, executors(8), Math.log(2)),
        new Correction.Pair(0, 2, executors(16), Math.log(4)),
        new Correction.Pair(0, 3, executors(32), Math.log(8)));
  }

  @Test
  void prior_fartherChange_isWiderBothWays() {
    assertThat(executors(4).prior()).isEqualTo(Change.NOISE);
    assertThat(executors(8).prior()).isEqualTo(executors(2).prior()).isGreaterThan(0.08);
    assertThat(executors(16).prior()).isGreaterThan(executors(8).prior());
    assertThat(executors(8).atLeast(0.05))
        .satisfies(same -> assertThat(same.prior()).isEqualTo(executors(8).prior()));
    assertThat(executors(8).atLeast(0.5).prior()).isCloseTo(0.5, within(1e-12));
    assertThat(executors(4).withHeap(2).prior())
        .isEqualTo(executors(4).withHeap(0.5).prior());
    assertThat(executors(4).withHeap(4).prior()).isCloseTo(Math.hypot(0.08, 0.2), within(1e-12));
    // What else makes it farther has the direction of the slots.
    assertThat(executors(2).atLeast(0.5).part(5))
        .isEqualTo(-executors(8).atLeast(0.5).part(5));
  }

  @Test
  void shift_changeFarBeyondAllThatWereSeen_goesOnTwiceAsFarOnly() {
    Correction learned = Correction.of(noFaster());

    assertThat(learned.shift(executors(32_000)))
        .isCloseTo(2 * learned.shift(executors(32)), within(1e-9));
    assertThat(learned.shift(executors(1))).isNegative();
  }

  @Test
  void of_noRuns_expectsNothingAndIsAsUnsureAsAssumed() {
    assertThat(Correction.NONE.shift(executors(16))).isZero();
    assertThat(Correction.NONE.prior(executors(16))).isEqualTo(executors(16).prior());
    assertThat(Correction.NONE.squares()).isZero();
    assertThat(Correction.NONE.configurations()).isZero();
  }

  @Test
  void shift_executorsThatDidNotHelp_areExpectedNotToHelpAgain() {
    Correction learned = Correction.of(noFaster());

    assertThat(learned.shift(executors(64))).isBetween(3 * Math.log(2), 4 * Math.log(2));
    assertThat(learned.shift(executors(2))).isBetween(-Math.log(2), -0.75 * Math.log(2));
    assertThat(learned.prior(executors(64))).isLessThan(0.6 * executors(64).prior());
    // It was a surprise: what is assumed is far too sure of this job, in every direction.
    assertThat(learned.squares()).isGreaterThan(50);
    assertThat(learned.configurations()).isEqualTo(3);
    assertThat(learned.isNew(executors(64))).isFalse();
    assertThat(learned.isNew(partitions(800))).isTrue();
    assertThat(learned.shift(partitions(800))).isZero();
    assertThat(learned.prior(partitions(800))).isCloseTo(partitions(800).prior(), within(1e-12));
  }

  @Test
  void without_oneConfiguration_forgetsWhatItPredictedAndWhatPredictedIt() {
    assertThat(Correction.without(noFaster(), 0)).isSameAs(Correction.NONE);
    Correction two = Correction.without(noFaster(), 3);
    assertThat(two.configurations()).isEqualTo(2);
    assertThat(two.shift(executors(8))).isLessThan(Correction.of(noFaster()).shift(executors(8)));
  }

  @Test
  void of_configurationThatRanOften_countsOnce() {
    List<Correction.Pair> often = new ArrayList<>();
    for (Correction.Pair pair : noFaster()) {
      for (int i = 0; i < 10; i++) {
        often.add(pair);
      }
    }

    Correction once = Correction.of(noFaster());
    Correction ten = Correction.of(often);

    assertThat(ten.configurations()).isEqualTo(3);
    assertThat(ten.squares()).isCloseTo(once.squares(), within(1e-6));
    assertThat(ten.shift(executors(64))).isCloseTo(once.shift(executors(64)), within(1e-9));
    assertThat(ten.prior(executors(64))).isCloseTo(once.prior(executors(64)), within(1e-9));
  }

  /**
   * Jobs that err by weights of their own for each doubling, so many times what is assumed, and by noise: the
   * 90 % interval around what is expected of a size that none of its five runs had.
   */
  private static double coverage(Random random, double scale, Pool others) {
    int trials = 4_000;
    int covered = 0;
    for (int t = 0; t < trials; t++) {
      double perSlots = scale * random.nextGaussian();
      double perPartitions = scale * random.nextGaussian();
      List<Correction.Pair> pairs = new ArrayList<>();
      double farthest = 0;
      for (int to = 1; to < 5; to++) {
        Change change = draw(random);
        farthest = Math.max(farthest, change.prior());
        pairs.add(new Correction.Pair(
            0, to, change, off(random, change, perSlots, perPartitions, scale)));
      }
      Change asked = draw(random);
      Correction correction = Correction.of(pairs);
      Spread spread = Spread.ofChange(asked.prior(), asked, correction, 0, farthest, others);
      double off = off(random, asked, perSlots, perPartitions, scale) - correction.shift(asked);
      covered += Math.abs(off) <= spread.halfWidth() ? 1 : 0;
    }
    return (double) covered / trials;
  }

  private static Change draw(Random random) {
    Candidate to = Candidate.fixed(1 << random.nextInt(6), 2)
        .withShufflePartitions(OptionalInt.of(50 << random.nextInt(5)));
    return Change.of(FROM, to, 200);
  }

  private static double off(
      Random random, Change change, double perSlots, double perPartitions, double scale) {
    return perSlots * change.part(0)
        + perPartitions * change.part(2)
        + scale * Change.NOISE * random.nextGaussian();
  }

  @Test
  void interval_jobsThatErrAsAssumedOrMore_holdsNineTimesInTen() {
    long seed = 20261120;
    Random random = new Random(seed);

    // Three standard errors are 0.014.
    assertThat(coverage(random, 1, Pool.NONE))
        .as("seed %d, as assumed", seed)
        .isBetween(0.88, 0.97);
    // Four figures weigh as much as what is assumed: of 5 times as wild a job it believes the half.
    assertThat(coverage(random, 5, Pool.NONE)).as("seed %d, wilder", seed).isBetween(0.7, 0.85);
    // Not so where other jobs are as wild.
    JobModel.Residual wild = new JobModel.Residual(false, 0, 5 * 1.6449 * 0.1, 0, 0.1, false);
    Pool others =
        new Pool(Collections.nCopies(20, new Pool.Job(List.of(), Collections.nCopies(4, wild))));
    assertThat(coverage(random, 5, others))
        .as("seed %d, among wild ones", seed)
        .isBetween(0.88, 0.97);
  }
}
