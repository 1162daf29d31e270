package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Platform;
import io.sparkoptimizer.core.analysis.ShuffleFacts;
import io.sparkoptimizer.core.budget.HeapHistory;
import io.sparkoptimizer.core.budget.HeapNeed;
import io.sparkoptimizer.core.budget.MemoryEvidence;
import io.sparkoptimizer.core.budget.MemoryPart;
import io.sparkoptimizer.core.container.Containers;
import io.sparkoptimizer.core.container.MemoryRule;
import io.sparkoptimizer.core.recommend.MemoryPast.Seen;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.StageAttempt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The executors' heap, and what moves with it: after a death first fewer tasks at a time and smaller
 * partitions, then a larger heap; without one a guarded step towards what {@link HeapNeed} says.
 */
final class HeapPlan {
  /** Steps smaller than this are not worth a change. */
  private static final double WORTH = 0.95;

  /** A step to no more than this times what is wanted is the last one. */
  private static final double LAST_STEP = 1.05;

  /** Input that grows by less than this is noise to a heap. */
  private static final double GROWING = 1.2;

  /** Spark's default: executors with less are no saving worth the risk. */
  private static final long LEAST_MB = 1024;

  /** Share of a stage's tasks that went well, from which one that always dies holds too much. */
  private static final double OTHERS_WENT_WELL = 0.9;

  static final String SKEW = "kept: one task of stage ";

  private static final String DEATHS = "memory_failures_heap";
  private static final String PEAK = "peak_jvm_heap_bytes";
  private static final String COLLECTOR = "jvm_gc_time_ms / executor_run_time_ms";

  private final MemoryPast past;
  private final Setup current;
  private final MemoryNotes notes;
  private final long pointersMb;
  int cores;
  long heapMb;
  boolean urgent;
  OptionalInt partitions = OptionalInt.empty();

  @Nullable
  HeapNeed need;

  HeapPlan(MemoryPast past, MemoryNotes notes) {
    this.past = past;
    this.notes = notes;
    current = past.current();
    pointersMb = MemoryRule.pointersMb(current.conf());
    cores = current.cores();
    heapMb = current.heapMb();
    List<Seen> died = past.deaths(past.recent(), Cause.HEAP);
    if (!current.heapKnown()) {
      unknown(died);
    } else if (deathFloorMb(died, current.slotsPerExecutor()) >= heapMb) {
      afterDeath(died);
    } else {
      fromPeaks();
    }
  }

  /** The largest heap that died, for as many concurrent tasks as are asked about. */
  private long deathFloorMb(List<Seen> died, int slots) {
    return died.stream()
        .filter(seen -> seen.had().heapKnown())
        .mapToLong(seen -> Math.round(
            past.growth(seen.run()) * seen.had().heapMb() * slots / seen.had().slotsPerExecutor()))
        .max()
        .orElse(0);
  }

  /** Nothing is proposed where nothing is known: fewer tasks at a time need no figure. */
  private void unknown(List<Seen> died) {
    List<Seen> asItIs = died.stream()
        .filter(seen -> seen.had().heapATask() >= current.heapATask())
        .toList();
    if (!asItIs.isEmpty() && current.platform() != Platform.DATABRICKS) {
      urgent = halveTasks(asItIs);
    }
    notes.add(
        MemoryPlan.HEAP,
        null,
        null,
        PEAK,
        heapMb * 1048576.0,
        null,
        past.runs(),
        "left out: no log says what heap executors have; memory is billed by what was seen in use");
  }

  private boolean halveTasks(List<Seen> died) {
    int slots = current.slotsPerExecutor();
    if (slots == 1 || past.isLocked(MemoryPlan.CORES)) {
      return false;
    }
    cores = MemoryRule.fewerTasks(slots) * current.taskCpus();
    notes.deaths(
        MemoryPlan.CORES,
        current.cores() + "",
        cores + "",
        DEATHS,
        died,
        "fewer tasks at a time share the heap that died: each has twice as much");
    return true;
  }

