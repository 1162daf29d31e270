package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** Stock per store and product after the day's sales: {@code InventorySnapshot SALES OUTPUT}. Even tasks, enough of them, nothing spilled. */
public final class InventorySnapshot {

  private InventorySnapshot() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    RemoteRates.register(spark, /* rowsPerBatch= */ 500, /* waitMillis= */ 30);
    spark.read().parquet(args[0]).createOrReplaceTempView("sales");
    spark
        .sql("select store, product, sum(quantity) sold, sum(value) value from"
            + " (select store, product, quantity, quantity * amount * remote_rate(id) value from sales)"
            + " group by store, product")
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(args[1]);
    spark.stop();
  }
}
