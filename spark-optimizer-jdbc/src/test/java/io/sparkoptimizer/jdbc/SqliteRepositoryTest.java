package io.sparkoptimizer.jdbc;

import io.sparkoptimizer.spi.Repository;
import io.sparkoptimizer.testkit.RepositoryCompatibilityKit;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** What every repository does, over SQLite. */
class SqliteRepositoryTest extends RepositoryCompatibilityKit {
  @TempDir
  Path folder;

  @Override
  protected Repository newRepository() {
    return new JdbcRepository.Provider()
        .create(Map.of("database.url", "sqlite:///" + folder.resolve("history.db")));
  }
}
