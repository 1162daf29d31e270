package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.core.schedule.GridRuns.Given;
import io.sparkoptimizer.core.schedule.GridRuns.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * How far off the time at another size is, predicted from one run: each run of a grid, for each size of the
 * same workload that was measured too, held against the median of the runs of that size.
 */
final class GridErrors {
  /** Cores of the machine that made the grids. */
  private static final int MACHINE_CORES = 2;

  static final String EXECUTORS = "executors, no more than the machine's cores";
  static final String MORE_EXECUTORS = "executors, more than the machine's cores";
  static final String CORES = "cores of an executor";
  static final String EXECUTORS_AND_CORES = "executors and cores";
  static final String PARTITIONS = "shuffle partitions";
  static final String DYNAMIC = "dynamic allocation";

  /** The order of the tables. */
  private static final List<String> DIMENSIONS = List.of(
      "nothing",
      EXECUTORS,
      MORE_EXECUTORS,
      CORES,
      EXECUTORS_AND_CORES,
      PARTITIONS,
      "input x 0.5 and less",
      input(2),
      input(4),
      input(8),
      DYNAMIC);

  static String input(int times) {
    return "input x " + times;
  }

  /** Signed, in percent. */
  record Deviation(double work, double app) {}

  record Pair(
      Row from,
      Given to,
      String dimension,
      double measuredWorkMs,
      Estimate predicted,
      Deviation ours,
      Optional<Deviation> sparklens,
      Deviation noChange,
      Deviation byCores) {}

  private final List<Row> rows;
  private final List<Pair> pairs;

  private GridErrors(List<Row> rows, List<Pair> pairs) {
    this.rows = rows;
    this.pairs = pairs;
  }

  /**
   * @param sparklens its predictions for this grid, by from and to, where there are any
   */
  static GridErrors of(List<Row> rows, Map<String, Deviation> sparklens) {
    Map<Given, List<Row>> sizes = rows.stream().collect(Collectors.groupingBy(Row::given));
    List<Pair> pairs = new ArrayList<>();
    for (Row from : rows) {
      sizes.forEach((to, measured) -> dimension(from, to)
          .ifPresent(dimension -> pairs.add(pair(from, to, dimension, measured, sparklens))));
    }
    return new GridErrors(rows, pairs);
  }

  GridErrors where(Predicate<Row> which) {
    return new GridErrors(
        rows.stream().filter(which).toList(),
        pairs.stream().filter(pair -> which.test(pair.from())).toList());
  }

  private static Pair pair(
      Row from, Given to, String dimension, List<Row> measured, Map<String, Deviation> sparklens) {
    double work = median(measured, Row::workMs);
    double app = median(measured, Row::appMs);
    Estimate predicted = from.predict(to);
    double scale = (double) from.given().slots() / to.slots();
    return new Pair(
        from,
        to,
        dimension,
        work,
        predicted,
        new Deviation(off(predicted.workMs(), work), off(predicted.durationMs(), app)),
        Optional.ofNullable(
            dimension.equals(EXECUTORS) || dimension.equals(MORE_EXECUTORS)
                ? sparklens.get(key(
                    from.given().workload(),
                    from.given().shape(),
                    to.shape(),
                    Long.toString(to.rows())))
                : null),
        new Deviation(off(from.workMs(), work), off(from.appMs(), app)),
        new Deviation(off(from.workMs() * scale, work), off(from.appMs() * scale, app)));
  }

  private static double off(double predicted, double measured) {
    return 100 * (predicted / measured - 1);
  }

  /** What differs between a run and a size; empty where that is no question, or several at once. */
  private static Optional<String> dimension(Row run, Given to) {
    Given from = run.given();
    if (!from.workload().equals(to.workload()) || !from.other().equals(to.other())) {
      return Optional.empty();
    }
    List<String> changed = new ArrayList<>();
    if (!from.dynamic().equals(to.dynamic())) {
      changed.add(DYNAMIC);
    } else if (from.executors() != to.executors()) {
      changed.add(
          Math.max(from.executors(), to.executors()) <= MACHINE_CORES ? EXECUTORS : MORE_EXECUTORS);
    }
    if (from.cores() != to.cores()) {
      changed.add(CORES);
    }
    if (!from.partitions().equals(to.partitions())) {
      changed.add(PARTITIONS);
    }
    if (from.rows() != to.rows()) {
      double times = (double) to.rows() / from.rows();
      changed.add(times < 1 ? "input x 0.5 and less" : input((int) Math.round(times)));
    }
    if (changed.isEmpty()) {
      return Optional.of("nothing");
    }
    if (changed.size() == 2 && changed.get(1).equals(CORES) && !changed.get(0).equals(DYNAMIC)) {
      return Optional.of(EXECUTORS_AND_CORES);
    }
    boolean refused = changed.contains(PARTITIONS) && !run.schedule().followsShufflePartitions();
    return changed.size() == 1 && !refused ? Optional.of(changed.get(0)) : Optional.empty();
  }

