package io.sparkoptimizer.core.schedule;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives the tasks of a workload to the slots of a candidate: list scheduling in the order of Spark's
 * FIFO pool (job, then stage), a task to the next free slot. Used once, by one thread.
 *
 * <p>What happens at a moment of its own (a stage or a job may begin or has ended, an executor comes or
 * has been idle for long) is an event. A task's end is none: when a stage's last task has been given
 * out, the stage's end is known. Between two events the slot that is free first takes the next task, which
 * costs O(log slots). On a fixed number of executors that are all there, a stage whose tasks find a
 * free slot each ends with its longest task, and stages that begin while all slots are free take what an
 * {@link Episode} remembers for so many slots: neither looks at slots at all. Graham (1969) bounds what list
 * scheduling loses.
 */
final class Simulation {
  /** The tasks that a stage has when it begins. */
  interface Stages {
    /**
     * @param index of the stage in the workload
     * @param aliveCores cores of all executors alive at that moment, 0 or more
     */
    TaskOrder at(int index, int aliveCores);
  }

  /** Told of every executor that comes or goes. */
  interface Watcher {
    void executors(double nowMs, int alive);
  }

  /** What an event is about; of equal times in this order. */
  private static final int EXECUTOR = 0;

  private static final int JOB_END = 1;
  private static final int JOB = 2;
  private static final int STAGE_END = 3;
  private static final int STAGE = 4;
  private static final int BACKLOG = 5;
  private static final int IDLE = 6;

  private static final int SUBJECT_BITS = 28;
  private static final int SUBJECT = (1 << SUBJECT_BITS) - 1;

  /** Spark's allocation manager looks so often. */
  private static final double POLL_MS = 100;

  private final Workload work;
  private final StageGraph graph;
  private final Stages stages;
  private final List<JobWork> jobs;
  private final int[] waitsFor;
  private final int[] stagesLeftOfJob;
  private final boolean[] submitted;
  private final boolean[] jobEnded;
  private int jobsLeft;
  private int endedPrefix;
  private double latestJobEnd;

  private final int most;
  private final int perExecutor;
  private final int executorCores;
  private final int slots;
  private final double coldFactor;
  private final double grantMs;
  private final @Nullable ExecutorTarget target;
  private final @Nullable DynamicAllocation allocation;
  private final Watcher watcher;

  private final TimeHeap events;

  /** Stages with tasks to give out, the first of them, and what is left of each. */
  private final BitSet pending = new BitSet();

  private int head = -1;
  private final TaskOrder[] order;
  private final double[][] units;
  private final int[][] chunkTasks;
  private final int[] nextUnit;
  private final double[] stageEnd;
  private final BitSet[] warm;
  private long pendingTasks;

  /** Slot {@code i * most + e} is the i-th of executor e: the lowest free ones are spread over executors. */
  private final BitSet free = new BitSet();

  private final TimeHeap busy;
  private final BitSet started = new BitSet();
  private int firstOffer;

  /** Stages whose tasks all run at once, and from when on. */
  private int[] atOnce = new int[4];

  private double[] atOnceFrom = new double[4];
  private int atOnceCount;
  private int atOnceSlots;

  /** Stages that began while all slots were free and have no task left to give out, and from when on. */
  private @Nullable Episode episode;

  private double episodeFrom;
  private final Calendar calendar = new Calendar();

  /** Stages that may begin together, their tasks, and when they do; seen from the first. */
  private int[] gathered = new int[4];

  private TaskOrder[] gatheredOrders = new TaskOrder[4];
  private double[] begins = new double[4];
  private double[] offsets = new double[4];

  private final BitSet alive = new BitSet();
  private final BitSet asked = new BitSet();
  private final BitSet ripe = new BitSet();
  private final BitSet watched = new BitSet();
  private final BitSet cached = new BitSet();
  private final double[] since;
  private final double[] idleSince;
  private final int[] busySlots;

