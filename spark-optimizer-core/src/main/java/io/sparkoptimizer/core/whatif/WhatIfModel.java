package io.sparkoptimizer.core.whatif;

import io.sparkoptimizer.Prices;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.WhatIf;
import io.sparkoptimizer.core.recommend.InputSize;
import io.sparkoptimizer.core.recommend.Setup;
import io.sparkoptimizer.core.schedule.Candidate;
import io.sparkoptimizer.core.schedule.Estimate;
import io.sparkoptimizer.core.schedule.JobModel;
import io.sparkoptimizer.core.schedule.OtherJobs;
import io.sparkoptimizer.core.schedule.RecordedSchedule;
import io.sparkoptimizer.core.schedule.Spread;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.StageStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Answers what a recorded run would take with other resources or other input. Each point is the
 * run's own {@link RecordedSchedule}; its interval comes from left-out runs of the same job where
 * there are some, and from the prior of {@link Spread} otherwise. What no mechanism covers is refused.
 */
public final class WhatIfModel {
  /**
   * The cores of an executor, or the heap for each task, may be so many times as large, or as small, as any
   * that a run of the job had. What a doubling does is an assumption, and no assumption is carried beyond three.
   */
  private static final double FARTHEST_EXECUTOR = 8;

  /** A run that is not predicted within this factor on its own size has times that cannot be right. */
  private static final double MOST_OFF_ITSELF = 2;

  /** Spark starts no executor with less: 1.5 times the 300 MiB that it reserves. */
  private static final long LEAST_HEAP_MB = 450;

  /** More than so many points is a typing error. */
  private static final int MOST_POINTS = 100_000;

  private final ApplicationRun run;
  private final WhatIf.Query query;
  private final List<Known> known;
  private final Supplier<OtherJobs> others;
  private final Prices prices;
  private final Setup setup;

  /** A run of the job, this one first, and what it had. */
  private record Known(ApplicationRun run, Setup had) {}

  private WhatIfModel(
      ApplicationRun run,
      WhatIf.Query query,
      List<ApplicationRun> jobsRuns,
      Supplier<OtherJobs> others,
      Prices prices) {
    this.run = run;
    this.query = query;
    this.others = others;
    this.prices = prices;
    this.setup = Setup.of(run);
    List<Known> all = new ArrayList<>();
    all.add(new Known(run, setup));
    jobsRuns.stream()
        .filter(other -> !other.id().equals(run.id()))
        .forEach(other -> all.add(new Known(other, Setup.of(other))));
    this.known = List.copyOf(all);
  }

  /**
   * @param jobsRuns runs of the same job, newest first; the run itself may be among them
   * @param others asked only where the job's own runs do not say how far off an answer may be
   * @throws IllegalArgumentException if the lists of the query make more than 100,000 points
   */
  public static WhatIf answer(
      ApplicationRun run,
      WhatIf.Query query,
      List<ApplicationRun> jobsRuns,
      Supplier<OtherJobs> others,
      Prices prices) {
    return new WhatIfModel(run, query, jobsRuns, others, prices).answer();
  }

  private WhatIf answer() {
    Optional<RecordedSchedule> schedule = RecordedSchedule.of(run);
    Optional<String> refusal = refusal();
    List<Setup> questions = questions();
    Optional<JobModel> job = refusal.isPresent() ? Optional.empty() : job();
    List<WhatIf.Point> points = questions.parallelStream()
        .map(asked -> {
          Optional<String> refused = refusal.or(() -> refusal(asked, schedule.orElseThrow()));
          return refused.isPresent()
              ? refused(asked, refused.get())
              : point(asked, schedule.orElseThrow(), job.orElseThrow());
        })
        .toList();
    return new WhatIf(
        run.appId() == null ? run.digest() : run.appId(),
        baseline(schedule),
        points,
        Knees.of(points));
  }

  private Optional<JobModel> job() {
    return JobModel.of(known.stream().map(Known::run).toList())
        .map(job -> job.needsOthers() ? job.with(others.get()) : job);
  }

  private WhatIf.Baseline baseline(Optional<RecordedSchedule> schedule) {
    Resources had = setup.toResources();
    return new WhatIf.Baseline(
        schedule.isEmpty() ? OptionalInt.empty() : had.numExecutors(),
        schedule.isEmpty() ? OptionalInt.empty() : had.executorCores(),
        run.durationMs(),
        rounded(schedule.map(RecordedSchedule::recordedStartupMs)),
        rounded(schedule.map(RecordedSchedule::recordedWorkMs)),
        rounded(schedule.map(RecordedSchedule::recordedDriverMs)));
  }

  private static OptionalLong rounded(Optional<Double> ms) {
    return ms.map(value -> OptionalLong.of(Math.round(value))).orElse(OptionalLong.empty());
  }

  /** Why nothing can be said of this run. */
  private Optional<String> refusal() {
    if (run.kind() != ApplicationKind.BATCH) {
      return Optional.of("the run was no batch run but " + run.kind().word()
          + ": how long it lasts is not decided by its resources");
    }
    return RecordedSchedule.whyNot(run)
        .or(this::whyOnlyALowerBound)
        .or(this::refusalOfInput)
        .or(this::refusalOfTimes);
  }

