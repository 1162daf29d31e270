package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Prices;
import io.sparkoptimizer.Workload.Shape;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.TableRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The shapes that a table's rows tell of, their prices, and those that may be proposed. */
final class ShapeRows {
  /** So many times the most instances that rows had of a kind are proposed at most. */
  private static final double FARTHEST = 1.5;

  private ShapeRows() {}

  /** Instances that differ in nothing but their count. */
  record Kind(Optional<String> type, OptionalInt cores, OptionalLong memoryMb) {
    static Kind of(Shape shape) {
      return new Kind(shape.instanceType(), shape.coresPerInstance(), shape.memoryMbPerInstance());
    }

    Shape times(int instances) {
      return new Shape(instances, type, cores, memoryMb);
    }
  }

  static boolean wentWell(ApplicationRun row) {
    return row.status() == RunStatus.SUCCEEDED && row.durationMs().orElse(0) > 0;
  }

  static boolean failed(ApplicationRun row) {
    return row.status() == RunStatus.FAILED;
  }

  static TableRow row(ApplicationRun run) {
    return Objects.requireNonNull(run.tableRow());
  }

  static Shape shape(ApplicationRun run) {
    TableRow row = row(run);
    return new Shape(
        row.instances(),
        Optional.ofNullable(row.instanceType()),
        row.coresPerInstance(),
        row.memoryMbPerInstance());
  }

  /** Rows by their kind, in the order of type, cores and memory. */
  static Map<Kind, List<ApplicationRun>> kinds(List<ApplicationRun> rows) {
    Map<Kind, List<ApplicationRun>> kinds = new LinkedHashMap<>();
    rows.stream()
        .sorted(Comparator.comparing(
                (ApplicationRun run) -> shape(run).instanceType().orElse(""))
            .thenComparing(run -> shape(run).coresPerInstance().orElse(0))
            .thenComparing(run -> shape(run).memoryMbPerInstance().orElse(0)))
        .forEach(run -> kinds
            .computeIfAbsent(Kind.of(shape(run)), kind -> new ArrayList<>())
            .add(run));
    return kinds;
  }

  /** Counts from the least that rows of a kind had to {@value #FARTHEST} times their most. */
  static List<Integer> counts(List<ApplicationRun> ofOneKind) {
    int least = ofOneKind.stream().mapToInt(run -> row(run).instances()).min().orElseThrow();
    int most = most(ofOneKind);
    List<Integer> counts = new ArrayList<>(Search.counts(
        least,
        (int) Math.min(Integer.MAX_VALUE, Math.floor(FARTHEST * most)),
        OptionalInt.empty()));
    ofOneKind.forEach(run -> counts.add(row(run).instances()));
    return counts.stream().distinct().sorted().toList();
  }

  static int most(List<ApplicationRun> rows) {
    return rows.stream().mapToInt(run -> row(run).instances()).max().orElse(0);
  }

  /** The shape that more rows have than any other; empty where there is none. */
  static Optional<Shape> mostFrequent(List<ApplicationRun> rows) {
    Map<Shape, Integer> counts = new HashMap<>();
    rows.forEach(run -> counts.merge(shape(run), 1, Integer::sum));
    int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    List<Shape> frequent = counts.entrySet().stream()
        .filter(one -> one.getValue() == most)
        .map(Map.Entry::getKey)
        .toList();
    return frequent.size() == 1 ? Optional.of(frequent.get(0)) : Optional.empty();
  }

  /** The price of an instance hour that rows of a kind tell, their median; empty where none does. */
  static OptionalDouble told(List<ApplicationRun> ofOneKind) {
    double[] prices = ofOneKind.stream()
        .flatMapToDouble(run -> row(run).pricePerInstanceHour().stream())
        .sorted()
        .toArray();
    return prices.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(prices[prices.length / 2]);
  }

  /** By the price book, memory as it is given; empty where cores or memory are not known. */
  static OptionalDouble booked(Kind kind, Prices prices) {
    return kind.cores().isPresent() && kind.memoryMb().isPresent()
        ? OptionalDouble.of(
            prices.cost(kind.cores().getAsInt(), kind.memoryMb().getAsLong() / 1024.0))
        : OptionalDouble.empty();
  }
}