  /** The last job of which an executor holds shuffle files; -1 where it holds none. */
  private final int[] shuffleOfJob;

  private int aliveCount;
  private int everAlive;
  private int coming;
  private int peak;
  private double executorMs;
  private double taskMs;
  private double firstLaunch = -1;
  private double coveredUntil = Double.NEGATIVE_INFINITY;
  private double busyMs;

  /**
   * @param arrivals when each executor registers, ascending, as many as the candidate has at most; only
   *     those that are asked for at the start come at these times
   * @param grantMs from asking for an executor later on until it registers
   * @param firstJobMs submission of the first job
   * @param coldFactor how much longer classes take to load than in the recorded run
   * @param allocation absent where the number of executors is fixed
   */
  Simulation(
      Workload work,
      StageGraph graph,
      Stages stages,
      Candidate candidate,
      double[] arrivals,
      double grantMs,
      double firstJobMs,
      double coldFactor,
      @Nullable DynamicAllocation allocation,
      Watcher watcher) {
    this.work = work;
    this.graph = graph;
    this.stages = stages;
    this.jobs = work.jobs();
    this.executorCores = candidate.executorCores();
    this.perExecutor = Math.max(1, executorCores / work.taskCpus());
    this.coldFactor = coldFactor;
    this.most = candidate.executors();
    this.slots = most * perExecutor;
    this.grantMs = grantMs;
    this.allocation = allocation;
    this.watcher = watcher;
    this.target = allocation == null ? null : new ExecutorTarget(allocation, perExecutor);
    int count = work.stages().size();
    waitsFor = graph.waitsFor();
    stagesLeftOfJob = graph.stagesOfJob();
    submitted = new boolean[jobs.size()];
    jobEnded = new boolean[jobs.size()];
    jobsLeft = jobs.size();
    order = new TaskOrder[count];
    units = new double[count][];
    chunkTasks = new int[count][];
    nextUnit = new int[count];
    stageEnd = new double[count];
    warm = new BitSet[count];
    busy = new TimeHeap(Math.min(slots, 1024));
    events = new TimeHeap(64 + most);
    since = new double[most];
    idleSince = new double[most];
    busySlots = new int[most];
    shuffleOfJob = new int[most];
    int initial = allocation == null ? most : allocation.initial();
    for (int e = 0; e < initial; e++) {
      asked.set(e);
      coming++;
      event(arrivals[e], EXECUTOR, e);
    }
    for (int j = 0; j < jobs.size(); j++) {
      if (jobs.get(j).after() == JobWork.After.START) {
        submit(j, firstJobMs + jobs.get(j).gapMs());
      }
    }
  }

  Estimate run() {
    while (jobsLeft > 0) {
      handOutUntilNextEvent();
      double now = events.time();
      do {
        handle(events.remove(), now);
      } while (events.time() == now);
      dispatch(now);
    }
    double end = latestJobEnd + work.closingMs();
    for (int e = alive.nextSetBit(0); e >= 0; e = alive.nextSetBit(e + 1)) {
      executorMs += Math.max(0, end - since[e]);
    }
    double first = firstLaunch < 0 ? end : firstLaunch;
    return new Estimate(
        first,
        end - first,
        Math.max(0, end - first - busyMs),
        executorMs,
        taskMs,
        executorMs * perExecutor,
        peak);
  }

  private void event(double time, int kind, int subject) {
    events.add(time, kind << SUBJECT_BITS | subject);
  }

  private void handle(int event, double now) {
    int subject = event & SUBJECT;
    switch (event >>> SUBJECT_BITS) {
      case EXECUTOR -> executorComes(subject, now);
      case JOB_END -> jobEnds(subject, now);
      case JOB -> jobBegins(subject, now);
      case STAGE_END -> stageEnds(subject, now);
      case STAGE -> stageBegins(subject, now);
      case BACKLOG -> updateTarget(now);
      case IDLE -> idle(subject, now);
      default -> throw new IllegalStateException("no event is of kind " + (event >>> SUBJECT_BITS));
    }
  }

