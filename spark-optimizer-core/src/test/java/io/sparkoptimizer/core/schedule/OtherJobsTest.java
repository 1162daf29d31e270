package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.core.FakeHistory;
import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.RunHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class OtherJobsTest {
  private static List<ApplicationRun> job(String name, int times, IntFunction<TestRuns> each) {
    return TestRuns.repeated(times, i -> each.apply(i).name(name)).stream()
        .map(run -> run.toBuilder().appId(name + "-" + run.appId()).build())
        .toList();
  }

  private static TestRuns small() {
    return TestRuns.run().scan(40, 2_000, 1L << 30);
  }

  private static OtherJobs others(List<List<ApplicationRun>> jobs) {
    return OtherJobs.in(new FakeHistory(jobs.stream().flatMap(List::stream).toList()), "nightly");
  }

  /** Counts what is asked of it. */
  private static final class Counting implements RunHistory {
    private final FakeHistory history;
    private int summaries;
    private int rows;
    private int runs;

    Counting(List<ApplicationRun> all) {
      history = new FakeHistory(all);
    }

    @Override
    public List<RunSummary> summaries(RunQuery query) {
      summaries++;
      List<RunSummary> found = history.summaries(query);
      rows += found.size();
      return found;
    }

    @Override
    public List<ApplicationRun> runs(RunQuery query) {
      List<ApplicationRun> found = history.runs(query);
      runs += found.size();
      return found;
    }

    @Override
    public long count(RunQuery query) {
      return history.count(query);
    }
  }

  @Test
  void in_equalRunsOfOtherJobs_areOfTheSameQuestion() {
    OtherJobs others = others(List.of(job("a", 3, i -> small()), job("b", 2, i -> small())));

    assertThat(others.ofKind(true).jobs()).isEqualTo(2);
    assertThat(others.ofKind(true).runs()).hasSize(5);
    assertThat(others.ofKind(false).jobs()).isZero();
    assertThat(others.ofKind(false).size()).isZero();
  }

  @Test
  void in_runsOfSeveralSizes_areOfAChangedQuestion() {
    OtherJobs others = others(List.of(job("a", 3, i -> small().executors(2 + i, 2))));

    assertThat(others.ofKind(true).jobs()).isZero();
    assertThat(others.ofKind(false).jobs()).isEqualTo(1);
    assertThat(others.ofKind(false).farthest()).isGreaterThan(0.08);
  }

  @Test
  void in_whatCannotCount_isLeftOut() {
    UnaryOperator<TestRuns> failed = run -> run.status(RunStatus.FAILED);
    OtherJobs others = others(List.of(
        job("nightly", 4, i -> small()),
        job("once", 1, i -> small()),
        job("failing", 4, i -> i == 0 ? small() : failed.apply(small())),
        job("laptop", 4, i -> small().manager(ClusterManager.LOCAL)),
        job("stream", 4, i -> small().kind(ApplicationKind.STREAMING))));

    assertThat(others.ofKind(true).jobs()).isZero();
    assertThat(others(List.of()).ofKind(true).jobs()).isZero();
  }

  @Test
  void in_failedRunsAmongTheNewest_areSteppedOver() {
    OtherJobs others =
        others(List.of(job("a", 6, i -> i % 2 == 0 ? small() : small().status(RunStatus.FAILED))));

    assertThat(others.ofKind(true).jobs()).isEqualTo(1);
    assertThat(others.ofKind(true).runs()).hasSize(3).noneMatch(id -> id.appId().endsWith("5"));
  }

  @Test
  void in_manyJobsAndRuns_readsABoundedNumber() {
    List<ApplicationRun> all = new ArrayList<>();
    for (int j = 0; j < 40; j++) {
      all.addAll(job(String.format(Locale.ROOT, "job-%02d", j), 12, i -> small()));
    }
    Counting history = new Counting(all);

    OtherJobs others = OtherJobs.in(history, "nightly");

    assertThat(history.summaries).isEqualTo(1);
    assertThat(history.rows).isLessThanOrEqualTo(OtherJobs.MOST_ROWS);
    assertThat(history.runs).isEqualTo(OtherJobs.MOST_JOBS * OtherJobs.MOST_RUNS);
    assertThat(others.ofKind(true).jobs()).isEqualTo(OtherJobs.MOST_JOBS);
  }

  @Test
  void in_jobOfTooManyStages_isNotRead() {
    TestRuns wide = TestRuns.run();
    for (int s = 0; s <= OtherJobs.MOST_STAGES / 2; s++) {
      wide.stage(new long[] {100}, 0, 0);
    }
    ApplicationRun one = wide.name("wide").build();
    List<ApplicationRun> all = new ArrayList<>(job("a", 2, i -> small()));
    all.add(one.toBuilder().appId("wide-1").build());
    all.add(one.toBuilder().appId("wide-2").build());
    Counting history = new Counting(all);

    assertThat(OtherJobs.in(history, "nightly").ofKind(true).jobs()).isEqualTo(1);
    assertThat(history.runs).isEqualTo(2);
  }

  private static Pool.Job offBy(double... scaled) {
    List<JobModel.Residual> residuals = new ArrayList<>();
    for (double one : scaled) {
      residuals.add(new JobModel.Residual(true, 0, one * 0.1, 0, 0.1, false));
    }
    return new Pool.Job(List.of(), residuals);
  }

  @Test
  void size_jobOfManyRuns_hasNoMoreSayThanOneOfTwo() {
    double[] wild = new double[200];
    Arrays.fill(wild, 50);
    List<Pool.Job> jobs = new ArrayList<>(Collections.nCopies(19, offBy(1, 2)));
    jobs.add(offBy(wild));

    Pool pool = new Pool(jobs);

    assertThat(pool.size()).isCloseTo(2, within(1e-9));
    assertThat(pool.hitsAt(0.1)).isCloseTo(0.5 * 19, within(1e-9));
    assertThat(new Pool(List.of(offBy(1, 1, 1), offBy(3, 3, 3))).size()).isCloseTo(3, within(1e-9));
  }

  @Test
  void hitsAt_fartherQuestion_areFewer() {
    Pool pool = new Pool(List.of(offBy(0.5, 1), offBy(1.5)));

    assertThat(pool.hitsAt(0.1)).isEqualTo(2);
    assertThat(pool.hitsAt(0.15)).isEqualTo(1);
    assertThat(pool.hitsAt(0.3)).isEqualTo(0.5);
    assertThat(pool.hitsAt(1)).isZero();
  }

  @Test
  void hitsAt_runThatDied_isNone() {
    Pool pool = others(List.of(job("a", 2, i -> small().died(Cause.HEAP, Certainty.CERTAIN))))
        .ofKind(true);

    assertThat(pool.jobs()).isEqualTo(1);
    assertThat(pool.hitsAt(0.08)).isZero();
  }

  /**
   * Jobs whose true spread is some other multiple of its prior, each with a bias of its own: the model of
   * the pool (random effects), and not what it fits.
   */
  private static double coverage(
      Random random, double typical, double apart, int others, int own, boolean pooled) {
    int trials = 4_000;
    int covered = 0;
    for (int t = 0; t < trials; t++) {
      List<Pool.Job> jobs = new ArrayList<>();
      for (int j = 0; j < others; j++) {
        jobs.add(offBy(draw(random, typical, apart, OtherJobs.MOST_RUNS)));
      }
      double[] job = draw(random, typical, apart, own + 1);
      List<Double> residuals = new ArrayList<>();
      for (int i = 0; i < own; i++) {
        residuals.add(job[i]);
      }
      Spread spread = Spread.of(0.1, residuals, 0, 0.1, pooled ? new Pool(jobs) : Pool.NONE);
      covered += Math.abs(0.1 * job[own]) <= spread.halfWidth() ? 1 : 0;
    }
    return (double) covered / trials;
  }

  private static double[] draw(Random random, double typical, double apart, int times) {
    double ratio = typical * Math.exp(apart * random.nextGaussian());
    double bias = Math.sqrt(0.5) * ratio * random.nextGaussian();
    return random
        .doubles(times)
        .map(ignored -> bias + Math.sqrt(0.5) * ratio * random.nextGaussian())
        .toArray();
  }

  @Test
  void interval_jobsOfDifferentSpread_holdsNineTimesInTen() {
    long seed = 20261120;
    Random random = new Random(seed);
    // Three standard errors of a share of 0.9 among 4,000.
    double band = 3 * Math.sqrt(0.9 * 0.1 / 4_000);
    for (double typical : new double[] {0.5, 1, 3}) {
      for (double apart : new double[] {0.3, 0.7}) {
        for (int own : new int[] {0, 2, 8}) {
          String what = "seed " + seed + ", spread " + typical + " times its prior, apart by e^"
              + apart + ", " + own + " own runs";
          assertThat(coverage(random, typical, apart, 20, own, true))
              .as(what + ", 20 other jobs")
              .isBetween(0.88 - band, 0.95 + band);
          assertThat(coverage(random, typical, apart, 6, own, true))
              .as(what + ", 6 other jobs")
              .isBetween(0.86 - band, 0.97 + band);
        }
      }
    }
  }

  @Test
  void interval_jobsThreeTimesAsWideAsAssumed_holdsOnlyByOtherJobs() {
    Random random = new Random(7);

    assertThat(coverage(random, 3, 0.3, 20, 0, false)).as("seed 7, assumed").isLessThan(0.5);
    assertThat(coverage(random, 3, 0.3, 20, 0, true)).as("seed 7, pooled").isGreaterThan(0.85);
  }
}
