package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Joins events with profiles that a hint has broadcast, though they are large: their hash table must be in the executor's heap whole. */
public final class BroadcastProfiles {

  private static final long PROFILES = 1_000_000;
  private static final long EVENTS = 4_000_000;

  private BroadcastProfiles() {}

  public static void main(String[] args) throws Exception {
    MemoryJob.measure(BroadcastProfiles::run, args);
  }

  private static void run(SparkSession spark, int percent) {
    long profiles = MemoryJob.share(PROFILES, percent);
    spark
        .range(0, profiles, 1, 8)
        .selectExpr("id as customer", "repeat(lpad(hex(xxhash64(id)), 16, '0'), 16) as profile")
        .createOrReplaceTempView("profiles");
    spark
        .range(0, MemoryJob.share(EVENTS, percent), 1, 8)
        .selectExpr("pmod(id * 7919, " + profiles + "L) as customer", "id % 10 as digit")
        .createOrReplaceTempView("events");
    Dataset<Row> joined = spark.sql(
        "select /*+ broadcast(profiles) */ sum(length(concat(profile, digit))) from events join profiles using (customer)");
    MemoryJob.check(
        "the joined text",
        257 * MemoryJob.share(EVENTS, percent),
        joined.first().getLong(0));
  }
}
