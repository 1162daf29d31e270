package io.sparkoptimizer.core.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeSet;

/**
 * Gives the tasks of a workload to the slots of a candidate: list scheduling in the order of Spark's
 * FIFO pool (job, then stage), a task to the next free slot.
 *
 * <p>Discrete events: a task ends, a stage or a job may begin, an executor comes or has been idle for
 * long. Cost is O(u log(s + u)) for u units of work on s slots. A stage with far more tasks than slots
 * is given out in chunks until {@value #SINGLES} tasks a slot are left, so u grows with slots and
 * stages, hardly with tasks. Graham (1969) bounds what list scheduling loses.
 */
final class Simulation {
  /** Tasks a slot that are scheduled one by one, at a stage's end, where their lengths matter. */
  private static final int SINGLES = 4;

  /** Tasks a slot from which on a stage is long, and given out in chunks until its end is near. */
  private static final int LONG_STAGE = 16;

  /** Spark's default of {@code spark.dynamicAllocation.schedulerBacklogTimeout}. */
  private static final double BACKLOG_MS = 1_000;

  /** Spark's default of {@code spark.dynamicAllocation.executorIdleTimeout}. */
  private static final double IDLE_MS = 60_000;

  private static final double GOLDEN = 0.6180339887498949;

  private enum Kind {
    TASK_END,
    EXECUTOR,
    JOB,
    STAGE,
    JOB_END,
    BACKLOG,
    IDLE
  }

  /** Something that happens; equal times in the order of their making, so that answers are equal. */
  private record Event(double at, long turn, Kind kind, int subject, int detail) {
    static final Comparator<Event> ORDER =
        Comparator.comparingDouble(Event::at).thenComparingLong(Event::turn);
  }

  private final Workload work;
  private final StageWork[] stages;
  private final double[][] units;
  private final int[][] chunkTasks;
  private final int[] nextUnit;
  private final int[] unitsLeft;
  private final int[] waitsFor;
  private final int[][] children;
  private final int[] stagesLeftOfJob;
  private final boolean[][] warm;
  private final int[] firstStageOfJob;
  private final int[][] followers;
  private final boolean[] submitted;
  private final boolean[] jobEnded;
  private int endedPrefix;
  private double latestJobEnd;

  private final int perExecutor;
  private final double coldFactor;
  private final double grantMs;
  private final int dynamicMin;
  private final boolean dynamic;
  private final int most;

  private final PriorityQueue<Event> events = new PriorityQueue<>(Event.ORDER);
  private final TreeSet<Integer> pending = new TreeSet<>();
  private final TreeSet<Integer> free = new TreeSet<>();
  private final boolean[] alive;
  private final boolean[] asked;
  private final double[] since;
  private final double[] idleSince;
  private final int[] busy;
  private final boolean[] started;
  private long turn;
  private int requested;
  private int aliveCount;
  private int peak;
  private int running;
  private boolean backlogTimer;
  private int increment = 1;
  private double executorMs;
  private double taskMs;
  private double firstLaunch = -1;
  private double busySince;
  private double busyMs;
  private int jobsLeft;

  /**
   * @param arrivals when each executor registers, ascending, as many as the candidate has at most
   * @param initial how many of them come without being asked for
   * @param firstJobMs submission of the first job
   * @param coldFactor how much longer classes take to load than in the recorded run
   */
  Simulation(
      Workload work,
      StageWork[] stages,
      Candidate candidate,
      double[] arrivals,
      int initial,
      double firstJobMs,
      double coldFactor) {
    this.work = work;
    this.stages = stages;
    this.perExecutor = Math.max(1, candidate.executorCores() / work.taskCpus());
    this.coldFactor = coldFactor;
    this.most = candidate.executors();
    this.dynamic = candidate.dynamicMin().isPresent();
    this.dynamicMin = candidate.dynamicMin().orElse(most);
    this.grantMs = arrivals[0];
    int slots = most * perExecutor;
    int count = stages.length;
    units = new double[count][];
    chunkTasks = new int[count][];
    nextUnit = new int[count];
    unitsLeft = new int[count];
    waitsFor = new int[count];
    warm = new boolean[count][];
    int[] childCounts = new int[count];
    for (StageWork stage : stages) {
      stage.parents().forEach(parent -> childCounts[parent]++);
    }
    children = new int[count][];
    for (int s = 0; s < count; s++) {
      children[s] = new int[childCounts[s]];
    }
    stagesLeftOfJob = new int[work.jobs().size()];
    for (int s = 0; s < count; s++) {
      waitsFor[s] = stages[s].parents().size() + 1;
      stagesLeftOfJob[stages[s].job()]++;
      for (int parent : stages[s].parents()) {
        children[parent][--childCounts[parent]] = s;
      }
    }
    int jobCount = work.jobs().size();
    firstStageOfJob = new int[jobCount + 1];
    for (int s = count - 1; s >= 0; s--) {
      firstStageOfJob[stages[s].job()] = s;
    }
    firstStageOfJob[jobCount] = count;
    for (int j = jobCount - 1; j >= 0; j--) {
      firstStageOfJob[j] = stagesLeftOfJob[j] == 0 ? firstStageOfJob[j + 1] : firstStageOfJob[j];
    }
    int[] followerCounts = new int[jobCount];
    for (JobWork job : work.jobs()) {
      if (job.after() == JobWork.After.ONE) {
        followerCounts[job.predecessor()]++;
      }
    }
    followers = new int[jobCount][];
    for (int j = 0; j < jobCount; j++) {
      followers[j] = new int[followerCounts[j]];
    }
    for (int j = 0; j < jobCount; j++) {
      JobWork job = work.jobs().get(j);
      if (job.after() == JobWork.After.ONE) {
        followers[job.predecessor()][--followerCounts[job.predecessor()]] = j;
      }
    }
    submitted = new boolean[jobCount];
    jobEnded = new boolean[jobCount];
    jobsLeft = jobCount;
    alive = new boolean[most];
    asked = new boolean[most];
    since = new double[most];
    idleSince = new double[most];
    busy = new int[most];
    started = new boolean[slots];
    requested = initial;
    for (int e = 0; e < initial; e++) {
      asked[e] = true;
      at(arrivals[e], Kind.EXECUTOR, e, 0);
    }
    for (int j = 0; j < jobCount; j++) {
      JobWork job = work.jobs().get(j);
      if (job.after() == JobWork.After.START) {
        submit(j, firstJobMs + job.gapMs());
      }
    }
  }

