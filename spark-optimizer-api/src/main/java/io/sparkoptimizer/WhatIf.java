package io.sparkoptimizer;

import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.StageAttempt;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a recorded run would take with other resources or other input.
 *
 * @param appId the run
 * @param baseline what it took as it was
 * @param points one for each combination asked, in the order asked
 * @param knees one for each combination of settings other than executors, in the order asked
 */
public record WhatIf(String appId, Baseline baseline, List<Point> points, List<Knee> knees) {
  public WhatIf {
    points = List.copyOf(points);
    knees = List.copyOf(knees);
  }

  /** The knee of the first combination; empty where it has none. */
  public OptionalInt knee() {
    return knees.isEmpty() ? OptionalInt.empty() : knees.get(0).executors();
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
    private static final double AROUND = 8;
    private static final double MOST_TIMES = 64;
    private static final double MOST_EXECUTORS = 10_000;

    public Query {
      executors = List.copyOf(executors);
      executorCores = List.copyOf(executorCores);
      executorMemoryMb = List.copyOf(executorMemoryMb);
      shufflePartitions = List.copyOf(shufflePartitions);
      requirePositive("executors", executors);
      requirePositive("executorCores", executorCores);
      requirePositive("executorMemoryMb", executorMemoryMb);
      requirePositive("shufflePartitions", shufflePartitions);
      if (!(inputScale > 0 && inputScale < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "inputScale must be more than 0 and finite, was " + inputScale);
      }
      if (dynamic.isPresent() && !executors.isEmpty()) {
        throw new ConflictingSettingsException(
            "a question has executor counts or dynamic bounds, not both");
      }
    }

    private static void requirePositive(String name, List<? extends Number> values) {
      for (Number value : values) {
        if (value.longValue() < 1) {
          throw new IllegalArgumentException(name + " must be 1 or more, was " + value);
        }
      }
    }

    /**
     * The same about executor counts around what the run had, for a question that names none: steps of
     * the square root of two from an eighth of it (or of what can be used, where that is less) up to
     * where slots exceed the tasks of the widest stage, and at most to 64 times. A question that has
     * counts or bounds stays as it is.
     */
    public Query withExecutorsAround(ApplicationRun run) {
      if (!executors.isEmpty() || dynamic.isPresent()) {
        return this;
      }
      Allocation had = Allocation.of(run);
      int today = Math.max(1, had.peakExecutors().orElse(1));
      int cores =
          executorCores.isEmpty() ? had.executorCores().orElse(1) : Collections.min(executorCores);
      int taskCpus = Math.max(
          1, SparkSettings.count(run.configuration(), "spark.task.cpus").orElse(1));
      double widest = run.stages().stream()
              .filter(StageAttempt::ran)
              .mapToInt(StageAttempt::numTasks)
              .max()
              .orElse(1)
          * Math.max(1, inputScale);
      if (!shufflePartitions.isEmpty()) {
        widest = Math.max(widest, Collections.max(shufflePartitions));
      }
      double useful = Math.max(1, widest / Math.max(1, cores / taskCpus));
      TreeSet<Integer> counts = new TreeSet<>(List.of(today));
      double least = Math.max(1, Math.min(today, useful) / AROUND);
      for (int step = 1; counts.first() > least; step++) {
        counts.add((int) Math.round(Math.max(least, today / Math.pow(2, step / 2.0))));
      }
      double most = Math.min(MOST_TIMES * (double) today, MOST_EXECUTORS);
      for (int step = 1; counts.last() <= useful && counts.last() < most; step++) {
        counts.add((int) Math.round(Math.min(most, today * Math.pow(2, step / 2.0))));
      }
      return new Query(
          List.copyOf(counts),
          dynamic,
          executorCores,
          executorMemoryMb,
          shufflePartitions,
          inputScale);
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
   * Where more executors stop paying, among counts with otherwise equal settings: from here on one more
   * percent of cost buys less than one percent of time.
   *
   * @param executorCores of the counts it was sought among, as the two that follow
   * @param executorMemoryMb heap per executor, MiB
   * @param shufflePartitions {@code spark.sql.shuffle.partitions}
   * @param executors one of the counts asked about that have an answer; empty where there is no knee
   * @param why there is none; null where there is one
   */
  public record Knee(
      OptionalInt executorCores,
      OptionalLong executorMemoryMb,
      OptionalInt shufflePartitions,
      OptionalInt executors,
      @Nullable String why) {
    public Knee {
      if (executors.isPresent() == (why != null)) {
        throw new IllegalArgumentException(
            "a knee has executors or a reason why not, was " + executors + ", " + why);
      }
    }

    /** Whether a point is one of those it was sought among. */
    public boolean isAmong(Point point) {
      return point.resources().executorCores().equals(executorCores)
          && point.resources().executorMemoryMb().equals(executorMemoryMb)
          && point.resources().shufflePartitions().equals(shufflePartitions);
    }
  }

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
