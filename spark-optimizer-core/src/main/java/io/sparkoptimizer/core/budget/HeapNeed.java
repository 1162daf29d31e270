package io.sparkoptimizer.core.budget;

import io.sparkoptimizer.core.container.MemoryRule;
import io.sparkoptimizer.core.statistics.Normal;
import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The smallest heap that the executors of a job live in: a distribution, because no log tells it.
 *
 * <p>Used heap is need and garbage together, and how much garbage lies in it depends on the heap: a
 * collector that has room collects late. The largest used heap of one size is therefore only what the
 * need does not exceed. Peaks at several sizes tell more. They grow with the heap as garbage does, ever
 * more slowly (a heap that is large enough is never filled), so the peak is a concave function of the
 * heap, and the straight line through the peaks of the largest and the smallest heap lies above it for
 * heaps that are smaller still. Where that line meets "peak = heap" nothing would be left to collect: that
 * heap is what is expected to be needed. With one heap the line is level, and its peak is the need.
 *
 * <p>The need is taken for log-normal around that, with {@code sigma^2 = 0.15^2 + 0.15^2 x 15 / n + cv^2}:
 * what a collector wants above what is live and how far off the line is; n samples, at most 15 of a run,
 * that may have missed the highest moment; the coefficient of variation of peaks between runs of one heap.
 * The constants are judgement, checked on the jobs of samples/memory (docs/memory.md).
 *
 * @param expectedMb median of the need, MiB
 * @param sigma standard deviation of ln(need)
 * @param heldMb heap whose unified part holds what execution and storage were seen to hold: below it
 *     tasks spill and blocks are evicted; 0 where nothing tells
 * @param peakMb largest used heap of the smallest heap
 * @param heaps how many sizes of heap were seen
 * @param smallestMb the smallest heap that was seen to go well, grown to the next input
 * @param samples how often used heap was looked at, at most 15 times in a run
 * @param runs whose peaks these are, those of the smallest heap first
 */
