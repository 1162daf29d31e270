package io.sparkoptimizer.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkoptimizer.JobType;
import io.sparkoptimizer.ModelInfo;
import io.sparkoptimizer.ModelTarget;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.SettingsException;
import io.sparkoptimizer.TrainRequest;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.Measures;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.RunId;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spark.TaskMetric;
import io.sparkoptimizer.spi.RunFeatures;
import io.sparkoptimizer.spi.RunHistory;
import io.sparkoptimizer.spi.StoredModel;
import io.sparkoptimizer.spi.Trainer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class XgboostTrainerTest {
  private static final long GIB = 1L << 30;
  private static final long START_MS = 1_767_225_600_000L;

  private final XgboostTrainer trainer = new XgboostTrainer();
  private final History history = new History();

  private static TrainRequest request(ModelTarget target, String... features) {
    return new TrainRequest("m", "xgboost", target, List.of(features));
  }

  @Test
  void provider_onTheClassPath_isFoundByType() {
    assertThat(ServiceLoader.load(Trainer.Provider.class))
        .extracting(Trainer.Provider::name)
        .contains("xgboost");
  }

  @Test
  void train_durations_isJudgedByJobsLeftOut() {
    history.fill(12, 20);
    StoredModel model = trainer.train(history, request(ModelTarget.DURATION_MS), 77);
    ModelInfo info = model.info();
    assertThat(info.name()).isEqualTo("m");
    assertThat(info.version()).isZero();
    assertThat(info.features()).isEqualTo(Feature.DEFAULT);
    assertThat(info.createdMs()).isEqualTo(77);
    assertThat(info.library()).startsWith("xgboost 3.");
    assertThat(info.sizeBytes()).isEqualTo(model.content().length);
    assertThat(info.metrics().runs()).isEqualTo(240);
    assertThat(info.metrics().jobs()).isEqualTo(12);
    // The law of all jobs is the same, with 10 % noise (8 % of error); one median for all is off by
    // 60 %.
    assertThat(info.metrics().mape().orElseThrow()).isBetween(7.0, 35.0);
    assertThat(info.metrics().medianApe().orElseThrow()).isBetween(5.0, 30.0);
    assertThat(info.metrics().coverage().orElseThrow()).isBetween(0.3, 1.0);
    assertThat(info.metrics().nominalCoverage()).isEqualTo(0.9);
  }

  @Test
  void train_sameHistoryTwice_givesTheSameModel() {
    history.fill(4, 15);
    assertThat(trainer.train(history, request(ModelTarget.DURATION_MS), 1))
        .isEqualTo(trainer.train(history, request(ModelTarget.DURATION_MS), 1));
  }

  @Test
  void train_memory_learnsPeaksOfExecutorsAlone() {
    history.fill(5, 10);
    StoredModel model =
        trainer.train(history, request(ModelTarget.PEAK_HEAP_MB, "memory_mb_per_instance"), 1);
    assertThat(model.info().metrics().runs()).isEqualTo(50);
    Boosting learnt = ModelFile.read(model.content());
    // Executors hold half of their heap, the driver always 9 GiB.
    assertThat(learnt
            .predict(new RunFeatures("new", Map.of("memory_mb_per_instance", 4096.0), Map.of()))
            .expected())
        .isBetween(1900.0, 2200.0);
  }

  @Test
  void train_oneJob_isNotJudged() {
    history.fill(1, 20);
    ModelInfo info = trainer.train(history, request(ModelTarget.DURATION_MS), 1).info();
    assertThat(info.metrics().jobs()).isEqualTo(1);
    assertThat(info.metrics().mape()).isEmpty();
    assertThat(info.metrics().coverage()).isEmpty();
  }

  @Test
  void train_tooFewOrUnfitRuns_saysHowManyAreNeeded() {
    history.fill(3, 3);
    assertThatThrownBy(() -> trainer.train(history, request(ModelTarget.DURATION_MS), 1))
        .isInstanceOf(OptimizerException.class)
        .hasMessage("the history has 9 whole successful batch runs with duration_ms; 10 are needed"
            + " to train on. Collect more logs");
    History failed = new History();
    failed.status = RunStatus.FAILED;
    failed.fill(3, 30);
    assertThatThrownBy(() -> trainer.train(failed, request(ModelTarget.PEAK_HEAP_MB), 1))
        .hasMessageStartingWith("the history has 0 whole successful batch runs with peak_heap_mb")
        .hasMessageEndingWith("with memory samples where a memory model is wanted");
  }

  @Test
  void train_unknownFeatures_areAllNamed() {
    assertThatThrownBy(() -> trainer.train(
            history, request(ModelTarget.DURATION_MS, "colour", "input_size", "Shape"), 1))
        .isInstanceOfSatisfying(
            SettingsException.class,
            fault -> assertThat(fault.faults())
                .hasSize(2)
                .allMatch(line -> line.contains("there are input_size, instances,"))
                .anyMatch(line -> line.startsWith("there is no feature \"colour\""))
                .anyMatch(line -> line.startsWith("there is no feature \"Shape\"")));
  }

  @Test
  void trainingSet_workFeatures_areOfTheRunBefore() {
    history.fill(1, 3);
    TrainingSet set = TrainingSet.of(
        history,
        ModelTarget.DURATION_MS,
        List.of(Feature.TASK_COUNT, Feature.INPUT_SIZE, Feature.INPUT_GROWTH));
    List<RunSummary> newestFirst = history.summaries(RunQuery.ALL);
    for (int i = 0; i < 3; i++) {
      RunFeatures features = set.runs().get(i);
      assertThat(features.numbers()).containsEntry(RunFeatures.INPUT_BYTES, (double)
          newestFirst.get(i).inputBytes().getAsLong());
      if (i < 2) {
        assertThat(features.numbers())
            .containsEntry("task_count", (double) newestFirst.get(i + 1).tasks())
            .containsEntry(
                "input_growth",
                (double) newestFirst.get(i).inputBytes().getAsLong()
                    / newestFirst.get(i + 1).inputBytes().getAsLong());
      } else {
        assertThat(features.numbers()).doesNotContainKeys("task_count", "input_growth");
      }
    }
  }

  @Test
  void trainingSet_runsOfATable_haveNoStagesToCount() {
    history.fromTable = true;
    history.fill(1, 3);
    TrainingSet set = TrainingSet.of(
        history, ModelTarget.DURATION_MS, List.of(Feature.TASK_COUNT, Feature.STAGE_COUNT));
    assertThat(set.runs()).hasSize(3).allMatch(run -> run.numbers().isEmpty());
  }

  @Test
  void trainingSet_frequentJobAndCopies_countOnce() {
    history.fill(2, 200);
    List<RunSummary> copies =
        history.summaries.stream().map(run -> withSource(run, "copy")).toList();
    history.summaries.addAll(copies);
    TrainingSet set = TrainingSet.of(history, ModelTarget.DURATION_MS, List.of(Feature.INSTANCES));
    assertThat(set.runs()).hasSize(2 * TrainingSet.RUNS_A_JOB);
    assertThat(set.jobs()).isEqualTo(2);
  }

  @Test
  void modelFile_writtenAndRead_predictsTheSame() {
    history.fill(6, 20);
    TrainingSet set =
        TrainingSet.of(history, ModelTarget.DURATION_MS, Arrays.asList(Feature.values()));
    Boosting learnt = Boosting.learn(
        set.runs(), set.y().stream().mapToDouble(Double::doubleValue).toArray());
    byte[] bytes = ModelFile.write(learnt);
    Boosting read = ModelFile.read(bytes);
    for (RunFeatures run : set.runs()) {
      assertThat(read.predict(run)).isEqualTo(learnt.predict(run));
    }
    for (int length = 0; length < bytes.length; length += 1 + length / 30) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> ModelFile.read(cut))
          .isInstanceOf(OptimizerException.class)
          .hasMessageEndingWith("train it again");
    }
    bytes[0] = 0;
    assertThatThrownBy(() -> ModelFile.read(bytes)).hasMessageContaining("in no form");
  }

  private static RunSummary withSource(RunSummary run, String source) {
    RunId id = run.id();
    return new RunSummary(
        new RunId(source, id.appId(), id.attemptId(), id.startTimeMs(), id.name()),
        run.jobSignature(),
        run.jobType(),
        run.kind(),
        run.user(),
        run.status(),
        run.complete(),
        run.durationMs(),
        run.executorsPeak(),
        run.executorCores(),
        run.executorMemoryMb(),
        run.executorCoreMs(),
        run.driverCores(),
        run.driverMemoryMb(),
        run.slotTimeMs(),
        run.inputBytes(),
        run.stages(),
        run.tasks(),
        run.fromTable(),
        run.recordedCost(),
        run.totals());
  }

  /** Jobs that differ in what they do with a byte; their time is work over cores. */
  private static final class History implements RunHistory {
    final List<RunSummary> summaries = new ArrayList<>();
    RunStatus status = RunStatus.SUCCEEDED;
    boolean fromTable;

    void fill(int jobs, int runsEach) {
      Random random = new Random(5);
      for (int job = 0; job < jobs; job++) {
        for (int run = 0; run < runsEach; run++) {
          long gib = 2 + random.nextInt(30);
          int executors = 2 + 2 * random.nextInt(5);
          double slotMs = gib * (1 + job % 3) * 40_000.0;
          double ms = (20_000 + slotMs / (4 * executors)) * Math.exp(0.1 * random.nextGaussian());
          summaries.add(new RunSummary(
              new RunId(
                  "default",
                  "app-" + job + "-" + run,
                  "",
                  OptionalLong.of(START_MS + run * 3_600_000L),
                  "job-" + job),
              "job-" + job,
              List.of(JobType.ETL, JobType.SQL, JobType.ML).get(job % 3),
              ApplicationKind.BATCH,
              null,
              status,
              true,
              OptionalLong.of((long) ms),
              OptionalInt.of(executors),
              OptionalInt.of(4),
              OptionalLong.of(2048L << random.nextInt(3)),
              OptionalLong.empty(),
              OptionalInt.of(1),
              OptionalLong.of(1024),
              (long) slotMs,
              OptionalLong.of(gib * GIB),
              fromTable ? 0 : 2,
              fromTable ? 0 : 8 * gib,
              fromTable,
              OptionalDouble.empty(),
              Measures.builder(TaskMetric.class)
                  .set(TaskMetric.SHUFFLE_WRITE_BYTES, gib * GIB / (1 + job % 3))
                  .build()));
        }
      }
      summaries.sort(RunSummary.NEWEST_FIRST);
    }

    @Override
    public List<RunSummary> summaries(RunQuery query) {
      return summaries.stream().filter(query::matches).toList();
    }

    @Override
    public List<ApplicationRun> runs(RunQuery query) {
      return summaries(query).stream()
          .limit(query.limit().orElseThrow())
          .map(run -> ApplicationRun.builder()
              .appId(run.id().appId())
              .name(run.id().name())
              .jobSignature(run.jobSignature())
              .startTimeMs(run.id().startTimeMs())
              .status(status)
              .executors(List.of(
                  executor("driver", 9 * GIB),
                  executor("1", run.executorMemoryMb().getAsLong() << 19),
                  executor("2", 0)))
              .build())
          .toList();
    }

    @Override
    public long count(RunQuery query) {
      return summaries(query).size();
    }

    private static Executor executor(String id, long peak) {
      return new Executor(
          id,
          null,
          OptionalInt.of(4),
          OptionalInt.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          null,
          0,
          0,
          0,
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          Measures.builder(MemoryPeak.class).set(MemoryPeak.JVM_HEAP, peak).build(),
          Measures.none(CollectorMetric.class));
    }
  }
}
