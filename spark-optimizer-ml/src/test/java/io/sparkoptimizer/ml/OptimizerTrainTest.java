package io.sparkoptimizer.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkoptimizer.ModelInfo;
import io.sparkoptimizer.ModelTarget;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.SettingsException;
import io.sparkoptimizer.TrainRequest;
import io.sparkoptimizer.core.memory.InMemoryRepository;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.DataQuality;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spi.InputStamp;
import io.sparkoptimizer.spi.Repository;
import io.sparkoptimizer.spi.Repository.CollectedRun;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Through the optimizer: with this module on the class path there is a trainer. */
class OptimizerTrainTest {
  private static TrainRequest request(String name, ModelTarget target, String... features) {
    return new TrainRequest(name, TrainRequest.XGBOOST, target, List.of(features));
  }

  private static Repository history() {
    Repository repository = new InMemoryRepository();
    repository.save(IntStream.range(0, 24)
        .mapToObj(i -> ApplicationRun.builder()
            .appId("app-" + i)
            .name("job-" + i % 4)
            .jobSignature("job-" + i % 4)
            .startTimeMs(OptionalLong.of(1_767_225_600_000L + i))
            .endTimeMs(OptionalLong.of(1_767_225_660_000L + 1000L * i))
            .status(RunStatus.SUCCEEDED)
            .quality(new DataQuality(true, Set.of(), 10, 0, 10, 0))
            .build())
        .map(run -> new CollectedRun(run, new InputStamp("/" + run.appId(), 1, 1)))
        .toList());
    return repository;
  }

  @Test
  void train_again_isANewVersionWithTheFeaturesAskedFor() {
    Repository repository = history();
    try (Optimizer optimizer = Optimizer.builder().repository(repository).build()) {
      ModelInfo first =
          optimizer.train(request("m", ModelTarget.DURATION_MS, "input_size", "task_count"));
      ModelInfo same = optimizer.train(request("m", ModelTarget.DURATION_MS));
      ModelInfo more = optimizer.train(
          request("m", ModelTarget.DURATION_MS, "input_size", "task_count", "job_type"));
      assertThat(first.version()).isEqualTo(1);
      assertThat(same.version()).isEqualTo(2);
      assertThat(same.features()).isEqualTo(first.features());
      assertThat(more.version()).isEqualTo(3);
      assertThat(more.features()).containsExactly("input_size", "task_count", "job_type");
      assertThat(more.metrics().runs()).isEqualTo(24);
      assertThat(more.metrics().jobs()).isEqualTo(4);
      assertThat(optimizer.models()).containsExactly(more, same, first);
      assertThat(
              ModelFile.read(repository.model("m", 1).orElseThrow().content()).rounds())
          .isPositive();

      assertThatThrownBy(() -> optimizer.train(request("m", ModelTarget.PEAK_HEAP_MB)))
          .isInstanceOfSatisfying(
              SettingsException.class,
              fault -> assertThat(fault.faults())
                  .containsExactly(
                      "the model \"m\" predicts duration_ms; give the one of peak_heap_mb"
                          + " another name"));
    }
  }
}
