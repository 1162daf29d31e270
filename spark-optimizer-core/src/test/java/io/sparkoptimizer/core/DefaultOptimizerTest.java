package io.sparkoptimizer.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.DataSize;
import io.sparkoptimizer.HistoryStats;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.ModelTarget;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.OptimizerBuilder;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.OptimizerSettings;
import io.sparkoptimizer.Prediction;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.SettingsException;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.TrainRequest;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.WhatIf;
import io.sparkoptimizer.core.memory.InMemoryRepository;
import io.sparkoptimizer.core.schedule.OtherJobs;
import io.sparkoptimizer.core.whatif.WhatIfModel;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.DataQuality;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spi.Collector;
import io.sparkoptimizer.spi.InputStamp;
import io.sparkoptimizer.spi.RecommendationRequest;
import io.sparkoptimizer.spi.Recommender;
import io.sparkoptimizer.spi.Repository;
import io.sparkoptimizer.spi.RunHistory;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DefaultOptimizerTest {
  private final Repository repository = new InMemoryRepository();

  private OptimizerBuilder builder() {
    return Optimizer.builder().repository(repository);
  }

  private void save(List<ApplicationRun> runs) {
    repository.save(runs.stream()
        .map(run -> new Repository.CollectedRun(run, stamp(run.appId())))
        .toList());
  }

  private static InputStamp stamp(String location) {
    return new InputStamp("/logs/" + location, 10, 1);
  }

  /** Says one thing, whatever is asked. */
  private record Saying(String name, int order, Verdict verdict, List<String> asked)
      implements Recommender {
    @Override
    public Recommendation recommend(RecommendationRequest request) {
      asked.add(name);
      return new Recommendation(
          name + "-id",
          verdict,
          name,
          Resources.NONE,
          Prediction.UNKNOWN,
          Resources.NONE,
          Prediction.UNKNOWN,
          0,
          Recommendation.ConfidenceBasis.RULES,
          request.settings().prices(),
          List.of(),
          OptionalLong.empty(),
          Recommendation.InputBasis.UNKNOWN,
          null,
          name,
          List.of(),
          Map.of(),
          List.of());
    }
  }

  @Test
  void recommend_jobByNameSignatureOrRun_findsItsRuns() {
    save(TestRuns.repeated(3, i -> TestRuns.etl()));
    try (Optimizer optimizer = builder().build()) {
      Recommendation byName = optimizer.recommend(JobProfile.builder("nightly").build());
      Recommendation byRun =
          optimizer.recommend(JobProfile.builder().like("app-1").build());

      assertThat(byName.runs()).containsExactly("app-2", "app-1", "app-0");
      assertThat(byRun.runs()).isEqualTo(byName.runs());
      assertThat(byRun.proposed()).isEqualTo(byName.proposed());
      assertThat(repository.recommendation(byName.id())).contains(byName);
    }
  }

  @Test
  void recommend_likeAnUnknownRun_saysWhatToDo() {
    try (Optimizer optimizer = builder().build()) {
      assertThatThrownBy(
              () -> optimizer.recommend(JobProfile.builder().like("app-9").build()))
          .isInstanceOf(OptimizerException.class)
          .hasMessage("no run with the application id app-9 is recorded; collect its log first, or"
              + " name a job");
    }
  }

  @Test
  void recommend_newJob_goesFromSimilarityToTheSizeClass() {
    try (Optimizer optimizer = builder().build()) {
      Recommendation alone = optimizer.recommend(
          JobProfile.builder("new").inputSize(DataSize.gibibytes(20)).build());
      assertThat(alone.method()).isEqualTo("rules");

      save(TestRuns.repeated(3, i -> TestRuns.etl().name("other-" + i)));
      Recommendation among = optimizer.recommend(JobProfile.builder("new")
          .inputSize(DataSize.gibibytes(20))
          .jobType(JobType.ETL)
          .build());
      assertThat(among.method()).isEqualTo("similarity");
      assertThat(among.runs()).hasSize(3);
    }
  }

  @Test
  void recommend_methodByNameAndByConfiguration_asksItAlone() {
    List<String> asked = new ArrayList<>();
    OptimizerBuilder parts = builder()
        .recommender(new Saying("loud", 1, Verdict.ABSTAIN, asked))
        .recommender(new Saying("quiet", 2, Verdict.ABSTAIN, asked));
    try (Optimizer optimizer = parts.build()) {
      assertThat(optimizer
              .recommend(JobProfile.builder("x").method("quiet").build())
              .method())
          .isEqualTo("quiet");
      assertThat(asked).containsExactly("quiet");
      assertThatThrownBy(
              () -> optimizer.recommend(JobProfile.builder("x").method("guess").build()))
          .isInstanceOf(OptimizerException.class)
          .hasMessage("method is \"guess\"; found [loud, quiet, rules, run-times, similarity]");
    }
    try (Optimizer optimizer = parts.setting("recommendations.method", "loud").build()) {
      assertThat(optimizer.recommend(JobProfile.builder("x").build()).method()).isEqualTo("loud");
    }
  }

  @Test
  void create_unknownMethodInTheSettings_isRefused() {
    assertThatThrownBy(
            () -> builder().setting("recommendations.method", "magic").build())
        .isInstanceOf(OptimizerException.class)
        .hasMessage("recommendations.method is \"magic\"; found [rules, run-times, similarity]");
    assertThatThrownBy(() -> builder()
            .setting("recommendations.min_similar_jobs", "many")
            .setting("prices.per_core_hour", "free")
            .build())
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("recommendations.min_similar_jobs is \"many\"")
        .hasMessageContaining("prices.per_core_hour");
  }

  @Test
  void recommend_abstention_asksTheNextInTurn() {
    List<String> asked = new ArrayList<>();
    try (Optimizer optimizer = builder()
        .recommender(new Saying("second", 2, Verdict.INFEASIBLE, asked))
        .recommender(new Saying("first", 1, Verdict.ABSTAIN, asked))
        .build()) {
      Recommendation answer = optimizer.recommend(JobProfile.builder("x").build());

      assertThat(answer.method()).isEqualTo("second");
      assertThat(asked).containsExactly("first", "second");
    }
  }

  @Test
  void recommend_recommenderThatFails_asksTheOthers() {
    Recommender failing = new Recommender() {
      @Override
      public String name() {
        return "failing";
      }

      @Override
      public Recommendation recommend(RecommendationRequest request) {
        throw new OptimizerException("the model file is gone");
      }
    };
    try (Optimizer optimizer = builder().recommender(failing).build()) {
      assertThat(optimizer
              .recommend(
                  JobProfile.builder("x").inputSize(DataSize.gibibytes(1)).build())
              .method())
          .isEqualTo("rules");
      assertThatThrownBy(() ->
              optimizer.recommend(JobProfile.builder("x").method("failing").build()))
          .hasMessage("the model file is gone");
    }
  }

  @Test
  void recommend_trainable_isTrainedOnceBeforeTheFirstQuestion() {
    List<String> calls = new ArrayList<>();
    Recommender learner = new Recommender.Trainable() {
      @Override
      public String name() {
        return "learner";
      }

      @Override
      public void train(RunHistory history) {
        calls.add("train on " + history.count(RunQuery.ALL));
      }

      @Override
      public Recommendation recommend(RecommendationRequest request) {
        return new Saying("learner", 0, Verdict.ABSTAIN, calls).recommend(request);
      }
    };
    save(TestRuns.repeated(2, i -> TestRuns.etl()));
    try (Optimizer optimizer = builder().recommender(learner).build()) {
      JobProfile question = JobProfile.builder("nightly").method("learner").build();
      optimizer.recommend(question);
      optimizer.recommend(question);

      assertThat(calls).containsExactly("train on 2", "learner", "learner");
    }
  }

  /** Hands over what a script says. */
  private static Collector.Provider collector(Consumer<Collector.Sink> script) {
    return new Collector.Provider() {
      @Override
      public String name() {
        return "scripted";
      }

      @Override
      public Collector create(Map<String, String> settings) {
        return new Collector() {
          @Override
          public String name() {
            return "scripted";
          }

          @Override
          public void collect(Sink sink) {
            script.accept(sink);
          }
        };
      }
    };
  }

  private static CollectionRequest request(int batchSize) {
    return new CollectionRequest("scripted", Map.of(), "east", batchSize);
  }

  @Test
  void collect_again_readsNothingTwiceAndCounts() {
    List<ApplicationRun> runs = TestRuns.repeated(5, i -> TestRuns.etl());
    List<String> progress = new ArrayList<>();
    Consumer<Collector.Sink> script = sink -> {
      sink.expect(6);
      for (ApplicationRun run : runs) {
        if (!sink.isKnown(stamp(run.appId()))) {
          sink.accept(run, stamp(run.appId()));
        }
      }
      sink.skip(new SkippedInput("/logs/noise", "no event line"));
    };
    try (Optimizer optimizer = builder().collector(collector(script)).build()) {
      CollectionReport first =
          optimizer.collect(request(2), (done, expected) -> progress.add(done + "/" + expected));
      CollectionReport second = optimizer.collect(request(2), CollectionRequest.Progress.NONE);

      assertThat(first)
          .isEqualTo(new CollectionReport(
              5,
              5,
              0,
              0,
              0,
              List.of(new SkippedInput("/logs/noise", "no event line")),
              new CollectionReport.Reading(5, 0, first.reading().durationMs())));
      assertThat(second.processed()).isZero();
      assertThat(second.unchanged()).isEqualTo(5);
      assertThat(progress).startsWith("0/6", "1/6").endsWith("6/6");
      assertThat(optimizer.count(RunQuery.ALL)).isEqualTo(5);
      assertThat(optimizer.runs(RunQuery.ALL))
          .allSatisfy(run -> assertThat(run.id().sourceName()).isEqualTo("east"));
    }
  }

  @Test
  void collect_interrupted_savesWhatItHasAndStaysInterrupted() {
    Consumer<Collector.Sink> script = sink -> {
      sink.accept(TestRuns.etl().build(), stamp("app-1"));
      Thread.currentThread().interrupt();
    };
    try (Optimizer optimizer = builder().collector(collector(script)).build()) {
      CollectionReport report = optimizer.collect(request(100), CollectionRequest.Progress.NONE);

      assertThat(Thread.interrupted()).isTrue();
      assertThat(report.added()).isEqualTo(1);
      assertThat(optimizer.count(RunQuery.ALL)).isEqualTo(1);
    }
  }

  @Test
  void collect_sourceThatFailsHalfway_keepsWhatCameBefore() {
    Consumer<Collector.Sink> script = sink -> {
      sink.accept(TestRuns.etl().build(), stamp("app-1"));
      throw new OptimizerException("the cluster is gone");
    };
    try (Optimizer optimizer = builder().collector(collector(script)).build()) {
      assertThatThrownBy(() -> optimizer.collect(request(100), CollectionRequest.Progress.NONE))
          .hasMessage("the cluster is gone");
      assertThat(optimizer.count(RunQuery.ALL)).isEqualTo(1);
    }
  }

  @Test
  void train_nothingTrains_saysWhatToAdd() {
    try (Optimizer optimizer = builder().build()) {
      assertThatThrownBy(() -> optimizer.train(
              new TrainRequest("m", TrainRequest.XGBOOST, ModelTarget.DURATION_MS, List.of())))
          .isInstanceOf(OptimizerException.class)
          .hasMessage("nothing trains models of type \"xgboost\"; found none. Add"
              + " spark-optimizer-ml to the class path");
      assertThat(optimizer.models()).isEmpty();
    }
  }

  @Test
  void collect_unknownCollector_namesThoseThatAreThere() {
    try (Optimizer optimizer = builder().build()) {
      assertThatThrownBy(() -> optimizer.collect(
              new CollectionRequest("telepathy", Map.of(), "default", 1),
              CollectionRequest.Progress.NONE))
          .hasMessageStartingWith("collector is \"telepathy\"; found [")
          .hasMessageContaining("event-log");
    }
  }

  @Test
  void stats_runsOfTwoDays_sumUp() {
    save(TestRuns.repeated(2, i -> TestRuns.etl()));
    save(List.of(TestRuns.etl()
        .appId("f")
        .name("b")
        .status(RunStatus.FAILED)
        .jobType(JobType.ML)
        .build()));
    try (Optimizer optimizer = builder().build()) {
      HistoryStats stats = optimizer.stats();

      assertThat(stats.applications()).isEqualTo(3);
      assertThat(stats.jobs()).isEqualTo(2);
      assertThat(stats.byStatus()).containsEntry("succeeded", 2L).containsEntry("failed", 1L);
      assertThat(stats.byDay()).hasSize(2);
      assertThat(stats.byJobType()).containsOnlyKeys(JobType.ETL, JobType.ML);
      double sum = optimizer.runs(RunQuery.ALL).stream()
          .mapToDouble(run -> optimizer.cost(run).orElseThrow())
          .sum();
      assertThat(stats.total().cost()).isCloseTo(sum, within(1e-9));
      assertThat(stats.total().wastedCoreHours())
          .isPositive()
          .isLessThan(stats.total().coreHours());
    }
  }

  @Test
  void whatIf_andAnalyze_answerForARun() {
    ApplicationRun run = TestRuns.etl().build();
    try (Optimizer optimizer = builder().build()) {
      assertThat(optimizer.whatIf(run, WhatIf.Query.ofExecutors(2, 8)).points()).hasSize(2);
      assertThat(optimizer.analyze(run).run()).isEqualTo(run);
    }
  }

  /** Fails in its own way. */
  private record Failing(String name, Supplier<? extends Throwable> fault) implements Recommender {
    @Override
    public Recommendation recommend(RecommendationRequest request) {
      Throwable thrown = fault.get();
      if (thrown instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) thrown;
    }
  }

  @Test
  void recommend_plugInThatBreaks_doesNotStopTheOthers() {
    try (Optimizer optimizer = builder()
        .recommender(new Failing("a-null", () -> new NullPointerException("no model")))
        .recommender(new Failing("b-native", () -> new UnsatisfiedLinkError("no such library")))
        .build()) {
      assertThat(optimizer
              .recommend(
                  JobProfile.builder("x").inputSize(DataSize.gibibytes(1)).build())
              .method())
          .isEqualTo("rules");
    }
  }

  @Test
  void recommend_databaseThatCannotBeWritten_stillAnswers() {
    Repository readOnly = (Repository) Proxy.newProxyInstance(
        getClass().getClassLoader(), new Class<?>[] {Repository.class}, (proxy, method, args) -> {
          if (method.getName().equals("save")) {
            throw new OptimizerException("the database is read-only");
          }
          return method.invoke(repository, args);
        });
    save(TestRuns.repeated(3, i -> TestRuns.etl()));
    try (Optimizer optimizer = Optimizer.builder().repository(readOnly).build()) {
      Recommendation answer = optimizer.recommend(JobProfile.builder("nightly").build());

      assertThat(answer.runs()).hasSize(3);
      assertThat(repository.recommendation(answer.id())).isEmpty();
    }
  }

  @Test
  void recommend_secondThread_waitsUntilTheLearnerIsTrained() throws Exception {
    CountDownLatch training = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicBoolean trained = new AtomicBoolean();
    List<Boolean> askedTrained = Collections.synchronizedList(new ArrayList<>());
    Recommender learner = new Recommender.Trainable() {
      @Override
      public String name() {
        return "learner";
      }

      @Override
      public void train(RunHistory history) {
        training.countDown();
        try {
          mayEnd.await();
        } catch (InterruptedException stopped) {
          throw new IllegalStateException(stopped);
        }
        trained.set(true);
      }

      @Override
      public Recommendation recommend(RecommendationRequest request) {
        askedTrained.add(trained.get());
        return new Saying("learner", 0, Verdict.ABSTAIN, new ArrayList<>()).recommend(request);
      }
    };
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (Optimizer optimizer = builder().recommender(learner).build()) {
      JobProfile question = JobProfile.builder("nightly").method("learner").build();
      Future<?> first = threads.submit(() -> optimizer.recommend(question));
      training.await();
      Thread[] other = new Thread[1];
      CountDownLatch begun = new CountDownLatch(1);
      Future<?> second = threads.submit(() -> {
        other[0] = Thread.currentThread();
        begun.countDown();
        optimizer.recommend(question);
      });
      begun.await();
      // It either waits for the training, or has asked too early.
      while (askedTrained.isEmpty()
          && other[0].getState() != Thread.State.BLOCKED
          && other[0].getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      mayEnd.countDown();
      first.get();
      second.get();

      assertThat(askedTrained).containsExactly(true, true);
    } finally {
      threads.shutdownNow();
    }
  }

  private static ApplicationRun signed(ApplicationRun run, String signature) {
    return run.toBuilder().jobSignature(signature).build();
  }

  @Test
  void recommend_twoJobsOfOneName_takesTheOneThatRanLast() {
    List<ApplicationRun> runs = TestRuns.repeated(6, i -> TestRuns.etl().name("etl"));
    save(IntStream.range(0, 6)
        .mapToObj(i -> signed(runs.get(i), i % 2 == 0 ? "etl Main" : "etl Other"))
        .toList());
    try (Optimizer optimizer =
        builder().setting("recommendations.max_runs", "2").build()) {
      assertThat(optimizer.recommend(JobProfile.builder("etl").build()).runs())
          .containsExactly("app-5", "app-3");
      assertThat(optimizer.recommend(JobProfile.builder("etl Other").build()).runs())
          .containsExactly("app-4", "app-2");
    }
  }

  @Test
  void recommend_likeAnOlderRun_asksForThatRunsInput() {
    save(TestRuns.repeated(4, i -> TestRuns.run().scan(100, 5_000, (10L + 10L * i) << 30)));
    try (Optimizer optimizer = builder().build()) {
      Recommendation likeFirst =
          optimizer.recommend(JobProfile.builder().like("app-0").build());
      Recommendation twice =
          optimizer.recommend(JobProfile.builder().like("app-0").inputScale(2).build());
      Recommendation newest =
          optimizer.recommend(JobProfile.builder().like("app-3").build());

      assertThat(likeFirst.inputBytes()).hasValue(10L << 30);
      assertThat(likeFirst.inputBasis()).isEqualTo(Recommendation.InputBasis.SCALED);
      assertThat(twice.inputBytes()).hasValue(20L << 30);
      assertThat(newest.inputBytes()).hasValue(40L << 30);
      assertThat(newest.inputBasis()).isEqualTo(Recommendation.InputBasis.LAST_RUN);
    }
  }

  @Test
  void whatIf_runOfTheJobThatStillRuns_isNotHeld() {
    ApplicationRun run = TestRuns.etl().build();
    save(TestRuns.repeated(9, i -> TestRuns.etl().slower(0.1 * (1 + i)).status(RunStatus.RUNNING)));
    try (Optimizer optimizer = builder().build()) {
      WhatIf.Query query = WhatIf.Query.ofExecutors(4);

      assertThat(optimizer.whatIf(run, query))
          .isEqualTo(WhatIfModel.answer(
              run,
              query,
              List.of(),
              () -> OtherJobs.NONE,
              OptimizerSettings.of(Map.of()).prices()));
    }
  }

  @Test
  void whatIf_otherJobsThatAreFarOff_makeItLessSure() {
    ApplicationRun run = TestRuns.etl().build();
    WhatIf.Query query = WhatIf.Query.ofExecutors(4);
    WhatIf alone;
    try (Optimizer optimizer = builder().build()) {
      alone = optimizer.whatIf(run, query);
    }
    for (int job = 0; job < 8; job++) {
      String name = "restless-" + "abcdefgh".charAt(job);
      save(TestRuns.repeated(4, i -> TestRuns.etl().name(name).slower(i % 2 == 0 ? 1 : 4)));
    }
    try (Optimizer optimizer = builder().build()) {
      WhatIf known = optimizer.whatIf(run, query);

      assertThat(known.points().get(0).durationMs().expected())
          .isEqualTo(alone.points().get(0).durationMs().expected());
      assertThat(known.points().get(0).durationMs().high())
          .isGreaterThan(1.5 * alone.points().get(0).durationMs().high());
    }
  }

  @Test
  void recommendAndWhatIf_oddRuns_neverThrow() {
    ApplicationRun plain = TestRuns.etl().build();
    Map<String, ApplicationRun> odd = new LinkedHashMap<>();
    odd.put("no executors", plain.toBuilder().executors(List.of()).build());
    odd.put("no stages", plain.toBuilder().stages(List.of()).build());
    odd.put("no jobs", plain.toBuilder().jobs(List.of()).build());
    odd.put(
        "no times",
        plain.toBuilder()
            .startTimeMs(OptionalLong.empty())
            .endTimeMs(OptionalLong.empty())
            .build());
    odd.put("no duration", plain.toBuilder().endTimeMs(plain.startTimeMs()).build());
    odd.put(
        "ends before it starts", plain.toBuilder().endTimeMs(OptionalLong.of(1)).build());
    odd.put("zero task times", TestRuns.run().stage(new long[8], 1, 0).build());
    odd.put("parents in a circle", stages(plain, 0, List.of(1), List.of(0)));
    odd.put("its own parent", stages(plain, 0, List.of(0), List.of(1)));
    odd.put("negative ids", stages(plain, -7, List.of(-7, -99), List.of(-7, 5)));
    for (String most : List.of("0", "1", "2147483647", "-1", "many")) {
      odd.put(
          "dynamic maximum " + most,
          TestRuns.etl()
              .conf("spark.dynamicAllocation.enabled", "true")
              .conf("spark.dynamicAllocation.minExecutors", "2147483647")
              .conf("spark.dynamicAllocation.maxExecutors", most)
              .build());
    }
    odd.put("task cpus", TestRuns.etl().conf("spark.task.cpus", "2147483647").build());
    odd.put(
        "partitions",
        TestRuns.etl().conf("spark.sql.shuffle.partitions", "2147483647").build());
    odd.forEach((what, run) -> {
      Repository own = new InMemoryRepository();
      own.save(List.of(
          new Repository.CollectedRun(run, stamp("a")),
          new Repository.CollectedRun(
              TestRuns.etl().appId("app-0").startMs(1).build(), stamp("b"))));
      try (Optimizer optimizer = Optimizer.builder().repository(own).build()) {
        for (double scale : new double[] {0.01, 100}) {
          assertThatCode(() -> optimizer.recommend(JobProfile.builder("nightly")
                  .method("rules")
                  .inputScale(scale)
                  .build()))
              .as("recommend, %s, input x %s", what, scale)
              .doesNotThrowAnyException();
          assertThatCode(() -> optimizer.whatIf(
                  run,
                  new WhatIf.Query(
                      List.of(8, Integer.MAX_VALUE),
                      Optional.empty(),
                      List.of(2),
                      List.of(),
                      List.of(),
                      scale)))
              .as("what if, %s, input x %s", what, scale)
              .doesNotThrowAnyException();
        }
      }
    });
  }

  /** The run's two stages with ids counted from another number, and with other parents. */
  private static ApplicationRun stages(
      ApplicationRun run, int firstId, List<Integer> parents, List<Integer> parentsOfSecond) {
    List<StageAttempt> stages = new ArrayList<>();
    for (StageAttempt stage : run.stages()) {
      stages.add(StageAttempt.builder(firstId + stage.stageId(), stage.attemptId())
          .name(stage.name())
          .status(stage.status())
          .parentIds(stage.stageId() == 0 ? parents : parentsOfSecond)
          .submissionTimeMs(stage.submissionTimeMs())
          .firstTaskLaunchedTimeMs(stage.firstTaskLaunchedTimeMs())
          .completionTimeMs(stage.completionTimeMs())
          .numTasks(stage.numTasks())
          .numCompleteTasks(stage.numCompleteTasks())
          .slotTimeMs(stage.slotTimeMs())
          .resourceProfileId(stage.resourceProfileId())
          .metrics(stage.metrics())
          .distributions(stage.distributions())
          .build());
    }
    return run.toBuilder().stages(stages).build();
  }

  @Test
  void cost_driver_isPaidForAsLongAsTheRun() {
    ApplicationRun run = TestRuns.etl().build();
    Map<String, String> conf = new TreeMap<>(run.configuration());
    conf.put("spark.driver.cores", "3");
    conf.put("spark.driver.memory", "4g");
    ApplicationRun larger = run.toBuilder().appId("larger").configuration(conf).build();
    save(List.of(larger));
    try (Optimizer optimizer = builder().build()) {
      RunSummary had = RunSummary.of(run);
      assertThat(had.driverCores()).hasValue(1);
      assertThat(had.driverMemoryMb()).hasValue(1024);
      double hours = run.durationMs().getAsLong() / 3_600_000.0;
      Prices prices = Prices.DEFAULT;
      // 3 cores for 1, and 4 GiB with their overhead of 409 MiB for 1 GiB with 384 MiB.
      double more = prices.cost(hours * 2, hours * (4096 + 409 - 1024 - 384) / 1024);
      assertThat(optimizer.cost(RunSummary.of(larger)).orElseThrow()
              - optimizer.cost(had).orElseThrow())
          .isCloseTo(more, within(1e-9));
      assertThat(optimizer.stats().total().coreHours())
          .isCloseTo(
              (larger.durationMs().getAsLong() * 3
                      + RunSummary.of(larger).executorCoreMs().getAsLong())
                  / 3_600_000.0,
              within(1e-9));
    }
    RunSummary local =
        RunSummary.of(run.toBuilder().clusterManager(ClusterManager.LOCAL).build());
    assertThat(local.driverCores()).isEmpty();
  }

  @Test
  void stats_runWhoseLogIsCut_addsNoWaste() {
    ApplicationRun cut = TestRuns.etl().build().toBuilder()
        .quality(new DataQuality(false, Set.of(QualityIssue.TRUNCATED), 1, 0, 1, 0))
        .build();
    save(List.of(cut));
    try (Optimizer optimizer = builder().build()) {
      assertThat(optimizer.stats().total().coreHours()).isPositive();
      assertThat(optimizer.stats().total().wastedCoreHours()).isZero();
    }
  }
}
