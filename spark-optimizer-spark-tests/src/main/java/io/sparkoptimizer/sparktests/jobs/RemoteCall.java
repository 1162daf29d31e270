package io.sparkoptimizer.sparktests.jobs;

import java.io.Serializable;
import java.util.Random;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * A remote service that a task asks about every row: the task waits, and leaves its core idle meanwhile, so that more executors than the
 * machine has cores do help. A task waits once for its connection and then in proportion to its rows, and pays the time in naps of some
 * milliseconds.
 *
 * <p>Both have a long tail, drawn from the rows' ids: some rows are slow, and some ranges of ids (as files are) more than others. The same
 * rows wait the same in whatever task, executor or run they are asked about.
 *
 * <p>One instance serves one task: Spark makes them anew, from their serialized form, for every task.
 */
final class RemoteCall implements UDF1<Long, Double>, Serializable {

  private static final long serialVersionUID = 1;

  /** What a task waits for its connection, on average. */
  private static final double CONNECTION_NANOS = 80e6;

  /** Time owed is slept as soon as it comes to this. */
  private static final long NAP_NANOS = 8_000_000;

  private static final int ROWS_OF_RANGE = 5_000;

  private final double nanosPerRow;
  private boolean connected;
  private double owedNanos;

  RemoteCall(int microsPerRow) {
    this.nanosPerRow = microsPerRow * 1e3;
  }

  /** Registers the SQL function {@code name(id)}; a row waits so many microseconds on average. */
  static void register(SparkSession spark, String name, int microsPerRow) {
    // Nondeterministic, or the optimizer might ask twice about a row, or ask before a filter.
    spark
        .udf()
        .register(
            name,
            functions.udf(new RemoteCall(microsPerRow), DataTypes.DoubleType).asNondeterministic());
  }

  @Override
  public Double call(Long id) throws InterruptedException {
    if (!connected) {
      connected = true;
      owedNanos += CONNECTION_NANOS * longTail(id, 0.8);
    }
    owedNanos += nanosPerRow * longTail(id, 0.6) * longTail(-1 - id / ROWS_OF_RANGE, 0.3);
    if (owedNanos >= NAP_NANOS) {
      long begin = System.nanoTime();
      Thread.sleep((long) (owedNanos / 1e6));
      owedNanos -= System.nanoTime() - begin;
    }
    return 0.8 + Math.floorMod(id * 31, 400) / 1000.0;
  }

  /** A log-normal factor of mean 1. */
  private static double longTail(long seed, double sigma) {
    return Math.exp(sigma * new Random(seed * 7919 + 17).nextGaussian() - sigma * sigma / 2);
  }
}
