package io.sparkoptimizer.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkoptimizer.ModelInfo;
import io.sparkoptimizer.ModelMetrics;
import io.sparkoptimizer.ModelTarget;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.DataQuality;
import io.sparkoptimizer.spark.JobStatus;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spark.SparkJob;
import io.sparkoptimizer.spark.TableRow;
import io.sparkoptimizer.spi.InputStamp;
import io.sparkoptimizer.spi.Repository;
import io.sparkoptimizer.spi.Repository.CollectedRun;
import io.sparkoptimizer.spi.Repository.KnownInput;
import io.sparkoptimizer.spi.Repository.SaveResult;
import io.sparkoptimizer.spi.StoredModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Repository} does. Extend it and return an empty store; the kit closes it.
 *
 * <pre>{@code
 * class MyRepositoryTest extends RepositoryCompatibilityKit {
 *   @Override protected Repository newRepository() { return new MyRepository(); }
 * }
 * }</pre>
 */
public abstract class RepositoryCompatibilityKit {
  private static final long SEED = 20261101;

  private Repository repository;

  /** An empty store, of its own for every test. */
  protected abstract Repository newRepository() throws Exception;

  @BeforeEach
  void open() throws Exception {
    repository = newRepository();
  }

  @AfterEach
  void close() {
    repository.close();
  }

  @Test
  void runs_emptyStore_answersNothing() {
    assertThat(repository.runs(RunQuery.ALL)).isEmpty();
    assertThat(repository.summaries(RunQuery.ALL)).isEmpty();
    assertThat(repository.count(RunQuery.ALL)).isZero();
    assertThat(repository.isKnown("default", input("a"))).isFalse();
    assertThat(repository.recommendation("none")).isEmpty();
    assertThat(repository.recommendations(1)).isEmpty();
    assertThat(repository.models()).isEmpty();
    assertThat(repository.model("none", 1)).isEmpty();
  }

