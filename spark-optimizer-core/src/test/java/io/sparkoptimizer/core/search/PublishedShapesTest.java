package io.sparkoptimizer.core.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.SearchEvaluation;
import io.sparkoptimizer.SearchEvaluation.Score;
import io.sparkoptimizer.Workload;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How soon the search finds a cheap shape on published measurements, beside the order by mean cost over
 * the other programs. Each program in turn is the new one.
 */
class PublishedShapesTest {
  private static SearchEvaluation evaluate(List<Workload> workloads, List<Workload> history) {
    return SearchEvaluator.evaluate(
        new SearchEvaluation.Query(workloads, history, 10, 200, 0), SearchEvaluation.Progress.NONE);
  }

  private static Score ranking(SearchEvaluation evaluation) {
    return Objects.requireNonNull(evaluation.baselines().get("ranking"));
  }

  /** Over the six of Spark the search has 1.11, 1.05, 1.02; ranking 1.24, 1.23, 1.13. */
  @ParameterizedTest
  @ValueSource(strings = {"_spark", ""})
  void scout_after3And6And10Trials_halfOfTheGapIsClosed(String programs) {
    List<Workload> all = PublishedShapes.scout();
    SearchEvaluation evaluation =
        evaluate(all.stream().filter(one -> one.job().contains(programs)).toList(), all);
    Score search = evaluation.overall();
    Score ranking = ranking(evaluation);
    assertThat(search.costAfter().get(0))
        .isLessThanOrEqualTo(ranking.costAfter().get(0));
    for (int runs : List.of(3, 6, 10)) {
      assertThat(search.costAfter().get(runs) - 1)
          .as("after %d", runs)
          .isLessThanOrEqualTo((ranking.costAfter().get(runs) - 1) / 2);
    }
    assertThat(search.failedShare()).isLessThan(ranking.failedShare());
  }

  /** It has 1.15 and no worse than 1.42 without a run. A broken one tries at random: 2.4. */
  @Test
  void dataproc_noTrial_isNoWorseThanRanking() {
    List<Workload> all = PublishedShapes.dataproc();
    SearchEvaluation evaluation = evaluate(all, all);
    assertThat(evaluation.overall().costAfter().get(0))
        .isLessThanOrEqualTo(ranking(evaluation).costAfter().get(0));
    assertThat(evaluation.workloads())
        .hasSize(10)
        .allSatisfy(row -> assertThat(row.score().costAfter().get(0)).isLessThan(1.43));
    assertThat(evaluation.overall().costAfter().get(4)).isLessThan(1.13);
  }

  /** Left to itself the search ends after 4 trials of 10 on average, at 1.06. */
  @Test
  void scout_stoppingByItself_losesLittle() {
    List<Workload> all = PublishedShapes.scout();
    Score search = evaluate(all, all).overall();
    assertThat(search.stoppedAfter().getAsDouble()).isBetween(3.0, 8.0);
    assertThat(search.costAtStop().getAsDouble()).isLessThan(1.1);
  }
}
