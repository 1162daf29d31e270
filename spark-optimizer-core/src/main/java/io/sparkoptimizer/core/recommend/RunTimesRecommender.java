package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Evidence;
import io.sparkoptimizer.Interval;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.Prediction;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Recommendation.ConfidenceBasis;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.Workload.Shape;
import io.sparkoptimizer.core.predict.Features;
import io.sparkoptimizer.core.predict.RunTimes;
import io.sparkoptimizer.core.recommend.ShapeRows.Kind;
import io.sparkoptimizer.core.schedule.Spread;
import io.sparkoptimizer.core.statistics.Hits;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.TableRow;
import io.sparkoptimizer.spi.Predictor;
import io.sparkoptimizer.spi.RecommendationRequest;
import io.sparkoptimizer.spi.Recommender;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Picks a cluster shape for a job of which only tables tell: times of all its rows that went well are learnt
 * ({@link RunTimes}), shapes that failed bound the memory ({@link ShapeMemory}), and {@link Search} picks
 * among the kinds of instances that rows had, at counts up to half as many more.
 */
public final class RunTimesRecommender implements Recommender {
  static final String NAME = "run-times";

  /** A change must be worth the trouble, and gain more than half of what today's prediction may be off by. */
  private static final double NOISE_SHARE = 0.5;

  /** Parts that are left out in turn, and the most rows that are so tested. */
  private static final int PARTS = 10;

  private static final int MOST_LEFT_OUT = 200;

  private static final int MOST_EVIDENCE = 20;

  @Override
  public String name() {
    return NAME;
  }

  /** Before those that need logs, or answer for jobs that have never run. */
  @Override
  public int order() {
    return 40;
  }

  @Override
  public Recommendation recommend(RecommendationRequest request) {
    Optional<String> why = whyNot(request);
    return why.isPresent()
        ? Answers.abstain(request, NAME, why.get())
        : new Question(request).answer();
  }

  /** Whether nothing but rows of tables is known of the job. */
  static boolean isOfTables(List<ApplicationRun> runs) {
    return !runs.isEmpty() && runs.stream().allMatch(run -> run.tableRow() != null);
  }

  /** Why it has no answer whatever is asked; empty where it may have one. */
  static Optional<String> whyNot(RecommendationRequest request) {
    if (!isOfTables(request.runs())) {
      return Optional.of("Run times alone answer for jobs of which only tables tell; this one has "
          + (request.runs().isEmpty() ? "no runs." : "event logs, which tell more."));
    }
    if (request.profile().jobType().filter(type -> type == JobType.STREAMING).isPresent()) {
      return Optional.of("A streaming job is not sized by its run time.");
    }
    if (request.runs().stream().noneMatch(ShapeRows::wentWell)) {
      return Optional.of("None of " + Words.plural(request.runs().size(), "row")
          + " tells of a run that went well.");
    }
    return Optional.empty();
  }

  /** Left-out rows, and how many of them were predicted within 20 %. */
  private record LeftOut(int rows, int hits) {
    static LeftOut of(List<Predictor.Sample> known) {
      int n = Math.min(MOST_LEFT_OUT, known.size());
      if (n < 2) {
        return new LeftOut(0, 0);
      }
      int parts = Math.min(PARTS, n);
      int hits = IntStream.range(0, parts)
          .parallel()
          .map(part -> {
            List<Predictor.Sample> others = new ArrayList<>();
            List<Predictor.Sample> left = new ArrayList<>();
            for (int i = 0; i < n; i++) {
              (i % parts == part ? left : others).add(known.get(i));
            }
            RunTimes times = RunTimes.of(others);
            return (int) left.stream()
                .filter(one -> Hits.isHit(
                    Math.log(one.durationMs() / times.predict(one.run()).expected())))
                .count();
          })
          .sum();
      return new LeftOut(n, hits);
    }
  }

