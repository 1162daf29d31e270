package io.sparkoptimizer.core;

import io.sparkoptimizer.HistoryStats;
import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.RunId;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spi.Repository.GivenRecommendation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How right recommendations were. Each is held against the first whole batch run of its job that
 * started after it was given, before the next one for the job, with the executors (or the bounds of
 * dynamic allocation), cores and executor memory that it proposed. A run that failed without dying for
 * memory tells nothing about a predicted time and is passed over.
 *
 * <p>A recommendation keeps no job. It is that of its newest run where it knows settings of today; an
 * answer for a job without runs rests on other jobs', and cannot be followed up.
 *
 * <p>Cost: summaries choose; of the runs themselves at most {@value #LOOKED_AT} are read for each
 * recommendation, one at a time.
 */
final class FollowUp {
  /** How many runs with its cores and memory are read to find one that followed an answer. */
  private static final int LOOKED_AT = 20;

  /** By how much of the asked input a run may differ and still be the one that was asked about. */
  private static final double SAME_INPUT = 0.2;

  /** What {@link Recommendation#confidence} promises. */
  private static final double CLOSE = 0.2;

  private final Function<RunId, Optional<ApplicationRun>> runs;
  private long followed;
  private long notFollowed;
  private long open;
  private long otherInput;
  private long inside;
  private long close;
  private long died;
  private double confidence;
  private final List<Double> apes = new ArrayList<>();

  private FollowUp(Function<RunId, Optional<ApplicationRun>> runs) {
    this.runs = runs;
  }

  /**
   * @param given newest first
   * @param history of all jobs, newest first
   * @param runs the whole run of a summary; empty where it has gone meanwhile
   */
  static HistoryStats.FollowUp of(
      List<GivenRecommendation> given,
      List<RunSummary> history,
      Function<RunId, Optional<ApplicationRun>> runs) {
    FollowUp followUp = new FollowUp(runs);
    Map<String, String> jobs = jobsByAppId(given, history);
    Map<String, Long> nextMs = new HashMap<>();
    Map<String, List<RunSummary>> byJob = wholeRuns(history, Set.copyOf(jobs.values()));
    long predicting = 0;
    for (GivenRecommendation one : given) {
      Recommendation recommendation = one.recommendation();
      if (recommendation.proposed().equals(Resources.NONE)) {
        continue;
      }
      Interval predicted = recommendation.prediction().durationMs();
      predicting += predicted == null ? 0 : 1;
      String job = job(recommendation, jobs);
      if (job == null) {
        continue;
      }
      Long next = nextMs.put(job, one.givenMs());
      if (predicted != null) {
        followUp.add(
            recommendation,
            predicted,
            between(
                byJob.getOrDefault(job, List.of()),
                one.givenMs(),
                next == null ? Long.MAX_VALUE : next));
      }
    }
    return followUp.total(predicting);
  }

  /** The job of each application that an answer rests on; none where two jobs have its id. */
  private static Map<String, String> jobsByAppId(
      List<GivenRecommendation> given, Collection<RunSummary> history) {
    Set<String> wanted = new HashSet<>();
    given.forEach(one -> one.recommendation().runs().stream().findFirst().ifPresent(wanted::add));
    Map<String, String> jobs = new HashMap<>();
    Set<String> ambiguous = new HashSet<>();
    for (RunSummary run : history) {
      String appId = run.id().appId();
      if (wanted.contains(appId)) {
        String other = jobs.putIfAbsent(appId, run.jobSignature());
        if (other != null && !other.equals(run.jobSignature())) {
          ambiguous.add(appId);
        }
      }
    }
    jobs.keySet().removeAll(ambiguous);
    return jobs;
  }

  private static @Nullable String job(Recommendation recommendation, Map<String, String> jobs) {
    return recommendation.current().equals(Resources.NONE)
            || recommendation.runs().isEmpty()
        ? null
        : jobs.get(recommendation.runs().get(0));
  }

  /** Runs that a prediction can be held against, oldest first. */
  private static Map<String, List<RunSummary>> wholeRuns(
      List<RunSummary> newestFirst, Set<String> jobs) {
    Map<String, List<RunSummary>> byJob = new HashMap<>();
    for (int i = newestFirst.size() - 1; i >= 0; i--) {
      RunSummary run = newestFirst.get(i);
      if (jobs.contains(run.jobSignature())
          && run.kind() == ApplicationKind.BATCH
          && run.complete()
          && run.id().startTimeMs().isPresent()
          && run.durationMs().orElse(0) > 0
          && (run.status() == RunStatus.SUCCEEDED || run.status() == RunStatus.FAILED)) {
        byJob.computeIfAbsent(run.jobSignature(), job -> new ArrayList<>()).add(run);
      }
    }
    return byJob;
  }

  private static List<RunSummary> between(List<RunSummary> oldestFirst, long fromMs, long toMs) {
    return oldestFirst.stream()
        .filter(run -> {
          long start = run.id().startTimeMs().orElseThrow();
          return start > fromMs && start <= toMs;
        })
        .toList();
  }

  private void add(Recommendation recommendation, Interval predicted, List<RunSummary> came) {
    Resources proposed = recommendation.proposed();
    boolean otherSettings = false;
    int lookedAt = 0;
    for (RunSummary row : came) {
      if (differ(proposed.executorCores(), row.executorCores())
          || differ(proposed.executorMemoryMb(), row.executorMemoryMb())
          || lookedAt == LOOKED_AT) {
        otherSettings = true;
        continue;
      }
      lookedAt++;
      Optional<ApplicationRun> run = runs.apply(row.id());
      if (run.isEmpty()) {
        continue;
      }
      if (!hadProposed(run.get(), proposed)) {
        otherSettings = true;
        continue;
      }
      boolean dead = diedOfMemory(run.get());
      if (row.status() == RunStatus.SUCCEEDED || dead) {
        judge(recommendation, predicted, row, dead);
        return;
      }
    }
    if (otherSettings) {
      notFollowed++;
    } else {
      open++;
    }
  }

  private void judge(
      Recommendation recommendation, Interval predicted, RunSummary run, boolean dead) {
    if (isOther(recommendation.inputBytes(), run.inputBytes())) {
      otherInput++;
      return;
    }
    followed++;
    confidence += recommendation.confidence();
    died += dead ? 1 : 0;
    if (run.status() != RunStatus.SUCCEEDED) {
      return; // The time until it died is not the one that was predicted.
    }
    double actual = run.durationMs().orElseThrow();
    apes.add(100 * Math.abs(predicted.expected() - actual) / actual);
    inside += actual >= predicted.low() && actual <= predicted.high() ? 1 : 0;
    close +=
        !dead && Math.abs(actual - predicted.expected()) <= CLOSE * predicted.expected() ? 1 : 0;
  }

  private static boolean isOther(OptionalLong asked, OptionalLong read) {
    return asked.isPresent()
        && read.isPresent()
        && Math.abs((double) read.getAsLong() - asked.getAsLong()) > SAME_INPUT * asked.getAsLong();
  }

  private static boolean hadProposed(ApplicationRun run, Resources proposed) {
    Map<String, String> conf = run.configuration();
    boolean dynamic =
        SparkSettings.flag(conf, "spark.dynamicAllocation.enabled").orElse(false);
    if (proposed.dynamicAllocation().orElse(dynamic) != dynamic
        || differ(
            proposed.executorMemoryOverheadMb(),
            SparkSettings.memoryMb(conf, "spark.executor.memoryOverhead"))) {
      return false;
    }
    if (dynamic) {
      return !differ(
              proposed.dynamicAllocationMin(),
              SparkSettings.count(conf, "spark.dynamicAllocation.minExecutors"))
          && !differ(
              proposed.dynamicAllocationMax(),
              SparkSettings.count(conf, "spark.dynamicAllocation.maxExecutors"));
    }
    Allocation allocation = Allocation.of(run);
    OptionalInt executors = allocation.askedExecutors().isPresent()
        ? allocation.askedExecutors()
        : allocation.peakExecutors();
    return executors.isPresent() && !differ(proposed.numExecutors(), executors);
  }

  private static boolean diedOfMemory(ApplicationRun run) {
    return run.memoryFailures().stream()
        .anyMatch(failure -> failure.certainty() != MemoryFailure.Certainty.UNKNOWN
            && failure.cause() != MemoryFailure.Cause.UNKNOWN
            && failure.cause() != MemoryFailure.Cause.PREEMPTED);
  }

  private static boolean differ(OptionalInt wanted, OptionalInt had) {
    return wanted.isPresent() && had.isPresent() && wanted.getAsInt() != had.getAsInt();
  }

  private static boolean differ(OptionalLong wanted, OptionalLong had) {
    return wanted.isPresent() && had.isPresent() && wanted.getAsLong() != had.getAsLong();
  }

  private HistoryStats.FollowUp total(long given) {
    return new HistoryStats.FollowUp(
        given,
        followed,
        notFollowed,
        open,
        otherInput,
        share(inside, apes.size()),
        median(apes),
        share(close, followed),
        share(confidence, followed),
        followed == 0 ? OptionalLong.empty() : OptionalLong.of(died));
  }

  private static OptionalDouble share(double part, long of) {
    return of == 0 ? OptionalDouble.empty() : OptionalDouble.of(part / of);
  }

  private static OptionalDouble median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int n = sorted.size();
    return n == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2);
  }
}
