package io.sparkoptimizer.core;

import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.core.eventlog.Redaction;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.SparkSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Words that describe the work of one run of a job: a region, a model, a number of clusters. A run was
 * told of them by Spark properties, {@code --conf spark.sparkoptimizer.parameter.region=eu}, which Spark
 * logs; runs with the values that are asked about answer, and those with others are set aside.
 *
 * @param asked by name
 */
record Parameters(Map<String, String> asked) {
  /** What the property of a parameter begins with; its name follows. */
  static final String PREFIX = SparkSettings.PARAMETER_PREFIX;

  /** So many times as many runs are looked at as may answer: those with other values are among them. */
  private static final int REACH = 5;

  /**
   * Runs that answer.
   *
   * @param remark what became of the parameters, a sentence or two; empty where there is nothing to say
   */
  record Match(List<ApplicationRun> runs, String remark) {}

  /** How many runs to look at for so many that may answer. */
  int lookedAt(int most) {
    return asked.isEmpty() ? most : (int) Math.min(Integer.MAX_VALUE, (long) REACH * most);
  }

  /**
   * The runs that count. A parameter that no run has been told of is not used; nor are any where no run
   * has the values asked about.
   *
   * @param runs of the job, newest first
   * @param most so many of them answer; the run that the profile names stays in any case
   */
  Match among(List<ApplicationRun> runs, int most, JobProfile profile) {
    if (asked.isEmpty()) {
      return new Match(runs, "");
    }
    Map<String, String> known = new TreeMap<>(asked);
    known
        .keySet()
        .removeIf(name -> runs.stream().noneMatch(run -> value(run, name).isPresent()));
    Map<String, String> unknown = new TreeMap<>(asked);
    unknown.keySet().removeAll(known.keySet());
    String unused = unknown.isEmpty()
        ? ""
        : "Not used: " + words(unknown) + ", because no recorded run of the job has "
            + (unknown.size() == 1
                ? PREFIX + unknown.keySet().iterator().next()
                : "its " + PREFIX + "NAME")
            + ".";
    if (runs.stream().allMatch(run -> run.tableRow() != null)) {
      // What parameters do to its time is learnt from all rows.
      return new Match(runs, unused);
    }
    Predicate<ApplicationRun> equal = run -> known.entrySet().stream()
        .allMatch(one ->
            value(run, one.getKey()).filter(one.getValue().strip()::equals).isPresent());
    long matching = runs.stream().filter(equal).count();
    if (known.isEmpty() || matching == 0) {
      String none = known.isEmpty()
          ? ""
          : "Not used: " + words(known) + ", because none of " + runs.size()
              + " runs had that; runs of all parameters answer.";
      return new Match(chosen(runs, run -> true, most, profile), join(none, unused));
    }
    String aside = matching == runs.size()
        ? ""
        : (runs.size() - matching) + " of " + runs.size() + " runs had other parameters than "
            + words(known) + " and are set aside.";
    return new Match(chosen(runs, equal, most, profile), join(aside, unused));
  }

  private static List<ApplicationRun> chosen(
      List<ApplicationRun> runs, Predicate<ApplicationRun> equal, int most, JobProfile profile) {
    List<ApplicationRun> chosen =
        new ArrayList<>(runs.stream().filter(equal).limit(most).toList());
    runs.stream()
        .filter(run -> profile.like().filter(id -> id.equals(run.appId())).isPresent())
        .filter(like -> !chosen.contains(like))
        .findFirst()
        .ifPresent(chosen::add);
    return chosen;
  }

  private static Optional<String> value(ApplicationRun run, String name) {
    return run.setting(PREFIX + name).map(String::strip);
  }

  private static String words(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .map(one -> one.getKey() + "=" + shown(one.getKey(), one.getValue()))
        .collect(Collectors.joining(", "));
  }

  /** A value as the log of a run would have it. */
  private static String shown(String name, String value) {
    return Redaction.property(PREFIX + name, value);
  }

  private static String join(String first, String second) {
    return first.isEmpty() || second.isEmpty() ? first + second : first + " " + second;
  }

  /** The answer with what became of the parameters, which the next run is told again. */
  Recommendation note(Recommendation answer, String remark) {
    if (asked.isEmpty()) {
      return answer;
    }
    Map<String, String> conf = new TreeMap<>(answer.sparkConf());
    if (answer.verdict() == Verdict.CHANGE || answer.verdict() == Verdict.KEEP) {
      // An answer is kept: a secret is not, and no log will tell it either.
      asked.forEach((name, value) -> {
        if (shown(name, value).equals(value)) {
          conf.put(PREFIX + name, value);
        }
      });
    }
    return new Recommendation(
        answer.id(),
        answer.verdict(),
        answer.method(),
        answer.proposed(),
        answer.prediction(),
        answer.current(),
        answer.currentPrediction(),
        answer.confidence(),
        answer.confidenceBasis(),
        answer.prices(),
        answer.runs(),
        answer.inputBytes(),
        answer.inputBasis(),
        answer.bindingConstraint(),
        join(answer.reasoning(), remark),
        answer.evidence(),
        conf,
        answer.alternatives());
  }
}
