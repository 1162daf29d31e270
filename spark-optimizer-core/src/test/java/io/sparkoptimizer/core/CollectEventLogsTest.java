package io.sparkoptimizer.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.SettingsException;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.core.memory.InMemoryRepository;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.testkit.SyntheticEventLog;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of event logs, collected again and again. */
class CollectEventLogsTest {
  private static final Instant LONG_AGO = Instant.parse("2026-11-01T00:00:00Z");

  @TempDir
  Path folder;

  private final InMemoryRepository repository = new InMemoryRepository();

  private CollectionReport collect(String... settings) {
    return collect(repository, folder, CollectionRequest.Progress.NONE, settings);
  }

  private static CollectionReport collect(
      InMemoryRepository repository,
      Path path,
      CollectionRequest.Progress progress,
      String... settings) {
    Map<String, String> all = new TreeMap<>(Map.of("path", path.toString()));
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    try (Optimizer optimizer = Optimizer.builder().repository(repository).build()) {
      return optimizer.collect(new CollectionRequest("event-log", all, "default", 7), progress);
    }
  }

  private static SyntheticEventLog log(int number) {
    return SyntheticEventLog.seeded(number).appId("app-" + number).name("job-" + number % 3);
  }

  private Path write(String name, byte[] bytes) {
    return write(folder.resolve(name), bytes);
  }

