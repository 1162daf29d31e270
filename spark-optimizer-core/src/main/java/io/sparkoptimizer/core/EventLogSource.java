package io.sparkoptimizer.core;

import io.sparkoptimizer.Analysis;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.spark.ApplicationRun;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;

/** Where the optimizer meets the reader and the analyzer of this module. */
@SuppressWarnings("DoNotCallSuggester")
final class EventLogSource {
  private EventLogSource() {}

  static List<SkippedInput> read(Path path, Clock clock, Consumer<ApplicationRun> each) {
    throw new OptimizerException(
        "this build reads no event logs: " + path + " at " + clock.instant() + " for " + each);
  }

  static Analysis analyze(ApplicationRun run, Prices prices) {
    throw new OptimizerException(
        "this build analyzes nothing: " + run.id() + " " + prices.source());
  }
}
