package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.core.statistics.Hits;
import java.util.List;

/**
 * How far off a prediction may be: the spread of ln(actual / predicted).
 *
 * <p>What is known beforehand is a standard deviation that grows with the distance between what was
 * recorded and what is asked ({@link #prior}). Left-out runs of the job, each divided by its own prior,
 * then say whether this job is easier or harder than that, weighed against what other jobs' left-out runs
 * show ({@link Pool}), or the prior where there are none, as if that had been seen {@value #PRIOR_WEIGHT}
 * times: the credibility formula of Bühlmann 1967.
 *
 * <p>For a question that other runs had too, the interval is theirs alone from {@value #CONFORMAL} left-out
 * runs on (split conformal, normalised: Lei et al. 2018). A changed question is not one of those that were
 * left out, so that conformal prediction promises nothing there: the interval is what {@link
 * Correction} expects of such a change.
 *
 * <p>A question that is more than {@value #REACH} times as far as any of the left-out ones was, or of a kind
 * of change that they tell little of, can only be made less sure by them.
 *
 * @param prior standard deviation that the distance from what was recorded alone would give
 * @param known the same, by what the job's own runs say of such changes
 * @param sigma standard deviation of ln(actual / predicted)
 * @param halfWidth half of the 90 % interval of ln(actual / predicted)
 * @param leftOut how many left-out runs of the job, of the kind that is asked, it rests on; for a changed
 *     question how many left-out configurations
 * @param hits how many of them lay within 20 % of their prediction; of a configuration the share that did
 * @param beyond whether the question is farther than they tell of
 * @param pool left-out runs of other jobs, of the same kind, that stand in where there are too few
 */
