package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Analysis.Measured;
import io.sparkoptimizer.Analysis.Severity;
import io.sparkoptimizer.spark.SparkSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/** A finding being written. Not thread-safe. */
final class Draft {
  private final RunFacts facts;
  private final String rule;
  private final Severity severity;
  private final String title;
  private final List<Measured> evidence = new ArrayList<>();
  private final Map<String, String> sparkConf = new TreeMap<>();
  private OptionalInt stageId = OptionalInt.empty();
  private OptionalLong wastedMs = OptionalLong.empty();
  private OptionalDouble wastedCoreHours = OptionalDouble.empty();
  private OptionalDouble wastedCost = OptionalDouble.empty();
  private final List<String> advice = new ArrayList<>();

  Draft(RunFacts facts, Rule rule, Severity severity, String title) {
    this.facts = facts;
    this.rule = rule.name();
    this.severity = severity;
    this.title = title;
  }

  Draft stage(int id) {
    stageId = OptionalInt.of(id);
    return this;
  }

  Draft evidence(String metric, double observed, double threshold, String unit) {
    evidence.add(new Measured(metric, observed, threshold, unit));
    return this;
  }

  Draft wastedMs(double wallMs) {
    wastedMs = OptionalLong.of(Math.round(wallMs));
    return this;
  }

  /** Core-hours of this slot time, and what they cost with their memory. */
  Draft wastedSlotMs(double slotMs) {
    return wastedCoreHours(facts.coreHours(slotMs));
  }

  Draft wastedCoreHours(double coreHours) {
    wastedCoreHours = OptionalDouble.of(coreHours);
    wastedCost = facts.cost(coreHours);
    return this;
  }

  Draft wastedCost(double cost) {
    wastedCost = OptionalDouble.of(cost);
    return this;
  }

  /** Adds a sentence or more. */
  Draft advice(String words) {
    advice.add(words);
    return this;
  }

  /** A property to set; passed over where the run had that value already, in whatever spelling. */
  Draft conf(String property, String value) {
    boolean same = sameValue(facts.run().configuration(), Map.of(property, value), property);
    if (!same) {
      sparkConf.put(property, value);
    }
    return this;
  }

  /** {@code 4g} is {@code 4096m}, and a plain number has the property's own unit. */
  private static boolean sameValue(Map<String, String> a, Map<String, String> b, String property) {
    boolean memory = property.toLowerCase(Locale.ROOT).contains("memory");
    OptionalLong size =
        memory ? SparkSettings.memoryMb(a, property) : SparkSettings.sizeBytes(a, property);
    OptionalLong other =
        memory ? SparkSettings.memoryMb(b, property) : SparkSettings.sizeBytes(b, property);
    String text = a.get(property);
    return size.isPresent()
        ? size.equals(other)
        : text != null && text.strip().equalsIgnoreCase(b.get(property));
  }

  Draft confMb(String property, long mebibytes) {
    return conf(property, mebibytes + "m");
  }

  Finding build() {
    return new Finding(
        rule,
        severity,
        stageId,
        title,
        evidence,
        wastedMs,
        wastedCoreHours,
        wastedCost,
        String.join(" ", advice),
        sparkConf);
  }
}
