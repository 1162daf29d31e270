package io.sparkoptimizer.sparktests.jobs;

import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;

/** Collects a large model from each task: an executor has each result as an object, as bytes and as a block that the driver fetches. */
public final class CollectedModels {

  private static final long WEIGHTS = 5_500_000;
  private static final int MODELS = 6;
  private static final int ROUNDS = 3;

  private CollectedModels() {}

  public static void main(String[] args) throws Exception {
    MemoryJob.measure(CollectedModels::run, args);
  }

  private static void run(SparkSession spark, int percent) {
    int weights = Math.toIntExact(MemoryJob.share(WEIGHTS, percent));
    for (int round = 0; round < ROUNDS; round++) {
      int seed = round;
      List<double[]> models = spark
          .range(0, MODELS, 1, MODELS)
          .as(Encoders.LONG())
          .javaRDD()
          .map(id -> model(weights, seed * 31L + id))
          .collect();
      long inside = models.stream()
          .mapToLong(model -> model.length * (model[weights - 1] < 1 ? 1L : 0L))
          .sum();
      MemoryJob.check("weights of round " + round, (long) MODELS * weights, inside);
    }
  }

  private static double[] model(int weights, long seed) {
    return new SplittableRandom(seed).doubles(weights).toArray();
  }
}
