package io.sparkoptimizer.sparktests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far repeats of the same run lie from their median, by workload and by what a point varies: no prediction can be asked to be nearer.
 * {@code TruthNoise MANIFEST} prints it. Noisy runs do not count.
 */
public final class TruthNoise {

  private TruthNoise() {}

  public static void main(String[] args) throws IOException {
    table(Files.readAllLines(Path.of(args[0]))).forEach(System.out::println);
  }

  /** A table with a line for each workload and dimension of which a point has been run at least twice. */
  static List<String> table(List<String> manifest) {
    List<String> columns = Arrays.asList(manifest.get(0).split(",", -1));
    Map<String, List<Long>> byPoint = new TreeMap<>();
    Map<String, String> dimensionOfPoint = new HashMap<>();
    for (String line : manifest.subList(1, manifest.size())) {
      String[] values = line.split(",", -1);
      Map<String, String> row = new HashMap<>();
      for (int i = 0; i < values.length; i++) {
        row.put(columns.get(i), values[i]);
      }
      if (value(row, "quality").equals("quiet")) {
        String point = value(row, "file").replaceFirst("-r\\d+(\\.zstd|/.*)$", "");
        byPoint.computeIfAbsent(point, p -> new ArrayList<>()).add(number(row, "work_ms"));
        dimensionOfPoint.put(point, value(row, "workload") + " | " + dimension(row));
      }
    }
    Map<String, Band> bands = new TreeMap<>();
    byPoint.forEach((point, times) -> {
      if (times.size() > 1) {
        bands
            .computeIfAbsent(dimensionOfPoint.getOrDefault(point, ""), d -> new Band())
            .add(times);
      }
    });
    List<String> table = new ArrayList<>(List.of(
        "| workload | dimension | points | runs | largest deviation from the median | mean |",
        "|---|---|---|---|---|---|"));
    bands.forEach((dimension, band) -> table.add("| " + dimension + band));
    return table;
  }

  /** What a point varies; the first that applies, so that each has one. */
  private static String dimension(Map<String, String> row) {
    long leastInput = value(row, "kind").equals("cpu") ? 4 : 1;
    String partitions = value(row, "partitions");
    if (!value(row, "dynamic").isEmpty()) {
      return "dynamic allocation";
    }
    if (number(row, "input_multiple") != leastInput) {
      return "input";
    }
    if (value(row, "adaptive").equals("false")) {
      return "adaptive execution off";
    }
    if (value(row, "parallelism_first").equals("false")) {
      return "coalescing by size";
    }
    if (!partitions.isEmpty() && !partitions.equals("200")) {
      return "partitions";
    }
    if (number(row, "cores") > 1) {
      return "cores";
    }
    return number(row, "executors") > 2 ? "more executors than processors" : "executors";
  }

  private static String value(Map<String, String> row, String column) {
    String value = row.get(column);
    if (value == null) {
      throw new IllegalArgumentException(
          "the manifest has no column " + column + "; it has " + row.keySet());
    }
    return value;
  }

  private static long number(Map<String, String> row, String column) {
    return Long.parseLong(value(row, column));
  }

  /** Deviations of the runs of some points, each from its own point's median. */
  private static final class Band {

    private int points;
    private int runs;
    private double largest;
    private double sum;

    void add(List<Long> times) {
      List<Long> sorted = times.stream().sorted().toList();
      int half = sorted.size() / 2;
      double median = sorted.size() % 2 == 1
          ? sorted.get(half)
          : (sorted.get(half - 1) + sorted.get(half)) / 2.0;
      points++;
      for (long time : times) {
        double deviation = Math.abs(time - median) / median;
        runs++;
        sum += deviation;
        largest = Math.max(largest, deviation);
      }
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          " | %d | %d | %.1f %% | %.1f %% |",
          points,
          runs,
          100 * largest,
          100 * sum / runs);
    }
  }
}
