package io.sparkoptimizer.benchmarks;

import io.sparkoptimizer.core.schedule.Candidate;
import io.sparkoptimizer.core.schedule.RecordedSchedule;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskDistribution;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time to ask one run about 500 candidates: can a search try them all while a user waits? Nothing is
 * remembered from one invocation to the next. Run with {@code -Djmh=ScheduleBenchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters, then calls prepare
public class ScheduleBenchmark {
  private static final int[] CORES = {1, 2, 4, 5, 8};

  /** Stages one after another, or two side by side before each third; tasks of each; or a log. */
  @Param({"chain-20", "chain-200", "joins-20", "joins-200"})
  String application;

  /** 100 counts of executors x 5 of cores, or 25 x 5 x 4 of partitions, or 100 x 5 dynamic maxima. */
  @Param({"sizes", "partitions", "dynamic"})
  String candidates;

  private ApplicationRun run;
  private List<Candidate> asked;
  private long[][] figures;

  @Setup
  public void prepare() throws IOException {
    String[] words = application.split("-", 2);
    run = switch (words[0]) {
      case "chain" -> Applications.synthetic(Integer.parseInt(words[1]), false);
      case "joins" -> Applications.synthetic(Integer.parseInt(words[1]), true);
      default -> Applications.shared(application);
    };
    figures = run.stages().stream()
        .filter(StageAttempt::ran)
        .map(stage -> stage.distribution(TaskDistribution.DURATION_MS).figures(1_000))
        .toArray(long[][]::new);
    asked = new ArrayList<>();
    for (int cores : CORES) {
      for (int n = 1; n <= 100; n++) {
        Candidate one = Candidate.fixed(n, cores);
        switch (candidates) {
          case "sizes" -> asked.add(one);
          case "dynamic" -> asked.add(one.withDynamicMin(OptionalInt.of(1)));
          default -> {
            if (n % 4 == 0) {
              for (int partitions : new int[] {50, 100, 200, 400}) {
                asked.add(one.withShufflePartitions(OptionalInt.of(partitions)));
              }
            }
          }
        }
      }
    }
  }

  @Benchmark
  public double predict() {
    RecordedSchedule schedule = RecordedSchedule.of(run).orElseThrow();
    double sum = 0;
    for (Candidate candidate : asked) {
      sum += schedule.predict(candidate).durationMs();
    }
    return sum;
  }

  /** The same as what-if and recommendation ask: candidates side by side, on all processors. */
  @Benchmark
  public double predictSideBySide() {
    RecordedSchedule schedule = RecordedSchedule.of(run).orElseThrow();
    return asked.parallelStream()
        .mapToDouble(candidate -> schedule.predict(candidate).durationMs())
        .sum();
  }

  /** What taking the run apart is of that. */
  @Benchmark
  public RecordedSchedule takeApart() {
    return RecordedSchedule.of(run).orElseThrow();
  }

  /** The limit: to look at each task's time once a candidate, and at nothing else. */
  @Benchmark
  public long sumOfTaskTimes() {
    long sum = 0;
    for (int c = 0; c < asked.size(); c++) {
      for (long[] stage : figures) {
        for (long ms : stage) {
          sum += ms ^ c;
        }
      }
    }
    return sum;
  }
}
