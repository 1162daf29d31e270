package io.sparkoptimizer;

import java.util.Locale;

/** Where the next run is to run: decides overhead defaults, container rounding and limits. */
public enum Platform {
  YARN,
  KUBERNETES,
  STANDALONE,
  EMR,
  EMR_SERVERLESS,
  DATABRICKS,
  DATAPROC,
  LOCAL;

  /** The word in settings and in JSON: {@code emr-serverless}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
