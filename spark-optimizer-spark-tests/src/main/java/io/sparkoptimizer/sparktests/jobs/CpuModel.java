package io.sparkoptimizer.sparktests.jobs;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/** Fits a logistic regression over cached rows, a job to each step: {@code CpuModel INPUT}. It needs processors, and waits for nothing. */
public final class CpuModel {

  private static final int STEPS = 10;

  /** So that a step over few rows takes some tenths of a second. */
  private static final int TERMS = 700;

  private CpuModel() {}

  public static void main(String[] args) throws Exception {
    MeasuredJob.measure(spark -> run(spark, args[0]));
  }

  private static void run(SparkSession spark, String input) {
    JavaRDD<double[]> points = spark
        .read()
        .parquet(input + "/events")
        .select("amount", "day", "store")
        .javaRDD()
        .map(row ->
            new double[] {row.getDouble(0) / 1000, row.getInt(1) / 31.0, row.getInt(2) / 211.0, 1})
        .persist(StorageLevel.MEMORY_AND_DISK());
    long rows = points.count();
    double[] weights = new double[4];
    for (int step = 0; step < STEPS; step++) {
      double[] current = weights.clone();
      double[] gradient = points.mapPartitions(part -> gradient(part, current)).reduce((a, b) -> {
        double[] sum = a.clone();
        for (int i = 0; i < sum.length; i++) {
          sum[i] += b[i];
        }
        return sum;
      });
      for (int i = 0; i < weights.length; i++) {
        weights[i] -= 4 * gradient[i] / rows;
      }
    }
    points.unpersist(/* blocking= */ true);
  }

  private static Iterator<double[]> gradient(Iterator<double[]> points, double[] weights) {
    double[] sum = new double[weights.length];
    while (points.hasNext()) {
      double[] point = points.next();
      double dot = 0;
      for (int i = 0; i < weights.length; i++) {
        dot += weights[i] * point[i];
      }
      double error = point[0] > 0.5 ? -1 : 0;
      for (int term = 0; term < TERMS; term++) {
        error += 1 / (1 + Math.exp(-dot - term * 1e-3)) / TERMS;
      }
      for (int i = 0; i < weights.length; i++) {
        sum[i] += error * point[i];
      }
    }
    return List.of(sum).iterator();
  }
}
