package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Writes the input of the jobs of the truth grid: {@code TruthTables FOLDER ROWS FILES CUSTOMERS}. More input is more rows in more files of
 * the same size, and more customers. Equal arguments write equal rows.
 *
 * <p>{@code events} (parquet): two fifths belong to the guest account 0. {@code customers} (parquet): one row each. {@code lines}: the
 * events' ids and customers as text.
 */
public final class TruthTables {

  private TruthTables() {}

  public static void main(String[] args) {
    String folder = args[0];
    long rows = Long.parseLong(args[1]);
    int files = Integer.parseInt(args[2]);
    long customers = Long.parseLong(args[3]);
    SparkSession spark = SparkSession.builder().getOrCreate();
    spark
        .range(0, customers, 1, Math.max(1, files / 4))
        .selectExpr(
            "id as customer",
            "concat('segment-', id % 23) as segment",
            "sha2(cast(id as string), 512) as profile")
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(folder + "/customers");
    Dataset<Row> events = spark
        .range(0, rows, 1, files)
        .selectExpr(
            "id",
            "cast(id % 31 as int) as day",
            "cast(id % 211 as int) as store",
            "pmod(xxhash64(id), " + customers + "L) as customer",
            "case when pmod(xxhash64(id, 7), 5) < 2 then 0L else pmod(xxhash64(id), " + customers
                + "L) end as account",
            "cast(pmod(xxhash64(id, 11), 100000) as double) / 100 as amount",
            "concat(sha2(cast(id as string), 512), sha2(cast(-id as string), 512)) as basket");
    events.write().mode(SaveMode.Overwrite).parquet(folder + "/events");
    events
        .selectExpr("concat_ws(',', id, customer, basket)")
        .write()
        .mode(SaveMode.Overwrite)
        .text(folder + "/lines");
    spark.stop();
  }
}
