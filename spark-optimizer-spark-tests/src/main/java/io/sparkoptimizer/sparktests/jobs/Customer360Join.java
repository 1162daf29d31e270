package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Joins every sale with the profiles of its customer: {@code Customer360Join SALES CUSTOMERS OUTPUT}. Two fifths of the sales are the guest
 * account's, which has several profiles: one task of the join gets them all.
 */
public final class Customer360Join {

  private Customer360Join() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    RemoteRates.register(spark, /* rowsPerBatch= */ 1000, /* waitMillis= */ 10);
    spark.read().parquet(args[0]).createOrReplaceTempView("sales");
    spark.read().parquet(args[1]).createOrReplaceTempView("customers");
    spark
        .sql("select segment, day, count(*) sales, sum(amount * rate) revenue, max(best) best from"
            + " (select segment, day, amount, remote_rate(id) rate, sha2(concat(profile, basket), 256) best"
            + " from sales join customers using (customer))"
            + " group by segment, day")
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(args[2]);
    spark.stop();
  }
}
