package io.sparkoptimizer.core.whatif;

import io.sparkoptimizer.Resources;
import io.sparkoptimizer.WhatIf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where more executors stop paying: the count with the least time x cost. Before it one percent more
 * cost buys more than one percent less time, after it less. Where cost is executors x time, this is the
 * knee of Eager, Zahorjan and Lazowska ("Speedup Versus Efficiency in Parallel Systems", 1989): the
 * greatest efficiency over time.
 *
 * <p>Kneedle (Satopaa et al. 2011), the usual alternative, scales both axes to the range that was asked,
 * so that asking about more executors moves its knee; this one stays. Being a least value over all
 * counts it does not stop at the first wave of tasks that does not come out even. What it gets wrong: a
 * run that has to be done by a fixed time is worth more than its cost tells.
 */
final class Knees {
  /** Fewer counts have two ends and nothing between. */
  private static final int FEWEST = 3;

  /** Figures closer than this are equal, and the fewer executors win. */
  private static final double SAME = 1e-9;

  private Knees() {}

  private record Others(
      OptionalInt executorCores, OptionalLong executorMemoryMb, OptionalInt shufflePartitions) {
    static Others of(Resources given) {
      return new Others(given.executorCores(), given.executorMemoryMb(), given.shufflePartitions());
    }
  }

  /** One for each combination of settings other than executors, in the order of the points. */
  static List<WhatIf.Knee> of(List<WhatIf.Point> points) {
    Map<Others, List<WhatIf.Point>> curves = new LinkedHashMap<>();
    for (WhatIf.Point point : points) {
      curves
          .computeIfAbsent(Others.of(point.resources()), others -> new ArrayList<>())
          .add(point);
    }
    List<WhatIf.Knee> knees = new ArrayList<>();
    curves.forEach((others, curve) -> knees.add(of(others, curve)));
    return knees;
  }

  private static WhatIf.Knee of(Others others, List<WhatIf.Point> curve) {
    if (curve.stream().allMatch(point -> point.resources().dynamicAllocation().orElse(false))) {
      return absent(others, "dynamic allocation has bounds, and no count of executors");
    }
    TreeMap<Integer, WhatIf.Point> answered = new TreeMap<>();
    for (WhatIf.Point point : curve) {
      if (point.refused() == null && !point.resources().dynamicAllocation().orElse(false)) {
        point.resources().numExecutors().ifPresent(count -> answered.putIfAbsent(count, point));
      }
    }
    if (answered.size() < FEWEST) {
      return absent(
          others,
          "a knee takes " + FEWEST + " executor counts that have an answer, and here "
              + (answered.size() == 1 ? "is 1" : "are " + answered.size()));
    }
    // Without prices, core time is what there is to spend.
    boolean priced = answered.values().stream().allMatch(point -> point.cost().orElse(0) > 0);
    int best = answered.firstKey();
    double least = Double.POSITIVE_INFINITY;
    for (Map.Entry<Integer, WhatIf.Point> entry : answered.entrySet()) {
      double product = timesCost(entry.getValue(), priced);
      if (product < least * (1 - SAME)) {
        best = entry.getKey();
        least = product;
      }
    }
    return best == answered.lastKey()
        ? absent(
            others, "more executors still pay at " + best + ", the most that have an answer here")
        : knee(others, OptionalInt.of(best), null);
  }

  private static double timesCost(WhatIf.Point point, boolean priced) {
    double time = point.durationMs() == null ? 0 : point.durationMs().expected();
    return time
        * (priced ? point.cost().orElse(0) : (double) point.executorCoreMs().orElse(0));
  }

  private static WhatIf.Knee absent(Others others, String why) {
    return knee(others, OptionalInt.empty(), why);
  }

  private static WhatIf.Knee knee(Others others, OptionalInt executors, @Nullable String why) {
    return new WhatIf.Knee(
        others.executorCores(),
        others.executorMemoryMb(),
        others.shufflePartitions(),
        executors,
        why);
  }
}
