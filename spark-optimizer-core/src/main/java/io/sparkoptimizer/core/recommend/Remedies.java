package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Analysis.Measured;
import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.core.analysis.Analyzer;
import io.sparkoptimizer.core.analysis.ShuffleFacts;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.SparkSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Settings of which no schedule knows what they gain: adaptive execution's, and the partitions of RDD
 * shuffles. They are what {@link Analyzer} prescribes for the newest whole run, taken over and not judged
 * again, so that {@code recommend} and {@code analyze} never say two things of one property; only a
 * remedy of what cost {@value #WORTH} of the run or more is worth a change. Nothing is taken over where
 * the property is locked, where the next run has adaptive execution set otherwise than the one that was
 * looked at, or beside a death for memory, which is mended first.
 */
final class Remedies {
  /** Of what changes nothing. */
  static final Remedies NONE =
      new Remedies(null, JobProfile.builder().build(), List.of(), Map.of(), 1);

  private static final String ADAPTIVE = "spark.sql.adaptive.";
  private static final String ENABLED = ADAPTIVE + "enabled";

  /** Share of the run that was lost: what {@code analyze} calls medium, and half of usual noise. */
  private static final double WORTH = 0.05;

  private final @Nullable ApplicationRun run;
  private final JobProfile profile;
  private final List<Finding> findings;
  private final Map<String, String> conf;
  private final List<Evidence> adaptive;
  private final @Nullable PartitionRule parallelism;

  private Remedies(
      @Nullable ApplicationRun run,
      JobProfile profile,
      List<Finding> findings,
      Map<String, String> conf,
      double inputRatio) {
    this.run = run;
    this.profile = profile;
    this.findings = findings;
    this.conf = conf;
    this.adaptive = run == null || isSetOtherwise(run) ? List.of() : adaptive(run);
    this.parallelism = run == null || profile.locked().contains(ShuffleFacts.DEFAULT_PARALLELISM)
        ? null
        : PartitionRule.ofRdd(run, inputRatio, this).orElse(null);
  }

  /**
   * @param run the newest whole run of the job
   * @param conf what the next run has set unless it is told otherwise
   * @param inputRatio the next run's input over that run's
   */
  static Remedies of(
      ApplicationRun run,
      JobProfile profile,
      Map<String, String> conf,
      double inputRatio,
      Prices prices) {
    return new Remedies(run, profile, Analyzer.analyze(run, prices).findings(), conf, inputRatio);
  }

  /** What changes with a size: a row for each property, one that is locked included. */
  List<Evidence> evidence(Setup size) {
    List<Evidence> all = new ArrayList<>(adaptive);
    if (parallelism != null && run != null) {
      OptionalInt now = SparkSettings.count(conf, parallelism.property());
      int slots = (int)
          Math.min(parallelism.mostUseful(), (long) size.executors() * size.slotsPerExecutor());
      OptionalInt wanted = parallelism.partitions(now, slots);
      if (!wanted.equals(now)) {
        Evidence one = parallelism.evidence(now, wanted, List.of(Answers.id(run)));
        all.add(with(one, one.effect() + "; RDD shuffles are not cut anew in the predicted time"));
      }
    }
    return all;
  }

  /** The properties to submit. */
  static Map<String, String> changes(List<Evidence> evidence) {
    Map<String, String> changes = new TreeMap<>();
    for (Evidence one : evidence) {
      if (one.proposed() != null && !one.proposed().equals(one.current())) {
        changes.put(one.property(), one.proposed());
      }
    }
    return changes;
  }

  /** Whether the next run has adaptive execution. */
  boolean isAdaptive(ApplicationRun newest, Map<String, String> next) {
    return ShuffleFacts.isAdaptive(newest, next)
        || "true".equals(changes(adaptive).get(ENABLED));
  }

  /** How many partitions the analysis wants; 0 where it names no count. */
  int partitions(String property) {
    if (run == null || profile.locked().contains(property)) {
      return 0;
    }
    List<Finding> asking = asking(property);
    return isWorth(asking, run)
        ? SparkSettings.count(asking.get(0).sparkConf(), property).orElse(0)
        : 0;
  }

  private boolean isSetOtherwise(ApplicationRun seen) {
    // That it is on is Spark's default, which no log says.
    String on = Boolean.toString(ShuffleFacts.isAdaptive(seen, seen.configuration()));
    return profile.configuration().entrySet().stream()
        .anyMatch(set -> set.getKey().startsWith(ADAPTIVE)
            && !set.getValue()
                .strip()
                .equalsIgnoreCase(
                    seen.setting(set.getKey()).orElse(set.getKey().equals(ENABLED) ? on : "")));
  }

  private List<Evidence> adaptive(ApplicationRun seen) {
    Map<String, Evidence> rows = new TreeMap<>();
    for (Finding finding : findings) {
      for (String property : finding.sparkConf().keySet()) {
        List<Finding> asking = asking(property);
        if (property.startsWith(ADAPTIVE) && isWorth(asking, seen)) {
          rows.computeIfAbsent(property, name -> row(name, asking, seen));
        }
      }
    }
    return List.copyOf(rows.values());
  }

  /** Findings that want a property; those that also want what is locked have no remedy. */
  private List<Finding> asking(String property) {
    return findings.stream()
        .filter(finding -> finding.sparkConf().containsKey(property))
        .filter(finding -> profile.locked().contains(property)
            || finding.sparkConf().keySet().stream()
                .noneMatch(one -> one.startsWith(ADAPTIVE) && profile.locked().contains(one)))
        .toList();
  }

  private static boolean isWorth(List<Finding> findings, ApplicationRun seen) {
    return !findings.isEmpty()
        && lostMs(findings) > 0
        && lostMs(findings) >= WORTH * seen.durationMs().orElse(Long.MAX_VALUE);
  }

  private static double lostMs(List<Finding> findings) {
    return findings.stream()
        .mapToDouble(finding -> (double) finding.wastedMs().orElse(0))
        .sum();
  }

  private Evidence row(String property, List<Finding> asking, ApplicationRun seen) {
    Finding worst = asking.get(0);
    Measured measured = worst.evidence().get(0);
    boolean locked = profile.locked().contains(property);
    String current = conf.get(property);
    double lost = lostMs(asking);
    return new Evidence(
        property,
        current,
        locked ? current : worst.sparkConf().get(property),
        measured.metric(),
        OptionalDouble.of(measured.observed()),
        OptionalDouble.of(measured.threshold()),
        List.of(Answers.id(seen)),
        (locked ? "locked, though " : "") + worst.rule() + " cost " + Words.time(lost) + ", "
            + Words.percent(Math.min(1, lost / Math.max(1, seen.durationMs().orElse(1))))
            + " of the run (" + worst.title() + "); what this gains of it is not in the predicted"
            + " time");
  }

  private static Evidence with(Evidence one, String effect) {
    return new Evidence(
        one.property(),
        one.current(),
        one.proposed(),
        one.metric(),
        one.observed(),
        one.threshold(),
        one.runs(),
        effect);
  }
}
