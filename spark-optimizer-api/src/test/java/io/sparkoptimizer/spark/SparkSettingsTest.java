package io.sparkoptimizer.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparkSettingsTest {
  @ParameterizedTest
  @CsvSource({
    "spark.executor.memory, 30720m, 30720",
    "spark.executor.memory, 30g, 30720",
    "spark.executor.memory, 10G, 10240",
    "spark.executor.memory, 1t, 1048576",
    "spark.executor.memory, 1073741824, 1024",
    "spark.executor.memory, 512 mb, 512",
    "spark.executor.memory, 1048577k, 1025",
    "spark.executor.memoryOverhead, 384, 384",
    "spark.executor.memoryOverhead, 1g, 1024",
    "spark.driver.memoryOverhead, 500m, 500",
    "spark.executor.pyspark.memory, 2048, 2048",
  })
  void memoryMb_everyUnitOfSpark_isRead(String property, String value, long mebibytes) {
    assertThat(SparkSettings.memoryMb(Map.of(property, value), property))
        .isEqualTo(OptionalLong.of(mebibytes));
  }

  @ParameterizedTest
  @CsvSource({
    "1.5g",
    "''",
    "abc",
    "-1g",
    "0",
    "99999999999t",
    "9999999999999999999999",
    "9223372036854775807",
    "3000t",
    "4 gigs"
  })
  void memoryMb_whatSparkRefuses_isAbsent(String value) {
    assertThat(
            SparkSettings.memoryMb(Map.of("spark.executor.memory", value), "spark.executor.memory"))
        .isEmpty();
  }

  @Test
  void flagAndCount_otherWords_areAbsent() {
    Map<String, String> properties = Map.of("a", "TRUE", "b", "yes", "c", " 12 ", "d", "-3");
    assertThat(SparkSettings.flag(properties, "a")).contains(true);
    assertThat(SparkSettings.flag(properties, "b")).isEmpty();
    assertThat(SparkSettings.flag(properties, "missing")).isEmpty();
    assertThat(SparkSettings.count(properties, "c")).hasValue(12);
    assertThat(SparkSettings.count(properties, "d")).isEmpty();
  }
}
