package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Prediction.OomRiskBasis;
import io.sparkoptimizer.core.budget.HeapNeed;
import io.sparkoptimizer.core.schedule.JobModel;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How often a size dies for memory: deaths of those that gave a task as much or more speak against
 * it, runs that went well with as little or less speak for it. Below all that went well, what their peaks
 * say of the need ({@link HeapNeed}); without peaks the rate there, four times as much for half the heap a
 * task: a rule of thumb.
 *
 * @param deaths what a task had where something died for memory
 * @param survivals what a task had where a run went through without, at the input that is asked about
 * @param need of executors with so many slots as {@code slots}; null where no peak tells
 */
record DeathRisk(
    List<Share> deaths, List<Share> survivals, @Nullable HeapNeed need, int slots) {
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
  static DeathRisk of(
      List<ApplicationRun> runs,
      ToDoubleFunction<ApplicationRun> growth,
      @Nullable HeapNeed need,
      int slots) {
    return new DeathRisk(
        runs.stream().flatMap(DeathRisk::died).toList(),
        runs.stream()
            .filter(run -> JobModel.isWhole(run) && deaths(run).findAny().isEmpty())
            .map(run -> {
              Share had = Share.of(Setup.of(run));
              return new Share(
                  had.heapMb() * growth.applyAsDouble(run), had.besideMb(), had.heapKnown());
            })
            .toList(),
        need,
        slots);
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

  static double rate(long died, long survived) {
    return (PRIOR_DEATHS + died) / (PRIOR_RUNS + died + survived);
  }

  /** That a run of a size dies for memory: a probability, and how it was found. */
  record Risk(double probability, OomRiskBasis basis) {}

  /** Probability that a run of this size dies for memory; empty where no run tells. */
  Optional<Risk> of(Setup size) {
    Share asked = Share.of(size);
    List<Share> dead =
        deaths.stream().filter(had -> had.heapKnown() == asked.heapKnown()).toList();
    List<Share> alive =
        survivals.stream().filter(had -> had.heapKnown() == asked.heapKnown()).toList();
    if (dead.isEmpty() && alive.isEmpty()) {
      return Optional.empty();
    }
    double least = alive.stream().mapToDouble(Share::heapMb).min().orElse(asked.heapMb());
    double tried = Math.max(asked.heapMb(), least);
    long died = dead.stream()
        .filter(had -> had.heapMb() >= asked.heapMb() && had.besideMb() >= asked.besideMb())
        .count();
    long survived = alive.stream().filter(had -> had.heapMb() <= tried).count();
    double rate = rate(died, survived);
    double less = tried / asked.heapMb();
    if (less <= 1) {
      return Optional.of(new Risk(rate, OomRiskBasis.TRIED));
    }
    return Optional.of(
        need != null && asked.heapKnown()
            ? new Risk(1 - (1 - rate) * (1 - need.risk(asked.heapMb() * slots)), OomRiskBasis.NEED)
            : new Risk(Math.min(1, rate * less * less), OomRiskBasis.RULE));
  }
}