  private void afterDeath(List<Seen> died) {
    Optional<StageAttempt> skewed = skewed(died.get(0).run());
    if (skewed.isPresent()) {
      noteDeath(
          heapMb,
          died,
          SKEW + skewed.get().stageId()
              + " dies each time, alone at last, and the others go well: its key or its file is too large,"
              + " and memory would only delay that. Salt the key, cut the file, or let adaptive execution"
              + " split it (spark.sql.adaptive.skewJoin.enabled)");
      return;
    }
    urgent = true;
    cutFiner(died);
    boolean halved = halveTasks(died);
    int slots = cores / current.taskCpus();
    if (halved && heapMb > MemoryRule.ABOVE_DEATH * deathFloorMb(died, slots)) {
      noteDeath(heapMb, died, "kept: concurrent tasks are halved first");
      return;
    }
    if (past.isLocked(MemoryPlan.HEAP)) {
      noteDeath(
          heapMb,
          died,
          past.whyLocked(MemoryPlan.HEAP) + ", though it died: expect it to die again");
      return;
    }
    long floor = Math.max(heapMb, deathFloorMb(died, slots));
    long raised = MemoryRule.raisedHeapMb(floor, pointersMb);
    long did = didMb();
    if (did > raised) {
      noteDeath(did, died, "more than died, and as much as runs that went well tell is needed");
      return;
    }
    noteDeath(
        raised,
        died,
        raised == pointersMb
            ? "more than died, and just below where the JVM loses compressed pointers"
            : "half as much again as the size that died"
                + (MemoryRule.crosses(floor, raised, pointersMb)
                    ? "; it crosses " + (pointersMb / 1024 + 1)
                        + " GiB, where the JVM loses compressed pointers: machines with more memory per"
                        + " core would serve better"
                    : ""));
  }

  /** Notes a death and what the heap becomes after it. */
  private void noteDeath(long toMb, List<Seen> died, String effect) {
    notes.deaths(MemoryPlan.HEAP, heapMb + "m", toMb + "m", DEATHS, died, effect);
    heapMb = toMb;
  }

  /**
   * The stage of which the same task died in each of its attempts while the others went well: by the last
   * attempt it had the heap for itself.
   */
  private static Optional<StageAttempt> skewed(ApplicationRun run) {
    return dying(run).stream()
        .filter(stage -> stage.failureReason() != null
            && stage.failureReason().matches("(?s).*\\bfailed (?:[2-9]|[1-9][0-9]+) times\\b.*")
            && stage.numTasks() > 1 / (1 - OTHERS_WENT_WELL)
            && stage.numCompleteTasks() >= OTHERS_WENT_WELL * stage.numTasks())
        .findFirst();
  }

  /** Attempts of stages whose tasks died for heap. */
  private static List<StageAttempt> dying(ApplicationRun run) {
    List<Integer> ids = DeathRisk.deaths(run)
        .filter(failure -> failure.cause() == Cause.HEAP)
        .map(MemoryFailure::stageId)
        .filter(OptionalInt::isPresent)
        .map(OptionalInt::getAsInt)
        .toList();
    return run.stages().stream().filter(stage -> ids.contains(stage.stageId())).toList();
  }

  /** A shuffle that the property cuts, and nothing coalesced, can be cut finer: a task then has less to hold. */
  private void cutFiner(List<Seen> died) {
    OptionalInt now = current.shufflePartitions();
    ApplicationRun run = died.get(0).run();
    boolean cut = now.isPresent()
        && !past.isLocked(PartitionRule.SQL)
        && dying(run).stream()
            .filter(ShuffleFacts.followsSqlPartitions(run))
            .anyMatch(stage -> stage.numTasks() == now.getAsInt());
    if (cut) {
      partitions = OptionalInt.of(Math.max(now.getAsInt(), PartitionRule.finer(now.getAsInt())));
    }
  }

