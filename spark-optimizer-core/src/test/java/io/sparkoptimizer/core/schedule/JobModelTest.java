package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobModelTest {
  private static final long GIB = 1L << 30;

  private static JobModel growing(double exponent) {
    return JobModel.of(TestRuns.repeated(
            6,
            i -> TestRuns.run()
                .scan((int) Math.round(40 * Math.pow(1.5, i * exponent)), 5_000, (long)
                    (10 * GIB * Math.pow(1.5, i)))))
        .orElseThrow();
  }

  @Test
  void growth_workThatGrowsSlowerThanInput_isFitted() {
    assertThat(growing(1).growth()).isCloseTo(1, within(0.05));
    assertThat(growing(0.5).growth()).isCloseTo(0.5, within(0.05));
    assertThat(growing(0.5).isGrowthFitted()).isTrue();
  }

  @Test
  void growth_oneSize_isTakenForProportional() {
    JobModel model = JobModel.of(TestRuns.repeated(4, i -> TestRuns.etl())).orElseThrow();

    assertThat(model.growth()).isEqualTo(1);
    assertThat(model.isGrowthFitted()).isFalse();
  }

  @Test
  void forecast_equalRuns_narrowsTheirInterval() {
    JobModel one = JobModel.of(TestRuns.repeated(1, i -> TestRuns.etl())).orElseThrow();
    JobModel ten = JobModel.of(TestRuns.repeated(10, i -> TestRuns.etl().slower(1 + 0.002 * i)))
        .orElseThrow();
    Candidate asBefore = one.newest().recorded();

    assertThat(ten.forecast(asBefore).spread().halfWidth())
        .isLessThan(0.5 * one.forecast(asBefore).spread().halfWidth());
    assertThat(ten.forecast(asBefore).spread().isOwn()).isTrue();
    assertThat(one.forecast(asBefore).spread().isOwn()).isFalse();
  }

  @Test
  void forecast_changedConfiguration_doesNotUseResidualsOfTheSame() {
    JobModel model = JobModel.of(TestRuns.repeated(10, i -> TestRuns.etl())).orElseThrow();

    Spread changed = model.forecast(Candidate.fixed(9, 2)).spread();

    assertThat(changed.leftOut()).isZero();
    assertThat(changed.isOwn()).isFalse();
  }

  @Test
  void forecast_runsThatVaryInExecutors_haveResidualsForChangedOnes() {
    JobModel model = JobModel.of(TestRuns.repeated(8, i -> TestRuns.etl().executors(2 + i, 2)))
        .orElseThrow();

    Spread changed = model.forecast(Candidate.fixed(20, 2)).spread();

    assertThat(changed.leftOut()).isEqualTo(8);
    assertThat(changed.isOwn()).isTrue();
  }

  @Test
  void forecast_moreInputThanAnyRunHad_isMarked() {
    JobModel model = growing(1);
    Candidate asBefore = model.newest().recorded();

    assertThat(model.forecast(asBefore.withInputScale(4)).extrapolated()).isTrue();
    assertThat(model.forecast(asBefore.withInputScale(0.5)).extrapolated()).isFalse();
  }

  @Test
  void of_failedRunsBesideWholeOnes_leavesThemOut() {
    List<ApplicationRun> runs = TestRuns.repeated(
        4, i -> TestRuns.etl().status(i == 3 ? RunStatus.FAILED : RunStatus.SUCCEEDED));

    JobModel model = JobModel.of(runs).orElseThrow();

    assertThat(model.runs()).hasSize(3);
    assertThat(model.newestRun().appId()).isEqualTo("app-2");
  }

  @Test
  void forecast_restlessJob_isNoSurerOfAChangedConfiguration() {
    JobModel calm = JobModel.of(TestRuns.repeated(2, i -> TestRuns.etl())).orElseThrow();
    JobModel restless =
        JobModel.of(TestRuns.repeated(2, i -> TestRuns.etl().slower(1 + i))).orElseThrow();

    assertThat(restless.forecast(Candidate.fixed(9, 2)).spread().sigma())
        .isGreaterThan(2 * calm.forecast(Candidate.fixed(9, 2)).spread().sigma());
  }
}
