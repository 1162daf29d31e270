package io.sparkoptimizer.core.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.Backtest;
import io.sparkoptimizer.Interval;
import io.sparkoptimizer.core.FakeHistory;
import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.core.predict.Baselines;
import io.sparkoptimizer.core.schedule.Candidate;
import io.sparkoptimizer.core.schedule.JobModel;
import io.sparkoptimizer.core.schedule.OtherJobs;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spi.Predictor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BacktesterTest {
  private static final long GIB = 1L << 30;
  private static final Backtest.Protocol LEAVE_ONE_OUT = new Backtest.LeaveOneOut();

  private static Backtest test(Backtest.Protocol protocol, List<ApplicationRun> runs) {
    return Backtester.test(
        new FakeHistory(runs),
        new Backtest.Query(protocol, 20, 1, 10, 40),
        List.of(),
        Backtest.Progress.NONE);
  }

  private static List<ApplicationRun> job(String name, int times, IntFunction<TestRuns> each) {
    return TestRuns.repeated(times, i -> each.apply(i).name(name)).stream()
        .map(run -> run.toBuilder().appId(name + "-" + run.appId()).build())
        .toList();
  }

  private static List<ApplicationRun> with(List<ApplicationRun> some, List<ApplicationRun> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }

  /** Runs of 2 to 9 executors, with some noise. */
  private static TestRuns varied(int i) {
    return TestRuns.etl().executors(2 + i % 8, 2).slower(1 + 0.03 * (i * 7 % 5));
  }

  @Test
  void test_leaveOneOutOfAKnownLaw_hasItsErrors() {
    List<ApplicationRun> runs = job("nightly", 8, i -> TestRuns.etl().executors(2 + i, 2));
    double[] ms =
        runs.stream().mapToDouble(run -> run.durationMs().orElseThrow()).toArray();

    Backtest result = test(LEAVE_ONE_OUT, runs);

    // Equal work on other executors is what a schedule knows.
    assertThat(result.overall().mape().orElseThrow()).isLessThan(3);
    assertThat(result.overall().n()).isEqualTo(8);
    assertThat(result.overall().runs()).isEqualTo(8);
    assertThat(result.overall().methods()).isEqualTo(Map.of("schedule", 8));
    assertThat(result.jobs()).extracting(Backtest.Job::signature).containsExactly("nightly");
    assertThat(result.jobs().get(0).score()).isEqualTo(result.overall());
    // The mean of the others, by hand.
    double[] errors = new double[ms.length];
    double sum = Arrays.stream(ms).sum();
    for (int i = 0; i < ms.length; i++) {
      errors[i] = 100 * Math.abs((sum - ms[i]) / (ms.length - 1) - ms[i]) / ms[i];
    }
    assertThat(result.baselines().get("mean").modelMape())
        .isEqualTo(result.overall().mape());
    Backtest.Score mean = result.baselines().get("mean").score();
    assertThat(mean.n()).isEqualTo(8);
    assertThat(mean.mape().orElseThrow())
        .isCloseTo(Arrays.stream(errors).average().orElseThrow(), within(1e-9));
    Arrays.sort(errors);
    assertThat(mean.medianApe().orElseThrow()).isCloseTo((errors[3] + errors[4]) / 2, within(1e-9));
    assertThat(mean.p90Ape().orElseThrow()).isCloseTo(errors[7], within(1e-9));
    // Seven known runs are too few for a baseline's interval.
    assertThat(mean.intervals()).isEmpty();
    assertThat(result.baselines().get("mean").modelIntervalScore()).isEmpty();
    assertThat(mean.mape().orElseThrow()).isGreaterThan(20);
    assertThat(result.baselines())
        .containsOnlyKeys("mean", "knn", "ernest", "log_linear", "no_change", "scale_by_cores");
  }

  @Test
  void test_noiseOfAJob_isCoveredAsOftenAsSaid() {
    // 24 equal runs but for noise between 1 and 1.4 that no predictor can know.
    List<ApplicationRun> runs =
        job("nightly", 24, i -> TestRuns.etl().slower(1 + 0.4 * (i * 11 % 24) / 23));

    Backtest.Intervals intervals =
        test(LEAVE_ONE_OUT, runs).overall().intervals().orElseThrow();

    assertThat(intervals.coverage()).isBetween(0.8, 1.0);
    assertThat(intervals.coverageLow()).isLessThan(intervals.coverage());
    assertThat(intervals.coverageHigh()).isGreaterThanOrEqualTo(intervals.coverage());
    assertThat(intervals.nominalCoverage()).isEqualTo(0.9);
    assertThat(intervals.width()).isBetween(0.2, 0.6);
    assertThat(intervals.score()).isGreaterThanOrEqualTo(intervals.width() * 0.8);
    assertThat(intervals.bases()).isEqualTo(Map.of("own", 24));
  }

  @Test
  void test_jobsOfManyAndOfFewRuns_compareIntervalsOnTheSamePoints() {
    List<ApplicationRun> often =
        job("often", 10, i -> TestRuns.etl().slower(1 + 0.4 * (i * 7 % 10) / 9));
    List<ApplicationRun> seldom = job("seldom", 4, i -> TestRuns.etl().slower(1 + 3 * i));

    Backtest result = test(LEAVE_ONE_OUT, with(often, seldom));

    Backtest.Baseline logLinear = result.baselines().get("log_linear");
    assertThat(logLinear.score().n()).isEqualTo(14);
    Backtest.Intervals theirs = logLinear.score().intervals().orElseThrow();
    assertThat(theirs.n()).isEqualTo(10);
    assertThat(theirs.bases()).isEqualTo(Map.of("cv_plus", 10));
    assertThat(theirs.coverage()).isBetween(0.8, 1.0);
    assertThat(theirs.score()).isPositive();
    assertThat(result.overall().intervals().orElseThrow().n()).isEqualTo(14);
    // Ours over the points of the job that it gave intervals for, and over no other.
    assertThat(result.jobs().get(0).signature()).isEqualTo("often");
    assertThat(logLinear.modelIntervalScore().orElseThrow())
        .isEqualTo(result.jobs().get(0).score().intervals().orElseThrow().score());
  }

  @Test
  void tally_knownIntervals_areScoredByHand() {
    Sample run = Sample.of(List.of(TestRuns.etl().build())).get(0);
    Sample took100 = new Sample(run.run(), null, new Predictor.Sample(run.features(), 100));
    Tally tally = new Tally();
    tally.add(took100, "schedule", new Interval(80, 110, 120), "own");
    tally.add(took100, "schedule", new Interval(110, 130, 160), "rules");

    Backtest.Score score = tally.score();

    assertThat(score.mape().orElseThrow()).isCloseTo(20, within(1e-9));
    assertThat(score.n()).isEqualTo(2);
    assertThat(score.runs()).isEqualTo(1);
    Backtest.Intervals intervals = score.intervals().orElseThrow();
    assertThat(intervals.n()).isEqualTo(2);
    assertThat(intervals.coverage()).isEqualTo(0.5);
    assertThat(intervals.width()).isCloseTo(0.45, within(1e-9));
    // Widths 0.4 and 0.5, and 20 x 0.1 for the one that lies above.
    assertThat(intervals.score()).isCloseTo((0.4 + 0.5 + 2) / 2, within(1e-9));
    // Wilson's 90 % interval of a half for one run, not for two predictions of it.
    assertThat(intervals.coverageLow()).isCloseTo(0.0722, within(1e-3));
    assertThat(intervals.coverageHigh()).isCloseTo(0.9278, within(1e-3));
    assertThat(intervals.bases()).isEqualTo(Map.of("own", 1, "rules", 1));
  }

  @Test
  void tally_missByRounding_isInside() {
    Sample run = Sample.of(List.of(TestRuns.etl().build())).get(0);
    Sample took100 = new Sample(run.run(), null, new Predictor.Sample(run.features(), 100));
    Tally tally = new Tally();
    tally.add(took100, "schedule", new Interval(100 + 1e-12, 100 + 1e-12, 100 + 1e-12), "own");
    tally.add(took100, "schedule", new Interval(90, 95, 100 - 1e-12), "own");
    tally.add(took100, "schedule", new Interval(90, 95, 100 - 1e-3), "own");

    Backtest.Intervals intervals = tally.score().intervals().orElseThrow();

    assertThat(intervals.coverage()).isEqualTo(2.0 / 3);
  }

  @Test
  void answers_heldOutRunsOwnTimes_changeNothing() {
    for (Backtest.Protocol protocol :
        List.of(LEAVE_ONE_OUT, new Backtest.LeaveContextOut(), new Backtest.Split(0.7))) {
      for (int changed = 0; changed < 12; changed++) {
        int one = changed;
        List<Sample> asWas = Sample.of(job("nightly", 12, BacktesterTest::varied));
        List<Sample> slower =
            Sample.of(job("nightly", 12, i -> i == one ? varied(i).slower(9) : varied(i)));
        int position = 11 - changed;
        List<HoldOut> holdOuts =
            HoldOut.of(new Backtest.Query(protocol, 20, 1, 1, 40), "nightly", asWas);
        int compared = 0;
        for (HoldOut holdOut : holdOuts) {
          if (holdOut.heldOut().contains(position)) {
            assertThat(predictions(holdOut, slower))
                .as("%s, run %d", protocol.word(), changed)
                .isEqualTo(predictions(holdOut, asWas));
            compared++;
          }
        }
        assertThat(compared).as("%s, run %d", protocol.word(), changed).isPositive();
        // It is not that nothing counts: among the known ones its time does.
        HoldOut known = new HoldOut(List.of(position), List.of((position + 1) % 12));
        assertThat(predictions(known, slower)).isNotEqualTo(predictions(known, asWas));
      }
    }
  }

  private static List<Object> predictions(HoldOut holdOut, List<Sample> samples) {
    List<Object> all = new ArrayList<>();
    Backtester.Model model = Backtester.model(samples, OtherJobs.NONE);
    Backtester.answers(holdOut, samples, model, Baselines.ALL).forEach(answer -> {
      all.add(answer.predicted());
      all.add(answer.simple());
    });
    return all;
  }

  @Test
  void otherJobs_withoutTheOneTested_holdNoneOfItsRuns() {
    FakeHistory history = new FakeHistory(
        with(job("nightly", 3, BacktesterTest::varied), job("hourly", 3, BacktesterTest::varied)));

    OtherJobs others = OtherJobs.in(history).without("nightly");

    JobModel model = JobModel.of(List.of(TestRuns.etl().build())).orElseThrow().with(others);
    assertThat(model.forecast(Candidate.fixed(9, 2)).spread().pool().runs())
        .isNotEmpty()
        .allSatisfy(id -> assertThat(id.name()).isEqualTo("hourly"));
  }

  @Test
  void test_sameSeed_isTheSameAnswer() {
    List<ApplicationRun> runs =
        with(job("nightly", 10, BacktesterTest::varied), job("hourly", 6, BacktesterTest::varied));
    Backtest.Protocol split = new Backtest.Split(0.7);

    Backtest result = test(split, runs);

    assertThat(test(split, runs)).isEqualTo(result);
    assertThat(result.repeats()).isEqualTo(20);
    assertThat(result.jobs())
        .extracting(Backtest.Job::signature)
        .containsExactly("nightly", "hourly");
    assertThat(result.jobs().get(0).score().n()).isEqualTo(20 * 3);
    assertThat(result.overall().n()).isEqualTo(20 * 3 + 20 * 2);
    Backtest otherSeed = Backtester.test(
        new FakeHistory(runs),
        new Backtest.Query(split, 20, 2, 10, 40),
        List.of(),
        Backtest.Progress.NONE);
    assertThat(otherSeed.overall().mape()).isNotEqualTo(result.overall().mape());
  }

  @Test
  void test_everyProtocol_answersWithEveryBaselineThatCan() {
    List<ApplicationRun> runs = job(
        "nightly",
        12,
        i -> TestRuns.run()
            .executors(1 << (i % 4), 2)
            .scan(16 << (i % 3), 5_000, (4L << (i % 3)) * GIB)
            .shuffle(100, 1_000, GIB));
    for (Backtest.Protocol protocol : List.of(
        LEAVE_ONE_OUT,
        new Backtest.Split(0.9),
        new Backtest.Points(2),
        new Backtest.Extrapolate(Backtest.Size.INSTANCES, OptionalDouble.of(4)),
        new Backtest.Extrapolate(Backtest.Size.INPUT, OptionalDouble.empty()),
        new Backtest.LeaveContextOut())) {
      Backtest result = test(protocol, runs);
      int fitted = protocol instanceof Backtest.Points ? 0 : result.overall().n();

      assertThat(result.protocol()).isEqualTo(protocol.word());
      assertThat(result.overall().n()).as(protocol.word()).isPositive();
      assertThat(result.overall().mape().orElseThrow()).as(protocol.word()).isLessThan(25);
      result
          .baselines()
          .forEach((name, one) -> assertThat(one.score().n())
              .as(protocol.word() + " " + name)
              .isEqualTo(
                  name.equals("ernest") || name.equals("log_linear")
                      ? fitted
                      : result.overall().n()));
    }
  }

  @Test
  void test_runsThatTellNoTime_areNeitherKnownNorHeldOut() {
    List<ApplicationRun> runs = job(
        "nightly",
        6,
        i -> TestRuns.etl()
            .slower(i < 3 ? 1 : 50)
            .status(i == 3 ? RunStatus.FAILED : RunStatus.SUCCEEDED)
            .kind(i == 4 ? ApplicationKind.STREAMING : ApplicationKind.BATCH)
            .appId("x"));
    List<ApplicationRun> withoutTheLast = runs.subList(1, 6);

    Backtest result = test(LEAVE_ONE_OUT, withoutTheLast);

    assertThat(result.overall().n()).isEqualTo(3);
    assertThat(result.overall().mape().orElseThrow()).isLessThan(3);
  }

  @Test
  void test_logCollectedUnderTwoNames_isNotPredictedFromItsCopy() {
    List<ApplicationRun> runs = job("nightly", 3, i -> TestRuns.etl().slower(1 + i));
    List<ApplicationRun> copies =
        runs.stream().map(run -> run.toBuilder().sourceName("again").build()).toList();

    assertThat(test(LEAVE_ONE_OUT, with(runs, copies)).overall())
        .isEqualTo(test(LEAVE_ONE_OUT, runs).overall());
  }

  @Test
  void test_tooFewRuns_isToldByReason() {
    List<ApplicationRun> runs = new ArrayList<>(job("once", 1, i -> TestRuns.etl()));
    runs.addAll(job("twice", 2, i -> TestRuns.etl()));
    runs.addAll(job("often", 5, i -> TestRuns.etl()));
    runs.addAll(job("daily", 5, i -> TestRuns.etl()));
    Backtest.Query query = new Backtest.Query(new Backtest.Points(3), 4, 0, 2, 4);
    List<String> progress = new ArrayList<>();

    Backtest result = Backtester.test(
        new FakeHistory(runs),
        query,
        List.of(),
        (done, expected) -> progress.add(done + "/" + expected));

    assertThat(result.jobs()).extracting(Backtest.Job::signature).containsExactly("daily", "often");
    assertThat(result.jobs().get(0).score().runs()).isLessThanOrEqualTo(4);
    assertThat(result.notTested()).isEqualTo(Map.of("too_few_runs", 1, "beyond_max_jobs", 1));
    assertThat(progress).containsExactly("1/2", "2/2");

    Backtest none = test(new Backtest.LeaveContextOut(), job("often", 5, i -> TestRuns.etl()));
    assertThat(none.jobs()).isEmpty();
    assertThat(none.overall().n()).isZero();
    assertThat(none.overall().mape()).isEmpty();
    assertThat(none.overall().intervals()).isEmpty();
    assertThat(none.baselines().get("mean").score().n()).isZero();
    assertThat(none.notTested()).isEqualTo(Map.of("too_few_runs", 1));
    assertThat(test(LEAVE_ONE_OUT, List.of()).jobs()).isEmpty();
  }
}
