package io.sparkoptimizer.testkit;

import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.Interval;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.Prediction;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.CachedRdd;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.DataQuality;
import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.Exclusion;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.JobStatus;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.ResourceProfile;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.StageStatus;
import io.sparkoptimizer.spark.StreamingProgress;
import io.sparkoptimizer.spark.TableRow;
import io.sparkoptimizer.spark.TaskDistribution;
import io.sparkoptimizer.spark.TaskMetric;
import io.sparkoptimizer.spark.TimeByBytes;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes runs that use the model to its corners: every field, every constant, absent values beside
 * zeros, the largest numbers, text that breaks careless SQL, JSON and file names, distributions that
 * are exact and ones that are compacted. They are valid values, not plausible runs.
 *
 * <p>Equal seeds give equal runs in equal order. No two runs of one generator are the same run, and
 * none collides with another. Text holds no NUL and no half of a surrogate pair, which databases
 * cannot keep. Not thread-safe.
 */
public final class SyntheticRuns {
  /** 2026-01-01T00:00:00Z. */
  private static final long EPOCH_MS = 1_767_225_600_000L;

  private static final List<String> TEXTS = List.of(
      "nightly-sales",
      "",
      " ",
      "it's \"quoted\" `here`",
      "'; drop table applications; --",
      "\" or 1=1 /* {0} ${user.home} %s ? :name */",
      "100% _of_ \\ C:\\temp\\",
      "tab\tline\nreturn\rend",
      "Größe naïve façade İstanbul ıI",
      "日本語のジョブ",
      "مهمة يومية",
      "e\u0301 combining, \u200bzero width, \uFEFFmark, \uFFFD",
      "\uD83D\uDE80 rocket \uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67 family",
      "<script>alert(1)</script>&amp;",
      "null",
      "{\"json\": [1, 2.5e3, true]}",
      "x".repeat(5000));

  private final long seed;
  private final Random random;
  private int made;

  private SyntheticRuns(long seed) {
    this.seed = seed;
    this.random = new Random(seed);
  }

  public static SyntheticRuns seeded(long seed) {
    return new SyntheticRuns(seed);
  }

  /** The next {@code count} runs. */
  public List<ApplicationRun> take(int count) {
    return IntStream.range(0, count).mapToObj(i -> next()).toList();
  }

  /** The next run. */
  public ApplicationRun next() {
    int number = made++;
    OptionalLong start =
        maybe() ? OptionalLong.of(EPOCH_MS + random.nextInt(1_000_000_000)) : OptionalLong.empty();
    return ApplicationRun.builder()
        .sourceName(chance(3) ? "cluster " + text() : ApplicationRun.DEFAULT_SOURCE)
        .source(list(3, () -> "/logs/" + text()))
        .appId(maybe() ? "application_" + seed + "_" + number : null)
        .digest("sha256:" + seed + "-" + number)
        .attemptId(chance(3) ? null : chance(4) ? "" : Integer.toString(1 + random.nextInt(3)))
        .name(nullable(this::text))
        .user(nullable(this::text))
        .sparkVersion(nullable(() -> "3.5." + random.nextInt(9)))
        .javaVersion(nullable(() -> "17.0." + random.nextInt(20)))
        .clusterManager(any(ClusterManager.values()))
        .kind(any(ApplicationKind.values()))
        .jobType(any(JobType.values()))
        .jobSignature(text())
        .startTimeMs(start)
        // An end without a start, and an end before the start, are in the field too.
        .endTimeMs(maybe() ? OptionalLong.of(timeMs()) : OptionalLong.empty())
        .lastEventTimeMs(optionalTime())
        .status(any(RunStatus.values()))
        .quality(new DataQuality(
            random.nextBoolean(), anyOf(QualityIssue.class), count(), count(), count(), count()))
        .configuration(map(8, this::text))
        .executors(list(5, this::executor))
        .jobs(list(5, this::job))
        .stages(list(7, this::stage))
        .sql(list(4, this::sqlExecution))
        .aqeUpdates(count())
        .resourceProfiles(list(
            3,
            () -> new ResourceProfile(random.nextInt(5), map(4, this::real), map(2, this::real))))
        .streaming(nullable(this::streaming))
        .taskOutcomes(map(4, this::count))
        .exclusions(list(2, this::exclusion))
        .cachedRdds(list(2, this::cachedRdd))
        .largestBroadcastBytes(optional())
        .memoryFailures(list(3, this::memoryFailure))
        .tableRow(chance(5) ? tableRow() : null)
        .build();
  }