  Estimate run() {
    while (jobsLeft > 0) {
      Event event = events.remove();
      handle(event);
      if (events.isEmpty() || events.peek().at() > event.at()) {
        dispatch(event.at());
      }
    }
    double end = latestJobEnd + work.closingMs();
    for (int e = 0; e < most; e++) {
      if (alive[e]) {
        executorMs += Math.max(0, end - since[e]);
      }
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

  private void at(double time, Kind kind, int subject, int detail) {
    events.add(new Event(time, turn++, kind, subject, detail));
  }

  private void handle(Event event) {
    double now = event.at();
    switch (event.kind()) {
      case TASK_END -> taskEnd(event.subject(), event.detail(), now);
      case EXECUTOR -> executorComes(event.subject(), now);
      case JOB -> jobBegins(event.subject(), now);
      case STAGE -> stageBegins(event.subject(), now);
      case JOB_END -> jobEnds(event.subject(), now);
      case BACKLOG -> backlog(now);
      case IDLE -> idle(event.subject(), now);
    }
  }

  private void executorComes(int e, double now) {
    alive[e] = true;
    since[e] = now;
    idleSince[e] = now;
    aliveCount++;
    peak = Math.max(peak, aliveCount);
    for (int slot = 0; slot < perExecutor; slot++) {
      started[slot * most + e] = false;
      free.add(slot * most + e);
    }
    watchIdle(e, now);
  }

  private void jobBegins(int j, double now) {
    if (stagesLeftOfJob[j] == 0) {
      at(now + work.jobs().get(j).tailMs(), Kind.JOB_END, j, 0);
      return;
    }
    for (int s = firstStageOfJob[j]; s < firstStageOfJob[j + 1]; s++) {
      oneLess(s, now);
    }
  }

  private void oneLess(int s, double now) {
    if (--waitsFor[s] == 0) {
      at(now + stages[s].overheadMs(), Kind.STAGE, s, 0);
    }
  }

  private void stageBegins(int s, double now) {
    units[s] = units(s);
    unitsLeft[s] = units[s].length;
    warm[s] = new boolean[most * perExecutor];
    pending.add(s);
    if (dynamic && !backlogTimer && free.isEmpty()) {
      watchBacklog(now);
    }
  }

  /**
   * A stage's tasks in the order in which they are given out: first the chunks of a long stage, each
   * half of an equal share of what is left (guided self-scheduling, Polychronopoulos and Kuck 1987),
   * then single tasks in an order that mixes short and long as partitions do.
   */
  private double[] units(int s) {
    StageWork stage = stages[s];
    int slots = most * perExecutor;
    int tasks = stage.tasks();
    boolean isLong = tasks > (long) LONG_STAGE * slots;
    int singles = isLong ? Math.max(2, SINGLES * slots) : tasks;
    int[] chunks = isLong ? chunks(tasks - singles, slots) : new int[0];
    double[] single = figures(stage, singles);
    double sum = Arrays.stream(single).sum();
    double total = stage.warmTotalMs();
    if (!isLong && sum > 0) {
      // As many figures as tasks is the rule; where they were sampled the sum is set right.
      for (int i = 0; i < singles; i++) {
        single[i] *= total / sum;
      }
    }
    double[] all = new double[chunks.length + singles];
    for (int c = 0; c < chunks.length; c++) {
      all[c] = Math.max(0, total - sum) * chunks[c] / (tasks - singles);
    }
    int step = stride(singles);
    int at = 0;
    for (int i = 0; i < singles; i++) {
      at = (int) (((long) at + step) % singles);
      all[chunks.length + i] = single[at];
    }
    chunkTasks[s] = chunks;
    return all;
  }

  private static int[] chunks(int tasks, int slots) {
    List<Integer> sizes = new ArrayList<>();
    for (int left = tasks; left > 0; ) {
      int size = Math.max(1, left / (2 * slots));
      sizes.add(size);
      left -= size;
    }
    return sizes.stream().mapToInt(Integer::intValue).toArray();
  }

  /** So many task times at evenly spaced ranks, the shortest and the longest among them. */
  private static double[] figures(StageWork stage, int wanted) {
    double[] from = stage.warmMs();
    double[] figures = new double[wanted];
    for (int i = 0; i < wanted; i++) {
      int rank = wanted == 1
          ? from.length / 2
          : (int) Math.round((double) i * (from.length - 1) / (wanted - 1));
      figures[i] = from[rank];
    }
    return figures;
  }

  /** A step near the golden section of n that shares no divisor with it: visits every rank once. */
  private static int stride(int n) {
    int step = Math.max(1, (int) Math.round(n * GOLDEN));
    while (gcd(step, n) != 1) {
      step++;
    }
    return step;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  private void dispatch(double now) {
    while (!pending.isEmpty() && !free.isEmpty()) {
      int s = pending.first();
      int slot = free.first();
      free.remove(slot);
      int e = slot % most;
      busy[e]++;
      int unit = nextUnit[s]++;
      if (nextUnit[s] == units[s].length) {
        pending.remove(s);
      }
      double duration = units[s][unit];
      if (!warm[s][slot]) {
        double ofStage = stages[s].cold().at(coldFactor);
        duration += started[slot] ? ofStage : Math.max(work.cold().at(coldFactor), ofStage);
        warm[s][slot] = true;
        started[slot] = true;
      }
      if (running++ == 0) {
        busySince = now;
      }
      if (firstLaunch < 0) {
        firstLaunch = now;
      }
      taskMs += duration;
      at(now + duration, Kind.TASK_END, s, slot);
    }
    if (dynamic && !pending.isEmpty()) {
      watchBacklog(now);
    }
  }

  private void taskEnd(int s, int slot, double now) {
    if (--running == 0) {
      busyMs += now - busySince;
    }
    int e = slot % most;
    free.add(slot);
    if (--busy[e] == 0) {
      idleSince[e] = now;
      watchIdle(e, now);
    }
    if (--unitsLeft[s] > 0) {
      return;
    }
    units[s] = new double[0];
    warm[s] = new boolean[0];
    for (int child : children[s]) {
      oneLess(child, now);
    }
    int j = stages[s].job();
    if (--stagesLeftOfJob[j] == 0) {
      at(now + work.jobs().get(j).tailMs(), Kind.JOB_END, j, 0);
    }
  }

  private void submit(int j, double time) {
    submitted[j] = true;
    at(time, Kind.JOB, j, 0);
  }

  private void jobEnds(int j, double now) {
    jobEnded[j] = true;
    jobsLeft--;
    latestJobEnd = Math.max(latestJobEnd, now);
    for (int follower : followers[j]) {
      submit(follower, now + work.jobs().get(follower).gapMs());
    }
    while (endedPrefix < jobEnded.length && jobEnded[endedPrefix]) {
      endedPrefix++;
    }
    if (endedPrefix < jobEnded.length
        && !submitted[endedPrefix]
        && work.jobs().get(endedPrefix).after() == JobWork.After.ALL) {
      submit(endedPrefix, now + work.jobs().get(endedPrefix).gapMs());
    }
  }

  private void watchBacklog(double now) {
    if (!backlogTimer) {
      backlogTimer = true;
      at(now + BACKLOG_MS, Kind.BACKLOG, 0, 0);
    }
  }

  /** Spark's policy: one more executor after a second of backlog, then two, four, ... a second. */
  private void backlog(double now) {
    backlogTimer = false;
    if (pending.isEmpty()) {
      increment = 1;
      return;
    }
    long waiting = running;
    for (int s : pending) {
      int chunks = chunkTasks[s].length;
      for (int unit = nextUnit[s]; unit < chunks; unit++) {
        waiting += chunkTasks[s][unit];
      }
      waiting += units[s].length - Math.max(nextUnit[s], chunks);
    }
    long needed = Math.min(most, (waiting + perExecutor - 1) / perExecutor);
    int granted = 0;
    for (int e = 0; e < most && granted < increment && requested < needed; e++) {
      if (!asked[e]) {
        asked[e] = true;
        requested++;
        granted++;
        at(now + grantMs, Kind.EXECUTOR, e, 0);
      }
    }
    increment = granted == increment ? increment * 2 : 1;
    watchBacklog(now);
  }

  private void watchIdle(int e, double now) {
    if (dynamic && requested > dynamicMin) {
      at(now + IDLE_MS, Kind.IDLE, e, 0);
    }
  }

  private void idle(int e, double now) {
    if (!alive[e] || busy[e] > 0 || now - idleSince[e] < IDLE_MS || requested <= dynamicMin) {
      return;
    }
    alive[e] = false;
    asked[e] = false;
    aliveCount--;
    requested--;
    executorMs += now - since[e];
    for (int slot = 0; slot < perExecutor; slot++) {
      free.remove(slot * most + e);
    }
  }
}
