package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.core.budget.MemoryPart;
import io.sparkoptimizer.core.container.MemoryRule;
import io.sparkoptimizer.core.recommend.MemoryPast.Seen;
import io.sparkoptimizer.core.schedule.JobModel;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.List;
import java.util.OptionalLong;

/** The driver's heap: more after its death, less in guarded steps by its peak, the same without evidence. */
final class DriverPlan {
  private static final double WORTH = 0.95;
  private static final long LEAST_MB = 1024;

  /** So many runs carry a step down, however short each is. */
  private static final int SEVERAL_RUNS = 3;

  /** Five minutes: thirty heartbeats of the driver. */
  private static final long LONG_MS = 300_000;

  private static final String PEAK = "peak_jvm_heap_bytes";

  private final MemoryPast past;
  private final MemoryNotes notes;
  long heapMb;
  boolean urgent;

  DriverPlan(MemoryPast past, MemoryNotes notes) {
    this.past = past;
    this.notes = notes;
    heapMb = past.current().driverHeapMb();
    List<Seen> died = past.recent().stream()
        .filter(seen -> seen.had().driverHeapMb() >= heapMb)
        .filter(seen -> DeathRisk.deaths(seen.run())
            .anyMatch(failure ->
                failure.cause() == Cause.HEAP && MemoryPast.isOfDriver(seen.run(), failure)))
        .toList();
    if (!died.isEmpty() && !past.isLocked(MemoryPlan.DRIVER)) {
      urgent = true;
      long to = MemoryRule.upMb(
          Math.max(heapMb, MemoryPast.mostMb(died, Setup::driverHeapMb)) * MemoryRule.RAISE);
      notes.deaths(
          MemoryPlan.DRIVER,
          heapMb + "m",
          to + "m",
          "memory_failures_heap",
          died,
          "the driver ran out of heap: half as much again");
      heapMb = to;
    } else {
      fromPeak();
    }
  }

  private void fromPeak() {
    List<ApplicationRun> whole = past.runs().stream().filter(JobModel::isWhole).toList();
    OptionalLong peak = whole.stream()
        .flatMap(run -> run.executors().stream())
        .filter(executor -> executor.isDriver() && executor.completedTasks() == 0)
        .map(driver -> driver.sampledPeak(MemoryPeak.JVM_HEAP))
        .filter(OptionalLong::isPresent)
        .mapToLong(bytes -> bytes.getAsLong() >> 20)
        .max();
    boolean collects = past.runs().stream()
        .anyMatch(run -> run.totals().orZero(TaskMetric.RESULT_SIZE_BYTES) >> 20 > heapMb / 4);
    if (peak.isEmpty() || collects || past.isLocked(MemoryPlan.DRIVER)) {
      notes.size(
          MemoryPlan.DRIVER,
          heapMb,
          heapMb,
          PEAK,
          null,
          null,
          past.runs(),
          past.isLocked(MemoryPlan.DRIVER)
              ? past.whyLocked(MemoryPlan.DRIVER)
              : collects
                  ? "kept: large results come to the driver"
                  : "kept: " + past.evidence(MemoryPart.DRIVER).advice());
      return;
    }
    double wanted = Math.max(
        Math.max(LEAST_MB, past.leastMb(List.of(), Setup::driverHeapMb)),
        peak.getAsLong() * MemoryRule.RAISE);
    long stepped = MemoryRule.steppedDownMb(heapMb, wanted);
    List<ApplicationRun> sampled = whole.stream()
        .filter(run -> run.executors().stream()
            .anyMatch(executor ->
                executor.isDriver() && executor.sampledPeak(MemoryPeak.JVM_HEAP).isPresent()))
        .toList();
    boolean often = sampled.size() >= SEVERAL_RUNS
        || sampled.stream().anyMatch(run -> run.durationMs().orElse(0) >= LONG_MS);
    String kept = stepped >= WORTH * heapMb
        ? "kept: the peak needs it"
        : often
            ? past.whyNoStepDown(MemoryPlan.DRIVER)
            : "kept: too few samples for less (short runs)";
    long to = kept == null ? stepped : heapMb;
    notes.peak(
        past.evidence(MemoryPart.DRIVER),
        MemoryPlan.DRIVER,
        heapMb,
        to,
        PEAK,
        peak.getAsLong(),
        wanted,
        past.runs(),
        kept == null ? "the driver's peak with half as much again fits" : kept);
    heapMb = to;
  }
}
