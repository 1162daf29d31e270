package io.sparkoptimizer.core.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkoptimizer.ShapeSearch;
import io.sparkoptimizer.Workload;
import io.sparkoptimizer.Workload.Shape;
import io.sparkoptimizer.Workload.Trial;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShapeSearcherTest {
  private static ShapeSearch ask(List<Trial> trials, List<Workload> history) {
    return ShapeSearcher.next(new ShapeSearch.Query(
        Planted.fresh(trials), Planted.shapes(), history, ShapeSearch.RUNS_TO_COME));
  }

  /** The search to its end, of a job that needs so much memory. */
  private static List<Trial> search(long neededMb, List<Workload> history) {
    List<Trial> trials = new ArrayList<>();
    ShapeSearch answer = ask(trials, history);
    while (answer.next().isPresent()) {
      trials.add(Planted.trial(answer.next().get(), 2, neededMb));
      answer = ask(trials, history);
    }
    return trials;
  }

  @Test
  void next_noTrial_isCheapestOnAverageOverOtherPrograms() {
    ShapeSearch answer = ask(List.of(), Planted.programs());
    // 8 x 32 GiB is the smallest that fits all three.
    assertThat(answer.next()).contains(Planted.shape(8, 32_768));
    assertThat(answer.best()).isEqualTo(answer.next());
    assertThat(answer.costRatio()).isEmpty();
    assertThat(answer.reason())
        .isEqualTo("8 x 4 cores, 32768 MiB has the lowest expected cost, a failure counted as 10"
            + " times the cheapest, by 3 workloads of 3 other programs; it fails with a probability"
            + " of 16 %.");
  }

  @ParameterizedTest
  @ValueSource(longs = {16_000, 60_000, 120_000, 250_000})
  void search_plantedOptimum_isFoundAndThenItStops(long neededMb) {
    double least = Planted.program("fresh", 2, neededMb).trials().stream()
        .flatMapToDouble(trial -> trial.cost().stream())
        .min()
        .orElseThrow();
    List<Trial> trials = search(neededMb, Planted.programs());
    assertThat(trials.size()).isBetween(2, 10);
    assertThat(trials.stream()
            .flatMapToDouble(trial -> trial.cost().stream())
            .min()
            .orElseThrow())
        .isLessThanOrEqualTo(1.1 * least);
    ShapeSearch end = ask(trials, Planted.programs());
    assertThat(end.next()).isEmpty();
    assertThat(end.best()).isPresent();
    assertThat(end.reason()).startsWith("Another trial is not worth its cost: ");
  }

  @Test
  void next_shapesThatFailed_areNeverTriedAgain() {
    List<Trial> trials = new ArrayList<>();
    for (int i = 0; i < Planted.shapes().size(); i++) {
      Shape next = ask(trials, Planted.programs()).next().orElseThrow();
      trials.add(new Trial(next, OptionalDouble.empty()));
    }
    assertThat(new HashSet<>(trials)).hasSize(Planted.shapes().size());
    ShapeSearch end = ask(trials, Planted.programs());
    assertThat(end.next()).isEmpty();
    assertThat(end.best()).isEmpty();
    assertThat(end.reason()).isEqualTo("Every candidate was tried.");
  }

  @Test
  void next_afterAFailure_asksForMoreMemory() {
    Shape little = Planted.shape(4, 16_384);
    ShapeSearch answer =
        ask(List.of(new Trial(little, OptionalDouble.empty())), Planted.programs());
    Shape next = answer.next().orElseThrow();
    assertThat(next.instances() * next.memoryMbPerInstance().orElseThrow())
        .isGreaterThan(4 * 16_384L);
    assertThat(answer.best()).isEqualTo(answer.next());
  }

  @Test
  void next_moreRunsToCome_triesMore() {
    List<Trial> trials = search(60_000, Planted.programs());
    ShapeSearch.Query longer = new ShapeSearch.Query(
        Planted.fresh(trials), Planted.shapes(), Planted.programs(), 1_000_000);
    assertThat(ShapeSearcher.next(longer).next()).isPresent();
  }

  @Test
  void next_candidatesAndHistoryInAnyOrder_isTheSame() {
    long seed = 11;
    Random random = new Random(seed);
    List<Trial> trials = List.of(Planted.trial(Planted.shape(8, 32_768), 2, 60_000));
    ShapeSearch first = ask(trials, Planted.programs());
    for (int i = 0; i < 10; i++) {
      List<Shape> candidates = new ArrayList<>(Planted.shapes());
      Collections.shuffle(candidates, random);
      assertThat(ShapeSearcher.next(new ShapeSearch.Query(
              Planted.fresh(trials), candidates, Planted.programs(), ShapeSearch.RUNS_TO_COME)))
          .as("seed %d", seed)
          .isEqualTo(first);
    }
  }

  @Test
  void next_workloadsOfTheSameProgram_areNotUsed() {
    List<Workload> history = new ArrayList<>(Planted.programs());
    history.add(new Workload(
        "fresh",
        "larger input",
        Optional.empty(),
        Planted.program("x", 1, 500_000).trials()));
    assertThat(ask(List.of(), history)).isEqualTo(ask(List.of(), Planted.programs()));
  }

  @Test
  void next_programsOfTheSameClass_countMore() {
    Workload fresh = new Workload("fresh", "", Optional.of("light"), List.of());
    List<Workload> history = Planted.programs().stream()
        .map(one -> new Workload(
            one.job(),
            one.context(),
            Optional.of(one.job().equals("small") ? "light" : "heavy"),
            one.trials()))
        .toList();
    Shape next = ShapeSearcher.next(
            new ShapeSearch.Query(fresh, Planted.shapes(), history, ShapeSearch.RUNS_TO_COME))
        .next()
        .orElseThrow();
    assertThat(next.instances()).isLessThan(8);
  }

  @Test
  void next_noHistory_beginsInTheMiddleAndStillFindsTheOptimum() {
    ShapeSearch answer = ask(List.of(), List.of());
    assertThat(answer.next()).contains(Planted.shape(8, 16_384));
    assertThat(answer.reason())
        .isEqualTo("8 x 4 cores, 16384 MiB lies in the middle of the candidates; no other program"
            + " is known.");
    assertThat(search(16_000, List.of()))
        .extracting(Trial::shape)
        .contains(Planted.shape(2, 8_192));
  }

  @Test
  void next_trialOutsideTheCandidates_countsAndIsNotProposed() {
    List<Shape> candidates =
        Planted.shapes().stream().filter(shape -> shape.instances() > 2).toList();
    Trial elsewhere = Planted.trial(Planted.shape(2, 32_768), 2, 16_000);
    ShapeSearch answer = ShapeSearcher.next(new ShapeSearch.Query(
        Planted.fresh(List.of(elsewhere)),
        candidates,
        Planted.programs(),
        ShapeSearch.RUNS_TO_COME));
    assertThat(answer.best()).contains(elsewhere.shape());
    answer.next().ifPresent(next -> assertThat(candidates).contains(next));
  }

  @Test
  void query_shapeTwice_isRefused() {
    Shape shape = Planted.shape(2, 8_192);
    assertThatThrownBy(() ->
            new ShapeSearch.Query(Planted.fresh(List.of()), List.of(shape, shape), List.of(), 1))
        .hasMessage("candidates must be one shape or more, each once, was 2");
    Trial trial = new Trial(shape, OptionalDouble.of(1));
    assertThatThrownBy(() -> Planted.fresh(List.of(trial, trial)))
        .hasMessage(
            "a workload has one trial of each shape; fresh has more of 2 x 4 cores, 8192 MiB:"
                + " give their median cost");
  }
}
