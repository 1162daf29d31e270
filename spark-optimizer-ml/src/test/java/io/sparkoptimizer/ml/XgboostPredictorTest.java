package io.sparkoptimizer.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.spi.Predictor;
import io.sparkoptimizer.spi.Predictor.Fitted;
import io.sparkoptimizer.spi.Predictor.Sample;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XgboostPredictorTest {
  private final XgboostPredictor predictor = new XgboostPredictor();

  @Test
  void provider_onTheClassPath_isFoundByName() {
    assertThat(ServiceLoader.load(Predictor.Provider.class)).anySatisfy(provider -> {
      assertThat(provider.name()).isEqualTo("xgboost");
      assertThat(provider.create(Map.of()).name()).isEqualTo("xgboost");
    });
  }

  @Test
  void fit_twoRuns_needsMore() {
    assertThat(predictor.fit(List.of())).isEmpty();
    assertThat(predictor.fit(grid(1).subList(0, 2))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 8})
  void fit_fewRuns_staysAmongThem(int count) {
    List<Sample> runs = grid(7).subList(0, count);
    Fitted fitted = predictor.fit(runs).orElseThrow();
    double least = runs.stream().mapToDouble(Sample::durationMs).min().orElseThrow();
    double most = runs.stream().mapToDouble(Sample::durationMs).max().orElseThrow();
    for (Sample sample : grid(8)) {
      Interval said = fitted.predict(sample.run());
      assertThat(said.low()).isGreaterThan(least / 1.5);
      assertThat(said.high()).isLessThan(most * 1.5);
    }
  }

  @Test
  void fit_sameRunsTwice_saysTheSameToTheLastBit() {
    List<Sample> runs = grid(3);
    Fitted one = predictor.fit(runs).orElseThrow();
    Fitted other = predictor.fit(runs).orElseThrow();
    for (Sample sample : grid(4)) {
      assertThat(one.predict(sample.run())).isEqualTo(other.predict(sample.run()));
    }
  }

  @Test
  void predict_denseHistory_findsTheLaw() {
    Fitted fitted = predictor.fit(grid(5)).orElseThrow();
    double sum = 0;
    int inside = 0;
    List<Sample> unseen = grid(6);
    for (Sample sample : unseen) {
      Interval said = fitted.predict(sample.run());
      sum += Math.abs(said.expected() - sample.durationMs()) / sample.durationMs();
      inside += said.low() <= sample.durationMs() && sample.durationMs() <= said.high() ? 1 : 0;
    }
    // 5 % noise alone makes 4 %; the median of all runs for every run makes 61 %.
    assertThat(sum / unseen.size()).isBetween(0.03, 0.09);
    // Far from 90 %: the tails are of the runs that were learnt. The optimizer calibrates its own.
    assertThat(inside / (double) unseen.size()).isBetween(0.4, 1.0);
  }

  @Test
  void predict_moreInput_isNeverFaster() {
    Random random = new Random(11);
    List<Sample> runs = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      double gib = 1 + random.nextInt(40);
      // Noise of a factor of three hides the growth again and again.
      runs.add(sample(
          Map.of(RunFeatures.INPUT_BYTES, gib * (1L << 30), RunFeatures.INSTANCES, (double)
              (2 + random.nextInt(6))),
          gib * 1000 * Math.exp(random.nextGaussian())));
    }
    Fitted fitted = predictor.fit(runs).orElseThrow();
    for (double instances : new double[] {1, 2, 4, 7, 50}) {
      Interval before = new Interval(0, 0, 0);
      for (double gib = 0.5; gib < 60; gib += 0.5) {
        Interval said = fitted.predict(run(
            Map.of(RunFeatures.INPUT_BYTES, gib * (1L << 30), RunFeatures.INSTANCES, instances)));
        assertThat(said.low()).isGreaterThanOrEqualTo(before.low());
        assertThat(said.expected()).isGreaterThanOrEqualTo(before.expected());
        assertThat(said.high()).isGreaterThanOrEqualTo(before.high());
        before = said;
      }
    }
  }

  @Test
  void predict_noise_doesNotCrossQuantiles() {
    Random random = new Random(13);
    List<Sample> runs = new ArrayList<>();
    for (int i = 0; i < 45; i++) {
      runs.add(sample(
          Map.of("a", random.nextDouble(), "b", random.nextDouble()),
          Math.exp(3 * random.nextGaussian())));
    }
    List<RunFeatures> features = runs.stream().map(Sample::run).toList();
    double[] durations = runs.stream().mapToDouble(Sample::durationMs).toArray();
    Boosting learnt = Boosting.learn(features, durations);
    Trees trees = Trees.read(learnt.model(), learnt.columns().count(), 3);
    int crossed = 0;
    for (int i = 0; i < 1000; i++) {
      RunFeatures run = run(Map.of("a", random.nextDouble(), "b", random.nextDouble()));
      float[] raw = trees.predict(learnt.columns().row(run));
      crossed += raw[0] > raw[1] || raw[1] > raw[2] ? 1 : 0;
      Interval said = learnt.predict(run);
      assertThat(said.low()).isLessThanOrEqualTo(said.expected());
      assertThat(said.expected()).isLessThanOrEqualTo(said.high());
    }
    // Otherwise this would show nothing.
    assertThat(crossed).as("rows where trees alone cross").isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 8, 60})
  void fit_constantTimes_saysThatTime(int count) {
    List<Sample> runs = IntStream.range(0, count)
        .mapToObj(i -> sample(Map.of(RunFeatures.INSTANCES, (double) i), 60_000))
        .toList();
    Interval said = predictor.fit(runs).orElseThrow().predict(runs.get(0).run());
    assertThat(said.low()).isCloseTo(60_000, within(1.0));
    assertThat(said.expected()).isCloseTo(60_000, within(1.0));
    assertThat(said.high()).isCloseTo(60_000, within(1.0));
  }

  @Test
  void fit_noFeatures_saysTheQuantilesOfTheTimes() {
    List<Sample> runs =
        IntStream.rangeClosed(1, 41).mapToObj(i -> sample(Map.of(), 1000.0 * i)).toList();
    Interval said = predictor.fit(runs).orElseThrow().predict(run(Map.of()));
    assertThat(said.low()).isBetween(1000.0, 4000.0);
    assertThat(said.expected()).isBetween(18_000.0, 24_000.0);
    assertThat(said.high()).isBetween(38_000.0, 41_001.0);
  }

  @Test
  void fit_extremeTimesAndFeatures_staysFinite() {
    List<Sample> runs = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      runs.add(sample(
          Map.of("a", i % 2 == 0 ? Double.MAX_VALUE : -Double.MAX_VALUE, "b", (double) i),
          i % 3 == 0 ? Double.MAX_VALUE : Double.MIN_VALUE));
    }
    Fitted fitted = predictor.fit(runs).orElseThrow();
    for (Sample sample : runs) {
      assertThat(fitted.predict(sample.run()).high()).isFinite();
    }
  }

  @Test
  void predict_missingFeatures_stillAnswers() {
    List<Sample> runs = new ArrayList<>();
    for (Sample sample : grid(21)) {
      Map<String, Double> numbers = new HashMap<>(sample.run().numbers());
      if (runs.size() % 3 == 0) {
        numbers.remove(RunFeatures.INPUT_BYTES);
      }
      runs.add(sample(numbers, sample.durationMs()));
    }
    Fitted fitted = predictor.fit(runs).orElseThrow();
    assertThat(fitted.predict(run(Map.of())).expected()).isPositive();
    assertThat(fitted.predict(run(Map.of("never_seen", 1.0))))
        .isEqualTo(fitted.predict(run(Map.of())));
  }

  @Test
  void predict_words_areToldApart() {
    List<Sample> runs = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String kind = i % 2 == 0 ? "r4.2xlarge" : "c4.2xlarge";
      runs.add(new Sample(
          new RunFeatures("job", Map.of(), Map.of(RunFeatures.INSTANCE_TYPE, kind)),
          i % 2 == 0 ? 10_000 : 30_000));
    }
    Fitted fitted = predictor.fit(runs).orElseThrow();
    assertThat(fitted.predict(runs.get(0).run()).expected()).isCloseTo(10_000, within(10.0));
    assertThat(fitted.predict(runs.get(1).run()).expected()).isCloseTo(30_000, within(10.0));
  }

  @Test
  void fit_otherJobsToo_tellsJobsApart() {
    List<Sample> runs = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      runs.add(new Sample(
          new RunFeatures(i % 2 == 0 ? "short" : "long", Map.of(), Map.of()),
          i % 2 == 0 ? 10_000 : 30_000));
    }
    Fitted fitted = predictor.fit(runs).orElseThrow();
    assertThat(fitted.predict(runs.get(0).run()).expected()).isCloseTo(10_000, within(10.0));
    assertThat(fitted.predict(runs.get(1).run()).expected()).isCloseTo(30_000, within(10.0));
  }

  @Test
  void columns_hugeWordSets_areLimited() {
    List<RunFeatures> runs = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      runs.add(new RunFeatures(
          "job", Map.of(), Map.of("only", "w" + i, "some", "w" + i % 1000, "same", "always")));
    }
    Columns columns = Columns.of(runs);
    assertThat(columns.list())
        .hasSize(Columns.MOST_VALUES)
        .allMatch(column -> column.feature().equals("some"));
    Map<String, Double> wide = new HashMap<>();
    IntStream.range(0, 5000).forEach(i -> wide.put("n" + i, (double) i));
    assertThat(Columns.of(List.of(run(wide), run(Map.of()))).count())
        .isEqualTo(Columns.MOST_COLUMNS);
  }

  /** Four features, every combination of some values of each; 5 % noise. */
  private static List<Sample> grid(long seed) {
    Random random = new Random(seed);
    List<Sample> samples = new ArrayList<>();
    for (double instances : new double[] {2, 4, 6, 8, 10}) {
      for (double gib : new double[] {5, 10, 20, 40}) {
        for (double k : new double[] {2, 5, 9}) {
          double ms = 20_000 + 4000 * gib * Math.sqrt(k) / instances;
          samples.add(sample(
              Map.of(
                  RunFeatures.INSTANCES,
                  instances,
                  RunFeatures.INPUT_BYTES,
                  gib * (1L << 30),
                  RunFeatures.PARAMETER + "k",
                  k),
              ms * Math.exp(0.05 * random.nextGaussian())));
        }
      }
    }
    java.util.Collections.shuffle(samples, random);
    return samples;
  }

  private static Sample sample(Map<String, Double> numbers, double durationMs) {
    return new Sample(run(numbers), durationMs);
  }

  private static RunFeatures run(Map<String, Double> numbers) {
    return new RunFeatures("job", numbers, Map.of());
  }
}
