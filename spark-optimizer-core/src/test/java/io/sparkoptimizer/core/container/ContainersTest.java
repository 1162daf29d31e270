package io.sparkoptimizer.core.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.Platform;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import java.util.Arrays;
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
    assertThat(Containers.roundedMb(Platform.EMR, 5_633, 4)).isEqualTo(5_664); // 177 x 32
    assertThat(Containers.roundedMb(Platform.DATAPROC, 4_505, 2)).isEqualTo(4_505);
    // 20 GB do not fit beside 2 cores: the worker with 4 is taken.
    assertThat(ServerlessWorkers.smallest(2, 20 * 1_024))
        .isEqualTo(new ServerlessWorkers.Worker(4, 20 * 1_024));
    assertThat(ServerlessWorkers.smallest(8, 17 * 1_024))
        .isEqualTo(new ServerlessWorkers.Worker(8, 20 * 1_024));
  }

  @Test
  void rounding_stepsOfTheCluster_winOverThePlatforms() {
    Map<String, String> capacity = Map.of("yarn.scheduler.minimum-allocation-mb", "512");
    assertThat(Containers.roundedMb(capacity, Platform.YARN, 4_505, 2)).isEqualTo(4_608);
    assertThat(Containers.roundedMb(capacity, Platform.DATAPROC, 4_505, 2)).isEqualTo(4_608);
    assertThat(Containers.roundedMb(capacity, Platform.KUBERNETES, 4_505, 2)).isEqualTo(4_505);
    Map<String, String> fair = Map.of(
        "yarn.resourcemanager.scheduler.class",
        "org.apache.hadoop.yarn.server.resourcemanager.scheduler.fair.FairScheduler",
        "spark.hadoop.yarn.scheduler.increment-allocation-mb",
        "256",
        "yarn.scheduler.minimum-allocation-mb",
        "2048");
    assertThat(Containers.roundedMb(fair, Platform.YARN, 4_505, 2)).isEqualTo(4_608);
    assertThat(Containers.roundedMb(fair, Platform.YARN, 900, 2)).isEqualTo(2_048);
    Map<String, String> none = Map.of("yarn.scheduler.minimum-allocation-mb", "0");
    assertThat(Containers.roundedMb(none, Platform.YARN, 4_505, 2)).isEqualTo(4_505);
  }

  @Test
  void overhead_emr_isItsOwnForExecutorsOnly() {
    Map<String, String> none = Map.of();
    assertThat(Containers.executorOverheadMb(none, 16_000, Platform.EMR, true)).isEqualTo(3_000);
    assertThat(Containers.executorOverheadMb(none, 1_024, Platform.EMR, false)).isEqualTo(384);
    assertThat(Containers.driverOverheadMb(none, 16_000, Platform.EMR, true)).isEqualTo(1_600);
    Map<String, String> own = Map.of("spark.yarn.executor.memoryOverheadFactor", "0.25");
    assertThat(Containers.executorOverheadMb(own, 16_000, Platform.EMR, true)).isEqualTo(4_000);
    // Spark does not know that property, so it moves nothing elsewhere.
    assertThat(Containers.executorOverheadMb(own, 16_000, Platform.KUBERNETES, false))
        .isEqualTo(1_600);
    assertThat(Containers.executorOverheadMb(none, 16_000, Platform.EMR_SERVERLESS, true))
        .isEqualTo(1_600);
  }

  @Test
  void overhead_settings_winInSparksOrder() {
    Map<String, String> conf = Map.of(
        "spark.executor.memoryOverheadFactor",
        "0.3",
        "spark.kubernetes.memoryOverheadFactor",
        "0.2",
        "spark.executor.minMemoryOverhead",
        "1g");
    assertThat(Containers.executorOverheadMb(conf, 10_000, Platform.KUBERNETES, true))
        .isEqualTo(3_000);
    assertThat(Containers.executorOverheadMb(conf, 2_000, Platform.KUBERNETES, true))
        .isEqualTo(1_024);
    assertThat(Containers.driverOverheadMb(conf, 10_000, Platform.KUBERNETES, true))
        .isEqualTo(2_000);
    assertThat(Containers.driverOverheadMb(
            Map.of("spark.driver.minMemoryOverhead", "600m"), 2_000, Platform.YARN, false))
        .isEqualTo(600);
  }

  @Test
  void overhead_pythonOnKubernetes_inClientModeIsTheJvms() {
    Map<String, String> client = Map.of("spark.master", "k8s://https://host:443");
    assertThat(Containers.executorOverheadMb(client, 10_000, Platform.KUBERNETES, true))
        .isEqualTo(1_000);
    Map<String, String> cluster =
        Map.of("spark.master", "k8s://https://host:443", "spark.kubernetes.submitInDriver", "true");
    assertThat(Containers.executorOverheadMb(cluster, 10_000, Platform.KUBERNETES, true))
        .isEqualTo(4_000);
  }

  @Test
  void limit_platforms_areHardPolledOrNone() {
    assertThat(Arrays.stream(Platform.values())
            .filter(platform -> Containers.limit(platform) == Containers.Limit.HARD))
        .containsExactly(Platform.KUBERNETES, Platform.EMR_SERVERLESS, Platform.DATABRICKS);
    assertThat(Containers.limit(Platform.YARN)).isEqualTo(Containers.Limit.POLLED);
    assertThat(Containers.limit(Platform.STANDALONE)).isEqualTo(Containers.Limit.NONE);
    Map<String, String> off = Map.of("yarn.nodemanager.pmem-check-enabled", "false");
    assertThat(Containers.limit(off, Platform.EMR)).isEqualTo(Containers.Limit.NONE);
    assertThat(Containers.limit(off, Platform.KUBERNETES)).isEqualTo(Containers.Limit.HARD);
    Map<String, String> groups = Map.of("yarn.nodemanager.resource.memory.enabled", "true");
    assertThat(Containers.limit(groups, Platform.YARN)).isEqualTo(Containers.Limit.HARD);
    // Both are Hadoop's defaults: groups are not looked at, though they would be enforced.
    Map<String, String> usual = Map.of(
        "yarn.nodemanager.resource.memory.enabled", "false",
        "yarn.nodemanager.resource.memory.enforced", "true",
        "yarn.nodemanager.pmem-check-enabled", "true");
    assertThat(Containers.limit(usual, Platform.YARN)).isEqualTo(Containers.Limit.POLLED);
  }

  @Test
  void platform_settingsOfAVendor_tellWhoseYarnItIs() {
    assertThat(platform(ClusterManager.YARN, "spark.master", "yarn")).isEqualTo(Platform.YARN);
    assertThat(platform(ClusterManager.YARN, "spark.yarn.executor.memoryOverheadFactor", "0.1875"))
        .isEqualTo(Platform.EMR);
    assertThat(platform(ClusterManager.YARN, "spark.sql.emr.internal.extensions", "x"))
        .isEqualTo(Platform.EMR);
    assertThat(platform(ClusterManager.YARN, "spark.dataproc.sql.joinConditionReorder.enabled", ""))
        .isEqualTo(Platform.DATAPROC);
    assertThat(platform(ClusterManager.UNKNOWN, "spark.master", "custom:emr-serverless"))
        .isEqualTo(Platform.EMR_SERVERLESS);
    // EMR on EKS is Kubernetes.
    assertThat(platform(ClusterManager.KUBERNETES, "spark.sql.emr.internal.extensions", "x"))
        .isEqualTo(Platform.KUBERNETES);
  }

  private static Platform platform(ClusterManager manager, String property, String value) {
    return Containers.platform(ApplicationRun.builder()
        .clusterManager(manager)
        .configuration(Map.of(property, value))
        .build());
  }

  @Test
  void compressedPointers_alignment_movesTheirEnd() {
    String options = "spark.executor.extraJavaOptions";
    assertThat(Containers.compressedPointersMb(Map.of(), "spark.executor")).hasValue(31 * 1_024);
    assertThat(Containers.compressedPointersMb(
            Map.of(options, "-XX:+UseG1GC -XX:ObjectAlignmentInBytes=16"), "spark.executor"))
        .hasValue(63 * 1_024);
    assertThat(Containers.compressedPointersMb(
            Map.of(options, "-XX:ObjectAlignmentInBytes=16"), "spark.driver"))
        .hasValue(31 * 1_024);
    assertThat(Containers.compressedPointersMb(
            Map.of("spark.executor.defaultJavaOptions", "-XX:+UseZGC"), "spark.executor"))
        .isEmpty();
    assertThat(Containers.compressedPointersMb(
            Map.of(options, "-XX:-UseCompressedOops"), "spark.executor"))
        .isEmpty();
  }
}
