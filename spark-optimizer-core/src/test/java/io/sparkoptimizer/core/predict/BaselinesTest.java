package io.sparkoptimizer.core.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.sparkoptimizer.core.statistics.Cholesky;
import io.sparkoptimizer.spi.Predictor;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Each baseline over runs whose times follow its own law. */
class BaselinesTest {
  private static RunFeatures question(int executors, double input) {
    return new RunFeatures(
        "etl",
        Map.of(
            RunFeatures.INSTANCES,
            (double) executors,
            RunFeatures.CORES_PER_INSTANCE,
            2.0,
            RunFeatures.INPUT_BYTES,
            input),
        Map.of());
  }

  private static double cores(RunFeatures of) {
    return 2 * of.number(RunFeatures.INSTANCES).orElseThrow();
  }

  private static double input(RunFeatures of) {
    return of.number(RunFeatures.INPUT_BYTES).orElseThrow();
  }

  /** Runs on 1 to 16 executors over inputs of 1e9 and 4e9. */
  private static List<Predictor.Sample> obeying(ToDoubleFunction<RunFeatures> law) {
    List<Predictor.Sample> samples = new ArrayList<>();
    for (int executors : new int[] {1, 2, 4, 8, 16}) {
      for (double input : new double[] {1e9, 4e9}) {
        samples.add(timed(question(executors, input), law));
      }
    }
    return samples;
  }

  private static Predictor.Sample timed(RunFeatures question, ToDoubleFunction<RunFeatures> law) {
    return new Predictor.Sample(question, law.applyAsDouble(question));
  }

  private static double predict(
      Predictor baseline, List<Predictor.Sample> known, RunFeatures asked) {
    return baseline.fit(known).orElseThrow().predict(asked).expected();
  }

  @Test
  void ernest_itsOwnLaw_isFoundAgain() {
    ToDoubleFunction<RunFeatures> law =
        of -> 30_000 + 2e-4 * input(of) / cores(of) + 1_500 * Math.log(cores(of)) + 40 * cores(of);

    for (RunFeatures asked : List.of(question(3, 2e9), question(40, 1e10))) {
      assertThat(predict(Baselines.ERNEST, obeying(law), asked))
          .isCloseTo(law.applyAsDouble(asked), withinPercentage(0.1));
    }
  }

  @Test
  void ernest_timesThatFallWithCores_getsNoNegativeWeight() {
    // The best plain fit would fall below zero for many cores.
    List<Predictor.Sample> known = obeying(of -> 100_000 - 3_000 * cores(of));

    assertThat(predict(Baselines.ERNEST, known, question(1_000, 1e9))).isPositive();
  }

  @Test
  void ernest_twoRuns_cannotAnswer() {
    List<Predictor.Sample> known = obeying(of -> 1_000 / cores(of));

    assertThat(Baselines.ERNEST.fit(known.subList(0, 2))).isEmpty();
    assertThat(Baselines.LOG_LINEAR.fit(known.subList(0, 2))).isEmpty();
    assertThat(Baselines.MEAN.fit(known.subList(0, 1))).isPresent();
  }

  @Test
  void logLinear_powerLaw_isFoundAgain() {
    ToDoubleFunction<RunFeatures> law =
        of -> 2e-3 * Math.pow(input(of), 0.8) * Math.pow(cores(of), -0.7);

    assertThat(predict(Baselines.LOG_LINEAR, obeying(law), question(6, 2e9)))
        .isCloseTo(law.applyAsDouble(question(6, 2e9)), withinPercentage(2));
  }

  @Test
  void logLinear_fewRuns_staysBetweenPerfectScalingAndNone() {
    // Three noisy runs close to one another, asked about a hundred times as many executors.
    List<Predictor.Sample> known = List.of(
        timed(question(4, 1e9), of -> 100_000),
        timed(question(5, 1e9), of -> 60_000),
        timed(question(6, 1e9), of -> 70_000));

    assertThat(predict(Baselines.LOG_LINEAR, known, question(400, 1e9)))
        .isBetween(60_000.0 * 5 / 400, 100_000.0);
    assertThat(predict(Baselines.LOG_LINEAR, known, question(1, 1e9)))
        .isBetween(60_000.0, 420_000.0);
  }

  @Test
  void logLinear_runsThatDoNotVary_isTheirGeometricMean() {
    List<Predictor.Sample> known = List.of(
        timed(question(4, 1e9), of -> 10_000),
        timed(question(4, 1e9), of -> 20_000),
        timed(question(4, 1e9), of -> 40_000));

    assertThat(predict(Baselines.LOG_LINEAR, known, question(4, 1e9)))
        .isCloseTo(20_000, within(1.0));
  }

  @Test
  void nearest_times_areThoseOfTheNearestRuns() {
    List<Predictor.Sample> known = List.of(
        timed(question(4, 1e9), of -> 40_000),
        timed(question(4, 1.1e9), of -> 50_000),
        timed(question(3, 1e9), of -> 60_000),
        timed(question(64, 1e9), of -> 1_000));

    assertThat(predict(Baselines.NO_CHANGE, known, question(4, 1e9))).isEqualTo(40_000);
    assertThat(predict(Baselines.SCALE_BY_CORES, known, question(2, 1e9)))
        .isCloseTo(60_000 * 3 / 2.0, within(1e-6));
    assertThat(predict(Baselines.KNN, known, question(4, 1e9))).isCloseTo(50_000, within(1e-6));
    assertThat(predict(Baselines.MEAN, known, question(4, 1e9))).isCloseTo(37_750, within(1e-6));
  }

  @Test
  void leastSquares_randomSystems_leaveNoBetterPointOfNonNegativeWeights() {
    long seed = 20261120;
    Random random = new Random(seed);
    for (int trial = 0; trial < 200; trial++) {
      double[][] rows = new double[3 + random.nextInt(10)][4];
      double[] y = new double[rows.length];
      for (int r = 0; r < rows.length; r++) {
        for (int c = 0; c < 4; c++) {
          rows[r][c] = random.nextDouble() * Math.pow(10, c);
        }
        y[r] = random.nextGaussian() * 100;
      }
      double[] best = LeastSquares.nonNegative(rows, y);
      for (int c = 0; c < 4; c++) {
        // Karush, Kuhn, Tucker: the gradient is 0 along weights above 0 and never falls along
        // others.
        double gradient = 0;
        double size = 0;
        for (int r = 0; r < rows.length; r++) {
          gradient += rows[r][c] * (Cholesky.dot(rows[r], best) - y[r]);
          size += rows[r][c] * (Math.abs(y[r]) + 1);
        }
        assertThat(best[c]).as("seed %d, trial %d", seed, trial).isNotNegative();
        assertThat(gradient / size).as("seed %d, trial %d", seed, trial).isGreaterThan(-1e-7);
        if (best[c] > 0) {
          assertThat(gradient / size).as("seed %d, trial %d", seed, trial).isLessThan(1e-7);
        }
      }
    }
  }
}
