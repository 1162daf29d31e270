package io.sparkoptimizer.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import io.sparkoptimizer.OptimizerException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.DefaultTransactionProvider;
import org.jspecify.annotations.Nullable;

/**
 * Connections to one database: many to read with, and one to write with, because writers wait for
 * each other in any case. Thread-safe.
 *
 * <p>A reading transaction sees one state of the database from its first statement to its last, so
 * that a run that is being replaced is seen whole. A writing transaction takes the writer's row
 * first, by which writers of all processes go one after another.
 */
final class Database implements AutoCloseable {
  static {
    // jOOQ logs a picture and advice to its users; these are not our users' matters.
    if (System.getProperty("org.jooq.no-logo") == null) {
      System.setProperty("org.jooq.no-logo", "true");
    }
    if (System.getProperty("org.jooq.no-tips") == null) {
      System.setProperty("org.jooq.no-tips", "true");
    }
  }

  /** How long SQLite waits for another process that writes. */
  private static final long BUSY_MS = TimeUnit.SECONDS.toMillis(60);

  private static final Object OPENING = new Object();

  private final String shown;
  private final HikariDataSource readers;
  private final HikariDataSource writer;
  private final DSLContext reading;
  private final DSLContext writing;

  /** A database that was opened, with our schema in it. */
  private Database(
      String shown, DataSource reads, DataSource writes, SQLDialect dialect, int most) {
    this.shown = shown;
    this.readers = pool("read", reads, most - 1, "TRANSACTION_REPEATABLE_READ");
    // Not stricter: the writer's row, once it is had, must show what the writer before it did.
    this.writer = pool("write", writes, 1, "TRANSACTION_READ_COMMITTED");
    this.reading = context(readers, dialect);
    this.writing = context(writer, dialect);
  }

  /**
   * Opens a database and makes the schema where it is new.
   *
   * @throws OptimizerException if it cannot be reached or is not ours
   */
  static Database open(DatabaseSettings settings) {
    DatabaseUrl url = settings.url();
    requireDriver(url.product());
    DataSource plain = source(url, new Properties());
    if (url.file() == null) {
      return open(
          plain,
          plain,
          plain,
          dialect(plain, url.shown()),
          url.shown(),
          settings.maximumConnections(),
          null);
    }
    createFolder(url.file());
    Properties pragmas = new Properties();
    pragmas.setProperty("busy_timeout", Long.toString(BUSY_MS));
    DataSource untouched = source(url, pragmas);
    pragmas.setProperty("journal_mode", "WAL"); // readers and a writer at a time
    pragmas.setProperty("synchronous", "NORMAL"); // with WAL, a crash loses no consistency
    pragmas.setProperty("foreign_keys", "true");
    DataSource reads = source(url, pragmas);
    // A transaction that reads and then writes could not wait for another that does the same.
    pragmas.setProperty("transaction_mode", "IMMEDIATE");
    DataSource writes = source(url, pragmas);
    return open(
        untouched,
        reads,
        writes,
        SQLDialect.SQLITE,
        url.shown(),
        settings.maximumConnections(),
        url.file());
  }

  /**
   * @param untouched connections that change nothing, for a look at whose database it is
   * @param shown names the database in messages
   * @param file of SQLite; null for a server
   */
  static Database open(
      DataSource untouched,
      DataSource reads,
      DataSource writes,
      SQLDialect dialect,
      String shown,
      int most,
      @Nullable Path file) {
    if (!isCurrent(untouched, dialect, shown)) {
      if (file == null) {
        Schema.migrate(writes, dialect, shown);
      } else {
        migrateInTurn(file, untouched, writes, dialect, shown);
      }
    }
    return new Database(shown, reads, writes, dialect, most);
  }

  private static boolean isCurrent(DataSource untouched, SQLDialect dialect, String shown) {
    try (Connection connection = untouched.getConnection()) {
      return Schema.isCurrent(connection, dialect, shown);
    } catch (SQLException | DataAccessException unreachable) {
      throw unreachable(shown, unreachable);
    }
  }

  /**
   * Of several that open a new SQLite file at once one makes it. SQLite itself does not see to that: it
   * answers "busy" at once, whatever the timeout, to the second of two that switch a file to WAL. The
   * lock's own file stays: whoever waits on it waits on that very file.
   */
  private static void migrateInTurn(
      Path file, DataSource untouched, DataSource writes, SQLDialect dialect, String shown) {
    Path lock = file.resolveSibling(file.getFileName() + "-opening");
    synchronized (OPENING) { // a file lock is one per process
      try (FileChannel channel =
              FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock held = channel.lock()) {
        if (held.isValid() && !isCurrent(untouched, dialect, shown)) {
          Schema.migrate(writes, dialect, shown);
        }
      } catch (IOException unusable) {
        throw new OptimizerException(
            "cannot open the database " + shown + ": " + unusable
                + "; expected a folder that can be written to",
            unusable);
      }
    }
  }

