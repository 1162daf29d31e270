package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.core.budget.MemoryEvidence;
import io.sparkoptimizer.core.budget.MemoryPart;
import io.sparkoptimizer.core.container.Containers;
import io.sparkoptimizer.core.container.MemoryRule;
import io.sparkoptimizer.core.recommend.MemoryPast.Seen;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What lies beside the executors' heap: overhead, off-heap memory and Python's own. Each grows after a
 * death that was its, and shrinks in guarded steps where it was seen how much of it is used, while the heap
 * stays as it is: one part changes at a time.
 */
final class BesideHeapPlan {
  /** Steps smaller than this are not worth a change. */
  private static final double WORTH = 0.95;

  /** What stays above a peak of memory that is not collected: samples miss short peaks. */
  private static final double MARGIN = 1.25;

  /** Share of a container from which it is nearly full, and what it gets over what it held. */
  static final double FULL = 0.95;

  private static final double ROOM = 1.1;

  private static final long LEAST_PYTHON_MB = 1024;

  /** Workers that were seen to use more than this times their limit were not held by it. */
  private static final int MOST_PYTHON = 2;

  private static final String TREE = "peak_process_tree_jvm_rss_bytes";

  private final MemoryPast past;
  private final Setup current;
  private final MemoryNotes notes;
  private final HeapPlan heap;
  long overheadMb;
  long offHeapMb;
  long pysparkMb;
  boolean urgent;

  BesideHeapPlan(MemoryPast past, HeapPlan heap, MemoryNotes notes) {
    this.past = past;
    this.heap = heap;
    this.notes = notes;
    current = past.current();
    overheadMb = current.overheadMb();
    offHeapMb = current.offHeapMb();
    pysparkMb = current.pysparkMb();
    if (pysparkMb > 0) {
      python();
    }
    if (offHeapMb > 0) {
      offHeap();
    }
    if (Containers.hasContainers(current.platform()) && current.heapKnown()) {
      overhead();
    }
  }

  private void overhead() {
    List<Seen> python = past.deaths(past.recent(), Cause.PYTHON);
    List<Seen> kills = kills(past.recent());
    boolean diedAsItIs = kills.stream()
        .map(Seen::had)
        .anyMatch(had -> had.overheadMb() >= current.overheadMb()
            && had.slotsPerExecutor() <= current.slotsPerExecutor());
    boolean locked = past.isLocked(MemoryPlan.OVERHEAD);
    if (diedAsItIs) {
      urgent |= !locked;
      long died = Math.max(overheadMb, MemoryPast.mostMb(kills, Setup::overheadMb));
      long to = locked ? overheadMb : MemoryRule.raisedOverheadMb(died);
      notes.deaths(
          MemoryPlan.OVERHEAD,
          overheadMb + "m",
          to + "m",
          "memory_failures_container",
          kills,
          locked
              ? past.whyLocked(MemoryPlan.OVERHEAD) + ", though the container was killed"
              : python.isEmpty() || current.pysparkMb() > 0
                  ? "the container's limit killed it, not the heap"
                  : "Python workers ran out of memory, and live in the overhead");
      overheadMb = to;
      return;
    }
    if (!locked && heap.heapMb > current.heapMb()) {
      long to = Math.max(overheadMb, current.defaultOverheadMb(heap.heapMb));
      notes.size(
          MemoryPlan.OVERHEAD,
          overheadMb,
          to,
          "memory_failures_container",
          (double) kills.size(),
          0.0,
          past.runs(),
          to > overheadMb
              ? "the platform's default for the larger heap"
              : "kept: enough for the larger heap");
      overheadMb = to;
      return;
    }
    OptionalLong used = past.besideHeapMb(current.pysparkMb() == 0);
    OptionalLong process = past.processMb();
    Containers.Limit limit = Containers.limit(current.conf(), current.platform());
    boolean limited = limit != Containers.Limit.NONE;
    if (limited && !locked && process.orElse(0) > FULL * current.memoryMb()) {
      // Where no run was held to a limit, what it had beside its heap is no measure of a step.
      double most = limit == Containers.Limit.HARD && past.wasNotHeld()
          ? Double.MAX_VALUE
          : MemoryRule.RAISE * overheadMb;
      long wanted = MemoryRule.upMb(
          Math.min(most, ROOM * process.getAsLong() - (current.memoryMb() - overheadMb)));
      long to = Math.max(overheadMb, wanted);
      notes.peak(
          past.evidence(MemoryPart.OVERHEAD),
          MemoryPlan.OVERHEAD,
          overheadMb,
          to,
          TREE,
          process.getAsLong(),
          FULL * current.memoryMb(),
          past.runs(),
          "the container was nearly full, and what is beyond is killed: a tenth more than it held");
      overheadMb = to;
      return;
    }
    if (used.isEmpty()) {
      String advice = past.evidence(MemoryPart.OVERHEAD).advice();
      notes.size(
          MemoryPlan.OVERHEAD,
          overheadMb,
          overheadMb,
          TREE,
          null,
          null,
          past.runs(),
          "kept" + (advice.isEmpty() ? "" : ": " + advice));
      return;
    }
    overheadMb = towards(
        MemoryPart.OVERHEAD,
        MemoryPlan.OVERHEAD,
        overheadMb,
        TREE,
        used.getAsLong(),
        Math.max(
            current.defaultOverheadMb(heap.heapMb),
            past.leastMb(kills(past.all()), Setup::overheadMb)),
        false);
  }

