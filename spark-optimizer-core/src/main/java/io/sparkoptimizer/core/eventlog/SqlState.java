package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spark.SqlExecution;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A SQL execution while its log is read. Only the newest plan is kept, and of it only the shape. */
final class SqlState {
  private static final int MAX_DESCRIPTION_CHARS = 200;
  private static final int MAX_OPERATOR_CHARS = 200;

  /** Spark names 25 fields; the pattern takes the square of what it is given. */
  private static final int MAX_WORDS_CHARS = 10_000;

  /**
   * {@code Scan parquet db.table}, {@code GpuScan parquet}, {@code Scan JDBCRelation(t)}: format second.
   * In {@code BatchScan catalog.db.table} there is none.
   */
  private static final Pattern SCAN =
      Pattern.compile("(\\w*Scan) (?:([A-Za-z0-9_]+)(?=[\\s(\\[]|$).*|\\S.*)", Pattern.DOTALL);

  /** What Spark calls the scan of a cached table that has a name. */
  private static final String CACHE_SCAN = "Scan In-memory table ";

  /** Scans of what no file holds. */
  private static final Set<String> NO_FORMAT = Set.of("ExistingRDD", "OneRowRelation");

  /** Spark's, Photon's, and what other engines make of them; not where rows are read again. */
  private static final Pattern EXCHANGE =
      Pattern.compile("(?!Reused)\\w*Exchange|\\w*ShuffleExchangeSink");

  /** What adaptive execution puts above a shuffle that it reads otherwise than planned. */
  private static final Set<String> ADAPTIVE_READS = Set.of("AQEShuffleRead", "CustomShuffleReader");

  /** {@code Exchange hashpartitioning(a#1, 200), ENSURE_REQUIREMENTS, [plan_id=12]}. */
  private static final Pattern PARTITIONING = Pattern.compile(
      "\\w+ (?<scheme>\\w+)(?:\\((?:.*[ ,(])?(?<count>\\d{1,10})\\))?[^)]*?"
          + "(?:, (?<origin>[A-Z_]{5,}))?(?:, [^,)]*){0,20}", // bounded: it takes stack
      Pattern.DOTALL);

  final long executionId;
  private String description = "";
  private OptionalLong startTimeMs = OptionalLong.empty();
  OptionalLong endTimeMs = OptionalLong.empty();
  final TreeSet<Integer> jobIds = new TreeSet<>();
  private Map<String, Long> operators = Map.of();
  private Map<String, Long> joins = Map.of();
  private List<PlannedScan> scans = List.of();
  private List<PlannedExchange> exchanges = List.of();
  private Map<String, Long> initialJoins = Map.of();
  private boolean adaptive;
  private long replans;
  private final Map<String, Long> adaptiveReads = new HashMap<>();
  private final Map<Long, Long> driverFigures = new HashMap<>();

  /** A scan and the accumulators that count its files and bytes. */
  private record PlannedScan(
      @Nullable String format, OptionalLong filesCounter, OptionalLong bytesCounter) {}

  private record PlannedExchange(
      boolean broadcast,
      @Nullable String partitioning,
      @Nullable String origin,
      OptionalLong partitions,
      OptionalLong partitionsCounter,
      OptionalLong bytesCounter) {}

  SqlState(long executionId) {
    this.executionId = executionId;
  }

  void started(JsonTree event) {
    String text = Redaction.text(event.text("description", ""));
    description = text.substring(0, Math.min(text.length(), MAX_DESCRIPTION_CHARS));
    startTimeMs = event.number("time");
    planned(event.object("sparkPlanInfo"));
    initialJoins = joins;
  }

  void replanned(JsonTree event) {
    adaptive = true;
    replans++;
    planned(event.object("sparkPlanInfo"));
  }

  /** Takes a plan, which replaces the one before: adaptive execution logs every one that it makes. */
  private void planned(JsonTree plan) {
    Map<String, Long> newOperators = new TreeMap<>();
    Map<String, Long> newJoins = new TreeMap<>();
    List<PlannedScan> newScans = new ArrayList<>();
    List<PlannedExchange> newExchanges = new ArrayList<>();
    adaptiveReads.clear();
    // What is reused stands in the plan again, whole, with the counters of where it ran.
    Set<Long> counters = new HashSet<>();
    List<JsonTree> open = new ArrayList<>(List.of(plan));
    while (!open.isEmpty()) {
      JsonTree node = open.remove(open.size() - 1);
      OptionalLong counter = counter(node, "");
      if (counter.isPresent() && !counters.add(counter.getAsLong())) {
        continue;
      }
      open.addAll(node.objects("children"));
      String name = node.text("nodeName");
      if (name == null) {
        continue;
      }
      Matcher scan = SCAN.matcher(name);
      boolean isScan = !name.startsWith(CACHE_SCAN) && scan.matches();
      String format = isScan ? scan.group(2) : null;
      String operator =
          format != null ? "Scan " + format : isScan ? scan.group(1) : operatorName(name);
      newOperators.merge(operator, 1L, Long::sum);
      if (operator.equals("AdaptiveSparkPlan")) {
        adaptive = true;
      } else if (ADAPTIVE_READS.contains(operator)) {
        adaptiveRead(node.text("simpleString", ""));
      } else if (EXCHANGE.matcher(operator).matches()) {
        newExchanges.add(exchange(operator, node));
      }
      if (operator.endsWith("Join") || operator.endsWith("CartesianProduct")) {
        newJoins.merge(operator, 1L, Long::sum);
      }
      if (isScan && (format == null || !NO_FORMAT.contains(format))) {
        newScans.add(new PlannedScan(
            format == null ? null : format.toLowerCase(Locale.ROOT),
            counter(node, "number of files read"),
            counter(node, "size of files read")));
      }
    }
    operators = newOperators;
    joins = newJoins;
    scans = newScans;
    exchanges = newExchanges;
  }

