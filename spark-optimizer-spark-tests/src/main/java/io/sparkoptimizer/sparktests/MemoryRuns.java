package io.sparkoptimizer.sparktests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The runs of a manifest, and what they tell of each point. Not for use from several threads. */
final class MemoryRuns {

  static final String TRUTH_HEADER =
      "job,input_multiple,input_percent,smallest_viable_mb,largest_failing_mb,best_ms,runs";

  private final List<MemoryRun> runs;

  private MemoryRuns(Stream<MemoryRun> runs) {
    this.runs = runs.collect(Collectors.toCollection(ArrayList::new));
  }

  /** Reads a manifest; none is one without runs. */
  static MemoryRuns read(Path manifest) throws IOException {
    List<String> lines = Files.exists(manifest) ? Files.readAllLines(manifest) : List.of();
    return new MemoryRuns(lines.stream().skip(1).map(MemoryRun::parse));
  }

  void add(MemoryRun run) {
    runs.add(run);
  }

  List<MemoryRun> of(MemoryPoint point) {
    return runs.stream().filter(run -> run.point().equals(point)).toList();
  }

  /** How far the search for a point's smallest viable heap has come. */
  HeapSearch search(MemoryPoint point) {
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
    return new HeapSearch(of(point), failingWithLess, likely);
  }

  /** The manifest: the runs by points, each with its outcome beside the best one of its point. */
  List<String> manifest() {
    return Stream.concat(
            Stream.of(MemoryRun.HEADER),
            MemoryPoint.all().stream()
                .flatMap(point -> search(point).judged().stream())
                .map(MemoryRun::row))
        .toList();
  }

  /** A row for each point with a viable heap. */
  List<String> truth() {
    List<String> rows = new ArrayList<>(List.of(TRUTH_HEADER));
    for (MemoryPoint point : MemoryPoint.all()) {
      HeapSearch search = search(point);
      search
          .smallestViableMb()
          .ifPresent(viable -> rows.add(String.join(
              ",",
              point.job().label(),
              point.multiple(),
              String.valueOf(point.percent()),
              String.valueOf(viable),
              search.largestFailingMb().stream()
                  .mapToObj(String::valueOf)
                  .findFirst()
                  .orElse(""),
              String.valueOf(search.bestMillis().orElse(0)),
              String.valueOf(of(point).size()))));
    }
    return rows;
  }
}
