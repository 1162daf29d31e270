package io.sparkoptimizer.core.eventlog;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;

/** The team's shared logs, where they lie; a test over them is skipped, saying so, where they do not. */
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
