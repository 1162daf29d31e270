package io.sparkoptimizer.core.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.Platform;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContainersTest {
  @Test
  void overhead_default_isTenPercentWithItsFloor() {
    assertThat(Containers.defaultOverheadMb(1_024)).isEqualTo(384);
    assertThat(Containers.defaultOverheadMb(3_840)).isEqualTo(384);
    assertThat(Containers.defaultOverheadMb(16_384)).isEqualTo(1_638);
  }

  @Test
  void overhead_platformAndSettings_decide() {
    Map<String, String> none = Map.of();
    assertThat(Containers.executorOverheadMb(none, 10_000, Platform.KUBERNETES, true))
        .isEqualTo(4_000);
    assertThat(Containers.executorOverheadMb(none, 10_000, Platform.KUBERNETES, false))
        .isEqualTo(1_000);
    assertThat(Containers.executorOverheadMb(none, 10_000, Platform.YARN, true)).isEqualTo(1_000);
    assertThat(Containers.executorOverheadMb(none, 10_000, Platform.STANDALONE, true))
        .isZero();
    assertThat(Containers.executorOverheadMb(
            Map.of("spark.executor.memoryOverhead", "2g"), 10_000, Platform.YARN, false))
        .isEqualTo(2_048);
    assertThat(Containers.executorOverheadMb(
            Map.of("spark.executor.memoryOverheadFactor", "0.2"), 10_000, Platform.YARN, false))
        .isEqualTo(2_000);
  }

  @Test
  void rounding_yarnAndServerless_takeWholeSteps() {
    assertThat(Containers.roundedMb(Platform.YARN, 4_505, 2)).isEqualTo(5_120);
    assertThat(Containers.roundedMb(Platform.KUBERNETES, 4_505, 2)).isEqualTo(4_505);
    assertThat(Containers.roundedMb(Platform.EMR_SERVERLESS, 4_505, 2)).isEqualTo(5_120);
    // 20 GB do not fit beside 2 cores: the worker with 4 is taken.
    assertThat(ServerlessWorkers.smallest(2, 20 * 1_024))
        .isEqualTo(new ServerlessWorkers.Worker(4, 20 * 1_024));
    assertThat(ServerlessWorkers.smallest(8, 17 * 1_024))
        .isEqualTo(new ServerlessWorkers.Worker(8, 20 * 1_024));
  }
}