  /** Why a log's times cannot be trusted: those of its tasks do not make up that of the run. */
  private Optional<String> refusalOfTimes() {
    RecordedSchedule schedule = RecordedSchedule.of(run).orElseThrow();
    double recorded = schedule.recordedStartupMs() + schedule.recordedWorkMs();
    double again = schedule.predict(schedule.recorded()).durationMs();
    return recorded <= 0 || apart(again, recorded) <= MOST_OFF_ITSELF
        ? Optional.empty()
        : Optional.of(String.format(
            Locale.ROOT,
            "the log's times contradict one another: from its tasks the run would have taken %.0f ms,"
                + " and it took %.0f ms",
            again,
            recorded));
  }

  /**
   * Why what the log tells is less than the job's work. A run that failed, or whose outcome is not known,
   * after all of its stages had completed did the work.
   */
  private Optional<String> whyOnlyALowerBound() {
    if (run.status() == RunStatus.RUNNING || run.quality().has(QualityIssue.IN_PROGRESS)) {
      return Optional.of("the run was still going on: its log tells only a lower bound");
    }
    if (run.quality().has(QualityIssue.TRUNCATED) || run.quality().has(QualityIssue.COMPACTED)) {
      return Optional.of("the log is cut: it tells only a lower bound");
    }
    if (run.status() != RunStatus.SUCCEEDED && !allStagesCompleted()) {
      return Optional.of(
          "the run ended with a stage that did not complete: it tells only a lower" + " bound");
    }
    return Optional.empty();
  }

  private boolean allStagesCompleted() {
    Map<Integer, StageStatus> last = new HashMap<>();
    run.stages().forEach(stage -> last.put(stage.stageId(), stage.status()));
    return last.values().stream()
        .allMatch(status -> status == StageStatus.COMPLETE || status == StageStatus.SKIPPED);
  }

  /** Why nothing can be said of one point. */
  private Optional<String> refusal(Setup asked, RecordedSchedule schedule) {
    return refusalOfCount(asked)
        .or(() -> refusalOfCores(asked))
        .or(() -> refusalOfHeap(asked))
        .or(() -> refusalOfPartitions(asked, schedule))
        .or(() -> refusalOfMemory(asked));
  }

  private Optional<String> refusalOfInput() {
    return query.inputScale() <= InputSize.FARTHEST
        ? Optional.empty()
        : Optional.of(String.format(
            Locale.ROOT,
            "the input asked about is %.0f times the run's; beyond %.0f times nothing is said, because"
                + " work that grows a little faster or slower than assumed is then off by more than a"
                + " factor of ten",
            query.inputScale(),
            InputSize.FARTHEST));
  }

  private static Optional<String> refusalOfCount(Setup asked) {
    if (asked.isDynamic()) {
      return Optional.empty();
    }
    if (asked.executors() > RecordedSchedule.MOST_EXECUTORS) {
      return Optional.of("more than " + RecordedSchedule.MOST_EXECUTORS
          + " executors are beyond what one Spark driver was seen to serve");
    }
    // Fewer would be simulated, and billed.
    return (long) asked.executors() * (asked.cores() / asked.taskCpus())
            > RecordedSchedule.MOST_SLOTS
        ? Optional.of("more than " + RecordedSchedule.MOST_SLOTS
            + " tasks at a time are beyond what is simulated")
        : Optional.empty();
  }

  private Optional<String> refusalOfCores(Setup asked) {
    if (asked.cores() == setup.cores()) {
      return Optional.empty();
    }
    if (asked.cores() < setup.taskCpus()) {
      return Optional.of("Spark starts no executor with fewer cores than spark.task.cpus, which is "
          + setup.taskCpus());
    }
    double apart = known.stream()
        .mapToDouble(one -> apart(asked.cores(), one.had().cores()))
        .min()
        .orElse(1);
    return refusalOfDistance(
        asked.cores() + " cores", apart, "how much tasks in one JVM slow each other down");
  }

  private Optional<String> refusalOfHeap(Setup asked) {
    if (asked.heapMb() == setup.heapMb()) {
      return Optional.empty();
    }
    if (asked.heapMb() < LEAST_HEAP_MB) {
      return Optional.of(
          "Spark starts no executor with less than " + LEAST_HEAP_MB + " MiB of heap");
    }
    if (!setup.heapKnown()) {
      return Optional.of(
          "the log does not tell the run's heap, with which another would be compared");
    }
    double apart = known.stream()
        .filter(one -> one.had().heapKnown())
        .mapToDouble(one -> apart(asked.heapATask(), one.had().heapATask()))
        .min()
        .orElse(1);
    return refusalOfDistance(
        Math.round(asked.heapATask()) + " MiB of heap for each task",
        apart,
        "what that does to garbage collection and spill");
  }

  private static double apart(double one, double other) {
    return Math.max(one / other, other / one);
  }

