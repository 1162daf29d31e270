package io.sparkoptimizer.core.budget;

import io.sparkoptimizer.core.container.MemoryRule;
import io.sparkoptimizer.spark.ApplicationRun;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * The heaps in which a job went well, and those of them in which it had too little though nothing died:
 * its tasks spilled, recomputed what was evicted, or waited for the collector, more than in a larger heap.
 */
public final class HeapHistory {
  /** A collector that takes so much more of the run time than in a larger heap lacks heap. */
  private static final double GC_RISE = 0.03;

  /** Effort or time over that of a larger heap from which a heap is too small: within 1.2 of the best is the aim. */
  private static final double SLOWER = 1.15;

  private final NavigableMap<Long, List<HeapNeed.Seen>> all;
  private final NavigableMap<Long, List<HeapNeed.Seen>> calm = new TreeMap<>();

  private HeapHistory(NavigableMap<Long, List<HeapNeed.Seen>> all) {
    this.all = all;
    all.forEach((heap, runs) -> {
      long tooSmall = runs.stream().filter(this::lacked).count();
      if (2 * tooSmall < runs.size()) {
        calm.put(heap, runs);
      }
    });
  }

  /** Of runs that went well, with as many concurrent tasks as are asked about; those without a peak tell nothing. */
  public static HeapHistory of(Collection<HeapNeed.Seen> runs) {
    NavigableMap<Long, List<HeapNeed.Seen>> all = new TreeMap<>();
    for (HeapNeed.Seen seen : runs) {
      if (seen.peakMb().isPresent()) {
        all.computeIfAbsent(seen.heapMb(), heap -> new ArrayList<>()).add(seen);
      }
    }
    return new HeapHistory(all);
  }

  public boolean isEmpty() {
    return all.isEmpty();
  }

  /** What heaps tell that had enough; empty where none had. */
  public Optional<HeapNeed> need() {
    return HeapNeed.of(calm.values().stream().flatMap(List::stream).toList());
  }

  /** What heaps above one tell. */
  public HeapHistory above(long heapMb) {
    return new HeapHistory(all.tailMap(heapMb, false));
  }

  /** Whether any run had just this heap. */
  public boolean has(long heapMb) {
    return all.containsKey(heapMb);
  }

  /** Whether this heap made the collector less busy than the next smaller one, if one is known. */
  public boolean helped(long heapMb) {
    Map.Entry<Long, List<HeapNeed.Seen>> smaller = all.lowerEntry(heapMb);
    return smaller == null
        || smaller.getValue().stream()
                .mapToDouble(seen -> MemoryRule.gcShare(seen.run()))
                .min()
                .orElse(0)
            >= MemoryRule.gcShare(runs(heapMb).get(0)) + GC_RISE;
  }

  /** Whether most runs with this heap had too little; where none had this heap, whether all had. */
  public boolean isTooSmall(long heapMb) {
    return calm.isEmpty() || (all.containsKey(heapMb) && !calm.containsKey(heapMb));
  }

  /** Runs with this heap; where there are none, those with the largest. */
  public List<ApplicationRun> runs(long heapMb) {
    return all.getOrDefault(heapMb, all.lastEntry().getValue()).stream()
        .map(HeapNeed.Seen::run)
        .toList();
  }

  /** The smallest heap above this one that had enough. */
  public OptionalLong enoughAbove(long heapMb) {
    Long enough = calm.higherKey(heapMb);
    return enough == null ? OptionalLong.empty() : OptionalLong.of(enough);
  }

  /** The largest heap below all that had enough; 0 where there is none. */
  public long tooSmallMb() {
    Long largest = calm.isEmpty() ? null : all.lowerKey(calm.firstKey());
    return largest == null ? 0 : largest;
  }

  /**
   * Whether more heap would have helped. What processors and collectors did must have grown since a larger
   * heap: what is as busy there is busy for another reason. With no larger heap spilling tells, and a busy
   * collector in a full heap.
   */
  private boolean lacked(HeapNeed.Seen seen) {
    ApplicationRun run = seen.run();
    List<ApplicationRun> larger = all.tailMap(seen.heapMb(), false).values().stream()
        .flatMap(List::stream)
        .map(HeapNeed.Seen::run)
        .filter(other -> HeapNeed.isAlike(run, other))
        .toList();
    double share = MemoryRule.gcShare(run);
    // A busy collector in a heap that has room copies what lives: more heap is no remedy.
    boolean full = HeapNeed.of(List.of(seen)).orElseThrow().enoughMb() >= seen.heapMb();
    boolean busy = full && share >= MemoryRule.GC_BUSY;
    if (larger.isEmpty()) {
      return busy || MemoryRule.spills(run);
    }
    boolean collects =
        busy && larger.stream().allMatch(other -> MemoryRule.gcShare(other) <= share - GC_RISE);
    return collects
        || isMore(run, larger, MemoryRule::effortMs)
        || (MemoryRule.spills(run) && isMore(run, larger, MemoryRule::runTimeMs));
  }

  /** Whether it took more than the median of others. */
  private static boolean isMore(
      ApplicationRun run, List<ApplicationRun> others, ToDoubleFunction<ApplicationRun> measure) {
    double[] sorted = others.stream().mapToDouble(measure).sorted().toArray();
    return measure.applyAsDouble(run) > SLOWER * sorted[sorted.length / 2];
  }
}
