package io.sparkoptimizer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sparkoptimizer.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
  private final Map<String, String> environment = new TreeMap<>();
  private final Map<String, String> arguments = new TreeMap<>();
  private Path work;
  private Path home;
  private Path named;

  @BeforeEach
  void makeFolders(@TempDir Path folder) throws IOException {
    work = Files.createDirectories(folder.resolve("work folder"));
    home = Files.createDirectories(folder.resolve("home"));
  }

  private Configuration load() {
    return Configuration.load(named, environment, work, home, arguments);
  }

  private List<String> faults() {
    SettingsException refused = catchThrowableOfType(SettingsException.class, this::load);
    assertThat(refused).as("no fault was found").isNotNull();
    return refused.faults();
  }

  private static Path write(Path file, String yaml) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    return Files.writeString(file, yaml);
  }

  @Test
  void load_nothing_isEmptyAndWarns() {
    assertThat(load()).isEqualTo(new Configuration(Map.of(), "warn"));
  }

  @Test
  void load_layers_laterWins() throws IOException {
    write(work.resolve("spark-optimizer.yaml"), """
        database:
          url: sqlite:///file.db
          pool_size: 5
          max_overflow: 7
        recommendations:
          similarity_threshold: 0.50
          weights: {performance: 0.8, cost: 0.2}
        prices.per_core_hour: 0.04
        prices: {per_gb_hour: 0.005, currency: EUR, date: 2026-11-01}
        log: {level: info}
        """);
    Configuration fromFile = load();
    assertThat(fromFile.values())
        .containsEntry("database.url", "sqlite:///file.db")
        .containsEntry("recommendations.weights.performance", "0.8")
        .containsEntry("prices.per_core_hour", "0.04")
        .containsEntry("prices.date", "2026-11-01")
        .containsEntry("database.pool_size", "5");
    assertThat(fromFile.logLevel()).isEqualTo("info");

    environment.put("DATABASE_URL", "postgresql://u:p@host/db");
    environment.put("LOG_LEVEL", "WARNING");
    environment.put("SPARK_OPTIMIZER_DATABASE_POOL_SIZE", "6");
    environment.put("SPARK_OPTIMIZER_RECOMMENDATIONS_WEIGHTS_COST", "0.9");
    Configuration withEnvironment = load();
    assertThat(withEnvironment.values())
        .containsEntry("database.url", "postgresql://u:p@host/db")
        .containsEntry("database.pool_size", "6")
        .containsEntry("database.max_overflow", "7")
        .containsEntry("recommendations.weights.cost", "0.9");
    assertThat(withEnvironment.logLevel()).isEqualTo("warn");

    arguments.put("database.url", "sqlite:///argument.db");
    arguments.put("log.level", "debug");
    Configuration withArguments = load();
    assertThat(withArguments.values()).containsEntry("database.url", "sqlite:///argument.db");
    assertThat(withArguments.logLevel()).isEqualTo("debug");
  }

  @Test
  void load_specificVariable_beatsTheShortOne() {
    environment.put("DATABASE_URL", "sqlite:///short.db");
    environment.put("SPARK_OPTIMIZER_DATABASE_URL", "sqlite:///specific.db");
    assertThat(load().values()).containsEntry("database.url", "sqlite:///specific.db");
  }

  @Test
  void load_files_firstFoundIsTheOnlyOne() throws IOException {
    write(home.resolve(".spark-optimizer/config.yaml"), "database: {url: 'sqlite:///home.db'}");
    assertThat(load().values()).containsEntry("database.url", "sqlite:///home.db");
    write(work.resolve("spark-optimizer.yaml"), "database: {pool_size: 3}");
    assertThat(load().values()).isEqualTo(Map.of("database.pool_size", "3"));
    environment.put(
        "SPARK_OPTIMIZER_CONFIG",
        write(work.resolve("env.yaml"), "database: {pool_size: 4}").toString());
    assertThat(load().values()).isEqualTo(Map.of("database.pool_size", "4"));
    named = write(work.resolve("named.yaml"), "database: {pool_size: 5}");
    assertThat(load().values()).isEqualTo(Map.of("database.pool_size", "5"));
  }

  @Test
  void load_namedFileMissing_isAFault() {
    named = work.resolve("gone.yaml");
    assertThat(faults()).containsExactly("--config " + named + ": no such file");
    named = null;
    environment.put("SPARK_OPTIMIZER_CONFIG", "/no/such.yaml");
    assertThat(faults()).containsExactly("SPARK_OPTIMIZER_CONFIG /no/such.yaml: no such file");
  }

  @Test
  void load_manyFaults_areToldAtOnce() throws IOException {
    Path file = write(work.resolve("spark-optimizer.yaml"), """
        database:
          url: oracle://x
          pool_size: many
          poolsize: 3
        recommendations:
          similarity_threshold: 1.5
          min_similar_jobs: 20
          max_similar_jobs: 10
          weights: [1, 2]
        prices: {per_core_hour: -1, currency: euro, date: yesterday}
        serve: {port: 8080}
        """);
    environment.put("LOG_LEVEL", "loud");
    environment.put("SPARK_OPTIMIZER_DATABASE_MAX_OVERFLOW", "1.5");
    environment.put("SPARK_OPTIMIZER_DATABASE_POOLSIZE", "3");
    assertThat(String.join("\n", faults()))
        .contains(file + ": database.url cannot be used; expected sqlite:///file, ")
        .contains(file + ": database.pool_size is \"many\"; expected a whole number, 1 or more")
        .contains(file + ": there is no key database.poolsize; did you mean database.pool_size?")
        .contains(file + ": recommendations.similarity_threshold is \"1.5\"; expected 0 to 1")
        .contains("recommendations.min_similar_jobs is 20, more than max_similar_jobs, 10")
        .contains(file + ": recommendations.weights is a list; expected one value")
        .contains(file + ": prices.per_core_hour is \"-1\"; expected 0 or more")
        .contains("prices.per_core_hour and prices.per_gb_hour go together")
        .contains(file + ": prices.currency is \"euro\"; expected three capital letters")
        .contains(file + ": prices.date is \"yesterday\"; expected a day as 2026-11-01")
        .contains(file + ": there is no key serve.port; known are database.url, ")
        .contains("LOG_LEVEL: log.level is \"loud\"; expected trace, debug, info, warn")
        .contains("SPARK_OPTIMIZER_DATABASE_MAX_OVERFLOW: database.max_overflow is \"1.5\"")
        .contains("SPARK_OPTIMIZER_DATABASE_POOLSIZE: there is no such setting; did you mean"
            + " SPARK_OPTIMIZER_DATABASE_POOL_SIZE?");
  }

  @Test
  void load_overriddenFault_countsNoMore() throws IOException {
    write(work.resolve("spark-optimizer.yaml"), "database: {pool_size: many}");
    environment.put("SPARK_OPTIMIZER_DATABASE_POOL_SIZE", "3");
    assertThat(load().values()).containsEntry("database.pool_size", "3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "oracle://scott:tiger@host/db",
        "scott:tiger@host/db",
        "postgres:scott:tiger@host/db",
        "oracle://h/db?user=scott&password=tiger",
        "mssql://scott:ti@tiger@h/db",
        "tiger"
      })
  void load_unknownAddress_isNotRepeated(String url) {
    environment.put("DATABASE_URL", url);
    assertThat(faults())
        .singleElement()
        .asString()
        .startsWith("DATABASE_URL: database.url cannot be used; expected sqlite:///file, ")
        .doesNotContain("tiger");
  }

  @Test
  void load_brokenYaml_namesTheLine() throws IOException {
    named = write(work.resolve("broken.yaml"), "database:\n  url: \"a\n");
    assertThat(faults())
        .singleElement()
        .asString()
        .startsWith("--config " + named + " line ")
        .contains("no YAML");
    write(named, "database:\n  url: a\ndatabase:\n  url: b\n");
    assertThat(faults()).singleElement().asString().contains("line 3").contains("Duplicate");
    write(named, "- a\n- b\n");
    assertThat(faults()).singleElement().asString().contains("expected keys and values");
  }

  @Test
  void load_emptyFileAndEmptyValues_areNothing() throws IOException {
    named = write(work.resolve("empty.yaml"), "");
    assertThat(load().values()).isEmpty();
    write(named, "# only a comment\ndatabase:\nrecommendations: {method: }\n");
    environment.put("DATABASE_URL", "");
    assertThat(load().values()).isEmpty();
  }

  @Test
  void load_placeholders_areNotExpanded() throws IOException {
    named = write(work.resolve("p.yaml"), "prices: {source: '${HOME} list'}");
    assertThat(load().values()).containsEntry("prices.source", "${HOME} list");
  }

  @Test
  void load_keysOfOthers_areLeftAlone() throws IOException {
    named =
        write(work.resolve("cloud.yaml"), "cloud: {aws: {region: eu-west-1}, azure: {tenant: t}}");
    environment.put("SPARK_OPTIMIZER_CLOUD_DATABRICKS_TOKEN", "secret");
    environment.put("SPARK_OPTIMIZER_HOME", "/opt/so");
    // Kubernetes sets these beside a service named spark-optimizer.
    environment.put("SPARK_OPTIMIZER_SERVICE_HOST", "10.0.0.1");
    environment.put("SPARK_OPTIMIZER_PORT_8080_TCP", "tcp://10.0.0.1:8080");
    environment.put("SPARK_HOME", "/opt/spark");
    assertThat(load().values())
        .isEqualTo(Map.of(
            "cloud.aws.region", "eu-west-1",
            "cloud.azure.tenant", "t",
            "cloud.databricks.token", "secret"));
  }

  @Test
  void command_faultyConfiguration_exits2AndTellsAll() {
    Shell shell = new Shell(work);
    shell.environment.put("LOG_LEVEL", "loud");
    shell.environment.put("SPARK_OPTIMIZER_DATABASE_POOL_SIZE", "0");
    shell.run("stats", "--db-url", "nonsense", "--format", "json").exits(2);
    assertThat(shell.json().path("error").asText())
        .startsWith("wrong configuration\n")
        .contains("\n--db-url: database.url cannot be used; expected ")
        .contains("\nLOG_LEVEL: log.level is \"loud\"");
    assertThat(shell.err())
        .contains("wrong configuration")
        .contains("LOG_LEVEL: log.level is \"loud\"")
        .contains("--db-url: database.url cannot be used")
        .contains("SPARK_OPTIMIZER_DATABASE_POOL_SIZE: database.pool_size is \"0\"");
    assertThat(shell.opened).isEmpty();
  }

  /** What the docs say is held against what the code knows. */
  @Test
  void documentation_namesEveryKey() throws IOException {
    String page = Files.readString(Path.of("../docs/configuration.md"));
    for (Setting setting : Setting.ALL) {
      assertThat(page).contains("`" + setting.key() + "`");
    }
  }
}
