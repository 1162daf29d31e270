package io.sparkoptimizer.core.predict;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.Recommendation.ConfidenceBasis;
import io.sparkoptimizer.core.statistics.Hits;
import io.sparkoptimizer.spi.Predictor.Sample;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunTimesTest {
  private static final long SEED = 20261120;

  private static RunFeatures run(int instances, double gigabytes) {
    return new RunFeatures(
        "sort",
        Map.of(RunFeatures.INSTANCES, (double) instances, RunFeatures.INPUT_BYTES, gigabytes * 1e9),
        Map.of());
  }

  private static List<Sample> drawn(int n, double noise, Random random) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      int instances = 2 + random.nextInt(11);
      double gigabytes = 5 + random.nextInt(16);
      double ms = 20_000 * gigabytes * (0.1 + 0.9 / instances);
      samples.add(
          new Sample(run(instances, gigabytes), ms * Math.exp(noise * random.nextGaussian())));
    }
    return samples;
  }

  @Test
  void confidence_twoRuns_restsOnTheModelAndThreeOnThemselves() {
    List<Sample> known = drawn(3, 0.05, new Random(SEED));

    RunTimes two = RunTimes.of(known.subList(0, 2));
    RunTimes three = RunTimes.of(known);

    assertThat(two.confidenceBasis()).isEqualTo(ConfidenceBasis.RULES);
    assertThat(three.confidenceBasis()).isEqualTo(ConfidenceBasis.OWN);
    // Seven of seven: 7 / (7 + 1.2816^2).
    assertThat(three.withinTwentyPercent(run(6, 10))).isBetween(0.2, 0.81);
  }

  @Test
  void withinTwentyPercent_fartherQuestion_isLess() {
    RunTimes times = RunTimes.of(drawn(30, 0.05, new Random(SEED)));

    double near = times.withinTwentyPercent(run(6, 10));
    assertThat(near).isGreaterThan(0.8);
    assertThat(times.withinTwentyPercent(run(200, 1000))).isLessThan(near - 0.2);
  }

  @ParameterizedTest
  @CsvSource({"0.05, 0.8", "0.15, 0.6", "0.3, 0.3"})
  void withinTwentyPercent_manyQuestions_comesTrueALittleMoreOften(double noise, double atLeast) {
    Random random = new Random(SEED);
    int trials = 300;
    double said = 0;
    int hits = 0;
    for (int trial = 0; trial < trials; trial++) {
      List<Sample> known = drawn(25, noise, random);
      Sample asked = known.remove(0);
      RunTimes times = RunTimes.of(known);
      said += times.withinTwentyPercent(asked.run()) / trials;
      double predicted = times.predict(asked.run()).expected();
      hits += Hits.isHit(Math.log(asked.durationMs() / predicted)) ? 1 : 0;
    }

    double share = (double) hits / trials;
    // Three standard deviations of a share of 0.5 among 300.
    assertThat(said).as("seed %d", SEED).isBetween(atLeast, share + 0.087);
    assertThat(said).as("seed %d", SEED).isGreaterThan(share - 0.2);
  }
}
