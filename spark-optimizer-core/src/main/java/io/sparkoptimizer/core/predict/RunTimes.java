package io.sparkoptimizer.core.predict;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Recommendation.ConfidenceBasis;
import io.sparkoptimizer.spi.Predictor;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.List;

/** What the times of a job's runs say of another one's, where nothing is known of their stages. Immutable. */
public final class RunTimes {
  private final GaussianProcess.Fit fit;

  private RunTimes(GaussianProcess.Fit fit) {
    this.fit = fit;
  }

  /**
   * @param known runs of one job that went well, newest first; not empty
   */
  public static RunTimes of(List<Predictor.Sample> known) {
    return new RunTimes(new GaussianProcess.Fit(known));
  }

  /** Milliseconds, with an interval that holds 90 %. */
  public Interval predict(RunFeatures run) {
    return fit.predict(run);
  }

  /** The predictor's name. */
  public String method() {
    return GaussianProcess.NAME;
  }

  /** What the interval rests on: the job's own left-out runs, or the model's priors. */
  public ConfidenceBasis basis() {
    return fit.isCalibrated() ? ConfidenceBasis.OWN : ConfidenceBasis.RULES;
  }

  /**
   * Probability that the run takes within 20 % of what is predicted: Wilson's one-sided 90 % lower bound
   * for the known runs that would, each predicted from the others and as doubtful as this one is; below nine
   * of them what the model says counts as four more.
   */
  public double withinTwentyPercent(RunFeatures run) {
    return fit.withinTwentyPercent(run);
  }

  /** What that probability rests on: from three known runs on these themselves. */
  public ConfidenceBasis confidenceBasis() {
    return fit.knowsHits() ? ConfidenceBasis.OWN : ConfidenceBasis.RULES;
  }
}
