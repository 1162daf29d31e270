package io.sparkoptimizer.core.similarity;

import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * The work of a run by its {@link Feature}s. One that is not known is left out of comparisons. Equal works
 * have equal features; immutable.
 */
public final class Work {
  private final int[] vector;

  private Work(double... coordinates) {
    this.vector = Feature.METRIC.vector(coordinates);
  }

  /** What a run did. */
  @SuppressWarnings("EnumOrdinal") // an index within one process, never stored
  public static Work of(RunSummary run) {
    OptionalLong input = run.inputBytes();
    double bytes = input.orElse(0) > 0 ? (double) input.getAsLong() : Double.NaN;
    OptionalLong cpu = run.totals().get(TaskMetric.EXECUTOR_CPU_TIME_NS);
    long running = run.totals().orZero(TaskMetric.EXECUTOR_RUN_TIME_MS);
    return new Work(
        run.jobType().ordinal(),
        Feature.INPUT_BYTES.coordinate(bytes),
        ratio(run.totals().get(TaskMetric.SHUFFLE_WRITE_BYTES), bytes),
        ratio(run.totals().get(TaskMetric.OUTPUT_BYTES), bytes),
        cpu.isEmpty() || running == 0
            ? Double.NaN
            : Math.min(1, (double) cpu.getAsLong() / 1e6 / running),
        Feature.STAGES.coordinate(Math.max(1, run.stages())),
        Feature.TASKS.coordinate((double) Math.max(1, run.tasks())));
  }

  /** What a profile of a new job says of its work. */
  @SuppressWarnings("EnumOrdinal") // an index within one process, never stored
  public static Work of(JobProfile profile) {
    double[] coordinates = new double[Feature.values().length];
    Arrays.fill(coordinates, Double.NaN);
    profile.jobType().ifPresent(type -> coordinates[Feature.JOB_TYPE.index()] = type.ordinal());
    profile
        .inputSize()
        .filter(size -> size.bytes() > 0)
        .ifPresent(size -> coordinates[Feature.INPUT_BYTES.index()] =
            Feature.INPUT_BYTES.coordinate((double) size.bytes()));
    return new Work(coordinates);
  }

  private static double ratio(OptionalLong part, double whole) {
    if (part.isEmpty()) {
      return Double.NaN;
    }
    double ratio = (double) part.getAsLong() / whole;
    return ratio / (1 + ratio);
  }

  int[] vector() {
    return vector;
  }

  /**
   * How alike two works are, in [0, 1]: the weighted mean over the features that both know. Symmetric, 1
   * with itself; 0 where they know nothing in common.
   */
  public double similarity(Work other) {
    return Feature.METRIC.similarity(vector, other.vector);
  }

  /** Why two works are as alike as they are: what each feature is in both, and what it adds. */
  public List<Part> explain(Work other) {
    double apart = 0;
    double common = 0;
    List<Part> parts = new ArrayList<>();
    for (Feature feature : Feature.values()) {
      double distance = distance(feature, other);
      if (!Double.isNaN(distance)) {
        apart += feature.weight() * distance;
        common += feature.weight();
      }
    }
    for (Feature feature : Feature.values()) {
      double distance = distance(feature, other);
      double lost = Double.isNaN(distance) ? 0 : feature.weight() * distance;
      parts.add(new Part(
          feature,
          feature.text(Feature.METRIC.value(vector, feature.index())),
          feature.text(Feature.METRIC.value(other.vector, feature.index())),
          distance,
          common == 0 ? 0 : lost / common,
          apart == 0 ? 0 : lost / apart));
    }
    return List.copyOf(parts);
  }

  private double distance(Feature feature, Work other) {
    double a = Feature.METRIC.value(vector, feature.index());
    double b = Feature.METRIC.value(other.vector, feature.index());
    return Double.isNaN(a) || Double.isNaN(b) ? Double.NaN : Math.min(1, Math.abs(a - b));
  }

  /**
   * A feature of a pair.
   *
   * @param first its value in the one, {@code unknown} where missing
   * @param second its value in the other
   * @param distance in [0, 1]; NaN where one of them does not know it, so that it is not compared
   * @param lost similarity that it costs; over all features, 1 - similarity
   * @param share of all that is lost, in [0, 1]
   */
  public record Part(
      Feature feature, String first, String second, double distance, double lost, double share) {}

  @Override
  public boolean equals(Object other) {
    return other instanceof Work that && Arrays.equals(vector, that.vector);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(vector);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("Work");
    for (Feature feature : Feature.values()) {
      text.append(feature.index() == 0 ? '[' : ' ')
          .append(feature.word())
          .append('=')
          .append(feature.text(Feature.METRIC.value(vector, feature.index())));
    }
    return text.append(']').toString();
  }
}
