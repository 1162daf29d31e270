package io.sparkoptimizer.sparktests.jobs;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Holds the totals of customers in a map of objects. Spark's own pages, of the sums, are off the heap ({@code
 * spark.memory.offHeap.enabled}), the map is on it.
 */
public final class OffHeapTotals {

  private static final long CUSTOMERS = 2_100_000;

  private OffHeapTotals() {}

  public static void main(String[] args) throws Exception {
    MemoryJob.measure(OffHeapTotals::run, args);
  }

  private static void run(SparkSession spark, int percent) {
    long customers = MemoryJob.share(CUSTOMERS, percent);
    long labelled = spark
        .range(0, 2 * customers, 1, 8)
        .selectExpr("pmod(id * 7919, " + customers + "L) as customer", "id % 97 + 1 as amount")
        .groupBy("customer")
        .sum("amount")
        .javaRDD()
        .mapPartitions(OffHeapTotals::labelled)
        .reduce(Long::sum);
    MemoryJob.check("customers", customers, labelled);
  }

  private static Iterator<Long> labelled(Iterator<Row> totals) {
    Map<Long, String> byCustomer = new HashMap<>();
    while (totals.hasNext()) {
      Row row = totals.next();
      byCustomer.put(
          row.getLong(0),
          ("customer " + row.getLong(0) + " has " + row.getLong(1) + "; ").repeat(10));
    }
    return List.of((long) byCustomer.size()).iterator();
  }
}
