package io.sparkoptimizer.core.search;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.sparkoptimizer.Workload;
import io.sparkoptimizer.Workload.Shape;
import io.sparkoptimizer.Workload.Trial;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** Published measurements of programs on many cluster shapes, read in place where they are there. */
final class PublishedShapes {
  private PublishedShapes() {}

  /** Scout: 69 shapes of AWS; Spark's programs and Hadoop's. */
  static List<Workload> scout() {
    List<Workload> workloads = new ArrayList<>();
    try (Stream<Path> tables = Files.list(folder("scout"))) {
      tables.sorted().forEach(table -> {
        String job = String.valueOf(table.getFileName()).replace(".tsv", "");
        workloads.addAll(read(table, row -> job, row -> value(row, "dataset"), row -> {
          int nodes = Integer.parseInt(value(row, "nodes"));
          Shape shape = new Shape(
              nodes,
              Optional.of(value(row, "machine_type")),
              OptionalInt.of(Integer.parseInt(value(row, "vcpu_per_node"))),
              OptionalLong.of(Math.round(number(row, "memory_gb_per_node") * 1024)));
          double cost =
              number(row, "elapsed_s") / 3600 * nodes * number(row, "price_usd_per_node_hour");
          return new Trial(
              shape,
              value(row, "completed").equals("true")
                  ? OptionalDouble.of(cost)
                  : OptionalDouble.empty());
        }));
      });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return workloads;
  }

  /** Flora's programs on Dataproc, 10 shapes, at the prices of its paper. */
  static List<Workload> dataproc() {
    return read(
        folder("dataproc").resolve("dataproc.tsv"),
        row -> value(row, "algorithm"),
        row -> value(row, "dataset"),
        row -> {
          int nodes = Integer.parseInt(value(row, "scaleout"));
          int cores = Integer.parseInt(value(row, "cpu_cores_per_node"));
          double gb = number(row, "memory_gb_per_node");
          double cost =
              number(row, "runtime_s") / 3600 * nodes * (cores * 0.040730 + gb * 0.005458);
          return new Trial(
              new Shape(
                  nodes,
                  Optional.empty(),
                  OptionalInt.of(cores),
                  OptionalLong.of(Math.round(gb * 1024))),
              OptionalDouble.of(cost));
        });
  }

  private static Path folder(String name) {
    String shared = System.getProperty("shared", "");
    assumeThat(shared).as("-Dshared names the folder of the shared data").isNotEmpty();
    return Path.of(shared, "datasets", name);
  }

  private static List<Workload> read(
      Path table,
      Function<Map<String, String>, String> job,
      Function<Map<String, String>, String> context,
      Function<Map<String, String>, Trial> trial) {
    List<String> lines;
    try {
      lines = Files.readAllLines(table);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String[] header = lines.get(0).split("\t", -1);
    Map<List<String>, List<Trial>> trials = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split("\t", -1);
      Map<String, String> row = new TreeMap<>();
      for (int i = 0; i < header.length; i++) {
        row.put(header[i], cells[i]);
      }
      trials
          .computeIfAbsent(List.of(job.apply(row), context.apply(row)), key -> new ArrayList<>())
          .add(trial.apply(row));
    }
    return trials.entrySet().stream()
        .map(one -> new Workload(
            one.getKey().get(0), one.getKey().get(1), Optional.empty(), one.getValue()))
        .toList();
  }

  private static String value(Map<String, String> row, String column) {
    return Optional.ofNullable(row.get(column)).orElseThrow();
  }

  private static double number(Map<String, String> row, String column) {
    return Double.parseDouble(value(row, column));
  }
}