  /** One question, while it is answered. */
  private static final class Question {
    private final RecommendationRequest request;
    private final JobProfile profile;
    private final List<ApplicationRun> rows;
    private final List<ApplicationRun> known;
    private final Map<Kind, List<ApplicationRun>> kinds;
    private final TableWork work;
    private final ShapeMemory memory;
    private final RunTimes times;
    private final LeftOut leftOut;
    private final Optional<Shape> today;

    Question(RecommendationRequest request) {
      this.request = request;
      this.profile = request.profile();
      this.rows = request.runs();
      this.known = known(rows);
      this.kinds = ShapeRows.kinds(rows);
      this.work = TableWork.of(profile, known, rows);
      this.memory = work.memory(rows);
      List<Predictor.Sample> samples = known.stream()
          .map(run ->
              new Predictor.Sample(Features.of(run), (double) run.durationMs().orElseThrow()))
          .toList();
      this.times = RunTimes.of(samples);
      this.leftOut = LeftOut.of(samples);
      this.today = today();
    }

    /** Rows that went well; where most tell their input, only those. */
    private static List<ApplicationRun> known(List<ApplicationRun> rows) {
      List<ApplicationRun> well = rows.stream().filter(ShapeRows::wentWell).toList();
      List<ApplicationRun> told =
          well.stream().filter(row -> row.inputBytes().isPresent()).toList();
      return 2 * told.size() >= well.size() && !told.isEmpty() ? told : well;
    }

    /** What most rows of this work have, else most rows; at the count that is configured. */
    private Optional<Shape> today() {
      List<ApplicationRun> same = known.stream()
          .filter(row -> TableWork.parameters(row).equals(work.parameters()))
          .toList();
      Optional<Shape> frequent = ShapeRows.mostFrequent(known);
      Optional<Shape> had =
          same.isEmpty() ? frequent : ShapeRows.mostFrequent(same).or(() -> frequent);
      OptionalInt count = SparkSettings.count(profile.configuration(), Sizing.INSTANCES);
      return count.isPresent() && count.getAsInt() > 0
          ? had.or(() -> kinds.size() == 1
                  ? Optional.of(kinds.keySet().iterator().next().times(1))
                  : Optional.empty())
              .map(shape -> Kind.of(shape).times(count.getAsInt()))
          : had;
    }

    Recommendation answer() {
      double beyond = work.inputBytes().isPresent() && TableWork.largest(known) > 0
          ? work.inputBytes().getAsLong() / TableWork.largest(known)
          : 1;
      if (beyond > InputSize.FARTHEST) {
        return Answers.abstain(
            request,
            NAME,
            String.format(
                Locale.ROOT,
                "The input asked about is %.0f times the largest of a row that went well; beyond %.0f"
                    + " times nothing is said.",
                beyond,
                InputSize.FARTHEST));
      }
      Optional<ShapeChoice> now = today.map(this::choice);
      List<Shape> runnable = shapes();
      if (runnable.isEmpty()) {
        return infeasible(binding(), now);
      }
      List<Shape> safe = runnable.stream().filter(memory::allows).toList();
      if (safe.isEmpty()) {
        return infeasible(
            "memory: every shape that may be chosen has failed at this input or less, or has no more"
                + " memory than one that has",
            now);
      }
      Search<ShapeChoice> search = new Search<>(profile, request.settings(), 0);
      List<ShapeChoice> choices = safe.parallelStream().map(this::choice).toList();
      Search.Found<ShapeChoice> found = search.among(choices, cap());
      ShapeChoice pick = found.pick();
      if (pick == null) {
        return infeasible(Objects.requireNonNull(found.binding()), now);
      }
      boolean keeps = now.filter(one -> safe.contains(one.shape()))
          .filter(one -> search.meets(one, search.meets(pick, true)))
          .filter(one -> search.isSafe(one) || !search.isSafe(pick))
          .filter(one -> search.score(one) - search.score(pick)
              < Math.max(Sizing.WORTH, NOISE_SHARE * one.spread().sigma()))
          .isPresent();
      return recommendation(keeps ? now.orElseThrow() : pick, now, found, search);
    }

