package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.spark.RunId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Left-out runs of several jobs, all of one kind. Runs of one job are right or wrong together, so each
 * job has the same say, however often it ran. Immutable and thread-safe.
 */
public final class Pool {
  static final Pool NONE = new Pool(List.of());

  /** The level of every interval, less what sums of thirds may miss it by. */
  private static final double LEVEL = 0.9 - 1e-9;

  /** What is known of one job, which has at least one left-out run. */
  record Job(List<RunId> runs, List<JobModel.Residual> residuals) {}

  private final List<Job> jobs;
  private final double size;
  private final double farthest;

  Pool(List<Job> jobs) {
    this.jobs = List.copyOf(jobs);
    this.size = ninetiethPercentile();
    this.farthest = jobs.stream()
        .flatMap(job -> job.residuals().stream())
        .mapToDouble(JobModel.Residual::prior)
        .max()
        .orElse(0);
  }

  private double ninetiethPercentile() {
    record Weighted(double size, double weight) {}
    List<Weighted> sizes = new ArrayList<>();
    for (Job job : jobs) {
      for (JobModel.Residual residual : job.residuals()) {
        sizes.add(
            new Weighted(Math.abs(residual.scaled()), 1.0 / job.residuals().size()));
      }
    }
    sizes.sort(Comparator.comparingDouble(Weighted::size));
    double reached = 0;
    for (Weighted one : sizes) {
      reached += one.weight();
      if (reached >= LEVEL * jobs.size()) {
        return one.size();
      }
    }
    return 0;
  }

  /** How many jobs. */
  public int jobs() {
    return jobs.size();
  }

  /** The runs that were left out, and those that answered for them. */
  public List<RunId> runs() {
    return jobs.stream().flatMap(job -> job.runs().stream()).toList();
  }

  /**
   * The 90th percentile of |ln(actual / predicted)| by its prior, over the average of the jobs'
   * distributions.
   */
  double size() {
    return size;
  }

  /** The largest prior among them; 0 where there are none. */
  double farthest() {
    return farthest;
  }

  /** Sum over the jobs of the share that lay within 20 %, each brought from its prior to this one. */
  double hitsAt(double prior) {
    double hits = 0;
    for (Job job : jobs) {
      hits += job.residuals().stream().filter(one -> one.isHitAt(prior)).count()
          / (double) job.residuals().size();
    }
    return hits;
  }
}
