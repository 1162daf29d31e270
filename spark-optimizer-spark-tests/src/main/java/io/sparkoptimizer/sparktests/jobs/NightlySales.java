package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** Revenue per store, day and customer in one currency, every night: {@code NightlySales SALES OUTPUT}. Its work grows with its input. */
public final class NightlySales {

  private NightlySales() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    RemoteRates.register(spark, /* rowsPerBatch= */ 500, /* waitMillis= */ 40);
    spark.read().parquet(args[0]).createOrReplaceTempView("sales");
    spark
        .sql(
            "select store, day, customer, count(*) orders, sum(quantity) pieces, sum(revenue) revenue from"
                + " (select store, day, customer, quantity, amount * remote_rate(id) revenue from sales)"
                + " group by store, day, customer")
        .createOrReplaceTempView("revenue");
    spark
        .sql(
            "select store, day, count(distinct customer) customers, sum(orders) orders, sum(pieces) pieces, sum(revenue) revenue"
                + " from revenue group by store, day")
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(args[1]);
    spark.stop();
  }
}
