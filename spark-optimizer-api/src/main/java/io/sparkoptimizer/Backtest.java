package io.sparkoptimizer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How far off predicted run times were: recorded runs, each predicted from other runs as if it had not
 * happened yet.
 *
 * @param protocol what was held out
 * @param repeats how many draws were made; 1 where nothing is drawn
 * @param jobs each job that was tested, those with most runs first
 * @param overall all of them together
 * @param baselines by name, what simple predictors make of the same held-out runs
 * @param notTested how many jobs were not tested, by reason: {@code too_few_runs} (or too alike for the
 *     protocol to hold any out), {@code beyond_max_jobs}
 */
public record Backtest(
    String protocol,
    long seed,
    int repeats,
    List<Job> jobs,
    Score overall,
    Map<String, Baseline> baselines,
    Map<String, Integer> notTested) {
  public Backtest {
    jobs = List.copyOf(jobs);
    baselines = Collections.unmodifiableMap(new LinkedHashMap<>(baselines));
    notTested = Map.copyOf(notTested);
  }

  /**
   * The question.
   *
   * @param protocol what is held out
   * @param repeats draws of protocols that draw, 1 or more
   * @param seed of these draws: equal seeds over an equal history give equal answers
   * @param maxJobs jobs looked at, those with most runs first; 1 or more
   * @param maxRuns newest runs of each job; 2 or more
   */
  public record Query(Protocol protocol, int repeats, long seed, int maxJobs, int maxRuns) {
    public Query {
      if (repeats < 1 || maxJobs < 1 || maxRuns < 2) {
        throw new IllegalArgumentException(
            "a back-test has 1 or more repeats and jobs and 2 or more runs of each, was " + repeats
                + ", " + maxJobs + ", " + maxRuns);
      }
      if (protocol instanceof Points points && points.train() >= maxRuns) {
        throw new ConflictingSettingsException("training on " + points.train() + " of at most "
            + maxRuns + " runs leaves none to hold out; look at more runs or train on fewer");
      }
    }
  }

  /** What is held out of a job's runs. */
  public sealed interface Protocol {
    /** Its name on the command line. */
    String word();
  }

  /** Each run is predicted from all others. */
  public record LeaveOneOut() implements Protocol {
    @Override
    public String word() {
      return "leave-one-out";
    }
  }

  /**
   * A part of the runs, drawn at random, predicts the others.
   *
   * @param trainShare in (0, 1); at least one run is on either side
   */
  public record Split(double trainShare) implements Protocol {
    public Split {
      if (!(trainShare > 0 && trainShare < 1)) {
        throw new IllegalArgumentException("trainShare must be in (0, 1), was " + trainShare);
      }
    }

    @Override
    public String word() {
      return "split";
    }
  }

  /**
   * So many runs, drawn at random, predict the others.
   *
   * @param train 1 or more
   */
  public record Points(int train) implements Protocol {
    public Points {
      if (train < 1) {
        throw new IllegalArgumentException("train must be 1 or more, was " + train);
      }
    }

    @Override
    public String word() {
      return "points";
    }
  }

  /**
   * Small runs predict large ones.
   *
   * @param by what makes a run large
   * @param atMost runs of so much and less predict those of more: executors, or bytes of input. Empty:
   *     those up to the job's median predict those of more than 1.25 times that
   */
  public record Extrapolate(Size by, OptionalDouble atMost) implements Protocol {
    public Extrapolate {
      if (atMost.isPresent() && !(atMost.getAsDouble() > 0)) {
        throw new IllegalArgumentException(
            "atMost must be more than 0, was " + atMost.getAsDouble());
      }
    }

    @Override
    public String word() {
      return "extrapolate";
    }
  }

  /** What makes a run large. */
  public enum Size {
    /** Most executors alive at one time. */
    INSTANCES,
    /** External bytes read. */
    INPUT;

    /** The word on the command line. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * All runs of one context are predicted from those of all others: of logs that is the configuration
   * (executors or the bounds of dynamic allocation, cores, memory, partitions), of a table's rows the
   * work that was asked for (parameters and input).
   */
  public record LeaveContextOut() implements Protocol {
    @Override
    public String word() {
      return "leave-context-out";
    }
  }

  /**
   * How far off a simple predictor was.
   *
   * @param modelMape what the model's mape is over the points that this one answered: a baseline that needs
   *     more runs answers easier questions
   * @param modelIntervalScore what the model's interval score is over the points that this one gave an
   *     interval for
   */
  public record Baseline(
      Score score, OptionalDouble modelMape, OptionalDouble modelIntervalScore) {}

  /** One job and how far off its predictions were. */
  public record Job(String signature, Score score) {}

  /**
   * How far off predictions were.
   *
   * @param n held-out points over all repeats that were predicted; one that a predictor had too few runs
   *     to answer is not among them
   * @param runs different runs among them
   * @param mape mean of |predicted - actual| / actual, percent; empty where n is 0
   * @param medianApe the median of the same
   * @param p90Ape its 90th percentile
   * @param intervals how good the intervals were; empty where none was given: a predictor may need more runs
   *     for an interval than for an answer
   * @param methods predictions by what made them
   */
  public record Score(
      int n,
      int runs,
      OptionalDouble mape,
      OptionalDouble medianApe,
      OptionalDouble p90Ape,
      Optional<Intervals> intervals,
      Map<String, Integer> methods) {
    public Score {
      methods = Map.copyOf(methods);
    }
  }

  /**
   * How good intervals were.
   *
   * @param n held-out points that had one
   * @param coverage share of these inside theirs
   * @param coverageLow lower end of Wilson's 90 % interval for that share. It counts different runs, not
   *     repeats; runs of one job are right or wrong together, which makes it too narrow still
   * @param coverageHigh its upper end
   * @param nominalCoverage share that should be inside
   * @param score mean of Winkler's score, by the actual time: width, and where the point lies outside 2 /
   *     (1 - nominal) times by how much; lower is better
   * @param width median of (high - low) / actual
   * @param bases predictions by what their interval rests on: own, pooled, rules; of a baseline
   *     cv_plus, or quantiles where it has its own
   */
  public record Intervals(
      int n,
      double coverage,
      double coverageLow,
      double coverageHigh,
      double nominalCoverage,
      double score,
      double width,
      Map<String, Integer> bases) {
    public Intervals {
      bases = Map.copyOf(bases);
    }
  }

  /** Told after every job. Called from the asking thread. */
  @FunctionalInterface
  public interface Progress {
    /** Tells nobody. */
    Progress NONE = (done, expected) -> {};

    /**
     * @param done jobs dealt with
     * @param expected jobs in all
     */
    void update(long done, long expected);
  }
}
