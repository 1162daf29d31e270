package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.sparkoptimizer.core.eventlog.EventLogs;
import io.sparkoptimizer.spark.ApplicationRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** The shared grid of real runs: each log, and the row of the manifest that says what was measured. */
final class GridRuns {
  private GridRuns() {}

  record Row(
      ApplicationRun run,
      String workload,
      boolean waits,
      long rows,
      int executors,
      int cores,
      int memoryMb,
      int partitions,
      double workMs,
      double appMs) {
    String shape() {
      return executors + "x" + cores;
    }
  }

  /** Skips the test where there is none. */
  static Path folder() {
    String shared = System.getProperty("shared", "");
    assumeFalse(shared.isBlank(), "no shared data: run with -Dshared=FOLDER");
    Path folder = Path.of(shared, "eventlogs-grid");
    assumeFalse(!Files.exists(folder), "no eventlogs-grid in the shared data");
    return folder;
  }

  /** Runs on a quiet machine whose tasks wait as tasks that read remote storage do. */
  static List<Row> quietWaits(Path folder) throws IOException {
    return read(folder, quality -> quality.equals("quiet")).stream()
        .filter(Row::waits)
        .toList();
  }

  static List<Row> read(Path folder, Predicate<String> quality) throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("manifest.csv"));
    List<String> header = Arrays.asList(lines.get(0).split(",", -1));
    List<Row> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(",", -1);
      if (!quality.test(fields[header.indexOf("quality")])) {
        continue;
      }
      List<ApplicationRun> runs = new ArrayList<>();
      EventLogs.read(folder.resolve(fields[header.indexOf("file")]), Clock.systemUTC(), runs::add);
      assertThat(runs).as(line).hasSize(1);
      rows.add(new Row(
          runs.get(0),
          fields[header.indexOf("workload")],
          fields[header.indexOf("kind")].equals("wait"),
          Long.parseLong(fields[header.indexOf("rows")]),
          Integer.parseInt(fields[header.indexOf("executors")]),
          Integer.parseInt(fields[header.indexOf("cores")]),
          Integer.parseInt(fields[header.indexOf("memory_mb")]),
          Integer.parseInt(fields[header.indexOf("partitions")]),
          Double.parseDouble(fields[header.indexOf("work_ms")]),
          Double.parseDouble(fields[header.indexOf("app_ms")])));
    }
    return rows;
  }
}
