package io.sparkoptimizer.ml;

import io.sparkoptimizer.spi.Predictor;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gradient-boosted quantiles of run time over all features that the runs have, words among them. Good
 * where history is dense; elsewhere it says what the nearest seen runs took, see docs/algorithms.md.
 *
 * <p>Equal runs in equal order give equal predictions: the seed is fixed and there is one thread. What is
 * learnt holds no native memory.
 */
public final class XgboostPredictor implements Predictor {
  private static final String NAME = "xgboost";

  /** A median of fewer is one of them. */
  private static final int FEWEST = 3;

  @Override
  public String name() {
    return NAME;
  }

  /**
   * @return empty below 3 runs
   * @throws io.sparkoptimizer.OptimizerException if XGBoost's native library cannot be loaded: says what
   *     to install
   */
  @Override
  public Optional<Fitted> fit(List<Sample> runs) {
    if (runs.size() < FEWEST) {
      return Optional.empty();
    }
    List<RunFeatures> features = runs.stream().map(run -> withJob(run.run())).toList();
    double[] durations = runs.stream().mapToDouble(Sample::durationMs).toArray();
    Boosting learnt = Boosting.learn(features, durations);
    return Optional.of(run -> learnt.predict(withJob(run)));
  }

  /** Which job it is tells much, where there are several; where there is one, the column is left out. */
  private static RunFeatures withJob(RunFeatures run) {
    Map<String, String> words = new HashMap<>(run.words());
    words.put("job", run.job());
    return new RunFeatures(run.job(), run.numbers(), words);
  }

  /** Found by {@link java.util.ServiceLoader}; takes no settings. */
  public static final class Provider implements Predictor.Provider {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Predictor create(Map<String, String> settings) {
      return new XgboostPredictor();
    }
  }
}
