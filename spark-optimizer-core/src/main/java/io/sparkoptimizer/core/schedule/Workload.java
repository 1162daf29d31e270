package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A recorded run taken apart: what must be done, in which order, and what was waited for that no
 * slot can shorten. All times in milliseconds, since the application's start where they are moments.
 *
 * @param jobs in the order of their submission
 * @param stages attempts that ran, in the order in which Spark's FIFO pool serves them
 * @param firstJobMs submission of the first job
 * @param closingMs from the end of the last job to the application's
 * @param arrivalsMs when executors registered, ascending; as many as were alive at one time
 * @param sharedHost whether all executors share one machine, and start slower the more they are
 * @param slotsPerExecutor tasks that one executor runs at a time
 * @param taskCpus {@code spark.task.cpus}
 * @param shufflePartitions {@code spark.sql.shuffle.partitions}
 * @param defaultParallelism {@code spark.default.parallelism}; empty where it follows the cores
 * @param cold what the first task of a new JVM takes longer
 * @param processorShare part of the tasks' run time in which they used a processor, 0 to 1; 1 where that
 *     is not logged
 * @param processorMs processor time of all tasks; their run time where it is not logged
 * @param writesShuffle for each stage, whether its executors hold what others will read
 */
@SuppressWarnings("ArrayRecordComponent") // numbers to be run over, never compared or handed out
record Workload(
    List<JobWork> jobs,
    List<StageWork> stages,
    double firstJobMs,
    double closingMs,
    double[] arrivalsMs,
    boolean sharedHost,
    int slotsPerExecutor,
    int taskCpus,
    int shufflePartitions,
    OptionalInt defaultParallelism,
    ColdStart cold,
    double processorShare,
    double processorMs,
    boolean[] writesShuffle) {

  /** Task times kept of a stage; more would not change a schedule. */
  private static final int FIGURES = 1000;

  /** Spark's default parallelism with so many cores registered. */
  int parallelism(int cores) {
    return defaultParallelism.orElse(Math.max(2, cores));
  }

  static Workload of(ApplicationRun run, long startMs, long endMs) {
    return new Reader(run, startMs, endMs).read();
  }

  /** Figures out one run. */
  private static final class Reader {
    private final ApplicationRun run;
    private final long startMs;
    private final long endMs;
    private final List<StageAttempt> attempts;
    private final List<SparkJob> jobs;
    private final int[] owner;
    private final Map<Integer, List<Integer>> attemptsOfStage = new HashMap<>();
    private final long[] lastStageEnd;
    private final long[] beginsSorted;
    private final long[][] longestEnds;
    private final double[] arrivals;
    private final int slotsPerExecutor;
    private final int taskCpus;
    private final int partitions;
    private final TaskCounts taskCounts;

    Reader(ApplicationRun run, long startMs, long endMs) {
      this.run = run;
      this.startMs = startMs;
      this.endMs = endMs;
      Allocation allocation = Allocation.of(run);
      taskCpus = Math.max(
          1, SparkSettings.count(run.configuration(), "spark.task.cpus").orElse(1));
      slotsPerExecutor = Math.max(1, allocation.executorCores().orElse(1) / taskCpus);
      partitions = TaskCounts.partitions(run);
      taskCounts = new TaskCounts(run);
      arrivals = arrivals(allocation.peakExecutors().orElse(1));
      List<SparkJob> all = new ArrayList<>(run.jobs());
      all.removeIf(job -> job.submissionTimeMs().isEmpty());
      all.sort(Comparator.comparingLong((SparkJob job) -> job.submissionTimeMs().getAsLong())
          .thenComparingInt(SparkJob::jobId));
      jobs = all;
      List<StageAttempt> ran =
          new ArrayList<>(run.stages().stream().filter(StageAttempt::ran).toList());
      Map<Integer, List<Integer>> jobsOfStage = new HashMap<>();
      for (int j = 0; j < jobs.size(); j++) {
        for (int stageId : jobs.get(j).stageIds()) {
          jobsOfStage.computeIfAbsent(stageId, id -> new ArrayList<>()).add(j);
        }
      }
      IdentityHashMap<StageAttempt, Integer> owners = new IdentityHashMap<>();
      for (StageAttempt attempt : ran) {
        owners.put(
            attempt, ownerOf(attempt, jobsOfStage.getOrDefault(attempt.stageId(), List.of())));
      }
      ran.sort(Comparator.comparingInt((StageAttempt attempt) -> owners.get(attempt))
          .thenComparingInt(StageAttempt::stageId)
          .thenComparingInt(StageAttempt::attemptId));
      attempts = ran;
      owner = ran.stream().mapToInt(owners::get).toArray();
      lastStageEnd = new long[Math.max(1, jobs.size())];
      for (int s = 0; s < attempts.size(); s++) {
        attemptsOfStage
            .computeIfAbsent(attempts.get(s).stageId(), id -> new ArrayList<>())
            .add(s);
        lastStageEnd[owner[s]] = Math.max(lastStageEnd[owner[s]], end(attempts.get(s)));
      }
      List<StageAttempt> byBegin = new ArrayList<>(attempts);
      byBegin.sort(Comparator.comparingLong(this::begin));
      beginsSorted = byBegin.stream().mapToLong(this::begin).toArray();
      longestEnds = twoLongest(byBegin);
    }

    /** For each prefix of the stages by their begin, the two latest ends. */
    private long[][] twoLongest(List<StageAttempt> byBegin) {
      long[][] ends = new long[byBegin.size()][];
      long first = Long.MIN_VALUE;
      long second = Long.MIN_VALUE;
      for (int i = 0; i < ends.length; i++) {
        long end = end(byBegin.get(i));
        second = Math.max(second, Math.min(first, end));
        first = Math.max(first, end);
        ends[i] = new long[] {first, second};
      }
      return ends;
    }

    /** The last job that needs the stage and was submitted before it; an orphan follows the clock. */
    private int ownerOf(StageAttempt attempt, List<Integer> claimants) {
      long from = begin(attempt);
      int best = claimants.isEmpty() ? 0 : claimants.get(0);
      for (int j : claimants.isEmpty() ? everyJob() : claimants) {
        if (jobs.get(j).submissionTimeMs().getAsLong() <= from) {
          best = j;
        }
      }
      return best;
    }

    private List<Integer> everyJob() {
      return IntStream.range(0, jobs.size()).boxed().toList();
    }

    private double[] arrivals(int peak) {
      double[] all = Allocation.workers(run).stream()
          .filter(executor -> !executor.isDriver())
          .map(Executor::addTimeMs)
          .filter(OptionalLong::isPresent)
          .mapToDouble(added -> Math.max(0, added.getAsLong() - startMs))
          .sorted()
          .limit(Math.max(1, peak))
          .toArray();
      return all.length == 0 ? new double[] {0} : all;
    }

    /** No moment of a stage lies outside of the application: clocks of a log may contradict one another. */
    private long within(long moment) {
      return Math.max(startMs, Math.min(Math.max(startMs, endMs), moment));
    }

    private long begin(StageAttempt attempt) {
      if (attempt.submissionTimeMs().isPresent()) {
        return within(attempt.submissionTimeMs().getAsLong());
      }
      return within(attempt.firstTaskLaunchedTimeMs().orElse(startMs));
    }

    private long end(StageAttempt attempt) {
      long from =
          Math.max(begin(attempt), within(attempt.firstTaskLaunchedTimeMs().orElse(0)));
      return Math.max(
          from, within(attempt.completionTimeMs().orElse(from + longestTaskMs(attempt))));
    }

    private static long longestTaskMs(StageAttempt attempt) {
      return attempt.distribution(TaskDistribution.DURATION_MS).max();
    }

    private long end(int j) {
      SparkJob job = jobs.get(j);
      long last = Math.max(job.submissionTimeMs().getAsLong(), lastStageEnd[j]);
      return Math.max(last, job.completionTimeMs().orElse(last));
    }

    Workload read() {
      int slots = arrivals.length * slotsPerExecutor;
      List<StageWork> stages = new ArrayList<>();
      for (int s = 0; s < attempts.size(); s++) {
        stages.add(stage(s, slots));
      }
      long[] ends = new long[jobs.size()];
      long lastEnd = startMs;
      for (int j = 0; j < ends.length; j++) {
        ends[j] = end(j);
        lastEnd = Math.max(lastEnd, ends[j]);
      }
      if (jobs.isEmpty()) {
        for (StageAttempt attempt : attempts) {
          lastEnd = Math.max(lastEnd, end(attempt));
        }
      }
      double first = jobs.isEmpty()
          ? attempts.stream().mapToLong(this::begin).min().orElse(startMs)
          : jobs.get(0).submissionTimeMs().getAsLong();
      ColdStart cold = stages.stream()
          .min(Comparator.comparingInt(StageWork::job))
          .map(StageWork::cold)
          .orElse(ColdStart.NONE);
      return new Workload(
          jobs.isEmpty() ? List.of(new JobWork(JobWork.After.START, -1, 0, 0)) : jobWork(ends),
          List.copyOf(stages),
          Math.max(0, first - startMs),
          Math.max(0, endMs - lastEnd),
          arrivals,
          sharedHost(),
          slotsPerExecutor,
          taskCpus,
          partitions,
          TaskCounts.setParallelism(run),
          cold,
          processorShare(),
          processorShare() * sum(TaskMetric.EXECUTOR_RUN_TIME_MS),
          writesShuffle());
    }

    private boolean[] writesShuffle() {
      boolean[] writes = new boolean[attempts.size()];
      for (int s = 0; s < writes.length; s++) {
        writes[s] = attempts.get(s).metrics().orZero(TaskMetric.SHUFFLE_WRITE_BYTES) > 0;
      }
      return writes;
    }

    private double processorShare() {
      double running = sum(TaskMetric.EXECUTOR_RUN_TIME_MS);
      double used = sum(TaskMetric.EXECUTOR_CPU_TIME_NS) / 1e6;
      return running <= 0 || used <= 0 ? 1 : Math.min(1, used / running);
    }

    private double sum(TaskMetric metric) {
      return attempts.stream()
          .mapToDouble(attempt -> attempt.metrics().orZero(metric))
          .sum();
    }

    private boolean sharedHost() {
      Set<String> hosts = Allocation.workers(run).stream()
          .map(executor -> String.valueOf(executor.host()))
          .collect(Collectors.toCollection(HashSet::new));
      return run.clusterManager() == ClusterManager.LOCAL_CLUSTER
          || (run.clusterManager() == ClusterManager.STANDALONE
              && arrivals.length > 1
              && hosts.size() == 1);
    }

    private List<JobWork> jobWork(long[] ends) {
      List<JobWork> work = new ArrayList<>();
      TreeMap<Long, Integer> ended = new TreeMap<>();
      long firstMs = jobs.get(0).submissionTimeMs().getAsLong();
      for (int j = 0; j < jobs.size(); j++) {
        long submitted = jobs.get(j).submissionTimeMs().getAsLong();
        double tail = Math.max(0, ends[j] - Math.max(submitted, lastStageEnd[j]));
        Map.Entry<Long, Integer> before = ended.floorEntry(submitted);
        if (before == null) {
          work.add(new JobWork(JobWork.After.START, -1, submitted - firstMs, tail));
        } else if (ended.lastKey() <= submitted) {
          work.add(new JobWork(JobWork.After.ALL, -1, submitted - ended.lastKey(), tail));
        } else {
          work.add(
              new JobWork(JobWork.After.ONE, before.getValue(), submitted - before.getKey(), tail));
        }
        ended.put(ends[j], j);
      }
      return work;
    }

    private StageWork stage(int s, int slots) {
      StageAttempt attempt = attempts.get(s);
      Set<Integer> parents = new TreeSet<>();
      long ready =
          jobs.isEmpty() ? startMs : jobs.get(owner[s]).submissionTimeMs().getAsLong();
      List<Integer> sources = new ArrayList<>(attempt.parentIds());
      sources.add(attempt.stageId());
      for (int stageId : sources) {
        for (int p : attemptsOfStage.getOrDefault(stageId, List.of())) {
          // A stage waits for what began before it; indices keep the graph free of cycles.
          if (p < s && begin(attempts.get(p)) <= begin(attempt)) {
            parents.add(p);
            ready = Math.max(ready, Math.min(end(attempts.get(p)), begin(attempt)));
          }
        }
      }
      double overhead = Math.max(0, begin(attempt) - ready) + launchDelay(s);

      Distribution times = attempt.distribution(TaskDistribution.DURATION_MS);
      int tasks = (int) Math.max(1, times.count());
      double[] figures = times.count() == 0
          ? new double[] {
            (double) attempt.slotTimeMs()
                / Math.max(1, attempt.numFailedTasks() + attempt.numKilledTasks())
          }
          : Arrays.stream(times.figures(FIGURES))
              .mapToDouble(ms -> Math.max(0, ms))
              .toArray();
      if (times.count() == 0) {
        tasks = Math.max(1, attempt.numFailedTasks() + attempt.numKilledTasks());
      }
      double sum = Arrays.stream(figures).sum() * tasks / figures.length;
      // Failed, killed and speculative attempts held slots too: their time is spread over the
      // tasks.
      // It also makes the sum of sampled figures exact.
      double factor = sum <= 0 ? 1 : Math.max(attempt.slotTimeMs(), times.sum()) / sum;
      for (int i = 0; i < figures.length; i++) {
        figures[i] *= factor;
      }
      ColdStart cold = ColdStart.takeOut(attempt, figures, tasks, Math.min(slots, tasks));
      return new StageWork(
          jobs.isEmpty() ? 0 : owner[s],
          List.copyOf(parents),
          overhead,
          tasks,
          figures,
          cold,
          TaskCost.ofMs(attempt, figures, tasks, cold.loadingMs() * Math.min(slots, tasks)),
          // What is tried again is cut as it was.
          tasks == attempt.numTasks() ? taskCounts.of(attempt) : new Cut.Fixed(tasks));
    }

    /** From submission to the first launch, where no other stage held the slots and an executor was there. */
    private double launchDelay(int s) {
      StageAttempt attempt = attempts.get(s);
      long from = begin(attempt);
      if (attempt.firstTaskLaunchedTimeMs().isEmpty() || from - startMs < arrivals[0]) {
        return 0;
      }
      int begun = upperBound(beginsSorted, from) - 1;
      long[] ends = longestEnds[begun];
      long latestOfOthers = ends[0] == end(attempt) ? ends[1] : ends[0];
      if (latestOfOthers > from) {
        return 0;
      }
      return Math.max(0, within(attempt.firstTaskLaunchedTimeMs().getAsLong()) - from);
    }

    private static int upperBound(long[] sorted, long value) {
      int low = 0;
      int high = sorted.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (sorted[middle] <= value) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }
  }
}