public record HeapNeed(
    double expectedMb,
    double sigma,
    double heldMb,
    double peakMb,
    int heaps,
    long smallestMb,
    long samples,
    List<ApplicationRun> runs) {

  private static final double SIGMA = 0.15;
  private static final double SIGMA_OF_A_PEAK = 0.15;

  /** Below so many samples in all, a peak tells nothing. */
  public static final int LEAST_SAMPLES = 5;

  /** 95 % of a normal distribution lie below so many standard deviations. */
  private static final double QUANTILE = 1.645;

  /** A heap so many times another is another size. */
  private static final double APART = 1.1;

  /** Peaks never grow faster than this share of what a heap grows by, whatever two noisy ones say. */
  private static final double STEEPEST = 0.6;

  /** Samples are too few to call more of a peak garbage. */
  private static final double LEAST_OF_PEAK = 0.5;

  /** Inputs that differ by less are the same. */
  private static final double ALIKE = 1.1;

  private static final double SHARED_ALIKE = 1.5;

  /** A task's result is there as objects, serialized, and serialized once more with its metrics. */
  private static final int COPIES_OF_A_RESULT = 3;

  private static final int COPIES_OF_A_BROADCAST = 2;

  /** Spark's default of spark.memory.fraction, and what it reserves, MiB. */
  private static final double UNIFIED = 0.6;

  private static final double RESERVED_MB = 300;

  public HeapNeed {
    runs = List.copyOf(runs);
  }

  /**
   * A run that went well.
   *
   * @param heapMb the heap that it had, for as many concurrent tasks as are asked about
   * @param growth how much more executors hold next time than in this run
   */
  public record Seen(ApplicationRun run, long heapMb, double growth) {
    public OptionalLong peakMb() {
      return HeapNeed.peakMb(run);
    }
  }

  /** Largest used heap of any executor that was sampled, MiB. */
  public static OptionalLong peakMb(ApplicationRun run) {
    return Allocation.workers(run).stream()
        .map(executor -> executor.sampledPeak(MemoryPeak.JVM_HEAP))
        .filter(OptionalLong::isPresent)
        .mapToLong(peak -> peak.getAsLong() >> 20)
        .filter(peak -> peak > 0)
        .max();
  }

  /** What runs tell that went well and had memory enough; empty where none has a sample. */
  public static Optional<HeapNeed> of(List<Seen> calm) {
    TreeMap<Long, List<Seen>> byHeap = new TreeMap<>();
    for (Seen seen : calm) {
      if (seen.peakMb().isPresent()) {
        byHeap.computeIfAbsent(grownHeapMb(seen), heap -> new ArrayList<>()).add(seen);
      }
    }
    if (byHeap.isEmpty()) {
      return Optional.empty();
    }
    List<Seen> smallest = byHeap.firstEntry().getValue();
    long smallestMb = byHeap.firstKey();
    double peak = peak(smallest);
    double expected = peak;
    // Peaks of other work, or of other shares of it, are no garbage.
    List<Seen> largest = byHeap.descendingMap().values().stream()
        .map(same -> same.stream().filter(seen -> isComparable(seen, smallest)).toList())
        .filter(same -> !same.isEmpty())
        .findFirst()
        .orElse(smallest);
    long largestMb = grownHeapMb(largest.get(0));
    if (largestMb >= APART * smallestMb) {
      double slope = (peak(largest) - peak) / (largestMb - smallestMb);
      double bounded = Math.max(0, Math.min(STEEPEST, slope));
      expected = Math.max(LEAST_OF_PEAK * peak, (peak - bounded * smallestMb) / (1 - bounded));
    }
    double held = 0;
    double variation = 0;
    long samples = 0;
    double momentary = 0;
    List<ApplicationRun> runs = new ArrayList<>();
    for (List<Seen> same : byHeap.values()) {
      variation = Math.max(variation, variation(same));
      for (Seen seen : same) {
        held = Math.max(held, heldMb(seen));
        momentary = Math.max(momentary, momentaryMb(seen));
        samples += Math.min(MemoryRule.MANY_SAMPLES, MemoryRule.samples(seen.run()));
        runs.add(seen.run());
      }
    }
    double sigma = Math.sqrt(SIGMA * SIGMA
        + SIGMA_OF_A_PEAK * SIGMA_OF_A_PEAK * MemoryRule.MANY_SAMPLES / Math.max(1, samples)
        + variation * variation);
    return Optional.of(new HeapNeed(
        Math.max(momentary, expected),
        sigma,
        held,
        peak,
        byHeap.size(),
        smallestMb,
        samples,
        runs));
  }

  /** The 95 % quantile over runs of one heap: the largest of fewer than 20. */
  private static double peak(List<Seen> same) {
    double[] sorted = same.stream().mapToDouble(HeapNeed::grownPeak).sorted().toArray();
    return sorted[(int) Math.ceil(0.95 * sorted.length) - 1];
  }

  /** A run with less input and its heap is taken for one with the next input and so much more heap. */
  private static long grownHeapMb(Seen seen) {
    return Math.round(Math.min(1e12, seen.heapMb() * seen.growth()));
  }

  private static boolean isComparable(Seen seen, List<Seen> others) {
    return others.stream()
        .anyMatch(
            other -> isAlike(seen.run(), other.run()) && sharesAlike(seen.run(), other.run()));
  }

  /** Runs over about the same input. */
  static boolean isAlike(ApplicationRun one, ApplicationRun other) {
    double ratio = (double) one.inputBytes().orElse(0) / other.inputBytes().orElse(0);
    return Double.isNaN(ratio) || (ratio > 1 / ALIKE && ratio < ALIKE);
  }

  /** Runs of about as many executors: what is cached is shared by them. */
  private static boolean sharesAlike(ApplicationRun one, ApplicationRun other) {
    double ratio = (double) Allocation.of(one).peakExecutors().orElse(1)
        / Math.max(1, Allocation.of(other).peakExecutors().orElse(1));
    return ratio > 1 / SHARED_ALIKE && ratio < SHARED_ALIKE;
  }

  private static double grownPeak(Seen seen) {
    return seen.peakMb().orElse(0) * seen.growth();
  }

  /** Coefficient of variation of the peaks of one heap; 0 below three. */
  private static double variation(List<Seen> same) {
    double mean = same.stream().mapToDouble(HeapNeed::grownPeak).average().orElse(0);
    double squares = same.stream()
        .mapToDouble(HeapNeed::grownPeak)
        .map(peak -> (peak - mean) * (peak - mean))
        .sum();
    return same.size() < 3 || mean == 0 ? 0 : Math.sqrt(squares / same.size()) / mean;
  }

  private static double heldMb(Seen seen) {
    long held = 0;
    for (Executor executor : Allocation.workers(seen.run())) {
      held = Math.max(
          held,
          Math.max(
              executor.peaks().orZero(MemoryPeak.ON_HEAP_UNIFIED),
              Math.max(
                  executor.peaks().orZero(MemoryPeak.ON_HEAP_STORAGE),
                  executor.peaks().orZero(MemoryPeak.ON_HEAP_EXECUTION))));
    }
    double unified = SparkSettings.fraction(seen.run().configuration(), "spark.memory.fraction")
        .orElse(UNIFIED);
    return held == 0 ? 0 : (double) (held >> 20) * seen.growth() / unified + RESERVED_MB;
  }

  /**
   * What is there for a moment only, which samples miss, and is known all the same, MiB: the results of
   * concurrent tasks, on average over those of a stage, and the largest broadcast while its blocks become a
   * table.
   */
  private static double momentaryMb(Seen seen) {
    int slots = Allocation.of(seen.run()).executorCores().orElse(1);
    double most =
        (double) COPIES_OF_A_BROADCAST * seen.run().largestBroadcastBytes().orElse(0);
    for (StageAttempt stage : seen.run().stages()) {
      int tasks = stage.numCompleteTasks();
      if (tasks > 0) {
        double each = (double) stage.metrics().orZero(TaskMetric.RESULT_SIZE_BYTES) / tasks;
        most = Math.max(most, COPIES_OF_A_RESULT * each * Math.min(slots, tasks));
      }
    }
    return most * seen.growth() / (1 << 20);
  }

  /** Whether peaks were looked for often enough to tell anything. */
  public boolean isSampled() {
    return samples >= LEAST_SAMPLES;
  }

  /** The heap that is enough with a probability of 95 %, and in which nothing spills that did not, MiB. */
  public double enoughMb() {
    return Math.max(heldMb, expectedMb * Math.exp(QUANTILE * sigma));
  }

  /** The heap below which it is not expected to live, with the same probability, MiB. */
  public double leastMb() {
    return expectedMb * Math.exp(-QUANTILE * sigma);
  }

  /** Probability that executors with a smaller heap than any that went well do not live in it. */
  public double risk(double heapMb) {
    if (heapMb >= smallestMb) {
      return 0;
    }
    // What went well bounds the need from above.
    double known = below(smallestMb);
    return known <= 0 ? 1 : Math.max(0, (known - below(heapMb)) / known);
  }

  private double below(double heapMb) {
    return expectedMb <= 0 ? 1 : Normal.cumulative(Math.log(heapMb / expectedMb) / sigma);
  }
}
