package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** Hashes every event many times and writes sums by store: {@code CpuEtl INPUT OUTPUT}. It needs processors, and waits for nothing. */
public final class CpuEtl {

  private CpuEtl() {}

  public static void main(String[] args) throws Exception {
    MeasuredJob.measure(spark -> run(spark, args[0], args[1]));
  }

  private static void run(SparkSession spark, String input, String output) {
    spark.read().parquet(input + "/events").createOrReplaceTempView("events");
    spark.read().parquet(input + "/customers").createOrReplaceTempView("customers");
    spark
        .sql("select customer, day, amount, aggregate(sequence(1, 30), basket,"
            + " (h, i) -> sha2(concat(h, i), 512)) as digest from events")
        .createOrReplaceTempView("hashed");
    spark
        .sql(
            "select /*+ merge(customers) */ segment, day, count(*) as events, sum(amount) as amount,"
                + " max(sha2(concat(digest, profile), 512)) as best"
                + " from hashed join customers using (customer) group by segment, day")
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(output);
  }
}
