package io.sparkoptimizer.core.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.spi.Predictor;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CvPlusTest {
  private static final RunFeatures ANY = run(4, 1e9, 1).run();

  private static Predictor.Sample run(int executors, double input, double ms) {
    return new Predictor.Sample(
        new RunFeatures(
            "etl",
            Map.of(RunFeatures.INSTANCES, (double) executors, RunFeatures.INPUT_BYTES, input),
            Map.of()),
        ms);
  }

  private static List<Predictor.Sample> timed(double... ms) {
    List<Predictor.Sample> runs = new ArrayList<>();
    for (double each : ms) {
      runs.add(run(4, 1e9, each));
    }
    return runs;
  }

  private static CvPlus around(Predictor predictor, List<Predictor.Sample> known) {
    return CvPlus.of(predictor, predictor.fit(known).orElseThrow(), known);
  }

  @Test
  void interval_eightRuns_isNone() {
    CvPlus eight = around(Baselines.MEAN, timed(1, 2, 3, 4, 5, 6, 7, 8));

    assertThat(eight.interval(ANY)).isEmpty();
  }

  @Test
  void interval_nineRuns_reachesFromTheLeastToTheLargestEnd() {
    // Eight take 100 and one 200: without that one the mean is 100, and it is twice as long;
    // without
    // another the mean is 112.5.
    CvPlus mean = around(Baselines.MEAN, timed(100, 100, 100, 100, 200, 100, 100, 100, 100));

    Interval interval = mean.interval(ANY).orElseThrow();

    assertThat(interval.low()).isCloseTo(50, within(1e-9));
    assertThat(interval.expected()).isCloseTo(1000 / 9.0, within(1e-9));
    assertThat(interval.high()).isCloseTo(200, within(1e-9));
  }

  @Test
  void interval_nineteenRuns_leavesTheFarthestOut() {
    double[] ms = new double[19];
    Arrays.fill(ms, 100);
    ms[7] = 1e6;

    Interval interval = around(Baselines.NO_CHANGE, timed(ms)).interval(ANY).orElseThrow();

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
      List<Predictor.Sample> runs = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        int executors = 1 + random.nextInt(16);
        double input = 1e9 * (1 + random.nextInt(8));
        double law = 1e-4 * Math.pow(input, 0.9) * Math.pow(executors, -0.7);
        runs.add(run(executors, input, law * Math.exp(0.3 * random.nextGaussian())));
      }
      Predictor.Sample asked = runs.remove(0);
      Interval interval =
          around(Baselines.LOG_LINEAR, runs).interval(asked.run()).orElseThrow();
      inside +=
          interval.low() <= asked.durationMs() && asked.durationMs() <= interval.high() ? 1 : 0;
    }

    // Four standard deviations of a share of 0.9 among 600.
    assertThat((double) inside / trials).as("seed %d", seed).isBetween(0.85, 0.95);
  }
}
