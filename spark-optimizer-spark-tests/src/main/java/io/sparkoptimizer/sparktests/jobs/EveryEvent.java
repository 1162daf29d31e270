package io.sparkoptimizer.sparktests.jobs;

import static org.apache.spark.sql.functions.broadcast;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * As many kinds of events as fit in seconds, for the History Server and for us to agree on: {@code EveryEvent fixed|growing FOLDER}.
 * {@code fixed} needs two executors on hosts of their own, {@code growing} dynamic allocation; {@code growing} fails in the end.
 */
public final class EveryEvent {

  private final SparkSession spark;
  private final JavaSparkContext context;
  private final String folder;
  private @Nullable JavaRDD<Integer> kept; // Spark unpersists what nobody holds.

  private EveryEvent(SparkSession spark, String folder) {
    this.spark = spark;
    this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.folder = folder;
  }

  public static void main(String[] args) throws Exception {
    SparkSession spark = SparkSession.builder().getOrCreate();
    EveryEvent job = new EveryEvent(spark, args[1]);
    if (args[0].equals("fixed")) {
      job.lostExecutor(); // First, so that no cached block goes with it: REST forgets those.
      job.sql();
      job.caches();
      job.twoCoresATask();
      job.straggler();
      job.stream();
      job.failedTask();
    } else {
      job.burst();
      job.failedQuery();
      job.failedStage();
    }
    spark.stop();
  }

  private JavaRDD<Integer> slots(int n) {
    return context.parallelize(IntStream.range(0, n).boxed().toList(), n);
  }

  /** Joins of both kinds, partitions that adaptive execution coalesces, a union, an exchange and a subquery used twice, a cached table. */
  private void sql() {
    spark
        .range(0, 20_000, 1, 4)
        .selectExpr("id", "id % 100 as k", "concat('payload ', sha2(string(id), 256)) as payload")
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(folder + "/orders");
    Dataset<Row> orders = spark.read().parquet(folder + "/orders");
    Dataset<Row> names = spark.range(0, 100, 1, 2).selectExpr("id as k", "concat('n', id) as name");
    orders
        .join(broadcast(names), "k")
        .groupBy("name")
        .count()
        .orderBy("name")
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(folder + "/counts");
    orders.join(names.hint("merge"), "k").groupBy("k").count().collectAsList();
    orders.createOrReplaceTempView("orders");
    spark
        .sql("select k, count(*) n from orders where id > (select avg(id) from orders) group by k"
            + " union all select k, max(id) n from orders group by k")
        .collectAsList();
    spark
        .sql("with a as (select k, count(*) n from orders group by k)"
            + " select /*+ merge(y) */ count(*) from a x join a y on x.k = y.k")
        .collectAsList();
    Dataset<Row> cached = orders.repartition(3).cache();
    cached.count();
    cached.where("k < 50").count();
  }

  /** One that stays, in memory, and one on disk that is given up. */
  private void caches() {
    kept = slots(4).map(x -> x * 31).setName("kept").persist(StorageLevel.MEMORY_ONLY());
    kept.count();
    kept.mapToPair(x -> new Tuple2<>(x % 3, x)).reduceByKey(Integer::sum, 3).collect();
    JavaRDD<Integer> given = slots(2).setName("given up").persist(StorageLevel.DISK_ONLY());
    given.count();
    given.map(x -> x + 1).count();
    given.unpersist(/* blocking= */ true);
  }

  private void twoCoresATask() {
    ResourceProfile profile =
        new ResourceProfileBuilder().require(new TaskResourceRequests().cpus(2)).build();
    slots(2).withResources(profile).map(x -> x + 1).count();
  }

  /** A task whose first attempt is slow, so that a copy of it wins. */
  private void straggler() {
    slots(4)
        .map(x -> {
          TaskContext task = TaskContext.get();
          Thread.sleep(task.partitionId() == 0 && task.attemptNumber() == 0 ? 20_000 : 200);
          return x;
        })
        .count();
  }

  private void stream() throws Exception {
    StreamingQuery query = spark
        .readStream()
        .format("rate")
        .option("rowsPerSecond", 100)
        .load()
        .selectExpr("value % 5 as k")
        .groupBy("k")
        .count()
        .writeStream()
        .format("memory")
        .queryName("rates")
        .outputMode("complete")
        .trigger(Trigger.ProcessingTime(500))
        .start();
    for (int waited = 0; query.recentProgress().length < 3 && waited < 30_000; waited += 50) {
      query.awaitTermination(50);
    }
    query.stop();
  }

  /** An executor that ends while its shuffle output is still wanted: stages are tried again. */
  private void lostExecutor() {
    slots(4)
        .mapToPair(x -> new Tuple2<>(x % 3, x))
        .reduceByKey(Integer::sum, 4)
        .map(t -> {
          TaskContext task = TaskContext.get();
          if (task.partitionId() == 1
              && task.attemptNumber() == 0
              && task.stageAttemptNumber() == 0) {
            Thread.sleep(300);
            Runtime.getRuntime().halt(137);
          }
          Thread.sleep(200);
          return t;
        })
        .count();
  }

  /** One task fails once; its executor is excluded for that. */
  private void failedTask() {
    slots(4)
        .map(x -> {
          if (x == 1 && TaskContext.get().attemptNumber() == 0) {
            throw new IllegalStateException(
                "fails once on executor " + SparkEnv.get().executorId());
          }
          return x;
        })
        .count();
  }

  /** More tasks than slots, and then none for longer than an idle executor lives. */
  private void burst() throws InterruptedException {
    slots(12)
        .map(x -> {
          Thread.sleep(300);
          return x;
        })
        .count();
    Thread.sleep(3000);
  }

  private void failedQuery() {
    List<Row> rows;
    try {
      rows = spark.sql("select sum(assert_true(id < 5)) from range(10)").collectAsList();
    } catch (Exception wanted) { // A RuntimeException or not, by Spark's version.
      return;
    }
    throw new IllegalStateException("the query was to fail, and returned " + rows);
  }

  private void failedStage() {
    List<Tuple2<Integer, Integer>> sums = slots(3)
        .mapToPair(x -> new Tuple2<>(x % 2, x))
        .reduceByKey(Integer::sum, 2)
        .filter(t -> {
          throw new IllegalStateException("fails every time");
        })
        .collect();
    throw new IllegalStateException("the job was to fail, and returned " + sums);
  }
}
