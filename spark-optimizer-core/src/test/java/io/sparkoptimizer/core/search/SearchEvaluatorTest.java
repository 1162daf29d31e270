package io.sparkoptimizer.core.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.SearchEvaluation;
import io.sparkoptimizer.SearchEvaluation.Row;
import io.sparkoptimizer.SearchEvaluation.Score;
import io.sparkoptimizer.Workload;
import io.sparkoptimizer.Workload.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class SearchEvaluatorTest {
  private static SearchEvaluation evaluate(List<Workload> workloads, int budget, long seed) {
    return SearchEvaluator.evaluate(
        new SearchEvaluation.Query(workloads, workloads, budget, 50, seed),
        SearchEvaluation.Progress.NONE);
  }

  private static Score baseline(SearchEvaluation evaluation, String name) {
    return Objects.requireNonNull(evaluation.baselines().get(name));
  }

  @Test
  void evaluate_equalSeeds_areEqualAndOthersDrawOtherwise() {
    SearchEvaluation one = evaluate(Planted.programs(), 10, 3);
    assertThat(evaluate(Planted.programs(), 10, 3)).isEqualTo(one);
    SearchEvaluation other = evaluate(Planted.programs(), 10, 4);
    assertThat(other.overall()).isEqualTo(one.overall());
    assertThat(baseline(other, "random")).isNotEqualTo(baseline(one, "random"));
    assertThat(baseline(other, "ranking")).isEqualTo(baseline(one, "ranking"));
  }

  @Test
  void evaluate_everyWorkload_isNeverWorseWithMoreTrialsAndEndsAtTheOptimum() {
    SearchEvaluation evaluation = evaluate(Planted.programs(), 15, 0);
    assertThat(evaluation.workloads())
        .extracting(Row::job)
        .containsExactly("large", "middle", "small");
    for (Row row : evaluation.workloads()) {
      List<Double> costs = row.score().costAfter();
      assertThat(costs).hasSize(16);
      assertThat(costs.get(1)).isEqualTo(costs.get(0));
      for (int runs = 2; runs <= 15; runs++) {
        assertThat(costs.get(runs)).isLessThanOrEqualTo(costs.get(runs - 1));
      }
      assertThat(costs.get(15)).isEqualTo(1);
    }
    // Every shape was tried, so that all of the failures were.
    double failed = Planted.programs().stream()
        .flatMap(one -> one.trials().stream())
        .filter(trial -> !trial.completed())
        .count();
    assertThat(evaluation.overall().failedShare()).isCloseTo(failed / 45, within(1e-12));
    assertThat(baseline(evaluation, "random").failedShare()).isCloseTo(failed / 45, within(1e-12));
  }

  @Test
  void evaluate_overall_isTheMeanOfWorkloads() {
    SearchEvaluation evaluation = evaluate(Planted.programs(), 5, 0);
    for (int runs = 0; runs <= 5; runs++) {
      int after = runs;
      assertThat(evaluation.overall().costAfter().get(runs))
          .isCloseTo(
              evaluation.workloads().stream()
                  .mapToDouble(row -> row.score().costAfter().get(after))
                  .average()
                  .orElseThrow(),
              within(1e-12));
    }
  }

  @Test
  void ranking_meanOfOtherPrograms_decidesTheOrder() {
    // The other programs cost least on 32 nodes; "odd" fails there.
    Workload odd = workload("odd", OptionalDouble.of(2), OptionalDouble.empty());
    Workload one = workload("one", OptionalDouble.of(3), OptionalDouble.of(1));
    Workload two = workload("two", OptionalDouble.of(4), OptionalDouble.of(2));
    SearchEvaluation evaluation = SearchEvaluator.evaluate(
        new SearchEvaluation.Query(List.of(odd), List.of(odd, one, two), 2, 1, 0),
        SearchEvaluation.Progress.NONE);
    Score ranking = baseline(evaluation, "ranking");
    assertThat(ranking.costAfter()).containsExactly(10.0, 10.0, 1.0);
    assertThat(ranking.failedShare()).isEqualTo(0.5);
    assertThat(ranking.runsTo11()).hasValue(2);
    assertThat(ranking.stoppedAfter()).isEmpty();
    assertThat(evaluation.overall().costAfter().get(0)).isEqualTo(10);
  }

  private static Workload workload(String job, OptionalDouble few, OptionalDouble many) {
    return new Workload(
        job,
        "",
        Optional.empty(),
        List.of(
            new Trial(Planted.shape(2, 8_192), few), new Trial(Planted.shape(32, 8_192), many)));
  }

  @Test
  void evaluate_workloadsThatTellNothing_areCounted() {
    List<Workload> workloads = new ArrayList<>(Planted.programs());
    workloads.add(workload("dead", OptionalDouble.empty(), OptionalDouble.empty()));
    SearchEvaluation evaluation = evaluate(workloads, 3, 0);
    assertThat(evaluation.notTested()).containsOnlyKeys("no_completed_shape");
    assertThat(evaluation.workloads()).hasSize(3);
    SearchEvaluation alone = evaluate(Planted.programs().subList(0, 1), 3, 0);
    assertThat(alone.notTested()).containsEntry("no_other_program", 1);
    assertThat(alone.workloads()).isEmpty();
    assertThat(alone.overall().costAfter()).containsOnly(Double.NaN);
    assertThat(alone.overall().failedShare()).isNaN();
  }

  @Test
  void evaluate_shapesThatHistoryDoesNotHave_areSearchedAllTheSame() {
    List<Workload> history = Planted.programs().stream()
        .map(one -> new Workload(
            one.job(),
            "",
            Optional.empty(),
            one.trials().stream().filter(t -> t.shape().instances() != 8).toList()))
        .toList();
    SearchEvaluation evaluation = SearchEvaluator.evaluate(
        new SearchEvaluation.Query(List.of(Planted.program("new", 2, 60_000)), history, 15, 1, 0),
        SearchEvaluation.Progress.NONE);
    assertThat(evaluation.overall().costAfter().get(15)).isEqualTo(1);
    assertThat(evaluation.overall().runsTo12()).isPresent();
  }

  @Test
  void progress_everyWorkload_isTold() {
    List<Long> told = new ArrayList<>();
    SearchEvaluator.evaluate(
        new SearchEvaluation.Query(Planted.programs(), Planted.programs(), 1, 1, 0),
        (done, expected) -> told.add(10 * done + expected));
    assertThat(told).containsExactly(13L, 23L, 33L);
  }
}
