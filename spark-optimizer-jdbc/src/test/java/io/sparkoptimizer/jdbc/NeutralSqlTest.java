package io.sparkoptimizer.jdbc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.util.DriverDataSource;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.spi.Repository;
import io.sparkoptimizer.testkit.RepositoryCompatibilityKit;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jooq.SQLDialect;
import org.junit.jupiter.api.Test;

/** What every repository does, over a database of another dialect. */
class NeutralSqlTest extends RepositoryCompatibilityKit {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private static DataSource newDatabase() {
    String url =
        "jdbc:h2:mem:runs" + DATABASES.incrementAndGet() + ";DB_CLOSE_DELAY=-1;NON_KEYWORDS=VALUE";
    return new DriverDataSource(url, "org.h2.Driver", new Properties(), null, null);
  }

  @Test
  void dialect_serverOfAnotherProduct_isRefused() {
    assertThatThrownBy(() -> Database.dialect(newDatabase(), "memory"))
        .isInstanceOf(OptimizerException.class)
        .hasMessage("the database memory is H2; expected PostgreSQL, MySQL or MariaDB");
  }

  @Override
  protected Repository newRepository() {
    DataSource source = newDatabase();
    return new JdbcRepository(
        Database.open(source, source, source, SQLDialect.H2, "memory", 10, null));
  }
}
