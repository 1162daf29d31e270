package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.RunHistory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far off predictions were for other jobs: their left-out runs, which stand in where a job has too
 * few of its own. Immutable and thread-safe.
 *
 * <p>What it costs is bounded: one look at the newest {@value #MOST_ROWS} summaries, and then the newest
 * {@value #MOST_RUNS} whole runs of at most {@value #MOST_JOBS} jobs with {@value #MOST_STAGES} stages in
 * all.
 */
public final class OtherJobs {
  /** No other job has left-out runs. */
  public static final OtherJobs NONE = new OtherJobs(List.of());

  static final int MOST_ROWS = 5_000;
  static final int MOST_JOBS = 20;
  static final int MOST_RUNS = 4;
  static final int MOST_STAGES = 20_000;

  /** A job of whose newest runs so many hold too few whole ones is left out. */
  private static final int MOST_READ = 2 * MOST_RUNS;

  private record Known(String signature, Pool.Job job) {}

  private final List<Known> jobs;
  private final Pool sameQuestion;
  private final Pool changedQuestion;

  private OtherJobs(List<Known> jobs) {
    this.jobs = List.copyOf(jobs);
    this.sameQuestion = pool(true);
    this.changedQuestion = pool(false);
  }

  private Pool pool(boolean same) {
    return new Pool(jobs.stream()
        .map(Known::job)
        .map(job -> new Pool.Job(
            job.runs(),
            job.residuals().stream().filter(one -> one.same() == same).toList()))
        .filter(job -> !job.residuals().isEmpty())
        .toList());
  }

  /** The jobs that ran last, but for the one that is asked about. */
  public static OtherJobs in(RunHistory history, String signature) {
    Map<String, Newest> found = new LinkedHashMap<>();
    for (RunSummary row : history.summaries(RunQuery.ALL.limit(MOST_ROWS))) {
      if (!row.jobSignature().isEmpty() && !row.jobSignature().equals(signature)) {
        found.computeIfAbsent(row.jobSignature(), job -> new Newest()).add(row);
      }
    }
    List<Known> jobs = new ArrayList<>();
    int looked = 0;
    long stages = 0;
    for (Map.Entry<String, Newest> job : found.entrySet()) {
      if (looked == MOST_JOBS) {
        break;
      }
      Newest newest = job.getValue();
      if (newest.whole < 2 || stages + newest.stages > MOST_STAGES) {
        continue;
      }
      List<ApplicationRun> runs =
          history.runs(RunQuery.ofJob(job.getKey()).limit(newest.upTo)).stream()
              .filter(run -> run.jobSignature().equals(job.getKey()))
              .toList();
      // Local mode tells nothing of clusters.
      if (runs.stream().noneMatch(run -> run.clusterManager() == ClusterManager.LOCAL)) {
        stages += newest.stages;
        looked++;
        known(runs).ifPresent(jobs::add); // the runs of one job at a time are in memory
      }
    }
    return new OtherJobs(jobs);
  }

  /** The jobs that ran last, whichever is asked about: to be used {@link #without} that one. */
  public static OtherJobs in(RunHistory history) {
    return in(history, "");
  }

  /** The same without one job. */
  public OtherJobs without(String signature) {
    return new OtherJobs(
        jobs.stream().filter(known -> !known.signature().equals(signature)).toList());
  }

  /**
   * @param jobs the runs of each job, newest first
   */
  static OtherJobs of(List<List<ApplicationRun>> jobs) {
    return new OtherJobs(jobs.stream().flatMap(runs -> known(runs).stream()).toList());
  }

  private static Optional<Known> known(List<ApplicationRun> all) {
    List<ApplicationRun> runs =
        all.stream().filter(OtherJobs::counts).limit(MOST_RUNS).toList();
    return JobModel.of(runs)
        .map(model -> new Known(
            model.newestRun().jobSignature(),
            new Pool.Job(runs.stream().map(ApplicationRun::id).toList(), model.residuals())));
  }

  private static boolean counts(ApplicationRun run) {
    return run.kind() == ApplicationKind.BATCH && JobModel.isWhole(run);
  }

  /** The newest rows of one job, until there are enough whole runs among them. */
  private static final class Newest {
    private int seen;
    private int whole;
    private int upTo;
    private long stages;

    void add(RunSummary row) {
      seen++;
      if (whole < MOST_RUNS && seen <= MOST_READ) {
        stages += row.stages();
        if (row.kind() == ApplicationKind.BATCH
            && row.status() == RunStatus.SUCCEEDED
            && row.complete()
            && row.durationMs().isPresent()) {
          whole++;
          upTo = seen;
        }
      }
    }
  }

  /** Left-out runs that had the same question as another run, or a changed one. */
  Pool ofKind(boolean same) {
    return same ? sameQuestion : changedQuestion;
  }
}
