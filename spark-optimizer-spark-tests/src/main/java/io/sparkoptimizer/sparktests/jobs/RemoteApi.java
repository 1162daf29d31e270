package io.sparkoptimizer.sparktests.jobs;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * RDDs alone: {@code RemoteApi INPUT BLOCKS}. A stage has as many tasks as its files are, or as {@code spark.default.parallelism} says
 * (the slots, where it is unset), or a number that the code fixes. Its last two jobs run at the same time.
 *
 * <p>{@code BLOCKS} blocks of {@value #ROWS_OF_BLOCK} rows are fetched besides the input's lines.
 */
public final class RemoteApi {

  private static final int ROWS_OF_BLOCK = 250;
  private static final int FIXED_PARTITIONS = 16;

  private RemoteApi() {}

  public static void main(String[] args) throws Exception {
    MeasuredJob.measure(spark -> run(spark, args[0], Integer.parseInt(args[1])));
  }

  private static void run(SparkSession spark, String input, int blocks) throws Exception {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<Integer> numbers = IntStream.range(0, blocks).boxed().toList();

    // As many tasks as files; then the same again, or spark.default.parallelism.
    JavaPairRDD<Long, String> events = context
        .textFile(input + "/lines")
        .mapPartitionsToPair(lines -> asked(lines, 75))
        .reduceByKey((a, b) -> a.compareTo(b) > 0 ? a : b);
    // As many tasks as slots, or spark.default.parallelism.
    JavaPairRDD<Long, Double> rates =
        context.parallelize(numbers).mapPartitionsToPair(part -> fetched(part, 60));
    events
        .join(rates, FIXED_PARTITIONS)
        .mapPartitions(pairs -> {
          RemoteCall call = new RemoteCall(300);
          double sum = 0;
          while (pairs.hasNext()) {
            sum += call.call(pairs.next()._1);
          }
          return List.of(sum).iterator();
        })
        .collect();

    Thread.sleep(800); // the driver's own work

    JavaRDD<Integer> fixed = context.parallelize(numbers, FIXED_PARTITIONS);
    JavaRDD<Integer> bySlots = context.parallelize(numbers);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<Long> first = threads.submit(
          () -> fixed.mapPartitionsToPair(part -> fetched(part, 50)).count());
      Future<Long> second = threads.submit(() ->
          bySlots.mapPartitionsToPair(part -> fetched(part, 50)).groupByKey().count());
      first.get();
      second.get();
    } finally {
      threads.shutdown();
    }
  }

  /** One pair to a line; the service is asked about each. */
  private static Iterator<Tuple2<Long, String>> asked(Iterator<String> lines, int microsPerRow)
      throws InterruptedException {
    RemoteCall call = new RemoteCall(microsPerRow);
    List<Tuple2<Long, String>> pairs = new ArrayList<>();
    while (lines.hasNext()) {
      String[] fields = lines.next().split(",", 3);
      call.call(Long.valueOf(fields[0]));
      pairs.add(new Tuple2<>(Long.valueOf(fields[1]), fields[2]));
    }
    return pairs.iterator();
  }

  /** The rows of some blocks, one after another. */
  private static Iterator<Tuple2<Long, Double>> fetched(Iterator<Integer> blocks, int microsPerRow)
      throws InterruptedException {
    RemoteCall call = new RemoteCall(microsPerRow);
    List<Tuple2<Long, Double>> rows = new ArrayList<>();
    while (blocks.hasNext()) {
      long first = (long) blocks.next() * ROWS_OF_BLOCK;
      for (long id = first; id < first + ROWS_OF_BLOCK; id++) {
        double rate = call.call(id);
        if (id % 5 == 0) {
          rows.add(new Tuple2<>(id / 5, rate));
        }
      }
    }
    return rows.iterator();
  }
}