  private static double median(List<Row> rows, ToDoubleFunction<Row> figure) {
    double[] sorted = rows.stream().mapToDouble(figure).sorted().toArray();
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  int count(String dimension) {
    return ofDimension(dimension).size();
  }

  double meanWork(String dimension) {
    return mean(ofDimension(dimension), pair -> pair.ours().work());
  }

  double worstWork(String dimension) {
    return worst(ofDimension(dimension), pair -> pair.ours().work());
  }

  /** Of ours over the pairs that Sparklens answers, and Sparklens' own. */
  double meanWorkBesideSparklens(String dimension, boolean sparklens) {
    return mean(
        ofDimension(dimension).stream()
            .filter(pair -> pair.sparklens().isPresent())
            .toList(),
        pair -> sparklens ? pair.sparklens().orElseThrow().work() : pair.ours().work());
  }

  private List<Pair> ofDimension(String dimension) {
    return pairs.stream().filter(pair -> pair.dimension().equals(dimension)).toList();
  }

  private static double mean(List<Pair> some, ToDoubleFunction<Pair> percent) {
    return some.stream()
        .mapToDouble(pair -> Math.abs(percent.applyAsDouble(pair)))
        .average()
        .orElse(Double.NaN);
  }

  private static double worst(List<Pair> some, ToDoubleFunction<Pair> percent) {
    return some.stream()
        .mapToDouble(pair -> Math.abs(percent.applyAsDouble(pair)))
        .max()
        .orElse(Double.NaN);
  }

  /** A row for each dimension that the grid has. */
  String table() {
    StringBuilder table =
        new StringBuilder("| what changes | pairs | noise | work | application | Sparklens, work |"
            + " no change, work | by cores, work |\n|---|---|---|---|---|---|---|---|\n");
    for (String dimension : DIMENSIONS) {
      List<Pair> some = ofDimension(dimension);
      if (!some.isEmpty()) {
        table.append("| ").append(dimension).append(" | ").append(cells(some)).append(" |\n");
      }
    }
    return table.toString();
  }

  private String cells(List<Pair> some) {
    List<Pair> peers =
        some.stream().filter(pair -> pair.sparklens().isPresent()).toList();
    return String.join(
        " | ",
        Integer.toString(some.size()),
        noise(some),
        both(some, pair -> pair.ours().work()),
        both(some, pair -> pair.ours().app()),
        peers.isEmpty()
            ? ""
            : both(peers, pair -> pair.sparklens().orElseThrow().work())
                + (peers.size() == some.size() ? "" : " of " + peers.size()),
        both(some, pair -> pair.noChange().work()),
        both(some, pair -> pair.byCores().work()));
  }

  private static String both(List<Pair> some, ToDoubleFunction<Pair> percent) {
    return String.format(Locale.ROOT, "%.1f, %.1f %%", mean(some, percent), worst(some, percent));
  }

  /** How far runs of the sizes that were asked about are from their median; blank where none ran twice. */
  private String noise(List<Pair> some) {
    Map<Given, List<Row>> sizes = rows.stream().collect(Collectors.groupingBy(Row::given));
    double[] off = some.stream()
        .map(Pair::to)
        .distinct()
        .map(sizes::get)
        .filter(runs -> runs.size() > 1)
        .flatMapToDouble(runs -> {
          double median = median(runs, Row::workMs);
          return runs.stream().mapToDouble(run -> Math.abs(off(run.workMs(), median)));
        })
        .toArray();
    return off.length == 0
        ? ""
        : String.format(
            Locale.ROOT,
            "%.1f, %.1f %%",
            Arrays.stream(off).average().orElseThrow(),
            Arrays.stream(off).max().orElseThrow());
  }

  /** A row for each workload and dimension: pairs, and work mean and worst. */
  String byWorkload() {
    StringBuilder table = new StringBuilder("""
        | workload | what changes | pairs | noise | work | application |
        |---|---|---|---|---|---|
        """);
    new TreeMap<>(pairs.stream()
            .collect(Collectors.groupingBy(pair -> pair.from().given().workload())))
        .forEach((workload, all) -> {
          for (String dimension : DIMENSIONS) {
            List<Pair> some =
                all.stream().filter(pair -> pair.dimension().equals(dimension)).toList();
            if (!some.isEmpty()) {
              table
                  .append(String.join(
                      " | ",
                      "| " + workload,
                      dimension,
                      Integer.toString(some.size()),
                      noise(some),
                      both(some, pair -> pair.ours().work()),
                      both(some, pair -> pair.ours().app())))
                  .append(" |\n");
            }
          }
        });
    return table.toString();
  }

  /** Each pair that Sparklens answers too. */
  String besideSparklens() {
    StringBuilder table = new StringBuilder(
        "| workload | rows | from | to | measured work ms | predicted | error | Sparklens |"
            + " application error | Sparklens |\n|---|---|---|---|---|---|---|---|---|---|\n");
    for (Pair pair : pairs) {
      pair.sparklens()
          .ifPresent(peer -> table.append(String.format(
              Locale.ROOT,
              "| %s | %d | %s | %s | %.0f | %.0f | %+.1f %% | %+.1f %% | %+.1f %% | %+.1f %% |%n",
              pair.to().workload(),
              pair.to().rows(),
              pair.from().given().shape(),
              pair.to().shape(),
              pair.measuredWorkMs(),
              pair.predicted().workMs(),
              pair.ours().work(),
              peer.work(),
              pair.ours().app(),
              peer.app())));
    }
    return table.toString();
  }

  /** What Sparklens' model says of the shared grid. */
  static Map<String, Deviation> sparklens(Path folder) throws IOException {
    Map<String, Deviation> predictions = new HashMap<>();
    List<String> lines = Files.readAllLines(folder.resolve("sparklens-predictions.csv"));
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(",", -1);
      predictions.put(
          key(fields[0], fields[2], fields[3], fields[4]),
          new Deviation(Double.parseDouble(fields[11]), Double.parseDouble(fields[8])));
    }
    return predictions;
  }

  private static String key(String workload, String from, String to, String rows) {
    return String.join(",", workload, from, to, rows);
  }
}
