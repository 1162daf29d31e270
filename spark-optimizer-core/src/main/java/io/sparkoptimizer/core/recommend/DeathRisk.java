package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.core.schedule.JobModel;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * How often a size dies for memory: deaths of those that gave a task as much or more speak against
 * it, runs that went well with as little or less speak for it. Below all that went well the rate is
 * theirs, four times as much for half the heap a task: a rule of thumb until deaths of many jobs have
 * been seen.
 *
 * @param deaths what a task had where something died for memory
 * @param survivals what a task had where a run went through without, at the input that is asked about
 */
record DeathRisk(List<Share> deaths, List<Share> survivals) {
  /** Prior of a death: 0.1 deaths in 2 runs. */
  private static final double PRIOR_DEATHS = 0.1;

  private static final double PRIOR_RUNS = 2;

  /**
   * What one of an executor's concurrent tasks has, MiB: heap, and what lies beside it. Only sizes of
   * which both heaps are known, or neither, compare.
   */
  record Share(double heapMb, double besideMb, boolean heapKnown) {
    static Share of(Setup size) {
      return new Share(
          size.heapATask(),
          (double) (size.overheadMb() + size.pysparkMb()) / size.slotsPerExecutor(),
          size.heapKnown());
    }
  }

  /** @param growth how much more a task holds next time than in that run, 1 or more */
  static DeathRisk of(List<ApplicationRun> runs, ToDoubleFunction<ApplicationRun> growth) {
    return new DeathRisk(
        runs.stream().flatMap(DeathRisk::died).toList(),
        runs.stream()
            .filter(run -> JobModel.isWhole(run) && deaths(run).findAny().isEmpty())
            .map(run -> {
              Share had = Share.of(Setup.of(run));
              return new Share(
                  had.heapMb() * growth.applyAsDouble(run), had.besideMb(), had.heapKnown());
            })
            .toList());
  }

  /** Failures that memory is known to have caused. */
  static Stream<MemoryFailure> deaths(ApplicationRun run) {
    return run.memoryFailures().stream()
        .filter(failure -> failure.cause() == Cause.HEAP
            || failure.cause() == Cause.CONTAINER
            || failure.cause() == Cause.PYTHON)
        .filter(failure -> failure.certainty() != Certainty.UNKNOWN);
  }

  /** One for a run; more memory beside the heap is no remedy where the heap died. */
  private static Stream<Share> died(ApplicationRun run) {
    if (deaths(run).findAny().isEmpty()) {
      return Stream.empty();
    }
    Share had = Share.of(Setup.of(run));
    boolean heap = deaths(run).anyMatch(failure -> failure.cause() == Cause.HEAP);
    return Stream.of(
        heap ? new Share(had.heapMb(), Double.POSITIVE_INFINITY, had.heapKnown()) : had);
  }

  /** Probability that a run of this size dies for memory; empty where no run tells. */
  OptionalDouble of(Setup size) {
    Share asked = Share.of(size);
    List<Share> dead =
        deaths.stream().filter(had -> had.heapKnown() == asked.heapKnown()).toList();
    List<Share> alive =
        survivals.stream().filter(had -> had.heapKnown() == asked.heapKnown()).toList();
    if (dead.isEmpty() && alive.isEmpty()) {
      return OptionalDouble.empty();
    }
    double least = alive.stream().mapToDouble(Share::heapMb).min().orElse(asked.heapMb());
    double tried = Math.max(asked.heapMb(), least);
    long died = dead.stream()
        .filter(had -> had.heapMb() >= asked.heapMb() && had.besideMb() >= asked.besideMb())
        .count();
    long survived = alive.stream().filter(had -> had.heapMb() <= tried).count();
    double rate = (PRIOR_DEATHS + died) / (PRIOR_RUNS + died + survived);
    double less = tried / asked.heapMb();
    return OptionalDouble.of(Math.min(1, rate * less * less));
  }
}
