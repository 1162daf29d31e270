package io.sparkoptimizer.sparktests.jobs;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Small real jobs for tests, each with something of its own in its event log: {@code Workloads WORKLOAD ROWS PARTITIONS FOLDER}.
 *
 * <p>{@code ROWS} sizes the work, {@code PARTITIONS} are the tasks of a shuffle or of a stage, {@code FOLDER} takes input and output. The
 * {@code remote_*} ones wait, as a job on remote storage does: more executors than the machine has cores do help them. This is one file
 * because it is one list: each workload is short and shares its input.
 */
public final class Workloads {

  private final SparkSession spark;
  private final JavaSparkContext context;
  private final long rows;
  private final int partitions;
  private final String folder;

  private Workloads(SparkSession spark, long rows, int partitions, String folder) {
    this.spark = spark;
    this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.rows = rows;
    this.partitions = partitions;
    this.folder = folder;
  }

  public static void main(String[] args) throws Exception {
    SparkSession spark =
        SparkSession.builder().config("spark.sql.shuffle.partitions", args[2]).getOrCreate();
    new Workloads(spark, Long.parseLong(args[1]), Integer.parseInt(args[2]), args[3]).run(args[0]);
    spark.stop();
  }

  private void run(String workload) throws Exception {
    switch (workload) {
      case "etl_agg" -> etlAgg();
      case "skew_join" -> skewJoin();
      case "sort_spill" -> sortSpill();
      case "window_topn" -> windowTopN();
      case "wide_dag" -> wideDag();
      case "iterative" -> iterative();
      case "small_tasks" -> smallTasks();
      case "remote_scan" -> remoteScan();
      case "remote_dag" -> remoteDag();
      case "remote_skew" -> remoteSkew();
      case "failures" -> failures();
      case "executor_loss" -> executorLoss();
      case "many_tasks" -> manyTasks();
      case "job_fail" -> jobFail();
      case "unfinished" -> unfinished();
      default -> throw new IllegalArgumentException("unknown workload " + workload);
    }
  }

  /** Writes the input once and registers it as {@code fact}. */
  private Dataset<Row> fact() {
    int files = (int) Math.max(4, Math.min(64, rows / 250_000));
    String input = folder + "/fact_" + rows;
    spark
        .range(0, rows, 1, files)
        .selectExpr(
            "id",
            "id % 1000 as day",
            "cast(hash(id) & 2147483647 as int) % 50000 as customer",
            "case when rand(7) < 0.55 then 1 else cast(rand(11) * 20000 as int) end as skewkey",
            "cast(rand(3) * 1000 as double) as amount",
            "cast(rand(5) * 100 as double) as tax",
            "concat('item-', cast(id % 997 as string), '-', sha2(cast(id as string), 224)) as payload")
        .write()
        .mode(SaveMode.Ignore)
        .parquet(input);
    Dataset<Row> fact = spark.read().parquet(input);
    fact.createOrReplaceTempView("fact");
    return fact;
  }

  private void save(Dataset<Row> result, String name) {
    result.write().mode(SaveMode.Overwrite).parquet(folder + "/out_" + name);
  }

  private void etlAgg() {
    fact();
    spark
        .sql(
            "select customer, day % 30 as d, count(*) n, sum(amount) a, sum(tax) t, max(payload) p from fact"
                + " where amount > 20 group by customer, day % 30")
        .createOrReplaceTempView("agg");
    save(
        spark.sql(
            "select d, count(*) customers, sum(n) n, avg(a) a, percentile_approx(t, 0.5) t from agg group by d order by d"),
        "etl_agg");
    spark.sql("select count(distinct customer) c, sum(amount) from fact").collectAsList();
  }

  private void skewJoin() {
    fact();
    spark
        .range(0, 20000)
        .selectExpr("cast(id as int) as skewkey", "concat('name', id) as name", "id % 17 as grp")
        .createOrReplaceTempView("dim");
    save(
        spark.sql(
            "select /*+ merge(dim) */ grp, count(*) n, sum(length(sha2(concat(payload, name), 512))) x, sum(amount) a"
                + " from fact join dim using (skewkey) group by grp"),
        "skew_join");
  }

  private void sortSpill() {
    save(
        fact()
            .selectExpr("payload", "amount", "id", "concat(payload, '-', payload) as wide")
            .repartition(partitions)
            .sort("wide", "amount"),
        "sort_spill");
  }

