package io.sparkoptimizer.core.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.sparkoptimizer.core.eventlog.EventLogs;
import io.sparkoptimizer.spark.Allocation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.TaskMetric;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** The figures of docs/memory.md, "What logs tell of memory": printed, and held to what the page says of them. */
class WhatLogsTellOfMemoryTest {

  @Test
  void samples_bySettings_tellWhatThePageSays() {
    List<ApplicationRun> runs = read(Path.of("..", "samples", "eventlogs"));
    assertThat(runs).hasSizeGreaterThan(10);
    print("samples", runs);
    assertHolds(runs);
    for (ApplicationRun run : runs) {
      boolean all = settings(run).equals("stages, tree, polled");
      MemoryGrade sampled = all ? MemoryGrade.POLLED : MemoryGrade.HEARTBEAT;
      assertThat(grade(run, MemoryPart.HEAP)).as(run.name()).isEqualTo(sampled);
      assertThat(grade(run, MemoryPart.OVERHEAD))
          .as(run.name())
          .isEqualTo(all ? MemoryGrade.POLLED : MemoryGrade.PARTIAL);
      assertThat(grade(run, MemoryPart.DRIVER))
          .as(run.name())
          .isEqualTo(all ? MemoryGrade.HEARTBEAT : MemoryGrade.NONE);
    }
  }

  @Test
  void sharedLogs_bySettings_tellWhatThePageSays() {
    String shared = System.getProperty("shared", "");
    assumeFalse(shared.isBlank(), "no shared data: run with -Dshared=FOLDER");
    Path folder = Path.of(shared, "eventlogs");
    assumeFalse(!Files.exists(folder), "no eventlogs in the shared data");
    List<ApplicationRun> runs = read(folder);
    print(shared, runs);
    assertHolds(runs);
  }

  private static List<ApplicationRun> read(Path folder) {
    List<ApplicationRun> runs = new ArrayList<>();
    EventLogs.read(folder, Clock.systemUTC(), runs::add);
    return runs;
  }

  /** What is true of every log, whatever it is. */
  private static void assertHolds(List<ApplicationRun> runs) {
    for (ApplicationRun run : runs) {
      boolean metrics = run.isSparkAtLeast(3, 0, 0) || run.sparkVersion() == null;
      for (Executor executor : run.executors()) {
        String where = run.appId() + " " + executor.id();
        boolean sampled = executor.sampledPeak(MemoryPeak.JVM_HEAP).isPresent();
        assertThat(sampled && !metrics).as("%s: a sample before 3.0", where).isFalse();
        assertThat(sampled || executor.collections().isEmpty())
            .as("%s: collections without a sample", where)
            .isTrue();
        if (isSnapshot(run)) {
          continue; // of a time when settings had other names
        }
        if (!is(run, MemoryEvidence.PROCESS_TREE)) {
          assertThat(executor.peaks().has(MemoryPeak.PROCESS_TREE_JVM_RSS))
              .as(where)
              .isFalse();
        }
        if (executor.isDriver() && !Allocation.workers(run).contains(executor)) {
          assertThat(sampled && !is(run, MemoryEvidence.STAGE_METRICS))
              .as("%s: a driver's sample without stage metrics", where)
              .isFalse();
        }
      }
      for (MemoryPart part : MemoryPart.values()) {
        MemoryEvidence evidence = MemoryEvidence.of(List.of(run), part);
        boolean whole =
            evidence.grade() == MemoryGrade.POLLED || evidence.grade() == MemoryGrade.UNUSED;
        assertThat(evidence.missing().isEmpty())
            .as("%s %s", run.appId(), evidence)
            .isEqualTo(whole);
        evidence.settings().forEach((property, value) -> {
          assertThat(run.isSparkAtLeast(3, 0, 0))
              .as("%s %s", run.appId(), evidence)
              .isTrue();
          assertThat(run.configuration().getOrDefault(property, "")).isNotEqualTo(value);
        });
      }
    }
  }

  private static MemoryGrade grade(ApplicationRun run, MemoryPart part) {
    return MemoryEvidence.of(List.of(run), part).grade();
  }

  private static boolean isSnapshot(ApplicationRun run) {
    return run.sparkVersion() != null && run.sparkVersion().endsWith("-SNAPSHOT");
  }

  private static boolean is(ApplicationRun run, String property) {
    return SparkSettings.flag(run.configuration(), property).orElse(false);
  }

  /** The settings that bear on what a log tells of memory. */
  private static String settings(ApplicationRun run) {
    List<String> on = new ArrayList<>();
    if (is(run, MemoryEvidence.STAGE_METRICS)) {
      on.add("stages");
    }
    if (is(run, MemoryEvidence.PROCESS_TREE)) {
      on.add("tree");
    }
    if (run.configuration().containsKey(MemoryEvidence.POLLING)) {
      on.add("polled");
    }
    if (run.configuration().containsKey(MemoryEvidence.DRIVER_POLLING)) {
      on.add("driver");
    }
    if (is(run, "spark.memory.offHeap.enabled")) {
      on.add("off-heap");
    }
    return on.isEmpty() ? "defaults" : String.join(", ", on);
  }