  // Jobs and stages.

  private void submit(int j, double time) {
    submitted[j] = true;
    event(time, JOB, j);
  }

  private void jobBegins(int j, double now) {
    if (stagesLeftOfJob[j] == 0) {
      event(now + jobs.get(j).tailMs(), JOB_END, j);
    }
    for (int s = graph.firstStageOfJob(j); s < graph.firstStageOfJob(j + 1); s++) {
      oneLess(s, now);
    }
  }

  private void oneLess(int s, double now) {
    if (--waitsFor[s] == 0) {
      event(now + work.stages().get(s).overheadMs(), STAGE, s);
    }
  }

  private void stageEnds(int s, double now) {
    for (int b = 0; b < atOnceCount; b++) {
      if (atOnce[b] == s) {
        atOnceSlots -= order[s].stage().tasks();
        atOnceCount--;
        atOnce[b] = atOnce[atOnceCount];
        atOnceFrom[b] = atOnceFrom[atOnceCount];
      }
    }
    for (int child : graph.children(s)) {
      oneLess(child, now);
    }
    int j = work.stages().get(s).job();
    if (--stagesLeftOfJob[j] == 0) {
      event(now + jobs.get(j).tailMs(), JOB_END, j);
    }
  }

  private void jobEnds(int j, double now) {
    jobEnded[j] = true;
    jobsLeft--;
    latestJobEnd = Math.max(latestJobEnd, now);
    removeIdle(now);
    for (int follower : graph.followers(j)) {
      submit(follower, now + jobs.get(follower).gapMs());
    }
    while (endedPrefix < jobEnded.length && jobEnded[endedPrefix]) {
      endedPrefix++;
    }
    if (endedPrefix < jobEnded.length
        && !submitted[endedPrefix]
        && jobs.get(endedPrefix).after() == JobWork.After.ALL) {
      submit(endedPrefix, now + jobs.get(endedPrefix).gapMs());
    }
  }

  private void stageBegins(int s, double now) {
    order[s] = stages.at(s, aliveCount * executorCores);
    if (beginsWhole(s, now)) {
      return;
    }
    giveSlotsToStagesBegunWhole(now);
    units[s] = order[s].unitsMs(slots);
    nextUnit[s] = 0;
    warm[s] = new BitSet();
    pending.set(s);
    head = pending.nextSetBit(0);
    if (target != null) {
      lowerTargetAfterAPause(now);
      chunkTasks[s] = order[s].chunks(slots);
      pendingTasks += order[s].stage().tasks();
      firstOffer = shuffled(s);
      target.initialized();
      if (target.backlogged(now)) {
        event(target.addTime(), BACKLOG, 0);
      }
      updateTarget(now);
    }
  }

  /** Whether the end of a stage is known without giving out its tasks. */
  private boolean beginsWhole(int s, double now) {
    if (target != null || aliveCount < most || !pending.isEmpty()) {
      return false;
    }
    if (coveredUntil <= now) {
      busy.clear();
      free.set(0, slots);
      atOnceCount = 0;
      atOnceSlots = 0;
      episode = null;
    } else if (!busy.isEmpty() || episode != null) {
      return false;
    }
    return (atOnceSlots == 0 && beginsEpisode(s, now)) || beginsAtOnce(s, now);
  }

  /** Whether all tasks of a stage find a free slot. */
  private boolean beginsAtOnce(int s, double now) {
    StageWork stage = order[s].stage();
    // The lowest slots are taken first: the others may still be cold.
    if (stage.tasks() > slots - atOnceSlots
        || started.nextClearBit(0) < atOnceSlots + stage.tasks()) {
      return false;
    }
    if (atOnceCount == atOnce.length) {
      atOnce = Arrays.copyOf(atOnce, 2 * atOnceCount);
      atOnceFrom = Arrays.copyOf(atOnceFrom, 2 * atOnceCount);
    }
    atOnce[atOnceCount] = s;
    atOnceFrom[atOnceCount++] = now;
    atOnceSlots += stage.tasks();
    double coldMs = stage.cold().at(coldFactor);
    double end = now + order[s].longestMs() + coldMs;
    taskMs += order[s].totalMs() + stage.tasks() * coldMs;
    covers(now, end);
    event(end, STAGE_END, s);
    return true;
  }

