package io.sparkoptimizer.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PeakEvidenceTest {
  private static ApplicationRun run(@Nullable String sparkVersion, String... settings) {
    Map<String, String> conf = new TreeMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      conf.put(settings[i], settings[i + 1]);
    }
    return ApplicationRun.builder()
        .sparkVersion(sparkVersion)
        .configuration(conf)
        .build();
  }

  private static Executor sampled(String id, long tasks) {
    return new Executor(
        id,
        "h",
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        null,
        tasks,
        0,
        0,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        Measures.builder(MemoryPeak.class)
            .set(MemoryPeak.JVM_HEAP, 5)
            .set(MemoryPeak.DIRECT_POOL, 0)
            .build(),
        Measures.none(CollectorMetric.class));
  }

  @Test
  void isTrusted_fixedReleases_areAndOthersAreNot() {
    for (String version :
        List.of("3.5.7", "3.5.10", "3.5.7-SNAPSHOT", "3.5.8-amzn-0", "4.0.1", "4.1.0", "4.1")) {
      assertThat(PeakEvidence.countsPagesRightly(run(version))).as(version).isTrue();
    }
    for (String version : Arrays.asList(
        "2.4.8",
        "3.4.9",
        "3.5.6",
        "3.5",
        "4.0.0",
        "4.0.0-rc1",
        "4.0",
        "",
        "x",
        "99999999.1.1",
        null)) {
      assertThat(PeakEvidence.countsPagesRightly(run(version))).as(version).isFalse();
    }
  }

  @Test
  void isSparkAtLeast_anyVersion_comparesNumbers() {
    assertThat(run("3.10.1").isSparkAtLeast(3, 5, 7)).isTrue();
    assertThat(run("3.5.6.1").isSparkAtLeast(3, 5, 6)).isTrue();
    assertThat(run("3.5.6").isSparkAtLeast(3, 5, 7)).isFalse();
    assertThat(run("2.4.8").isSparkAtLeast(3, 0, 0)).isFalse();
    assertThat(run(null).isSparkAtLeast(1, 0, 0)).isFalse();
  }

  @Test
  void of_executor_isPolledAtItsInterval() {
    String interval = "spark.executor.metrics.pollingInterval";
    Executor executor = sampled("1", 3);
    assertThat(PeakEvidence.of(run("3.5.9"), executor, MemoryPeak.DIRECT_POOL))
        .as("0 is no sample")
        .isEqualTo(PeakEvidence.NONE);
    assertThat(PeakEvidence.of(run("3.5.9", interval, "0ms"), executor, MemoryPeak.JVM_HEAP))
        .isEqualTo(PeakEvidence.HEARTBEAT);
    assertThat(PeakEvidence.of(run("3.5.9", interval, "1s"), executor, MemoryPeak.JVM_HEAP))
        .isEqualTo(PeakEvidence.POLLED);
  }

  @Test
  void of_driverBesideExecutors_isPolledAtAnIntervalOfItsOwn() {
    ApplicationRun executors = run("4.1.3", "spark.executor.metrics.pollingInterval", "1s");
    ApplicationRun early = run("4.0.4", "spark.driver.metrics.pollingInterval", "1s");
    ApplicationRun both = run("4.1.3", "spark.driver.metrics.pollingInterval", "1s");
    Executor driver = sampled(Executor.DRIVER, 0);
    Executor local = sampled(Executor.DRIVER, 3);
    assertThat(PeakEvidence.of(executors, driver, MemoryPeak.JVM_HEAP))
        .isEqualTo(PeakEvidence.HEARTBEAT);
    assertThat(PeakEvidence.of(executors, local, MemoryPeak.JVM_HEAP))
        .isEqualTo(PeakEvidence.POLLED);
    assertThat(PeakEvidence.of(early, driver, MemoryPeak.JVM_HEAP))
        .isEqualTo(PeakEvidence.HEARTBEAT);
    assertThat(PeakEvidence.of(both, driver, MemoryPeak.JVM_HEAP)).isEqualTo(PeakEvidence.POLLED);
  }
}