  private void adaptiveRead(String words) {
    for (String change : List.of("coalesced", "skewed", "local")) {
      if (words.contains(change)) {
        adaptiveReads.merge(change, 1L, Long::sum);
      }
    }
  }

  private static PlannedExchange exchange(String operator, JsonTree node) {
    boolean broadcast = operator.contains("Broadcast");
    String said = node.text("simpleString", "");
    Matcher words =
        PARTITIONING.matcher(said.substring(0, Math.min(said.length(), MAX_WORDS_CHARS)));
    boolean dealt = !broadcast && words.matches();
    return new PlannedExchange(
        broadcast,
        dealt ? words.group("scheme") : null,
        dealt ? words.group("origin") : null,
        dealt && words.group("count") != null
            ? Numbers.parse(words.group("count"))
            : OptionalLong.empty(),
        counter(node, "number of partitions"),
        counter(node, "data size"));
  }

  /** {@code WholeStageCodegen (3)} and {@code ShuffleQueryStage 2} are one kind of node each. */
  private static String operatorName(String name) {
    if (name.startsWith(CACHE_SCAN)) {
      return "InMemoryTableScan"; // its name where the table has none
    }
    int end = 0;
    while (end < name.length()
        && (Character.isLetterOrDigit(name.charAt(end)) || name.charAt(end) == '_')) {
      end++;
    }
    String operator = end == 0 || name.startsWith("Execute ")
        ? Redaction.text(name.strip()) // commands carry their words
        : name.substring(0, end);
    return operator.substring(0, Math.min(operator.length(), MAX_OPERATOR_CHARS));
  }

  private static OptionalLong counter(JsonTree node, String metric) {
    for (JsonTree candidate : node.objects("metrics")) {
      // Spark 2 adds what it shows: "data size total (min, med, max)".
      if (candidate.text("name", "").startsWith(metric)) {
        return candidate.number("accumulatorId");
      }
    }
    return OptionalLong.empty();
  }

  void driverFigure(long accumulator, long value) {
    driverFigures.put(accumulator, value);
  }

  /** @param stageFigures accumulators of tasks, by id */
  SqlExecution build(LongFunction<@Nullable Long> stageFigures) {
    List<SqlExecution.Scan> counted = new ArrayList<>();
    for (PlannedScan scan : scans) {
      counted.add(new SqlExecution.Scan(
          scan.format(), figure(scan.filesCounter()), figure(scan.bytesCounter())));
    }
    List<SqlExecution.Exchange> moved = new ArrayList<>();
    for (PlannedExchange exchange : exchanges) {
      OptionalLong partitions = figure(exchange.partitionsCounter());
      moved.add(new SqlExecution.Exchange(
          exchange.broadcast(),
          exchange.partitioning(),
          exchange.origin(),
          partitions.isPresent() ? partitions : exchange.partitions(),
          figure(
              exchange.bytesCounter(), exchange.broadcast() ? driverFigures::get : stageFigures)));
    }
    boolean timed = startTimeMs.isPresent()
        && endTimeMs.isPresent()
        && endTimeMs.getAsLong() >= startTimeMs.getAsLong();
    return new SqlExecution(
        executionId,
        description,
        startTimeMs,
        timed
            ? OptionalLong.of(endTimeMs.getAsLong() - startTimeMs.getAsLong())
            : OptionalLong.empty(),
        List.copyOf(jobIds),
        operators,
        counted,
        joins,
        moved,
        adaptive
            ? new SqlExecution.AdaptiveChanges(
                replans,
                adaptiveReads.getOrDefault("coalesced", 0L),
                adaptiveReads.getOrDefault("skewed", 0L),
                adaptiveReads.getOrDefault("local", 0L),
                initialJoins)
            : null);
  }

  private OptionalLong figure(OptionalLong counter) {
    return figure(counter, driverFigures::get);
  }

  private static OptionalLong figure(OptionalLong counter, LongFunction<@Nullable Long> figures) {
    Long value = counter.isPresent() ? figures.apply(counter.getAsLong()) : null;
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
