package io.sparkoptimizer.sparktests;

import io.sparkoptimizer.sparktests.HeapAdvice.Answer;
import io.sparkoptimizer.sparktests.MemoryRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Follows what the library on the class path recommends, with real Spark: {@code MemoryPaths TRUTH TARGET [SECONDS]}. Each memory job begins
 * with a heap of several times what it needs, runs twice, and then {@value #STEPS} times with what is recommended from its runs so far.
 *
 * <p>{@code TRUTH} is what {@link MemoryTruth} made. {@code TARGET/paths.csv} has a row for each run, with the answer that led to it; {@code
 * TARGET/logs} the cleaned event logs. What is there is not run again.
 */
public final class MemoryPaths {

  static final int STEPS = 3;
  private static final int RUNS_BEFORE = 2;

  private static final int[] USUAL_MB = {2048, 3072, 4096, 6144, 8192};

  /** Times the best run, after which a run is ended. */
  private static final int LIMIT = 4;

  static final String HEADER = MemoryRun.HEADER
      + ",step,off_heap_mb,best_ms,smallest_viable_mb,heap_ratio,verdict,oom_risk,reasoning";

  /** What is known of a point by trying. */
  record Truth(int smallestViableMb, long bestMillis) {

    /** What users give: the first usual size of three times what is needed, so three to four and a half times. */
    int startMb() {
      return IntStream.of(USUAL_MB)
          .filter(heap -> heap >= 3 * smallestViableMb)
          .findFirst()
          .orElse(USUAL_MB[USUAL_MB.length - 1]);
    }
  }

  private final Path target;
  private final Map<String, Truth> truth;
  private final MemoryRunner runner;
  private final List<String> rows = new ArrayList<>();

  private MemoryPaths(Path truth, Path target) throws IOException {
    this.target = target.toAbsolutePath().normalize();
    this.truth = truth(Files.readAllLines(truth.resolve("truth.csv")));
    this.runner = new MemoryRunner(this.target);
    Path written = this.target.resolve("paths.csv");
    if (Files.exists(written)) {
      try (Stream<String> lines = Files.lines(written)) {
        lines.skip(1).forEach(rows::add);
      }
    }
  }

  /** Reads {@code truth.csv}: by the points' labels. */
  static Map<String, Truth> truth(List<String> lines) {
    List<String> columns = List.of(lines.get(0).split(",", -1));
    return lines.stream()
        .skip(1)
        .map(line -> line.split(",", -1))
        .collect(Collectors.toMap(
            cells -> new MemoryPoint(
                    MemoryPoint.Job.of(cells[columns.indexOf("job")]),
                    Integer.parseInt(cells[columns.indexOf("input_percent")]))
                .label(),
            cells -> new Truth(
                Integer.parseInt(cells[columns.indexOf("smallest_viable_mb")]),
                Long.parseLong(cells[columns.indexOf("best_ms")])),
            (a, b) -> b,
            TreeMap::new));
  }

  public static void main(String[] args) throws IOException {
    if (args.length < 2) {
      System.err.println("usage: MemoryPaths TRUTH TARGET [SECONDS]");
      System.exit(2);
    }
    Duration budget =
        args.length > 2 ? Duration.ofSeconds(Long.parseLong(args[2])) : Duration.ofDays(1);
    boolean all = new MemoryPaths(Path.of(args[0]), Path.of(args[1])).follow(budget);
    System.out.println(
        all ? "all paths are at their end" : "not all paths are at their end: out of time");
  }

  private boolean follow(Duration budget) throws IOException {
    long begin = System.nanoTime();
    for (MemoryPoint point : MemoryPoint.all()) {
      Truth known = truth.get(point.label());
      if (known == null) {
        continue;
      }
      for (int made = runsOf(point).size(); made < RUNS_BEFORE + STEPS; made++) {
        if (System.nanoTime() - begin > budget.toNanos()) {
          return false;
        }
        step(point, known, made);
      }
    }
    runner.clear();
    return true;
  }

  private void step(MemoryPoint point, Truth known, int made) throws IOException {
    Optional<Answer> answer = Optional.empty();
    int heapMb = known.startMb();
    OptionalInt offHeapMb = OptionalInt.empty();
    if (made >= RUNS_BEFORE) {
      List<MemoryRun> before = runsOf(point);
      answer = Optional.of(HeapAdvice.ask(
          point.job().label(),
          before.stream().map(run -> target.resolve("logs").resolve(run.file())).toList()));
      heapMb = answer.get().heapMb().orElse(before.get(before.size() - 1).heapMb());
      offHeapMb = answer.get().offHeapMb();
    }
    Map<String, String> more = new TreeMap<>();
    if (offHeapMb.orElse(0) > 0) {
      more.put("spark.memory.offHeap.size", offHeapMb.getAsInt() + "m");
    }
    MemoryRun run = runner.run(
        point,
        heapMb,
        "path",
        made + 1,
        Duration.ofMillis(LIMIT * known.bestMillis() + 1000),
        more);
    if (run.outcome() == Outcome.OK && run.workMillis() > HeapSearch.VIABLE * known.bestMillis()) {
      run = run.as(Outcome.SLOW);
    }
    String row = String.join(
        ",",
        run.row(),
        String.valueOf(Math.max(0, made - RUNS_BEFORE + 1)),
        offHeapMb.stream().mapToObj(String::valueOf).findFirst().orElse(""),
        String.valueOf(known.bestMillis()),
        String.valueOf(known.smallestViableMb()),
        String.format(Locale.ROOT, "%.2f", (double) heapMb / known.smallestViableMb()),
        answer.map(a -> a.verdict().word()).orElse(""),
        answer.map(Answer::oomRisk).stream()
            .flatMap(risk -> risk.stream().boxed())
            .map(risk -> String.format(Locale.ROOT, "%.3f", risk))
            .findFirst()
            .orElse(""),
        answer.map(a -> a.reasoning().replaceAll("[,\\s]+", " ")).orElse(""));
    rows.add(row);
    Files.write(
        target.resolve("paths.csv"),
        Stream.concat(Stream.of(HEADER), rows.stream()).toList());
    System.out.println(row);
  }

  /** The runs of a path so far, in their order. */
  private List<MemoryRun> runsOf(MemoryPoint point) {
    int columns = MemoryRun.HEADER.split(",", -1).length;
    return rows.stream()
        .map(row -> {
          String[] cells = row.split(",", -1);
          return MemoryRun.parse(
              IntStream.range(0, columns).mapToObj(i -> cells[i]).collect(Collectors.joining(",")));
        })
        .filter(run -> run.point().equals(point))
        .toList();
  }
}
