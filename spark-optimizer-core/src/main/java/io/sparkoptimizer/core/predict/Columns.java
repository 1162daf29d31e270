package io.sparkoptimizer.core.predict;

import io.sparkoptimizer.spi.RunFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * The features that a set of known runs has in common, as numbers of like scale: the size of what a run is
 * given, its input, and whatever else it is told of. Quantities of one sign count by their logarithm, so
 * that a unit is a factor of e; others by the largest known; a word is 1 where a run has it. What does not
 * vary among the known runs tells nothing of its effect and is left out, but for size and input, of whose
 * effect something is known beforehand.
 */
final class Columns {
  /** Of one feature's words so many count, those of most runs; the rest are as one. */
  private static final int MOST_WORDS = 8;

  /** More columns than this are beyond what some tens of runs can tell. */
  private static final int MOST = 16;

  /**
   * Below this share of the smallest known quantity, logarithms say nothing; nor do multiples of the largest
   * beyond its inverse.
   */
  private static final double LEAST = 1e-3;

  private static final Set<String> SIZE_AND_INPUT =
      Set.of(RunFeatures.INSTANCES, RunFeatures.INPUT_BYTES, RunFeatures.INPUT_RECORDS);

  private record Column(String name, ToDoubleFunction<RunFeatures> value, double centre) {}

  private final boolean byCores;
  private final double smallest;
  private final boolean hasInput;
  private final List<Column> columns;

  private Columns(boolean byCores, double smallest, boolean hasInput, List<Column> columns) {
    this.byCores = byCores;
    this.smallest = smallest;
    this.hasInput = hasInput;
    this.columns = List.copyOf(columns);
  }

  /**
   * @param known not empty
   */
  static Columns of(List<RunFeatures> known) {
    boolean byCores = have(known, RunFeatures.CORES_PER_INSTANCE);
    String input = have(known, RunFeatures.INPUT_BYTES)
        ? RunFeatures.INPUT_BYTES
        : have(known, RunFeatures.INPUT_RECORDS) ? RunFeatures.INPUT_RECORDS : "";
    List<Column> columns = new ArrayList<>();
    columns.add(centred("size", run -> Math.log(size(run, byCores)), known));
    if (!input.isEmpty()) {
      columns.add(number(input, known, false).orElseThrow());
    }
    Set<String> names = new TreeSet<>();
    known.forEach(run -> names.addAll(run.numbers().keySet()));
    known.forEach(run -> names.addAll(run.words().keySet()));
    names.removeAll(SIZE_AND_INPUT);
    for (String name : names) {
      if (known.stream().allMatch(run -> run.numbers().containsKey(name))) {
        number(name, known, true).ifPresent(columns::add);
      } else {
        columns.addAll(words(name, known));
      }
    }
    double smallest =
        known.stream().mapToDouble(run -> size(run, byCores)).min().orElseThrow();
    return new Columns(
        byCores, smallest, !input.isEmpty(), columns.subList(0, Math.min(MOST, columns.size())));
  }

  private static boolean have(List<RunFeatures> known, String name) {
    return known.stream().allMatch(run -> run.number(name).orElse(0) > 0);
  }

  private static double size(RunFeatures run, boolean byCores) {
    double instances = Math.max(1, run.number(RunFeatures.INSTANCES).orElse(1));
    return byCores
        ? instances * Math.max(1, run.number(RunFeatures.CORES_PER_INSTANCE).orElse(1))
        : instances;
  }

  private static Optional<Column> number(String name, List<RunFeatures> known, boolean mustVary) {
    double[] values =
        known.stream().mapToDouble(run -> run.number(name).orElseThrow()).toArray();
    double least = Arrays.stream(values).min().orElseThrow();
    double most = Arrays.stream(values).max().orElseThrow();
    if (mustVary && least == most) {
      return Optional.empty();
    }
    double unit = Math.max(Math.abs(least), Math.abs(most));
    ToDoubleFunction<RunFeatures> value = least > 0
        ? run -> Math.log(Math.max(
            run.number(name).orElse(Double.NaN), Math.max(Double.MIN_VALUE, least * LEAST)))
        : run -> bounded(run.number(name).orElse(Double.NaN) / unit);
    return Optional.of(centred(name, value, known));
  }

  private static double bounded(double multiple) {
    return Math.max(-1 / LEAST, Math.min(1 / LEAST, multiple));
  }

  private static List<Column> words(String name, List<RunFeatures> known) {
    Map<String, Integer> counts = new TreeMap<>();
    known.forEach(run -> counts.merge(word(run, name), 1, Integer::sum));
    if (counts.size() < 2) {
      return List.of();
    }
    return counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry.comparingByKey()))
        // Of two words one column tells all.
        .limit(counts.size() == 2 ? 1 : MOST_WORDS)
        .map(word -> centred(
            name + "=" + word.getKey(),
            run -> word(run, name).equals(word.getKey()) ? 1 : 0,
            known))
        .toList();
  }

  /** A number that is a word elsewhere counts as one; nothing is a word too. */
  private static String word(RunFeatures run, String name) {
    Double number = run.numbers().get(name);
    return number != null ? number.toString() : run.words().getOrDefault(name, "");
  }

  private static Column centred(
      String name, ToDoubleFunction<RunFeatures> value, List<RunFeatures> known) {
    return new Column(name, value, known.stream().mapToDouble(value).average().orElseThrow());
  }

  int count() {
    return columns.size();
  }

  boolean hasInput() {
    return hasInput;
  }

  /** Total cores, or instances where cores are not known of every run. */
  double size(RunFeatures run) {
    return size(run, byCores);
  }

  /** The smallest size among the known runs. */
  double smallest() {
    return smallest;
  }

  /** Bytes or records; empty where some known runs have neither. */
  OptionalDouble input(RunFeatures run) {
    return hasInput ? run.number(columns.get(1).name()) : OptionalDouble.empty();
  }

  /** How many times as long as one run another takes where time is in proportion to input / size. */
  double perfectScaling(RunFeatures one, RunFeatures other) {
    OptionalDouble from = input(one);
    OptionalDouble to = input(other);
    double inputs =
        from.orElse(0) > 0 && to.orElse(0) > 0 ? to.getAsDouble() / from.getAsDouble() : 1;
    return inputs * size(one) / size(other);
  }

  /** By column, around the mean of the known runs; 0, which is that mean, where a run does not say. */
  double[] of(RunFeatures run) {
    double[] row = new double[columns.size()];
    for (int i = 0; i < row.length; i++) {
      double value = columns.get(i).value().applyAsDouble(run) - columns.get(i).centre();
      row[i] = Double.isNaN(value) ? 0 : value;
    }
    return row;
  }
}
