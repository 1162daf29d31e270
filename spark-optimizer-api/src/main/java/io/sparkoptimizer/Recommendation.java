package io.sparkoptimizer;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the next run should be given, and why.
 *
 * @param id unique; equal questions over equal history have equal ids
 * @param verdict what kind of answer this is
 * @param method name of the recommender that answered
 * @param proposed the settings; {@link Resources#NONE} for infeasible and abstain
 * @param prediction what the proposed settings are expected to take
 * @param current the settings of today; {@link Resources#NONE} for a job without history
 * @param currentPrediction what today's settings are expected to take for the same work
 * @param confidence probability that the actual duration lies within 20 % of the predicted one and
 *     nothing runs out of memory; in [0, 1]
 * @param confidenceBasis whose left-out runs it was measured on
 * @param prices what costs were computed with
 * @param runs ids of the runs that the answer rests on, newest first
 * @param inputBytes external bytes that the prediction is for; empty where unknown
 * @param inputBasis how they were found
 * @param bindingConstraint what stopped a better answer; null where nothing did
 * @param reasoning in words
 * @param evidence for each proposed value
 * @param sparkConf the Spark properties to submit with
 * @param alternatives the time/cost Pareto front, fastest first, the pick left out
 */
public record Recommendation(
    String id,
    Verdict verdict,
    String method,
    Resources proposed,
    Prediction prediction,
    Resources current,
    Prediction currentPrediction,
    double confidence,
    ConfidenceBasis confidenceBasis,
    Prices prices,
    List<String> runs,
    OptionalLong inputBytes,
    InputBasis inputBasis,
    @Nullable String bindingConstraint,
    String reasoning,
    List<Evidence> evidence,
    Map<String, String> sparkConf,
    List<Alternative> alternatives) {

  /** Nominal level of every interval. */
  public static final double INTERVAL_COVERAGE = 0.9;

  public Recommendation {
    Objects.requireNonNull(id);
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new IllegalArgumentException("confidence is in [0, 1], was " + confidence);
    }
    if ((verdict == Verdict.INFEASIBLE || verdict == Verdict.ABSTAIN)
        && !(proposed.equals(Resources.NONE) && sparkConf.isEmpty())) {
      throw new IllegalArgumentException(
          "a verdict of " + verdict.word() + " proposes nothing, so that no script submits it");
    }
    runs = List.copyOf(runs);
    evidence = List.copyOf(evidence);
    sparkConf = Collections.unmodifiableMap(new TreeMap<>(sparkConf));
    alternatives = List.copyOf(alternatives);
  }

  /** Another size on the time/cost Pareto front. */
  public record Alternative(Resources resources, Prediction prediction) {}

  /** Whose runs a confidence was measured on. */
  public enum ConfidenceBasis {
    /** Left-out runs of the job itself. */
    OWN,
    /** Runs of other jobs. */
    POOLED,
    /** No left-out run: the spread that is assumed beforehand, and grows with the distance asked. */
    RULES;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How the input size of the prediction was found. */
  public enum InputBasis {
    /** The newest run's; of rows of a table, which have no time, that of most. */
    LAST_RUN,
    /** {@code inputScale} times the newest run's. */
    SCALED,
    /** Declared, mapped to bytes read by the job's own ratio. */
    DECLARED_LEARNED,
    /** Declared, taken as bytes read: no ratio is known. */
    DECLARED,
    /** Neither declared nor recorded. */
    UNKNOWN;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
