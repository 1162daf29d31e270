package io.sparkoptimizer.core.search;

import io.sparkoptimizer.Workload;
import io.sparkoptimizer.Workload.Shape;
import io.sparkoptimizer.Workload.Trial;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.TableRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Makes workloads of runs that tables tell of: runs of one job with equal parameters and one size of
 * input, each shape at the median cost of its completed runs. A shape whose every run failed is a failed
 * trial; one that completed at least once is not.
 */
public final class Workloads {
  /** Inputs whose bytes differ by less are one size: the same data set, read twice. */
  private static final double SAME_INPUT = 1.1;

  /** Name of the parameter that tells the size of the input in a word. */
  private static final String SIZE = "size";

  private Workloads() {}

  /**
   * The workloads of runs, by job and context. Runs without a table row, and those that completed at a cost
   * that is not known, tell nothing and are passed over.
   *
   * @param cost of a run, in one currency
   */
  public static List<Workload> of(
      Collection<ApplicationRun> runs, Function<ApplicationRun, OptionalDouble> cost) {
    Map<List<Object>, List<ApplicationRun>> byWork = new LinkedHashMap<>();
    for (ApplicationRun run : runs) {
      if (run.tableRow() != null) {
        byWork
            .computeIfAbsent(List.of(run.jobSignature(), parameters(run)), key -> new ArrayList<>())
            .add(run);
      }
    }
    List<Workload> workloads = new ArrayList<>();
    for (List<ApplicationRun> work : byWork.values()) {
      bySize(work).forEach((size, same) -> workload(size, same, cost).ifPresent(workloads::add));
    }
    workloads.sort(Comparator.comparing(Workload::job).thenComparing(Workload::context));
    return workloads;
  }

  private static Map<String, String> parameters(ApplicationRun run) {
    Map<String, String> parameters = new TreeMap<>();
    run.configuration().forEach((name, value) -> {
      if (name.startsWith(SparkSettings.PARAMETER_PREFIX)) {
        parameters.put(name.substring(SparkSettings.PARAMETER_PREFIX.length()), value.strip());
      }
    });
    return parameters;
  }

  /**
   * Where a word tells the size, bytes do not cut the runs further. Otherwise bytes do; a run that failed
   * before it had read any is told apart by nothing, and counts where there is but one size.
   */
  private static Map<String, List<ApplicationRun>> bySize(List<ApplicationRun> runs) {
    if (parameters(runs.get(0)).containsKey(SIZE)) {
      return Map.of("", runs);
    }
    List<ApplicationRun> known = runs.stream()
        .filter(run -> bytes(run).isPresent())
        .sorted(Comparator.comparingLong(run -> bytes(run).orElseThrow()))
        .toList();
    Map<String, List<ApplicationRun>> sizes = new LinkedHashMap<>();
    List<ApplicationRun> size = new ArrayList<>();
    long before = 0;
    for (ApplicationRun run : known) {
      long bytes = bytes(run).orElseThrow();
      if (size.isEmpty() || bytes > SAME_INPUT * before) {
        size = new ArrayList<>();
        sizes.put(String.format(Locale.ROOT, "input_bytes=%d", bytes), size);
      }
      size.add(run);
      before = bytes;
    }
    if (sizes.size() <= 1) {
      return Map.of(sizes.isEmpty() ? "" : sizes.keySet().iterator().next(), runs);
    }
    return sizes;
  }

  private static OptionalLong bytes(ApplicationRun run) {
    return Objects.requireNonNull(run.tableRow()).inputBytes();
  }

  private static Optional<Workload> workload(
      String size, List<ApplicationRun> runs, Function<ApplicationRun, OptionalDouble> cost) {
    Map<Shape, List<ApplicationRun>> byShape = new LinkedHashMap<>();
    for (ApplicationRun run : runs) {
      byShape
          .computeIfAbsent(shape(Objects.requireNonNull(run.tableRow())), key -> new ArrayList<>())
          .add(run);
    }
    List<Trial> trials = new ArrayList<>();
    byShape.forEach((shape, same) -> trial(shape, same, cost).ifPresent(trials::add));
    if (trials.isEmpty()) {
      return Optional.empty();
    }
    String context = parameters(runs.get(0)).entrySet().stream()
        .map(one -> one.getKey() + "=" + one.getValue())
        .collect(Collectors.joining(", "));
    trials.sort(Comparator.comparing(Trial::shape, Space.ORDER));
    return Optional.of(new Workload(
        runs.get(0).jobSignature(),
        context.isEmpty() || size.isEmpty() ? context + size : context + ", " + size,
        runs.stream()
            .flatMap(run ->
                Optional.ofNullable(Objects.requireNonNull(run.tableRow()).jobClass()).stream())
            .findFirst(),
        trials));
  }

  private static Shape shape(TableRow row) {
    return new Shape(
        row.instances(),
        Optional.ofNullable(row.instanceType()),
        row.coresPerInstance(),
        row.memoryMbPerInstance());
  }

  private static Optional<Trial> trial(
      Shape shape, List<ApplicationRun> runs, Function<ApplicationRun, OptionalDouble> cost) {
    double[] costs = runs.stream()
        .filter(run -> run.status() == RunStatus.SUCCEEDED)
        .flatMapToDouble(run -> cost.apply(run).stream())
        .filter(paid -> paid > 0 && paid < Double.POSITIVE_INFINITY)
        .sorted()
        .toArray();
    if (costs.length > 0) {
      int half = costs.length / 2;
      double median = costs.length % 2 == 1 ? costs[half] : (costs[half - 1] + costs[half]) / 2;
      return Optional.of(new Trial(shape, OptionalDouble.of(median)));
    }
    return runs.stream().allMatch(run -> run.status() == RunStatus.FAILED)
        ? Optional.of(new Trial(shape, OptionalDouble.empty()))
        : Optional.empty();
  }
}