    /** Every shape that may be asked for: kinds by lock and node type, counts by lock and limit. */
    private List<Shape> shapes() {
      List<Shape> shapes = new ArrayList<>();
      OptionalInt count = locked(Sizing.INSTANCES, today.map(Shape::instances));
      int limit = profile.maxExecutors().orElse(Integer.MAX_VALUE);
      kinds.forEach((kind, had) -> {
        if (isAllowed(kind)) {
          List<Integer> counts = count.isPresent()
              ? List.of(count.getAsInt())
              : new ArrayList<>(ShapeRows.counts(had));
          counts.stream()
              .filter(instances -> instances <= limit)
              .map(kind::times)
              .forEach(shapes::add);
        }
      });
      today
          .filter(shape -> !shapes.contains(shape) && isAllowed(Kind.of(shape)))
          .filter(shape -> count.isEmpty() && shape.instances() <= limit)
          .ifPresent(shapes::add);
      return shapes;
    }

    private boolean isAllowed(Kind kind) {
      OptionalInt cores =
          locked(MemoryPlan.CORES, today.flatMap(shape -> boxed(shape.coresPerInstance())));
      return (nodeType().isEmpty() || nodeType().equals(kind.type()))
          && (cores.isEmpty() || cores.equals(kind.cores()))
          && (!profile.locked().contains(MemoryPlan.HEAP)
              || kind.type().isPresent()
              || lockedHeapMb().equals(kind.memoryMb()));
    }

    /** The node type that is asked for, where rows know it. */
    private Optional<String> nodeType() {
      return profile
          .nodeType()
          .filter(type ->
              kinds.keySet().stream().anyMatch(kind -> kind.type().equals(Optional.of(type))));
    }

    private static Optional<Integer> boxed(OptionalInt value) {
      return value.isPresent() ? Optional.of(value.getAsInt()) : Optional.empty();
    }

