package io.sparkoptimizer.sparktests;

import static io.sparkoptimizer.sparktests.TruthPoint.baseline;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.sparktests.TruthPlan.Run;
import io.sparkoptimizer.sparktests.TruthPoint.Adaptive;
import io.sparkoptimizer.sparktests.TruthPoint.Workload;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TruthPlanTest {

  @Test
  void runs_ofThePlan_haveNamesOfTheirOwn() {
    assertThat(TruthPlan.runs())
        .extracting(Run::name)
        .doesNotHaveDuplicates()
        .hasSize(TruthPlan.REPEATS * TruthPlan.points().size())
        .contains(
            "remote_etl-x1-2x1-r1",
            "remote_etl-x1-2x1-p16-off-r5",
            "remote_report-x4-1to4x1-r2",
            "remote_api-x1-2x1-spark4.1-r1",
            "cpu_etl-x8-2x1-r1");
  }

  @Test
  void runs_endedEarly_haveEveryPointOnceAndTheMostUsedOftenest() {
    List<TruthPoint> points = TruthPlan.points();
    List<TruthPoint> mostUsed = points.stream().filter(TruthPlan::isMostUsed).toList();
    int afterMostUsed = points.size() + (TruthPlan.REPEATS - 1) * mostUsed.size();

    assertThat(TruthPlan.runs().subList(0, points.size()))
        .allMatch(run -> run.repeat() == 1)
        .extracting(Run::point)
        .containsExactlyElementsOf(points);
    assertThat(mostUsed).hasSize(8); // four executors too of the three that wait
    assertThat(TruthPlan.runs().subList(points.size(), afterMostUsed))
        .allMatch(run -> mostUsed.contains(run.point()));
  }

  @ParameterizedTest
  @EnumSource(
      value = Workload.class,
      names = {"REMOTE_ETL", "REMOTE_REPORT", "REMOTE_API"})
  void points_ofAWaitingWorkload_varyEveryDimension(Workload workload) {
    List<TruthPoint> points = TruthPlan.points().stream()
        .filter(point -> point.workload() == workload)
        .toList();
    TruthPoint base = baseline(workload, 1);

    assertThat(points)
        .contains(base, base.on(1, 1), base.on(3, 1), base.on(4, 1), base.on(1, 2), base.on(1, 4))
        .contains(base.input(2), base.input(4), base.input(8).on(2, 2), base.dynamic(1, 4));
    assertThat(points.stream().map(TruthPoint::partitions).collect(Collectors.toSet()))
        .contains(0, 8, 16, 32, 64);
    assertThat(points.stream().map(TruthPoint::adaptive).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(
            workload.sql ? Adaptive.values() : new Adaptive[] {Adaptive.DEFAULT});
  }

  @Test
  void points_ofCpuWorkloads_useNoMoreThanTwoProcessors() {
    assertThat(TruthPlan.points())
        .filteredOn(point -> point.workload().kind.equals("cpu"))
        .isNotEmpty()
        .allMatch(point -> point.executors() * point.cores() <= 2 && !point.isDynamic());
  }

  @Test
  void conf_usualPoint_leavesAdaptiveExecutionToSpark() {
    assertThat(baseline(Workload.REMOTE_ETL, 1).conf())
        .containsEntry("spark.executor.instances", "2")
        .containsEntry("spark.scheduler.minRegisteredResourcesRatio", "1.0")
        .allSatisfy((property, value) -> assertThat(property)
            .doesNotStartWith("spark.sql")
            .doesNotStartWith("spark.dynamicAllocation"));
  }

  @Test
  void conf_dynamicAllocation_beginsWithItsLowerBound() {
    assertThat(baseline(Workload.REMOTE_ETL, 1).dynamic(1, 4).conf())
        .containsEntry("spark.dynamicAllocation.enabled", "true")
        .containsEntry("spark.dynamicAllocation.minExecutors", "1")
        .containsEntry("spark.dynamicAllocation.maxExecutors", "4")
        .containsEntry("spark.cores.max", "4")
        .containsEntry("spark.scheduler.minRegisteredResourcesRatio", "0.25")
        .doesNotContainKey("spark.executor.instances");
  }

  @Test
  void conf_partitionsAndAdaptive_areEachWorkloadsOwnProperties() {
    assertThat(baseline(Workload.REMOTE_API, 1).partitions(8).conf())
        .containsEntry("spark.default.parallelism", "8")
        .doesNotContainKey("spark.sql.shuffle.partitions");
    assertThat(
            baseline(Workload.REMOTE_REPORT, 1).partitions(8).with(Adaptive.OFF).conf())
        .containsEntry("spark.sql.shuffle.partitions", "8")
        .containsEntry("spark.sql.adaptive.enabled", "false")
        .doesNotContainKey("spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes");
    assertThat(baseline(Workload.REMOTE_REPORT, 1).with(Adaptive.BY_SIZE).conf())
        .containsEntry("spark.sql.adaptive.coalescePartitions.parallelismFirst", "false")
        .containsEntry("spark.sql.adaptive.advisoryPartitionSizeInBytes", "3m")
        .containsEntry("spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes", "2m");
  }
}
