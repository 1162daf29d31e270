package io.sparkoptimizer.spark;

import java.util.Locale;

/** Who gave the executors. */
public enum ClusterManager {
  LOCAL,
  LOCAL_CLUSTER,
  STANDALONE,
  YARN,
  KUBERNETES,
  MESOS,
  DATABRICKS,
  UNKNOWN;

  /** The word in JSON and in databases, lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
