package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.JobType;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.SqlExecution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Guesses what kind of work an application did from what it ran; a word for lists, never a model's input alone. */
final class JobTypes {
  private static final Pattern GRAPH = Pattern.compile(
      "(?i)graphx|graphframe|pregel|pagerank|connected.?components|triangle.?count");
  private static final Pattern ML = Pattern.compile(
      "(?i)mllib|\\bml\\b|xgboost|kmeans|logisticregression|randomforest|gradientboost|gbt"
          + "|treeAggregate|treeReduce|\\bALS\\b|gaussianmixture|\\bgmm\\b|correlation|word2vec");
  private static final Pattern WRITE = Pattern.compile(
      "(?i).*(insertinto|createdatasourcetableasselect|createtableasselect|writefiles"
          + "|appenddata|overwritebyexpression|overwritepartitionsdynamic|replacetableasselect"
          + "|saveintodatasource|mergeinto|optimize|atomic(create|replace)).*");

  private JobTypes() {}

  static JobType of(
      ApplicationKind kind,
      @Nullable String name,
      Program program,
      List<StageAttempt> stages,
      List<SqlExecution> sql) {
    if (kind == ApplicationKind.STREAMING) {
      return JobType.STREAMING;
    }
    String words =
        (name == null ? "" : name) + " " + (program.main() == null ? "" : program.main());
    if (GRAPH.matcher(words).find() || anyStage(stages, GRAPH)) {
      return JobType.GRAPH;
    }
    if (ML.matcher(words).find() || anyStage(stages, ML)) {
      return JobType.ML;
    }
    long written = 0;
    for (StageAttempt stage : stages) {
      written += stage.metrics().orZero(TaskMetric.OUTPUT_BYTES);
    }
    boolean writes = written > 0
        || sql.stream()
            .flatMap(execution -> execution.operators().keySet().stream())
            .anyMatch(operator -> WRITE.matcher(operator).matches());
    return writes ? JobType.ETL : sql.isEmpty() ? JobType.OTHER : JobType.SQL;
  }

  private static boolean anyStage(List<StageAttempt> stages, Pattern pattern) {
    return stages.stream().anyMatch(stage -> pattern.matcher(stage.name()).find());
  }
}