public record Spread(
    double prior,
    double known,
    double sigma,
    double halfWidth,
    int leftOut,
    double hits,
    boolean beyond,
    Pool pool) {
  /** From so many on the order statistic for 90 % exists: ceil(0.9 (n + 1)) <= n. */
  public static final int CONFORMAL = 9;

  /** From so many on the job itself says how often its predictions hold. */
  private static final int OWN = 3;

  private static final int PRIOR_WEIGHT = 4;

  /** What is assumed counts as one more job. */
  private static final int ASSUMED_JOBS = 1;

  private static final int REACH = 2;

  /** Two-sided 90 %. */
  static final double Z90 = 1.6449;

  /** Beyond a factor of a billion an interval says nothing, but must stay a number. */
  private static final double WIDEST = Math.log(1e9);

  /** Nobody measures times closer than this; it keeps quotients finite. */
  private static final double LEAST_SIGMA = 1e-6;

  /** Standard deviation of ln(actual / predicted) before anything is known of the job. */
  public static double prior(Candidate from, Candidate to, int fromPartitions) {
    return Change.of(from, to, fromPartitions).prior();
  }

  /**
   * Of a question that other runs had.
   *
   * @param prior of the question
   * @param residuals ln(actual / predicted) of left-out runs of the same kind, each divided by its prior
   * @param hits how many of them lay within 20 %
   * @param farthest the largest prior among them
   * @param pool of other jobs
   */
  static Spread of(double prior, List<Double> residuals, int hits, double farthest, Pool pool) {
    double squares =
        residuals.stream().mapToDouble(residual -> residual * residual).sum();
    boolean beyond = prior > REACH * farthest;
    Spread weighed = weighed(prior, prior, squares, residuals.size(), hits, beyond, pool);
    if (residuals.size() < CONFORMAL) {
      return weighed;
    }
    double[] sizes = residuals.stream().mapToDouble(Math::abs).sorted().toArray();
    int rank = (int) Math.ceil(Recommendation.INTERVAL_COVERAGE * (sizes.length + 1));
    double half = prior * sizes[Math.min(rank, sizes.length) - 1];
    return new Spread(
        prior,
        prior,
        weighed.sigma,
        beyond ? Math.max(half, Z90 * weighed.sigma) : half,
        weighed.leftOut,
        hits,
        beyond,
        pool);
  }

  /**
   * Of a changed question.
   *
   * @param prior of the question
   * @param change how it differs from the run that answers
   * @param correction what the job's runs say of such changes
   * @param hits sum over the left-out configurations of the share that lay within 20 %
   * @param farthest the largest prior among their questions
   * @param pool of other jobs
   */
  static Spread ofChange(
      double prior, Change change, Correction correction, double hits, double farthest, Pool pool) {
    return weighed(
        prior,
        correction.prior(change),
        correction.squares(),
        correction.configurations(),
        hits,
        prior > REACH * farthest || correction.isNew(change),
        pool);
  }

  private static Spread weighed(
      double prior,
      double known,
      double squares,
      int figures,
      double hits,
      boolean beyond,
      Pool pool) {
    double others = ratio(pool, prior);
    double ratio = (PRIOR_WEIGHT * others + squares) / (PRIOR_WEIGHT + figures);
    double sigma = known * Math.sqrt(beyond ? Math.max(others, ratio) : ratio);
    double half = Z90 * sigma * fewness(figures + pool.jobs());
    return new Spread(prior, known, sigma, half, figures, hits, beyond, pool);
  }

  /**
   * Variance over the prior's as other jobs show it, with what is assumed as one more job among them. It
   * holds what differs between jobs as well as what differs within one, for it is taken from the jobs'
   * pooled distribution (Dunn, Wasserman and Ramdas 2022), by its 90th percentile: the interval is for
   * that, and one wild job among ten does not move it.
   */
  private static double ratio(Pool pool, double prior) {
    double ratio =
        (ASSUMED_JOBS + pool.jobs() * square(pool.size() / Z90)) / (ASSUMED_JOBS + pool.jobs());
    return prior > REACH * pool.farthest() ? Math.max(1, ratio) : ratio;
  }

  /** A spread that no left-out run stands behind. */
  public static Spread ofPrior(double sigma) {
    return of(sigma, List.of(), 0, 0, Pool.NONE);
  }

  /**
   * Of a model that says itself how far off each prediction may be.
   *
   * @param halfWidth half of its 90 % interval of ln(actual / predicted), 0 or more
   * @param leftOut runs of the job that were predicted without them
   * @param hits how many of these lay within 20 %
   * @param beyond whether the question lies outside of what was seen
   */
  public static Spread ofModel(double halfWidth, int leftOut, int hits, boolean beyond) {
    double sigma = Math.max(halfWidth / Z90, LEAST_SIGMA);
    return new Spread(sigma, sigma, sigma, halfWidth, leftOut, hits, beyond, Pool.NONE);
  }

  /** A variance known from few figures is wider than it looks: that of Student's t. A prior is given. */
  private static double fewness(int figures) {
    int freedom = PRIOR_WEIGHT + figures;
    return figures == 0 ? 1 : Math.sqrt((double) freedom / (freedom - 2));
  }

  /** The 90 % interval around a prediction. */
  public Interval around(double predicted) {
    double half = Math.min(halfWidth, WIDEST);
    return new Interval(predicted * Math.exp(-half), predicted, predicted * Math.exp(half));
  }

  /**
   * What another heap adds to the doubt, as a standard deviation.
   *
   * @param ratio of what is asked to what the run had
   */
  public static double heapDoubt(double ratio) {
    return Change.PER_HEAP * Math.abs(Change.log2(ratio));
  }

  /** The same with one more, independent, standard deviation of doubt. */
  public Spread widened(double more) {
    double factor = Math.sqrt(1 + square(more / sigma));
    return more == 0
        ? this
        : new Spread(
            prior * factor,
            known * factor,
            sigma * factor,
            halfWidth * factor,
            leftOut,
            hits,
            beyond,
            pool);
  }

  /** Whether the job's own left-out runs are enough, and near enough, to say how often predictions hold. */
  public boolean isOwn() {
    return leftOut >= OWN && !beyond;
  }

  /** Whether other jobs' left-out runs say it in their place. */
  public boolean isPooled() {
    return !isOwn() && pool.jobs() > 0 && prior <= REACH * pool.farthest();
  }

  /**
   * Probability that the actual figure lies within 20 % of the predicted one.
   *
   * <p>From left-out runs of the job it is the lower bound of Wilson's interval (1927) for their hits, and
   * no more than the normal distribution gives for the sigma of this question. Where there are fewer than
   * three, what is assumed joins them as if it had been seen {@value #PRIOR_WEIGHT} times: an assumption
   * is no surer than so many runs. If there are other jobs, these join them in its place, each as one run:
   * runs of one job hold or fail together, and at a correlation of 1 a cluster counts as one (Kish 1965).
   */
  public double withinTwentyPercent() {
    if (isPooled()) {
      return pooled();
    }
    double normal = Hits.normal(withoutOthers() * fewness(leftOut));
    double bound = leftOut >= OWN
        ? Hits.lowerBound(hits, leftOut)
        : Hits.lowerBound(hits + PRIOR_WEIGHT * normal, leftOut + PRIOR_WEIGHT);
    return Math.min(bound, normal);
  }

  /** The sigma that the job's own runs give with what is assumed in the place of other jobs. */
  private double withoutOthers() {
    double assumedMore = PRIOR_WEIGHT * (1 - ratio(pool, prior)) / (PRIOR_WEIGHT + leftOut);
    return isOwn() ? Math.sqrt(square(sigma) + square(known) * assumedMore) : sigma;
  }

  private double pooled() {
    // What the job's own runs say of it makes the distance longer or shorter.
    double distance = sigma / Math.sqrt(ratio(pool, prior));
    // Three of its own, and yet others answer: its own are too near to the runs that answered them.
    boolean near = leftOut < OWN;
    return Hits.lowerBound(
        (near ? hits : 0) + pool.hitsAt(distance) + ASSUMED_JOBS * Hits.normal(distance),
        (near ? leftOut : 0) + pool.jobs() + ASSUMED_JOBS);
  }

  private static double square(double value) {
    return value * value;
  }
}