    /** The value that a locked property has: as configured, else as today; empty where it is free. */
    private OptionalInt locked(String property, Optional<Integer> now) {
      if (!profile.locked().contains(property)) {
        return OptionalInt.empty();
      }
      OptionalInt configured = SparkSettings.count(profile.configuration(), property);
      return configured.isPresent()
          ? configured
          : now.map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    private OptionalLong lockedHeapMb() {
      OptionalLong configured = SparkSettings.memoryMb(profile.configuration(), MemoryPlan.HEAP);
      return configured.isPresent()
          ? configured
          : today.map(Shape::memoryMbPerInstance).orElse(OptionalLong.empty());
    }

    private String binding() {
      return profile.maxExecutors().isPresent()
          ? "max-executors " + profile.maxExecutors().getAsInt() + ": no row had so few instances"
              + (profile.locked().isEmpty() ? "" : " of what is locked")
          : "what is locked: no row had such instances";
    }

    private @Nullable String cap() {
      return profile.maxExecutors().isPresent()
              && profile.maxExecutors().getAsInt() < ShapeRows.most(rows)
          ? "max-executors " + profile.maxExecutors().getAsInt()
          : null;
    }

    private ShapeChoice choice(Shape shape) {
      Kind kind = Kind.of(shape);
      List<ApplicationRun> had = kinds.getOrDefault(kind, List.of());
      boolean extrapolated = work.beyond()
          || shape.instances() > ShapeRows.most(had)
          || had.stream().noneMatch(ShapeRows::wentWell);
      Interval duration = times.predict(features(shape));
      double half = Math.max(
          Math.log(duration.high() / duration.expected()),
          Math.log(duration.expected() / Math.max(duration.low(), Double.MIN_NORMAL)));
      OptionalDouble told = ShapeRows.told(had);
      return new ShapeChoice(
          shape,
          duration,
          Spread.ofModel(half, leftOut.rows(), leftOut.hits(), extrapolated),
          told.isPresent() ? told : ShapeRows.booked(kind, request.settings().prices()),
          memory.risk(shape),
          extrapolated);
    }

    /** What a row with this shape and the work that is asked about would tell before it ran. */
    private RunFeatures features(Shape shape) {
      Map<String, String> configuration = new TreeMap<>();
      work.parameters()
          .forEach(
              (name, value) -> configuration.put(SparkSettings.PARAMETER_PREFIX + name, value));
      return Features.of(ApplicationRun.builder()
          .jobSignature(known.get(0).jobSignature())
          .configuration(configuration)
          .tableRow(new TableRow(
              OptionalLong.empty(),
              shape.instances(),
              shape.coresPerInstance(),
              shape.memoryMbPerInstance(),
              work.inputBytes(),
              shape.instanceType().orElse(null),
              OptionalDouble.empty(),
              null))
          .build());
    }

    private Recommendation infeasible(String binding, Optional<ShapeChoice> now) {
      return Answers.nothing(
          request,
          NAME,
          Verdict.INFEASIBLE,
          rows,
          binding,
          now.map(ShapeChoice::resources).orElse(Resources.NONE),
          now.map(ShapeChoice::prediction).orElse(Prediction.UNKNOWN),
          "No shape meets what was asked: " + binding + ". " + learnt());
    }

    private Recommendation recommendation(
        ShapeChoice pick,
        Optional<ShapeChoice> now,
        Search.Found<ShapeChoice> found,
        Search<ShapeChoice> search) {
      boolean keeps = now.filter(one -> one.shape().equals(pick.shape())).isPresent();
      return new Recommendation(
          Answers.recommendationId(request, NAME, rows),
          keeps ? Verdict.KEEP : Verdict.CHANGE,
          NAME,
          pick.resources(),
          pick.prediction(),
          now.map(ShapeChoice::resources).orElse(Resources.NONE),
          now.map(ShapeChoice::prediction).orElse(Prediction.UNKNOWN),
          pick.confidence(),
          pick.spread().isOwn() ? ConfidenceBasis.OWN : ConfidenceBasis.RULES,
          pricesOf(pick),
          Answers.ids(rows),
          work.inputBytes(),
          work.basis(),
          found.binding(),
          reasoning(pick, now, keeps, found, search),
          evidence(pick, now),
          pick.resources().toSparkConf(),
          Search.alternatives(found.front(), one -> one.shape().equals(pick.shape())).stream()
              .map(one -> new Recommendation.Alternative(one.resources(), one.prediction()))
              .toList());
    }

    private List<ApplicationRun> rowsOf(Shape shape) {
      return kinds.getOrDefault(Kind.of(shape), List.of());
    }

    /** Where rows tell the price, the price book had no say. */
    private Prices pricesOf(ShapeChoice pick) {
      Prices book = request.settings().prices();
      return ShapeRows.told(rowsOf(pick.shape())).isPresent()
          ? new Prices(
              book.perCoreHour(),
              book.perGbHour(),
              book.currency(),
              "table: price of an instance hour",
              null)
          : book;
    }

    private List<Evidence> evidence(ShapeChoice pick, Optional<ShapeChoice> now) {
      List<Evidence> evidence = new ArrayList<>();
      Shape shape = pick.shape();
      Optional<Shape> had = now.map(ShapeChoice::shape);
      List<String> ids = Answers.ids(rowsOf(shape).stream().limit(MOST_EVIDENCE).toList());
      evidence.add(new Evidence(
          Sizing.INSTANCES,
          had.map(one -> Integer.toString(one.instances())).orElse(null),
          Integer.toString(shape.instances()),
          "predicted_duration_ms",
          OptionalDouble.of(pick.durationMs()),
          now.isPresent() ? OptionalDouble.of(now.get().durationMs()) : OptionalDouble.empty(),
          ids,
          "learnt from the times of " + Words.plural(known.size(), "row")
              + (leftOut.rows() == 0
                  ? ""
                  : "; of " + leftOut.rows() + " left out in turn " + leftOut.hits()
                      + " were predicted within 20 %")));
      shape
          .instanceType()
          .ifPresent(type -> evidence.add(new Evidence(
              "instance_type",
              had.flatMap(Shape::instanceType).orElse(null),
              type,
              "price_per_instance_hour",
              pick.pricePerHour(),
              now.isPresent() ? now.get().pricePerHour() : OptionalDouble.empty(),
              ids,
              "one executor a node; no Spark property asks for it")));
      if (!memory.died().isEmpty()) {
        evidence.add(new Evidence(
            MemoryPlan.HEAP,
            null,
            pick.resources().executorMemoryMb().isPresent()
                ? pick.resources().executorMemoryMb().getAsLong() + "m"
                : null,
            "failed_total_memory_mb",
            memory.mostThatDied(),
            shape.memoryMbPerInstance().isPresent()
                ? OptionalDouble.of(
                    (double) shape.memoryMbPerInstance().getAsLong() * shape.instances())
                : OptionalDouble.empty(),
            Answers.ids(rows.stream()
                .filter(ShapeRows::failed)
                .filter(run -> memory.died().contains(ShapeRows.shape(run)))
                .limit(MOST_EVIDENCE)
                .toList()),
            Words.plural(memory.died().size(), "row")
                + " failed at this input or less: no such shape is proposed"));
      }
      return evidence;
    }

    private String learnt() {
      List<String> sentences = new ArrayList<>();
      sentences.add("From " + Words.plural(known.size(), "row") + " of "
          + known.get(0).jobSignature() + " that went well (" + times.method() + ").");
      sentences.addAll(work.remarks());
      return String.join(" ", sentences);
    }

    private String reasoning(
        ShapeChoice pick,
        Optional<ShapeChoice> now,
        boolean keeps,
        Search.Found<ShapeChoice> found,
        Search<ShapeChoice> search) {
      StringBuilder text = new StringBuilder(learnt());
      if (keeps) {
        text.append(" Keep ")
            .append(pick.words())
            .append(
                ", as most rows have it: no shape found gains more than half of what its prediction"
                    + " may be off by.");
      } else {
        text.append(' ')
            .append(pick.words())
            .append(pick.executors() == 1 ? " is" : " are")
            .append(" expected to take ")
            .append(Words.time(pick.durationMs()));
        now.ifPresent(one -> text.append(", ")
            .append(one.words())
            .append(", as most rows have it, ")
            .append(Words.time(one.durationMs())));
        text.append("; priority ").append(profile.priority().word()).append('.');
      }
      if (!memory.died().isEmpty()) {
        text.append(
            " Shapes that failed at this input or less, or have no more memory than they had"
                + " and did not run to their end, are left out.");
      }
      if (found.binding() != null) {
        text.append(" Without this a better shape would have been picked: ")
            .append(found.binding())
            .append('.');
      }
      if ((profile.sla().isPresent() || profile.budget().isPresent())
          && !search.meets(pick, true)) {
        text.append(" It is expected to meet what was asked, but its interval reaches beyond.");
      }
      if (profile.budget().isPresent() && pick.pricePerHour().isEmpty()) {
        text.append(" Without a price the budget could not be looked at.");
      }
      if (pick.extrapolated()) {
        text.append(
            work.beyond()
                ? " The work lies outside of what rows had: this is extrapolated."
                : " So many instances of the kind no row had: this is extrapolated.");
      }
      if (pick.shape().instanceType().isPresent()) {
        text.append(" What of a node's memory an executor may have is not told, and left out.");
      }
      if (profile.nodeType().isPresent() && nodeType().isEmpty()) {
        text.append(" Node type ")
            .append(profile.nodeType().get())
            .append(" was not used: no row had it.");
      }
      return text.toString();
    }
  }

  /** Found by {@link java.util.ServiceLoader}. */
  public static final class Provider implements Recommender.Provider {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Recommender create(Map<String, String> settings) {
      return new RunTimesRecommender();
    }
  }
}
