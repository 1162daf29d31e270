package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Prediction;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.Workload.Shape;
import io.sparkoptimizer.core.schedule.Spread;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A cluster shape that the next run could have, and what it is expected to take.
 *
 * @param shape instances of one kind
 * @param duration milliseconds
 * @param spread how far off that may be
 * @param pricePerHour of one instance; empty where nothing has a price
 * @param risk that it fails for memory; empty where nothing tells
 * @param extrapolated whether it, or the work, lies outside of what the rows had
 */
record ShapeChoice(
    Shape shape,
    Interval duration,
    Spread spread,
    OptionalDouble pricePerHour,
    Optional<DeathRisk.Risk> risk,
    boolean extrapolated)
    implements Choice {
  private static final double MS_PER_HOUR = 3_600_000;

  private double instanceHours() {
    return duration.expected() / MS_PER_HOUR * shape.instances();
  }

  @Override
  public Interval cost() {
    return duration.times(pricePerHour.orElse(0) * shape.instances() / MS_PER_HOUR);
  }

  @Override
  public double effort() {
    double cost = cost().expected();
    return cost > 0 ? cost : instanceHours() * shape.coresPerInstance().orElse(1);
  }

  @Override
  public double oomRisk() {
    return risk.map(DeathRisk.Risk::probability).orElse(0.0);
  }

  @Override
  public double doubt() {
    return spread.prior();
  }

  @Override
  public int executors() {
    return shape.instances();
  }

  @Override
  public int cores() {
    return shape.coresPerInstance().orElse(0);
  }

  @Override
  public String words() {
    return shape.words();
  }

  double confidence() {
    return spread.withinTwentyPercent() * (1 - oomRisk());
  }

  Resources resources() {
    return resources(shape);
  }

  /**
   * An instance is an executor. Of a node, which has a type, the memory is not an executor's heap: what the
   * system, the cluster manager and the overhead take of it is not known, so that it is left out.
   */
  static Resources resources(Shape shape) {
    Resources.Builder resources = Resources.builder().numExecutors(shape.instances());
    shape.coresPerInstance().ifPresent(resources::executorCores);
    if (shape.instanceType().isEmpty()) {
      shape.memoryMbPerInstance().ifPresent(resources::executorMemoryMb);
    }
    return resources.build();
  }

  Prediction prediction() {
    OptionalInt cores = shape.coresPerInstance();
    return new Prediction(
        duration,
        pricePerHour.isPresent() ? cost() : null,
        cores.isPresent()
            ? OptionalDouble.of(instanceHours() * cores.getAsInt())
            : OptionalDouble.empty(),
        shape.memoryMbPerInstance().isPresent()
            ? OptionalDouble.of(instanceHours() * shape.memoryMbPerInstance().getAsLong() / 1024)
            : OptionalDouble.empty(),
        risk.isPresent() ? OptionalDouble.of(oomRisk()) : OptionalDouble.empty(),
        risk.map(DeathRisk.Risk::basis).orElse(null));
  }
}
