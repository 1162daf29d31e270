package io.sparkoptimizer.core.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.DataSize;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.core.memory.InMemoryRepository;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spi.InputStamp;
import io.sparkoptimizer.spi.Repository.CollectedRun;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Shapes that are picked for work that was never seen, against the best that were tried with it (C3O). */
class RunTimesPublishedTest {
  /** What priority balanced weighs: a percent of time for a percent of cost. */
  private static double timesCost(ApplicationRun run) {
    double ms = run.durationMs().orElseThrow();
    return Math.sqrt(ms * ms * ShapeRows.row(run).instances());
  }

  private static List<ApplicationRun> grep() {
    String shared = System.getProperty("shared", "");
    assumeThat(shared).as("-Dshared names the folder of the shared data").isNotEmpty();
    InMemoryRepository repository = new InMemoryRepository();
    try (Optimizer optimizer = Optimizer.builder().repository(repository).build()) {
      optimizer.collect(
          new CollectionRequest(
              "run-table",
              Map.ofEntries(
                  Map.entry("file", Path.of(shared, "datasets/c3o/grep.tsv").toString()),
                  Map.entry("mapping.job.value", "grep"),
                  Map.entry("mapping.duration_ms.column", "gross_runtime"),
                  Map.entry("mapping.duration_ms.scale", "1000"),
                  Map.entry("mapping.instances.column", "instance_count"),
                  Map.entry("mapping.instance_type.column", "machine_type"),
                  Map.entry("mapping.total_cores.column", "slots"),
                  Map.entry("mapping.total_memory_mb.column", "memory"),
                  Map.entry("mapping.input_bytes.column", "data_size_MB"),
                  Map.entry("mapping.input_bytes.scale", "1000000"),
                  Map.entry("mapping.parameters[0]", "p_occurrence"),
                  Map.entry("mapping.filter.machine_type", "m4.2xlarge"),
                  Map.entry("mapping.aggregate", "median")),
              ApplicationRun.DEFAULT_SOURCE,
              100),
          CollectionRequest.Progress.NONE);
      return repository.runs(RunQuery.ALL);
    }
  }

  @Test
  void recommend_workThatWasNeverSeen_isNearlyTheBestShape() {
    List<ApplicationRun> rows = grep();
    Map<String, List<ApplicationRun>> works = rows.stream()
        .collect(Collectors.groupingBy(
            run -> TableWork.parameters(run) + " " + run.inputBytes(),
            TreeMap::new,
            Collectors.toList()));
    Map<String, Double> ratios = new TreeMap<>();
    works.forEach((name, work) -> {
      if (work.size() >= 5) {
        ratios.put(name, ratio(rows, work));
      }
    });
    assertThat(ratios).hasSizeGreaterThan(5);
    double mean =
        ratios.values().stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    // 1.017 when it was written.
    assertThat(mean).as("%s", ratios).isLessThan(1.05);
  }

  /** What was picked is so many times as bad as the best, at the recorded count that is nearest. */
  private static double ratio(List<ApplicationRun> rows, List<ApplicationRun> work) {
    InMemoryRepository repository = new InMemoryRepository();
    repository.save(rows.stream()
        .filter(run -> !work.contains(run))
        .map(run -> new CollectedRun(run, new InputStamp("grep.tsv", 1, 1)))
        .toList());
    try (Optimizer optimizer = Optimizer.builder().repository(repository).build()) {
      JobProfile.Builder profile = JobProfile.builder("grep")
          .inputSize(DataSize.bytes(work.get(0).inputBytes().orElseThrow()));
      TableWork.parameters(work.get(0)).forEach(profile::parameter);
      Recommendation answer = optimizer.recommend(profile.build());
      int picked = answer.proposed().numExecutors().orElseThrow();
      double paid = work.stream()
          .min(Comparator.comparingInt(run -> Math.abs(ShapeRows.row(run).instances() - picked)))
          .map(RunTimesPublishedTest::timesCost)
          .orElseThrow();
      double least =
          work.stream().mapToDouble(RunTimesPublishedTest::timesCost).min().orElseThrow();
      return paid / least;
    }
  }
}
