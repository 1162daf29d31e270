package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis;
import io.sparkoptimizer.Analysis.Efficiency;
import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.spark.ApplicationRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Says what a run did with what it was given. Works for every run, whatever its log lacks: a figure
 * that is not told is empty and a rule without evidence is silent. Equal runs give equal answers.
 * Stateless and thread-safe.
 */
public final class Analyzer {
  /** By severity, then core-hours lost (unknown last), then stage (the whole run first), then rule. */
  static final Comparator<Finding> WORST_FIRST = Comparator.comparing(Finding::severity)
      .thenComparing(finding -> -finding.wastedCoreHours().orElse(-1))
      .thenComparing(finding -> finding.stageId().orElse(-1))
      .thenComparing(Finding::rule)
      .thenComparing(Finding::title);

  private static final List<Rule> RULES = List.of(
      new OutOfMemoryRule(),
      new FailedTasksRule(),
      new SkewedStageRule(),
      new SpillingStageRule(),
      new HighGcRule(),
      new IdleSlotsRule(),
      new TinyTasksRule(),
      new OversizedMemoryRule());

  private Analyzer() {}

  /**
   * Analyzes a run.
   *
   * @param run the run; may lack stages, executors, an end
   * @param prices what core-hours and GiB-hours are turned into money with
   */
  public static Analysis analyze(ApplicationRun run, Prices prices) {
    RunFacts facts = new RunFacts(run, prices);
    List<Finding> findings = new ArrayList<>();
    for (Rule rule : RULES) {
      findings.addAll(rule.findings(facts));
    }
    findings.sort(WORST_FIRST);
    Efficiency efficiency = Accounts.efficiency(facts);
    return new Analysis(
        run,
        HealthScore.of(facts, findings),
        efficiency,
        Accounts.bottleneck(facts, efficiency.breakdownMs()),
        withoutContradictions(findings));
  }

  /**
   * Findings look at one symptom each, so two may want one property at different values: the worse one
   * keeps it, the other says so in words.
   */
  private static List<Finding> withoutContradictions(List<Finding> findings) {
    Map<String, Finding> owners = new HashMap<>();
    List<Finding> consistent = new ArrayList<>();
    for (Finding finding : findings) {
      Map<String, String> kept = new TreeMap<>();
      StringBuilder advice = new StringBuilder(finding.advice());
      finding.sparkConf().forEach((property, value) -> {
        Finding owner = owners.putIfAbsent(property, finding);
        String owned = owner == null ? value : owner.sparkConf().get(property);
        if (value.equals(owned)) {
          kept.put(property, value);
        } else {
          advice
              .append(" (On its own this would set ")
              .append(property)
              .append('=')
              .append(value)
              .append("; the worse finding ")
              .append(owner == null ? "" : owner.rule())
              .append(" asks for ")
              .append(owned)
              .append(".)");
        }
      });
      consistent.add(new Finding(
          finding.rule(),
          finding.severity(),
          finding.stageId(),
          finding.title(),
          finding.evidence(),
          finding.wastedMs(),
          finding.wastedCoreHours(),
          finding.wastedCost(),
          advice.toString(),
          kept));
    }
    return consistent;
  }
}