  /**
   * Whether a stage that finds all slots free, and those that begin soon after it, have more tasks than
   * there are slots, and nothing else can begin before the last of these is given out. Those of which
   * this is not known begin by themselves.
   */
  private boolean beginsEpisode(int s, double now) {
    int count = gather(s, now);
    int members = 0;
    Episode all = gatheredOrders[0].episode(gatheredOrders, offsets, count);
    if (all.used(slots) == slots && started.nextClearBit(0) >= slots) {
      Episode.Times times = all.at(slots, coldFactor, calendar);
      while (members < count && isUndisturbed(members, now, times)) {
        members++;
      }
      if (members > 0) {
        begin(
            members == count ? all : gatheredOrders[0].episode(gatheredOrders, offsets, members),
            now);
      }
    }
    for (int k = Math.max(1, members); k < count; k++) {
      event(begins[k], STAGE, gathered[k]);
    }
    return members > 0;
  }

  private void begin(Episode begun, double now) {
    Episode.Times times = begun.at(slots, coldFactor, calendar);
    double end = 0;
    for (int k = 0; k < times.endsMs().length; k++) {
      end = Math.max(end, times.endsMs()[k]);
      event(now + times.endsMs()[k], STAGE_END, gathered[k]);
    }
    taskMs += times.taskMs();
    covers(now, now + end);
    episode = begun;
    episodeFrom = now;
  }

  /** Takes from the events the stages that begin next, and while those before them must still run. */
  private int gather(int s, double now) {
    gathered[0] = s;
    gatheredOrders[0] = order[s];
    begins[0] = now;
    int count = 1;
    double leastMs = order[s].totalMs() / slots;
    while (!events.isEmpty()
        && events.number() >>> SUBJECT_BITS == STAGE
        && (events.number() & SUBJECT) > gathered[count - 1]
        && events.time() - now < leastMs) {
      if (count == gathered.length) {
        gathered = Arrays.copyOf(gathered, 2 * count);
        gatheredOrders = Arrays.copyOf(gatheredOrders, 2 * count);
        begins = Arrays.copyOf(begins, 2 * count);
        offsets = Arrays.copyOf(offsets, 2 * count);
      }
      begins[count] = events.time();
      // In parts of a microsecond: the same wherever in the run it happens.
      offsets[count] = Math.rint((events.time() - now) * 1024) / 1024;
      int next = events.remove() & SUBJECT;
      gathered[count] = next;
      order[next] = stages.at(next, aliveCount * executorCores);
      gatheredOrders[count] = order[next];
      leastMs += order[next].totalMs() / slots;
      count++;
    }
    return count;
  }

  /** Whether no stage whose tasks go first can begin before the last task of a gathered one is launched. */
  private boolean isUndisturbed(int member, double now, Episode.Times times) {
    double lastLaunch = times.lastLaunchesMs()[member];
    if (events.time() <= now + lastLaunch) {
      return false;
    }
    int s = gathered[member];
    for (int k = 0; k < member; k++) {
      int before = gathered[k];
      if (times.endsMs()[k] <= lastLaunch) {
        // The end of a job may be followed by another; one whose stage is still running has not
        // ended.
        boolean follows =
            work.stages().get(before).job() != work.stages().get(s).job();
        for (int child : graph.children(before)) {
          follows |= child < s;
        }
        if (follows) {
          return false;
        }
      }
    }
    return true;
  }

