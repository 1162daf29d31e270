package io.sparkoptimizer.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.SettingsException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseSettingsTest {
  private static final Path HOME = Path.of("/home/someone");

  private static DatabaseSettings settings(String... keysAndValues) {
    Map<String, String> settings = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      settings.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return DatabaseSettings.of(settings, HOME);
  }

  @Test
  void of_nothing_isSqliteUnderHome() {
    DatabaseSettings settings = settings();
    assertThat(settings.url().file())
        .isEqualTo(Path.of("/home/someone/.spark-optimizer/history.db"));
    assertThat(settings.url().jdbcUrl())
        .isEqualTo("jdbc:sqlite:file:///home/someone/.spark-optimizer/history.db");
    assertThat(settings.maximumConnections()).isEqualTo(30);
  }

  @Test
  void of_poolSizes_addUp() {
    assertThat(settings("database.pool_size", "3", "database.max_overflow", " 0 ")
            .maximumConnections())
        .isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "sqlite:////var/lib/runs.db, /var/lib/runs.db",
        "jdbc:sqlite:/var/lib/runs.db, /var/lib/runs.db",
        "jdbc:sqlite:/var/lib/runs.db?cache_size=100, /var/lib/runs.db",
        "sqlite:////data/it's 100%41 ? a \"name\" #1 Größe.db, /data/it's 100%41 ? a \"name\" #1 Größe.db",
      })
  void parse_absoluteFile_isThatFile(String url, String file) {
    assumeThat(
            Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder().canEncode(url))
        .as("a locale that can express the file name")
        .isTrue();
    assertThat(DatabaseUrl.parse(url).file()).isEqualTo(Path.of(file));
  }

  @Test
  void parse_relativeFile_isUnderTheWorkingFolder() {
    assertThat(DatabaseUrl.parse("sqlite:///runs/a.db").file())
        .isEqualTo(Path.of("runs/a.db").toAbsolutePath());
    assertThat(DatabaseUrl.parse("jdbc:sqlite:a.db").file())
        .isEqualTo(Path.of("a.db").toAbsolutePath());
  }

  @Test
  void parse_driverParameters_arePropertiesOfTheConnection() {
    assertThat(
            DatabaseUrl.parse("jdbc:sqlite:/a.db?cache_size=100&temp_store=2").properties())
        .isEqualTo(Map.of("cache_size", "100", "temp_store", "2"));
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://joe:s3cret@db.example.com:5433/runs?ssl=true,"
        + " jdbc:postgresql://db.example.com:5433/runs?ssl=true, joe, s3cret",
    "postgres://joe:s3cret@localhost/runs, jdbc:postgresql://localhost/runs, joe, s3cret",
    "jdbc:postgresql://localhost/runs?user=joe&password=s3cret,"
        + " jdbc:postgresql://localhost/runs, joe, s3cret",
    "mysql://joe:s3cret@[::1]:3306/runs, jdbc:mariadb://[::1]:3306/runs, joe, s3cret",
    "mariadb://joe:s3cret@h/runs, jdbc:mariadb://h/runs, joe, s3cret",
    "jdbc:mysql://joe:s3cret@h/runs, jdbc:mysql://h/runs, joe, s3cret",
    "postgresql://joe:p%40s%2Fs+%C3%BC@h/runs, jdbc:postgresql://h/runs, joe, p@s/s+ü",
    "postgresql://joe:raw@/?#:100%@h/runs, jdbc:postgresql://h/runs, joe, raw@/?#:100%",
    "postgresql://joe@h/runs, jdbc:postgresql://h/runs, joe,",
    "postgresql://h/runs, jdbc:postgresql://h/runs,,",
  })
  void parse_server_keepsCredentialsOutOfTheUrl(
      String url, String jdbcUrl, String user, String password) {
    DatabaseUrl parsed = DatabaseUrl.parse(url);
    assertThat(parsed.jdbcUrl()).isEqualTo(jdbcUrl);
    assertThat(parsed.shown()).isEqualTo(jdbcUrl.replaceFirst("\\?.*", ""));
    assertThat(parsed.properties().get("user")).isEqualTo(user);
    assertThat(parsed.properties().get("password")).isEqualTo(password);
    assertThat(parsed.file()).isNull();
  }

  @Test
  void parse_secretParameters_areKeptOutOfTheUrlToo() {
    DatabaseUrl url = DatabaseUrl.parse("jdbc:postgresql://h/runs?sslpassword=hush&ssl=true");
    assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://h/runs?ssl=true");
    assertThat(url.properties()).isEqualTo(Map.of("sslpassword", "hush"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "runs.db",
        "oracle://h/runs",
        "jdbc:oracle:thin:@h:1521:runs",
        "sqlite:runs.db",
        "sqlite:///",
        "sqlite://runs.db",
        "jdbc:sqlite:",
        "jdbc:sqlite::memory:",
        "jdbc:sqlite:file:/a?mode=memory",
        "postgresql://h",
        "postgresql:runs",
        "mysql://h/"
      })
  void of_unusableUrl_saysWhatWasWanted(String url) {
    assertThatThrownBy(() -> settings("database.url", url))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith("database.url cannot be used; expected ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://joe:s3cret@h",
        "oracle://joe:s3cret@h/runs",
        "mysql://joe:s3cret@/runs",
        "jdbc:oracle://h/runs?user=joe&password=s3cret",
        "jdbc:postgresql:runs?password=s3cret",
        "joe:s3cret@h/runs",
        "postgres:joe:s3cret@h/runs",
        "oracle://h/runs?user=joe&password=s3cret",
        "mssql://joe:a@s3cret@h/runs",
        "jdbc:oracle:thin:joe/s3cret@h",
        "postgresql://joe:s3cret",
        "postgresql://joe:s3cret/runs",
        "postgresql://joe:pw@h/runs?password=a@s3cret/b",
        "sqlite:s3cret",
        "jdbc:sqlite:file:a?password=s3cret"
      })
  void of_unusableUrlWithPassword_tellsNothingOfIt(String url) {
    assertThatThrownBy(() -> settings("database.url", url))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith("database.url cannot be used; expected ")
        .hasMessageNotContaining("s3cret")
        .hasMessageNotContaining("joe")
        .hasNoCause();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://h:/runs",
        "postgresql://h:543210/runs",
        "postgresql://h:port/runs",
        "postgresql://a:b:c/runs",
        "postgresql://[::1/runs",
        "mysql://h,/runs"
      })
  void of_wrongHostOrPort_wantsANumber(String url) {
    assertThatThrownBy(() -> settings("database.url", url))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("the port a number");
  }

  @Test
  void parse_severalHosts_areKept() {
    assertThat(DatabaseUrl.parse("postgresql://joe:pw@a:5432,b-1.example:5433/runs")
            .jdbcUrl())
        .isEqualTo("jdbc:postgresql://a:5432,b-1.example:5433/runs");
  }

  @Test
  void of_oneConnectionInAll_isTooFew() {
    assertThatThrownBy(() -> settings("database.pool_size", "1", "database.max_overflow", "0"))
        .isInstanceOf(SettingsException.class)
        .hasMessage("database.pool_size and database.max_overflow are 1 together; expected 2 or"
            + " more: one connection writes, the others read");
    assertThat(
            settings("database.pool_size", "1", "database.max_overflow", "1").maximumConnections())
        .isEqualTo(2);
  }

  @Test
  void of_manyFaults_tellsThemAll() {
    assertThatThrownBy(() -> settings(
            "database.url", "redis://h",
            "database.pool_size", "0",
            "database.max_overflow", "many",
            "database.poolsize", "5",
            "other.key", "left alone"))
        .isInstanceOfSatisfying(
            SettingsException.class,
            faults -> assertThat(faults.faults())
                .containsExactly(
                    "database.url cannot be used; expected " + DatabaseUrl.FORMS,
                    "database.pool_size is \"0\"; expected 1 to 1000",
                    "database.max_overflow is \"many\"; expected 0 to 1000",
                    "database.poolsize is no setting; there are database.max_overflow,"
                        + " database.pool_size, database.url"));
  }

  @Test
  void create_driverMissing_namesTheDependency() {
    assertThatThrownBy(() -> new JdbcRepository.Provider()
            .create(Map.of("database.url", "postgresql://joe:s3cret@localhost/runs")))
        .isInstanceOf(OptimizerException.class)
        .hasMessage("no driver for this database; add org.postgresql:postgresql and"
            + " org.flywaydb:flyway-database-postgresql to the class path")
        .hasStackTraceContaining("ClassNotFoundException")
        .extracting(Throwable::toString)
        .asString()
        .doesNotContain("s3cret");
  }
}
