package io.sparkoptimizer.jdbc;

import static io.sparkoptimizer.jdbc.RecordColumns.column;

import io.sparkoptimizer.ModelInfo;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.Repository;
import io.sparkoptimizer.spi.StoredModel;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;

/**
 * Keeps runs, recommendations and trained models in a database. Thread-safe; any number of processes may use one
 * database at a time. Text is kept but for NUL and halves of surrogate pairs, which become U+FFFD;
 * numbers that are not finite are refused.
 */
public final class JdbcRepository implements Repository {
  private static final Table<Record> RECOMMENDATIONS = RunTables.table("recommendations");
  private static final Field<String> IDENTITY = column("identity", SQLDataType.CHAR(64));
  private static final Field<String> RECOMMENDATION_ID =
      column("recommendation_id", SQLDataType.CLOB);
  private static final Field<Long> GIVEN_MS = column("given_ms", SQLDataType.BIGINT);
  private static final Field<String> METHOD = column("method", SQLDataType.CLOB);
  private static final Field<String> VERDICT = column("verdict", SQLDataType.VARCHAR);
  private static final Field<String> DOCUMENT = column("document", SQLDataType.CLOB);

  private final Database database;

  JdbcRepository(Database database) {
    this.database = database;
  }

  @Override
  public SaveResult save(List<CollectedRun> batch) {
    if (batch.isEmpty()) {
      return new SaveResult(0, 0, 0);
    }
    List<CollectedRun> runs = List.copyOf(batch);
    return database.write("save runs in", context -> RunSaving.save(context, runs));
  }

  @Override
  public void remember(String sourceName, List<KnownInput> inputs) {
    List<KnownInput> known = List.copyOf(inputs);
    if (!known.isEmpty()) {
      database.write("remember inputs in", context -> {
        Inputs.remember(context, sourceName, known);
        return known.size();
      });
    }
  }

  @Override
  public List<KnownInput> known(String sourceName, Collection<String> locations) {
    return locations.isEmpty()
        ? List.of()
        : database.read(
            "look for inputs in", context -> Inputs.known(context, sourceName, locations));
  }

  @Override
  public void save(Recommendation recommendation, long givenMs) {
    String identity = Text.digest(recommendation.id());
    database.write("save a recommendation in", context -> {
      if (context.fetchExists(RECOMMENDATIONS, IDENTITY.eq(identity))) {
        return 0;
      }
      return context
          .insertInto(RECOMMENDATIONS)
          .set(IDENTITY, identity)
          .set(RECOMMENDATION_ID, Text.storable(recommendation.id()))
          .set(GIVEN_MS, givenMs)
          .set(METHOD, Text.storable(recommendation.method()))
          .set(VERDICT, recommendation.verdict().word())
          .set(DOCUMENT, JsonDocument.write(recommendation))
          .execute();
    });
  }

  @Override
  public Optional<Recommendation> recommendation(String id) {
    return database.read(
        "read a recommendation from",
        context -> context
            .select(DOCUMENT)
            .from(RECOMMENDATIONS)
            .where(IDENTITY.eq(Text.digest(id)))
            .fetchOptional(DOCUMENT)
            .map(document -> JsonDocument.read(Recommendation.class, document)));
  }

  @Override
  public List<GivenRecommendation> recommendations(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be 1 or more, was " + limit);
    }
    return database.read(
        "read recommendations from",
        context -> context
            .select(DOCUMENT, GIVEN_MS)
            .from(RECOMMENDATIONS)
            .orderBy(GIVEN_MS.desc(), IDENTITY)
            .limit(limit)
            .fetch(row -> new GivenRecommendation(
                JsonDocument.read(Recommendation.class, row.value1()), row.value2())));
  }

  @Override
  public StoredModel save(StoredModel model) {
    return database.write("save a model in", context -> Models.save(context, model));
  }

  @Override
  public List<ModelInfo> models() {
    return database.read("read models from", Models::all);
  }

  @Override
  public Optional<StoredModel> model(String name, int version) {
    return database.read("read a model from", context -> Models.one(context, name, version));
  }

  @Override
  public List<RunSummary> summaries(RunQuery query) {
    return database.read("read runs from", context -> RunTables.summaries(context, query));
  }

  @Override
  public List<ApplicationRun> runs(RunQuery query) {
    return database.read("read runs from", context -> RunTables.runs(context, query));
  }

  @Override
  public long count(RunQuery query) {
    return database.read("count runs in", context -> RunTables.count(context, query));
  }

  @Override
  public void close() {
    database.close();
  }

  /**
   * Opens databases. Reads {@code database.url} (default: SQLite in {@code
   * ~/.spark-optimizer/history.db}), {@code database.pool_size} and {@code database.max_overflow}.
   */
  public static final class Provider implements Repository.Provider {
    @Override
    public String name() {
      return "jdbc";
    }

    @Override
    public Repository create(Map<String, String> settings) {
      Path home = Path.of(System.getProperty("user.home"));
      return new JdbcRepository(Database.open(DatabaseSettings.of(settings, home)));
    }
  }
}