  private void windowTopN() {
    fact();
    save(
        spark.sql(
            "select * from (select customer, day, amount, row_number() over (partition by customer order by amount desc) r,"
                + " sum(amount) over (partition by customer order by day) running from fact) where r <= 3"),
        "window_topn");
  }

  private void wideDag() {
    fact();
    spark
        .sql(
            "with a as (select customer, sum(amount) a from fact where day < 500 group by customer),"
                + " b as (select customer, sum(tax) b from fact where day >= 500 group by customer),"
                + " c as (select customer, count(distinct day) c from fact group by customer)"
                + " select count(*), sum(a.a), sum(b.b), sum(c.c) from a join b using (customer) join c using (customer)")
        .collectAsList();
    spark
        .sql("select day, count(*) n from fact group by day order by n desc limit 10")
        .collectAsList();
  }

  /** Logistic regression over cached points: eight jobs that read the same blocks. */
  private void iterative() {
    JavaRDD<double[]> points = fact()
        .select("amount", "tax", "customer")
        .repartition(partitions)
        .javaRDD()
        .map(r ->
            new double[] {r.getDouble(0) / 1000, r.getDouble(1) / 100, r.getInt(2) / 50000.0, 1})
        .persist(StorageLevel.MEMORY_AND_DISK());
    long n = points.count();
    double[] weights = new double[4];
    for (int iteration = 0; iteration < 8; iteration++) {
      double[] current = weights.clone();
      double[] gradient = points
          .mapPartitions(part -> gradient(part, current))
          .treeReduce((a, b) -> {
            for (int i = 0; i < a.length; i++) {
              a[i] += b[i];
            }
            return a;
          });
      for (int i = 0; i < weights.length; i++) {
        weights[i] -= 4 * gradient[i] / n;
      }
    }
    points.unpersist(/* blocking= */ true);
  }

  private static Iterator<double[]> gradient(Iterator<double[]> points, double[] weights) {
    double[] sum = new double[weights.length];
    while (points.hasNext()) {
      double[] point = points.next();
      double dot = 0;
      for (int i = 0; i < weights.length; i++) {
        dot += weights[i] * point[i];
      }
      double error = 1 / (1 + Math.exp(-dot)) - (point[0] > 0.5 ? 1 : 0);
      for (int i = 0; i < weights.length; i++) {
        sum[i] += error * point[i];
      }
    }
    return List.of(sum).iterator();
  }

  private void smallTasks() {
    for (int job = 0; job < 4; job++) {
      slots(partitions).map(x -> x * 31 + 7).filter(x -> (x & 1) == 0).count();
    }
  }

