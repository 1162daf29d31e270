package io.sparkoptimizer.spark;

import java.util.Locale;

/** What kind of program the application was. Only batch runs are sized by executors and duration. */
public enum ApplicationKind {
  BATCH,
  /** Structured Streaming or DStreams. */
  STREAMING,
  THRIFT_SERVER,
  LIVY,
  /** Notebooks and all-purpose clusters. */
  NOTEBOOK,
  SHELL,
  /** A Spark Connect server. */
  CONNECT;

  /** The word in JSON and in databases, lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
