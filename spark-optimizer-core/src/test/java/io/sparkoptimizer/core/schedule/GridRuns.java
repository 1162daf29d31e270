package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sparkoptimizer.core.eventlog.EventLogs;
import io.sparkoptimizer.spark.ApplicationRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** A grid of real runs: each log, and the row of {@code manifest.csv} that says what was measured. */
final class GridRuns {
  private GridRuns() {}

  /**
   * What a run was given.
   *
   * @param executors the most of them under dynamic allocation
   * @param partitions {@code spark.sql.shuffle.partitions}; empty where an RDD job does not have it
   * @param dynamic the bounds of dynamic allocation as {@code 1:4}; blank without
   * @param other what no prediction is asked to change: Spark's version, adaptive execution, memory
   */
  record Given(
      String workload,
      long rows,
      int executors,
      int cores,
      OptionalInt partitions,
      String dynamic,
      String other) {
    String shape() {
      return (dynamic.isBlank() ? Integer.toString(executors) : dynamic.replace(":", " to ")) + "x"
          + cores;
    }

    int slots() {
      return executors * cores;
    }

    private OptionalInt least() {
      return dynamic.isBlank()
          ? OptionalInt.empty()
          : OptionalInt.of(Integer.parseInt(dynamic.substring(0, dynamic.indexOf(':'))));
    }
  }

  /** A run, what it was given, and how long its jobs and all of it took. */
  record Row(
      ApplicationRun run,
      RecordedSchedule schedule,
      Given given,
      boolean waits,
      boolean quiet,
      double workMs,
      double appMs) {

    /** Predicts what another run was given, from this one alone. */
    Estimate predict(Given to) {
      return schedule.predict(new Candidate(
          to.executors(),
          to.least(),
          to.cores(),
          to.partitions(),
          (double) to.rows() / given.rows()));
    }
  }

  /** The folder of shared logs; skips the test where there is none. */
  static Path shared() {
    String shared = System.getProperty("shared", "");
    assumeTrue(!shared.isBlank(), "no shared data: run with -Dshared=FOLDER");
    Path folder = Path.of(shared, "eventlogs-grid");
    assumeTrue(Files.exists(folder), "no eventlogs-grid in the shared data");
    return folder;
  }

  /** The project's own grid; empty where it is not there. */
  static List<Row> own() throws IOException {
    String grid = System.getProperty("grid", "");
    Path folder = grid.isBlank() ? Path.of("..", "samples", "grid") : Path.of(grid);
    return Files.exists(folder.resolve("manifest.csv")) ? read(folder) : List.of();
  }

  /** All runs of a grid that went through, in the order of its manifest. */
  static List<Row> read(Path folder) throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("manifest.csv"));
    List<String> header = Arrays.asList(lines.get(0).split(",", -1));
    List<Row> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      List<String> fields = Arrays.asList(line.split(",", -1));
      Fields of = column -> header.contains(column) ? fields.get(header.indexOf(column)) : "";
      if (!of.get("outcome").equals("ok")) {
        continue;
      }
      List<ApplicationRun> runs = new ArrayList<>();
      EventLogs.read(log(folder, of.get("file")), Clock.systemUTC(), runs::add);
      assertThat(runs).as(line).hasSize(1);
      ApplicationRun run = runs.get(0);
      rows.add(new Row(
          run,
          RecordedSchedule.of(run).orElseThrow(),
          given(of),
          of.get("kind").equals("wait"),
          of.get("quality").equals("quiet"),
          Double.parseDouble(of.get("work_ms")),
          Double.parseDouble(of.get("app_ms"))));
    }
    return rows;
  }

  private interface Fields {
    String get(String column);
  }

  private static Given given(Fields of) {
    String partitions = of.get("partitions");
    return new Given(
        of.get("workload"),
        Long.parseLong(of.get("rows")),
        Integer.parseInt(of.get("executors")),
        Integer.parseInt(of.get("cores")),
        partitions.isBlank() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(partitions)),
        of.get("dynamic"),
        String.join(
            " ",
            of.get("spark"),
            of.get("memory_mb"),
            of.get("adaptive"),
            of.get("parallelism_first")));
  }

  private static Path log(Path folder, String file) {
    Path beside = folder.resolve(file);
    return Files.exists(beside) ? beside : folder.resolve("logs").resolve(file);
  }
}
