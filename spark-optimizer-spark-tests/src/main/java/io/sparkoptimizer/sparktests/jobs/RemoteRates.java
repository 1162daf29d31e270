package io.sparkoptimizer.sparktests.jobs;

import java.util.Random;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/**
 * The SQL function {@code remote_rate(id)}: a rate that a remote service is asked for, in batches. A task waits for each batch and leaves
 * its core idle meanwhile, so that more executors than the machine has cores do help, as they do with remote storage. The waits are drawn
 * from the id, so the same rows wait the same wherever they are read.
 */
final class RemoteRates implements UDF1<Long, Double> {

  private final int rowsPerBatch;
  private final int waitMillis;
  private int rows;

  private RemoteRates(int rowsPerBatch, int waitMillis) {
    this.rowsPerBatch = rowsPerBatch;
    this.waitMillis = waitMillis;
  }

  /** Registers the function; a batch waits {@code waitMillis} on average. */
  static void register(SparkSession spark, int rowsPerBatch, int waitMillis) {
    spark
        .udf()
        .register("remote_rate", new RemoteRates(rowsPerBatch, waitMillis), DataTypes.DoubleType);
  }

  @Override
  public Double call(Long id) throws InterruptedException {
    rows++;
    if (rows % rowsPerBatch == 0) {
      double spread = Math.exp(0.2 * new Random(id).nextGaussian());
      Thread.sleep(Math.max(1, Math.round(waitMillis * spread)));
    }
    return 0.8 + Math.floorMod(id * 31, 400) / 1000.0;
  }
}
