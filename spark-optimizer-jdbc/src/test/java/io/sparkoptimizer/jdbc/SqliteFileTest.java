package io.sparkoptimizer.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.zaxxer.hikari.util.DriverDataSource;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.StreamingProgress;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import io.sparkoptimizer.spi.InputStamp;
import io.sparkoptimizer.spi.Repository;
import io.sparkoptimizer.spi.Repository.CollectedRun;
import io.sparkoptimizer.spi.Repository.SaveResult;
import io.sparkoptimizer.testkit.SyntheticRuns;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteFileTest {
  @TempDir
  Path folder;

  private static Repository open(Path file) {
    return new JdbcRepository.Provider().create(Map.of("database.url", "sqlite:///" + file));
  }

  private static SaveResult save(Repository repository, List<ApplicationRun> runs) {
    return repository.save(runs.stream()
        .map(run -> new CollectedRun(run, new InputStamp("/logs/" + run.id(), 1, 1)))
        .toList());
  }

  private static List<String> column(Path file, String sql) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }

  private static void execute(Path file, String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.executeUpdate(sql);
      }
    }
  }

  @Test
  void open_closedDatabase_holdsWhatWasSaved() {
    Path file = folder.resolve("new/folders/history.db");
    List<ApplicationRun> runs = SyntheticRuns.seeded(1).take(20);
    Recommendation recommendation = SyntheticRuns.seeded(2).nextRecommendation();
    try (Repository repository = open(file)) {
      save(repository, runs);
      repository.save(recommendation, 1);
    }
    try (Repository repository = open(file)) {
      assertThat(repository.runs(RunQuery.ALL)).containsExactlyInAnyOrderElementsOf(runs);
      assertThat(repository.recommendation(recommendation.id())).contains(recommendation);
      assertThat(save(repository, runs)).isEqualTo(new SaveResult(0, 0, 20));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "it's \"quoted\" `here`.db",
        "what? is=it&now.db",
        "100%41 %zz.db",
        "a b\tc.db",
        "#1;x.db",
        "'; drop table applications; --.db",
        "Größe 日本語 \uD83D\uDE80.db",
        ":memory:",
        "file:x.db"
      })
  void open_anyFileName_isThatFile(String name) throws Exception {
    assumeThat(
            Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder().canEncode(name))
        .as("a locale that can express the file name")
        .isTrue();
    Path file = folder.resolve(name);
    List<ApplicationRun> runs = SyntheticRuns.seeded(1).take(3);
    try (Repository repository = open(file)) {
      save(repository, runs);
    }
    try (Stream<Path> files = Files.list(folder)) {
      // Beside it the lock of the first opening, which stays.
      assertThat(files).containsExactlyInAnyOrder(file, file.resolveSibling(name + "-opening"));
    }
    try (Repository repository = open(file)) {
      assertThat(repository.count(RunQuery.ALL)).isEqualTo(3);
    }
  }

  @Test
  void open_someoneElsesDatabase_isRefusedAndLeftAsItIs() throws Exception {
    Path file = folder.resolve("theirs.db");
    execute(
        file, "create table flyway_schema_history (x int)", "create table applications (x int)");
    byte[] before = Files.readAllBytes(file);
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(OptimizerException.class)
        .hasMessage("the database " + file + " holds tables that are not spark-optimizer's"
            + " (applications, flyway_schema_history); it was left as it is. Name an empty or a new"
            + " database in database.url");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    assertThat(Files.exists(folder.resolve("theirs.db-wal"))).isFalse();
  }

  @Test
  void open_newerSchema_isRefused() throws Exception {
    Path file = folder.resolve("newer.db");
    open(file).close();
    execute(
        file,
        "insert into " + Schema.HISTORY + " (installed_rank, version, description, type, script,"
            + " installed_by, execution_time, success) values (9, '999', 'x', 'JDBC', 'x', '', 0, 1)");
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(OptimizerException.class)
        .hasMessageStartingWith(
            "the database " + file
                + " has schema 999, which a newer spark-optimizer made; this one knows 3. Use the newer");
  }

  @Test
  void open_emptyFile_isTakenForANewDatabase() throws Exception {
    Path file = Files.createFile(folder.resolve("empty.db"));
    try (Repository repository = open(file)) {
      assertThat(repository.count(RunQuery.ALL)).isZero();
    }
  }

  @Test
  void open_textFile_isRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("text.db"), "no database at all\n".repeat(100));
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(OptimizerException.class)
        .hasMessageStartingWith("cannot open the database " + file + ": ")
        .hasMessageContaining("not a database");
  }

  @Test
  void open_folderThatIsAFile_saysWhatWasWanted() throws Exception {
    Path file = Files.createFile(folder.resolve("file")).resolve("history.db");
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(OptimizerException.class)
        .hasMessageStartingWith("cannot open the database " + file + ": ")
        .hasMessageEndingWith("; expected a folder that can be written to");
  }

  @Test
  void schema_everyTable_hasTheModelsColumns() throws Exception {
    Path file = folder.resolve("history.db");
    open(file).close();
    List<String> application = new ArrayList<>(List.of("id"));
    RunTables.fields().forEach(field -> application.add(field.getName()));
    assertThat(column(file, "select name from pragma_table_info('applications')"))
        .containsExactlyInAnyOrderElementsOf(application);
    for (Map.Entry<String, List<Field<?>>> list : RunTables.listFields().entrySet()) {
      assertThat(column(file, "select name from pragma_table_info('" + list.getKey() + "')"))
          .as(list.getKey())
          .containsExactlyInAnyOrderElementsOf(
              list.getValue().stream().map(Field::getName).toList());
    }
    assertThat(column(file, "select name from pragma_table_info('inputs')"))
        .isEqualTo(Inputs.fields().stream().map(Field::getName).toList());
    assertThat(column(file, "pragma journal_mode")).containsExactly("wal");
    assertThat(column(file, "pragma integrity_check")).containsExactly("ok");
  }

  @Test
  void open_databaseOfTheFirstSchema_isBroughtUpToDate() throws Exception {
    Path file = folder.resolve("history.db");
    List<ApplicationRun> runs = SyntheticRuns.seeded(1).take(5);
    try (Repository repository = open(file)) {
      save(repository, runs);
    }
    for (String later : List.of("V2__more_of_runs.sql", "V3__collections.sql")) {
      try (InputStream migration = Schema.class.getResourceAsStream(later)) {
        Matcher added = Pattern.compile("alter table (\\w+) add column (\\w+)")
            .matcher(new String(migration.readAllBytes(), StandardCharsets.UTF_8));
        while (added.find()) {
          execute(file, "alter table " + added.group(1) + " drop column " + added.group(2));
        }
      }
    }
    execute(file, "drop table models");
    execute(file, "delete from " + Schema.HISTORY + " where version <> '1'");
    List<String> known = column(file, "select location from inputs");
    try (Repository repository = open(file)) {
      assertThat(repository.runs(RunQuery.ALL))
          .extracting(ApplicationRun::id)
          .containsExactlyInAnyOrderElementsOf(
              runs.stream().map(ApplicationRun::id).toList());
      assertThat(repository.summaries(RunQuery.ALL))
          .allSatisfy(row ->
              assertThat(row.inputBytes()).isEqualTo(row.totals().get(TaskMetric.INPUT_BYTES)));
      assertThat(repository.known(runs.get(0).sourceName(), known)).isNotEmpty();
      InputStamp note = new InputStamp("/note.txt", 1, 1);
      repository.remember("default", List.of(new Repository.KnownInput(note, "no log")));
      assertThat(repository.isKnown("default", note)).isTrue();
    }
  }

  @Test
  void queries_byTheirKeys_useAnIndex() throws Exception {
    Path file = folder.resolve("history.db");
    open(file).close();
    String plan = "explain query plan select id from applications where ";
    assertThat(detail(file, plan + "app_id_hash = 1")).contains("INDEX applications_app_id");
    assertThat(detail(file, plan + "job_signature_hash = 1 or name_hash = 1"))
        .contains("INDEX applications_job_signature", "INDEX applications_name");
    assertThat(detail(file, plan + "id > 0 order by start_time_ms desc nulls last limit 5"))
        .contains("INDEX applications_start_time");
  }

  private static String detail(Path file, String sql) throws SQLException {
    StringBuilder detail = new StringBuilder();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        detail.append(rows.getString("detail")).append('\n');
      }
    }
    return detail.toString();
  }

  @Test
  void save_runOfFiveThousandStages_readsBackEqual() {
    List<StageAttempt> stages = IntStream.range(0, 5000)
        .mapToObj(id -> StageAttempt.builder(id, 0)
            .name("stage " + id)
            .status(StageStatus.COMPLETE)
            .parentIds(id == 0 ? List.of() : List.of(id - 1))
            .submissionTimeMs(OptionalLong.of(id))
            .completionTimeMs(OptionalLong.of(2L * id))
            .numTasks(200)
            .numCompleteTasks(200)
            .slotTimeMs(id)
            .resourceProfileId(OptionalInt.of(0))
            .metrics(Measures.builder(TaskMetric.class)
                .set(TaskMetric.INPUT_BYTES, id)
                .build())
            .distributions(Map.of(TaskDistribution.DURATION_MS, Distribution.of(1, 2, 3, id)))
            .build())
        .toList();
    ApplicationRun run = ApplicationRun.builder().appId("big").stages(stages).build();
    try (Repository repository = open(folder.resolve("big.db"))) {
      assertThat(save(repository, List.of(run))).isEqualTo(new SaveResult(1, 0, 0));
      assertThat(repository.runs(RunQuery.ALL)).containsExactly(run);
      assertThat(repository.summaries(RunQuery.ALL).get(0).stages()).isEqualTo(5000);
    }
  }

  @Test
  void save_batchBeyondOneStatement_savesAll() {
    List<ApplicationRun> runs = IntStream.range(0, 1200)
        .mapToObj(i -> ApplicationRun.builder()
            .appId("app-" + i)
            .startTimeMs(OptionalLong.of(2000 - i))
            .build())
        .toList();
    try (Repository repository = open(folder.resolve("history.db"))) {
      assertThat(save(repository, runs)).isEqualTo(new SaveResult(1200, 0, 0));
      assertThat(save(repository, runs)).isEqualTo(new SaveResult(0, 0, 1200));
      assertThat(repository.runs(RunQuery.ALL)).isEqualTo(runs);
    }
  }

  @Test
  void save_numberThatIsNotFinite_isRefusedAndNothingSaved() {
    ApplicationRun run = ApplicationRun.builder()
        .appId("app-1")
        .streaming(new StreamingProgress(
            1,
            1,
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalDouble.of(Double.NaN),
            OptionalDouble.empty(),
            OptionalLong.empty(),
            OptionalDouble.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty()))
        .build();
    Path file = folder.resolve("history.db");
    try (Repository repository = open(file)) {
      assertThatThrownBy(
              () -> save(repository, List.of(ApplicationRun.builder().appId("a").build(), run)))
          .isInstanceOf(OptimizerException.class)
          .hasMessage("cannot save runs in the database " + file + ": run app-1:"
              + " streaming.input_rows_per_second is NaN; expected a finite number, or none");
      assertThat(repository.count(RunQuery.ALL)).isZero();
    }
  }

  @Test
  void save_textThatNoDatabaseKeeps_isTheSameRunEveryTime() {
    ApplicationRun run =
        ApplicationRun.builder().appId("app\0-\uD83D").name("half \uDE80").build();
    ApplicationRun kept =
        run.toBuilder().appId("app\uFFFD-\uFFFD").name("half \uFFFD").build();
    try (Repository repository = open(folder.resolve("history.db"))) {
      save(repository, List.of(run));
      assertThat(save(repository, List.of(run, kept))).isEqualTo(new SaveResult(0, 0, 2));
      assertThat(repository.runs(RunQuery.ofAppId("app\0-\uD83D"))).containsExactly(kept);
      assertThat(repository.runs(RunQuery.ofJob("half \uDE80"))).containsExactly(kept);
    }
  }

  @Test
  void runs_wordThatThisVersionDoesNotKnow_isTold() throws Exception {
    Path file = folder.resolve("history.db");
    try (Repository repository = open(file)) {
      save(repository, List.of(ApplicationRun.builder().appId("a").build()));
      execute(file, "update applications set status = 'paused'");
      assertThatThrownBy(() -> repository.runs(RunQuery.ALL))
          .isInstanceOf(OptimizerException.class)
          .hasMessage("cannot read runs from the database " + file + ": \"paused\" is no RunStatus;"
              + " this version knows [succeeded, failed, running, unknown]");
    }
  }

  @Test
  void runs_manyRuns_areReadInAFewStatements() {
    Path file = folder.resolve("history.db");
    List<ApplicationRun> runs = SyntheticRuns.seeded(4).take(50);
    try (Repository repository = open(file)) {
      save(repository, runs);
    }
    AtomicInteger statements = new AtomicInteger();
    DataSource source = counting(
        new DriverDataSource(
            "jdbc:sqlite:" + file, "org.sqlite.JDBC", new Properties(), null, null),
        statements);
    try (Repository repository = new JdbcRepository(
        Database.open(source, source, source, SQLDialect.SQLITE, file.toString(), 2, file))) {
      statements.set(0);
      assertThat(repository.runs(RunQuery.ALL.limit(40))).hasSize(40);
      assertThat(statements).hasValue(5);
      statements.set(0);
      assertThat(repository.summaries(RunQuery.ALL)).hasSize(50);
      assertThat(statements).hasValue(1);
    }
  }

  private static DataSource counting(DataSource source, AtomicInteger statements) {
    return proxy(
        DataSource.class,
        source,
        (method, result) -> result instanceof Connection c
            ? proxy(Connection.class, c, (inner, made) -> {
              if (inner.equals("prepareStatement")) {
                statements.incrementAndGet();
              }
              return made;
            })
            : result);
  }

  private interface Seen {
    Object answer(String method, Object result);
  }

  private static <T> T proxy(Class<T> type, T target, Seen seen) {
    return type.cast(Proxy.newProxyInstance(
        SqliteFileTest.class.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
          try {
            return seen.answer(method.getName(), method.invoke(target, arguments));
          } catch (InvocationTargetException failed) {
            throw failed.getCause();
          }
        }));
  }
}
