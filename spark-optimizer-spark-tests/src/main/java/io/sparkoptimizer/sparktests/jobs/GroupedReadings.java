package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/** The readings of a few sensors by {@code groupByKey}: all of a sensor's are in the heap at once. */
public final class GroupedReadings {

  private static final long READINGS = 2_100_000;
  private static final int SENSORS = 4;

  private GroupedReadings() {}

  public static void main(String[] args) throws Exception {
    MemoryJob.measure(GroupedReadings::run, args);
  }

  private static void run(SparkSession spark, int percent) {
    long readings = MemoryJob.share(READINGS, percent);
    long text = spark
        .range(0, readings, 1, 8)
        .as(Encoders.LONG())
        .javaRDD()
        .mapToPair(id -> new Tuple2<>(id % SENSORS, reading(id)))
        .groupByKey(2)
        .mapValues(GroupedReadings::length)
        .values()
        .reduce(Long::sum);
    MemoryJob.check("the length of all readings", readings * 160, text);
  }

  private static String reading(long id) {
    StringBuilder text = new StringBuilder(160);
    long state = id;
    while (text.length() < 160) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      text.append((char) ('a' + (state >>> 33) % 26));
    }
    return text.toString();
  }

  private static long length(Iterable<String> readings) {
    long length = 0;
    for (String reading : readings) {
      length += reading.length();
    }
    return length;
  }
}
