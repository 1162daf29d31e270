package io.sparkoptimizer.ml;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Gradient-boosted trees (Friedman 2001; XGBoost, Chen and Guestrin 2016) of the 5 %, 50 % and 95 %
 * quantiles of ln y, y > 0, under the pinball loss. Trees of a round for different quantiles do not know
 * of each other, so that what they say may cross; it is sorted, which never makes it worse
 * (Chernozhukov, Fernandez-Val and Galichon 2010).
 *
 * <p>More input is never faster. XGBoost keeps that while it looks for splits, but its quantile objective
 * sets the leaves anew afterwards, and then it does not hold. So what is said is the mean of two envelopes
 * over the input: the most that is said of any smaller one, and the least of any larger one.
 *
 * <p>How many rounds: with {@link #ENOUGH} rows or more, as many as did best on a fifth of them that was
 * held out; then all rows are learnt with that many. With fewer rows the fifth would say more of itself
 * than of the rounds, and all {@link #ROUNDS} are taken.
 *
 * <p>It knows a step from a step, not a slope: beyond what was seen it says what it said at the edge.
 */
final class Boosting {
  /** Share of what is left that a round takes. */
  static final double RATE = 0.15;

  /** Questions that a tree asks one after another: up to three features act together. */
  static final int DEPTH = 3;

  /** Share of the rows that a round looks at (stochastic gradient boosting, Friedman 2002). */
  static final double SUBSAMPLE = 0.8;

  static final int ROUNDS = 200;

  /** Rows from which on a fifth of them tells when to stop. */
  static final int ENOUGH = 50;

  private static final double[] QUANTILES = {0.05, 0.5, 0.95};

  private final Columns columns;
  private final Trees trees;

  /** The column of {@link Columns#rising}, and values of it, rising, one in each of its steps. */
  private final int rising;

  private final float[] steps;

  /** The model as it can be stored; {@link #read} takes it. */
  private final byte[] model;

  private Boosting(Columns columns, byte[] model) {
    this.columns = columns;
    this.model = model;
    this.trees = Trees.read(model, columns.count(), QUANTILES.length);
    this.rising = columns.rising();
    this.steps = rising < 0 ? new float[0] : steps(trees.thresholds(rising));
  }

  /** A threshold is of the step above it; below the first there is one more. */
  private static float[] steps(float[] thresholds) {
    float[] steps = new float[thresholds.length + 1];
    steps[0] = Float.NEGATIVE_INFINITY;
    System.arraycopy(thresholds, 0, steps, 1, thresholds.length);
    return steps;
  }

  static Boosting read(Columns columns, byte[] model) {
    return new Boosting(columns, model.clone());
  }

  /**
   * Learns.
   *
   * @param runs at least one
   * @param y one a run, more than 0
   * @throws io.sparkoptimizer.OptimizerException if XGBoost cannot be used
   */
  static Boosting learn(List<RunFeatures> runs, double[] y) {
    Columns columns = Columns.of(runs);
    if (columns.count() == 0) {
      // XGBoost wants a column: one that nothing is known of, which no tree can use.
      columns = new Columns(List.of(new Columns.Column("", "", false)));
    }
    float[][] rows = runs.stream().map(columns::row).toArray(float[][]::new);
    float[] labels = new float[y.length];
    for (int i = 0; i < y.length; i++) {
      labels[i] = (float) Math.log(y[i]);
    }
    int[] monotone = new int[columns.count()];
    if (columns.rising() >= 0) {
      monotone[columns.rising()] = 1;
    }
    int rounds = rows.length < ENOUGH ? ROUNDS : best(rows, labels, monotone);
    return new Boosting(columns, Xgboost.train(rows, labels, QUANTILES, monotone, rounds));
  }

  private static int best(float[][] rows, float[] labels, int[] monotone) {
    List<Integer> order =
        new ArrayList<>(IntStream.range(0, rows.length).boxed().toList());
    // Rows come in an order of their own, in which every fifth may be of one kind.
    Collections.shuffle(order, new Random(0));
    int held = rows.length / 5;
    int[] learnt = order.stream().skip(held).mapToInt(Integer::intValue).toArray();
    float[][] some = new float[learnt.length][];
    float[] theirs = new float[learnt.length];
    for (int i = 0; i < learnt.length; i++) {
      some[i] = rows[learnt[i]];
      theirs[i] = labels[learnt[i]];
    }
    byte[] model = Xgboost.train(some, theirs, QUANTILES, monotone, ROUNDS);
    Trees trees = Trees.read(model, monotone.length, QUANTILES.length);
    double[] loss = new double[trees.rounds()];
    for (int row : order.subList(0, held)) {
      float[][] said = trees.predictByRound(rows[row]);
      for (int round = 0; round < loss.length; round++) {
        loss[round] += pinball(said[round], labels[row]);
      }
    }
    int best = 0;
    for (int round = 1; round < loss.length; round++) {
      if (loss[round] < loss[best]) {
        best = round;
      }
    }
    return best + 1;
  }

  /** Koenker and Bassett 1978; least in expectation at the true quantiles. */
  private static double pinball(float[] said, float label) {
    Arrays.sort(said);
    double loss = 0;
    for (int i = 0; i < said.length; i++) {
      double off = label - said[i];
      loss += off > 0 ? QUANTILES[i] * off : (QUANTILES[i] - 1) * off;
    }
    return loss;
  }

  /** The median, and the 5 % and 95 % quantiles. */
  Interval predict(RunFeatures run) {
    float[] row = columns.row(run);
    float[] said = rising < 0 || Float.isNaN(row[rising]) ? trees.predict(row) : predictRising(row);
    Arrays.sort(said);
    return new Interval(unlog(said[0]), unlog(said[1]), unlog(said[2]));
  }

  private float[] predictRising(float[] row) {
    float value = row[rising];
    float[] most = new float[QUANTILES.length];
    float[] least = new float[QUANTILES.length];
    Arrays.fill(most, Float.NEGATIVE_INFINITY);
    Arrays.fill(least, Float.POSITIVE_INFINITY);
    for (int step = 0; step < steps.length; step++) {
      row[rising] = steps[step];
      float[] said = trees.predict(row);
      boolean below = steps[step] <= value;
      boolean above = step + 1 == steps.length || steps[step + 1] > value;
      for (int i = 0; i < said.length; i++) {
        most[i] = below ? Math.max(most[i], said[i]) : most[i];
        least[i] = above ? Math.min(least[i], said[i]) : least[i];
      }
    }
    for (int i = 0; i < most.length; i++) {
      most[i] = (most[i] + least[i]) / 2;
    }
    return most;
  }

  private static double unlog(float log) {
    return Math.min(Double.MAX_VALUE, Math.exp(log));
  }

  Columns columns() {
    return columns;
  }

  int rounds() {
    return trees.rounds();
  }

  byte[] model() {
    return model.clone();
  }
}
