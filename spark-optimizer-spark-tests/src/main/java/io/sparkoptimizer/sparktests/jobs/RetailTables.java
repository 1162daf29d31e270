package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Writes the tables that the other jobs read, as parquet: {@code RetailTables FOLDER [NAME:ROWS:FILES ...]}.
 *
 * <p>A table whose name starts with {@code customers} has one row per customer and several for the guest account 0; any other table has one
 * row per sale, two fifths of them by guests. Equal arguments write equal rows.
 */
public final class RetailTables {

  private static final int CUSTOMERS = 200_000;

  private RetailTables() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    for (int i = 1; i < args.length; i++) {
      String[] table = args[i].split(":", 3);
      String folder = args[0] + "/" + table[0];
      long rows = Long.parseLong(table[1]);
      int files = Integer.parseInt(table[2]);
      if (table[0].startsWith("customers")) {
        customers(spark, folder, rows, files);
      } else {
        sales(spark, folder, rows, files);
      }
    }
    spark.stop();
  }

  private static void sales(SparkSession spark, String folder, long rows, int files) {
    spark
        .range(0, rows, 1, files)
        .selectExpr(
            "id",
            "date_add(date'2026-10-01', cast(id % 31 as int)) as day",
            "cast(id % 211 as int) as store",
            "cast((id * 7919) % 5003 as int) as product",
            "case when rand(7) < 0.4 then 0L else 1L + cast(rand(11) * " + (CUSTOMERS - 1)
                + " as long) end as customer",
            "cast(1 + rand(3) * 5 as int) as quantity",
            "round(rand(5) * 1000, 2) as amount",
            "concat('basket-', sha2(cast(id as string), 224)) as basket")
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(folder);
  }

  private static void customers(SparkSession spark, String folder, long rows, int files) {
    spark
        .range(0, rows, 1, files)
        .selectExpr(
            "case when id < 10 then 0L else id - 9L end as customer",
            "concat('segment-', cast(id % 23 as string)) as segment",
            "sha2(cast(id as string), 512) as profile")
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(folder);
  }
}
