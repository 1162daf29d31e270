package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Visitors of the last hour by store and by product: {@code ClickstreamHourly CLICKS OUTPUT}. With adaptive execution off and very many
 * shuffle partitions, a task has less to do than it takes to start.
 */
public final class ClickstreamHourly {

  private ClickstreamHourly() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    spark.read().parquet(args[0]).createOrReplaceTempView("clicks");
    for (String key : new String[] {"store", "product"}) {
      spark
          .sql("select " + key
              + ", count(*) clicks, count(distinct customer) visitors from clicks group by " + key)
          .write()
          .mode(SaveMode.Overwrite)
          .parquet(args[1] + "/by_" + key);
    }
    spark.stop();
  }
}
