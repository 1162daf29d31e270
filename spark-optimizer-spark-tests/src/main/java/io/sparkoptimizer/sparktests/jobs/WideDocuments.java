package io.sparkoptimizer.sparktests.jobs;

import org.apache.spark.sql.SparkSession;

/** Shuffles and sorts documents of many megabytes each: a task has several copies of a row in the heap, whatever the number of rows. */
public final class WideDocuments {

  private static final long DOCUMENT_CHARS = 50_000_000;
  private static final int DOCUMENTS = 40;

  private WideDocuments() {}

  public static void main(String[] args) throws Exception {
    MemoryJob.measure(WideDocuments::run, args);
  }

  private static void run(SparkSession spark, int percent) {
    long copies = MemoryJob.share(DOCUMENT_CHARS, percent) / 128;
    long chars = spark
        .range(0, DOCUMENTS, 1, 12)
        .selectExpr("id", "repeat(sha2(cast(id as string), 512), " + copies + ") as document")
        .repartitionByRange(6, org.apache.spark.sql.functions.col("id"))
        .sortWithinPartitions("id")
        .javaRDD()
        .map(row -> (long) row.getString(1).length())
        .reduce(Long::sum);
    MemoryJob.check("the documents' length", DOCUMENTS * copies * 128, chars);
  }
}