  private static Path write(Path file, byte[] bytes) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, bytes);
      return aged(file, LONG_AGO);
    } catch (IOException fault) {
      throw new java.io.UncheckedIOException(fault);
    }
  }

  private static Path aged(Path file, Instant modified) {
    try {
      return Files.setLastModifiedTime(file, FileTime.from(modified));
    } catch (IOException fault) {
      throw new java.io.UncheckedIOException(fault);
    }
  }

  private List<ApplicationRun> runs() {
    return repository.runs(RunQuery.ALL);
  }

  /** All that a folder of a cluster holds: copies, cut ones, parts, zips, and what is no log. */
  private static void fill(Path folder, Random random) throws IOException {
    for (int i = 0; i < 60; i++) {
      SyntheticEventLog log =
          log(random.nextInt(30)).tasks(random.nextInt(8) == 0 ? 2000 : random.nextInt(20));
      byte[] bytes = log.toByteArray();
      String name = Integer.toString(random.nextInt(1000), 36);
      switch (random.nextInt(9)) {
        case 0 -> write(folder.resolve(name + ".txt"), "no log\n".getBytes(StandardCharsets.UTF_8));
        case 1 -> write(folder.resolve(name + ".empty"), new byte[0]);
        case 2 ->
          write(folder.resolve(name + "-cut"), Arrays.copyOf(bytes, random.nextInt(bytes.length)));
        case 3 -> {
          Path rolled = folder.resolve("eventlog_v2_" + name);
          write(rolled.resolve("appstatus_" + name), new byte[0]);
          int half = bytes.length / 2;
          write(rolled.resolve("events_1_" + name), Arrays.copyOf(bytes, half));
          write(rolled.resolve("events_2_" + name), Arrays.copyOfRange(bytes, half, bytes.length));
        }
        case 4 -> {
          Path zip = write(folder.resolve(name), new byte[0]);
          try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (int entry = 0; entry < 3; entry++) {
              ZipEntry file = new ZipEntry("in/" + entry);
              file.setTime(LONG_AGO.toEpochMilli());
              out.putNextEntry(file);
              out.write(entry == 2 ? "{}\n".getBytes(StandardCharsets.UTF_8) : bytes);
            }
          }
        }
        case 5 -> {
          Path gzip = write(folder.resolve("deep/er").resolve(name + ".gz"), new byte[0]);
          try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(gzip))) {
            out.write(bytes);
          }
        }
        default -> write(folder.resolve("x" + random.nextInt(4)).resolve(name), bytes);
      }
    }
  }

  @Test
  void collect_anyNumberOfThreads_hasOneOutcome() throws IOException {
    for (int round = 0; round < 4 * Integer.getInteger("test.thoroughness", 1); round++) {
      long seed = 20261120 + round;
      Path logs = Files.createDirectories(folder.resolve("round" + round));
      fill(logs, new Random(seed));
      InMemoryRepository alone = new InMemoryRepository();
      CollectionReport wanted =
          collect(alone, logs, CollectionRequest.Progress.NONE, "threads", "1");
      assertThat(wanted.processed()).isGreaterThan(20);
      assertThat(wanted.skipped()).isNotEmpty();
      for (String threads : List.of("2", "8")) {
        InMemoryRepository together = new InMemoryRepository();
        CollectionReport report =
            collect(together, logs, CollectionRequest.Progress.NONE, "threads", threads);
        assertThat(report)
            .as("seed %s, %s threads", seed, threads)
            .usingRecursiveComparison()
            .ignoringFields("reading.durationMs")
            .isEqualTo(wanted);
        assertThat(together.runs(RunQuery.ALL))
            .as("seed %s, %s threads", seed, threads)
            .isEqualTo(alone.runs(RunQuery.ALL));
        CollectionReport again =
            collect(together, logs, CollectionRequest.Progress.NONE, "threads", threads);
        assertThat(again.processed()).as("seed %s", seed).isZero();
        assertThat(again.unchanged()).as("seed %s", seed).isEqualTo(wanted.processed());
        assertThat(again.skipped()).as("seed %s", seed).isEqualTo(wanted.skipped());
        assertThat(again.reading().inputs()).as("seed %s", seed).isZero();
        assertThat(again.reading().bytes()).as("seed %s", seed).isZero();
      }
    }
  }

  @Test
  void collect_manyLogs_tellsBytesAndAsksSeldom() {
    long bytes = 0;
    for (int i = 0; i < 40; i++) {
      bytes += log(i).toByteArray().length;
      write("log-" + i, log(i).toByteArray());
    }
    AtomicLong told = new AtomicLong();
    AtomicLong updates = new AtomicLong();
    CollectionReport report = collect(repository, folder, new CollectionRequest.Progress() {
      @Override
      public void update(long done, long expected) {
        assertThat(expected).isEqualTo(40);
        updates.set(done);
      }

      @Override
      public void read(long all) {
        assertThat(all).isGreaterThan(told.getAndSet(all));
      }
    });
    assertThat(report.reading().inputs()).isEqualTo(40);
    assertThat(report.reading().bytes()).isEqualTo(bytes).isEqualTo(told.get());
    assertThat(updates).hasValue(40);
  }

  @Test
  void collect_skippedInput_isToldAgainUnreadUntilItChanges() {
    Path note = write("note.txt", "no log\n".getBytes(StandardCharsets.UTF_8));
    write("log", log(1).toByteArray());
    SkippedInput skipped =
        new SkippedInput(note.toString(), "not an event log: no Spark event in its line");
    CollectionReport first = collect();
    assertThat(first.skipped()).containsExactly(skipped);
    assertThat(first.reading().inputs()).isEqualTo(2);

    CollectionReport second = collect();
    assertThat(second.skipped()).containsExactly(skipped);
    assertThat(second.unchanged()).isEqualTo(1);
    assertThat(second.reading().inputs()).isZero();

    write("note.txt", log(2).toByteArray());
    CollectionReport third = collect();
    assertThat(third.skipped()).isEmpty();
    assertThat(third.added()).isEqualTo(1);
    assertThat(collect().unchanged()).isEqualTo(2);
  }

  @Test
  void collect_growingLog_isReadUntilItEnds() throws IOException {
    byte[] whole = log(1).toByteArray();
    String text = new String(whole, StandardCharsets.UTF_8);
    byte[] begun = text.substring(0, text.indexOf("SparkListenerJobEnd") - 10)
        .getBytes(StandardCharsets.UTF_8);
    Path growing = aged(write("app-1.inprogress", begun), Instant.now());

    assertThat(collect().added()).isEqualTo(1);
    assertThat(runs()).hasSize(1).allMatch(run -> run.status() == RunStatus.RUNNING);
    assertThat(collect().processed()).as("what runs is read again").isEqualTo(1);

    aged(growing, LONG_AGO);
    assertThat(collect().updated()).isEqualTo(1);
    assertThat(runs()).hasSize(1).allMatch(run -> run.status() == RunStatus.UNKNOWN);
    assertThat(collect().unchanged()).as("nobody writes it any more").isEqualTo(1);

    Files.delete(growing);
    write("app-1", whole);
    assertThat(collect().updated()).isEqualTo(1);
    assertThat(runs()).hasSize(1).allMatch(run -> run.quality().complete());
    assertThat(repository.known("default", List.of(growing.toString())))
        .as("what is remembered of the log in progress")
        .isEmpty();
    assertThat(collect().unchanged()).isEqualTo(1);
  }

  @Test
  void collect_rolledLogThatEnds_isReadAgain() throws IOException {
    Path status = write("eventlog_v2_app-1/appstatus_app-1.inprogress", new byte[0]);
    write("eventlog_v2_app-1/events_1_app-1", log(1).toByteArray());
    collect();
    assertThat(runs()).hasSize(1).noneMatch(run -> run.quality().complete());
    assertThat(collect().unchanged()).isEqualTo(1);

    // Only the status file changes its name.
    Files.move(status, status.resolveSibling("appstatus_app-1"));
    assertThat(collect().updated()).isEqualTo(1);
    assertThat(runs()).hasSize(1).allMatch(run -> run.quality().complete());
    assertThat(repository.known(
            "default", List.of(folder.resolve("eventlog_v2_app-1") + ".inprogress")))
        .isEmpty();
  }

  @Test
  void collect_touchedLog_isReadAndChangesNothing() {
    Path log = write("log", log(1).toByteArray());
    collect();
    aged(log, LONG_AGO.plusSeconds(1));
    CollectionReport report = collect();
    assertThat(report.processed()).isEqualTo(1);
    assertThat(report.added() + report.updated()).isZero();
    assertThat(collect().unchanged()).isEqualTo(1);
  }

  @Test
  void collect_relativePath_isTheSameLogFromAnywhere() {
    write("log", log(1).toByteArray());
    collect();
    Path here = Path.of("").toAbsolutePath();
    Path relative = here.relativize(folder.toAbsolutePath());
    assertThat(relative).isRelative();
    assertThat(collect(
                repository, relative.resolve(".").resolve("log"), CollectionRequest.Progress.NONE)
            .unchanged())
        .isEqualTo(1);
  }

  @Test
  void collect_name_takesWhatMatchesAndForgetsTheRest() {
    for (int i = 0; i < 9; i++) {
      write("log-" + i, log(i).tasks(2000).toByteArray());
    }
    write("note.txt", "no log\n".getBytes(StandardCharsets.UTF_8));
    CollectionReport some = collect("name", "j?b-1*");
    assertThat(some.added()).isEqualTo(3);
    assertThat(some.filtered()).isEqualTo(6);
    assertThat(some.skipped()).hasSize(1);
    assertThat(runs()).hasSize(3).allMatch(run -> "job-1".equals(run.name()));
    long all = collect(new InMemoryRepository(), folder, CollectionRequest.Progress.NONE)
        .reading()
        .bytes();
    assertThat(some.reading().bytes()).as("the others are not read through").isLessThan(all / 2);

    assertThat(collect("name", "job-1").unchanged()).isEqualTo(3);
    assertThat(collect("name", "JOB-*").filtered()).isEqualTo(6);
    CollectionReport rest = collect();
    assertThat(rest.added()).isEqualTo(6);
    assertThat(rest.unchanged()).isEqualTo(3);
  }

  @Test
  void collect_since_goesByTheStartOfTheApplication() {
    long start = SyntheticEventLog.DEFAULT_START_MS;
    for (int i = 0; i < 4; i++) {
      Path log = write(
          "log-" + i, log(i).startMs(start + Duration.ofDays(i).toMillis()).toByteArray());
      aged(log, Instant.ofEpochMilli(start).plus(Duration.ofDays(10)));
    }
    String since = Instant.ofEpochMilli(start).plus(Duration.ofDays(2)).toString();
    CollectionReport report = collect("since", since);
    assertThat(report.added()).isEqualTo(2);
    assertThat(report.filtered()).isEqualTo(2);

    aged(folder.resolve("log-1"), Instant.ofEpochMilli(start).plus(Duration.ofDays(1)));
    CollectionReport again = collect("since", since);
    assertThat(again.filtered()).isEqualTo(2);
    assertThat(again.unchanged()).isEqualTo(2);
  }

  @Test
  void collect_maxAge_goesByTheLogsModification() {
    aged(write("old", log(1).toByteArray()), Instant.now().minus(Duration.ofDays(3)));
    aged(write("new", log(2).toByteArray()), Instant.now().minus(Duration.ofHours(5)));
    CollectionReport report = collect("max_age", "P1D");
    assertThat(report.added()).isEqualTo(1);
    assertThat(report.filtered()).isEqualTo(1);
    assertThat(report.reading().bytes()).isEqualTo(log(2).toByteArray().length);
    assertThat(collect().added()).isEqualTo(1);
  }

  @Test
  void collect_wrongSettings_areToldTogether() {
    assertThatThrownBy(
            () -> collect("path", "", "threads", "0", "since", "yesterday", "max_age", "7d"))
        .isInstanceOfSatisfying(
            SettingsException.class,
            wrong -> assertThat(wrong.faults())
                .containsExactly(
                    "path is missing; expected an event log, or a folder or a zip of them",
                    "threads is \"0\"; expected a whole number, 1 to 1000",
                    "since is \"yesterday\"; expected an instant as 2026-11-01T00:00:00Z",
                    "max_age is \"7d\"; expected a duration as PT36H or P7D"));
    assertThatThrownBy(() -> collect("path", "x", "max_age", "P900000000000D"))
        .hasMessageContaining("max_age is \"P900000000000D\"; expected a duration");
  }

  @Test
  void collect_interruptedInTheMiddle_isTakenUpByTheNext() {
    for (int i = 0; i < 60; i++) {
      write("log-" + i, log(i).toByteArray());
    }
    CollectionReport first = collect(repository, folder, (done, expected) -> {
      if (done == 10) {
        Thread.currentThread().interrupt();
      }
    });
    assertThat(Thread.interrupted()).isTrue();
    assertThat(first.processed()).as("it ends at once").isEqualTo(10);
    CollectionReport second = collect();
    assertThat(second.unchanged()).isEqualTo(first.processed());
    assertThat(second.added()).isEqualTo(60 - first.processed());
    InMemoryRepository undisturbed = new InMemoryRepository();
    collect(undisturbed, folder, CollectionRequest.Progress.NONE);
    assertThat(runs()).isEqualTo(undisturbed.runs(RunQuery.ALL));
  }

  @Test
  void collect_linksInCircles_endsAndNamesThem() throws IOException {
    write("a/b/log", log(1).toByteArray());
    Path circle = Files.createSymbolicLink(folder.resolve("a/b/up"), folder.resolve("a"));
    Path nowhere = Files.createSymbolicLink(folder.resolve("gone"), folder.resolve("missing"));
    CollectionReport report = collect();
    assertThat(report.added()).isEqualTo(1);
    assertThat(report.skipped())
        .containsExactly(
            new SkippedInput(circle.toString(), "a link that leads back to its own folder"),
            new SkippedInput(nowhere.toString(), "a link that leads nowhere"));
  }
}