  /** Deaths of what lives in the overhead: without a limit of their own, Python workers do. */
  private List<Seen> kills(List<Seen> among) {
    return Stream.concat(
            past.deaths(among, Cause.CONTAINER).stream(),
            current.pysparkMb() > 0 ? Stream.empty() : past.deaths(among, Cause.PYTHON).stream())
        .distinct()
        .toList();
  }

  private void offHeap() {
    OptionalLong used = past.offHeapMb();
    MemoryEvidence known = past.evidence(MemoryPart.OFF_HEAP);
    if (used.isEmpty() || !known.isTrusted()) {
      notes.size(
          MemoryPlan.OFF_HEAP,
          offHeapMb,
          offHeapMb,
          "peak_off_heap_execution_bytes",
          null,
          null,
          past.runs(),
          "kept: " + known.advice());
      return;
    }
    if (past.runs().stream().anyMatch(MemoryRule::spills)) {
      notes.peak(
          known,
          MemoryPlan.OFF_HEAP,
          offHeapMb,
          offHeapMb,
          "peak_off_heap_execution_bytes",
          used.getAsLong(),
          offHeapMb,
          past.runs(),
          "kept: tasks spill");
      return;
    }
    offHeapMb = towards(
        MemoryPart.OFF_HEAP,
        MemoryPlan.OFF_HEAP,
        offHeapMb,
        "peak_off_heap_execution_bytes",
        used.getAsLong(),
        MemoryRule.GRAIN_MB,
        false);
  }

  /**
   * One step from what a part has to what its peak asks for.
   *
   * @param leastMb it does not shrink below this
   * @param grows whether a part that is nearly full may grow: where its limit kills
   */
  private long towards(
      MemoryPart part,
      String property,
      long fromMb,
      String metric,
      long peakMb,
      double leastMb,
      boolean grows) {
    double wanted = Math.max(leastMb, MARGIN * peakMb);
    String why;
    long to = fromMb;
    if (past.isLocked(property)) {
      why = past.whyLocked(property);
    } else if (MARGIN * peakMb > fromMb) {
      to = grows ? MemoryRule.upMb(Math.min(MARGIN * peakMb, MemoryRule.RAISE * fromMb)) : fromMb;
      why = grows
          ? "it was nearly full, and what is beyond is killed: the peak with a quarter more"
          : "kept: the peak needs it";
    } else if (wanted > WORTH * fromMb) {
      why = "kept: the peak with a quarter more, or the platform's default, needs it";
    } else if (heap.heapMb != current.heapMb()) {
      why = "kept beside another heap: one part changes at a time";
    } else if (!past.isSampled(part)) {
      why = "kept: too few samples for less";
    } else {
      String kept = past.whyNoStepDown(property);
      to = kept == null ? Math.min(fromMb, MemoryRule.steppedDownMb(fromMb, wanted)) : fromMb;
      why = kept == null
          ? "the peak with a quarter more fits; a step takes at most "
              + Words.percent(MemoryRule.STEP)
          : kept;
    }
    notes.peak(past.evidence(part), property, fromMb, to, metric, peakMb, wanted, past.runs(), why);
    return to;
  }

  private void python() {
    List<Seen> died = past.deaths(past.recent(), Cause.PYTHON);
    boolean diedAsItIs = died.stream()
        .map(Seen::had)
        .anyMatch(had ->
            had.pysparkMb() >= pysparkMb && had.slotsPerExecutor() <= current.slotsPerExecutor());
    OptionalLong used = past.pythonMb();
    if (diedAsItIs && !past.isLocked(MemoryPlan.PYSPARK)) {
      urgent = true;
      long least = Math.max(pysparkMb, MemoryPast.mostMb(died, Setup::pysparkMb));
      long held = Math.max(least, Math.min(used.orElse(0), MOST_PYTHON * least));
      long to = MemoryRule.upMb(Math.max(LEAST_PYTHON_MB, held * MemoryRule.RAISE));
      notes.deaths(
          MemoryPlan.PYSPARK,
          pysparkMb + "m",
          to + "m",
          "memory_failures_python",
          died,
          "Python workers ran out of memory: theirs grows, not the JVM's");
      pysparkMb = to;
    } else if (used.isPresent()) {
      pysparkMb = towards(
          MemoryPart.PYTHON,
          MemoryPlan.PYSPARK,
          pysparkMb,
          "peak_process_tree_python_rss_bytes",
          used.getAsLong(),
          Math.max(
              LEAST_PYTHON_MB,
              past.leastMb(past.deaths(past.all(), Cause.PYTHON), Setup::pysparkMb)),
          true);
    } else {
      notes.size(
          MemoryPlan.PYSPARK,
          pysparkMb,
          pysparkMb,
          "peak_process_tree_python_rss_bytes",
          null,
          null,
          past.runs(),
          "kept: " + past.evidence(MemoryPart.PYTHON).advice());
    }
  }
}
