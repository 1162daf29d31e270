package io.sparkoptimizer.sparktests;

import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.spi.Repository;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.ServiceLoader;

/**
 * What the library on the class path recommends for the next run of a job, from the event logs of its runs so far and nothing else: {@code
 * HeapAdvice JOB LOG...}. Executors, their cores and the partitions are locked, so that only memory moves.
 */
public final class HeapAdvice {

  private static final List<String> LOCKED = List.of(
      "spark.executor.instances",
      "spark.executor.cores",
      "spark.dynamicAllocation.enabled",
      "spark.sql.shuffle.partitions",
      "spark.driver.memory");

  private HeapAdvice() {}

  /**
   * An answer.
   *
   * @param heapMb heap of the executor to run with next, in MiB; empty where nothing is proposed
   * @param offHeapMb size of Spark's own memory off the heap, in MiB; empty where the answer leaves it as it is
   * @param oomRisk the risk that was told with it
   */
  public record Answer(
      Verdict verdict,
      OptionalInt heapMb,
      OptionalInt offHeapMb,
      OptionalDouble oomRisk,
      Map<String, String> sparkConf,
      String reasoning) {}

  /**
   * Asks.
   *
   * @param job the application's name
   * @param logs event logs of its runs; when they ran they tell themselves
   */
  public static Answer ask(String job, List<Path> logs) {
    try (Optimizer optimizer = Optimizer.builder().repository(emptyRepository()).build()) {
      for (Path log : logs) {
        CollectionReport report =
            optimizer.collect(CollectionRequest.eventLogs(log), CollectionRequest.Progress.NONE);
        if (!report.skipped().isEmpty()) {
          throw new IllegalStateException("cannot read " + log + ": " + report.skipped());
        }
      }
      JobProfile.Builder profile = JobProfile.builder(job);
      LOCKED.forEach(profile::lock);
      Recommendation answer = optimizer.recommend(profile.build());
      return new Answer(
          answer.verdict(),
          toInt(answer.proposed().executorMemoryMb()),
          toInt(answer.proposed().executorOffHeapMb()),
          answer.prediction().oomRisk(),
          answer.sparkConf(),
          answer.reasoning());
    }
  }

  public static void main(String[] args) {
    if (args.length < 2) {
      System.err.println("usage: HeapAdvice JOB LOG...");
      System.exit(2);
    }
    System.out.println(ask(
        args[0], List.of(args).subList(1, args.length).stream().map(Path::of).toList()));
  }

  private static OptionalInt toInt(OptionalLong mb) {
    return mb.isPresent() ? OptionalInt.of(Math.toIntExact(mb.getAsLong())) : OptionalInt.empty();
  }

  private static Repository emptyRepository() {
    return ServiceLoader.load(Repository.Provider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.name().equals("in-memory"))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(
            "no repository named \"in-memory\"; add spark-optimizer-core to the class path"))
        .create(Map.of());
  }
}
