package io.sparkoptimizer.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.RunId;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SyntheticRunsTest {
  private final List<ApplicationRun> runs = SyntheticRuns.seeded(7).take(200);

  @Test
  void take_sameSeed_givesEqualRuns() {
    assertThat(SyntheticRuns.seeded(7).take(200)).isEqualTo(runs);
    assertThat(SyntheticRuns.seeded(8).take(200)).doesNotContainAnyElementsOf(runs);
  }

  @Test
  void take_manyRuns_areAllDifferentAndNeverCollide() {
    List<RunId> ids = runs.stream().map(ApplicationRun::id).toList();
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(ids).allSatisfy(id -> assertThat(ids).noneMatch(id::collidesWith));
  }

  @Test
  void take_manyRuns_reachEveryConstant() {
    List<StageAttempt> stages =
        runs.stream().flatMap(run -> run.stages().stream()).toList();
    assertThat(runs.stream().map(ApplicationRun::status)).contains(RunStatus.values());
    assertThat(runs.stream().map(ApplicationRun::kind)).contains(ApplicationKind.values());
    assertThat(runs.stream().map(ApplicationRun::clusterManager)).contains(ClusterManager.values());
    assertThat(runs.stream().flatMap(run -> run.quality().issues().stream()))
        .contains(QualityIssue.values());
    assertThat(stages.stream().map(StageAttempt::status)).contains(StageStatus.values());
    SyntheticRuns synthetic = SyntheticRuns.seeded(7);
    assertThat(
            IntStream.range(0, 50).mapToObj(i -> synthetic.nextRecommendation().verdict()))
        .contains(Verdict.values());
  }

  @Test
  void take_manyRuns_haveAbsentZeroAndHugeFigures() {
    List<StageAttempt> stages =
        runs.stream().flatMap(run -> run.stages().stream()).toList();
    for (TaskMetric metric : TaskMetric.values()) {
      assertThat(stages).anyMatch(stage -> !stage.metrics().has(metric));
      assertThat(stages)
          .anyMatch(stage -> stage.metrics().has(metric) && stage.metrics().orZero(metric) == 0);
      assertThat(stages).anyMatch(stage -> stage.metrics().orZero(metric) == Long.MAX_VALUE);
    }
    List<Distribution> distributions = stages.stream()
        .flatMap(stage -> stage.distributions().values().stream())
        .toList();
    assertThat(distributions).anyMatch(d -> d.count() == 0).anyMatch(d -> d.count() > 1000);
    assertThat(runs)
        .anyMatch(run -> run.appId() == null)
        .anyMatch(run -> run.attemptId() == null)
        .anyMatch(run -> "".equals(run.attemptId()))
        .anyMatch(run -> run.name() == null)
        .anyMatch(run -> run.startTimeMs().isEmpty())
        .anyMatch(run -> run.stages().isEmpty())
        .anyMatch(run -> run.streaming() == null)
        .anyMatch(run -> run.configuration().isEmpty());
  }
}
