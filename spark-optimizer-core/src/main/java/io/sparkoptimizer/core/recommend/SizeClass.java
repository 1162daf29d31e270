package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.DataSize;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.Platform;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Recommendation.ConfidenceBasis;
import io.sparkoptimizer.Recommendation.InputBasis;
import io.sparkoptimizer.core.schedule.Estimate;
import io.sparkoptimizer.core.schedule.JobModel;
import io.sparkoptimizer.core.schedule.Spread;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spi.RecommendationRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A size for a job of which nothing is known but how much it reads. A rule of thumb, and labelled as
 * one: tasks of one input split each, at a rate that Spark jobs of that type commonly reach on one core;
 * half of the input shuffled. It is off by a factor of four as often as not every tenth time, and its
 * interval and confidence say so; the first run replaces it.
 */
final class SizeClass {
  private static final long MIB = 1L << 20;

  /** spark.sql.files.maxPartitionBytes. */
  private static final long SPLIT_BYTES = 128 * MIB;

  /** Bytes that one core works off in a second, scan to output: a common order of magnitude. */
  private static final double BYTES_PER_SECOND = 20.0 * MIB;

  /** How many times an iterating job goes over its input. */
  private static final double ITERATIONS = 4;

  private static final double STARTUP_MS = 30_000;
  private static final double DRIVER_MS = 15_000;
  private static final int CORES = 4;
  private static final long HEAP_MB = 8 * 1024;
  private static final long DRIVER_HEAP_MB = 2 * 1024;
  private static final double SHUFFLED = 0.5;

  /** What stands for an input of which nothing is said. */
  private static final DataSize ASSUMED = DataSize.gibibytes(10);

  /** A factor of four either way holds nine times in ten. */
  private static final double SIGMA = Math.log(4) / 1.645;

  private SizeClass() {}

  static Recommendation answer(RecommendationRequest request, String method) {
    JobProfile profile = request.profile();
    JobType type = profile.jobType().orElse(JobType.OTHER);
    DataSize declared = profile.inputSize().filter(size -> size.bytes() > 0).orElse(ASSUMED);
    boolean known = profile.inputSize().isPresent();
    double passes = type == JobType.ML || type == JobType.GRAPH ? ITERATIONS : 1;
    int tasks = (int) Math.min(1_000_000, (declared.bytes() - 1) / SPLIT_BYTES + 1);
    double taskMs = (double) declared.bytes() / BYTES_PER_SECOND * 1_000 * passes;
    double longestMs = taskMs / Math.max(1, tasks) / passes;

    Map<String, String> conf = profile.configuration();
    Setup base = Setup.of(
        withDefault(conf, "spark.driver.memory", DRIVER_HEAP_MB + "m"),
        profile.platform().orElse(Platform.YARN),
        false,
        SparkSettings.count(conf, "spark.executor.instances").orElse(1),
        Math.max(1, SparkSettings.count(conf, "spark.executor.cores").orElse(CORES)),
        SparkSettings.memoryMb(conf, "spark.executor.memory").orElse(HEAP_MB),
        true,
        OptionalInt.of(SparkSettings.count(conf, "spark.sql.shuffle.partitions").orElse(200)));
    List<String> reasons = new ArrayList<>();
    reasons.add(
        "Nothing like this job has run yet: this is a rule of thumb from the size of its input"
            + " alone, " + declared + (known ? "" : ", which was not given and is assumed")
            + "; the first run will tell more.");
    MemoryPlan plan =
        new MemoryPlan(base, false, OptionalInt.empty(), size -> Optional.empty(), List.of());
    return Sizing.answer(
        request,
        new Sizing.Need(
            method,
            List.of(),
            null,
            plan,
            List.of(),
            Math.max(1, tasks),
            new PartitionRule(
                PartitionRule.SQL, (long) ((double) declared.bytes() * SHUFFLED), false, true, 0),
            Remedies.NONE,
            size -> forecast(size, taskMs, longestMs, tasks),
            SIGMA,
            new InputSize(
                1,
                known ? OptionalLong.of(declared.bytes()) : OptionalLong.empty(),
                known ? InputBasis.DECLARED : InputBasis.UNKNOWN),
            ConfidenceBasis.RULES,
            null,
            reasons));
  }

  private static Map<String, String> withDefault(
      Map<String, String> conf, String property, String value) {
    Map<String, String> all = new TreeMap<>(conf);
    all.putIfAbsent(property, value);
    return all;
  }

  private static JobModel.Forecast forecast(
      Setup size, double taskMs, double longestMs, int tasks) {
    int slots = size.executors() * size.cores();
    double busy = Math.max(longestMs, taskMs / Math.min(slots, Math.max(1, tasks)));
    double work = busy + DRIVER_MS;
    Estimate estimate = new Estimate(
        STARTUP_MS,
        work,
        DRIVER_MS,
        work * size.executors(),
        taskMs,
        work * slots,
        size.executors());
    return new JobModel.Forecast(estimate, Spread.ofPrior(SIGMA), List.of(), false);
  }
}
