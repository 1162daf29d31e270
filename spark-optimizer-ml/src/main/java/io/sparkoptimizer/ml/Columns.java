package io.sparkoptimizer.ml;

import io.sparkoptimizer.spi.RunFeatures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The columns of a table of runs: a number is one column; a word is one column for each of its most
 * frequent values, 1 where the run has it, else 0. What a run does not know is NaN there. A column that is
 * the same in all runs teaches nothing and is left out.
 */
final class Columns {
  /** Values of one word that get a column each; the others are told by having none of these. */
  static final int MOST_VALUES = 16;

  /** Columns of a table. What comes after these, numbers before words, each by name, is left out. */
  static final int MOST_COLUMNS = 256;

  /** A word of fewer runs than this tells the run, not the kind. */
  private static final int FEWEST_RUNS = 2;

  /** What a float holds, with room to spare for the sums of two. */
  private static final double LARGEST = 1e38;

  /**
   * More of this never makes a run shorter; the first that there is counts, for of more records in equally
   * many bytes nothing is known. Nor is it of anything else: more instances cost start-up and shuffle
   * connections, more cores of one share its memory, a larger heap is collected longer, and a parameter
   * may mean anything.
   */
  private static final List<String> RISING =
      List.of(RunFeatures.INPUT_BYTES, RunFeatures.INPUT_RECORDS);

  /**
   * @param feature the number's or word's name
   * @param value what the word has to be; empty for a number, whose column holds it as it is
   */
  record Column(String feature, String value, boolean isWord) {
    float of(RunFeatures run) {
      if (isWord) {
        String word = run.words().get(feature);
        return word == null ? Float.NaN : word.equals(value) ? 1 : 0;
      }
      Double number = run.numbers().get(feature);
      return number == null ? Float.NaN : (float) Math.max(-LARGEST, Math.min(LARGEST, number));
    }
  }

  private final List<Column> columns;

  Columns(List<Column> columns) {
    this.columns = List.copyOf(columns);
  }

  static Columns of(List<RunFeatures> runs) {
    Set<String> numbers = new TreeSet<>();
    Map<String, Map<String, Integer>> words = new TreeMap<>();
    for (RunFeatures run : runs) {
      numbers.addAll(run.numbers().keySet());
      run.words()
          .forEach((name, word) ->
              words.computeIfAbsent(name, key -> new TreeMap<>()).merge(word, 1, Integer::sum));
    }
    List<Column> columns = new ArrayList<>();
    numbers.forEach(name -> columns.add(new Column(name, "", false)));
    words.forEach((name, counts) -> counts.entrySet().stream()
        .filter(word -> word.getValue() >= FEWEST_RUNS)
        // Stable: of equally frequent ones the first by name.
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(MOST_VALUES)
        .forEach(word -> columns.add(new Column(name, word.getKey(), true))));
    return new Columns(columns.stream()
        .filter(column -> varies(column, runs))
        .limit(MOST_COLUMNS)
        .toList());
  }

  private static boolean varies(Column column, List<RunFeatures> runs) {
    float first = column.of(runs.get(0));
    return runs.stream().anyMatch(run -> Float.compare(column.of(run), first) != 0);
  }

  List<Column> list() {
    return columns;
  }

  int count() {
    return columns.size();
  }

  float[] row(RunFeatures run) {
    float[] row = new float[columns.size()];
    for (int i = 0; i < row.length; i++) {
      row[i] = columns.get(i).of(run);
    }
    return row;
  }

  /** The column of which a larger number never makes the prediction smaller; -1 for none. */
  int rising() {
    for (String name : RISING) {
      int column = columns.indexOf(new Column(name, "", false));
      if (column >= 0) {
        return column;
      }
    }
    return -1;
  }
}