  /** What runs that went well with more heap tell is enough, no more than they had; 0 where none did. */
  private long didMb() {
    need = heaps().above(heapMb).need().orElse(null);
    return need == null ? 0 : MemoryRule.upMb(Math.min(need.smallestMb(), need.enoughMb()));
  }

  /**
   * Runs that went well with as many concurrent tasks; where there are none, those with more, which needed
   * no less.
   */
  private HeapHistory heaps() {
    List<HeapNeed.Seen> alike = new ArrayList<>();
    List<HeapNeed.Seen> more = new ArrayList<>();
    for (Seen seen : past.all()) {
      int slots = seen.had().slotsPerExecutor();
      if (MemoryPast.wentWell(seen)
          && seen.had().heapKnown()
          && seen.run().resourceProfiles().size() <= 1
          && slots >= current.slotsPerExecutor()) {
        (slots == current.slotsPerExecutor() ? alike : more)
            .add(new HeapNeed.Seen(seen.run(), seen.had().heapMb(), past.growth(seen.run())));
      }
    }
    return HeapHistory.of(alike.isEmpty() ? more : alike);
  }

  private void fromPeaks() {
    HeapHistory heaps = heaps();
    if (heaps.isEmpty()) {
      String why = past.whyNoStepDown(MemoryPlan.HEAP);
      notes.size(
          MemoryPlan.HEAP,
          heapMb,
          heapMb,
          PEAK,
          null,
          null,
          past.runs(),
          why == null ? "kept: " + past.evidence(MemoryPart.HEAP).advice() : why);
      return;
    }
    if (heaps.isTooSmall(heapMb)) {
      thrashing(heaps);
      return;
    }
    HeapNeed known = heaps.need().orElseThrow();
    need = known;
    boolean grows = known.smallestMb() > GROWING * heapMb;
    if (grows && known.peakMb() > WORTH * heapMb && !past.isLocked(MemoryPlan.HEAP)) {
      grow(known);
      return;
    }
    int slots = Math.max(1, cores / current.taskCpus());
    long died = deathFloorMb(past.deaths(past.all(), Cause.HEAP), slots);
    double least = Math.max(
        Math.max(LEAST_MB, past.leastMb(List.of(), Setup::heapMb)),
        MemoryRule.ABOVE_DEATH * Math.max(heaps.tooSmallMb(), died));
    double wanted = Math.max(known.enoughMb(), least);
    long stepped = MemoryRule.steppedDownMb(heapMb, wanted);
    if (stepped <= LAST_STEP * wanted) {
      stepped = filledMb(stepped); // before, it would never reach the next smaller container
    }
    String kept = stepped >= WORTH * heapMb ? "kept: " + needs(known) : whyNoStepDown(known);
    long to = kept == null ? stepped : heapMb;
    notes.peak(
        past.evidence(MemoryPart.HEAP),
        MemoryPlan.HEAP,
        heapMb,
        to,
        PEAK,
        known.peakMb(),
        known.enoughMb(),
        known.runs(),
        kept != null
            ? past.isLocked(MemoryPlan.HEAP) ? past.whyLocked(MemoryPlan.HEAP) : kept
            : needs(known) + "; a step takes at most " + Words.percent(MemoryRule.STEP)
                + (stepped > LAST_STEP * wanted ? ", more may follow" : ""));
    heapMb = to;
  }

  /** What the platform rounds its containers up by is paid, so the heap takes it. */
  private long filledMb(long smallerMb) {
    Setup smaller = current.withExecutor(
        cores, smallerMb, current.overheadMb(), current.offHeapMb(), current.pysparkMb());
    long free = smaller.executorContainerMb() - smaller.memoryMb();
    long whole = Math.max(0, free) / MemoryRule.SMALL_GRAIN_MB * MemoryRule.SMALL_GRAIN_MB;
    return Math.min(heapMb, smallerMb + whole);
  }