  /** The next recommendation, over every verdict. */
  public Recommendation nextRecommendation() {
    Verdict verdict = any(Verdict.values());
    boolean proposes = verdict == Verdict.CHANGE || verdict == Verdict.KEEP;
    Resources proposed = proposes ? resources() : Resources.NONE;
    return new Recommendation(
        "recommendation " + seed + " " + made++ + " " + text(),
        verdict,
        text(),
        proposed,
        prediction(),
        resources(),
        prediction(),
        random.nextDouble(),
        any(Recommendation.ConfidenceBasis.values()),
        maybe()
            ? Prices.DEFAULT
            : new Prices(
                random.nextDouble(), 0.1, "EUR", "list", nullable(() -> LocalDate.of(2026, 2, 28))),
        list(4, this::text),
        optional(),
        any(Recommendation.InputBasis.values()),
        nullable(this::text),
        text(),
        list(
            4,
            () -> new Evidence(
                "spark." + text(),
                nullable(this::text),
                nullable(this::text),
                "peak_jvm_heap_bytes",
                optionalReal(),
                optionalReal(),
                list(3, this::text),
                text())),
        proposes ? proposed.toSparkConf() : Map.of(),
        list(3, () -> new Recommendation.Alternative(resources(), prediction())));
  }

  private Executor executor() {
    return new Executor(
        chance(5) ? Executor.DRIVER : Integer.toString(random.nextInt(100)),
        nullable(this::text),
        optionalInt(),
        optionalInt(),
        optionalTime(),
        optionalTime(),
        optionalTime(),
        nullable(this::text),
        count(),
        count(),
        count(),
        optional(),
        optional(),
        optional(),
        optional(),
        measures(MemoryPeak.class),
        measures(CollectorMetric.class));
  }

  private SparkJob job() {
    return new SparkJob(
        random.nextInt(1000),
        any(JobStatus.values()),
        optionalTime(),
        optionalTime(),
        list(6, () -> random.nextInt(5000)),
        optional());
  }

  private StageAttempt stage() {
    EnumMap<TaskDistribution, Distribution> distributions = new EnumMap<>(TaskDistribution.class);
    for (TaskDistribution figure : TaskDistribution.values()) {
      if (chance(3)) {
        distributions.put(figure, distribution());
      }
    }
    return StageAttempt.builder(random.nextInt(5000), random.nextInt(4))
        .name(text())
        .status(any(StageStatus.values()))
        .parentIds(list(4, () -> random.nextInt(5000)))
        .submissionTimeMs(optionalTime())
        .firstTaskLaunchedTimeMs(optionalTime())
        .completionTimeMs(optionalTime())
        .numTasks(random.nextInt(1_000_000))
        .numCompleteTasks(random.nextInt(3))
        .numFailedTasks(random.nextInt(3))
        .numKilledTasks(random.nextInt(3))
        .numSpeculativeTasks(random.nextInt(1000))
        .slotTimeMs(count())
        .resourceProfileId(optionalInt())
        .failureReason(nullable(this::text))
        .metrics(chance(5) ? Measures.none(TaskMetric.class) : measures(TaskMetric.class))
        .peaks(chance(5) ? Measures.none(MemoryPeak.class) : measures(MemoryPeak.class))
        .distributions(distributions)
        .timeByBytes(maybe() ? timeByBytes() : TimeByBytes.NONE)
        .build();
  }

  /** Of no figure, of a few, or of so many that the sketch compacts them. */
  private Distribution distribution() {
    int figures = chance(10) ? 1000 + random.nextInt(4000) : random.nextInt(30);
    Distribution.Builder builder = Distribution.builder();
    for (int i = 0; i < figures; i++) {
      builder.add(chance(20) ? count() : random.nextInt(100_000));
    }
    return builder.build();
  }

  private SqlExecution sqlExecution() {
    return new SqlExecution(
        count(),
        text(),
        optionalTime(),
        optional(),
        list(3, () -> random.nextInt(1000)),
        map(5, this::count),
        list(3, () -> new SqlExecution.Scan(nullable(this::text), optional(), optional())),
        map(2, this::count),
        list(
            3,
            () -> new SqlExecution.Exchange(
                random.nextBoolean(),
                nullable(this::text),
                nullable(this::text),
                optional(),
                optional())),
        nullable(() ->
            new SqlExecution.AdaptiveChanges(count(), count(), 0, count(), map(2, this::count))));
  }

  private TimeByBytes timeByBytes() {
    TimeByBytes tasks = TimeByBytes.NONE;
    for (int i = random.nextInt(20); i >= 0; i--) {
      tasks = tasks.and((double) count(), random.nextDouble() * 1e6);
    }
    return tasks;
  }

  private Exclusion exclusion() {
    return new Exclusion(
        nullable(this::text),
        nullable(this::text),
        optionalInt(),
        optional(),
        optionalTime(),
        optionalTime());
  }

  private CachedRdd cachedRdd() {
    return new CachedRdd(
        random.nextInt(5000),
        text(),
        text(),
        random.nextInt(5000),
        optionalInt(),
        optional(),
        optional());
  }

  private StreamingProgress streaming() {
    return new StreamingProgress(
        count(),
        count(),
        optional(),
        optional(),
        optionalReal(),
        optionalReal(),
        optional(),
        optionalReal(),
        optional(),
        optional(),
        optional(),
        optional(),
        optional());
  }

