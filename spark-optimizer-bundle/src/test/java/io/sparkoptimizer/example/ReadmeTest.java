package io.sparkoptimizer.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows of the library, in a package as a user's: public things are all it takes. */
class ReadmeTest {

  @Test
  void example_overTheSamples_recommends(@TempDir Path folder) {
    Path logs = Path.of(System.getProperty("samples"));
    Path database = folder.resolve("history.db");
    try (Optimizer optimizer =
        Optimizer.builder().setting("database.url", "sqlite:///" + database).build()) {
      optimizer.collect(CollectionRequest.eventLogs(logs), CollectionRequest.Progress.NONE);
      Recommendation next =
          optimizer.recommend(JobProfile.builder("nightly-sales").build());

      assertThat(next.verdict()).isIn(Verdict.CHANGE, Verdict.KEEP);
      assertThat(next.reasoning()).isNotBlank();
      assertThat(next.sparkConf()).containsKey("spark.executor.memory");
    }
    assertThat(Files.exists(database)).isTrue();
  }
}
