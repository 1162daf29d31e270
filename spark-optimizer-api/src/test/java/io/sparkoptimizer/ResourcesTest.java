package io.sparkoptimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ResourcesTest {
  @Test
  void toSparkConf_dynamicAllocation_printsNoFixedCount() {
    Resources resources = Resources.builder()
        .numExecutors(20)
        .dynamicAllocation(true)
        .dynamicAllocationMin(2)
        .dynamicAllocationInitial(4)
        .dynamicAllocationMax(20)
        .executorMemoryMb(3072)
        .build();
    assertThat(resources.toSparkConf())
        .isEqualTo(Map.of(
            "spark.dynamicAllocation.enabled", "true",
            "spark.dynamicAllocation.minExecutors", "2",
            "spark.dynamicAllocation.initialExecutors", "4",
            "spark.dynamicAllocation.maxExecutors", "20",
            "spark.executor.memory", "3072m"));
  }

  @Test
  void build_initialAboveMaximum_isRefused() {
    assertThatThrownBy(() -> Resources.builder()
            .dynamicAllocationMin(1)
            .dynamicAllocationInitial(9)
            .dynamicAllocationMax(8)
            .build())
        .isInstanceOf(ConflictingSettingsException.class)
        .hasMessage("dynamic allocation satisfies min <= initial <= max, was 1, 9, 8");
  }

  @Test
  void toSparkConf_nothingAsked_isEmpty() {
    assertThat(Resources.NONE.toSparkConf()).isEmpty();
  }
}
