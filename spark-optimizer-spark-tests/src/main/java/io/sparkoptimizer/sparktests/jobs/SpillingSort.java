package io.sparkoptimizer.sparktests.jobs;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;

/** Sorts rows within partitions: where they do not fit they go to disk, and the job is slower but lives. */
public final class SpillingSort {

  private static final long ROWS_OF_PARTITION = 900_000;
  private static final int PARTITIONS = 8;

  private SpillingSort() {}

  public static void main(String[] args) throws Exception {
    MemoryJob.measure(SpillingSort::run, args);
  }

  private static void run(SparkSession spark, int percent) {
    long rows = PARTITIONS * MemoryJob.share(ROWS_OF_PARTITION, percent);
    Dataset<Row> sorted = spark
        .range(0, rows, 1, PARTITIONS)
        .selectExpr("xxhash64(id) as key", "repeat(hex(xxhash64(id, 7)), 10) as text")
        .sortWithinPartitions("key");
    long ordered = sorted
        .queryExecution()
        .toRdd()
        .toJavaRDD()
        .mapPartitions(SpillingSort::ordered)
        .reduce(Long::sum);
    MemoryJob.check("rows in order", rows, ordered);
  }

  /** Counts the rows up to the first that is out of order. */
  private static Iterator<Long> ordered(Iterator<InternalRow> rows) {
    long last = Long.MIN_VALUE;
    long count = 0;
    while (rows.hasNext()) {
      long key = rows.next().getLong(0);
      if (key < last) {
        break;
      }
      last = key;
      count++;
    }
    return List.of(count).iterator();
  }
}
