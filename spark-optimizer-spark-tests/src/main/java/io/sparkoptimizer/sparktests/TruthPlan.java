package io.sparkoptimizer.sparktests;

import static io.sparkoptimizer.sparktests.TruthPoint.baseline;

import io.sparkoptimizer.sparktests.TruthPoint.Adaptive;
import io.sparkoptimizer.sparktests.TruthPoint.Workload;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Which points the truth grid has, and the order of its runs. */
final class TruthPlan {

  /** How often each point is run, so that the measurement's own noise is known. */
  static final int REPEATS = 5;

  private TruthPlan() {}

  /** A run of a point; repeats count from 1. */
  record Run(TruthPoint point, int repeat) {

    String name() {
      return point.runName(repeat);
    }
  }

  /** Every point: the workloads in turn, and of each those first that tell most. */
  static List<TruthPoint> points() {
    List<List<TruthPoint>> byWorkload = List.of(
        sql(baseline(Workload.REMOTE_ETL, 1)),
        sql(baseline(Workload.REMOTE_REPORT, 1)),
        rdd(baseline(Workload.REMOTE_API, 1)),
        cpu(baseline(Workload.CPU_ETL, 4)),
        cpu(baseline(Workload.CPU_MODEL, 4)));
    int most = byWorkload.stream().mapToInt(List::size).max().orElse(0);
    return IntStream.range(0, most)
        .boxed()
        .flatMap(i ->
            byWorkload.stream().filter(points -> i < points.size()).map(points -> points.get(i)))
        .toList();
  }

  private static List<TruthPoint> sql(TruthPoint base) {
    TruthPoint off = base.with(Adaptive.OFF);
    TruthPoint bySize = base.with(Adaptive.BY_SIZE);
    return List.of(
        base,
        base.on(1, 1),
        base.on(4, 1),
        base.on(1, 2),
        off.partitions(16),
        base.input(2),
        bySize,
        base.dynamic(1, 4),
        base.on(3, 1),
        base.on(2, 2),
        base.on(1, 4),
        off.partitions(8),
        off.partitions(32),
        off.partitions(64),
        off,
        off.partitions(16).on(1, 1),
        off.partitions(16).on(4, 1),
        off.partitions(16).on(1, 2),
        base.partitions(8),
        base.input(4),
        base.input(4).on(2, 2),
        base.input(8).on(2, 2),
        bySize.on(4, 1),
        bySize.input(4).on(2, 2),
        base.dynamic(1, 2),
        base.input(4).on(4, 1),
        base.input(4).dynamic(1, 4),
        base.onSpark("4.1"));
  }

  private static List<TruthPoint> rdd(TruthPoint base) {
    return List.of(
        base,
        base.on(1, 1),
        base.on(4, 1),
        base.on(1, 2),
        base.partitions(16),
        base.input(2),
        base.dynamic(1, 4),
        base.on(3, 1),
        base.on(2, 2),
        base.on(1, 4),
        base.partitions(8),
        base.partitions(32),
        base.partitions(64),
        base.partitions(16).on(4, 1),
        base.input(4),
        base.input(4).on(2, 2),
        base.input(8).on(2, 2),
        base.input(4).on(4, 1),
        base.input(4).dynamic(1, 4),
        base.onSpark("4.1"));
  }

  /** Up to the cores of the machine that has two. */
  private static List<TruthPoint> cpu(TruthPoint base) {
    List<TruthPoint> points =
        List.of(base, base.on(1, 1), base.on(1, 2), base.input(2), base.input(8));
    TruthPoint off = base.with(Adaptive.OFF);
    return base.workload().sql
        ? Stream.concat(points.stream(), Stream.of(off.partitions(16), off.partitions(64)))
            .toList()
        : points;
  }

  /**
   * The order to run them in, so that it can be ended at any time: every point once, then those few again and again from which and to
   * which is predicted most, then the others.
   */
  static List<Run> runs() {
    List<TruthPoint> points = points();
    Stream<Run> first = points.stream().map(point -> new Run(point, 1));
    return Stream.of(
            first,
            again(points.stream().filter(TruthPlan::isMostUsed).toList()),
            again(points.stream().filter(point -> !isMostUsed(point)).toList()))
        .flatMap(runs -> runs)
        .toList();
  }

  private static Stream<Run> again(List<TruthPoint> points) {
    return IntStream.rangeClosed(2, REPEATS)
        .boxed()
        .flatMap(repeat -> points.stream().map(point -> new Run(point, repeat)));
  }

  /** The baseline of a workload, and the same with four executors. */
  static boolean isMostUsed(TruthPoint point) {
    TruthPoint base = baseline(point.workload(), point.workload().kind.equals("cpu") ? 4 : 1);
    return point.equals(base) || point.equals(base.on(4, 1));
  }
}
