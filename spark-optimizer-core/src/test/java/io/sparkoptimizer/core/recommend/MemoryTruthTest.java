package io.sparkoptimizer.core.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.Recommendation.InputBasis;
import io.sparkoptimizer.core.budget.HeapNeed;
import io.sparkoptimizer.core.container.MemoryRule;
import io.sparkoptimizer.core.eventlog.EventLogs;
import io.sparkoptimizer.spark.ApplicationRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleBiFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What is recommended of a heap, held against the smallest heap that each job of {@code samples/memory}
 * was found to live in, beside the rules of other tools. Writes the tables of docs/memory.md into {@code
 * target/memory-truth.md}.
 */
class MemoryTruthTest {
  private static final Path SAMPLES = Path.of("..", "samples", "memory");

  /** The executors' size is fixed: memory alone moves, as when the runs were made. */
  private static final Set<String> LOCKED =
      Set.of(MemoryPlan.CORES, "spark.executor.instances", PartitionRule.SQL, MemoryPlan.DRIVER);

  private static final InputSize SAME = new InputSize(1, OptionalLong.empty(), InputBasis.SCALED);

  /** A run of a path: the heap that was recommended, and what became of it. */
  private record Step(
      int heapMb, String outcome, long workMs, OptionalDouble risk, ApplicationRun run) {
    boolean failed() {
      return !outcome.equals("ok");
    }
  }

  /** A job with one input: the smallest heap that it lives in, and its path down to it. */
  private record Job(String name, int viableMb, long bestMs, List<Step> start, List<Step> steps) {
    double ratio(double heapMb) {
      return heapMb / viableMb;
    }

    double peakMb() {
      return peakMb(start);
    }

    static double peakMb(List<Step> steps) {
      return steps.stream()
          .mapToLong(step -> HeapNeed.peakMb(step.run()).orElse(0))
          .max()
          .orElse(0);
    }

    /** The run whose heap is nearest to one that was not tried. */
    Step nearest(double heapMb) {
      List<Step> all = new ArrayList<>(start);
      all.addAll(steps);
      return all.stream()
          .min(Comparator.comparingDouble(step -> Math.abs(Math.log(step.heapMb() / heapMb))))
          .orElseThrow();
    }
  }

  private static List<Job> jobs;

