package io.sparkoptimizer.sparktests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Finds by trying, with real Spark, the smallest heap that each memory job can live with: {@code MemoryTruth TARGET [SECONDS]}. What is
 * recommended of memory is judged by it.
 *
 * <p>{@code TARGET/manifest.csv} has a row for each run, {@code TARGET/truth.csv} one for each job and input, {@code TARGET/logs} the cleaned
 * event logs; {@code TARGET/work/gc} what the executors' collectors said. What the manifest has is not run again, so that a search that was
 * ended goes on where it stopped; after so many seconds no further run is begun. Leave the machine alone meanwhile; on Linux {@code chrt -r 1}
 * holds other programs back.
 */
public final class MemoryTruth {

  /** Of a job whose best time is not known yet. */
  private static final Duration FIRST_LIMIT = Duration.ofSeconds(90);

  /** Times the best run, after which a run is ended: it is far from viable. */
  private static final double LIMIT = 2.5;

  private static final Duration LEAST_LIMIT = Duration.ofSeconds(10);
  private static final String TRUTH_HEADER =
      "job,input_multiple,input_percent,smallest_viable_mb,largest_failing_mb,best_ms,runs";

  private final Path target;
  private final Path manifest;
  private final MemoryRunner runner;
  private final List<MemoryRun> runs = new ArrayList<>();

  MemoryTruth(Path target) throws IOException {
    this.target = target.toAbsolutePath().normalize();
    this.manifest = this.target.resolve("manifest.csv");
    this.runner = new MemoryRunner(this.target);
    if (Files.exists(manifest)) {
      try (Stream<String> lines = Files.lines(manifest)) {
        lines.skip(1).map(MemoryRun::parse).forEach(runs::add);
      }
    }
  }

  public static void main(String[] args) throws IOException {
    if (args.length == 0) {
      System.err.println("usage: MemoryTruth TARGET [SECONDS]");
      System.exit(2);
    }
    Duration budget =
        args.length > 1 ? Duration.ofSeconds(Long.parseLong(args[1])) : Duration.ofDays(1);
    Path target = Path.of(args[0]);
    boolean all = new MemoryTruth(target).find(MemoryPoint.all(), budget);
    Files.readAllLines(target.resolve("truth.csv")).forEach(System.out::println);
    System.out.println(all ? "all found" : "not all found yet: out of time");
  }

  /**
   * Finds the smallest viable heap of each point.
   *
   * @return whether there was time for all
   */
  boolean find(List<MemoryPoint> points, Duration budget) throws IOException {
    long begin = System.nanoTime();
    for (MemoryPoint point : points) {
      for (OptionalInt heap = search(point).next();
          heap.isPresent();
          heap = search(point).next()) {
        if (System.nanoTime() - begin > budget.toNanos()) {
          return false;
        }
        run(point, heap.getAsInt());
      }
      write();
    }
    runner.clear();
    return true;
  }

  private void run(MemoryPoint point, int heapMb) throws IOException {
    int repeat =
        1 + (int) runsOf(point).stream().filter(run -> run.heapMb() == heapMb).count();
    String role = heapMb == HeapSearch.AMPLE_MB ? "best" : "bisect";
    MemoryRun run = runner.run(point, heapMb, role, repeat, limit(search(point)), Map.of());
    runs.add(run);
    write();
    System.out.println(run.row());
  }

  private static Duration limit(HeapSearch search) {
    if (search.bestMillis().isEmpty()) {
      return FIRST_LIMIT;
    }
    long seconds = (long) Math.ceil(LIMIT * search.bestMillis().getAsLong() / 1000);
    return Duration.ofSeconds(Math.max(seconds, LEAST_LIMIT.toSeconds()));
  }

  private HeapSearch search(MemoryPoint point) {
    OptionalInt failingWithLess = OptionalInt.empty();
    int likely = HeapSearch.AMPLE_MB / 2;
    int index = MemoryPoint.PERCENTS.indexOf(point.percent());
    if (index > 0) {
      MemoryPoint less = new MemoryPoint(point.job(), MemoryPoint.PERCENTS.get(index - 1));
      HeapSearch searched = search(less);
      failingWithLess = searched.largestFailingMb();
      // A heap in proportion should do: what the process itself needs does not grow.
      likely = searched.smallestViableMb().orElse(likely / 2) * point.percent() / less.percent();
    }
    return new HeapSearch(runsOf(point), failingWithLess, likely);
  }

  private List<MemoryRun> runsOf(MemoryPoint point) {
    return runs.stream().filter(run -> run.point().equals(point)).toList();
  }

  /** Writes what is known. */
  private void write() throws IOException {
    List<String> rows = new ArrayList<>(List.of(MemoryRun.HEADER));
    List<String> truth = new ArrayList<>(List.of(TRUTH_HEADER));
    for (MemoryPoint point : MemoryPoint.all()) {
      HeapSearch search = search(point);
      search.judged().forEach(run -> rows.add(run.row()));
      if (!runsOf(point).isEmpty() && search.smallestViableMb().isPresent()) {
        truth.add(String.join(
            ",",
            point.job().label(),
            point.multiple(),
            String.valueOf(point.percent()),
            String.valueOf(search.smallestViableMb().getAsInt()),
            search.largestFailingMb().stream()
                .mapToObj(String::valueOf)
                .findFirst()
                .orElse(""),
            String.valueOf(search.bestMillis().orElse(0)),
            String.valueOf(runsOf(point).size())));
      }
    }
    Files.write(manifest, rows);
    Files.write(target.resolve("truth.csv"), truth);
  }
}
