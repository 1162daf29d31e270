package io.sparkoptimizer.spark;

import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a table says of a run that has no log. An instance is what the table counts: an executor, or a
 * node. Parameters of the work are in the run's configuration, under {@link
 * SparkSettings#PARAMETER_PREFIX}, where a log would have them.
 *
 * @param durationMs from the run's start to its end, 1 or more; the time until it failed where it did;
 *     empty where it failed and none is told
 * @param instances 1 or more
 * @param coresPerInstance 1 or more; empty where the table has none
 * @param memoryMbPerInstance heap of an executor, or memory of a node, MiB, 1 or more
 * @param inputBytes size of the input, 1 or more; empty where the table has none
 * @param instanceType the kind of node
 * @param pricePerInstanceHour what one instance costs for an hour, 0 or more, in the currency of the
 *     table; where the table has the cost of the run, that price which makes it so. Empty where the price
 *     book has to tell
 * @param jobClass the kind of job, in the table's own words
 */
public record TableRow(
    OptionalLong durationMs,
    int instances,
    OptionalInt coresPerInstance,
    OptionalLong memoryMbPerInstance,
    OptionalLong inputBytes,
    @Nullable String instanceType,
    OptionalDouble pricePerInstanceHour,
    @Nullable String jobClass) {
  private static final double MS_PER_HOUR = 3_600_000.0;

  public TableRow {
    Objects.requireNonNull(durationMs);
    requireOneOrMore("durationMs", durationMs.orElse(1));
    requireOneOrMore("instances", instances);
    requireOneOrMore("coresPerInstance", coresPerInstance.orElse(1));
    requireOneOrMore("memoryMbPerInstance", memoryMbPerInstance.orElse(1));
    requireOneOrMore("inputBytes", inputBytes.orElse(1));
    double price = pricePerInstanceHour.orElse(0);
    if (!(price >= 0 && price < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("pricePerInstanceHour must be 0 or more, was " + price);
    }
  }

  private static void requireOneOrMore(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be 1 or more, was " + value);
    }
  }

  /** What the run cost, in the currency of the table; empty without a price or a time. */
  public OptionalDouble cost() {
    return pricePerInstanceHour.isPresent() && durationMs.isPresent()
        ? OptionalDouble.of(
            pricePerInstanceHour.getAsDouble() * instances * durationMs.getAsLong() / MS_PER_HOUR)
        : OptionalDouble.empty();
  }
}
