package io.sparkoptimizer.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.core.memory.InMemoryRepository;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spi.InputStamp;
import io.sparkoptimizer.spi.Repository;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParametersTest {
  private static final String REGION = "spark.sparkoptimizer.parameter.region";
  private static final String MODEL = "spark.sparkoptimizer.parameter.model";

  /** Newest first: app-5 of the US, then by turns; those of the US take ten times as long. */
  private static List<ApplicationRun> regions() {
    return TestRuns.repeated(
        6,
        i -> TestRuns.etl().conf(REGION, i % 2 == 0 ? "eu" : " us ").slower(i % 2 == 0 ? 0.1 : 1));
  }

  private static Recommendation ask(List<ApplicationRun> runs, JobProfile.Builder profile) {
    return ask(runs, profile, Map.of());
  }

  private static Recommendation ask(
      List<ApplicationRun> runs, JobProfile.Builder profile, Map<String, String> settings) {
    Repository repository = new InMemoryRepository();
    repository.save(runs.stream()
        .map(run -> new Repository.CollectedRun(run, new InputStamp(run.appId(), 1, 1)))
        .toList());
    try (Optimizer optimizer =
        Optimizer.builder().repository(repository).settings(settings).build()) {
      return optimizer.recommend(profile.build());
    }
  }

  private static JobProfile.Builder nightly() {
    return JobProfile.builder("nightly");
  }

  private static double expectedMs(Recommendation answer) {
    return answer.currentPrediction().duration().orElseThrow().expected();
  }

  @Test
  void recommend_runsWithTheAskedValues_answerAndOthersAreSetAside() {
    Recommendation eu = ask(regions(), nightly().parameter("region", "eu"));
    Recommendation us = ask(regions(), nightly().parameter("region", "us"));

    assertThat(eu.runs()).containsExactly("app-4", "app-2", "app-0");
    assertThat(us.runs()).containsExactly("app-5", "app-3", "app-1");
    assertThat(expectedMs(us)).isGreaterThan(3 * expectedMs(eu));
    assertThat(eu.reasoning())
        .endsWith(" 3 of 6 runs had other parameters than region=eu and are set aside.");
    assertThat(eu.sparkConf()).containsEntry(REGION, "eu");
    assertThat(us.sparkConf()).containsEntry(REGION, "us");
  }

  @Test
  void recommend_noParameterAsked_allRunsAnswerAndNothingIsPrinted() {
    Recommendation answer = ask(regions(), nightly());

    assertThat(answer.runs()).hasSize(6);
    assertThat(answer.sparkConf()).doesNotContainKey(REGION);
    assertThat(answer.reasoning()).doesNotContain("parameter");
  }

  @Test
  void recommend_parameterThatNoRunHas_isNotUsedAndSaysWhy() {
    List<ApplicationRun> plain = TestRuns.repeated(3, i -> TestRuns.etl());
    Recommendation answer = ask(plain, nightly().parameter("region", "eu"));

    assertThat(answer.runs()).hasSize(3);
    assertThat(answer.reasoning())
        .endsWith(" Not used: region=eu, because no recorded run of the job has " + REGION + ".");
    assertThat(answer.sparkConf()).as("so that the next run has it").containsEntry(REGION, "eu");

    Recommendation half =
        ask(regions(), nightly().parameter("region", "eu").parameter("model", "gbt"));
    assertThat(half.runs()).containsExactly("app-4", "app-2", "app-0");
    assertThat(half.reasoning())
        .contains("3 of 6 runs had other parameters than region=eu and are set aside.")
        .endsWith("Not used: model=gbt, because no recorded run of the job has " + MODEL + ".");
    assertThat(half.sparkConf()).containsEntry(REGION, "eu").containsEntry(MODEL, "gbt");
  }

  @Test
  void recommend_secretAsParameter_isNotKept() {
    Recommendation answer = ask(regions(), nightly().parameter("token", "hunter2"));

    assertThat(answer.reasoning()).contains("Not used: token=").doesNotContain("hunter2");
    assertThat(answer.sparkConf()).doesNotContainKey("spark.sparkoptimizer.parameter.token");
  }

  @Test
  void recommend_valueThatNoRunHad_isNotUsedAndSaysWhy() {
    Recommendation answer = ask(regions(), nightly().parameter("region", "apac"));

    assertThat(answer.runs()).hasSize(6);
    assertThat(answer.reasoning())
        .endsWith(" Not used: region=apac, because none of 6 runs had that; runs of all parameters"
            + " answer.");
  }

  @Test
  void recommend_runThatLacksTheParameter_doesNotMatchWhereAnotherHasIt() {
    List<ApplicationRun> mixed =
        TestRuns.repeated(4, i -> i == 1 ? TestRuns.etl().conf(REGION, "eu") : TestRuns.etl());
    Recommendation answer = ask(mixed, nightly().parameter("region", "eu"));

    assertThat(answer.runs()).containsExactly("app-1");
    assertThat(answer.reasoning()).contains("3 of 4 runs had other parameters");
  }

  @Test
  void recommend_runNamedByLike_answersWhateverItsParameters() {
    Recommendation answer =
        ask(regions(), JobProfile.builder().like("app-1").parameter("region", "eu"));

    assertThat(answer.runs()).contains("app-4", "app-2", "app-0", "app-1");
  }

  @Test
  void recommend_moreRunsThanAnswer_looksBehindThoseOfOtherParameters() {
    List<ApplicationRun> runs =
        TestRuns.repeated(10, i -> TestRuns.etl().conf(REGION, i < 3 ? "eu" : "us"));
    Map<String, String> two = Map.of("recommendations.max_runs", "2");

    assertThat(ask(runs, nightly().parameter("region", "eu"), two).runs())
        .containsExactly("app-2", "app-1");
    assertThat(ask(runs, nightly(), two).runs()).containsExactly("app-9", "app-8");
  }

  @Test
  void recommend_jobWithoutRunsOrAnswer_carriesNothingThatCannotBeSubmitted() {
    Recommendation fresh = ask(List.of(), nightly().parameter("region", "eu"));
    assertThat(fresh.verdict()).isEqualTo(Verdict.CHANGE);
    assertThat(fresh.sparkConf()).containsEntry(REGION, "eu");
    assertThat(fresh.reasoning()).contains("Not used: region=eu");

    List<ApplicationRun> failed = new ArrayList<>(
        TestRuns.repeated(2, i -> TestRuns.etl().status(RunStatus.FAILED).conf(REGION, "eu")));
    Recommendation none = ask(failed, nightly().parameter("region", "eu"));
    assertThat(none.verdict()).isEqualTo(Verdict.ABSTAIN);
    assertThat(none.sparkConf()).isEmpty();
  }
}
