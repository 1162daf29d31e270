package io.sparkoptimizer.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.spi.Predictor.Sample;
import io.sparkoptimizer.spi.RunFeatures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where XGBoost's library cannot be loaded: a JVM of its own, for one loads it once. */
class NativeLibraryTest {
  @Test
  void fit_libraryCannotBeUnpacked_saysWhatToDo(@TempDir Path folder) throws Exception {
    Path nowhere = folder.resolve("nowhere");
    Path told = folder.resolve("told.txt");
    Process child = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Djava.io.tmpdir=" + nowhere,
            "-cp",
            System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
            Child.class.getName())
        .redirectErrorStream(true)
        .redirectOutput(told.toFile())
        .start();
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String output = Files.readString(told, StandardCharsets.UTF_8);
    assertThat(child.exitValue()).as(output).isZero();
    // The first failure and those after it come as different errors; both say the same.
    assertThat(output)
        .contains("found: xgboost")
        .contains("1: XGBoost's native library cannot be loaded on ")
        .contains("2: XGBoost's native library cannot be loaded on ")
        .contains("java.io.tmpdir, " + nowhere)
        .contains("install libgomp1")
        .contains("leave spark-optimizer-ml off the class path");
  }

  /** Tries twice to learn, and tells how it went. */
  static final class Child {
    public static void main(String[] arguments) {
      System.out.println(
          "found: " + new XgboostPredictor.Provider().create(Map.of()).name());
      List<Sample> runs = List.of(sample(1), sample(2), sample(3));
      for (int attempt = 1; attempt <= 2; attempt++) {
        try {
          new XgboostPredictor().fit(runs);
          System.out.println(attempt + ": learnt");
          System.exit(1);
        } catch (OptimizerException expected) {
          System.out.println(attempt + ": " + expected.getMessage());
        }
      }
    }

    private static Sample sample(double value) {
      return new Sample(new RunFeatures("job", Map.of("a", value), Map.of()), value);
    }
  }
}
