package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Three queries with work on the driver between them: {@code RemoteReport INPUT OUTPUT}. The first cuts its rows into a fixed number of
 * partitions and joins them by account; the guest account has two fifths of them, so that one partition of the join is skewed, unless
 * adaptive execution splits it.
 */
public final class RemoteReport {

  private static final int FIXED_PARTITIONS = 24;

  private RemoteReport() {}

  public static void main(String[] args) throws Exception {
    MeasuredJob.measure(spark -> run(spark, args[0], args[1]));
  }

  private static void run(SparkSession spark, String input, String output)
      throws InterruptedException {
    RemoteCall.register(spark, "score", 60);
    RemoteCall.register(spark, "lookup", 80);
    RemoteCall.register(spark, "rate", 45);
    RemoteCall.register(spark, "credit", 150);
    spark.read().parquet(input + "/events").createOrReplaceTempView("events");
    spark.read().parquet(input + "/customers").createOrReplaceTempView("customers");
    spark
        .table("events")
        .repartition(FIXED_PARTITIONS)
        .selectExpr("id", "account as customer", "day", "amount * score(id) as amount", "basket")
        .createOrReplaceTempView("scored");
    spark
        .sql(
            "select segment, day, count(*) as events, sum(amount * rate) as revenue, max(basket) as best, max(profile) as profile from"
                + " (select /*+ merge(customers) */ segment, day, amount, lookup(id) as rate,"
                + " basket, profile from scored join customers using (customer))"
                + " group by segment, day")
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(output);
    onDriver(1200);
    spark
        .sql("select store, day, sum(amount * rate) as revenue from"
            + " (select store, day, amount, rate(id) as rate from events)"
            + " group by store, day order by revenue desc")
        .collectAsList();
    onDriver(700);
    spark
        .sql("select segment, sum(points) as points from"
            + " (select segment, credit(customer) as points from customers) group by segment")
        .collectAsList();
  }

  /** The driver's own work, while the executors stand idle. */
  private static void onDriver(long millis) throws InterruptedException {
    Thread.sleep(millis);
  }
}
