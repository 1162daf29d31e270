package io.sparkoptimizer.jdbc;

import static io.sparkoptimizer.jdbc.RecordColumns.column;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.CachedRdd;
import io.sparkoptimizer.spark.Exclusion;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.ResourceProfile;
import io.sparkoptimizer.spark.RunId;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StreamingProgress;
import io.sparkoptimizer.spark.TableRow;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.SelectForUpdateStep;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Runs as rows: one in {@code applications}, which holds the summary too, and as many as there are in
 * {@code executors}, {@code jobs}, {@code stages} and {@code configuration}. What is asked for only
 * with the whole run is one JSON document in the application's row.
 */
final class RunTables {
  /** Rows in one JDBC batch, and ids in one list of a query. */
  private static final int CHUNK = 500;

  static final Table<Record> APPLICATIONS = table("applications");
  static final Field<Long> ID = column("id", SQLDataType.BIGINT);
  static final Field<String> IDENTITY = column("identity", SQLDataType.CHAR(64));
  static final Field<Long> APP_ID_HASH = column("app_id_hash", SQLDataType.BIGINT);
  static final Field<String> ISSUES = column("issues", SQLDataType.CLOB);
  private static final Field<Long> NAME_HASH = column("name_hash", SQLDataType.BIGINT);
  private static final Field<Long> JOB_SIGNATURE_HASH =
      column("job_signature_hash", SQLDataType.BIGINT);
  private static final Field<String> DETAIL = column("detail", SQLDataType.CLOB);

  private static final Field<String> SOURCE_NAME = column("source_name", SQLDataType.CLOB);
  private static final Field<String> APP_ID = column("app_id", SQLDataType.CLOB);
  private static final Field<String> DIGEST = column("digest", SQLDataType.CLOB);
  private static final Field<String> ATTEMPT_ID = column("attempt_id", SQLDataType.CLOB);
  private static final Field<Long> START_TIME_MS = column("start_time_ms", SQLDataType.BIGINT);
  private static final Field<String> NAME = column("name", SQLDataType.CLOB);
  private static final Field<String> JOB_SIGNATURE = column("job_signature", SQLDataType.CLOB);
  private static final Field<String> JOB_TYPE = column("job_type", SQLDataType.VARCHAR);
  private static final Field<Long> DURATION_MS = column("duration_ms", SQLDataType.BIGINT);

  private static final Field<Long> APPLICATION_ID = column("application_id", SQLDataType.BIGINT);
  private static final Field<Integer> ORDINAL = column("ordinal", SQLDataType.INTEGER);

  /** Words that SQL keeps for itself somewhere. */
  private static final Map<String, String> RENAMED =
      Map.of("user", "user_name", "lines", "log_lines");

  /** What has tables of its own, and what {@link Detail} holds. */
  private static final Set<String> NO_COLUMNS = Stream.concat(
          Stream.of("executors", "jobs", "stages", "configuration"),
          RecordShape.of(Detail.class).components().stream().map(RecordComponent::getName))
      .collect(Collectors.toUnmodifiableSet());

  private static final RecordColumns<ApplicationRun> RUN =
      new RecordColumns<>(ApplicationRun.class, RENAMED, NO_COLUMNS);

  private static final RecordColumns<RunSummary> SUMMARY = new RecordColumns<>(
      RunSummary.class,
      // the totals have a column of that name
      Map.of("user", "user_name", "inputBytes", "external_input_bytes"),
      Set.of("id"));

  private static final ListTable<Executor> EXECUTORS = new ListTable<>(
      table("executors"),
      new RecordColumns<>(Executor.class, Map.of("id", "executor_id"), Set.of()));
  private static final ListTable<SparkJob> JOBS =
      new ListTable<>(table("jobs"), new RecordColumns<>(SparkJob.class, Map.of(), Set.of()));
  private static final ListTable<StageAttempt> STAGES = new ListTable<>(
      table("stages"),
      new RecordColumns<>(StageAttempt.class, Map.of("tasks", "timed_tasks"), Set.of()));
  private static final ListTable<Setting> CONFIGURATION = new ListTable<>(
      table("configuration"), new RecordColumns<>(Setting.class, Map.of(), Set.of()));