  private @Nullable String whyNoStepDown(HeapNeed known) {
    MemoryEvidence sampled = past.evidence(MemoryPart.HEAP);
    if (!known.isSampled() || !sampled.isTrusted()) {
      String advice = sampled.advice();
      return "kept: too few samples for less" + (advice.isEmpty() ? "" : ", " + advice);
    }
    Containers.Limit limit = Containers.limit(current.conf(), current.platform());
    boolean held = limit == Containers.Limit.HARD && past.wasNotHeld();
    if (held && past.processMb().orElse(0) > BesideHeapPlan.FULL * current.memoryMb()) {
      return "kept: what executors held does not fit a container of this heap as it is";
    }
    return held && !past.knowsProcesses()
        ? "kept: no run was held to a hard limit, as " + current.platform().word()
            + " does, and nothing tells what lies beside the heap: "
            + past.evidence(MemoryPart.OVERHEAD).advice()
        : past.whyNoStepDown(MemoryPlan.HEAP);
  }

  private static String needs(HeapNeed need) {
    return "executors need " + Math.round(Math.min(need.leastMb(), need.enoughMb())) + " to "
        + Math.round(need.enoughMb()) + " MiB, as "
        + (need.heaps() == 1
            ? "the peak in " + Words.plural(need.runs().size(), "run") + " of one heap tells"
            : "peaks in " + need.heaps() + " sizes of heap tell")
        + (need.heldMb() >= need.enoughMb() ? ": below, what they hold would spill" : "");
  }

  /** More heap for more input, at most one step. */
  private void grow(HeapNeed known) {
    double wanted = known.enoughMb();
    long most = MemoryRule.upMb(heapMb * MemoryRule.RAISE);
    long raised = Math.max(heapMb, Math.min(most, MemoryRule.upMb(wanted)));
    boolean crosses = MemoryRule.crosses(heapMb, raised, pointersMb);
    raised = crosses ? pointersMb : raised;
    notes.peak(
        past.evidence(MemoryPart.HEAP),
        MemoryPlan.HEAP,
        heapMb,
        raised,
        PEAK,
        known.peakMb(),
        heapMb,
        known.runs(),
        "the input grows, and so does what the tasks hold"
            + (crosses
                ? "; it stays below where the JVM loses compressed pointers"
                : wanted > most
                    ? "; a step adds at most half, so watch the first run of that size"
                    : ""));
    heapMb = raised;
  }

  /**
   * Today's heap spills, or makes the collector or the tasks busier than a larger one did. Back to a heap
   * that was seen to do, at most a quarter more; without one only a full heap with a busy collector tells
   * that more would help.
   */
  private void thrashing(HeapHistory heaps) {
    List<ApplicationRun> busy = heaps.runs(heapMb);
    ApplicationRun run = busy.get(0);
    double share = MemoryRule.gcShare(run);
    boolean full =
        HeapNeed.peakMb(run).orElse(0) >= MemoryRule.FULL * Setup.of(run).heapMb();
    OptionalLong enough = heaps.enoughAbove(heapMb);
    long most = MemoryRule.upMb(heapMb * MemoryRule.GC_RAISE);
    long raised = Math.min(most, enough.orElse(most));
    if (enough.isEmpty() && MemoryRule.crosses(heapMb, raised, pointersMb)) {
      raised = pointersMb;
    }
    boolean known = heaps.has(heapMb)
        && (enough.isPresent() || (share >= MemoryRule.GC_BUSY && full && heaps.helped(heapMb)));
    long to = known && !past.isLocked(MemoryPlan.HEAP) ? raised : heapMb;
    boolean kept = to == heapMb;
    notes.size(
        MemoryPlan.HEAP,
        heapMb,
        to,
        COLLECTOR,
        share,
        MemoryRule.GC_BUSY,
        busy,
        past.isLocked(MemoryPlan.HEAP)
            ? past.whyLocked(MemoryPlan.HEAP)
            : kept
                ? "kept: the tasks spill or the collector is busy, so that less heap would cost time"
                : enough.isEmpty()
                    ? "the heap is full and the collector busy: more of it saves its time"
                    : "back up: in " + enough.getAsLong()
                        + "m the same tasks spilled less, or took less time");
    heapMb = to;
  }
}