  @Test
  void models_everyShape_readBackEqual() {
    byte[] everyByte = new byte[300_000];
    new Random(SEED).nextBytes(everyByte);
    StoredModel full = model("nightly.duration", 17.25, everyByte);
    StoredModel unjudged = new StoredModel(
        new ModelInfo(
            "heap",
            0,
            "xgboost",
            ModelTarget.PEAK_HEAP_MB,
            List.of(),
            new ModelMetrics(
                10, 1, OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), 0.9),
            0,
            "xgboost 3.0.4",
            0),
        new byte[0]);
    assertThat(repository.save(full)).isEqualTo(full.withVersion(1));
    assertThat(repository.save(unjudged)).isEqualTo(unjudged.withVersion(1));
    assertThat(repository.model("nightly.duration", 1)).contains(full.withVersion(1));
    assertThat(repository.model("heap", 1)).contains(unjudged.withVersion(1));
    assertThat(repository.models())
        .containsExactly(unjudged.info().withVersion(1), full.info().withVersion(1));
  }

  @Test
  void models_trainedAgain_areVersionsAndOldOnesStay() {
    for (int version = 1; version <= 11; version++) {
      StoredModel model = model("m", version, new byte[] {(byte) version});
      assertThat(repository.save(model).info().version()).isEqualTo(version);
    }
    repository.save(model("b", 1, new byte[0]));
    assertThat(repository.models())
        .extracting(model -> model.name() + model.version())
        .containsExactly("b1", "m11", "m10", "m9", "m8", "m7", "m6", "m5", "m4", "m3", "m2", "m1");
    assertThat(repository.model("m", 3)).contains(model("m", 3, new byte[] {3}).withVersion(3));
    assertThat(repository.model("m", 0)).isEmpty();
    assertThat(repository.model("m", 12)).isEmpty();
    assertThat(repository.model("M", 1)).isEmpty();
  }

  private static StoredModel model(String name, double mape, byte[] content) {
    return new StoredModel(
        new ModelInfo(
            name,
            0,
            "xgboost",
            ModelTarget.DURATION_MS,
            List.of("input_size", "job_type"),
            new ModelMetrics(
                100,
                7,
                OptionalDouble.of(mape),
                OptionalDouble.of(mape / 2),
                OptionalDouble.of(0.875),
                0.9),
            1_700_000_000_000L,
            "xgboost 3.0.4",
            content.length),
        content);
  }

  @Test
  void save_emptyBatch_changesNothing() {
    assertThat(repository.save(List.of())).isEqualTo(new SaveResult(0, 0, 0));
  }

  @Test
  void save_runsOfEveryShape_readBackEqual() {
    int batches = Integer.getInteger("test.thoroughness", 1);
    List<ApplicationRun> saved = new ArrayList<>();
    for (int batch = 0; batch < batches; batch++) {
      List<ApplicationRun> runs = SyntheticRuns.seeded(SEED + batch).take(150);
      assertThat(save(runs)).as("seed %s", SEED + batch).isEqualTo(new SaveResult(150, 0, 0));
      saved.addAll(runs);
    }
    for (ApplicationRun run : saved) {
      assertThat(repository.runs(RunQuery.ofAppId(run.id().appId())))
          .as("seed %s and following, %s", SEED, run.id())
          .containsExactly(run);
    }
    assertThat(repository.runs(RunQuery.ALL))
        .as("seed %s and following", SEED)
        .isEqualTo(newestFirst(saved));
    assertThat(repository.summaries(RunQuery.ALL))
        .as("seed %s and following", SEED)
        .isEqualTo(newestFirst(saved).stream().map(RunSummary::of).toList());
  }

  @Test
  void save_rowOfATable_isKeptWithWhatItCost() {
    ApplicationRun run = ApplicationRun.builder()
        .digest("sha256:1")
        .name("sort")
        .jobSignature("sort")
        .status(RunStatus.SUCCEEDED)
        .configuration(Map.of("spark.sparkoptimizer.parameter.k", "5"))
        .tableRow(new TableRow(
            OptionalLong.of(1_800_000),
            4,
            OptionalInt.of(8),
            OptionalLong.of(15_360),
            OptionalLong.of(10_000_000_000L),
            "c4.2xlarge",
            OptionalDouble.of(0.1),
            "sorting"))
        .build();
    save(run);
    assertThat(repository.runs(RunQuery.ofJob("sort"))).containsExactly(run);
    assertThat(repository.summaries(RunQuery.ofJob("sort")))
        .containsExactly(RunSummary.of(run))
        .allMatch(summary -> summary.fromTable() && summary.recordedCost().isPresent());
    assertThat(save(run)).isEqualTo(new SaveResult(0, 0, 1));
  }

  @Test
  void save_sameRunAgain_keepsOne() {
    ApplicationRun run = SyntheticRuns.seeded(1).next();
    assertThat(save(run)).isEqualTo(new SaveResult(1, 0, 0));
    assertThat(save(run)).isEqualTo(new SaveResult(0, 0, 1));
    assertThat(repository.runs(RunQuery.ALL)).containsExactly(run);
  }

  @Test
  void save_sameRunTwiceInOneBatch_keepsTheBetter() {
    ApplicationRun lesser = run("a", false, 10);
    ApplicationRun better = run("a", true, 10);
    assertThat(save(lesser, better, lesser)).isEqualTo(new SaveResult(1, 1, 1));
    assertThat(repository.runs(RunQuery.ALL)).containsExactly(better);
  }

  @Test
  void save_completeAfterIncomplete_replacesWhateverTheEvents() {
    ApplicationRun complete = run("a", true, 5);
    save(run("a", false, 1000));
    assertThat(save(complete)).isEqualTo(new SaveResult(0, 1, 0));
    assertThat(repository.runs(RunQuery.ALL)).containsExactly(complete);
  }

  @Test
  void save_incompleteAfterComplete_changesNothing() {
    ApplicationRun complete = run("a", true, 5);
    save(complete);
    assertThat(save(run("a", false, 1000))).isEqualTo(new SaveResult(0, 0, 1));
    assertThat(repository.runs(RunQuery.ALL)).containsExactly(complete);
  }

  @Test
  void save_moreEvents_replaces() {
    ApplicationRun longer = run("a", false, 11);
    save(run("a", false, 10));
    assertThat(save(longer)).isEqualTo(new SaveResult(0, 1, 0));
    assertThat(save(run("a", false, 10))).isEqualTo(new SaveResult(0, 0, 1));
    assertThat(repository.runs(RunQuery.ALL)).containsExactly(longer);
  }

  @Test
  void save_skippedEvents_countAsEvents() {
    ApplicationRun read = run("a", true, 10);
    ApplicationRun skipped =
        read.toBuilder().quality(new DataQuality(true, Set.of(), 11, 0, 2, 9)).build();
    save(read);
    assertThat(save(skipped)).isEqualTo(new SaveResult(0, 1, 0));
  }

  @Test
  void save_equalRecordFromElsewhere_keepsTheFirst() {
    ApplicationRun first = run("a", true, 10);
    save(first);
    assertThat(save(first.toBuilder().source(List.of("/copy")).build()))
        .isEqualTo(new SaveResult(0, 0, 1));
    assertThat(repository.runs(RunQuery.ALL)).containsExactly(first);
  }

  @Test
  void save_replacement_leavesNothingOfTheFormer() {
    ApplicationRun rich = SyntheticRuns.seeded(3).take(40).stream()
        .max((a, b) -> Integer.compare(a.stages().size(), b.stages().size()))
        .orElseThrow()
        .toBuilder()
        .quality(new DataQuality(false, Set.of(), 1, 0, 1, 0))
        .build();
    ApplicationRun poor = ApplicationRun.builder()
        .sourceName(rich.sourceName())
        .appId(rich.appId())
        .digest(rich.digest())
        .attemptId(rich.attemptId())
        .name(rich.name())
        .startTimeMs(rich.startTimeMs())
        .quality(new DataQuality(true, Set.of(), 1, 0, 1, 0))
        .build();
    save(rich);
    assertThat(save(poor)).isEqualTo(new SaveResult(0, 1, 0));
    assertThat(repository.runs(RunQuery.ALL)).containsExactly(poor);
    assertThat(repository.summaries(RunQuery.ALL)).containsExactly(RunSummary.of(poor));
  }

  @Test
  void save_sameIdOtherStart_keepsBothMarked() {
    ApplicationRun one = run("local-1", true, 10);
    ApplicationRun two = one.toBuilder().startTimeMs(OptionalLong.of(77)).build();
    save(one);
    assertThat(save(two)).isEqualTo(new SaveResult(1, 0, 0));
    assertThat(repository.runs(RunQuery.ALL)).containsExactly(marked(one), marked(two));
    assertThat(save(one)).as("a marked run is still the same").isEqualTo(new SaveResult(0, 0, 1));
  }

  @Test
  void save_sameIdOtherName_keepsAllMarked() {
    ApplicationRun one = run("app-1", true, 10);
    ApplicationRun two = one.toBuilder().name("other").build();
    ApplicationRun three = one.toBuilder().name(null).build();
    assertThat(save(one, two, three)).isEqualTo(new SaveResult(3, 0, 0));
    assertThat(repository.runs(RunQuery.ALL))
        .containsExactlyInAnyOrder(marked(one), marked(two), marked(three));
  }

  @Test
  void save_unknownStartBesideKnown_collides() {
    ApplicationRun one = run("app-1", true, 10);
    ApplicationRun two = one.toBuilder().startTimeMs(OptionalLong.empty()).build();
    save(one, two);
    assertThat(repository.runs(RunQuery.ALL)).containsExactly(marked(one), marked(two));
  }

  @Test
  void save_betterRecordOfACollidedRun_staysMarked() {
    ApplicationRun one = run("local-1", false, 10);
    ApplicationRun two = one.toBuilder().startTimeMs(OptionalLong.of(77)).build();
    ApplicationRun better = one.toBuilder()
        .quality(new DataQuality(true, Set.of(QualityIssue.OUTCOME_INFERRED), 9, 0, 9, 0))
        .build();
    save(one, two);
    assertThat(save(better)).isEqualTo(new SaveResult(0, 1, 0));
    assertThat(repository.runs(RunQuery.ALL)).containsExactly(marked(better), marked(two));
  }

  @Test
  void save_sameIdOtherSourceOrAttempt_areOtherRuns() {
    ApplicationRun one = run("app-1", true, 10);
    ApplicationRun elsewhere = one.toBuilder().sourceName("other").build();
    ApplicationRun again = one.toBuilder().attemptId("2").build();
    assertThat(save(one, elsewhere, again)).isEqualTo(new SaveResult(3, 0, 0));
    assertThat(repository.runs(RunQuery.ALL)).containsExactlyInAnyOrder(one, elsewhere, again);
  }

  @Test
  void save_noAttemptAndEmptyAttempt_areOneRun() {
    ApplicationRun one = run("app-1", true, 10).toBuilder().attemptId(null).build();
    save(one);
    assertThat(save(one.toBuilder().attemptId("").build())).isEqualTo(new SaveResult(0, 0, 1));
    assertThat(repository.runs(RunQuery.ALL)).containsExactly(one);
  }

  @Test
  void save_noAppId_isFoundByItsDigest() {
    ApplicationRun run = ApplicationRun.builder().digest("sha256:abc").build();
    save(run);
    assertThat(save(run)).isEqualTo(new SaveResult(0, 0, 1));
    assertThat(repository.runs(RunQuery.ofAppId("sha256:abc"))).containsExactly(run);
  }

  @Test
  void save_brokenBatch_savesNothingOfIt() {
    List<CollectedRun> batch = new ArrayList<>();
    batch.add(new CollectedRun(run("a", true, 1), input("a")));
    batch.add(null);
    assertThatThrownBy(() -> repository.save(batch)).isInstanceOf(RuntimeException.class);
    assertThat(repository.count(RunQuery.ALL)).isZero();
    assertThat(repository.isKnown("default", input("a"))).isFalse();
    assertThat(save(run("a", true, 1))).isEqualTo(new SaveResult(1, 0, 0));
  }

  @Test
  void isKnown_savedInput_onlyWhileUnchanged() {
    ApplicationRun run = run("a", true, 1);
    InputStamp stamp = new InputStamp("/logs/it's ? 100% \uD83D\uDE80", 100, 5);
    repository.save(List.of(new CollectedRun(run, stamp)));
    assertThat(repository.isKnown("default", stamp)).isTrue();
    assertThat(repository.isKnown("other", stamp)).isFalse();
    assertThat(repository.isKnown("default", new InputStamp(stamp.location(), 101, 5)))
        .isFalse();
    assertThat(repository.isKnown("default", new InputStamp(stamp.location(), 100, 6)))
        .isFalse();
    assertThat(repository.isKnown("default", new InputStamp("/logs/other", 100, 5)))
        .isFalse();
  }

  @Test
  void isKnown_inputThatGrew_afterItWasSavedAgain() {
    repository.save(List.of(new CollectedRun(run("a", false, 1), new InputStamp("/a", 100, 5))));
    repository.save(List.of(new CollectedRun(run("a", false, 2), new InputStamp("/a", 200, 6))));
    assertThat(repository.isKnown("default", new InputStamp("/a", 200, 6))).isTrue();
  }

  @Test
  void isKnown_lesserRecord_isKnownToo() {
    save(run("a", true, 10));
    repository.save(List.of(new CollectedRun(run("a", false, 1), input("copy"))));
    assertThat(repository.isKnown("default", input("copy"))).isTrue();
  }

  @Test
  void isKnown_runThatIsRunning_isToBeReadAgain() {
    ApplicationRun running = withStatus(run("a", false, 10), RunStatus.RUNNING);
    repository.save(List.of(new CollectedRun(running, input("/a.inprogress"))));
    assertThat(repository.isKnown("default", input("/a.inprogress"))).isFalse();
    assertThat(repository.runs(RunQuery.ALL)).containsExactly(running);
  }

  @Test
  void save_endedAfterRunningOfAsManyEvents_replaces() {
    ApplicationRun running = withStatus(run("a", false, 10), RunStatus.RUNNING);
    ApplicationRun dead = withStatus(running, RunStatus.UNKNOWN);
    save(running);
    assertThat(save(dead)).isEqualTo(new SaveResult(0, 1, 0));
    assertThat(save(running)).isEqualTo(new SaveResult(0, 0, 1));
    assertThat(repository.runs(RunQuery.ALL)).containsExactly(dead);
  }

  @Test
  void known_manyLocations_answersWhatIsRemembered() {
    List<KnownInput> inputs = IntStream.range(0, 1200)
        .mapToObj(i -> new KnownInput(
            new InputStamp("/logs/" + i, i, -i), i % 3 == 0 ? "no log; it's 100% text" : null))
        .toList();
    repository.remember("default", inputs);
    List<String> locations =
        IntStream.range(600, 1800).mapToObj(i -> "/logs/" + i).toList();
    assertThat(repository.known("default", locations))
        .containsExactlyInAnyOrderElementsOf(inputs.subList(600, 1200));
    assertThat(repository.known("other", locations)).isEmpty();
    assertThat(repository.known("default", List.of())).isEmpty();
    repository.remember("default", List.of());
    assertThat(repository.count(RunQuery.ALL)).isZero();
  }

  @Test
  void remember_sameLocationAgain_replaces() {
    KnownInput skipped = new KnownInput(new InputStamp("/a\0\uD83D", 1, 1), "no log");
    KnownInput grown = new KnownInput(new InputStamp("/a\0\uD83D", 2, 2), null);
    repository.remember("default", List.of(skipped));
    repository.remember("default", List.of(grown));
    assertThat(repository.known("default", List.of("/a\0\uD83D"))).containsExactly(grown);
  }

  @Test
  void remember_logThatIsNoLongerInProgress_replacesIt() {
    InputStamp inProgress = new InputStamp("/a.inprogress", 10, 1);
    InputStamp ended = new InputStamp("/a", 20, 2);
    repository.save(List.of(new CollectedRun(run("a", false, 1), inProgress)));
    assertThat(repository.isKnown("default", inProgress)).isTrue();
    repository.save(List.of(new CollectedRun(run("a", true, 2), ended)));
    assertThat(repository.isKnown("default", inProgress)).isFalse();
    assertThat(repository.isKnown("default", ended)).isTrue();
  }

  @Test
  void runs_limit_answersTheNewest() {
    List<ApplicationRun> runs = newestFirst(SyntheticRuns.seeded(5).take(60)).subList(0, 50);
    List<ApplicationRun> shuffled = new ArrayList<>(runs);
    Collections.shuffle(shuffled, new Random(SEED));
    save(shuffled);
    assertThat(repository.runs(RunQuery.ALL.limit(7))).isEqualTo(runs.subList(0, 7));
    assertThat(repository.summaries(RunQuery.ALL.limit(7)))
        .isEqualTo(runs.subList(0, 7).stream().map(RunSummary::of).toList());
    assertThat(repository.count(RunQuery.ALL.limit(7))).isEqualTo(50);
  }

  @Test
  void runs_equalOrUnknownStarts_inFixedOrder() {
    ApplicationRun b = run("b", true, 1);
    ApplicationRun a = run("a", true, 1);
    ApplicationRun later = run("c", true, 1).toBuilder()
        .startTimeMs(OptionalLong.of(a.startTimeMs().getAsLong() + 1))
        .build();
    ApplicationRun unknown =
        run("0", true, 1).toBuilder().startTimeMs(OptionalLong.empty()).build();
    save(unknown, b, later, a);
    assertThat(repository.runs(RunQuery.ALL)).containsExactly(later, a, b, unknown);
    assertThat(repository.runs(RunQuery.ALL.limit(2))).containsExactly(later, a);
  }

  @Test
  void queries_everyCondition_answerWhatMatches() {
    List<ApplicationRun> runs = newestFirst(SyntheticRuns.seeded(SEED).take(120));
    save(runs);
    Random random = new Random(SEED);
    Function<Integer, Boolean> chance = oneIn -> random.nextInt(oneIn) == 0;
    for (int i = 0; i < 200; i++) {
      ApplicationRun some = runs.get(random.nextInt(runs.size()));
      long duration = RunSummary.of(some).durationMs().orElse(1_000_000);
      RunQuery query = new RunQuery(
          chance.apply(4) ? some.id().appId() : null,
          chance.apply(2) ? (chance.apply(2) ? some.name() : some.jobSignature()) : null,
          chance.apply(3) ? some.jobType() : null,
          chance.apply(4) ? OptionalLong.of(duration) : OptionalLong.empty(),
          chance.apply(4) ? OptionalLong.of(duration) : OptionalLong.empty(),
          chance.apply(3) ? OptionalInt.of(1 + random.nextInt(5)) : OptionalInt.empty());
      List<ApplicationRun> matching =
          runs.stream().filter(run -> query.matches(RunSummary.of(run))).toList();
      List<ApplicationRun> wanted =
          matching.subList(0, Math.min(matching.size(), query.limit().orElse(Integer.MAX_VALUE)));
      assertThat(repository.runs(query)).as("seed %s, %s", SEED, query).isEqualTo(wanted);
      assertThat(repository.summaries(query))
          .as("seed %s, %s", SEED, query)
          .isEqualTo(wanted.stream().map(RunSummary::of).toList());
      assertThat(repository.count(query)).as("seed %s, %s", SEED, query).isEqualTo(matching.size());
    }
  }

  @Test
  void queries_textThatIsNoSql_isTakenAsText() {
    String name = "x'; drop table applications; --";
    ApplicationRun run = run(name, true, 1).toBuilder().name(name).build();
    save(run, run("b", true, 1));
    assertThat(repository.runs(RunQuery.ofJob(name))).containsExactly(run);
    assertThat(repository.runs(RunQuery.ofAppId(name))).containsExactly(run);
    assertThat(repository.count(RunQuery.ofJob("%"))).isZero();
    assertThat(repository.count(RunQuery.ofJob("' or '1'='1"))).isZero();
    assertThat(repository.count(RunQuery.ofJob(name.toUpperCase(Locale.ROOT)))).isZero();
  }

  @Test
  void recommendation_everyShape_readsBackEqual() {
    SyntheticRuns synthetic = SyntheticRuns.seeded(SEED);
    List<Recommendation> given =
        IntStream.range(0, 100).mapToObj(i -> synthetic.nextRecommendation()).toList();
    given.forEach(recommendation -> repository.save(recommendation, 1_700_000_000_000L));
    for (Recommendation recommendation : given) {
      assertThat(repository.recommendation(recommendation.id()))
          .as("seed %s", SEED)
          .isEqualTo(Optional.of(recommendation));
    }
  }

  @Test
  void recommendations_limited_areTheNewestWithWhenTheyWereGiven() {
    SyntheticRuns synthetic = SyntheticRuns.seeded(SEED);
    Recommendation old = synthetic.nextRecommendation();
    Recommendation newest = synthetic.nextRecommendation();
    Recommendation middle = synthetic.nextRecommendation();
    repository.save(old, 1_700_000_000_000L);
    repository.save(newest, 1_700_000_000_002L);
    repository.save(middle, 1_700_000_000_001L);
    repository.save(old, 1_700_000_000_003L);
    assertThat(repository.recommendations(2))
        .containsExactly(
            new Repository.GivenRecommendation(newest, 1_700_000_000_002L),
            new Repository.GivenRecommendation(middle, 1_700_000_000_001L));
    assertThat(repository.recommendations(9))
        .hasSize(3)
        .endsWith(new Repository.GivenRecommendation(old, 1_700_000_000_000L));
    assertThatThrownBy(() -> repository.recommendations(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit must be 1 or more, was 0");
  }

  @Test
  void recommendation_sameIdAgain_changesNothing() {
    SyntheticRuns synthetic = SyntheticRuns.seeded(SEED);
    Recommendation first = synthetic.nextRecommendation();
    Recommendation other = synthetic.nextRecommendation();
    repository.save(first, 1);
    repository.save(withId(other, first.id()), 2);
    assertThat(repository.recommendation(first.id())).contains(first);
  }

  @Test
  void save_manyThreads_losesNothing() throws Exception {
    List<ApplicationRun> runs = SyntheticRuns.seeded(SEED).take(40);
    ApplicationRun common = run("common", true, 1);
    List<Callable<Void>> work = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      List<ApplicationRun> own = runs.subList(10 * thread, 10 * thread + 10);
      work.add(() -> {
        for (ApplicationRun run : own) {
          save(run, common);
        }
        return null;
      });
    }
    inParallel(work);
    List<ApplicationRun> wanted = new ArrayList<>(runs);
    wanted.add(common);
    assertThat(repository.runs(RunQuery.ALL)).isEqualTo(newestFirst(wanted));
  }

  @Test
  void runs_whileReplaced_areWhole() throws Exception {
    save(growing(1));
    AtomicBoolean done = new AtomicBoolean();
    CountDownLatch reading = new CountDownLatch(1);
    Callable<Void> writer = () -> {
      try {
        reading.await();
        for (int size = 2; size <= 60; size++) {
          save(growing(size));
        }
      } finally {
        done.set(true);
      }
      return null;
    };
    Callable<Void> reader = () -> {
      while (!done.get()) {
        ApplicationRun seen = repository.runs(RunQuery.ALL).get(0);
        assertThat(seen).isEqualTo(growing(seen.jobs().size()));
        reading.countDown();
      }
      return null;
    };
    inParallel(List.of(writer, reader));
    assertThat(repository.runs(RunQuery.ALL)).containsExactly(growing(60));
  }

  private static void inParallel(List<Callable<Void>> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(work.size());
    try {
      for (Future<Void> result : threads.invokeAll(work)) {
        result.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** A record of one run that holds as many events as jobs. */
  private static ApplicationRun growing(int size) {
    return run("growing", false, size).toBuilder()
        .jobs(IntStream.range(0, size)
            .mapToObj(id -> new SparkJob(
                id,
                JobStatus.SUCCEEDED,
                OptionalLong.of(id),
                OptionalLong.empty(),
                List.of(id),
                OptionalLong.empty()))
            .toList())
        .build();
  }

  private static ApplicationRun run(String appId, boolean complete, long events) {
    return ApplicationRun.builder()
        .appId(appId)
        .name("nightly-sales")
        .jobSignature("nightly-sales")
        .startTimeMs(OptionalLong.of(1_700_000_000_000L))
        .status(RunStatus.SUCCEEDED)
        .configuration(Map.of("events", Long.toString(events)))
        .quality(new DataQuality(complete, Set.of(), events, 0, events, 0))
        .build();
  }

  private static ApplicationRun withStatus(ApplicationRun run, RunStatus status) {
    return run.toBuilder().status(status).build();
  }

  private static ApplicationRun marked(ApplicationRun run) {
    return run.toBuilder()
        .quality(run.quality().with(QualityIssue.ID_COLLISION))
        .build();
  }

  private static Recommendation withId(Recommendation r, String id) {
    return new Recommendation(
        id,
        r.verdict(),
        r.method(),
        r.proposed(),
        r.prediction(),
        r.current(),
        r.currentPrediction(),
        r.confidence(),
        r.confidenceBasis(),
        r.prices(),
        r.runs(),
        r.inputBytes(),
        r.inputBasis(),
        r.bindingConstraint(),
        r.reasoning(),
        r.evidence(),
        r.sparkConf(),
        r.alternatives());
  }

  private static List<ApplicationRun> newestFirst(List<ApplicationRun> runs) {
    return runs.stream()
        .sorted((a, b) -> RunSummary.NEWEST_FIRST.compare(RunSummary.of(a), RunSummary.of(b)))
        .toList();
  }

  private static InputStamp input(String location) {
    return new InputStamp(location, 1, 1);
  }

  private SaveResult save(ApplicationRun... runs) {
    return save(List.of(runs));
  }

  private SaveResult save(List<ApplicationRun> runs) {
    return repository.save(runs.stream()
        .map(run -> new CollectedRun(run, input("/logs/" + run.id())))
        .toList());
  }
}
