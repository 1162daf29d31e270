package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Prediction.OomRiskBasis;
import io.sparkoptimizer.Workload.Shape;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Which shapes have the memory for a work. Why a row failed is not told: it counts as a death for memory,
 * and as a bound, not as a sample.
 *
 * @param died shapes that failed at the input that is asked about, or less
 * @param alive shapes that ran to their end at that input, or more
 */
record ShapeMemory(List<Shape> died, List<Shape> alive) {

  /**
   * Whether a shape may be proposed: none that died; and none with as little memory in all as one that
   * died, unless one that has no more, in all and an instance, ran to its end.
   */
  boolean allows(Shape shape) {
    return !died.contains(shape)
        && (died.stream().noneMatch(dead -> isAtMost(shape, dead))
            || alive.stream().anyMatch(had -> isAtMost(had, shape) && each(had) <= each(shape)));
  }

  /** In all; of unknown memory only shapes of one kind compare, by their count. */
  private static boolean isAtMost(Shape one, Shape other) {
    if (one.memoryMbPerInstance().isPresent() && other.memoryMbPerInstance().isPresent()) {
      return total(one) <= total(other);
    }
    return ShapeRows.Kind.of(one).equals(ShapeRows.Kind.of(other))
        && one.instances() <= other.instances();
  }

  /** The most memory in all that one had which died, MiB; empty where none tells. */
  OptionalDouble mostThatDied() {
    return died.stream()
        .filter(shape -> shape.memoryMbPerInstance().isPresent())
        .mapToDouble(ShapeMemory::total)
        .max();
  }

  private static double total(Shape shape) {
    return each(shape) * shape.instances();
  }

  private static double each(Shape shape) {
    return shape.memoryMbPerInstance().orElse(0);
  }

  /**
   * By counts, as {@link DeathRisk} has it: shapes that died with as much or more, in all or an instance,
   * speak against it, those that lived with as little or less speak for it.
   */
  Optional<DeathRisk.Risk> risk(Shape shape) {
    if (shape.memoryMbPerInstance().isEmpty()) {
      return Optional.empty();
    }
    List<Shape> dead =
        died.stream().filter(had -> had.memoryMbPerInstance().isPresent()).toList();
    List<Shape> lived =
        alive.stream().filter(had -> had.memoryMbPerInstance().isPresent()).toList();
    if (dead.isEmpty() && lived.isEmpty()) {
      return Optional.empty();
    }
    OptionalDouble least = lived.stream().mapToDouble(ShapeMemory::total).min();
    double tried = Math.max(total(shape), least.orElse(0));
    long against = dead.stream()
        .filter(had -> total(had) >= total(shape) || each(had) >= each(shape))
        .count();
    long speaking = lived.stream()
        .filter(had -> total(had) <= tried || each(had) <= each(shape))
        .count();
    double rate = DeathRisk.rate(against, speaking);
    double less = tried / total(shape);
    return Optional.of(
        less <= 1
            ? new DeathRisk.Risk(rate, OomRiskBasis.TRIED)
            : new DeathRisk.Risk(Math.min(1, rate * less * less), OomRiskBasis.RULE));
  }
}
