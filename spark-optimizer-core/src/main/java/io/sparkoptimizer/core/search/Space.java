package io.sparkoptimizer.core.search;

import io.sparkoptimizer.Workload.Shape;
import java.util.Collection;
import java.util.Comparator;

/**
 * Where shapes lie to one another: by the logarithms of all cores, of memory per core and of cores per
 * instance, so that a distance is a factor. What one shape does not tell is left out for all.
 */
final class Space {
  /** Equal candidates in any order are one list: ties go to the first in this order. */
  static final Comparator<Shape> ORDER = Comparator.comparing(
          (Shape shape) -> shape.instanceType().orElse(""))
      .thenComparingInt(shape -> shape.coresPerInstance().orElse(0))
      .thenComparingLong(shape -> shape.memoryMbPerInstance().orElse(0))
      .thenComparingInt(Shape::instances);

  private final boolean cores;
  private final boolean memory;

  Space(Collection<Shape> shapes) {
    this.cores = shapes.stream().allMatch(shape -> shape.coresPerInstance().isPresent());
    this.memory = shapes.stream().allMatch(shape -> shape.memoryMbPerInstance().isPresent());
  }

  double[] point(Shape shape) {
    int perInstance = cores ? shape.coresPerInstance().orElseThrow() : 1;
    double memoryPerCore =
        memory ? (double) shape.memoryMbPerInstance().orElseThrow() / perInstance : 1;
    return new double[] {
      Math.log((double) shape.instances() * perInstance),
      Math.log(memoryPerCore),
      Math.log(perInstance)
    };
  }

  /** Logarithm of all memory of the cluster; of its cores where memory is not known. */
  static double totalMemory(double[] point) {
    return point[0] + point[1];
  }

  /** 1 for the same place, falling to nothing over some {@code length}s. */
  static double kernel(double[] a, double[] b, double length) {
    double squared = 0;
    for (int i = 0; i < a.length; i++) {
      squared += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.exp(-squared / (2 * length * length));
  }
}
