package io.sparkoptimizer;

import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Why one property has its value.
 *
 * @param property the Spark property
 * @param current its value today; null where unknown
 * @param proposed its value in the answer; null where nothing is proposed
 * @param metric what was looked at, with its unit: {@code peak_jvm_heap_bytes}
 * @param observed the metric's value
 * @param threshold what it was held against
 * @param runs ids of the runs that it was seen in
 * @param effect what the value is expected to do, in words
 */
public record Evidence(
    String property,
    @Nullable String current,
    @Nullable String proposed,
    String metric,
    OptionalDouble observed,
    OptionalDouble threshold,
    List<String> runs,
    String effect) {
  public Evidence {
    runs = List.copyOf(runs);
  }
}
