package io.sparkoptimizer.core.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.core.TestRuns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JackknifePlusTest {
  private static final Sample ANY = Sample.of(List.of(TestRuns.etl().build())).get(0);

  private static Sample run(int executors, double input, double ms) {
    Question question =
        new Question(executors, 2, OptionalLong.of(4096), 200, OptionalDouble.of(input));
    return new Sample(ANY.run(), ANY.schedule(), question, ms);
  }

  private static List<Sample> timed(double... ms) {
    List<Sample> runs = new ArrayList<>();
    for (double each : ms) {
      runs.add(run(4, 1e9, each));
    }
    return runs;
  }

  @Test
  void interval_eightRuns_isNone() {
    JackknifePlus eight =
        JackknifePlus.of(Baseline.MEAN, timed(1, 2, 3, 4, 5, 6, 7, 8)).orElseThrow();

    assertThat(eight.predict(ANY.question())).isCloseTo(4.5, within(1e-9));
    assertThat(eight.interval(ANY.question())).isEmpty();
    assertThat(JackknifePlus.of(Baseline.ERNEST, timed(1, 2))).isEmpty();
  }

  @Test
  void interval_nineRuns_reachesFromTheLeastToTheLargestEnd() {
    // Eight take 100 and one 200: without that one the mean is 100, and it is twice as long;
    // without
    // another the mean is 112.5.
    JackknifePlus mean = JackknifePlus.of(
            Baseline.MEAN, timed(100, 100, 100, 100, 200, 100, 100, 100, 100))
        .orElseThrow();

    Interval interval = mean.interval(ANY.question()).orElseThrow();

    assertThat(interval.low()).isCloseTo(50, within(1e-9));
    assertThat(interval.expected()).isCloseTo(1000 / 9.0, within(1e-9));
    assertThat(interval.high()).isCloseTo(200, within(1e-9));
  }

  @Test
  void interval_nineteenRuns_leavesTheFarthestOut() {
    double[] ms = new double[19];
    Arrays.fill(ms, 100);
    ms[7] = 1e6;

    Interval interval = JackknifePlus.of(Baseline.NO_CHANGE, timed(ms))
        .orElseThrow()
        .interval(ANY.question())
        .orElseThrow();

    assertThat(interval).isEqualTo(new Interval(interval.low(), 100, interval.high()));
    assertThat(interval.low()).isCloseTo(100, within(1e-9));
    assertThat(interval.high()).isCloseTo(100, within(1e-9));
  }

  @Test
  void interval_noisyPowerLaw_holdsNineTimesInTen() {
    long seed = 20261120;
    Random random = new Random(seed);
    int inside = 0;
    int trials = 600;
    for (int trial = 0; trial < trials; trial++) {
      List<Sample> runs = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        int executors = 1 + random.nextInt(16);
        double input = 1e9 * (1 + random.nextInt(8));
        double law = 1e-4 * Math.pow(input, 0.9) * Math.pow(executors, -0.7);
        runs.add(run(executors, input, law * Math.exp(0.3 * random.nextGaussian())));
      }
      Sample asked = runs.remove(0);
      Interval interval = JackknifePlus.of(Baseline.LOG_LINEAR, runs)
          .orElseThrow()
          .interval(asked.question())
          .orElseThrow();
      inside += interval.low() <= asked.actualMs() && asked.actualMs() <= interval.high() ? 1 : 0;
    }

    // Four standard deviations of a share of 0.9 among 600.
    assertThat((double) inside / trials).as("seed %d", seed).isBetween(0.85, 0.95);
  }
}
