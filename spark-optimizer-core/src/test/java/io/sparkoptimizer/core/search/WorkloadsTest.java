package io.sparkoptimizer.core.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.Workload;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.TableRow;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class WorkloadsTest {
  private static final Map<String, String> NONE = Map.of();

  /** At 1 an hour and instance. */
  private static ApplicationRun run(
      String job, Map<String, String> parameters, int instances, double hours, long bytes) {
    return builder(job, parameters, instances, hours, bytes)
        .status(RunStatus.SUCCEEDED)
        .build();
  }

  private static ApplicationRun failed(String job, int instances) {
    return builder(job, NONE, instances, 2, 0).status(RunStatus.FAILED).build();
  }

  private static ApplicationRun.Builder builder(
      String job, Map<String, String> parameters, int instances, double hours, long bytes) {
    return ApplicationRun.builder()
        .digest("sha256:" + job + parameters + instances + hours + bytes)
        .name(job)
        .jobSignature(job)
        .configuration(parameters)
        .tableRow(new TableRow(
            OptionalLong.of((long) (hours * 3_600_000)),
            instances,
            OptionalInt.of(4),
            OptionalLong.of(16_384),
            bytes == 0 ? OptionalLong.empty() : OptionalLong.of(bytes),
            "m4.xlarge",
            OptionalDouble.of(1),
            "light"));
  }

  private static List<Workload> of(ApplicationRun... runs) {
    return Workloads.of(
        List.of(runs), run -> Objects.requireNonNull(run.tableRow()).cost());
  }

  @Test
  void workloads_parametersAndSizes_areApart() {
    Map<String, String> k3 = Map.of("spark.sparkoptimizer.parameter.k", "3");
    List<Workload> workloads = of(
        run("sort", NONE, 2, 1, 1_000_000),
        run("sort", NONE, 4, 1, 1_001_000),
        run("sort", NONE, 2, 1, 2_000_000),
        run("sort", k3, 2, 1, 1_000_000),
        run("grep", NONE, 2, 1, 0));
    assertThat(workloads)
        .extracting(one -> one.job() + ": " + one.context())
        .containsExactly(
            "grep: ",
            "sort: input_bytes=1000000",
            "sort: input_bytes=2000000",
            "sort: k=3, input_bytes=1000000");
    assertThat(workloads.get(1).trials()).hasSize(2);
    assertThat(workloads.get(1).jobClass()).contains("light");
  }

  @Test
  void workloads_wordForTheSize_goesBeforeBytes() {
    Map<String, String> huge = Map.of("spark.sparkoptimizer.parameter.size", "huge");
    assertThat(of(run("sort", huge, 2, 1, 1_000_000), run("sort", huge, 4, 1, 9_000_000)))
        .singleElement()
        .satisfies(one -> {
          assertThat(one.context()).isEqualTo("size=huge");
          assertThat(one.trials()).hasSize(2);
        });
  }

  @Test
  void trials_repetitions_areTheirMedianAndFailuresCountWhereNoneCompleted() {
    List<Workload> workloads = of(
        run("sort", NONE, 2, 1, 1_000_000),
        run("sort", NONE, 2, 4, 1_000_000),
        run("sort", NONE, 2, 2, 1_000_000),
        failed("sort", 2),
        failed("sort", 4));
    assertThat(workloads).singleElement().satisfies(one -> {
      assertThat(one.trials()).extracting(trial -> trial.shape().instances()).containsExactly(2, 4);
      assertThat(one.trials().get(0).cost()).hasValue(4);
      assertThat(one.trials().get(1).cost()).isEmpty();
    });
  }

  @Test
  void trials_failureWithoutASize_isLeftOutWhereThereAreSeveral() {
    assertThat(of(
            run("sort", NONE, 2, 1, 1_000_000),
            run("sort", NONE, 2, 1, 5_000_000),
            failed("sort", 4)))
        .allSatisfy(one -> assertThat(one.trials()).hasSize(1));
  }

  @Test
  void workloads_runsWithoutACostOrATableRow_tellNothing() {
    assertThat(Workloads.of(
            List.of(run("sort", NONE, 2, 1, 1_000_000)), run -> OptionalDouble.empty()))
        .isEmpty();
    assertThat(of(ApplicationRun.builder().digest("sha256:1").name("log").build()))
        .isEmpty();
  }
}
