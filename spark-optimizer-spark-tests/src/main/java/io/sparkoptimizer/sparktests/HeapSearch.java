package io.sparkoptimizer.sparktests;

import io.sparkoptimizer.sparktests.MemoryRun.Outcome;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Where the smallest heap lies that a job can live with, as far as its runs tell, and which run tells more: a bisection of the logarithm.
 *
 * <p>A heap is viable if every run with it ended, and the fastest took at most {@value #VIABLE} times what the job's best run took, with
 * whatever heap. The smallest viable one is above all that a run died of, or crawled with: a job may live by luck with less. A run so little too slow that the machine's own noise may have decided is made again, and so is the run with the heap that is found.
 */
final class HeapSearch {

  /** How much longer than its best run a job may take. */
  static final double VIABLE = 1.2;

  /** Largest ratio of the smallest viable heap to the largest that fails, where the search ends. */
  static final double TOLERANCE = 1.08;

  /** Less than this Spark hardly starts with (450 MiB). */
  static final int FLOOR_MB = 512;

  /** Several times what any of the jobs needs. */
  static final int AMPLE_MB = 8192;

  private static final int STEP_MB = 8;
  private static final double SURELY_NOT = 1.4;
  private static final int TRIES = 2;

  private final List<MemoryRun> runs;
  private final int likely;
  private final OptionalLong best;
  private final TreeMap<Integer, List<MemoryRun>> byHeap;
  private final int failing;
  private final boolean failingKnown;
  private final OptionalInt viable;

  /**
   * A search as far as it has come.
   *
   * @param runs all runs of one point
   * @param failingWithLess the largest heap that fails with a smaller input, and so with this one
   * @param likely a heap that should be viable, in MiB
   */
  HeapSearch(List<MemoryRun> runs, OptionalInt failingWithLess, int likely) {
    this.runs = List.copyOf(runs);
    this.likely = rounded(likely);
    best = runs.stream()
        .filter(run -> run.outcome().isEnded())
        .mapToLong(MemoryRun::workMillis)
        .min();
    byHeap = runs.stream()
        .collect(Collectors.groupingBy(MemoryRun::heapMb, TreeMap::new, Collectors.toList()));
    int lost = Math.max(
        byHeap.keySet().stream()
            .filter(this::isLost)
            .mapToInt(Integer::intValue)
            .max()
            .orElse(0),
        failingWithLess.orElse(0));
    viable = byHeap.keySet().stream()
        .mapToInt(Integer::intValue)
        .filter(heap -> heap > lost && isFast(heap))
        .min();
    // Slow with more than is viable is the machine's doing, or that of the pages of a larger heap.
    int slow = byHeap.keySet().stream()
        .mapToInt(Integer::intValue)
        .filter(heap -> !isFast(heap) && heap < viable.orElse(Integer.MAX_VALUE))
        .max()
        .orElse(0);
    failingKnown = Math.max(lost, slow) > 0;
    failing = failingKnown ? Math.max(lost, slow) : FLOOR_MB;
  }

  /** The heap of the next run, in MiB; empty when the smallest viable one is found. */
  OptionalInt next() {
    for (int heap : new int[] {AMPLE_MB, likely}) {
      if (!byHeap.containsKey(heap)) {
        return OptionalInt.of(heap);
      }
    }
    if (byHeap.containsKey(failing) && isUnsure(failing)) {
      return OptionalInt.of(failing);
    }
    if (viable.isEmpty()) {
      throw new IllegalStateException(
          runs.get(0).point().label() + " is not viable with " + AMPLE_MB + " MiB either: " + runs);
    }
    int smallest = viable.getAsInt();
    int middle = rounded(Math.sqrt((double) failing * smallest));
    if (smallest > TOLERANCE * failing && middle > failing && middle < smallest) {
      return OptionalInt.of(middle);
    }
    if (!failingKnown && smallest > FLOOR_MB) {
      return OptionalInt.of(FLOOR_MB);
    }
    return runsWith(smallest).size() < 2 ? viable : OptionalInt.empty();
  }

  /** The smallest heap that is viable and above all that fail, in MiB; at most this where {@link #largestFailingMb} is empty. */
  OptionalInt smallestViableMb() {
    return viable;
  }

  /** The largest heap that fails, with this input or a smaller one, in MiB; empty where all that were tried are viable. */
  OptionalInt largestFailingMb() {
    return failingKnown ? OptionalInt.of(failing) : OptionalInt.empty();
  }

  /** Work of the best run, in ms; empty where none ended well. */
  OptionalLong bestMillis() {
    return best;
  }

  /** The runs, each with its outcome beside the best one. */
  List<MemoryRun> judged() {
    return runs.stream()
        .map(run -> run.outcome().isEnded()
            ? run.as(ratio(run.workMillis()) <= VIABLE ? Outcome.OK : Outcome.SLOW)
            : run)
        .toList();
  }

  private boolean isLost(int heap) {
    return runsWith(heap).stream().anyMatch(run -> !run.outcome().isEnded());
  }

  private boolean isFast(int heap) {
    return fastest(runsWith(heap)).stream().anyMatch(millis -> ratio(millis) <= VIABLE);
  }

  /** Whether runs were so little too slow that another one may differ. */
  private boolean isUnsure(int heap) {
    List<MemoryRun> tried = runsWith(heap);
    OptionalLong fastest = fastest(tried);
    return tried.size() < TRIES
        && !isLost(heap)
        && fastest.isPresent()
        && ratio(fastest.getAsLong()) > VIABLE
        && ratio(fastest.getAsLong()) < SURELY_NOT;
  }

  private List<MemoryRun> runsWith(int heap) {
    return byHeap.getOrDefault(heap, List.of());
  }

  private static OptionalLong fastest(List<MemoryRun> tried) {
    return tried.stream()
        .filter(run -> run.outcome().isEnded())
        .mapToLong(MemoryRun::workMillis)
        .min();
  }

  private double ratio(long millis) {
    return (double) millis / best.orElse(millis);
  }

  private static int rounded(double mb) {
    return (int) Math.round(mb / STEP_MB) * STEP_MB;
  }
}
