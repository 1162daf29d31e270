package io.sparkoptimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class OptimizerSettingsTest {
  @Test
  void of_nothing_isTheDefault() {
    assertThat(OptimizerSettings.of(Map.of())).isEqualTo(OptimizerSettings.DEFAULT);
  }

  @Test
  void of_manyFaults_tellsAllAtOnce() {
    assertThatThrownBy(() -> OptimizerSettings.of(Map.of(
            "recommendations.similarity_threshold", "1.7",
            "recommendations.min_similar_jobs", "none",
            "recommendations.weights.cost", "NaN",
            "prices.per_core_hour", "0.05")))
        .isInstanceOfSatisfying(
            SettingsException.class,
            fault -> assertThat(fault.faults())
                .containsExactlyInAnyOrder(
                    "recommendations.similarity_threshold is \"1.7\"; expected 0 to 1",
                    "recommendations.min_similar_jobs is \"none\"; expected 1 or more",
                    "recommendations.weights.cost is \"NaN\"; expected 0 or more",
                    "prices.per_core_hour and prices.per_gb_hour go together; one of them is"
                        + " missing"));
  }

  @Test
  void of_minAboveMax_isAFault() {
    assertThatThrownBy(() -> OptimizerSettings.of(Map.of("recommendations.min_similar_jobs", "11")))
        .hasMessageContaining("min_similar_jobs is 11, more than max_similar_jobs, 10");
  }
}
