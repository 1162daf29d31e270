package io.sparkoptimizer;

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
 */
public record Prediction(
    @Nullable Interval durationMs,
    @Nullable Interval cost,
    OptionalDouble coreHours,
    OptionalDouble gbHours,
    OptionalDouble oomRisk) {

  /** Nothing is known. */
  public static final Prediction UNKNOWN = new Prediction(
      null, null, OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty());

  public Optional<Interval> duration() {
    return Optional.ofNullable(durationMs);
  }

  public Optional<Interval> costInterval() {
    return Optional.ofNullable(cost);
  }
}