  private static void createFolder(Path file) {
    try {
      Path folder = file.getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
    } catch (IOException unusable) {
      throw new OptimizerException(
          "cannot open the database " + file + ": " + unusable
              + "; expected a folder that can be written to",
          unusable);
    }
  }

  private static void requireDriver(DatabaseUrl.Product product) {
    try {
      Class.forName(product.driverClass, true, Database.class.getClassLoader());
    } catch (ClassNotFoundException missing) {
      throw new OptimizerException(
          "no driver for this database; add " + product.dependency + " to the class path", missing);
    }
  }

  private static DataSource source(DatabaseUrl url, Properties pragmas) {
    Properties properties = new Properties();
    properties.putAll(pragmas);
    properties.putAll(url.properties());
    return new DriverDataSource(url.jdbcUrl(), url.product().driverClass, properties, null, null);
  }

  private static HikariDataSource pool(String name, DataSource source, int most, String isolation) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("spark-optimizer-" + name);
    config.setTransactionIsolation(isolation);
    config.setDataSource(source);
    config.setMaximumPoolSize(most);
    config.setMinimumIdle(0); // connections are made when they are needed
    config.setInitializationFailTimeout(-1); // it was reached a moment ago
    // A writer waits for its turn, which may be behind a large batch.
    config.setConnectionTimeout(TimeUnit.MINUTES.toMillis(10));
    return new HikariDataSource(config);
  }

  static DSLContext context(DataSource source, SQLDialect dialect) {
    DataSourceConnectionProvider connections = new DataSourceConnectionProvider(source);
    return DSL.using(new DefaultConfiguration()
        .set(connections)
        // Without savepoints: in SQLite one begins a transaction of the wrong mode.
        .set(new DefaultTransactionProvider(connections, false))
        .set(dialect)
        .set(settings()));
  }

  static Settings settings() {
    return new Settings()
        .withExecuteLogging(false) // it would print what users stored
        // SQLite takes a quoted name that is no column for a text.
        .withRenderQuotedNames(RenderQuotedNames.EXPLICIT_DEFAULT_UNQUOTED);
  }

  /** By the server's name, not the url's: MariaDB answers to MySQL's urls and speaks otherwise. */
  static SQLDialect dialect(DataSource server, String shown) {
    String product;
    try (Connection connection = server.getConnection()) {
      product = connection.getMetaData().getDatabaseProductName();
    } catch (SQLException unreachable) {
      throw unreachable(shown, unreachable);
    }
    return switch (product) {
      case "PostgreSQL" -> SQLDialect.POSTGRES;
      case "MySQL" -> SQLDialect.MYSQL;
      case "MariaDB" -> SQLDialect.MARIADB;
      default ->
        throw new OptimizerException(
            "the database " + shown + " is " + product + "; expected PostgreSQL, MySQL or MariaDB");
    };
  }

  private static OptimizerException unreachable(String shown, Exception why) {
    return new OptimizerException(
        "cannot open the database " + shown + ": " + rootMessage(why), why);
  }

  /** Answers from one state of the database. */
  <T> T read(String what, Function<DSLContext, T> question) {
    return run(reading, what, question);
  }

  /** Changes the database, alone, and wholly or not at all. */
  <T> T write(String what, Function<DSLContext, T> change) {
    return run(writing, what, context -> {
      Schema.lockWriter(context);
      return change.apply(context);
    });
  }

  private <T> T run(DSLContext context, String what, Function<DSLContext, T> work) {
    try {
      return context.transactionResult(transaction -> work.apply(DSL.using(transaction)));
    } catch (DataAccessException failed) {
      throw new OptimizerException(
          "cannot " + what + " the database " + shown + ": " + rootMessage(failed), failed);
    } catch (IllegalArgumentException unfit) { // of a value that has no form there, or here
      throw new OptimizerException(
          "cannot " + what + " the database " + shown + ": " + unfit.getMessage(), unfit);
    }
  }

  static String rootMessage(Throwable failed) {
    Throwable root = failed;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  @Override
  public void close() {
    // A pool that is closed by an interrupted thread complains at length.
    boolean interrupted = Thread.interrupted();
    readers.close();
    writer.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
