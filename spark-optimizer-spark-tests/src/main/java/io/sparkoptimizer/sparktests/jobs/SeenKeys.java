package io.sparkoptimizer.sparktests.jobs;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;

/** Counts distinct keys in a map of the user's own, one to a partition: Spark knows nothing of that memory and cannot spill it. */
public final class SeenKeys {

  private static final long KEYS_OF_PARTITION = 3_000_000;
  private static final int PARTITIONS = 3;

  private SeenKeys() {}

  public static void main(String[] args) throws Exception {
    MemoryJob.measure(SeenKeys::run, args);
  }

  private static void run(SparkSession spark, int percent) {
    long keys = PARTITIONS * MemoryJob.share(KEYS_OF_PARTITION, percent);
    long distinct = spark
        .range(0, keys / 4 * 5, 1, PARTITIONS)
        .as(Encoders.LONG())
        .javaRDD()
        .mapPartitions(SeenKeys::distinct)
        .reduce(Long::sum);
    MemoryJob.check("distinct keys", keys, distinct);
  }

  private static Iterator<Long> distinct(Iterator<Long> ids) {
    Map<String, long[]> seen = new HashMap<>();
    while (ids.hasNext()) {
      long id = ids.next();
      long first = id - id % 5 / 4; // every fifth was there before
      String key = Long.toHexString(first * 0x9E3779B97F4A7C15L);
      long[] places = seen.computeIfAbsent(key, k -> new long[4]);
      places[(int) (++places[0] % 3) + 1] = id; // the last three of them
    }
    return List.of((long) seen.size()).iterator();
  }
}