  private static Optional<String> refusalOfDistance(String asked, double apart, String unknown) {
    return apart <= FARTHEST_EXECUTOR
        ? Optional.empty()
        : Optional.of(String.format(
            Locale.ROOT,
            "%s are a factor of %.0f from what any run of the job had; beyond %.0f no run tells %s",
            asked,
            apart,
            FARTHEST_EXECUTOR,
            unknown));
  }

  private static Optional<String> refusalOfPartitions(Setup asked, RecordedSchedule schedule) {
    int partitions = asked.shufflePartitions().orElse(schedule.shufflePartitions());
    return partitions == schedule.shufflePartitions() || schedule.followsShufflePartitions()
        ? Optional.empty()
        : Optional.of(
            "no stage of the run had its number of tasks from spark.sql.shuffle.partitions");
  }

  private Optional<String> refusalOfMemory(Setup asked) {
    // More tasks in the same heap are less memory for each.
    if (asked.heapMb() == setup.heapMb() && asked.cores() == setup.cores()) {
      return Optional.empty();
    }
    long slots = Math.max(1, asked.cores());
    long hadSlots = Math.max(1, setup.cores());
    for (Known one : known) {
      Setup had = one.had();
      boolean died = one.run().memoryFailures().stream()
          .anyMatch(failure -> failure.cause() == MemoryFailure.Cause.HEAP
              || failure.cause() == MemoryFailure.Cause.CONTAINER);
      if (died && asked.heapMb() * had.cores() <= had.heapMb() * slots) {
        return Optional.of("a run with " + had.heapMb() + " MiB of heap for " + had.cores()
            + " cores ran out of memory (" + one.run().id().appId() + ")");
      }
    }
    OptionalLong live = run.executors().stream()
        .filter(executor -> executor.peaks().has(MemoryPeak.ON_HEAP_EXECUTION)
            || executor.peaks().has(MemoryPeak.ON_HEAP_STORAGE))
        .mapToLong(executor -> executor.peaks().orZero(MemoryPeak.ON_HEAP_EXECUTION)
            + executor.peaks().orZero(MemoryPeak.ON_HEAP_STORAGE))
        .max();
    // Unified memory is 0.6 of the heap beyond the 300 MiB that Spark reserves.
    long held = live.isEmpty()
        ? 0
        : (long) ((live.getAsLong() >> 20) * ((double) slots / hadSlots) / 0.6) + 300;
    if (asked.heapMb() < setup.heapMb() && asked.heapMb() < held) {
      return Optional.of("execution and storage held " + (live.orElseThrow() >> 20)
          + " MiB in the run, which needs " + held
          + " MiB of heap or spills; no run says how much slower"
          + " that is");
    }
    return Optional.empty();
  }

  private List<Setup> questions() {
    List<Integer> counts =
        query.executors().isEmpty() ? List.of(setup.executors()) : query.executors();
    List<Integer> cores =
        query.executorCores().isEmpty() ? List.of(setup.cores()) : query.executorCores();
    List<Long> heaps =
        query.executorMemoryMb().isEmpty() ? List.of(setup.heapMb()) : query.executorMemoryMb();
    List<OptionalInt> partitions = query.shufflePartitions().isEmpty()
        ? List.of(setup.shufflePartitions())
        : query.shufflePartitions().stream().map(OptionalInt::of).toList();
    long points = (long) counts.size() * cores.size() * heaps.size() * partitions.size();
    if (points > MOST_POINTS) {
      throw new IllegalArgumentException("the question has " + points + " points; at most "
          + MOST_POINTS + " are answered at once");
    }
    List<Setup> all = new ArrayList<>();
    for (int count : counts) {
      for (int core : cores) {
        for (long heap : heaps) {
          for (OptionalInt parts : partitions) {
            all.add(setup.at(query.dynamic(), count, core, heap, parts));
          }
        }
      }
    }
    return all;
  }

  private WhatIf.Point point(Setup asked, RecordedSchedule schedule, JobModel job) {
    Candidate candidate = asked.candidate(query.inputScale());
    JobModel.Forecast forecast = job.forecast(schedule, candidate);
    Estimate estimate = forecast.estimate();
    Spread spread = forecast.spread().widened(heapDoubt(asked));
    return new WhatIf.Point(
        asked.toResources(),
        spread.around(estimate.durationMs()),
        OptionalLong.of(Math.round(estimate.startupMs())),
        OptionalLong.of(Math.round(estimate.workMs())),
        OptionalLong.of(Math.round(estimate.driverMs())),
        OptionalLong.of(Math.round(estimate.executorMs() * asked.cores())),
        OptionalDouble.of(estimate.utilization()),
        OptionalDouble.of(asked.bill(estimate, prices).cost()),
        null);
  }

  /** Another heap is another share of it for each task; what other cores do is in the spread already. */
  private double heapDoubt(Setup asked) {
    return asked.heapMb() == setup.heapMb()
        ? 0
        : Spread.heapDoubt(asked.heapATask() / setup.heapATask());
  }

  private static WhatIf.Point refused(Setup asked, String why) {
    return new WhatIf.Point(
        asked.toResources(),
        null,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        why);
  }
}
