package io.sparkoptimizer.sparktests.jobs;

import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.spark.RunQuery;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/**
 * A job that asks the library about logs from inside of its own driver: {@code AdviseInDriver LOGS
 * DATABASE_URL JOB}. Prints a line {@code ADVICE ...}.
 */
public final class AdviseInDriver {

  private AdviseInDriver() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    long rows = spark.range(1000).selectExpr("sum(id)").count();
    try (Optimizer optimizer =
        Optimizer.builder().setting("database.url", args[1]).build()) {
      CollectionReport report = optimizer.collect(
          CollectionRequest.eventLogs(Path.of(args[0])), CollectionRequest.Progress.NONE);
      Recommendation answer = optimizer.recommend(JobProfile.builder(args[2]).build());
      System.out.println("ADVICE spark=" + spark.version() + " rows=" + rows + " processed="
          + report.processed() + " stored=" + optimizer.count(RunQuery.ALL) + " verdict="
          + answer.verdict().word() + " method=" + answer.method() + " executors="
          + answer.proposed().numExecutors().orElse(-1));
    }
    spark.stop();
  }
}
