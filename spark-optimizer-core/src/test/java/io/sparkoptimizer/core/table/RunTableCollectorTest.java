package io.sparkoptimizer.core.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.SettingsException;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.WhatIf;
import io.sparkoptimizer.core.memory.InMemoryRepository;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spark.TableRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTableCollectorTest {
  private static final String TABLE = """
      algorithm,nodes,machine,slots,memory,mb,k,seconds,completed,class
      kmeans,2,m4.2xlarge,16,64000,100,5,150,true,ml
      kmeans,2,m4.2xlarge,16,64000,100,5,150,true,ml
      kmeans,2,m4.2xlarge,16,64000,100,5,153.5,true,ml
      kmeans,4,m4.2xlarge,32,128000,-1,,80,true,
      sort,4,c4.2xlarge,32,60000,200,5,,false,
      sort,4,c4.2xlarge,32,60000,200,5,70.25,false,
      """;

  private final InMemoryRepository repository = new InMemoryRepository();
  private final Optimizer optimizer = Optimizer.builder().repository(repository).build();

  private Path folder;

  @BeforeEach
  void remember(@TempDir Path empty) {
    folder = empty;
  }

  @AfterEach
  void close() {
    optimizer.close();
  }

  private Path table(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static Map<String, String> mapping(String... more) {
    Map<String, String> settings = new HashMap<>(Map.ofEntries(
        Map.entry("mapping.job.column", "algorithm"),
        Map.entry("mapping.duration_ms.column", "seconds"),
        Map.entry("mapping.duration_ms.scale", "1000"),
        Map.entry("mapping.instances.column", "nodes"),
        Map.entry("mapping.instance_type.column", "machine"),
        Map.entry("mapping.total_cores.column", "slots"),
        Map.entry("mapping.total_memory_mb.column", "memory"),
        Map.entry("mapping.input_bytes.column", "mb"),
        Map.entry("mapping.input_bytes.scale", "1000000"),
        Map.entry("mapping.input_bytes.missing[0]", "-1"),
        Map.entry("mapping.job_class.column", "class"),
        Map.entry("mapping.parameters[0]", "k"),
        Map.entry("mapping.failed.column", "completed"),
        Map.entry("mapping.failed.values[0]", "false")));
    for (int i = 0; i < more.length; i += 2) {
      settings.put("mapping." + more[i], more[i + 1]);
    }
    return settings;
  }

  private CollectionReport collect(Map<String, String> mapping, Path... files) {
    Map<String, String> settings = new HashMap<>(mapping);
    for (int i = 0; i < files.length; i++) {
      settings.put("file[" + i + "]", files[i].toString());
    }
    return optimizer.collect(
        new CollectionRequest("run-table", settings, ApplicationRun.DEFAULT_SOURCE, 2),
        CollectionRequest.Progress.NONE);
  }

  private List<ApplicationRun> runs(String job) {
    return repository.runs(RunQuery.ofJob(job)).stream()
        .sorted(Comparator.comparingLong(run -> run.durationMs().orElse(0)))
        .toList();
  }

  private static TableRow row(ApplicationRun run) {
    return Objects.requireNonNull(run.tableRow());
  }

  @Test
  void collect_rows_areRuns() throws IOException {
    CollectionReport report = collect(mapping(), table("runs.csv", TABLE));
    assertThat(report.processed()).isEqualTo(6);
    assertThat(report.added()).isEqualTo(6);
    assertThat(report.skipped()).isEmpty();
    List<ApplicationRun> kmeans = runs("kmeans");
    assertThat(kmeans).hasSize(4).allMatch(run -> run.status() == RunStatus.SUCCEEDED);
    assertThat(kmeans.get(1).tableRow())
        .isEqualTo(new TableRow(
            OptionalLong.of(150_000),
            2,
            OptionalInt.of(8),
            OptionalLong.of(32_000),
            OptionalLong.of(100_000_000),
            "m4.2xlarge",
            OptionalDouble.empty(),
            "ml"));
    assertThat(kmeans.get(1).configuration())
        .isEqualTo(Map.of("spark.sparkoptimizer.parameter.k", "5"));
    assertThat(kmeans.get(1).name()).isEqualTo("kmeans");
    assertThat(kmeans.get(1).startTimeMs()).isEmpty();
    assertThat(kmeans.get(1).id()).isNotEqualTo(kmeans.get(2).id());
    assertThat(kmeans.get(0).inputBytes()).isEmpty();
    assertThat(kmeans.get(0).configuration()).isEmpty();
    assertThat(row(kmeans.get(0)).jobClass()).isNull();
    List<ApplicationRun> sort = runs("sort");
    assertThat(sort).allMatch(run -> run.status() == RunStatus.FAILED);
    assertThat(sort)
        .extracting(ApplicationRun::durationMs)
        .containsExactly(OptionalLong.empty(), OptionalLong.of(70_250));
  }

  @Test
  void collect_again_readsNothingAndChangesNothing() throws IOException {
    Path table = table("runs.csv", TABLE);
    collect(mapping(), table);
    CollectionReport again = collect(mapping(), table);
    assertThat(again.processed()).isZero();
    assertThat(again.unchanged()).isEqualTo(1);
    CollectionReport copied = collect(mapping(), table("copy.csv", TABLE));
    assertThat(copied.processed()).isEqualTo(6);
    assertThat(copied.added()).isZero();
    assertThat(repository.count(RunQuery.ALL)).isEqualTo(6);
  }

  @Test
  void collect_otherMapping_readsTheSameFileAgain() throws IOException {
    Path table = table("runs.csv", TABLE);
    collect(mapping("filter.nodes", "2"), table);
    assertThat(repository.count(RunQuery.ALL)).isEqualTo(3);
    CollectionReport other = collect(mapping("filter.nodes", "> 2"), table);
    assertThat(other.added()).isEqualTo(3);
    assertThat(other.filtered()).isEqualTo(3);
    assertThat(repository.count(RunQuery.ALL)).isEqualTo(6);
  }

  @Test
  void collect_grownTable_addsWhatIsNew() throws IOException {
    Path table = table("runs.csv", TABLE);
    collect(mapping(), table);
    Files.writeString(table, TABLE + "kmeans,2,m4.2xlarge,16,64000,100,5,150,true,ml\n");
    assertThat(collect(mapping(), table).added()).isEqualTo(1);
    assertThat(runs("kmeans")).hasSize(5);
  }

  @Test
  void collect_median_makesRepetitionsOneRun() throws IOException {
    collect(mapping("aggregate", "median"), table("runs.csv", TABLE));
    assertThat(runs("kmeans"))
        .extracting(ApplicationRun::durationMs)
        .containsExactly(OptionalLong.of(80_000), OptionalLong.of(150_000));
    // A failed row is no repetition of one that went well; of two, the one with a time counts.
    assertThat(runs("sort"))
        .extracting(ApplicationRun::durationMs)
        .containsExactly(OptionalLong.of(70_250));
  }

  @Test
  void collect_medianOfAnEvenNumber_isTheMiddle() throws IOException {
    Path table = table("runs.csv", "s,n,cost\n1,2,0.1\n4,2,0.9\n2,2,0.3\n3,2,0.5\n");
    collect(
        Map.of(
            "mapping.job.file_name", "true",
            "mapping.duration_ms.column", "s",
            "mapping.duration_ms.scale", "1000",
            "mapping.instances.column", "n",
            "mapping.cost.column", "cost",
            "mapping.aggregate", "median"),
        table);
    ApplicationRun run = runs("runs").get(0);
    assertThat(run.durationMs()).hasValue(2_500);
    assertThat(row(run).cost().getAsDouble()).isCloseTo(0.4, within(1e-12));
    assertThat(RunSummary.of(run).recordedCost().getAsDouble()).isCloseTo(0.4, within(1e-12));
    assertThat(optimizer.cost(RunSummary.of(run)).getAsDouble()).isCloseTo(0.4, within(1e-12));
  }

  @Test
  void collect_prices_becomeThatOfAnInstance() throws IOException {
    Path table = table("runs.csv", TABLE);
    collect(
        mapping("price_per_core_hour", "0.04", "price_per_gb_hour", "0.005", "filter.nodes", "4"),
        table);
    ApplicationRun kmeans = runs("kmeans").get(0);
    double price = 8 * 0.04 + 32_000 / 1024.0 * 0.005;
    assertThat(row(kmeans).pricePerInstanceHour().getAsDouble()).isCloseTo(price, within(1e-12));
    assertThat(optimizer.cost(RunSummary.of(kmeans)).getAsDouble())
        .isCloseTo(price * 4 * 80 / 3600, within(1e-12));
  }

  @Test
  void collect_badRows_areNamedWithTheirLines() throws IOException {
    Path table = table(
        "runs.csv",
        TABLE
            + "kmeans,two,m,16,64000,100,5,150,true,\n"
            + "kmeans,2,m,16,64000,100,5,,true,\n"
            + "kmeans,2,m,16,64000,100\n"
            + "kmeans,2,m,16,64000,0,5,150,true,\n"
            + ",2,m,16,64000,100,5,150,true,\n"
            + "kmeans,2,m,16,64000,100,5,\"150,true,\n"
            + "kmeans,2,m,16,64000,100,5,1e18,true,\n"
            + "kmeans,8,m,16,64000,100,5,50,true,\n");
    CollectionReport report = collect(mapping(), table);
    assertThat(report.processed()).isEqualTo(7);
    assertThat(report.skipped())
        .containsExactlyInAnyOrder(
            new SkippedInput(table + " line 8", "column \"nodes\" is \"two\"; expected a number"),
            new SkippedInput(
                table + " line 9", "column \"seconds\" is empty; expected the time that it took"),
            new SkippedInput(table + " line 10", "it has 6 cells; the header has 10"),
            new SkippedInput(
                table + " line 11",
                "column \"mb\" is \"0\"; expected a number above 0, or the cell among"
                    + " input_bytes.missing"),
            new SkippedInput(
                table + " line 12", "column \"algorithm\" is empty; expected the name of a job"),
            new SkippedInput(table + " line 13", "a quote is opened and not closed"),
            new SkippedInput(
                table + " line 14",
                "column \"seconds\" is \"1e18\"; expected a number up to 9007199254740992"));
    // They are named again: such a table is not done with.
    CollectionReport again = collect(mapping(), table);
    assertThat(again.skipped()).hasSize(7);
    assertThat(again.added()).isZero();
  }

  @Test
  void collect_manyBadRows_namesTheFirstHundred() throws IOException {
    Path table = table("runs.csv", TABLE + "x\n".repeat(1_000));
    List<SkippedInput> skipped = collect(mapping(), table).skipped();
    assertThat(skipped)
        .hasSize(101)
        .contains(new SkippedInput(table + "", "900 more rows cannot be read"));
  }

  @Test
  void collect_unknownColumns_areAllNamedAndNothingIsRead() throws IOException {
    Path good = table("a.csv", TABLE);
    Path other = table("b.csv", "algorithm,nodes,nodes\nx,1,2\n");
    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(() -> collect(mapping("filter.color", "red"), good, other))
        .satisfies(wrong -> assertThat(wrong.faults())
            .contains(good + " has no column \"color\" (filter); expected one of algorithm, nodes,"
                + " machine, slots, memory, mb, k, seconds, completed, class")
            .contains(other + " has several columns \"nodes\" (instances.column) among algorithm,"
                + " nodes, nodes; expected one")
            .anySatisfy(fault -> assertThat(fault)
                .startsWith(other + " has no column \"seconds\" (duration_ms.column), ")));
    assertThat(repository.count(RunQuery.ALL)).isZero();
  }

  @Test
  void collect_noTables_areSkippedWithTheReason() throws IOException {
    Path empty = table("empty.csv", "\n");
    Path none = folder.resolve("none.csv");
    Path noRow = table("norow.csv", TABLE.lines().findFirst().orElseThrow());
    List<SkippedInput> skipped = collect(mapping(), empty, none, folder, noRow).skipped();
    assertThat(skipped)
        .contains(
            new SkippedInput(empty + "", "is empty; expected a table with a header line"),
            new SkippedInput(none + "", "no such file or folder"),
            new SkippedInput(folder + "", "is no file; expected a table with a header line"),
            new SkippedInput(noRow + "", "holds no row that counts"));
  }

  @Test
  void collect_truthInCapitals_isTheSameTruth() throws IOException {
    collect(mapping(), table("runs.csv", TABLE.replace("false", "False").replace("true", "TRUE")));

    assertThat(runs("sort")).isNotEmpty().allMatch(run -> run.status() == RunStatus.FAILED);
    assertThat(runs("kmeans")).isNotEmpty().allMatch(run -> run.status() == RunStatus.SUCCEEDED);
  }

  @Test
  void collect_interrupted_isTakenUpAgain() throws IOException {
    Path table = table("runs.csv", TABLE);
    Map<String, String> settings = new HashMap<>(mapping());
    settings.put("file", table.toString());
    optimizer.collect(
        new CollectionRequest("run-table", settings, ApplicationRun.DEFAULT_SOURCE, 1),
        (done, expected) -> {
          if (done == 3) {
            Thread.currentThread().interrupt();
          }
        });
    assertThat(Thread.interrupted()).isTrue();
    assertThat(repository.count(RunQuery.ALL)).isEqualTo(3);
    assertThat(collect(mapping(), table).processed()).isEqualTo(6);
    assertThat(repository.count(RunQuery.ALL)).isEqualTo(6);
    assertThat(collect(mapping(), table).unchanged()).isEqualTo(1);
  }

  @Test
  void collect_inTurkish_isTheSame() throws IOException {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr-TR"));
      Path table = table("RUNS.TSV", TABLE.replace(',', '\t'));
      assertThat(collect(mapping(), table).processed()).isEqualTo(6);
    } finally {
      Locale.setDefault(before);
    }
    assertThat(runs("kmeans").get(3).durationMs()).hasValue(153_500);
  }

  @Test
  void create_wrongSettings_tellsEveryFault() {
    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(() -> collect(mapping("aggregate", "mean")))
        .satisfies(wrong -> assertThat(wrong.faults())
            .containsExactlyInAnyOrder(
                "file is missing; expected the path of a table",
                "mapping.aggregate is \"mean\"; expected median"));
  }

  /** Whatever is done to a table, a collection ends: each of its lines is a run, or is named or left out. */
  @Test
  void collect_brokenTables_neverFails() throws IOException {
    long seed = 6;
    Random random = new Random(seed);
    byte[] bits = ",\"\n\r\t-+.eE09İ<>=\u0000".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 300; i++) {
      byte[] bytes = TABLE.getBytes(StandardCharsets.UTF_8);
      int header = TABLE.indexOf('\n') + 1;
      for (int changes = 1 + random.nextInt(20); changes > 0; changes--) {
        bytes[header + random.nextInt(bytes.length - header)] = bits[random.nextInt(bits.length)];
      }
      Path table = Files.write(folder.resolve("broken.csv"), bytes);
      try (Optimizer fresh =
          Optimizer.builder().repository(new InMemoryRepository()).build()) {
        Map<String, String> settings = new HashMap<>(mapping("filter.nodes", ">= 1"));
        settings.put("file", table.toString());
        CollectionReport report = fresh.collect(
            new CollectionRequest("run-table", settings, ApplicationRun.DEFAULT_SOURCE, 100),
            CollectionRequest.Progress.NONE);
        assertThat(report.processed() + report.filtered() + report.skipped().size())
            .as("seed %s, table %s", seed, i)
            .isPositive();
        assertThat(fresh.runs(RunQuery.ALL)).hasSize((int) report.added());
      }
    }
  }

  @Test
  void answers_onTablesAlone_areNoNonsense() throws IOException {
    collect(mapping(), table("runs.csv", TABLE));
    ApplicationRun run = runs("kmeans").get(0);
    assertThat(optimizer.stats().total().wastedCoreHours()).isZero();
    assertThat(optimizer.stats().total().coreHours())
        .isCloseTo((16 * 453.5 + 32 * 80 + 32 * 70.25) / 3600, within(1e-9));
    assertThat(optimizer.analyze(run).findings()).isEmpty();
    Recommendation answer = optimizer.recommend(JobProfile.builder("kmeans").build());
    assertThat(answer.method()).isEqualTo("run-times");
    assertThat(answer.verdict()).isEqualTo(Verdict.KEEP);
    assertThat(answer.proposed().numExecutors()).hasValue(2);
    assertThat(answer.proposed().executorMemoryMb()).isEmpty();
    Recommendation rules =
        optimizer.recommend(JobProfile.builder("kmeans").method("rules").build());
    assertThat(rules.verdict()).isEqualTo(Verdict.ABSTAIN);
    assertThat(rules.reasoning()).contains("is a row of a table, which tells of no stages");
    assertThat(optimizer.analyze(run).healthScore()).isEmpty();
    assertThat(optimizer.whatIf(run, WhatIf.Query.ofExecutors(2, 4)).points())
        .extracting(WhatIf.Point::refused)
        .containsOnly("it is a row of a table, which tells of no stages");
  }
}