  @BeforeAll
  static void read() throws IOException {
    Map<String, Integer> viable = new HashMap<>();
    Map<String, Long> best = new HashMap<>();
    for (Map<String, String> row : rows("truth.csv")) {
      viable.put(name(row), Integer.parseInt(row.get("smallest_viable_mb")));
      best.put(name(row), Long.parseLong(row.get("best_ms")));
    }
    Map<String, List<Step>> paths = new LinkedHashMap<>();
    Map<String, Integer> before = new HashMap<>();
    for (Map<String, String> row : rows("paths.csv")) {
      List<ApplicationRun> runs = new ArrayList<>();
      EventLogs.read(
          SAMPLES.resolve("paths").resolve(row.get("file")), Clock.systemUTC(), runs::add);
      String risk = row.get("oom_risk");
      paths
          .computeIfAbsent(name(row), job -> new ArrayList<>())
          .add(new Step(
              Integer.parseInt(row.get("heap_mb")),
              row.get("outcome"),
              Long.parseLong(row.get("work_ms")),
              risk.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(risk)),
              runs.get(0)));
      if (row.get("step").equals("0")) {
        before.merge(name(row), 1, Integer::sum);
      }
    }
    jobs = new ArrayList<>();
    paths.forEach((job, steps) -> jobs.add(new Job(
        job,
        viable.get(job),
        Math.min(
            best.get(job),
            steps.stream()
                .filter(step -> step.outcome().equals("ok"))
                .mapToLong(Step::workMs)
                .min()
                .orElse(Long.MAX_VALUE)),
        steps.subList(0, before.get(job)),
        steps.subList(before.get(job), steps.size()))));
  }

  private static List<Map<String, String>> rows(String file) throws IOException {
    List<String> lines = Files.readAllLines(SAMPLES.resolve(file));
    String[] names = lines.get(0).split(",", -1);
    List<Map<String, String>> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", names.length);
      Map<String, String> row = new TreeMap<>();
      for (int i = 0; i < names.length; i++) {
        row.put(names[i], cells[i]);
      }
      rows.add(row);
    }
    return rows;
  }

  private static String name(Map<String, String> row) {
    return row.get("job") + " x" + row.get("input_multiple");
  }

  private static MemoryPlan ask(List<Step> history) {
    List<ApplicationRun> newestFirst = new ArrayList<>();
    history.forEach(step -> newestFirst.add(0, step.run()));
    return MemoryPlan.of(Setup.of(newestFirst.get(0)), newestFirst, SAME, LOCKED);
  }

  @Test
  void answers_alongEveryPath_areThoseThatWereRun() {
    List<String> others = new ArrayList<>();
    for (Job job : jobs) {
      List<Step> history = new ArrayList<>(job.start());
      for (Step step : job.steps()) {
        long now = ask(history).setup().heapMb();
        if (Math.abs(Math.log((double) now / step.heapMb())) > 0.05) {
          others.add(job.name() + ": " + now + " MiB is recommended now, " + step.heapMb()
              + " MiB was when the path was run");
        }
        history.add(step);
      }
    }
    assertThat(others)
        .as("the runs of samples/memory judge these answers, and have to be made anew for others")
        .isEmpty();
  }

  @Test
  void heaps_afterThreeSteps_areNearTheSmallestAndNoneDied() {
    assertThat(median(jobs.stream().map(job -> job.ratio(last(job))).toList()))
        .as("median of heap / smallest viable")
        .isLessThanOrEqualTo(1.5);
    assertThat(jobs)
        .allSatisfy(
            job -> assertThat(job.steps()).noneMatch(step -> step.outcome().equals("died")));
  }

  @Test
  void heaps_everyStep_isWithinTheCaps() {
    for (Job job : jobs) {
      int before = job.start().get(job.start().size() - 1).heapMb();
      List<Step> history = new ArrayList<>(job.start());
      for (Step step : job.steps()) {
        assertThat((double) step.heapMb() / before)
            .as(job.name())
            .isBetween(1 - MemoryRule.STEP, MemoryRule.RAISE);
        assertThat((double) ask(history).setup().heapMb() / before)
            .as("%s, as it would be now", job.name())
            .isBetween(1 - MemoryRule.STEP, MemoryRule.RAISE);
        before = step.heapMb();
        history.add(step);
      }
    }
  }

  private static double last(Job job) {
    return job.steps().get(job.steps().size() - 1).heapMb();
  }

  private static double median(List<Double> figures) {
    List<Double> sorted = figures.stream().sorted().toList();
    int n = sorted.size();
    return n % 2 == 1 ? sorted.get(n / 2) : (sorted.get(n / 2 - 1) + sorted.get(n / 2)) / 2;
  }

  /**
   * A rule of another tool.
   *
   * @param rule takes the heap given and the largest peak, MiB, and gives the next heap
   */
  private record Rival(String words, ToDoubleBiFunction<Double, Double> rule) {}

  private static final List<Rival> RIVALS = List.of(
      new Rival("keep what it has", (heap, peak) -> heap),
      new Rival("peak + 15 % (Kubernetes VPA)", (heap, peak) -> 1.15 * peak),
      new Rival(
          "below 70 % used peak x 1.2, above 95 % heap x 1.2 (DataFlint)",
          (heap, peak) -> peak < 0.7 * heap ? 1.2 * peak : peak > 0.95 * heap ? 1.2 * heap : heap),
      new Rival("peak + 25 % (LinkedIn-like)", (heap, peak) -> 1.25 * peak),
      new Rival("2 x peak (AWS advisor)", (heap, peak) -> 2 * peak));

  @Test
  void page_tables_areWritten() throws IOException {
    StringBuilder page = new StringBuilder();
    page.append(
        "| job | lives from | begins with | step 1 | step 2 | step 3 | heap / smallest |\n");
    page.append("|---|--:|--:|--:|--:|--:|--:|\n");
    int trials = 0;
    int died = 0;
    int crawled = 0;
    double risk = 0;
    for (Job job : jobs) {
      page.append("| `").append(job.name()).append("` | ").append(job.viableMb());
      page.append(" | ").append(job.start().get(0).heapMb());
      for (Step step : job.steps()) {
        page.append(" | ").append(step.heapMb());
        page.append(step.failed() ? " " + step.outcome() : "");
        trials++;
        died += step.outcome().equals("died") ? 1 : 0;
        crawled += !step.outcome().equals("died") && step.workMs() > 1.2 * job.bestMs() ? 1 : 0;
        risk += step.risk().orElse(0);
      }
      page.append(String.format(Locale.ROOT, " | %.2f |%n", job.ratio(last(job))));
    }
    page.append(String.format(
        Locale.ROOT,
        "%n%d runs with what was recommended: %d died, %d took more than 1.2 times the job's best time, the search's or the path's. No death in"
            + " so many proves a rate below %.1f %% (95 %%). The risks that were told with them add up"
            + " to %.1f deaths.%n%n",
        trials,
        died,
        crawled,
        100 * (1 - Math.pow(0.05, 1.0 / trials)),
        risk));
    page.append(
        "| rule | median of heap / smallest, first answer | after three | jobs below the smallest,"
            + " first answer | after three |\n|---|--:|--:|--:|--:|\n");
    row(
        page,
        "**spark-optimizer**",
        jobs.stream().map(job -> job.ratio(job.steps().get(0).heapMb())).toList(),
        jobs.stream().map(job -> job.ratio(last(job))).toList());
    for (Rival rival : RIVALS) {
      List<Double> first = new ArrayList<>();
      List<Double> third = new ArrayList<>();
      for (Job job : jobs) {
        double heap = job.start().get(0).heapMb();
        double peak = job.peakMb();
        for (int step = 0; step < 3; step++) {
          heap = rival.rule().applyAsDouble(heap, peak);
          if (step == 0) {
            first.add(job.ratio(heap));
          }
          if (heap < job.viableMb()) {
            break;
          }
          // No more than fits; what the nearest run of the job held is what it would hold.
          peak = Math.min(heap, Job.peakMb(List.of(job.nearest(heap))));
        }
        third.add(job.ratio(heap));
      }
      row(page, rival.words(), first, third);
    }
    Files.writeString(Path.of("target", "memory-truth.md"), page.toString());
    assertThat(died).isZero();
    assertThat(crawled).as("took longer than 1.2 times the best").isLessThanOrEqualTo(trials / 20);
  }

  private static void row(StringBuilder page, String who, List<Double> first, List<Double> third) {
    page.append(String.format(
        Locale.ROOT,
        "| %s | %.2f | %.2f | %d of %d | %d of %d |%n",
        who,
        median(first),
        median(third),
        first.stream().filter(ratio -> ratio < 1).count(),
        first.size(),
        third.stream().filter(ratio -> ratio < 1).count(),
        third.size()));
  }
}
