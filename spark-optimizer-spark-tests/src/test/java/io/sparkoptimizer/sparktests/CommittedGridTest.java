package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.sparktests.TruthPlan.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The part of the truth grid in {@code samples/grid} is what its manifest says, and holds what it was made for. */
class CommittedGridTest {

  private static final Path GRID = CommittedLogsTest.repository().resolve("samples/grid");

  @Test
  void manifest_everyRow_hasItsLogAndItsTasks() throws IOException {
    Set<String> files = new TreeSet<>();
    for (Map<String, String> row : rows()) {
      String file = value(row, "file");
      files.add(file.replaceFirst("/.*", ""));
      assertThat(EventLogText.names(GRID.resolve("logs").resolve(file)))
          .as(file)
          .endsWith("SparkListenerApplicationEnd")
          .filteredOn("SparkListenerTaskEnd"::equals)
          .hasSize(Integer.parseInt(value(row, "tasks")));
    }
    try (Stream<Path> logs = Files.list(GRID.resolve("logs"))) {
      assertThat(logs.map(log -> log.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(files);
    }
  }

  @Test
  void manifest_everyPointOfThePlan_isThere() throws IOException {
    Set<String> names =
        rows().stream().map(CommittedGridTest::name).collect(Collectors.toCollection(HashSet::new));

    assertThat(names)
        .containsAll(
            TruthPlan.points().stream().map(point -> new Run(point, 1).name()).toList());
    assertThat(TruthPlan.runs()).extracting(Run::name).containsAll(names);
  }

  @Test
  void logs_adaptiveExecution_coalescesAndSplitsSkew() throws IOException {
    assertThat(text("remote_etl-x1-2x1-r1.zstd"))
        .contains("AQEShuffleRead coalesced")
        .doesNotContain("AQEShuffleRead coalesced and skewed");
    assertThat(text("remote_report-x1-2x1-r1.zstd"))
        .contains("AQEShuffleRead coalesced and skewed", "REPARTITION_BY_NUM");
    assertThat(text("remote_report-x1-2x1-p16-off-r1.zstd")).doesNotContain("AQEShuffleRead");
  }

  @Test
  void logs_defaultParallelism_decidesTheSplitsOfSmallFiles() throws IOException {
    // The first stages with more than the footers' one task are the scan of the events.
    assertThat(tasksOfStage("remote_etl-x1-2x1-r1.zstd", 2)).isEqualTo(2);
    assertThat(tasksOfStage("remote_etl-x1-4x1-r1.zstd", 2)).isEqualTo(4);
  }

  @Test
  void logs_dynamicAllocation_addsExecutors() throws IOException {
    for (String workload : new String[] {"remote_etl", "remote_report", "remote_api"}) {
      assertThat(EventLogText.names(GRID.resolve("logs/" + workload + "-x4-1to4x1-r1.zstd")))
          .as(workload)
          .filteredOn("SparkListenerExecutorAdded"::equals)
          .hasSizeBetween(2, 12);
    }
  }

  private static long tasksOfStage(String log, int stage) throws IOException {
    return EventLogText.lines(GRID.resolve("logs").resolve(log)).stream()
        .filter(line ->
            line.startsWith("{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":" + stage + ","))
        .count();
  }

  private static String text(String log) throws IOException {
    return String.join("\n", EventLogText.lines(GRID.resolve("logs").resolve(log)));
  }

  private static String name(Map<String, String> row) {
    return value(row, "file").replaceFirst("(\\.zstd|/.*)$", "");
  }

  private static String value(Map<String, String> row, String column) {
    return row.getOrDefault(column, "");
  }

  private static List<Map<String, String>> rows() throws IOException {
    List<String> lines = Files.readAllLines(GRID.resolve("manifest.csv"));
    List<String> columns = Arrays.asList(lines.get(0).split(",", -1));
    List<Map<String, String>> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      List<String> values = Arrays.asList(line.split(",", -1));
      assertThat(values).hasSameSizeAs(columns);
      Map<String, String> row = new HashMap<>();
      for (String column : columns) {
        row.put(column, values.get(row.size()));
      }
      rows.add(row);
    }
    return rows;
  }
}
