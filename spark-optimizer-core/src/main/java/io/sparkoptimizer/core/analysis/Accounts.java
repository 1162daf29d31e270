package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis.Bottleneck;
import io.sparkoptimizer.Analysis.Breakdown;
import io.sparkoptimizer.Analysis.Efficiency;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Where the time of a run went: its {@link Efficiency} and its {@link Bottleneck}.
 *
 * <p>Exact, where the log tells it:
 *
 * <ul>
 *   <li>{@code startup} = first task's launch - application's start.
 *   <li>{@code driver} = end - first launch - (union of the stages' [first launch, completion]): a
 *       stage that waits for slots between two of its tasks counts as running.
 *   <li>{@code gc}, {@code shuffle_read_wait} = Spark's sums over tasks.
 *   <li>{@code idle} = slots x lifetime - slot time. {@code slot_occupancy} = 1 - idle / (slots x
 *       lifetime). Not told where tasks in flight or dropped events may hide more than 5 % of the slot
 *       time, where the log is compacted, or where cores or times of executors are unknown.
 *   <li>{@code retries} = slot time of all task ends - that of the successful ones, and the whole slot
 *       time of an attempt that followed a completed attempt of its stage.
 *   <li>{@code scheduling} = slot time - retries - run time, stage by stage and never below 0: launch
 *       delay, deserialisation, result. In a stage with failed tasks whose run time was recorded it is
 *       a lower bound.
 * </ul>
 *
 * <p>Estimated: {@code spill} = bytes spilled to disk at 100 MB/s, at most the run time that collector
 * and fetch wait leave; {@code compute} = run time - gc - fetch wait - spill; {@code skew_tail} = see
 * {@link SkewTail}, summed over stages, at most {@code idle}, of which it is a part. A tail of two
 * stages at once counts twice before that bound.
 *
 * <p>CPU time is Spark's: threads of tasks, without collector and without Python workers, so {@code
 * cpu_utilization} of a PySpark run is a lower bound.
 */
final class Accounts {
  private static final double NANOS_PER_MS = 1e6;
  private static final double GIB_PER_MIB = 1.0 / 1024;

  private Accounts() {}

  static Efficiency efficiency(RunFacts facts) {
    OptionalDouble occupancy = facts.slotOccupancy();
    OptionalDouble wastedCoreHours = facts.idleMs().isPresent()
        ? OptionalDouble.of(facts.totalCoreHours().orElse(0) * (1 - occupancy.orElse(1)))
        : OptionalDouble.empty();
    OptionalDouble wastedGbHours = wastedGbHours(facts, wastedCoreHours);
    OptionalDouble wastedCost = wastedCoreHours.isPresent() && wastedGbHours.isPresent()
        ? OptionalDouble.of(
            facts.prices().cost(wastedCoreHours.getAsDouble(), wastedGbHours.getAsDouble()))
        : OptionalDouble.empty();
    return new Efficiency(
        occupancy,
        cpuUtilization(facts),
        facts.heapUtilization(),
        wastedCoreHours,
        wastedGbHours,
        wastedCost,
        breakdown(facts));
  }

  private static OptionalDouble cpuUtilization(RunFacts facts) {
    OptionalLong cpu = facts.total(TaskMetric.EXECUTOR_CPU_TIME_NS);
    if (cpu.isEmpty() || facts.coreMs().isEmpty() || facts.slotOccupancy().isEmpty()) {
      return OptionalDouble.empty();
    }
    double share = cpu.getAsLong() / NANOS_PER_MS / facts.coreMs().getAsLong();
    return OptionalDouble.of(Math.min(1, Math.max(0, share)));
  }

