package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/** Reads points again and again that are cached as objects: what does not fit in storage memory is computed anew each time. */
public final class CachedPoints {

  private static final long POINTS = 4_000_000;
  private static final int PASSES = 8;
  private static final int FEATURES = 8;

  private CachedPoints() {}

  public static void main(String[] args) throws Exception {
    MemoryJob.measure(CachedPoints::run, args);
  }

  private static void run(SparkSession spark, int percent) {
    long count = MemoryJob.share(POINTS, percent);
    JavaRDD<double[]> points = spark
        .range(0, count, 1, 24)
        .as(Encoders.LONG())
        .javaRDD()
        .map(CachedPoints::point)
        .persist(StorageLevel.MEMORY_ONLY());
    for (int pass = 0; pass < PASSES; pass++) {
      long inside =
          points.filter(point -> point[0] >= 0 && point[FEATURES - 1] <= 1).count();
      MemoryJob.check("points of pass " + pass, count, inside);
    }
  }

  /** Costs some microseconds. */
  private static double[] point(long id) {
    double[] point = new double[FEATURES];
    double x = id % 1009 / 1009.0;
    for (int i = 0; i < FEATURES; i++) {
      for (int step = 0; step < 8; step++) {
        x = 1 / (1 + Math.exp(-x * (i + step)));
      }
      point[i] = x;
    }
    return point;
  }
}
