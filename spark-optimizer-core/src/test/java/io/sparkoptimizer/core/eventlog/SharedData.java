package io.sparkoptimizer.core.eventlog;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;

/** A folder of shared logs, where it is; a test over it is skipped, saying so, where it is not. */
final class SharedData {
  private SharedData() {}

  static Path folder(String name) {
    String shared = System.getProperty("shared", "");
    assumeFalse(shared.isBlank(), "no shared data: run with -Dshared=FOLDER");
    Path folder = Path.of(shared, name);
    assumeFalse(!Files.exists(folder), "no " + name + " in the shared data");
    return folder;
  }
}
