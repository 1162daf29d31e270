package io.sparkoptimizer.jdbc;

import io.sparkoptimizer.OptimizerException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.CRC32;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.BaseJavaMigration;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jooq.DSLContext;
import org.jooq.Query;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * Makes the tables, and brings older ones up to date.
 *
 * <p>A migration is a file in neutral SQL. jOOQ reads it and says it again as the database at hand
 * wants it, so there is one file for all; Flyway counts which were done, in a table of our own name.
 */
final class Schema {
  /** Flyway's table. By its name a database is known to be ours. */
  static final String HISTORY = "spark_optimizer_schema_history";

  private static final List<SqlMigration> MIGRATIONS = List.of(
      new SqlMigration(1, "runs"),
      new SqlMigration(2, "more_of_runs"),
      new SqlMigration(3, "collections"));

  private Schema() {}

  /**
   * Whether all migrations were done; false for an empty database.
   *
   * @throws OptimizerException if it is someone else's, or a newer version's
   */
  static boolean isCurrent(Connection connection, SQLDialect dialect, String shown)
      throws SQLException {
    List<String> tables = tables(connection);
    if (tables.isEmpty()) {
      return false;
    }
    if (!tables.contains(HISTORY)) {
      throw new OptimizerException("the database " + shown
          + " holds tables that are not spark-optimizer's (" + String.join(", ", shortened(tables))
          + "); it was left as it is. Name an empty or a new database in database.url");
    }
    DSLContext context = DSL.using(connection, dialect, Database.settings());
    int done = context
        .select(DSL.field(DSL.quotedName("version"), SQLDataType.VARCHAR))
        .from(DSL.table(DSL.quotedName(HISTORY)))
        .where(DSL.field(DSL.quotedName("success"), SQLDataType.BOOLEAN).isTrue())
        .fetch()
        .stream()
        .map(row -> row.value1())
        .filter(version -> version != null)
        .mapToInt(Integer::parseInt)
        .max()
        .orElse(0);
    if (done > MIGRATIONS.size()) {
      throw new OptimizerException("the database " + shown + " has schema " + done
          + ", which a newer spark-optimizer made; this one knows " + MIGRATIONS.size()
          + ". Use the newer one, or name another database in database.url");
    }
    return done == MIGRATIONS.size();
  }

  private static List<String> tables(Connection connection) throws SQLException {
    List<String> names = new ArrayList<>();
    try (ResultSet tables = connection
        .getMetaData()
        .getTables(connection.getCatalog(), connection.getSchema(), "%", new String[] {
          "TABLE", "BASE TABLE", "VIEW"
        })) {
      while (tables.next()) {
        String name = tables.getString("TABLE_NAME").toLowerCase(Locale.ROOT);
        if (!name.startsWith("sqlite_")) {
          names.add(name);
        }
      }
    }
    return names;
  }

  private static List<String> shortened(List<String> tables) {
    List<String> sorted = new ArrayList<>(new TreeSet<>(tables));
    return sorted.size() <= 5
        ? sorted
        : List.of(sorted.get(0), sorted.get(1), sorted.get(2), "...");
  }

  static void migrate(DataSource source, SQLDialect dialect, String shown) {
    try {
      Flyway.configure(Schema.class.getClassLoader())
          .dataSource(source)
          .table(HISTORY)
          .locations(new String[0])
          .loggers("slf4j")
          .javaMigrations(MIGRATIONS.stream()
              .map(migration -> migration.in(dialect))
              .toArray(JavaMigration[]::new))
          .load()
          .migrate();
    } catch (FlywayException failed) {
      throw new OptimizerException(
          "cannot make the tables in the database " + shown + ": " + Database.rootMessage(failed),
          failed);
    }
  }

  /** Takes the row that every writer takes, until the transaction ends. */
  static void lockWriter(DSLContext context) {
    var saves = DSL.field(DSL.unquotedName("saves"), SQLDataType.BIGINT);
    context
        .update(DSL.table(DSL.unquotedName("writer")))
        .set(Map.of(saves, saves.plus(1)))
        .execute();
  }

  private record SqlMigration(int version, String name) {
    String sql() {
      String file = "V" + version + "__" + name + ".sql";
      try (InputStream in = Schema.class.getResourceAsStream(file)) {
        if (in == null) {
          throw new IllegalStateException(file + " is missing from the jar");
        }
        return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r", "");
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }

    JavaMigration in(SQLDialect dialect) {
      String sql = sql();
      CRC32 crc = new CRC32();
      crc.update(sql.getBytes(StandardCharsets.UTF_8));
      return new BaseJavaMigration() {
        @Override
        protected void init() {
          // the class name says nothing; see below
        }

        @Override
        public MigrationVersion getVersion() {
          return MigrationVersion.fromVersion(Integer.toString(version));
        }

        @Override
        public String getDescription() {
          return name;
        }

        @Override
        public Integer getChecksum() {
          return (int) crc.getValue();
        }

        @Override
        public void migrate(Context flyway) {
          DSLContext context = DSL.using(flyway.getConnection(), dialect, Database.settings());
          for (Query statement : context.parser().parse(sql)) {
            context.execute(statement);
          }
        }
      };
    }
  }
}