  private JavaRDD<Integer> slots(int n) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      numbers.add(i);
    }
    return context.parallelize(numbers, n);
  }

  /** As a task over remote storage: a request per 10,000 rows, each of a long-tailed latency, then a little work. */
  private static FlatMapFunction<Iterator<Integer>, Tuple2<Integer, Long>> fetcher(
      long rowsPerTask, double sigma, double slowShare, int latencyMillis) {
    return partition -> {
      int seed = partition.hasNext() ? partition.next() : 0;
      Random random = new Random(seed * 7919L + 17);
      double slow = random.nextDouble() < slowShare ? 5 : 1;
      long hash = 1;
      List<Tuple2<Integer, Long>> fetched = new ArrayList<>();
      for (long chunk = 0; chunk < Math.max(1, rowsPerTask / 10_000); chunk++) {
        Thread.sleep(Math.max(
            1, Math.round(latencyMillis * slow * Math.exp(sigma * random.nextGaussian()))));
        for (int i = 0; i < 10_000; i++) {
          hash = hash * 6364136223846793005L + 1442695040888963407L;
        }
        fetched.add(new Tuple2<>((int) Math.floorMod(hash, 1000L), hash));
      }
      return fetched.iterator();
    };
  }

  private JavaPairRDD<Integer, Long> fetch(
      int tasks, long rowsPerTask, double sigma, double slowShare, int latencyMillis) {
    return slots(tasks)
        .mapPartitions(fetcher(rowsPerTask, sigma, slowShare, latencyMillis))
        .mapToPair(t -> t);
  }

  private void remoteScan() {
    int tasks = (int) Math.max(4, rows / 250_000);
    fetch(tasks, rows / tasks, 0.25, 0, 20)
        .reduceByKey(Long::sum, partitions)
        .mapPartitions(it -> waiting(it, 60 + 40L * (TaskContext.getPartitionId() % 3)))
        .count();
  }

  private void remoteDag() throws InterruptedException {
    int big = (int) Math.max(6, rows / 200_000);
    int small = Math.max(3, big / 4);
    JavaPairRDD<Integer, Long> left =
        fetch(big, rows / big, 0.3, 0, 15).reduceByKey(Long::sum, partitions);
    JavaPairRDD<Integer, Long> right =
        fetch(small, rows / 3 / small, 0.5, 0, 25).reduceByKey(Long::sum, partitions);
    left.join(right).mapPartitions(it -> waiting(it, 120)).count();
    Thread.sleep(1500); // work on the driver between the jobs
    fetch(partitions, 40_000, 0.2, 0, 20)
        .groupByKey(Math.max(2, partitions / 2))
        .count();
  }

  private void remoteSkew() {
    int tasks = (int) Math.max(4, rows / 250_000);
    fetch(tasks, rows / tasks, 0.4, 0.08, 18)
        .reduceByKey(Long::sum, partitions)
        .mapPartitions(it -> waiting(it, TaskContext.getPartitionId() == 0 ? 3000 : 80))
        .count();
  }

  private static <T> Iterator<Long> waiting(Iterator<T> rows, long millis)
      throws InterruptedException {
    Thread.sleep(millis);
    long n = 0;
    while (rows.hasNext()) {
      rows.next();
      n++;
    }
    return List.of(n).iterator();
  }

  /** First attempts that fail, with a message that is hard to read back, and succeed when tried again. */
  private void failures() {
    slots(partitions)
        .mapToPair(p -> {
          if (p % 7 == 3 && TaskContext.get().attemptNumber() == 0) {
            throw new IllegalStateException(
                "first attempt of " + p + " fails on purpose: \"quoted\" \u00e9\u4e2d\ud83d\ude00");
          }
          return new Tuple2<>(p % 5, p);
        })
        .reduceByKey(Integer::sum, Math.max(2, partitions / 2))
        .collect();
  }

  /** A job that succeeds, then one that fails and takes the application with it. */
  private void jobFail() {
    slots(partitions).count();
    slots(partitions)
        .map(p -> {
          if (p == 1) {
            throw new IllegalStateException("fails every time");
          }
          return p;
        })
        .count();
  }

  /** An executor that ends in the middle of a stage; its shuffle output is computed again. Needs executors of their own. */
  private void executorLoss() {
    JavaPairRDD<Integer, Integer> sums = slots(partitions)
        .mapToPair(p -> {
          Thread.sleep(100);
          return new Tuple2<>(p % 5, p);
        })
        .reduceByKey(Integer::sum, Math.max(2, partitions / 2));
    sums.count();
    sums.map(t -> {
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

  /** Very many tiny tasks: {@code rows} is their number; SQL and RDD stages in turn. */
  private void manyTasks() {
    long done = 0;
    for (int job = 0; done < rows; job++) {
      switch (job % 8) {
        case 0 -> {
          numbers().createOrReplaceTempView("t");
          spark
              .sql("select k, count(*) n, sum(v) s, max(id) m from t where v > 0.1 group by k")
              .collectAsList();
        }
        case 4 ->
          slots(partitions)
              .mapToPair(p -> new Tuple2<>(p % 8, p))
              .reduceByKey(Integer::sum, 8)
              .count();
        case 2, 6 ->
          numbers()
              .where("v > 0.1")
              .write()
              .format("noop")
              .mode(SaveMode.Overwrite)
              .save();
        default -> slots(partitions).map(p -> p * 31 + 7).count();
      }
      done += partitions;
    }
  }

  private Dataset<Row> numbers() {
    return spark
        .range(0, partitions * 20L, 1, partitions)
        .selectExpr("id", "id % 64 as k", "rand(3) as v");
  }

  /** Work, and then the driver's process is gone: the log stays {@code .inprogress}. */
  private void unfinished() {
    remoteScan();
    Runtime.getRuntime().halt(3);
  }
}
