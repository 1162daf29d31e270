package io.sparkoptimizer.core.similarity;

import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.RunId;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.RunHistory;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of a history by the work of their newest whole run, in an index that follows the history.
 *
 * <p>Runs that this process saves are told by {@link #changed}: their jobs are read again, nothing else.
 * Runs of other processes show in the number of runs and in the newest rows, which are looked at before
 * each answer: where these rows account for the number, their jobs are read again, and otherwise all are.
 * Not seen until then: a record of an older run that another process replaced by a better one. Thread-safe.
 */
public final class SimilarJobs {
  /** Rows in which changes by other processes are looked for. */
  private static final int NEWEST = 100;

  /** Reading a job by itself costs about as much as so many rows of all. */
  private static final int ONE_BY_ONE = 100;

  private final RunHistory history;
  private @Nullable SimilarityIndex index;
  private long runs;
  private Map<RunId, RunSummary> newest = Map.of();
  private final Set<String> changed = new HashSet<>();
  private long added;

  public SimilarJobs(RunHistory history) {
    this.history = history;
  }

  /**
   * Runs were saved.
   *
   * @param signatures of their jobs
   * @param runs how many of them were not there before
   */
  public synchronized void changed(Set<String> signatures, long runs) {
    if (index != null) {
      changed.addAll(signatures);
      added += runs;
    }
  }

  /**
   * The jobs whose work is most alike, best first; equals go by signature.
   *
   * @param excluded job signatures that are passed over
   */
  public List<Match> nearest(
      Work work, int most, double minSimilarity, Predicate<String> excluded) {
    return fresh().nearest(work.vector(), most, minSimilarity, excluded);
  }

  /** The newest run of a job that shows its whole work. */
  public Optional<RunSummary> newestWhole(String signature) {
    return history.summaries(RunQuery.ofJob(signature)).stream()
        .filter(run -> run.jobSignature().equals(signature) && isWhole(run))
        .findFirst();
  }

  private static boolean isWhole(RunSummary run) {
    return run.status() == RunStatus.SUCCEEDED
        && run.complete()
        && run.kind() == ApplicationKind.BATCH
        && run.inputBytes().orElse(0) > 0;
  }

  private synchronized SimilarityIndex fresh() {
    // Before the rows are read: what is saved meanwhile is found the next time, not missed.
    long count = history.count(RunQuery.ALL);
    SimilarityIndex known = index;
    if (known == null) {
      return rebuild(count);
    }
    long others = count - runs - added;
    if (others < 0 || others > NEWEST || changed.size() > NEWEST + known.size() / ONE_BY_ONE) {
      return rebuild(count);
    }
    List<RunSummary> rows = newest(NEWEST + (int) Math.min(added, NEWEST) + (int) others);
    long unseen = 0;
    Set<String> jobs = new HashSet<>(changed);
    RunSummary oldest = oldest();
    for (RunSummary row : rows) {
      if (oldest != null && RunSummary.NEWEST_FIRST.compare(row, oldest) > 0) {
        continue;
      }
      RunSummary before = newest.get(row.id());
      if (before == null && !changed.contains(row.jobSignature())) {
        unseen++;
      }
      if (before != null && !before.jobSignature().equals(row.jobSignature())) {
        jobs.add(before.jobSignature());
      }
      if (!row.equals(before)) {
        jobs.add(row.jobSignature());
      }
    }
    if (unseen != others) {
      return rebuild(count);
    }
    for (String job : jobs) {
      Optional<RunSummary> run = newestWhole(job);
      if (run.isPresent()) {
        known.put(job, Work.of(run.get()).vector());
      } else {
        known.remove(job);
      }
    }
    remember(count, rows);
    return known;
  }

  private SimilarityIndex rebuild(long count) {
    List<RunSummary> all = history.summaries(RunQuery.ALL);
    Map<String, int[]> works = new LinkedHashMap<>();
    for (RunSummary run : all) {
      if (isWhole(run)) {
        // Newest first: the first of a job is its newest run.
        works.computeIfAbsent(run.jobSignature(), signature -> Work.of(run).vector());
      }
    }
    SimilarityIndex built = SimilarityIndex.of(Feature.METRIC, works);
    index = built;
    remember(count, all);
    return built;
  }

  private List<RunSummary> newest(int most) {
    return history.summaries(RunQuery.ALL.limit(most));
  }

  private @Nullable RunSummary oldest() {
    return newest.values().stream().max(RunSummary.NEWEST_FIRST).orElse(null);
  }

  private void remember(long count, List<RunSummary> rows) {
    runs = count;
    added = 0;
    changed.clear();
    newest = new HashMap<>();
    rows.stream().limit(NEWEST).forEach(row -> newest.put(row.id(), row));
  }
}
