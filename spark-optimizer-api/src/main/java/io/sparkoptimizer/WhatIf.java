package io.sparkoptimizer;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a recorded run would take with other resources or other input.
 *
 * @param appId the run
 * @param baseline what it took as it was
 * @param points one for each combination asked, in the order asked
 */
public record WhatIf(String appId, Baseline baseline, List<Point> points) {
  public WhatIf {
    points = List.copyOf(points);
  }

  /**
   * The question. An empty list leaves that dimension as it was in the run.
   *
   * @param executors executor counts, each 1 or more
   * @param dynamic bounds of dynamic allocation, instead of counts
   * @param executorCores cores per executor
   * @param executorMemoryMb heap per executor, MiB
   * @param shufflePartitions values of {@code spark.sql.shuffle.partitions}
   * @param inputScale multiple of the run's input, more than 0
   */
  public record Query(
      List<Integer> executors,
      Optional<Bounds> dynamic,
      List<Integer> executorCores,
      List<Long> executorMemoryMb,
      List<Integer> shufflePartitions,
      double inputScale) {
    public Query {
      executors = List.copyOf(executors);
      executorCores = List.copyOf(executorCores);
      executorMemoryMb = List.copyOf(executorMemoryMb);
      shufflePartitions = List.copyOf(shufflePartitions);
      if (!(inputScale > 0)) {
        throw new IllegalArgumentException("inputScale must be more than 0, was " + inputScale);
      }
      if (dynamic.isPresent() && !executors.isEmpty()) {
        throw new ConflictingSettingsException(
            "a question has executor counts or dynamic bounds, not both");
      }
    }

    /** Only the executor count changes. */
    public static Query ofExecutors(Integer... counts) {
      return new Query(List.of(counts), Optional.empty(), List.of(), List.of(), List.of(), 1);
    }
  }

  /** Bounds of dynamic allocation: min <= max. */
  public record Bounds(int min, int max) {
    public Bounds {
      if (min < 0 || max < 1 || min > max) {
        throw new IllegalArgumentException(
            "bounds satisfy 0 <= min <= max and max >= 1, were " + min + ":" + max);
      }
    }
  }

  /**
   * What the run took: {@code startupMs} to its first task, {@code workMs} the rest, {@code driverMs}
   * the part of the work in which no task ran.
   */
  public record Baseline(
      OptionalInt executors,
      OptionalInt executorCores,
      OptionalLong durationMs,
      OptionalLong startupMs,
      OptionalLong workMs,
      OptionalLong driverMs) {}

  /**
   * One answer.
   *
   * @param resources what was asked about
   * @param durationMs predicted, with its interval; null where refused
   * @param startupMs to the first task
   * @param workMs after it
   * @param driverMs part of the work in which no task runs
   * @param executorCoreMs allocated core time
   * @param utilization share of the slot time that holds a task, in [0, 1]
   * @param cost in the configured currency
   * @param refused why there is no answer; null where there is one
   */
  public record Point(
      Resources resources,
      @Nullable Interval durationMs,
      OptionalLong startupMs,
      OptionalLong workMs,
      OptionalLong driverMs,
      OptionalLong executorCoreMs,
      OptionalDouble utilization,
      OptionalDouble cost,
      @Nullable String refused) {}
}
