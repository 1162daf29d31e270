package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Prediction;
import io.sparkoptimizer.core.schedule.JobModel;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One size that the next run could have, and what it is expected to take.
 *
 * @param setup the size
 * @param forecast its time
 * @param bill what it uses
 * @param risk that something dies for memory; empty where nothing tells
 */
record Option(
    Setup setup, JobModel.Forecast forecast, Setup.Bill bill, Optional<DeathRisk.Risk> risk)
    implements Choice {

  @Override
  public Interval duration() {
    return forecast.spread().around(forecast.estimate().durationMs());
  }

  /** Cost goes with time: executors are paid for as long as they live. */
  @Override
  public Interval cost() {
    return forecast.spread().around(bill.cost());
  }

  @Override
  public double effort() {
    return bill.cost() > 0 ? bill.cost() : bill.coreHours();
  }

  @Override
  public double durationMs() {
    return forecast.estimate().durationMs();
  }

  @Override
  public double oomRisk() {
    return risk.map(DeathRisk.Risk::probability).orElse(0.0);
  }

  @Override
  public double doubt() {
    return forecast.spread().prior();
  }

  @Override
  public int executors() {
    return setup.executors();
  }

  @Override
  public int cores() {
    return setup.cores();
  }

  @Override
  public String words() {
    return setup.executors() + " executors";
  }

  /** Probability that the time is within 20 % and nothing dies for memory. */
  double confidence() {
    return forecast.spread().withinTwentyPercent() * (1 - oomRisk());
  }

  Prediction prediction() {
    return new Prediction(
        duration(),
        cost(),
        OptionalDouble.of(bill.coreHours()),
        OptionalDouble.of(bill.gbHours()),
        risk.isPresent() ? OptionalDouble.of(risk.get().probability()) : OptionalDouble.empty(),
        risk.map(DeathRisk.Risk::basis).orElse(null));
  }
}
