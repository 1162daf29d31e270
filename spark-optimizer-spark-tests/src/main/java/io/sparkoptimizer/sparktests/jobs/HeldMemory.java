package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * Holds rows in a cache and in an aggregation for about half a minute on four slots, and waits most of the time: what its log tells of
 * memory is a matter of settings, not of a busy machine. Where off-heap memory is on, both are there.
 */
public final class HeldMemory {

  private static final long ROWS = 600_000;
  private static final int TASKS = 32;

  private HeldMemory() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    try {
      RemoteCall.register(spark, "lookup", 100);
      RemoteCall.register(spark, "rate", 60);
      boolean offHeap =
          Boolean.parseBoolean(spark.conf().get("spark.memory.offHeap.enabled", "false"));
      Dataset<Row> rows = spark
          .range(0, ROWS, 1, TASKS)
          .selectExpr(
              "id",
              "id % 50000 as customer",
              "lookup(id) as amount",
              "repeat(hex(id), 8) as basket")
          .persist(offHeap ? StorageLevel.OFF_HEAP() : StorageLevel.MEMORY_ONLY());
      rows.count();
      rows.createOrReplaceTempView("rows");
      spark
          .sql("select customer, sum(amount * rate) as amount, max(basket) as basket from"
              + " (select customer, amount, rate(id) as rate, basket from rows) group by customer")
          .count();
    } finally {
      spark.stop();
    }
  }
}