  /** Memory of idle cores, and while they are busy the heap that {@link HeapNeed} calls excess. */
  private static OptionalDouble wastedGbHours(RunFacts facts, OptionalDouble wastedCoreHours) {
    if (wastedCoreHours.isEmpty() || facts.gibPerCore().isEmpty()) {
      return OptionalDouble.empty();
    }
    double idle = wastedCoreHours.getAsDouble() * facts.gibPerCore().getAsDouble();
    double busyExecutorHours = (facts.totalCoreHours().orElse(0) - wastedCoreHours.getAsDouble())
        / facts.allocation().executorCores().orElse(1);
    double excessGib = HeapExcess.of(facts).map(HeapExcess::excessMb).orElse(0L) * GIB_PER_MIB;
    return OptionalDouble.of(idle + busyExecutorHours * excessGib);
  }

  private static Breakdown breakdown(RunFacts facts) {
    OptionalLong runTime = facts.total(TaskMetric.EXECUTOR_RUN_TIME_MS);
    OptionalLong gc = facts.total(TaskMetric.JVM_GC_TIME_MS);
    OptionalLong wait = facts.total(TaskMetric.SHUFFLE_FETCH_WAIT_TIME_MS);
    OptionalLong spill = OptionalLong.empty();
    OptionalLong compute = OptionalLong.empty();
    if (runTime.isPresent()) {
      long left = Math.max(0, runTime.getAsLong() - gc.orElse(0) - wait.orElse(0));
      OptionalLong spilled = facts.total(TaskMetric.DISK_BYTES_SPILLED);
      if (spilled.isPresent()) {
        spill = OptionalLong.of(Math.min(left, Spill.estimatedMs(spilled.getAsLong())));
      }
      compute = OptionalLong.of(left - spill.orElse(0));
    }
    return new Breakdown(
        startup(facts),
        driver(facts),
        compute,
        gc,
        wait,
        spill,
        skewTail(facts),
        scheduling(facts),
        retries(facts),
        facts.idleMs());
  }

  private static OptionalLong startup(RunFacts facts) {
    OptionalLong start = facts.run().startTimeMs();
    OptionalLong first = facts.firstTaskMs();
    return start.isPresent()
            && first.isPresent()
            && first.getAsLong() >= start.getAsLong()
            && facts.wallTold()
        ? OptionalLong.of(first.getAsLong() - start.getAsLong())
        : OptionalLong.empty();
  }

  private static OptionalLong driver(RunFacts facts) {
    return facts.firstTaskMs().isPresent() && facts.wallTold()
        ? OptionalLong.of(facts.driverGaps().stream()
            .mapToLong(StepFunction.Stretch::lengthMs)
            .sum())
        : OptionalLong.empty();
  }

