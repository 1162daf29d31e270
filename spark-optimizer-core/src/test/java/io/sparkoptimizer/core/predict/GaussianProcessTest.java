package io.sparkoptimizer.core.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Recommendation.ConfidenceBasis;
import io.sparkoptimizer.core.statistics.Cholesky;
import io.sparkoptimizer.spi.Predictor.Sample;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GaussianProcessTest {
  private static final long SEED = 20261120;

  private static RunFeatures run(int instances, double gigabytes, double k) {
    return new RunFeatures(
        "kmeans",
        Map.of(
            RunFeatures.INSTANCES,
            (double) instances,
            RunFeatures.INPUT_BYTES,
            gigabytes * 1e9,
            RunFeatures.PARAMETER + "k",
            k),
        Map.of());
  }

  /** A tenth of the work is done alone, and more clusters take longer. */
  private static double law(RunFeatures run) {
    double instances = run.number(RunFeatures.INSTANCES).orElseThrow();
    double input = run.number(RunFeatures.INPUT_BYTES).orElseThrow() / 1e9;
    double k = run.number(RunFeatures.PARAMETER + "k").orElseThrow();
    return 20_000 * Math.sqrt(k) * (0.1 * input + 0.9 * input / instances);
  }

  private static List<Sample> drawn(int n, double noise, Random random) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      RunFeatures run = run(2 + random.nextInt(11), 5 + random.nextInt(16), 3 + random.nextInt(8));
      samples.add(new Sample(run, law(run) * Math.exp(noise * random.nextGaussian())));
    }
    return samples;
  }

  private static double expected(List<Sample> known, RunFeatures asked) {
    return new GaussianProcess.Fit(known).predict(asked).expected();
  }

  @Test
  void predict_lawOfWork_isLearntFromAFewTensOfRuns() {
    List<Sample> known = drawn(40, 0.01, new Random(SEED));

    for (RunFeatures asked : List.of(run(5, 12, 6), run(11, 8, 9), run(2, 19, 4))) {
      assertThat(expected(known, asked)).isCloseTo(law(asked), withinPercentage(3));
    }
    // Beyond what was seen the trend goes on.
    assertThat(expected(known, run(20, 15, 6)))
        .isCloseTo(law(run(20, 15, 6)), withinPercentage(15));
  }

  @Test
  void predict_oneRun_isThatRunMovedByWhatIsUsual() {
    List<Sample> one = List.of(new Sample(run(4, 10, 5), 60_000));

    assertThat(expected(one, run(4, 10, 5))).isCloseTo(60_000, within(60.0));
    assertThat(expected(one, run(4, 20, 5))).isBetween(90_000.0, 120_000.0);
    assertThat(expected(one, run(8, 10, 5))).isBetween(40_000.0, 59_000.0);
    assertThat(new GaussianProcess().fit(List.of())).isEmpty();
  }

  @Test
  void predict_fewNoisyRuns_neverRunsAway() {
    Random random = new Random(SEED);
    for (int trial = 0; trial < 300; trial++) {
      List<Sample> known = drawn(1 + random.nextInt(6), 0.5, random);
      RunFeatures asked = run(1 + random.nextInt(200), 0.1 + random.nextInt(500), 100);
      double shortest = known.stream().mapToDouble(Sample::durationMs).min().orElseThrow();
      double longest = known.stream().mapToDouble(Sample::durationMs).max().orElseThrow();

      // Inputs are 5 to 20 gigabytes on 2 to 12 instances.
      assertThat(expected(known, asked))
          .as("seed %d, trial %d", SEED, trial)
          .isBetween(shortest / 20_000, longest * 2_000);
    }
  }

  @Test
  void predict_equalRuns_areTheSameToTheLastBitAndKeepTheirNoise() {
    List<Sample> known = new ArrayList<>();
    for (double ms : new double[] {9_000, 10_000, 11_000, 10_500, 9_500, 10_000, 9_900, 10_100}) {
      known.add(new Sample(run(4, 10, 5), ms));
    }
    Interval interval = new GaussianProcess.Fit(known).predict(run(4, 10, 5));

    assertThat(interval).isEqualTo(new GaussianProcess.Fit(known).predict(run(4, 10, 5)));
    assertThat(interval.expected()).isCloseTo(10_000, withinPercentage(1));
    assertThat(interval.low()).isBetween(8_500.0, 9_700.0);
    assertThat(interval.high()).isBetween(10_300.0, 11_700.0);
  }

  @Test
  void predict_intervals_holdNineTimesInTen() {
    Random random = new Random(SEED);
    int inside = 0;
    int trials = 400;
    for (int trial = 0; trial < trials; trial++) {
      List<Sample> known = drawn(25, 0.1, random);
      Sample asked = known.remove(0);
      RunTimes times = RunTimes.of(known);
      Interval interval = times.predict(asked.run());
      assertThat(times.basis()).isEqualTo(ConfidenceBasis.OWN);
      inside +=
          interval.low() <= asked.durationMs() && asked.durationMs() <= interval.high() ? 1 : 0;
    }

    // Four standard deviations of a share of 0.9 among 400.
    assertThat((double) inside / trials).as("seed %d", SEED).isBetween(0.84, 0.96);
  }

  @Test
  void predict_eightRuns_restsOnThePriors() {
    List<Sample> known = drawn(9, 0.1, new Random(SEED));

    assertThat(RunTimes.of(known.subList(0, 8)).basis()).isEqualTo(ConfidenceBasis.RULES);
    assertThat(RunTimes.of(known).basis()).isEqualTo(ConfidenceBasis.OWN);
  }

  @Test
  void predict_wordsZerosAndMissingFeatures_countAsWhatTheyAre() {
    List<Sample> known = new ArrayList<>();
    Random random = new Random(SEED);
    for (int i = 0; i < 40; i++) {
      Map<String, Double> numbers = new TreeMap<>();
      numbers.put(RunFeatures.INSTANCES, 2.0 + i % 5);
      numbers.put(RunFeatures.PARAMETER + "share", i % 4 / 4.0);
      boolean fast = random.nextBoolean();
      Map<String, String> words = Map.of(RunFeatures.INSTANCE_TYPE, fast ? "c5" : "m5");
      known.add(new Sample(
          new RunFeatures("grep", numbers, words),
          10_000 * (fast ? 1 : 2) * (1 + i % 4) / numbers.get(RunFeatures.INSTANCES)));
    }
    RunFeatures slow = new RunFeatures(
        "grep",
        Map.of(RunFeatures.INSTANCES, 4.0, RunFeatures.PARAMETER + "share", 0.5),
        Map.of(RunFeatures.INSTANCE_TYPE, "m5"));
    assertThat(expected(known, slow)).isCloseTo(15_000, withinPercentage(5));

    RunFeatures bare = new RunFeatures("grep", Map.of(RunFeatures.INSTANCES, 4.0), Map.of());
    assertThat(expected(known, bare)).isBetween(2_500.0, 20_000.0);
  }

  @Test
  void minimum_valleyOfRosenbrock_isFound() {
    double[] found = Minimum.of(
        (point, gradient) -> {
          double x = point[0];
          double y = point[1];
          gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
          gradient[1] = 200 * (y - x * x);
          return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x);
        },
        new double[] {-1.2, 1});

    assertThat(found).containsExactly(new double[] {1, 1}, within(1e-3));
  }

  @Test
  void cholesky_randomMatrices_areInvertedAndSolved() {
    Random random = new Random(SEED);
    for (int trial = 0; trial < 50; trial++) {
      int n = 1 + random.nextInt(12);
      double[][] root = new double[n][n];
      double[][] matrix = new double[n][n];
      Arrays.setAll(root, i -> random.doubles(n).toArray());
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          matrix[i][j] = Cholesky.dot(root[i], root[j]) + (i == j ? 0.1 : 0);
        }
      }
      Cholesky factor = Cholesky.of(matrix).orElseThrow();
      double[] b = random.doubles(n).toArray();
      double[] x = factor.solve(b);
      double[][] inverse = factor.inverse();
      for (int i = 0; i < n; i++) {
        assertThat(Cholesky.dot(matrix[i], x))
            .as("seed %d, trial %d", SEED, trial)
            .isCloseTo(b[i], within(1e-8));
        assertThat(Cholesky.dot(inverse[i], b))
            .as("seed %d, trial %d", SEED, trial)
            .isCloseTo(x[i], within(1e-8));
      }
    }
    assertThat(Cholesky.of(new double[][] {{1, 2}, {2, 1}})).isEmpty();
  }

  @Test
  void predict_farFromAllThatIsKnown_isFinite() {
    List<Sample> large = new ArrayList<>();
    List<Sample> signed = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      large.add(new Sample(run(1000 + i % 3, 10, 5), 60_000 + 100 * i));
      signed.add(new Sample(run(4 + i % 3, 10, i % 2 * 2 - 1), 60_000 + 100 * i));
    }

    for (int known : List.of(1, 3, 20)) {
      Interval small = new GaussianProcess.Fit(large.subList(0, known)).predict(run(1, 10, 5));
      assertThat(small.expected()).isGreaterThan(60_000);
      assertThat(small.low()).isPositive();
    }
    // Beyond a thousand times what is known nothing changes.
    GaussianProcess.Fit fit = new GaussianProcess.Fit(signed);
    assertThat(fit.predict(run(4, 10, 1e300))).isEqualTo(fit.predict(run(4, 10, 1e4)));
    assertThat(fit.predict(run(4, 10, -1e300))).isEqualTo(fit.predict(run(4, 10, -1e4)));
  }

  @Test
  void predict_moreRunsThanCanBeLearntFrom_areTakenFromAllOfThem() {
    List<Sample> sorted = new ArrayList<>();
    for (int i = 0; i < 4000; i++) {
      // Only the last quarter is of large inputs.
      RunFeatures run = run(2 + i % 11, i < 3000 ? 5 : 50, 4);
      sorted.add(new Sample(run, law(run)));
    }

    assertThat(expected(sorted, run(5, 50, 4))).isCloseTo(law(run(5, 50, 4)), withinPercentage(2));
  }
}
