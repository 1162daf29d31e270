package io.sparkoptimizer.core.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.sparkoptimizer.DataSize;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.Prediction.OomRiskBasis;
import io.sparkoptimizer.Priority;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Recommendation.ConfidenceBasis;
import io.sparkoptimizer.Recommendation.InputBasis;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.core.memory.InMemoryRepository;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.TableRow;
import io.sparkoptimizer.spi.InputStamp;
import io.sparkoptimizer.spi.Repository.CollectedRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunTimesRecommenderTest {
  private static final long GB = 1_000_000_000;
  private static final long NODE_MB = 16_384;
  private static final double PRICE = 0.5;

  private final InMemoryRepository repository = new InMemoryRepository();
  private final Optimizer optimizer = Optimizer.builder().repository(repository).build();
  private int turn;

  @AfterEach
  void close() {
    optimizer.close();
  }

  /** A minute that no instance shortens, and 20 instance-seconds for each GB. */
  private static double law(int instances, long gb) {
    return 60_000 + 20_000.0 * gb / instances;
  }

  private ApplicationRun.Builder row(
      @Nullable String type, int instances, long gb, OptionalLong durationMs) {
    return ApplicationRun.builder()
        .digest("sha256:" + turn++)
        .name("sort")
        .jobSignature("sort")
        .status(durationMs.isPresent() ? RunStatus.SUCCEEDED : RunStatus.FAILED)
        .tableRow(new TableRow(
            durationMs,
            instances,
            OptionalInt.of(4),
            OptionalLong.of(NODE_MB),
            gb == 0 ? OptionalLong.empty() : OptionalLong.of(gb * GB),
            type,
            OptionalDouble.of(PRICE),
            null));
  }

  private ApplicationRun went(@Nullable String type, int instances, long gb) {
    // Equal rows differ by less than a percent.
    double noise = 1 + 0.004 * (turn % 3 - 1);
    return row(type, instances, gb, OptionalLong.of(Math.round(law(instances, gb) * noise)))
        .build();
  }

  private ApplicationRun failed(int instances, long gb) {
    return row("m4.xlarge", instances, gb, OptionalLong.empty()).build();
  }

  private static ApplicationRun with(ApplicationRun run, String name, String value) {
    Map<String, String> configuration = new TreeMap<>(run.configuration());
    configuration.put("spark.sparkoptimizer.parameter." + name, value);
    return run.toBuilder().configuration(configuration).build();
  }

  /** Twice each of 2 to 12 nodes, with 5, 10 and 20 GB. */
  private List<ApplicationRun> grid() {
    List<ApplicationRun> runs = new ArrayList<>();
    for (int instances = 2; instances <= 12; instances += 2) {
      for (long gb : new long[] {5, 10, 20}) {
        runs.add(went("m4.xlarge", instances, gb));
        runs.add(went("m4.xlarge", instances, gb));
      }
    }
    return runs;
  }

  private void collect(List<ApplicationRun> runs) {
    repository.save(runs.stream()
        .map(run -> new CollectedRun(run, new InputStamp("table.csv", 1, 1)))
        .toList());
  }

  private Recommendation recommend(JobProfile.Builder profile) {
    return optimizer.recommend(profile.build());
  }

  private static JobProfile.Builder sort() {
    return JobProfile.builder("sort");
  }

  private static double expectedMs(Recommendation answer) {
    return answer.prediction().duration().orElseThrow().expected();
  }

  @Test
  void recommend_rowsOfNodes_areLearntFrom() {
    collect(grid());
    Recommendation answer = recommend(sort().inputSize(DataSize.bytes(15 * GB)));

    assertThat(answer.verdict()).isEqualTo(Verdict.CHANGE);
    assertThat(answer.method()).isEqualTo("run-times");
    int instances = answer.proposed().numExecutors().orElseThrow();
    assertThat(expectedMs(answer)).isCloseTo(law(instances, 15), withinPercentage(4));
    assertThat(answer.prediction().costInterval().orElseThrow().expected())
        .isCloseTo(expectedMs(answer) / 3_600_000 * instances * PRICE, within(1e-9));
    assertThat(answer.prices().source()).isEqualTo("table: price of an instance hour");
    assertThat(answer.proposed().executorCores()).hasValue(4);
    assertThat(answer.proposed().executorMemoryMb())
        .as("a node's memory is no heap")
        .isEmpty();
    assertThat(answer.sparkConf())
        .containsOnlyKeys("spark.executor.instances", "spark.executor.cores");
    assertThat(answer.current()).as("no shape is more frequent").isEqualTo(Resources.NONE);
    assertThat(answer.inputBytes()).hasValue(15 * GB);
    assertThat(answer.inputBasis()).isEqualTo(InputBasis.DECLARED);
    assertThat(answer.confidenceBasis()).isEqualTo(ConfidenceBasis.OWN);
    assertThat(answer.confidence()).isBetween(0.8, 1.0);
    assertThat(answer.prediction().oomRiskBasis()).isEqualTo(OomRiskBasis.TRIED);
    assertThat(answer.runs()).hasSize(36);
    assertThat(answer.evidence()).anySatisfy(one -> {
      assertThat(one.property()).isEqualTo("instance_type");
      assertThat(one.proposed()).isEqualTo("m4.xlarge");
      assertThat(one.runs()).isNotEmpty();
    });
    assertThat(answer.reasoning()).contains("From 36 rows of sort that went well");
    assertThat(answer.alternatives()).isNotEmpty();
    assertThat(recommend(sort().inputSize(DataSize.bytes(15 * GB)))).isEqualTo(answer);
  }

  @Test
  void recommend_priorities_decide() {
    collect(grid());
    int fast = recommend(sort().priority(Priority.PERFORMANCE))
        .proposed()
        .numExecutors()
        .orElseThrow();
    int cheap =
        recommend(sort().priority(Priority.COST)).proposed().numExecutors().orElseThrow();
    assertThat(fast).isGreaterThanOrEqualTo(10);
    assertThat(cheap).isEqualTo(2);
  }

  @Test
  void recommend_slaAndBudget_areMetOrInfeasible() {
    collect(grid());
    JobProfile.Builder twenty = sort().inputSize(DataSize.bytes(20 * GB)).priority(Priority.COST);
    Recommendation met = recommend(twenty.sla(Duration.ofMinutes(2)));
    assertThat(met.prediction().duration().orElseThrow().high()).isLessThanOrEqualTo(120_000);
    assertThat(met.proposed().numExecutors().orElseThrow()).isBetween(7, 10);
    assertThat(met.bindingConstraint()).isEqualTo("sla");

    Recommendation none = recommend(twenty.sla(Duration.ofSeconds(50)));
    assertThat(none.verdict()).isEqualTo(Verdict.INFEASIBLE);
    assertThat(none.bindingConstraint()).startsWith("sla of 50.0 s: the fastest size found, ");
    assertThat(none.proposed()).isEqualTo(Resources.NONE);

    Recommendation poor = recommend(sort().inputSize(DataSize.bytes(20 * GB)).budget(0.01));
    assertThat(poor.verdict()).isEqualTo(Verdict.INFEASIBLE);
    assertThat(poor.bindingConstraint()).startsWith("budget of 0.0100 USD: the cheapest size");
  }

  @Test
  void recommend_shapesThatFailed_areNeverProposed() {
    List<ApplicationRun> runs = new ArrayList<>(grid());
    runs.removeIf(
        run -> run.inputBytes().orElseThrow() == 20 * GB && ShapeRows.row(run).instances() <= 6);
    for (int instances : new int[] {2, 4, 6}) {
      runs.add(failed(instances, 20));
    }
    collect(runs);
    JobProfile.Builder cheap = sort().priority(Priority.COST);

    Recommendation large = recommend(cheap.inputSize(DataSize.bytes(20 * GB)));
    assertThat(large.proposed().numExecutors().orElseThrow()).isGreaterThan(6);
    assertThat(large.alternatives())
        .allMatch(one -> one.resources().numExecutors().orElseThrow() > 6);
    assertThat(large.evidence()).anySatisfy(one -> {
      assertThat(one.metric()).isEqualTo("failed_total_memory_mb");
      assertThat(one.observed()).hasValue(6.0 * NODE_MB);
      assertThat(one.runs()).hasSize(3);
    });
    assertThat(large.prediction().oomRisk().orElseThrow()).isPositive();

    // They failed with more than is asked about now.
    Recommendation small = recommend(cheap.inputSize(DataSize.bytes(10 * GB)));
    assertThat(small.proposed().numExecutors()).hasValue(2);

    // What failed with less than is asked about fails with more.
    Recommendation larger = recommend(cheap.inputSize(DataSize.bytes(30 * GB)));
    assertThat(larger.proposed().numExecutors().orElseThrow()).isGreaterThan(6);
    assertThat(larger.reasoning()).contains("The work lies outside of what rows had");
    assertThat(larger.confidenceBasis()).isEqualTo(ConfidenceBasis.RULES);
  }

  @Test
  void recommend_everyShapeFailed_isInfeasible() {
    List<ApplicationRun> runs = new ArrayList<>();
    runs.add(went("m4.xlarge", 4, 5));
    runs.add(went("m4.xlarge", 2, 5));
    runs.add(failed(8, 20));
    collect(runs);
    Recommendation answer = recommend(sort().inputSize(DataSize.bytes(20 * GB)).maxExecutors(8));
    assertThat(answer.verdict()).isEqualTo(Verdict.INFEASIBLE);
    assertThat(answer.bindingConstraint()).startsWith("memory: every shape");
  }

  @Test
  void recommend_noRowWentWell_abstains() {
    collect(List.of(failed(2, 5), failed(4, 5)));
    Recommendation answer = recommend(sort().method("run-times"));
    assertThat(answer.verdict()).isEqualTo(Verdict.ABSTAIN);
    assertThat(answer.reasoning()).isEqualTo("None of 2 rows tells of a run that went well.");
    assertThat(recommend(sort()).verdict()).isEqualTo(Verdict.ABSTAIN);
  }

  @Test
  void recommend_mostFrequentShape_isKeptWithinTheNoise() {
    List<ApplicationRun> runs = new ArrayList<>(grid());
    Recommendation best = recommendOf(runs);
    int instances = best.proposed().numExecutors().orElseThrow();
    // Not what was picked, but next to it.
    for (int i = 0; i < 3; i++) {
      ApplicationRun more = went("m4.xlarge", instances + 1, 20);
      runs.add(more);
      collect(List.of(more));
    }
    Recommendation answer = recommend(sort().inputSize(DataSize.bytes(20 * GB)));
    assertThat(answer.verdict()).isEqualTo(Verdict.KEEP);
    assertThat(answer.proposed()).isEqualTo(answer.current());
    assertThat(answer.proposed().numExecutors()).hasValue(instances + 1);
    assertThat(answer.reasoning()).contains("Keep " + (instances + 1) + " x m4.xlarge");
  }

  private Recommendation recommendOf(List<ApplicationRun> runs) {
    collect(runs);
    return recommend(sort().inputSize(DataSize.bytes(20 * GB)));
  }

  @Test
  void recommend_unknownInput_isThatOfMostRows() {
    List<ApplicationRun> runs = new ArrayList<>(grid());
    runs.add(went("m4.xlarge", 12, 5));
    collect(runs);
    Recommendation answer = recommend(sort());
    assertThat(answer.inputBytes()).hasValue(5 * GB);
    assertThat(answer.inputBasis()).isEqualTo(InputBasis.LAST_RUN);
    assertThat(answer.reasoning()).contains("The input is ").contains("as of most rows");

    Recommendation scaled = recommend(sort().inputScale(3));
    assertThat(scaled.inputBytes()).hasValue(15 * GB);
    assertThat(scaled.inputBasis()).isEqualTo(InputBasis.SCALED);
    assertThat(recommend(sort().inputScale(1_000)).verdict()).isEqualTo(Verdict.ABSTAIN);
  }

  @Test
  void recommend_parameters_areLearntNotFiltered() {
    List<ApplicationRun> runs = new ArrayList<>();
    for (int k : new int[] {1, 2, 4, 8}) {
      for (int instances = 2; instances <= 12; instances += 2) {
        double ms = law(instances, 10) * Math.sqrt(k);
        runs.add(with(
            row("m4.xlarge", instances, 10, OptionalLong.of(Math.round(ms))).build(),
            "k",
            Integer.toString(k)));
      }
    }
    collect(runs);
    Recommendation answer = recommend(sort().parameter("k", "5"));
    int instances = answer.proposed().numExecutors().orElseThrow();
    assertThat(expectedMs(answer))
        .isCloseTo(law(instances, 10) * Math.sqrt(5), withinPercentage(8));
    assertThat(answer.reasoning()).contains("No row had k=5: it lies between those that rows had.");
    assertThat(answer.runs()).hasSize(24);
    assertThat(answer.sparkConf()).containsEntry("spark.sparkoptimizer.parameter.k", "5");

    assertThat(recommend(sort()).reasoning())
        .contains("Not asked and assumed, as most rows have it: k=");
    assertThat(recommend(sort().parameter("region", "eu")).reasoning())
        .contains("Not used: region=eu");
  }

  @Test
  void recommend_executorsAndNoInput_haveTheirMemory() {
    List<ApplicationRun> runs = new ArrayList<>();
    for (int instances = 2; instances <= 8; instances++) {
      runs.add(row(null, instances, 0, OptionalLong.of(Math.round(law(instances, 10))))
          .build());
    }
    collect(runs);
    Recommendation answer = recommend(sort().inputSize(DataSize.bytes(GB)));
    assertThat(answer.proposed().executorMemoryMb()).hasValue(NODE_MB);
    assertThat(answer.sparkConf()).containsEntry("spark.executor.memory", NODE_MB + "m");
    assertThat(answer.inputBasis()).isEqualTo(InputBasis.UNKNOWN);
    assertThat(answer.inputBytes()).isEmpty();
    assertThat(answer.reasoning()).contains("the size asked about could not be used");
  }

  @Test
  void recommend_limitsAndLocks_hold() {
    collect(grid());
    JobProfile.Builder fast = sort().priority(Priority.PERFORMANCE);
    Recommendation few = recommend(fast.maxExecutors(5));
    assertThat(few.proposed().numExecutors().orElseThrow()).isLessThanOrEqualTo(5);
    assertThat(recommend(fast.maxExecutors(1)).verdict()).isEqualTo(Verdict.INFEASIBLE);

    Recommendation locked = recommend(sort()
        .configuration(Map.of("spark.executor.instances", "7"))
        .lock("spark.executor.instances"));
    assertThat(locked.proposed().numExecutors()).hasValue(7);
    assertThat(recommend(sort()
                .configuration(Map.of("spark.executor.cores", "3"))
                .lock("spark.executor.cores"))
            .bindingConstraint())
        .isEqualTo("what is locked: no row had such instances");
  }

  @Test
  void recommend_moreInstancesThanAnyRowHad_isMarked() {
    List<ApplicationRun> runs = new ArrayList<>();
    for (int instances = 2; instances <= 8; instances++) {
      runs.add(went("m4.xlarge", instances, 200));
    }
    collect(runs);
    Recommendation answer = recommend(sort().priority(Priority.PERFORMANCE));
    assertThat(answer.proposed().numExecutors().orElseThrow()).isBetween(9, 12);
    assertThat(answer.reasoning())
        .contains("So many instances of the kind no row had: this is extrapolated.");
    assertThat(answer.confidenceBasis()).isEqualTo(ConfidenceBasis.RULES);
  }

  @Test
  void recommend_pricesOfKinds_decide() {
    List<ApplicationRun> runs = new ArrayList<>(grid());
    for (ApplicationRun run : grid()) {
      TableRow row = ShapeRows.row(run);
      runs.add(run.toBuilder()
          .tableRow(new TableRow(
              row.durationMs(),
              row.instances(),
              row.coresPerInstance(),
              row.memoryMbPerInstance(),
              row.inputBytes(),
              "spot",
              OptionalDouble.of(PRICE / 4),
              null))
          .build());
    }
    collect(runs);
    assertThat(recommend(sort()).reasoning()).contains(" x spot");
    Recommendation asked = recommend(sort().nodeType("m4.xlarge"));
    assertThat(asked.reasoning()).contains(" x m4.xlarge").doesNotContain(" x spot");
    assertThat(recommend(sort().nodeType("x1")).reasoning())
        .contains("Node type x1 was not used: no row had it.");
  }

  @Test
  void recommend_noPrice_usesThePriceBook() {
    List<ApplicationRun> runs = new ArrayList<>();
    for (ApplicationRun run : grid()) {
      TableRow row = ShapeRows.row(run);
      runs.add(run.toBuilder()
          .tableRow(new TableRow(
              row.durationMs(),
              row.instances(),
              row.coresPerInstance(),
              row.memoryMbPerInstance(),
              row.inputBytes(),
              row.instanceType(),
              OptionalDouble.empty(),
              null))
          .build());
    }
    collect(runs);
    Recommendation answer = recommend(sort());
    double hours =
        expectedMs(answer) / 3_600_000 * answer.proposed().numExecutors().orElseThrow();
    assertThat(answer.prediction().costInterval().orElseThrow().expected())
        .isCloseTo(hours * (4 * 0.052624 + 16 * 0.0057785), within(1e-9));
    assertThat(answer.prices().source()).startsWith("default: ");
  }

  @Test
  void recommend_oneRow_saysHowLittleItKnows() {
    collect(List.of(went("m4.xlarge", 4, 10)));
    Recommendation answer = recommend(sort());
    assertThat(answer.confidenceBasis()).isEqualTo(ConfidenceBasis.RULES);
    assertThat(answer.confidence()).isLessThan(0.7);
    assertThat(answer.proposed().numExecutors().orElseThrow()).isBetween(4, 6);
  }
}
