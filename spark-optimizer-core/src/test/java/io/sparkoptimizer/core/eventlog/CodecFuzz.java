package io.sparkoptimizer.core.eventlog;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Looks for bytes that a codec does not survive. */
@FuzzingRuns
class CodecFuzz {
  @MethodSource("io.sparkoptimizer.core.eventlog.FuzzTargets#packed")
  @FuzzTest
  void decode(byte[] input) {
    FuzzTargets.decode(input);
  }
}
