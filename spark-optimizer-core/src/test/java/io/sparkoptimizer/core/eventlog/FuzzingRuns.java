package io.sparkoptimizer.core.eventlog;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * Skips, by name, where Jazzer's library cannot be loaded: it has one for x86-64 and aarch64, and on
 * Linux it needs glibc. What fuzzing found is tried everywhere, by {@code FuzzRegressionTest}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf(
    value = "io.sparkoptimizer.core.eventlog.FuzzingRuns$Platform#runsJazzer",
    disabledReason = "no fuzzing: Jazzer has no library for this system")
@interface FuzzingRuns {
  /** What the condition asks. */
  final class Platform {
    private Platform() {}

    static boolean runsJazzer() {
      String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
      boolean linux = System.getProperty("os.name").equals("Linux");
      return Set.of("amd64", "x86_64", "aarch64").contains(processor) && !(linux && isMusl());
    }

    private static boolean isMusl() {
      return Files.exists(Path.of("/lib/ld-musl-x86_64.so.1"))
          || Files.exists(Path.of("/lib/ld-musl-aarch64.so.1"));
    }
  }
}
