package io.sparkoptimizer.ml;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.ModelInfo;
import io.sparkoptimizer.ModelMetrics;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.SettingsException;
import io.sparkoptimizer.TrainRequest;
import io.sparkoptimizer.spi.RunFeatures;
import io.sparkoptimizer.spi.RunHistory;
import io.sparkoptimizer.spi.StoredModel;
import io.sparkoptimizer.spi.Trainer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Trains gradient-boosted quantiles of run time or memory over the runs of all jobs. The back-test that
 * is kept with a model leaves whole jobs out, in {@value #GROUPS} groups: how far off it is on a job that
 * it does not know.
 */
public final class XgboostTrainer implements Trainer {
  /** Groups of jobs that are left out in turn. */
  private static final int GROUPS = 5;

  /** Below these a model says less than its runs. */
  private static final int FEWEST_RUNS = 10;

  private static final double NOMINAL = 0.9;

  @Override
  public String name() {
    return TrainRequest.XGBOOST;
  }

  @Override
  public StoredModel train(RunHistory history, TrainRequest request, long createdMs) {
    List<String> names = request.features().isEmpty() ? Feature.DEFAULT : request.features();
    TrainingSet set = TrainingSet.of(history, request.target(), known(names));
    if (set.runs().size() < FEWEST_RUNS) {
      throw new OptimizerException("the history has " + set.runs().size()
          + " whole successful batch runs with " + request.target().word() + "; " + FEWEST_RUNS
          + " are needed to train on. Collect more logs"
          + (set.runs().isEmpty() ? ", with memory samples where a memory model is wanted" : ""));
    }
    Boosting learnt = learn(set, indexes(set.runs().size()));
    byte[] content = ModelFile.write(learnt);
    return new StoredModel(
        new ModelInfo(
            request.name(),
            0,
            name(),
            request.target(),
            names,
            judge(set),
            createdMs,
            "xgboost " + Xgboost.version(),
            content.length),
        content);
  }

  private static List<Feature> known(List<String> names) {
    List<Feature> features = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    for (String name : names) {
      Optional<Feature> feature = Feature.ofWord(name);
      if (feature.isPresent()) {
        features.add(feature.get());
      } else {
        faults.add("there is no feature \"" + name + "\"; there are "
            + String.join(", ", Feature.DEFAULT));
      }
    }
    if (!faults.isEmpty()) {
      throw new SettingsException(faults);
    }
    return features;
  }

  private static ModelMetrics judge(TrainingSet set) {
    List<String> jobs =
        new ArrayList<>(new TreeSet<>(set.runs().stream().map(RunFeatures::job).toList()));
    int runs = set.runs().size();
    if (jobs.size() < 2) {
      return new ModelMetrics(
          runs,
          jobs.size(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          NOMINAL);
    }
    Collections.shuffle(jobs, new Random(0));
    int groups = Math.min(GROUPS, jobs.size());
    Map<String, Integer> groupOf = new HashMap<>();
    for (int i = 0; i < jobs.size(); i++) {
      groupOf.put(jobs.get(i), i % groups);
    }
    double[] apes = new double[runs];
    int inside = 0;
    for (int group = 0; group < groups; group++) {
      int left = group;
      List<Integer> others = indexes(runs).stream()
          .filter(i -> groupOf.getOrDefault(set.runs().get(i).job(), left) != left)
          .toList();
      Boosting learnt = learn(set, others);
      for (int i = 0; i < runs; i++) {
        if (groupOf.getOrDefault(set.runs().get(i).job(), -1) == group) {
          Interval said = learnt.predict(set.runs().get(i));
          double y = set.y().get(i);
          apes[i] = 100 * Math.abs(said.expected() - y) / y;
          inside += said.low() <= y && y <= said.high() ? 1 : 0;
        }
      }
    }
    double[] sorted = apes.clone();
    Arrays.sort(sorted);
    return new ModelMetrics(
        runs,
        jobs.size(),
        Arrays.stream(apes).average(),
        OptionalDouble.of((sorted[(runs - 1) / 2] + sorted[runs / 2]) / 2),
        OptionalDouble.of((double) inside / runs),
        NOMINAL);
  }

  private static List<Integer> indexes(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private static Boosting learn(TrainingSet set, List<Integer> rows) {
    return Boosting.learn(
        rows.stream().map(set.runs()::get).toList(),
        rows.stream().mapToDouble(set.y()::get).toArray());
  }

  /** Found by {@link java.util.ServiceLoader}; takes no settings. */
  public static final class Provider implements Trainer.Provider {
    @Override
    public String name() {
      return TrainRequest.XGBOOST;
    }

    @Override
    public Trainer create(Map<String, String> settings) {
      return new XgboostTrainer();
    }
  }
}