  /** A run's lists where they are not asked for. */
  private static final Map<String, Object> NO_LISTS =
      RecordShape.of(ApplicationRun.class).components().stream()
          .filter(part -> NO_COLUMNS.contains(part.getName()))
          .filter(part -> part.getType() == List.class || part.getType() == Map.class)
          .collect(Collectors.toUnmodifiableMap(
              RecordComponent::getName,
              part -> part.getType() == List.class ? List.of() : Map.of()));

  private RunTables() {}

  /** A Spark property as it was set. */
  record Setting(String property, String value) {}

  /** The parts of a run that no query asks for alone. */
  record Detail(
      List<String> source,
      List<SqlExecution> sql,
      List<ResourceProfile> resourceProfiles,
      @Nullable StreamingProgress streaming,
      Map<String, Long> taskOutcomes,
      List<Exclusion> exclusions,
      List<CachedRdd> cachedRdds,
      List<MemoryFailure> memoryFailures,
      @Nullable TableRow tableRow) {
    static Detail of(ApplicationRun run) {
      return new Detail(
          run.source(),
          run.sql(),
          run.resourceProfiles(),
          run.streaming(),
          run.taskOutcomes(),
          run.exclusions(),
          run.cachedRdds(),
          run.memoryFailures(),
          run.tableRow());
    }
  }

  /** Rows that belong to an application, in an order. */
  private record ListTable<R extends java.lang.Record>(
      Table<Record> table, RecordColumns<R> columns) {
    List<Field<?>> fields() {
      List<Field<?>> fields = new ArrayList<>(List.of(APPLICATION_ID, ORDINAL));
      fields.addAll(columns.fields());
      return fields;
    }

    Rows rows(DSLContext context) {
      return new Rows(context, table, fields());
    }

    void add(Rows rows, long application, List<R> elements) {
      for (int i = 0; i < elements.size(); i++) {
        Map<String, @Nullable Object> row = new HashMap<>();
        row.put(APPLICATION_ID.getName(), application);
        row.put(ORDINAL.getName(), i);
        columns.write(elements.get(i), row);
        rows.add(row);
      }
    }

    Map<Long, List<R>> read(DSLContext context, Collection<Long> applications) {
      Map<Long, List<R>> lists = new HashMap<>();
      context
          .select(fields())
          .from(table)
          .where(APPLICATION_ID.in(applications))
          .orderBy(APPLICATION_ID, ORDINAL)
          .forEach(row -> lists
              .computeIfAbsent(row.get(APPLICATION_ID), id -> new ArrayList<>())
              .add(columns.read(row, Map.of())));
      return lists;
    }
  }

  /** Rows on their way into a table, in JDBC batches. */
  static final class Rows {
    private final DSLContext context;
    private final Table<Record> table;
    private final List<Field<?>> fields;
    private final List<@Nullable Object[]> waiting = new ArrayList<>();

    Rows(DSLContext context, Table<Record> table, List<Field<?>> fields) {
      this.context = context;
      this.table = table;
      this.fields = fields;
    }

    void add(Map<String, @Nullable Object> row) {
      waiting.add(fields.stream().map(field -> row.get(field.getName())).toArray());
      if (waiting.size() == CHUNK) {
        flush();
      }
    }

    void flush() {
      if (!waiting.isEmpty()) {
        context
            .batch(context.insertInto(table).columns(fields).values(new Object[fields.size()]))
            .bind(waiting.toArray(new Object[0][]))
            .execute();
        waiting.clear();
      }
    }
  }

  static Table<Record> table(String name) {
    return DSL.table(DSL.unquotedName(name));
  }

  /** Digest of what tells a run from others: unique among applications. */
  static String identity(RunId id) {
    return Text.digest(
        id.sourceName(),
        id.appId(),
        id.attemptId(),
        id.startTimeMs().isPresent() ? Long.toString(id.startTimeMs().getAsLong()) : "",
        id.name());
  }