  /** From now on it matters which slots are held, and until when. */
  private void giveSlotsToStagesBegunWhole(double now) {
    int slot = 0;
    for (int b = 0; b < atOnceCount; b++) {
      TaskOrder running = order[atOnce[b]];
      double from = atOnceFrom[b] + running.stage().cold().at(coldFactor);
      for (double unit : running.unitsMs(slots)) {
        giveSlot(slot++, from + unit, now);
      }
    }
    atOnceCount = 0;
    atOnceSlots = 0;
    if (episode != null) {
      for (double freeFrom : episode.freeFromMs(slots, coldFactor, calendar)) {
        giveSlot(slot++, episodeFrom + freeFrom, now);
      }
      episode = null;
    }
  }

  private void giveSlot(int slot, double until, double now) {
    if (until > now) {
      busy.add(until, slot);
      free.clear(slot);
    }
  }

  private void covers(double from, double to) {
    if (firstLaunch < 0) {
      firstLaunch = from;
    }
    busyMs += Math.max(0, to - Math.max(from, coveredUntil));
    coveredUntil = Math.max(coveredUntil, to);
  }

  // Tasks.

  private void handOutUntilNextEvent() {
    while (busy.time() < events.time() && (head >= 0 || target != null)) {
      double now = busy.time();
      int slot = busy.number();
      if (head >= 0) {
        busy.postpone(launch(slot, now));
        if (target != null) {
          handedOn(now);
        }
      } else {
        busy.remove();
        release(slot, now);
      }
    }
  }

  private void dispatch(double now) {
    if (head < 0 && target == null) {
      return;
    }
    while (busy.time() <= now) {
      release(busy.remove(), now);
    }
    while (head >= 0) {
      int slot = nextFree();
      if (slot < 0) {
        return;
      }
      free.clear(slot);
      if (target != null) {
        busySlots[slot % most]++;
      }
      busy.add(launch(slot, now), slot);
      if (target != null) {
        handedOn(now);
      }
    }
  }

  /** Takes the next task for a slot; returns when it ends. */
  private double launch(int slot, double now) {
    int s = head;
    double[] all = units[s];
    int unit = nextUnit[s]++;
    double duration = all[unit];
    if (!warm[s].get(slot)) {
      double cold = order[s].stage().cold().at(coldFactor);
      if (!started.get(slot)) {
        started.set(slot);
        cold = Math.max(work.cold().at(coldFactor), cold);
      }
      duration += cold;
      warm[s].set(slot);
    }
    double end = now + duration;
    taskMs += duration;
    covers(now, end);
    stageEnd[s] = Math.max(stageEnd[s], end);
    if (target != null) {
      if (work.writesShuffle()[s]) {
        shuffleOfJob[slot % most] = work.stages().get(s).job();
      }
      pendingTasks -= unit < chunkTasks[s].length ? chunkTasks[s][unit] : 1;
    }
    if (unit + 1 == all.length) {
      units[s] = null;
      warm[s] = null;
      pending.clear(s);
      head = pending.nextSetBit(s + 1);
      event(stageEnd[s], STAGE_END, s);
    }
    return end;
  }

  private void release(int slot, double now) {
    free.set(slot);
    if (target != null) {
      int e = slot % most;
      // Which tasks cache is not logged: where the run cached anything, all are taken to.
      cached.set(e);
      if (--busySlots[e] == 0) {
        idleSince[e] = now;
        watch(e);
      }
      removeIdle(now);
    }
  }

  /** The lowest free slot; under dynamic allocation beginning with another executor for each stage. */
  private int nextFree() {
    int slot = free.nextSetBit(0);
    if (slot < 0 || firstOffer == 0) {
      return slot;
    }
    int row = slot / most * most;
    int from = free.nextSetBit(row + firstOffer);
    return from >= 0 && from < row + most ? from : slot;
  }

  // Executors.

