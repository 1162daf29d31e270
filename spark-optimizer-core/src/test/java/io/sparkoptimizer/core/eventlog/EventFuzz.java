package io.sparkoptimizer.core.eventlog;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Looks for logs that the reader does not survive, or reads in two ways. */
@FuzzingRuns
class EventFuzz {
  @MethodSource("io.sparkoptimizer.core.eventlog.FuzzTargets#logs")
  @DictionaryFile(resourcePath = "event-log.dict")
  @FuzzTest
  void read(byte[] input) {
    FuzzTargets.read(input);
  }
}
