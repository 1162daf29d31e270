package io.sparkoptimizer.sparktests;

import static io.sparkoptimizer.sparktests.TruthPoint.baseline;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sparkoptimizer.sparktests.TruthPlan.Run;
import io.sparkoptimizer.sparktests.TruthPoint.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, disabledReason = "what others use is read from /proc")
class TruthGridTest {

  private static final Duration LONG = Duration.ofDays(1);

  @Test
  void make_aRunThatIsThere_isNotMadeAgain(@TempDir Path folder) throws Exception {
    Run run = new Run(baseline(Workload.REMOTE_ETL, 2).on(1, 2), 1);
    TruthGrid grid = new TruthGrid(folder, /* rows= */ 1000);

    assertThat(grid.make(List.of(run), LONG)).isEmpty();
    assertThat(new TruthGrid(folder, 1000).make(List.of(run), LONG)).isEmpty();

    List<String> manifest = Files.readAllLines(folder.resolve("manifest.csv"));
    assertThat(manifest).hasSize(2);
    Map<String, String> row = row(manifest.get(0), manifest.get(1));
    assertThat(row)
        .containsEntry("file", "remote_etl-x2-1x2-r1.zstd")
        .containsEntry("rows", "2000")
        .containsEntry("executors", "1")
        .containsEntry("cores", "2")
        .containsEntry("partitions", "200")
        .containsEntry("adaptive", "true")
        .containsEntry("parallelism_first", "true")
        .containsEntry("dynamic", "")
        .containsEntry("input_multiple", "2")
        .containsEntry("repeat", "1");
    long work = Long.parseLong(row.getOrDefault("work_ms", ""));
    long app = Long.parseLong(row.getOrDefault("app_ms", ""));
    assertThat(work).isPositive().isLessThan(app);
    Path log = folder.resolve("logs/remote_etl-x2-1x2-r1.zstd");
    assertThat(EventLogText.names(log))
        .filteredOn("SparkListenerTaskEnd"::equals)
        .hasSize(Integer.parseInt(row.getOrDefault("tasks", "")));
    assertThat(MachineTraces.in(log)).isEmpty();
  }

  @Test
  void make_noTimeLeft_beginsNoRun(@TempDir Path folder) throws Exception {
    TruthGrid grid = new TruthGrid(folder, 1000);

    assertThat(grid.make(TruthPlan.runs(), Duration.ZERO)).isEmpty();
    assertThat(Files.readAllLines(folder.resolve("manifest.csv"))).hasSize(1);
  }

  /** The whole grid, with {@code -Plong}: hours. What was made stays, and the next build goes on with it. */
  @Test
  void make_allOfIt_everyRunSucceeds() throws Exception {
    assumeTrue(Integer.getInteger("test.thoroughness", 1) >= 100, "the truth grid: only in -Plong");
    Path folder = Path.of("target/truth-grid");

    assertThat(new TruthGrid(folder, TruthGrid.ROWS).make(TruthPlan.runs(), LONG))
        .isEmpty();
    assertThat(Files.readAllLines(folder.resolve("manifest.csv")))
        .hasSize(1 + TruthPlan.runs().size());
  }

  private static Map<String, String> row(String header, String line) {
    List<String> values = Arrays.asList(line.split(",", -1));
    Map<String, String> row = new HashMap<>();
    for (String column : header.split(",", -1)) {
      row.put(column, values.get(row.size()));
    }
    return row;
  }
}
