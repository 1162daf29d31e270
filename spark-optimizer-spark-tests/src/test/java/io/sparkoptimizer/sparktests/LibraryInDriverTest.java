package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole library runs inside of a real Spark driver, behind Spark's own jars and in front of them. */
class LibraryInDriverTest {

  @TempDir
  private Path folder;

  @ParameterizedTest
  @CsvSource({"3.5, false", "3.5, true", "4.1, false", "4.1, true"})
  void recommend_insideOfARealDriver_answers(String version, boolean oursFirst) {
    Path samples = Path.of(System.getProperty("sparktests.repository"), "samples", "eventlogs")
        .normalize();
    String database = "sqlite:///" + folder.resolve("history.db");
    try (SparkProcess app = SparkProcess.submit(SparkInstallation.of(version), folder)
        .name("advise")
        .mainClass("io.sparkoptimizer.sparktests.jobs.AdviseInDriver")
        .conf("spark.jars", String.join(",", Library.jars()))
        .conf("spark.driver.userClassPathFirst", String.valueOf(oursFirst))
        .arguments(samples.toString(), database, "nightly-sales-2026-11-08")
        .start()) {
      assertThat(app.await(Duration.ofMinutes(5))).as(app.output()).isZero();
      assertThat(app.output())
          .containsPattern("ADVICE spark=" + version + "\\.\\d+ rows=1 processed=(\\d+) stored=\\1"
              + " verdict=(change|keep) method=rules executors=[1-9]");
    }
  }
}
