package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis.Finding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The findings of a rule that looks at stages one by one, held down to what a person reads: the worst
 * {@value #MOST} stages that cost at least {@link Severities#NOISE} of the run and half a second each, and one finding
 * for all others where together they cost as much. Of several attempts of a stage the worst counts as
 * its finding.
 */
final class PerStage {
  static final int MOST = 5;
  /** Wall time below which a stage is not worth a line, milliseconds. */
  private static final long SHORT_MS = 500;
  /** Ids named in the finding that stands for the rest. */
  private static final int NAMED = 10;

  private PerStage() {}

  /**
   * A stage's finding.
   *
   * @param share of the run that it costs, in [0, 1]
   */
  record Candidate(double share, Finding finding) {
    int stageId() {
      return finding.stageId().orElseThrow();
    }
  }

  /** @param symptom what the stages do, as "are skewed" */
  static List<Finding> bounded(List<Candidate> candidates, String symptom) {
    List<Candidate> sorted = new ArrayList<>(candidates);
    sorted.sort(Comparator.comparingDouble((Candidate candidate) -> -candidate.share())
        .thenComparing(Candidate::finding, Analyzer.WORST_FIRST));
    List<Finding> shown = new ArrayList<>();
    List<Candidate> rest = new ArrayList<>();
    Set<Integer> seen = new HashSet<>();
    for (Candidate candidate : sorted) {
      boolean another = seen.add(candidate.stageId());
      if (another
          && worth(candidate.share(), candidate.finding().wastedMs())
          && shown.size() < MOST) {
        shown.add(candidate.finding());
      } else {
        rest.add(candidate);
      }
    }
    double share = rest.stream().mapToDouble(Candidate::share).sum();
    if (!rest.isEmpty() && worth(share, sumMs(rest))) {
      shown.add(summary(rest, Math.min(1, share), symptom));
    }
    return shown;
  }

  private static boolean worth(double share, OptionalLong lostMs) {
    return share >= Severities.NOISE && lostMs.orElse(SHORT_MS) >= SHORT_MS;
  }

  private static Finding summary(List<Candidate> rest, double share, String symptom) {
    Finding worst = rest.get(0).finding();
    List<Integer> ids =
        rest.stream().map(Candidate::stageId).distinct().sorted().toList();
    String named = ids.stream().limit(NAMED).map(String::valueOf).collect(Collectors.joining(", "));
    String more = ids.size() > NAMED ? ", ..." : "";
    return new Finding(
        worst.rule(),
        Severities.ofShare(share),
        OptionalInt.empty(),
        Words.count(ids.size(), "more stage") + " " + symptom + ", " + Words.percent(share)
            + " of the run together: " + named + more,
        worst.evidence(),
        sumMs(rest),
        sum(rest.stream()
            .map(candidate -> candidate.finding().wastedCoreHours())
            .toList()),
        sum(rest.stream().map(candidate -> candidate.finding().wastedCost()).toList()),
        "The worst of them is stage " + rest.get(0).stageId() + ". " + worst.advice(),
        worst.sparkConf());
  }

  private static OptionalLong sumMs(List<Candidate> rest) {
    return rest.stream().allMatch(candidate -> candidate.finding().wastedMs().isPresent())
        ? OptionalLong.of(rest.stream()
            .mapToLong(candidate -> candidate.finding().wastedMs().orElse(0))
            .sum())
        : OptionalLong.empty();
  }

  private static OptionalDouble sum(List<OptionalDouble> figures) {
    return figures.stream().allMatch(OptionalDouble::isPresent)
        ? OptionalDouble.of(
            figures.stream().mapToDouble(figure -> figure.orElse(0)).sum())
        : OptionalDouble.empty();
  }
}
