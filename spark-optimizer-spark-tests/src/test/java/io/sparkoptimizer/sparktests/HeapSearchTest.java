package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkoptimizer.sparktests.MemoryRun.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class HeapSearchTest {

  private static final MemoryPoint POINT = new MemoryPoint(MemoryPoint.Job.SEEN_KEYS, 100);
  private static final MemoryRun DIED = run(Outcome.DIED, 0);

  @Test
  void search_jobThatDies_endsJustAboveWhereItDies() {
    HeapSearch found = search(heap -> heap < 1000 ? DIED : run(Outcome.OK, 6000));

    assertThat(found.smallestViableMb().orElseThrow()).isBetween(1000, 1080);
    assertThat(found.largestFailingMb().orElseThrow()).isBetween(920, 999);
    assertThat(found.bestMillis()).hasValue(6000);
  }

  @Test
  void search_found_hasRunItsHeapTwice() {
    List<MemoryRun> runs = new ArrayList<>();
    HeapSearch found = search(heap -> heap < 1000 ? DIED : run(Outcome.OK, 6000), runs);

    assertThat(runs)
        .filteredOn(run -> OptionalInt.of(run.heapMb()).equals(found.smallestViableMb()))
        .hasSize(2);
    assertThat(runs).hasSizeLessThan(12);
  }

  @Test
  void search_jobThatGetsSlow_endsWhereItTakesAFifthMore() {
    // 1.2 times the 5 s of ample heaps with 1,500 MiB
    HeapSearch found = search(heap -> run(Outcome.OK, heap >= 1500 ? 5000 : 6100 + 1500 - heap));

    assertThat(found.smallestViableMb().orElseThrow()).isBetween(1500, 1620);
    assertThat(found.judged()).extracting(MemoryRun::outcome).contains(Outcome.OK, Outcome.SLOW);
  }

  @Test
  void search_jobThatLivedByLuckWithLess_goesByTheLargestHeapThatItDiedOf() {
    HeapSearch found =
        search(heap -> heap < 900 || (heap > 1200 && heap < 1600) ? DIED : run(Outcome.OK, 6000));

    assertThat(found.smallestViableMb().orElseThrow()).isBetween(1600, 1728);
  }

  @Test
  void next_runNearTheLimit_isMadeOnceMore() {
    List<MemoryRun> runs = new ArrayList<>(List.of(
        at(8192, 1, run(Outcome.OK, 5000)),
        at(4096, 1, run(Outcome.OK, 5000)),
        at(1448, 1, run(Outcome.OK, 6200))));

    assertThat(new HeapSearch(runs, OptionalInt.empty(), 4096).next()).hasValue(1448);

    runs.add(at(1448, 2, run(Outcome.OK, 5700)));
    HeapSearch decided = new HeapSearch(runs, OptionalInt.empty(), 4096);
    assertThat(decided.smallestViableMb()).hasValue(1448);
    assertThat(decided.next()).hasValue(864);
  }

  @Test
  void search_slowWithMoreThanIsViable_goesOnBelow() {
    List<MemoryRun> runs = List.of(
        at(8192, 1, run(Outcome.OK, 9000)),
        at(4096, 1, run(Outcome.OK, 5000)),
        at(1448, 1, run(Outcome.OK, 5000)));

    HeapSearch search = new HeapSearch(runs, OptionalInt.empty(), 4096);

    assertThat(search.smallestViableMb()).hasValue(1448);
    assertThat(search.next()).hasValue(864);
  }

  @Test
  void next_deathNearTheLimit_isNotTriedAway() {
    List<MemoryRun> runs = List.of(
        at(8192, 1, run(Outcome.OK, 5000)),
        at(4096, 1, run(Outcome.OK, 5000)),
        at(1448, 1, run(Outcome.OK, 5600)),
        at(1448, 2, DIED));

    HeapSearch search = new HeapSearch(runs, OptionalInt.empty(), 4096);

    assertThat(search.largestFailingMb()).hasValue(1448);
    assertThat(search.next()).hasValue(2432);
  }

  @Test
  void search_failingWithASmallerInput_isNotTried() {
    List<MemoryRun> runs = new ArrayList<>();
    while (new HeapSearch(runs, OptionalInt.of(1400), 3000).next().isPresent()) {
      int heap = new HeapSearch(runs, OptionalInt.of(1400), 3000).next().getAsInt();
      runs.add(at(heap, 1 + runs.size(), heap < 2000 ? DIED : run(Outcome.OK, 6000)));
    }

    assertThat(runs).extracting(MemoryRun::heapMb).allMatch(heap -> heap > 1400);
  }

  @Test
  void search_nothingFails_triesTheSmallestHeapAtLast() {
    HeapSearch found = search(heap -> run(Outcome.OK, 6000));

    assertThat(found.smallestViableMb()).hasValue(HeapSearch.FLOOR_MB);
    assertThat(found.largestFailingMb()).isEmpty();
  }

  @Test
  void next_ampleHeapFails_saysSo() {
    List<MemoryRun> runs = List.of(at(8192, 1, DIED), at(4096, 1, DIED));

    assertThatThrownBy(() -> new HeapSearch(runs, OptionalInt.empty(), 4096).next())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("seen_keys-x1 is not viable with 8192 MiB either");
  }

  private static HeapSearch search(IntFunction<MemoryRun> outcome) {
    return search(outcome, new ArrayList<>());
  }

  private static HeapSearch search(IntFunction<MemoryRun> outcome, List<MemoryRun> runs) {
    HeapSearch search = new HeapSearch(runs, OptionalInt.empty(), 4096);
    for (OptionalInt heap = search.next(); heap.isPresent(); heap = search.next()) {
      runs.add(at(heap.getAsInt(), 1 + runs.size(), outcome.apply(heap.getAsInt())));
      search = new HeapSearch(runs, OptionalInt.empty(), 4096);
    }
    return search;
  }

  private static MemoryRun run(Outcome outcome, long workMillis) {
    return new MemoryRun(
        POINT, 0, "bisect", 1, outcome, workMillis, workMillis, 0, 0, 0, 4, "app-1");
  }

  private static MemoryRun at(int heapMb, int repeat, MemoryRun run) {
    return new MemoryRun(
        POINT,
        heapMb,
        run.role(),
        repeat,
        run.outcome(),
        run.workMillis(),
        run.appMillis(),
        0,
        0,
        0,
        4,
        "app-1");
  }
}