  /** The run's row in applications. */
  static Map<String, @Nullable Object> row(ApplicationRun run) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    RunId id = run.id();
    row.put(IDENTITY.getName(), identity(id));
    row.put(APP_ID_HASH.getName(), Text.hash(id.appId()));
    row.put(NAME_HASH.getName(), Text.hash(id.name()));
    row.put(JOB_SIGNATURE_HASH.getName(), Text.hash(run.jobSignature()));
    RUN.write(run, row);
    SUMMARY.write(RunSummary.of(run), row);
    try {
      row.put(DETAIL.getName(), JsonDocument.write(Detail.of(run)));
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException(
          "run " + id.appId() + ": " + refused.getMessage(), refused);
    }
    return row;
  }

  /** All columns that are written, in the order of the table. */
  static List<Field<?>> fields() {
    List<Field<?>> fields =
        new ArrayList<>(List.of(IDENTITY, APP_ID_HASH, NAME_HASH, JOB_SIGNATURE_HASH));
    fields.addAll(RUN.fields());
    fields.addAll(SUMMARY.fields());
    fields.add(DETAIL);
    return withoutRepeats(fields);
  }

  /** A run and its summary share columns, such as the status. */
  private static List<Field<?>> withoutRepeats(List<Field<?>> fields) {
    Map<String, Field<?>> byName = new LinkedHashMap<>();
    fields.forEach(field -> byName.putIfAbsent(field.getName(), field));
    return List.copyOf(byName.values());
  }

  /** The columns of every table of lists, by its name. */
  static Map<String, List<Field<?>>> listFields() {
    Map<String, List<Field<?>>> fields = new LinkedHashMap<>();
    for (ListTable<?> list : List.of(EXECUTORS, JOBS, STAGES, CONFIGURATION)) {
      fields.put(list.table.getName(), list.fields());
    }
    return fields;
  }

  /** Inserts runs that are not there. */
  static void insert(DSLContext context, Collection<ApplicationRun> runs) {
    Rows applications = new Rows(context, APPLICATIONS, fields());
    runs.forEach(run -> applications.add(row(run)));
    applications.flush();
    Map<String, Long> ids = new HashMap<>();
    List<String> identities = runs.stream().map(run -> identity(run.id())).toList();
    for (List<String> some : chunks(identities)) {
      context
          .select(IDENTITY, ID)
          .from(APPLICATIONS)
          .where(IDENTITY.in(some))
          .forEach(row -> ids.put(row.value1(), row.value2()));
    }
    Rows executors = EXECUTORS.rows(context);
    Rows jobs = JOBS.rows(context);
    Rows stages = STAGES.rows(context);
    Rows configuration = CONFIGURATION.rows(context);
    for (ApplicationRun run : runs) {
      long id = Objects.requireNonNull(ids.get(identity(run.id())));
      EXECUTORS.add(executors, id, run.executors());
      JOBS.add(jobs, id, run.jobs());
      STAGES.add(stages, id, run.stages());
      CONFIGURATION.add(
          configuration,
          id,
          run.configuration().entrySet().stream()
              .map(entry -> new Setting(entry.getKey(), entry.getValue()))
              .toList());
    }
    executors.flush();
    jobs.flush();
    stages.flush();
    configuration.flush();
  }

  /** Deletes applications with all that belongs to them. */
  static void delete(DSLContext context, Collection<Long> ids) {
    for (List<Long> some : chunks(ids)) {
      context.deleteFrom(APPLICATIONS).where(ID.in(some)).execute();
    }
  }

  /**
   * What tells which runs are there and what they are worth, by row: runs without their lists.
   *
   * @param appIdHashes hashes of the application ids that are looked for
   */
  static Map<Long, ApplicationRun> stored(DSLContext context, Collection<Long> appIdHashes) {
    List<Field<?>> fields = new ArrayList<>(RUN.fields());
    fields.add(ID);
    Map<Long, ApplicationRun> runs = new LinkedHashMap<>();
    context
        .select(fields)
        .from(APPLICATIONS)
        .where(APP_ID_HASH.in(appIdHashes))
        .forEach(row -> runs.put(row.get(ID), RUN.read(row, NO_LISTS)));
    return runs;
  }

  static List<RunSummary> summaries(DSLContext context, RunQuery query) {
    List<Field<?>> fields =
        new ArrayList<>(List.of(SOURCE_NAME, APP_ID, DIGEST, ATTEMPT_ID, START_TIME_MS, NAME));
    fields.addAll(SUMMARY.fields());
    return select(context, fields, query).stream()
        .map(RunTables::summary)
        .sorted(RunSummary.NEWEST_FIRST)
        .toList();
  }

  static List<ApplicationRun> runs(DSLContext context, RunQuery query) {
    List<Field<?>> fields = new ArrayList<>(fields());
    fields.add(ID);
    List<Record> rows = new ArrayList<>();
    select(context, fields, query).forEach(rows::add);
    // Texts of equal starts have the database's order until here.
    rows.sort(Comparator.comparing(RunTables::summary, RunSummary.NEWEST_FIRST));
    List<ApplicationRun> runs = new ArrayList<>();
    for (List<Record> some : chunks(rows)) {
      List<Long> ids = some.stream().map(row -> row.get(ID)).toList();
      Map<Long, List<Executor>> executors = EXECUTORS.read(context, ids);
      Map<Long, List<SparkJob>> jobs = JOBS.read(context, ids);
      Map<Long, List<StageAttempt>> stages = STAGES.read(context, ids);
      Map<Long, List<Setting>> configuration = CONFIGURATION.read(context, ids);
      for (Record row : some) {
        long id = row.get(ID);
        Detail detail = JsonDocument.read(Detail.class, row.get(DETAIL));
        Map<String, @Nullable Object> lists = new HashMap<>();
        lists.put("executors", executors.getOrDefault(id, List.of()));
        lists.put("jobs", jobs.getOrDefault(id, List.of()));
        lists.put("stages", stages.getOrDefault(id, List.of()));
        lists.put(
            "configuration",
            configuration.getOrDefault(id, List.of()).stream()
                .collect(Collectors.toMap(Setting::property, Setting::value, (a, b) -> b)));
        RecordShape.of(Detail.class)
            .components()
            .forEach(part -> lists.put(part.getName(), RecordShape.get(part, detail)));
        runs.add(RUN.read(row, lists));
      }
    }
    return runs;
  }

  static long count(DSLContext context, RunQuery query) {
    return context.fetchCount(context.selectOne().from(APPLICATIONS).where(condition(query)));
  }

  private static RunSummary summary(Record row) {
    Long start = row.get(START_TIME_MS);
    String appId = row.get(APP_ID);
    String attemptId = row.get(ATTEMPT_ID);
    String name = row.get(NAME);
    RunId id = new RunId(
        row.get(SOURCE_NAME),
        appId == null ? row.get(DIGEST) : appId,
        attemptId == null ? "" : attemptId,
        start == null ? OptionalLong.empty() : OptionalLong.of(start),
        name == null ? "" : name);
    return SUMMARY.read(row, Map.of("id", id));
  }

  private static Result<Record> select(
      DSLContext context, Collection<Field<?>> fields, RunQuery query) {
    SelectForUpdateStep<Record> select;
    var ordered = context
        .select(fields)
        .from(APPLICATIONS)
        .where(condition(query))
        .orderBy(
            START_TIME_MS.desc().nullsLast(),
            effectiveAppId(),
            DSL.coalesce(ATTEMPT_ID, ""),
            SOURCE_NAME,
            DSL.coalesce(NAME, ""));
    select = query.limit().isPresent() ? ordered.limit(query.limit().getAsInt()) : ordered;
    return select.fetch();
  }

  private static Field<String> effectiveAppId() {
    return DSL.coalesce(APP_ID, DIGEST);
  }

  private static Condition condition(RunQuery query) {
    List<Condition> conditions = new ArrayList<>();
    if (query.appId() != null) {
      conditions.add(found(APP_ID_HASH, effectiveAppId(), query.appId()));
    }
    if (query.job() != null) {
      conditions.add(found(JOB_SIGNATURE_HASH, JOB_SIGNATURE, query.job())
          .or(found(NAME_HASH, DSL.coalesce(NAME, ""), query.job())));
    }
    if (query.jobType() != null) {
      conditions.add(JOB_TYPE.eq(Words.of(query.jobType())));
    }
    query.minDurationMs().ifPresent(least -> conditions.add(DURATION_MS.ge(least)));
    query.maxDurationMs().ifPresent(most -> conditions.add(DURATION_MS.le(most)));
    return DSL.and(conditions);
  }

  private static Condition found(Field<Long> hash, Field<String> text, String wanted) {
    return hash.eq(Text.hash(wanted)).and(text.eq(Text.storable(wanted)));
  }

  /** A list in parts that fit into one statement. */
  static <T> List<List<T>> chunks(Collection<T> all) {
    List<T> list = List.copyOf(all);
    List<List<T>> chunks = new ArrayList<>();
    for (int from = 0; from < list.size(); from += CHUNK) {
      chunks.add(list.subList(from, Math.min(list.size(), from + CHUNK)));
    }
    return chunks;
  }
}
