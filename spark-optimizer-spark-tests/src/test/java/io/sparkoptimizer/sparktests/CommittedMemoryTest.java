package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.sparktests.MemoryRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code samples/memory} says of the smallest heaps follows from its runs, and its logs are those of the runs. */
class CommittedMemoryTest {

  private static final Path MEMORY = CommittedLogsTest.repository().resolve("samples/memory");

  @Test
  void truth_everyPoint_followsFromTheManifest() throws IOException {
    MemoryRuns runs = MemoryRuns.read(MEMORY.resolve("manifest.csv"));

    assertThat(Files.readAllLines(MEMORY.resolve("truth.csv"))).isEqualTo(runs.truth());
    assertThat(Files.readAllLines(MEMORY.resolve("manifest.csv"))).isEqualTo(runs.manifest());
    assertThat(points(runs))
        .containsAll(MemoryPoint.all().subList(0, MemoryPoint.Job.values().length))
        .allSatisfy(
            point -> assertThat(runs.search(point).next()).as(point.label()).isEmpty());
  }

  @Test
  void truth_everyPoint_isBetweenAFailingHeapAndAFewGibibytes() throws IOException {
    MemoryRuns runs = MemoryRuns.read(MEMORY.resolve("manifest.csv"));

    assertThat(points(runs)).allSatisfy(point -> {
      int viable = runs.search(point).smallestViableMb().orElseThrow();
      int failing = runs.search(point).largestFailingMb().orElseThrow();
      assertThat(viable).as(point.label()).isBetween(700, 3000);
      assertThat((double) viable / failing).as(point.label()).isBetween(1.0, 1.09);
    });
  }

  @Test
  void logs_everyOne_isThatOfItsRun() throws IOException {
    for (Path log : logs()) {
      MemoryRun run = runOf(log);
      List<String> lines = EventLogText.lines(log);
      assertThat(lines)
          .filteredOn(line -> line.startsWith("{\"Event\":\"SparkListenerTaskEnd\""))
          .as(run.file())
          .hasSize(Math.toIntExact(run.tasks()));
      assertThat(String.join("\n", lines))
          .contains(
              "\"App ID\":\"" + run.applicationId() + "\"",
              "\"spark.executor.memory\":\"" + run.heapMb() + "m\"");
    }
  }

  @Test
  void logs_everyPoint_hasThoseOfItsViableAndItsFailingHeap() throws IOException {
    List<String> names =
        logs().stream().map(log -> log.getFileName().toString()).toList();
    MemoryRuns runs = MemoryRuns.read(MEMORY.resolve("manifest.csv"));

    for (MemoryPoint point : points(runs)) {
      int viable = runs.search(point).smallestViableMb().orElseThrow();
      assertThat(names)
          .as(point.label())
          .contains(
              MemoryRun.name(point, HeapSearch.AMPLE_MB, 1) + ".zstd",
              MemoryRun.name(point, viable, 1) + ".zstd");
    }
  }

  @Test
  void logs_runsThatDied_sayOfWhat() throws IOException {
    List<Path> died = new ArrayList<>();
    for (Path log : logs()) {
      if (runOf(log).outcome() == Outcome.DIED) {
        died.add(log);
      }
    }

    assertThat(died).hasSizeGreaterThanOrEqualTo(10);
    for (Path log : died) {
      assertThat(EventLogText.lines(log))
          .as(log.toString())
          .anyMatch(line -> line.contains("OutOfMemoryError")
              || line.contains("ExecutorLostFailure")
              || line.contains("SparkListenerExecutorRemoved"));
    }
  }

  private static List<MemoryPoint> points(MemoryRuns runs) {
    return MemoryPoint.all().stream().filter(point -> !runs.of(point).isEmpty()).toList();
  }

  private static MemoryRun runOf(Path log) throws IOException {
    String name = log.getFileName().toString();
    return Files.readAllLines(MEMORY.resolve("manifest.csv")).stream()
        .skip(1)
        .map(MemoryRun::parse)
        .filter(run -> run.file().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no row of the manifest is that of " + log));
  }

  private static List<Path> logs() throws IOException {
    try (Stream<Path> files = Files.list(MEMORY.resolve("logs"))) {
      return files.sorted().toList();
    }
  }
}
