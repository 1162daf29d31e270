package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.core.TestRuns;
import io.sparkoptimizer.core.eventlog.EventLogs;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TaskCountsTest {
  private static final long MIB = 1L << 20;

  @Test
  void of_recordedByRealSpark_findsSplitsAndCoalescingThatExplainTheCounts() throws IOException {
    List<ApplicationRun> runs = new ArrayList<>();
    EventLogs.read(
        Path.of("..", "samples", "eventlogs", "nightly-sales-2026-11-01.zstd"),
        Clock.systemUTC(),
        runs::add);
    ApplicationRun run = runs.get(0);

    List<Cut> cuts = cuts(run);

    assertThat(cuts).hasAtLeastOneElementOfType(Cut.Splits.class);
    assertThat(cuts).hasAtLeastOneElementOfType(Cut.Coalesced.class);
    for (int s = 0; s < cuts.size(); s++) {
      StageAttempt stage =
          run.stages().stream().filter(StageAttempt::ran).toList().get(s);
      int cores = run.executors().stream()
          .filter(executor -> !executor.isDriver())
          .mapToInt(executor -> executor.totalCores().orElseThrow())
          .sum();
      assertThat(cuts.get(s).tasks(1, 200, cores))
          .as("stage %d, %s", stage.stageId(), cuts.get(s))
          .isEqualTo(stage.numTasks());
    }
  }

  @Test
  void of_scanThatItsFilesExplain_isCutByParallelism() {
    // 400 MiB in 40 files: 11 MiB with the cost of opening, 440 / 8 cores = 55 MiB a split, 4
    // files.
    ApplicationRun run = with(
        TestRuns.run().scan(8, 1_000, 400 * MIB).executors(4, 2),
        List.of(new SqlExecution.Scan("parquet", OptionalLong.of(40), OptionalLong.of(400 * MIB))),
        List.of());

    Cut cut = cuts(run).get(0);

    assertThat(cut).isInstanceOf(Cut.Splits.class);
    assertThat(cut.tasks(1, 200, 8)).isEqualTo(8);
    assertThat(cut.tasks(1, 200, 16)).isEqualTo(20); // 35 MiB, 2 files
    assertThat(cut.tasks(1, 200, 2)).isEqualTo(5); // 128 MiB are the most
  }

  @Test
  void of_scanThatItsFilesDoNotExplain_growsWithTheInputOnly() {
    ApplicationRun run = with(
        TestRuns.run().scan(90, 1_000, 400 * MIB).executors(4, 2),
        List.of(new SqlExecution.Scan("parquet", OptionalLong.of(40), OptionalLong.of(400 * MIB))),
        List.of());

    assertThat(cuts(run).get(0)).isEqualTo(new Cut.ByInput(90));
  }

  @Test
  void of_repartitionByNumber_isFixedEvenIfItIsThePropertysNumber() {
    TestRuns run = TestRuns.run()
        .scan(8, 1_000, 400 * MIB)
        .shuffle(200, 1_000, 40_000 * MIB)
        .executors(4, 2);

    assertThat(cuts(with(run, List.of(), List.of(exchange("REPARTITION_BY_NUM", 200))))
            .get(1))
        .isEqualTo(new Cut.Fixed(200));
    assertThat(cuts(with(run, List.of(), List.of(exchange("ENSURE_REQUIREMENTS", 200))))
            .get(1))
        .isInstanceOf(Cut.Coalesced.class);
  }

  @Test
  void of_adaptiveExecutionOff_followsThePropertyOnly() {
    TestRuns run = TestRuns.run()
        .scan(8, 1_000, 400 * MIB)
        .shuffle(200, 1_000, 40 * MIB)
        .executors(4, 2)
        .conf("spark.sql.adaptive.enabled", "false");

    assertThat(cuts(run.build()).get(1)).isEqualTo(new Cut.Partitions(200, 200));
  }

  @Test
  void of_twoScansThatExplainTheCount_takesTheOneOfAsManyBytes() {
    ApplicationRun run = with(
        TestRuns.run().scan(8, 1_000, 350 * MIB).executors(4, 2),
        List.of(
            new SqlExecution.Scan("parquet", OptionalLong.of(8), OptionalLong.of(8 * MIB)),
            new SqlExecution.Scan("parquet", OptionalLong.of(40), OptionalLong.of(400 * MIB))),
        List.of());

    assertThat(((Cut.Splits) cuts(run).get(0)).files()).isEqualTo(40);
  }

  @Test
  void of_oneTaskForEachCoreWithoutInput_followsTheCores() {
    TestRuns made = TestRuns.run().scan(8, 1_000, 0).shuffle(8, 1_000, 40 * MIB).executors(4, 2);
    ApplicationRun rdd = made.build().toBuilder().sql(List.of()).build();
    ApplicationRun onOthers =
        made.executors(4, 1).build().toBuilder().sql(List.of()).build();

    assertThat(cuts(rdd)).containsExactly(new Cut.Parallelism(), new Cut.Parallelism());
    assertThat(cuts(onOthers)).containsExactly(new Cut.ByInput(8), new Cut.Fixed(8));
  }

  @Test
  void of_defaultParallelismSet_holdsAtAnySlots() {
    ApplicationRun run = TestRuns.run()
        .scan(8, 1_000, 400 * MIB)
        .shuffle(20, 1_000, 400 * MIB)
        .executors(4, 2)
        .conf("spark.default.parallelism", "20")
        .build();

    assertThat(cuts(run).get(1)).isInstanceOf(Cut.Coalesced.class);
    assertThat(Workload.of(run, 0, 1).parallelism(64)).isEqualTo(20);
  }

  private static List<Cut> cuts(ApplicationRun run) {
    TaskCounts counts = new TaskCounts(run);
    return run.stages().stream().filter(StageAttempt::ran).map(counts::of).toList();
  }

  private static SqlExecution.Exchange exchange(String origin, long partitions) {
    return new SqlExecution.Exchange(
        false, "hashpartitioning(k)", origin, OptionalLong.of(partitions), OptionalLong.empty());
  }

  private static ApplicationRun with(
      TestRuns made, List<SqlExecution.Scan> scans, List<SqlExecution.Exchange> exchanges) {
    ApplicationRun run = made.build();
    return run.toBuilder()
        .sql(List.of(new SqlExecution(
            0,
            "q",
            OptionalLong.empty(),
            OptionalLong.empty(),
            List.of(0),
            Map.of(),
            scans,
            Map.of(),
            exchanges,
            null)))
        .build();
  }
}
