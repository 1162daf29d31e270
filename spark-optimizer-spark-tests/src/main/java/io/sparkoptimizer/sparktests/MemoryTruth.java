package io.sparkoptimizer.sparktests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

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

  private final Path target;
  private final Path manifest;
  private final MemoryRunner runner;
  private final MemoryRuns runs;

  MemoryTruth(Path target) throws IOException {
    this.target = target.toAbsolutePath().normalize();
    this.manifest = this.target.resolve("manifest.csv");
    this.runner = new MemoryRunner(this.target);
    this.runs = MemoryRuns.read(manifest);
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
      for (OptionalInt heap = runs.search(point).next();
          heap.isPresent();
          heap = runs.search(point).next()) {
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
        1 + (int) runs.of(point).stream().filter(run -> run.heapMb() == heapMb).count();
    String role = heapMb == HeapSearch.AMPLE_MB ? "best" : "bisect";
    MemoryRun run = runner.run(point, heapMb, role, repeat, limit(runs.search(point)), Map.of());
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

  /** Writes what is known. */
  private void write() throws IOException {
    Files.write(manifest, runs.manifest());
    Files.write(target.resolve("truth.csv"), runs.truth());
  }
}
