package io.sparkoptimizer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.core.predict.Features;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spi.Predictor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The public tables of {@code -Dshared}, which are no part of this project, through its mapping files. */
record PublishedTables(String name, String mapping, List<Path> files) {
  static final Path MAPPINGS = Path.of(
      "..",
      "spark-optimizer-benchmarks",
      "src/main/resources/io/sparkoptimizer/benchmarks/mappings");

  /** Where they are; the test is skipped where they are not. */
  static Path folder() {
    String shared = System.getProperty("shared", "");
    assumeTrue(!shared.isBlank(), "no folder of shared data: set -Dshared=FOLDER");
    Path datasets = Path.of(shared, "datasets");
    assumeTrue(Files.isDirectory(datasets), "no datasets under " + shared);
    return datasets;
  }

  /** The rows that C3O's own evaluation used, of one job. */
  static PublishedTables c3o(String job) {
    return new PublishedTables(
        "C3O " + job, "c3o-" + job + ".yaml", List.of(folder().resolve("c3o/" + job + ".tsv")));
  }

  static PublishedTables scout() {
    return of(
        "scout",
        "scout.yaml",
        "join_spark.tsv",
        "lr_spark.tsv",
        "pagerank_spark.tsv",
        "terasort_hadoop.tsv");
  }

  static PublishedTables cherrypick() {
    return of("CherryPick", "cherrypick.yaml", "CP_spark.csv", "CP_terasort.csv", "CP_tpch.csv");
  }

  static PublishedTables dataproc() {
    return of("Dataproc", "dataproc.yaml", "dataproc.tsv");
  }

  private static PublishedTables of(String name, String mapping, String... files) {
    String folder = mapping.replace(".yaml", "");
    return new PublishedTables(
        name,
        mapping,
        Stream.of(files).map(file -> folder().resolve(folder).resolve(file)).toList());
  }

  /** With these as its history, collected as {@code collect --runs} does. To be closed. */
  Optimizer open() {
    TablesOption option = new TablesOption();
    option.runs.add(files);
    option.mappings.add(MAPPINGS.resolve(mapping));
    Optimizer optimizer = Optimizer.builder().setting("repository", "in-memory").build();
    CollectionReport report =
        optimizer.collect(option.requests("default", 100).get(0), CollectionRequest.Progress.NONE);
    assertThat(report.skipped()).as(mapping).isEmpty();
    return optimizer;
  }

  /** The runs that went well, by job, in an order of their own that is always the same. */
  static Map<String, List<Predictor.Sample>> samples(Optimizer optimizer) {
    List<ApplicationRun> runs = new ArrayList<>();
    optimizer.runs(RunQuery.ALL).stream()
        .filter(row -> row.status() == RunStatus.SUCCEEDED)
        .forEach(row -> runs.add(optimizer.run(row.id().appId()).orElseThrow()));
    return runs.stream()
        .collect(Collectors.groupingBy(
            ApplicationRun::jobSignature,
            TreeMap::new,
            Collectors.mapping(
                run -> new Predictor.Sample(Features.of(run), run.durationMs().orElseThrow()),
                Collectors.toList())));
  }
}