  private void executorComes(int e, double now) {
    coming--;
    alive.set(e);
    since[e] = now;
    idleSince[e] = now;
    aliveCount++;
    everAlive = Math.max(everAlive, e + 1);
    peak = Math.max(peak, aliveCount);
    watcher.executors(now, aliveCount);
    for (int slot = e; slot < slots; slot += most) {
      started.clear(slot);
      free.set(slot);
      for (int s = head; s >= 0; s = pending.nextSetBit(s + 1)) {
        warm[s].clear(slot);
      }
    }
    shuffleOfJob[e] = -1;
    cached.clear(e);
    if (target != null) {
      watch(e);
    }
  }

  /**
   * Spark offers its executors in random order when a stage is submitted. Here the order begins with
   * another one for each stage, the same in every candidate, so that equal questions have equal answers.
   */
  private int shuffled(int s) {
    long mixed = (s + 1) * 0x9E3779B97F4A7C15L;
    return everAlive == 0 ? 0 : (int) Long.remainderUnsigned(mixed ^ mixed >>> 32, everAlive);
  }

  private long tasksToDo() {
    return pendingTasks + busy.size();
  }

  private void updateTarget(double now) {
    if (target == null) {
      return;
    }
    double before = target.addTime();
    target.update(now, tasksToDo(), aliveCount);
    if (target.addTime() != before) {
      event(target.addTime(), BACKLOG, 0);
    }
    while (aliveCount + coming < target.executors()) {
      int e = asked.nextClearBit(0);
      asked.set(e);
      coming++;
      event(now + grantMs, EXECUTOR, e);
    }
  }

  /** Between two stages Spark sees that there is nothing to do, if the pause is long enough for it to look. */
  private void lowerTargetAfterAPause(double now) {
    if (!busy.isEmpty() || now - coveredUntil >= POLL_MS) {
      updateTarget(now);
    }
  }

  private void handedOn(double now) {
    if (target != null && pendingTasks == 0) {
      target.queueEmpty();
    }
    removeIdle(now);
  }

  /** When an executor has been idle for long enough to go. */
  private double ripeAt(int e, DynamicAllocation settings) {
    double timeout = settings.idleMs();
    if (shuffleOfJob[e] >= 0) {
      timeout = Math.max(timeout, settings.shuffleIdleMs());
    }
    if (cached.get(e)) {
      timeout = Math.max(timeout, settings.cachedIdleMs());
    }
    return idleSince[e] + timeout;
  }

  private void watch(int e) {
    if (allocation == null || watched.get(e)) {
      return;
    }
    double at = ripeAt(e, allocation);
    if (at < Double.POSITIVE_INFINITY) {
      watched.set(e);
      event(at, IDLE, e);
    }
  }

  private void idle(int e, double now) {
    watched.clear(e);
    if (target == null || allocation == null || !alive.get(e) || busySlots[e] > 0) {
      return;
    }
    if (now < ripeAt(e, allocation)) {
      watch(e);
      return;
    }
    ripe.set(e);
    target.initialized();
    removeIdle(now);
  }

  /** Those idle for long go as far as neither the minimum nor the target, nor a job with their shuffle, needs them. */
  private void removeIdle(double now) {
    if (target == null || allocation == null || ripe.isEmpty()) {
      return;
    }
    updateTarget(now);
    int least = Math.max(allocation.min(), target.executors());
    for (int e = ripe.nextSetBit(0); e >= 0; e = ripe.nextSetBit(e + 1)) {
      if (busySlots[e] > 0) {
        ripe.clear(e);
      } else if (aliveCount > least && !holdsActiveShuffle(e, allocation)) {
        ripe.clear(e);
        alive.clear(e);
        asked.clear(e);
        aliveCount--;
        executorMs += now - since[e];
        watcher.executors(now, aliveCount);
        for (int slot = e; slot < slots; slot += most) {
          free.clear(slot);
        }
      }
    }
  }

  private boolean holdsActiveShuffle(int e, DynamicAllocation settings) {
    return shuffleOfJob[e] >= 0
        && settings.shuffleIdleMs() > settings.idleMs()
        && !jobEnded[shuffleOfJob[e]];
  }
}
