package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * The history of each customer as one list: {@code SessionHistory CLICKS OUTPUT}. {@code groupByKey} holds all values of a key in the heap
 * at once, and the guest account has two fifths of them: a small heap dies of it.
 */
public final class SessionHistory {

  private SessionHistory() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    try {
      JavaPairRDD<Long, String> clicks = spark
          .read()
          .parquet(args[0])
          .selectExpr("customer", "concat(cast(id as string), '/', repeat(basket, 6)) as click")
          .javaRDD()
          .mapToPair(row -> new Tuple2<>(row.getLong(0), row.getString(1)));
      clicks
          .groupByKey(12)
          .mapValues(history -> {
            long length = 0;
            for (String click : history) {
              length += click.length();
            }
            return length;
          })
          .saveAsTextFile(args[1]);
    } finally {
      spark.stop();
    }
  }
}
