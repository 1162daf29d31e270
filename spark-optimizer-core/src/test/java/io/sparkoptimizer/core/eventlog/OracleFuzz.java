package io.sparkoptimizer.core.eventlog;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Looks for logs that the reader and {@link OracleReader} read otherwise. */
@FuzzingRuns
class OracleFuzz {
  @MethodSource("io.sparkoptimizer.core.eventlog.FuzzTargets#choices")
  @FuzzTest
  void compare(byte[] choices) {
    FuzzTargets.compare(choices);
  }
}
