package io.sparkoptimizer.core.search;

import io.sparkoptimizer.Workload;
import io.sparkoptimizer.Workload.Shape;
import io.sparkoptimizer.Workload.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Programs whose cost on every shape is known: more nodes cost more, too little memory fails. */
final class Planted {
  private static final int[] NODES = {2, 4, 8, 16, 32};
  private static final long[] MEMORY_MB = {8_192, 16_384, 32_768};

  private Planted() {}

  static Shape shape(int nodes, long memoryMb) {
    return new Shape(nodes, Optional.empty(), OptionalInt.of(4), OptionalLong.of(memoryMb));
  }

  static List<Shape> shapes() {
    List<Shape> shapes = new ArrayList<>();
    for (int nodes : NODES) {
      for (long memory : MEMORY_MB) {
        shapes.add(shape(nodes, memory));
      }
    }
    return shapes;
  }

  /** Cheapest is the smallest cluster with the memory that it needs. */
  static Trial trial(Shape shape, double size, long neededMb) {
    long memory = shape.instances() * shape.memoryMbPerInstance().orElseThrow();
    double cost = size * Math.pow(shape.instances(), 0.5) * (1 + memory / 4e6);
    return new Trial(shape, memory < neededMb ? OptionalDouble.empty() : OptionalDouble.of(cost));
  }

  static Workload program(String job, double size, long neededMb) {
    return new Workload(
        job,
        "",
        Optional.empty(),
        shapes().stream().map(shape -> trial(shape, size, neededMb)).toList());
  }

  static List<Workload> programs() {
    return List.of(
        program("small", 1, 16_000), program("middle", 3, 60_000), program("large", 10, 250_000));
  }

  static Workload fresh(List<Trial> trials) {
    return new Workload("fresh", "", Optional.empty(), trials);
  }
}
