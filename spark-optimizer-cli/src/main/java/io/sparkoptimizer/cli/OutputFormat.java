package io.sparkoptimizer.cli;

import java.util.Locale;

/** How an answer is printed. */
enum OutputFormat {
  TABLE,
  JSON,
  HTML,
  SPARK_SUBMIT,
  SPARK_SUBMIT_ARGS,
  SPARK_DEFAULTS;

  /** The word on the command line. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
