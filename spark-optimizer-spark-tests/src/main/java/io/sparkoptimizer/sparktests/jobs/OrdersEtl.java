package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Cleans the day's orders and writes four small reports one after another: {@code OrdersEtl SALES OUTPUT}. Its tables are small, each step
 * waits for the one before, and few tasks run at a time, however many executors it has.
 */
public final class OrdersEtl {

  private OrdersEtl() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    RemoteRates.register(spark, /* rowsPerBatch= */ 1000, /* waitMillis= */ 30);
    Dataset<Row> orders = spark
        .read()
        .parquet(args[0])
        .selectExpr(
            "id", "store", "product", "customer", "quantity", "amount * remote_rate(id) as revenue")
        .where("quantity > 0");
    orders.write().mode(SaveMode.Overwrite).parquet(args[1] + "/clean");
    spark.read().parquet(args[1] + "/clean").createOrReplaceTempView("clean");
    for (String key : new String[] {"store", "product", "quantity"}) {
      spark
          .sql("select " + key + ", count(*) orders, sum(revenue) revenue from clean group by "
              + key + " order by revenue desc")
          .write()
          .mode(SaveMode.Overwrite)
          .parquet(args[1] + "/by_" + key);
    }
    spark.sql("select count(distinct customer), sum(revenue) from clean").collectAsList();
    spark.stop();
  }
}
