package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.SparkSession;

/**
 * A job that needs a certain heap of its executor and is lost, or crawls, below it. Its arguments are {@code PERCENT SECONDS}: the input in
 * percent of its smallest one, and how long the job may take before it is ended. The executors make the data from the rows' numbers, so
 * that equal arguments are equal work, and the job knows what its result must be.
 */
interface MemoryJob {

  /**
   * Runs the job over an input.
   *
   * @param percent of the smallest input: 100 or more
   */
  void run(SparkSession spark, int percent) throws Exception;

  /** Runs a job as {@link MeasuredJob#measure} does; one that exceeds its time ends with {@code out of time} and exit code 3. */
  static void measure(MemoryJob job, String[] args) throws Exception {
    int percent = Integer.parseInt(args[0]);
    long millis = 1000 * Long.parseLong(args[1]);
    MeasuredJob.measure(spark -> {
      Thread watch = new Thread(() -> exitAfter(millis), "end of time");
      watch.setDaemon(true);
      watch.start();
      job.run(spark, percent);
      watch.interrupt();
    });
  }

  private static void exitAfter(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException ended) {
      return;
    }
    System.out.println("out of time work_ms=" + millis);
    System.exit(3); // Spark's shutdown hook closes the event log
  }

  /** So much of the smallest input. */
  static long share(long smallest, int percent) {
    return smallest * percent / 100;
  }

  /** Holds a result to what it must be. */
  static void check(String what, long expected, long actual) {
    if (expected != actual) {
      throw new IllegalStateException(
          "wrong answer: " + what + " must be " + expected + ", was " + actual);
    }
  }
}
