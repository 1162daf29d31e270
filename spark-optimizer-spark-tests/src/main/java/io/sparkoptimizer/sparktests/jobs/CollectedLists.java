package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.SparkSession;

/** The clicks of each of a few tenants as one sorted list ({@code collect_list}): a group is in the heap whole, as objects and as a row. */
public final class CollectedLists {

  private static final long CLICKS = 2_700_000;
  private static final int TENANTS = 6;

  private CollectedLists() {}

  public static void main(String[] args) throws Exception {
    MemoryJob.measure(CollectedLists::run, args);
  }

  private static void run(SparkSession spark, int percent) {
    long clicks = MemoryJob.share(CLICKS, percent);
    spark
        .range(0, clicks, 1, 8)
        .selectExpr(
            "id",
            "pmod(id, " + TENANTS + ") as tenant",
            "lpad(hex(xxhash64(id)), 64, '/page') as page")
        .createOrReplaceTempView("clicks");
    long listed = spark
        .sql(
            "select sum(cast(size(history) as bigint)) from"
                + " (select tenant, sort_array(collect_list(struct(page, id))) as history from clicks group by tenant)")
        .first()
        .getLong(0);
    MemoryJob.check("clicks in lists", clicks, listed);
  }
}
