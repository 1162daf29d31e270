package io.sparkoptimizer;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What a run with certain resources is expected to take and to cost.
 *
 * @param durationMs in milliseconds
 * @param cost in {@link Prices#currency}; empty without a price
 * @param coreHours executor and driver core-hours
 * @param gbHours executor and driver container GiB-hours
 * @param oomRisk probability in [0, 1] that something dies for memory; empty where nothing tells
 * @param oomRiskBasis how it was estimated; null where nothing tells
 */
public record Prediction(
    @Nullable Interval durationMs,
    @Nullable Interval cost,
    OptionalDouble coreHours,
    OptionalDouble gbHours,
    OptionalDouble oomRisk,
    @Nullable OomRiskBasis oomRiskBasis) {

  /** Nothing is known. */
  public static final Prediction UNKNOWN = new Prediction(
      null, null, OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), null);

  /** How a risk was estimated. */
  public enum OomRiskBasis {
    /** From how many runs with so much memory, or less, went well, and how many with so much, or more, died. */
    TRIED,
    /** No run had so little: from the need that peaks of used memory tell, a distribution. */
    NEED,
    /** No run had so little, and none was sampled: four times the rate for half the memory, a rule of thumb. */
    RULE;

    /** As in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Optional<Interval> duration() {
    return Optional.ofNullable(durationMs);
  }

  public Optional<Interval> costInterval() {
    return Optional.ofNullable(cost);
  }
}
