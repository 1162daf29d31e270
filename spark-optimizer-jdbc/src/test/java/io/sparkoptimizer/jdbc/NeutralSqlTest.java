package io.sparkoptimizer.jdbc;

import com.zaxxer.hikari.util.DriverDataSource;
import io.sparkoptimizer.spi.Repository;
import io.sparkoptimizer.testkit.RepositoryCompatibilityKit;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** What every repository does, over a database of another dialect. */
class NeutralSqlTest extends RepositoryCompatibilityKit {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  @Override
  protected Repository newRepository() {
    String url =
        "jdbc:h2:mem:runs" + DATABASES.incrementAndGet() + ";DB_CLOSE_DELAY=-1;NON_KEYWORDS=VALUE";
    DataSource source = new DriverDataSource(url, "org.h2.Driver", new Properties(), null, null);
    return new JdbcRepository(Database.open(source, source, source, "memory", 10));
  }
}
