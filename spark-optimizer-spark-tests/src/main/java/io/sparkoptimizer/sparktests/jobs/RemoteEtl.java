package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Scores every event with one remote service, joins it with its customer, asks another service about the pair, and writes a row per
 * customer: {@code RemoteEtl INPUT OUTPUT}. Three shuffles that adaptive execution may coalesce, and scans of many small files.
 */
public final class RemoteEtl {

  private RemoteEtl() {}

  public static void main(String[] args) throws Exception {
    MeasuredJob.measure(spark -> run(spark, args[0], args[1]));
  }

  private static void run(SparkSession spark, String input, String output) {
    RemoteCall.register(spark, "score", 100);
    RemoteCall.register(spark, "lookup", 110);
    RemoteCall.register(spark, "cell", 200);
    spark.read().parquet(input + "/events").createOrReplaceTempView("events");
    spark.read().parquet(input + "/customers").createOrReplaceTempView("customers");
    spark
        .sql("select id, customer, day, basket, amount * score(id) as amount from events")
        .createOrReplaceTempView("scored");
    spark
        .sql(
            "select /*+ merge(customers) */ id, pmod(id, 400) as bucket, customer, segment, amount,"
                + " lookup(id) as rate, basket, profile"
                + " from scored join customers using (customer)")
        .createOrReplaceTempView("joined");
    spark
        .sql(
            "select bucket, segment, count(*) as events, sum(amount * rate) as revenue,"
                + " max(basket) as best, max(profile) as profile, min(id) as first from joined group by bucket, segment")
        .createOrReplaceTempView("cells");
    spark
        .sql(
            "select bucket, segment, events, revenue * cell(first) as revenue, best, profile from cells")
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(output);
  }
}
