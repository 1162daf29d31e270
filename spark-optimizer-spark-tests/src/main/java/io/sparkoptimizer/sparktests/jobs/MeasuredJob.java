package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.SparkSession;

/** A job that says on its last line how long it took. */
interface MeasuredJob {

  void run(SparkSession spark) throws Exception;

  /**
   * Runs a job in a session of its own, then writes {@code measured app_id=... work_ms=... app_ms=...}: the job alone, and the application
   * from its start until the job's end, with the start of its executors.
   */
  static void measure(MeasuredJob job) throws Exception {
    SparkSession spark = SparkSession.builder().getOrCreate();
    long begin = System.nanoTime();
    job.run(spark);
    long workMillis = (System.nanoTime() - begin) / 1_000_000;
    long appMillis = System.currentTimeMillis() - spark.sparkContext().startTime();
    String id = spark.sparkContext().applicationId();
    spark.stop();
    System.out.println("measured app_id=" + id + " work_ms=" + workMillis + " app_ms=" + appMillis);
  }
}
