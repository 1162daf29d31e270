package io.sparkoptimizer.spark;

import java.util.Locale;

/**
 * What the garbage collectors of an executor (or the driver) did since its JVM began, as it was sampled
 * last: collections after that are missing.
 *
 * <p>Spark counts the collectors that {@code spark.eventLog.gcMetrics.youngGenerationGarbageCollectors}
 * and {@code oldGenerationGarbageCollectors} name, by default those of the serial, parallel, CMS and G1
 * collectors. Others, as ZGC and Shenandoah, are in no figure.
 */
public enum CollectorMetric {
  MINOR_GC_COUNT,
  MINOR_GC_TIME_MS,
  /** Full collections; of CMS its cycles too. */
  MAJOR_GC_COUNT,
  MAJOR_GC_TIME_MS,
  /** Cycles of G1 beside the tasks; Spark 4 on Java 20 or later, 0 on an earlier Java. */
  CONCURRENT_GC_COUNT,
  CONCURRENT_GC_TIME_MS;

  private final String key = name().toLowerCase(Locale.ROOT);

  /** The name in JSON and in databases: {@code minor_gc_count}. */
  public String key() {
    return key;
  }
}
