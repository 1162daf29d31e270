package io.sparkoptimizer.core;

import io.sparkoptimizer.Analysis;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.spark.ApplicationRun;

/** Where the optimizer meets the analyzer of this module. */
final class Analyses {
  private Analyses() {}

  @SuppressWarnings("DoNotCallSuggester")
  static Analysis analyze(ApplicationRun run, Prices prices) {
    throw new OptimizerException(
        "this build analyzes nothing: " + run.id() + " " + prices.source());
  }
}