  /** 3.5 of 3.5.9; what runs before 3.0 tell is the same. */
  private static String line(ApplicationRun run) {
    String version = run.sparkVersion();
    return version == null
        ? "unknown"
        : run.isSparkAtLeast(3, 0, 0)
            ? version.replaceFirst("^(\\d+\\.\\d+).*$", "$1") + (isSnapshot(run) ? " snapshot" : "")
            : "before 3.0";
  }

  private static void print(String title, List<ApplicationRun> runs) {
    Map<String, List<ApplicationRun>> groups = new TreeMap<>();
    for (ApplicationRun run : runs) {
      groups
          .computeIfAbsent(line(run) + " | " + settings(run), key -> new ArrayList<>())
          .add(run);
    }
    StringBuilder table = new StringBuilder("What logs tell of memory: " + title
        + ", " + runs.size() + " logs\n\n"
        + "| Spark | on | logs | executors | heap | execution | storage | off-heap | buffers | metaspace"
        + " | process | Python | collections | driver's heap | spilled | died |\n"
        + "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    groups.forEach((group, of) -> table.append("| " + group + " | " + row(of) + " |\n"));
    table.append("\nheap sampled, of executors of Spark 3.0 and later whose tasks took");
    table.append(" under 10 s: " + sampledOf(runs, 0, 10_000));
    table.append("; under 60 s: " + sampledOf(runs, 10_000, 60_000));
    table.append("; longer: " + sampledOf(runs, 60_000, Long.MAX_VALUE) + "\n");
    System.out.println(table);
  }

  /** Of executors by the sum of their tasks' durations. */
  private static String sampledOf(List<ApplicationRun> runs, long fromMs, long belowMs) {
    List<Executor> executors = runs.stream()
        .filter(run -> run.isSparkAtLeast(3, 0, 0))
        .flatMap(run -> Allocation.workers(run).stream())
        .filter(executor -> executor.completedTasks() + executor.failedTasks() > 0)
        .filter(executor ->
            executor.totalDurationMs() >= fromMs && executor.totalDurationMs() < belowMs)
        .toList();
    long sampled = executors.stream()
        .filter(executor -> executor.sampledPeak(MemoryPeak.JVM_HEAP).isPresent())
        .count();
    return sampled + " of " + executors.size();
  }

  private static String row(List<ApplicationRun> runs) {
    List<Executor> workers = runs.stream()
        .flatMap(run -> Allocation.workers(run).stream())
        .filter(executor -> executor.completedTasks() + executor.failedTasks() > 0)
        .toList();
    List<Executor> drivers = runs.stream()
        .flatMap(run -> run.executors().stream()
            .filter(one -> one.isDriver() && !Allocation.workers(run).contains(one)))
        .toList();
    return String.join(
        " | ",
        runs.size() + "",
        workers.size() + "",
        sampled(workers, MemoryPeak.JVM_HEAP),
        sampled(workers, MemoryPeak.ON_HEAP_EXECUTION),
        sampled(workers, MemoryPeak.ON_HEAP_STORAGE),
        sampled(workers, MemoryPeak.OFF_HEAP_EXECUTION, MemoryPeak.OFF_HEAP_STORAGE),
        sampled(workers, MemoryPeak.DIRECT_POOL, MemoryPeak.MAPPED_POOL),
        sampled(workers, MemoryPeak.JVM_OFF_HEAP),
        sampled(workers, MemoryPeak.PROCESS_TREE_JVM_RSS),
        sampled(workers, MemoryPeak.PROCESS_TREE_PYTHON_RSS),
        collections(workers),
        sampled(drivers, MemoryPeak.JVM_HEAP),
        count(runs, run -> run.totals().orZero(TaskMetric.DISK_BYTES_SPILLED) > 0),
        count(runs, run -> !run.memoryFailures().isEmpty()));
  }

  /** How many have a sample, and how large the median of these is, in MiB. */
  private static String sampled(List<Executor> executors, MemoryPeak... kinds) {
    return median(executors, executor -> {
      long sum = 0;
      for (MemoryPeak kind : kinds) {
        sum += executor.peaks().orZero(kind);
      }
      return sum;
    });
  }

  private static String median(List<Executor> executors, ToLongFunction<Executor> figure) {
    List<Long> positive = executors.stream()
        .map(figure::applyAsLong)
        .filter(bytes -> bytes > 0)
        .sorted(Comparator.naturalOrder())
        .toList();
    if (positive.isEmpty()) {
      return executors.isEmpty() ? "" : "0";
    }
    double mib = positive.get(positive.size() / 2) / 1048576.0;
    return String.format(Locale.ROOT, mib < 10 ? "%d: %.1f" : "%d: %.0f", positive.size(), mib);
  }

  /** How many have counters, and how many of these counted a major collection. */
  private static String collections(List<Executor> executors) {
    long counted = executors.stream()
        .filter(executor -> executor.collections().has(CollectorMetric.MINOR_GC_COUNT))
        .count();
    long major = executors.stream()
        .filter(executor -> executor.collections().orZero(CollectorMetric.MAJOR_GC_COUNT) > 0)
        .count();
    return counted == 0 ? "0" : counted + ", " + major + " major";
  }

  private static String count(List<ApplicationRun> runs, Predicate<ApplicationRun> which) {
    return runs.stream().filter(which).count() + "";
  }
}
