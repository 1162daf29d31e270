package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** Sorts all clicks by basket for a later merge: {@code ClickstreamSort CLICKS OUTPUT}. Rows are wide, so few partitions spill. */
public final class ClickstreamSort {

  private ClickstreamSort() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    spark
        .read()
        .parquet(args[0])
        .selectExpr(
            "basket",
            "id",
            "customer",
            "amount",
            "concat(reverse(basket), '/', basket, '/', basket) as trail")
        .sort("trail", "id")
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(args[1]);
    spark.stop();
  }
}
