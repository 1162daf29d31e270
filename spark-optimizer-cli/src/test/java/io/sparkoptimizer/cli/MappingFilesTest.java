package io.sparkoptimizer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The mapping files of the benchmarks, over the public tables that they are for. */
class MappingFilesTest {
  /** Collected as {@code collect --runs} does. */
  private static List<RunSummary> collect(String mapping, Path... tables) {
    TablesOption option = new TablesOption();
    option.runs.add(List.of(tables));
    option.mappings.add(PublishedTables.MAPPINGS.resolve(mapping));
    try (Optimizer optimizer =
        Optimizer.builder().setting("repository", "in-memory").build()) {
      CollectionReport report = optimizer.collect(
          option.requests("default", 100).get(0), CollectionRequest.Progress.NONE);
      assertThat(report.skipped()).as(mapping).isEmpty();
      return optimizer.runs(RunQuery.ALL);
    }
  }

  @Test
  void mappings_all_areTested() throws IOException {
    try (Stream<Path> files = Files.list(PublishedTables.MAPPINGS)) {
      Set<String> names = files
          .map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
      assertThat(names)
          .containsExactly(
              "c3o-grep-all.yaml",
              "c3o-grep.yaml",
              "c3o-pagerank-all.yaml",
              "c3o-pagerank.yaml",
              "c3o-sort-all.yaml",
              "c3o-sort.yaml",
              "cherrypick.yaml",
              "dataproc-class-a.yaml",
              "dataproc-class-b.yaml",
              "dataproc.yaml",
              "scout.yaml");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "sort, c3o-sort.yaml, 36",
    "grep, c3o-grep.yaml, 150",
    "pagerank, c3o-pagerank.yaml, 270",
    "sort, c3o-sort-all.yaml, 126",
    "grep, c3o-grep-all.yaml, 162",
    "pagerank, c3o-pagerank-all.yaml, 282",
  })
  void c3o_medianOfRepetitions_hasThePublishedRows(String job, String mapping, int runs) {
    List<RunSummary> all =
        collect(mapping, PublishedTables.folder().resolve("c3o/" + job + ".tsv"));
    assertThat(all).hasSize(runs).allSatisfy(run -> {
      assertThat(run.jobSignature()).isEqualTo(job);
      assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
      assertThat(run.durationMs()).isPresent();
      assertThat(run.inputBytes()).isPresent();
      assertThat(run.executorsPeak().getAsInt()).isBetween(2, 12);
      assertThat(run.executorCores().getAsInt()).isIn(4, 8);
      assertThat(run.executorMemoryMb().getAsLong()).isBetween(15_000L, 61_000L);
    });
  }

  @ParameterizedTest
  @CsvSource({"join_spark, 1", "lr_spark, 6", "pagerank_spark, 23", "terasort_hadoop, 7"})
  void scout_everyWorkload_has69ShapesOfEachSize(String job, int failed) {
    List<RunSummary> all =
        collect("scout.yaml", PublishedTables.folder().resolve("scout/" + job + ".tsv"));
    assertThat(all).hasSize(138).allSatisfy(run -> {
      assertThat(run.jobSignature()).isEqualTo(job);
      assertThat(run.recordedCost().getAsDouble()).isPositive();
    });
    assertThat(all).filteredOn(run -> run.status() == RunStatus.FAILED).hasSize(failed);
  }

  @ParameterizedTest
  @CsvSource({"spark, 59", "terasort, 72", "tpch, 52"})
  void cherrypick_everyWorkload_isReadWhole(String job, int runs) {
    List<RunSummary> all = collect(
        "cherrypick.yaml", PublishedTables.folder().resolve("cherrypick/CP_" + job + ".csv"));
    assertThat(all)
        .hasSize(runs)
        .allMatch(run -> run.jobSignature().equals(job) && run.recordedCost().isPresent());
  }

  @Test
  void dataproc_everyAlgorithm_hasTenShapesOfEachSize() {
    Path table = PublishedTables.folder().resolve("dataproc/dataproc.tsv");
    List<RunSummary> all = collect("dataproc.yaml", table);
    assertThat(all).hasSize(100);
    assertThat(all.stream()
            .collect(Collectors.groupingBy(RunSummary::jobSignature, Collectors.counting())))
        .hasSize(5)
        .allSatisfy((job, runs) -> assertThat(runs).isEqualTo(20));
    // grep, small, 8 nodes of 4 cores and 16 GB: 1898.11 s
    assertThat(all)
        .filteredOn(run -> run.durationMs().orElse(0) == 1_898_110)
        .singleElement()
        .satisfies(run -> assertThat(run.recordedCost().getAsDouble())
            .isCloseTo(1898.11 / 3600 * 8 * (4 * 0.040730 + 16 * 0.005458), within(1e-9)));
    assertThat(collect("dataproc-class-a.yaml", table)).hasSize(80);
    assertThat(collect("dataproc-class-b.yaml", table)).hasSize(20);
  }
}
