package io.sparkoptimizer.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spi.Repository;
import io.sparkoptimizer.spi.Repository.CollectedRun;
import io.sparkoptimizer.spi.Repository.SaveResult;
import io.sparkoptimizer.testkit.SyntheticRuns;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** More than one process at one SQLite file, and processes that die. */
class ProcessesTest {
  @TempDir
  Path folder;

  private static Repository open(Path file) {
    return new JdbcRepository.Provider().create(Map.of("database.url", "sqlite:///" + file));
  }

  @Test
  void save_twoProcessesAtOnceOnANewFile_bothSucceed() throws Exception {
    for (int round = 0; round < Integer.getInteger("test.thoroughness", 1); round++) {
      Path file = folder.resolve("round" + round).resolve("history.db");
      List<RunWriter> writers = List.of(
          RunWriter.start(file, 1, 10), RunWriter.start(file, 2, 10), RunWriter.start(file, 2, 10));
      for (RunWriter writer : writers) {
        writer.go();
      }
      for (RunWriter writer : writers) {
        assertThat(writer.exitCode()).isZero();
      }
      List<ApplicationRun> wanted = new ArrayList<>();
      for (long seed = 1; seed <= 2; seed++) {
        SyntheticRuns runs = SyntheticRuns.seeded(seed);
        for (int number = 0; number < 10; number++) {
          RunWriter.batch(runs, seed, number).forEach(collected -> wanted.add(collected.run()));
        }
      }
      try (Repository repository = open(file)) {
        assertThat(repository.runs(RunQuery.ALL)).containsExactlyInAnyOrderElementsOf(wanted);
      }
    }
  }

  /** Threads meet at a point where processes seldom do. */
  @Test
  void open_manyAtOnceOnANewFile_allSucceed() throws Exception {
    int openers = 6;
    for (int round = 0; round < 5 * Integer.getInteger("test.thoroughness", 1); round++) {
      Path file = folder.resolve("round" + round).resolve("history.db");
      CyclicBarrier start = new CyclicBarrier(openers);
      ExecutorService threads = Executors.newFixedThreadPool(openers);
      try {
        List<Future<SaveResult>> results = new ArrayList<>();
        for (int opener = 0; opener < openers; opener++) {
          List<CollectedRun> batch = RunWriter.batch(SyntheticRuns.seeded(opener), opener, round);
          results.add(threads.submit(() -> {
            start.await();
            try (Repository repository = open(file)) {
              return repository.save(batch);
            }
          }));
        }
        for (Future<SaveResult> result : results) {
          assertThat(result.get()).isEqualTo(new SaveResult(RunWriter.BATCH, 0, 0));
        }
      } finally {
        threads.shutdownNow();
      }
      try (Repository repository = open(file)) {
        assertThat(repository.count(RunQuery.ALL)).isEqualTo(30);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"opening, 0", "saved 0, 1", "saved 1, 2", "saved 5, 6"})
  void open_afterAKill_holdsWholeBatchesAndGoesOn(String moment, int saved) throws Exception {
    Path file = folder.resolve("history.db");
    RunWriter writer = RunWriter.start(file, 3, 1000);
    writer.go();
    writer.await(moment);
    writer.kill();
    try (Repository repository = open(file)) {
      SyntheticRuns runs = SyntheticRuns.seeded(3);
      long kept = repository.count(RunQuery.ALL);
      assertThat(kept % RunWriter.BATCH).isZero();
      assertThat(kept / RunWriter.BATCH).isGreaterThanOrEqualTo(saved);
      List<ApplicationRun> wanted = new ArrayList<>();
      for (int number = 0; number < kept / RunWriter.BATCH; number++) {
        for (CollectedRun collected : RunWriter.batch(runs, 3, number)) {
          wanted.add(collected.run());
          assertThat(repository.isKnown("default", collected.input()))
              .as("a log is to be read again while its run goes on")
              .isEqualTo(collected.run().status() != RunStatus.RUNNING);
        }
      }
      assertThat(repository.runs(RunQuery.ALL)).containsExactlyInAnyOrderElementsOf(wanted);
      List<CollectedRun> next = RunWriter.batch(runs, 3, (int) kept / RunWriter.BATCH);
      assertThat(repository.isKnown("default", next.get(0).input())).isFalse();
      assertThat(repository.save(next)).isEqualTo(new SaveResult(RunWriter.BATCH, 0, 0));
    }
  }
}
