package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.spark.ClusterManager;

/** The property that sizes something in this run's mode and version. */
final class Properties {
  private Properties() {}

  /** Heap of the JVMs that run tasks: in local mode that is the driver's. */
  static String heap(RunFacts facts) {
    return facts.run().clusterManager() == ClusterManager.LOCAL
        ? "spark.driver.memory"
        : "spark.executor.memory";
  }

  /** Overhead of an executor's container. */
  static String overhead(RunFacts facts) {
    boolean old = facts.run().sparkVersion() != null && !facts.sparkAtLeast(2, 3);
    return old ? "spark.yarn.executor.memoryOverhead" : "spark.executor.memoryOverhead";
  }
}