  private TableRow tableRow() {
    return new TableRow(
        maybe() ? OptionalLong.of(1 + random.nextInt(1_000_000)) : OptionalLong.empty(),
        1 + random.nextInt(100),
        maybe() ? OptionalInt.of(1 + random.nextInt(96)) : OptionalInt.empty(),
        maybe() ? OptionalLong.of(1 + random.nextInt(1_000_000)) : OptionalLong.empty(),
        maybe() ? OptionalLong.of(Long.MAX_VALUE - random.nextInt(100)) : OptionalLong.empty(),
        nullable(this::text),
        maybe() ? OptionalDouble.of(random.nextDouble()) : OptionalDouble.empty(),
        nullable(this::text));
  }

  private MemoryFailure memoryFailure() {
    return new MemoryFailure(
        any(MemoryFailure.Cause.values()),
        any(MemoryFailure.Certainty.values()),
        nullable(this::text),
        optionalInt(),
        optionalTime(),
        text());
  }

  private Prediction prediction() {
    return new Prediction(
        nullable(this::interval),
        nullable(this::interval),
        optionalReal(),
        optionalReal(),
        maybe() ? OptionalDouble.of(random.nextDouble()) : OptionalDouble.empty(),
        nullable(() -> any(Prediction.OomRiskBasis.values())));
  }

  private Interval interval() {
    double low = random.nextDouble() * 1e6;
    double expected = low + random.nextDouble() * 1e3;
    return new Interval(low, expected, expected + random.nextDouble() * 1e9);
  }

  private Resources resources() {
    Resources.Builder resources = Resources.builder()
        .numExecutors(optionalInt())
        .executorCores(optionalInt())
        .executorMemoryMb(optional())
        .executorMemoryOverheadMb(optional())
        .executorOffHeapMb(optional())
        .executorPysparkMemoryMb(optional())
        .driverMemoryMb(optional())
        .driverMemoryOverheadMb(optional())
        .driverCores(optionalInt())
        .shufflePartitions(optionalInt())
        .dynamicAllocation(optionalOf(random::nextBoolean));
    if (maybe()) {
      int min = random.nextInt(10);
      int initial = min + random.nextInt(10);
      resources
          .dynamicAllocationMin(min)
          .dynamicAllocationInitial(initial)
          .dynamicAllocationMax(initial + random.nextInt(100));
    }
    return resources.build();
  }

  private <K extends Enum<K>> Measures<K> measures(Class<K> kinds) {
    Measures.Builder<K> measures = Measures.builder(kinds);
    for (K kind : kinds.getEnumConstants()) {
      if (maybe()) {
        measures.set(kind, count());
      }
    }
    return measures.build();
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  /** Four times of five. */
  private boolean maybe() {
    return !chance(5);
  }

  private long timeMs() {
    return EPOCH_MS + random.nextInt(1_100_000_000);
  }

  private long count() {
    return switch (random.nextInt(12)) {
      case 0 -> 0;
      case 1 -> Long.MAX_VALUE;
      case 2 -> 1L << 53 | 1; // beyond what a double keeps
      default -> random.nextInt(10_000_000);
    };
  }

  private double real() {
    return switch (random.nextInt(8)) {
      case 0 -> 0.1;
      case 1 -> Double.MIN_VALUE;
      case 2 -> Double.MAX_VALUE;
      case 3 -> -0.0;
      default -> random.nextDouble() * 4096;
    };
  }

  private String text() {
    String text = TEXTS.get(random.nextInt(TEXTS.size()));
    return chance(3) ? text + " " + random.nextInt(1000) : text;
  }

  private OptionalInt optionalInt() {
    return maybe() ? OptionalInt.of(random.nextInt(10_000)) : OptionalInt.empty();
  }

  private OptionalLong optional() {
    return maybe() ? OptionalLong.of(count()) : OptionalLong.empty();
  }

  private OptionalLong optionalTime() {
    return maybe() ? OptionalLong.of(timeMs()) : OptionalLong.empty();
  }

  private OptionalDouble optionalReal() {
    return maybe() ? OptionalDouble.of(real()) : OptionalDouble.empty();
  }

  private <T> Optional<T> optionalOf(Supplier<T> value) {
    return maybe() ? Optional.of(value.get()) : Optional.empty();
  }

  private <T> @Nullable T nullable(Supplier<T> value) {
    return maybe() ? value.get() : null;
  }

  private <T> T any(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private <K extends Enum<K>> Set<K> anyOf(Class<K> type) {
    EnumSet<K> some = EnumSet.noneOf(type);
    Arrays.stream(type.getEnumConstants()).filter(k -> chance(3)).forEach(some::add);
    return some;
  }

  private <T> List<T> list(int most, Supplier<T> element) {
    List<T> list = new ArrayList<>();
    for (int left = random.nextInt(most + 1); left > 0; left--) {
      list.add(element.get());
    }
    return list;
  }

  private <T> Map<String, T> map(int most, Supplier<T> value) {
    Map<String, T> map = new TreeMap<>();
    for (int left = random.nextInt(most + 1); left > 0; left--) {
      map.put(text(), value.get());
    }
    return map;
  }
}