  private static OptionalLong skewTail(RunFacts facts) {
    List<SkewTail> tails = facts.ran().stream()
        .map(stage -> SkewTail.of(facts, stage))
        .flatMap(Optional::stream)
        .toList();
    return tails.isEmpty() || facts.idleMs().isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.min(
            facts.idleMs().getAsLong(),
            tails.stream().mapToLong(SkewTail::idleSlotMs).sum()));
  }

  private static OptionalLong scheduling(RunFacts facts) {
    boolean told = false;
    long sum = 0;
    for (StageAttempt stage : facts.ran()) {
      OptionalLong overhead = overheadMs(facts, stage);
      told |= overhead.isPresent();
      sum += overhead.orElse(0);
    }
    return told ? OptionalLong.of(sum) : OptionalLong.empty();
  }

  /** Slot time of a stage attempt's successful tasks outside their run time. */
  static OptionalLong overheadMs(RunFacts facts, StageAttempt stage) {
    OptionalLong successful = facts.successfulSlotTimeMs(stage);
    OptionalLong runTime = stage.metrics().get(TaskMetric.EXECUTOR_RUN_TIME_MS);
    return successful.isPresent() && runTime.isPresent()
        ? OptionalLong.of(Math.max(0, successful.getAsLong() - runTime.getAsLong()))
        : OptionalLong.empty();
  }

  private static OptionalLong retries(RunFacts facts) {
    long sum = 0;
    for (StageAttempt stage : facts.ran()) {
      OptionalLong retried = facts.retriedSlotTimeMs(stage);
      if (retried.isEmpty()) {
        return OptionalLong.empty();
      }
      sum += retried.getAsLong();
    }
    return facts.ran().isEmpty() ? OptionalLong.empty() : OptionalLong.of(sum);
  }

  /**
   * The largest of these parts of (slots x lifetime): DRIVER = slots alive while no stage ran (a batch
   * run; in an interactive or streaming one nobody asked for anything, which is IDLE), SKEW =
   * {@code skew_tail}, IDLE = the other idle slots, SCHEDULER = {@code scheduling}, MEMORY = {@code gc}
   * + {@code spill}, SHUFFLE = fetch wait + shuffle write, CPU = CPU time of tasks, IO = what is left
   * of the run time. UNKNOWN where nothing ran, where run time is the largest part but its CPU time is
   * not recorded, and where what is left cannot be external I/O: no byte read or written, or Python
   * workers whose CPU time is not counted.
   */
  static Bottleneck bottleneck(RunFacts facts, Breakdown breakdown) {
    OptionalLong runTime = facts.total(TaskMetric.EXECUTOR_RUN_TIME_MS);
    if (facts.slotTimeMs() == 0 || runTime.isEmpty()) {
      return Bottleneck.UNKNOWN;
    }
    Map<Bottleneck, Double> parts = new EnumMap<>(Bottleneck.class);
    double tail = breakdown.skewTail().orElse(0);
    double idle = Math.max(0, breakdown.idle().orElse(0) - tail);
    double noStage =
        facts.run().kind() == ApplicationKind.BATCH && breakdown.idle().isPresent()
            ? Math.min(idle, slotsWithoutStage(facts))
            : 0;
    double shuffle = breakdown.shuffleReadWait().orElse(0)
        + facts.total(TaskMetric.SHUFFLE_WRITE_TIME_NS).orElse(0) / NANOS_PER_MS;
    double memory = breakdown.gc().orElse(0) + breakdown.spill().orElse(0);
    parts.put(Bottleneck.DRIVER, noStage);
    parts.put(Bottleneck.SKEW, tail);
    parts.put(Bottleneck.IDLE, idle - noStage);
    parts.put(Bottleneck.SCHEDULER, (double) breakdown.scheduling().orElse(0));
    parts.put(Bottleneck.MEMORY, memory);
    parts.put(Bottleneck.SHUFFLE, shuffle);
    double work = Math.max(0, runTime.getAsLong() - memory - shuffle);
    OptionalLong cpuNanos = facts.total(TaskMetric.EXECUTOR_CPU_TIME_NS);
    if (cpuNanos.isPresent()) {
      double cpu = Math.min(work, cpuNanos.getAsLong() / NANOS_PER_MS);
      parts.put(Bottleneck.CPU, cpu);
      parts.put(doesIo(facts) ? Bottleneck.IO : Bottleneck.UNKNOWN, work - cpu);
    } else {
      parts.put(Bottleneck.UNKNOWN, work);
    }
    return parts.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(Bottleneck.UNKNOWN);
  }

  private static boolean doesIo(RunFacts facts) {
    long bytes = facts.total(TaskMetric.INPUT_BYTES).orElse(0)
        + facts.total(TaskMetric.OUTPUT_BYTES).orElse(0);
    return bytes > 0 && !facts.usesPython();
  }

  /** Slot time alive while no stage ran, before the first task included. */
  static double slotsWithoutStage(RunFacts facts) {
    if (!facts.wallTold() || facts.firstTaskMs().isEmpty()) {
      return 0;
    }
    double before = facts
        .slots()
        .integral(
            facts.run().startTimeMs().orElse(facts.firstTaskMs().getAsLong()),
            facts.firstTaskMs().getAsLong());
    return before
        + facts.driverGaps().stream()
            .mapToDouble(gap -> facts.slots().integral(gap.from(), gap.to()))
            .sum();
  }
}
