package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The oracle: how likeness was computed before there was an index.
 *
 * <p>What describes the work of a run, never its configuration: sizes in their logarithm, ratios as they
 * are. A feature that one side does not know is left out of the comparison.
 *
 * @param jobType what kind of work; null where unknown
 * @param inputBytes external bytes read
 * @param shuffleRatio bytes shuffled over bytes read, r / (1 + r), in [0, 1)
 * @param outputRatio bytes written over bytes read, in the same form
 * @param cpuShare CPU time over run time, in [0, 1]
 * @param stages stage attempts that ran
 * @param tasks tasks
 */
record WorkFeatures(
    @Nullable JobType jobType,
    OptionalDouble inputBytes,
    OptionalDouble shuffleRatio,
    OptionalDouble outputRatio,
    OptionalDouble cpuShare,
    OptionalDouble stages,
    OptionalDouble tasks) {

  private static final double TYPE_WEIGHT = 2;
  private static final double INPUT_WEIGHT = 3;
  private static final double SHUFFLE_WEIGHT = 2;
  private static final double OUTPUT_WEIGHT = 1;
  private static final double CPU_WEIGHT = 1;
  private static final double STAGES_WEIGHT = 1;

  /** Task counts follow the partitions that were configured as much as the work. */
  private static final double TASKS_WEIGHT = 0.5;

  /** Sizes that are this factor apart have nothing in common. */
  private static final double SIZE_RANGE = InputSize.FARTHEST;

  private static final double STAGES_RANGE = 10;

  static WorkFeatures of(RunSummary run) {
    OptionalLong input = run.inputBytes();
    OptionalDouble bytes = input.orElse(0) > 0
        ? OptionalDouble.of((double) input.getAsLong())
        : OptionalDouble.empty();
    OptionalLong cpu = run.totals().get(TaskMetric.EXECUTOR_CPU_TIME_NS);
    long running = run.totals().orZero(TaskMetric.EXECUTOR_RUN_TIME_MS);
    return new WorkFeatures(
        run.jobType(),
        bytes,
        ratio(run.totals().get(TaskMetric.SHUFFLE_WRITE_BYTES), bytes),
        ratio(run.totals().get(TaskMetric.OUTPUT_BYTES), bytes),
        cpu.isEmpty() || running == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of(Math.min(1, (double) cpu.getAsLong() / 1e6 / running)),
        OptionalDouble.of(Math.max(1, run.stages())),
        OptionalDouble.of((double) Math.max(1, run.tasks())));
  }

  /** What a profile of a new job says of its work. */
  static WorkFeatures of(JobProfile profile) {
    return new WorkFeatures(
        profile.jobType().orElse(null),
        profile.inputSize().filter(size -> size.bytes() > 0).isPresent()
            ? OptionalDouble.of((double) profile.inputSize().get().bytes())
            : OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  private static OptionalDouble ratio(OptionalLong part, OptionalDouble whole) {
    if (part.isEmpty() || whole.isEmpty()) {
      return OptionalDouble.empty();
    }
    double ratio = (double) part.getAsLong() / whole.getAsDouble();
    return OptionalDouble.of(ratio / (1 + ratio));
  }

  /**
   * How alike two works are, in [0, 1]: the weighted mean over the features that both know. Symmetric,
   * 1 with itself; 0 where they know nothing in common.
   */
  double similarity(WorkFeatures other) {
    Mean mean = new Mean();
    if (jobType != null && other.jobType != null) {
      mean.add(TYPE_WEIGHT, jobType == other.jobType ? 1 : 0);
    }
    mean.addSizes(INPUT_WEIGHT, inputBytes, other.inputBytes, SIZE_RANGE);
    mean.addShares(SHUFFLE_WEIGHT, shuffleRatio, other.shuffleRatio);
    mean.addShares(OUTPUT_WEIGHT, outputRatio, other.outputRatio);
    mean.addShares(CPU_WEIGHT, cpuShare, other.cpuShare);
    mean.addSizes(STAGES_WEIGHT, stages, other.stages, STAGES_RANGE);
    mean.addSizes(TASKS_WEIGHT, tasks, other.tasks, SIZE_RANGE);
    return mean.weights == 0 ? 0 : mean.sum / mean.weights;
  }

  private static final class Mean {
    private double sum;
    private double weights;

    void add(double weight, double likeness) {
      sum += weight * likeness;
      weights += weight;
    }

    void addSizes(double weight, OptionalDouble a, OptionalDouble b, double range) {
      if (a.isPresent() && b.isPresent()) {
        double apart = Math.abs(Math.log(a.getAsDouble()) - Math.log(b.getAsDouble()));
        add(weight, Math.max(0, 1 - apart / Math.log(range)));
      }
    }

    void addShares(double weight, OptionalDouble a, OptionalDouble b) {
      if (a.isPresent() && b.isPresent()) {
        add(weight, 1 - Math.abs(a.getAsDouble() - b.getAsDouble()));
      }
    }
  }
}
