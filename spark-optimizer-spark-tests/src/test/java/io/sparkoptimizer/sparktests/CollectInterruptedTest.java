package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;

/** {@code collect} that is killed, or runs twice at once, leaves what an undisturbed one leaves. */
class CollectInterruptedTest {

  private static final int LOGS = 66;
  private static final long POLL_MS = 2;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Sums of decimal fractions depend on the order of their terms by some last digits. */
  private static final Comparator<JsonNode> NEARLY = (a, b) -> a.equals(b)
          || (a.isNumber()
              && b.isNumber()
              && Math.abs(a.asDouble() - b.asDouble()) <= 1e-9 * Math.abs(a.asDouble()))
      ? 0
      : 1;

  @TempDir
  private static Path folder;

  private static Path logs;
  private static int runs;
  private static Content undisturbed;

  /** What the command tells of a database. */
  private record Content(JsonNode jobs, JsonNode stats) {
    static Content of(Path database) throws IOException {
      return new Content(
          listed(database),
          JSON.readTree(
              CommandProcess.run(folder, "stats", "--format", "json", "--db-url", url(database))));
    }

    void equalsTo(Content other) {
      assertThat(jobs.equals(NEARLY, other.jobs)).as("%s%n%s", jobs, other.jobs).isTrue();
      assertThat(stats.equals(NEARLY, other.stats))
          .as("%s%n%s", stats, other.stats)
          .isTrue();
    }
  }

  private static JsonNode listed(Path database) throws IOException {
    return JSON.readTree(CommandProcess.run(
        folder, "list-jobs", "--limit", "100000", "--format", "json", "--db-url", url(database)));
  }

  /** Many logs: copies of the samples, each with an application id of its own. */
  @BeforeAll
  static void collectUndisturbed() throws IOException {
    logs = folder.resolve("logs");
    Path samples = Path.of(System.getProperty("sparktests.repository"), "samples", "eventlogs");
    runs = SampleCopies.write(samples, logs, LOGS);
    Path database = folder.resolve("undisturbed.db");
    try (CommandProcess collect = collect(database)) {
      collect.succeed();
    }
    undisturbed = Content.of(database);
    assertThat(undisturbed.jobs.get("total").asInt()).isEqualTo(runs).isGreaterThan(50);
  }

  private static String url(Path database) {
    return "sqlite:///" + database;
  }

  private static CommandProcess collect(Path database) {
    return CommandProcess.start(
        folder,
        "collect",
        "--event-log-dir",
        logs.toString(),
        "--batch-size",
        "3",
        "--format",
        "json",
        "--db-url",
        url(database));
  }

  @Test
  void collect_killedManyTimes_endsAsAnUndisturbedOne() throws Exception {
    Path database = folder.resolve("killed.db");
    Set<JsonNode> whole = new HashSet<>();
    undisturbed.jobs.get("jobs").forEach(whole::add);
    // The first as soon as there is a file, without its tables or with some of them.
    for (int atLeast : List.of(0, 1, runs / 4, runs / 2, 3 * runs / 4)) {
      try (CommandProcess collect = collect(database)) {
        while (!Files.exists(database) || stored(database) < atLeast) {
          assertThat(collect.endsWithin(POLL_MS))
              .as("it ended before %s runs were seen: %s", atLeast, collect.output())
              .isFalse();
        }
        collect.kill();
        assertThat(collect.exitCode()).as("the kill came in the middle").isNotZero();
      }
      JsonNode partial = listed(database);
      assertThat(partial.get("total").asInt()).isBetween(atLeast, runs - 1);
      assertThat(whole).containsAll(partial.get("jobs"));
    }
    try (CommandProcess collect = collect(database)) {
      JsonNode report = JSON.readTree(collect.succeed());
      assertThat(report.get("unchanged").asInt()).isGreaterThanOrEqualTo(3 * runs / 4);
      assertThat(report.get("updated").asInt()).isZero();
    }
    Content.of(database).equalsTo(undisturbed);
    assertThat(query(database, "pragma integrity_check")).isEqualTo("ok");
  }

  /** As Ctrl-C does: what was read is saved and told. */
  @Test
  void collect_askedToStop_savesAndTellsWhatItRead() throws Exception {
    Path database = folder.resolve("stopped.db");
    int processed;
    try (CommandProcess collect = collect(database)) {
      while (!Files.exists(database) || stored(database) == 0) {
        assertThat(collect.endsWithin(POLL_MS)).as(collect.output()).isFalse();
      }
      collect.askToStop();
      assertThat(collect.exitCode()).as("the signal came in the middle").isNotZero();
      processed = JSON.readTree(collect.stdout()).get("processed").asInt();
      assertThat(collect.output()).contains("interrupted; the same command goes on from here");
    }
    assertThat(stored(database)).isEqualTo(processed).isPositive();
    try (CommandProcess collect = collect(database)) {
      JsonNode report = JSON.readTree(collect.succeed());
      assertThat(report.get("unchanged").asInt()).isEqualTo(processed);
      assertThat(report.get("added").asInt()).isEqualTo(runs - processed);
    }
    Content.of(database).equalsTo(undisturbed);
  }

  @Test
  void collect_twoAtOnce_bothEndWellAndNothingIsTwice() throws Exception {
    Path database = folder.resolve("two.db");
    List<CommandProcess> both = new ArrayList<>();
    try {
      both.add(collect(database));
      both.add(collect(database));
      int added = 0;
      for (CommandProcess one : both) {
        assertThat(one.exitCode()).as(one::output).isIn(0, 3);
        added += JSON.readTree(one.stdout()).get("added").asInt();
      }
      assertThat(added).isEqualTo(runs);
    } finally {
      both.forEach(CommandProcess::close);
    }
    Content.of(database).equalsTo(undisturbed);
    assertThat(query(database, "pragma integrity_check")).isEqualTo("ok");
  }

  /** Runs that are stored; 0 where there are no tables yet. */
  private static int stored(Path database) {
    try {
      return Integer.parseInt(query(database, "select count(*) from applications"));
    } catch (SQLException notYet) {
      return 0;
    }
  }

  /** Looked at without changing anything, as another process may be at work. */
  private static String query(Path database, String sql) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    try (Connection connection = config.createConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getString(1) : "";
    }
  }
}
