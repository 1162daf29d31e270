package io.sparkoptimizer.core;

import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.core.eventlog.JobSignatures;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.RunHistory;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the job that a user names, in this order: by its signature; by an application's name, whose
 * newest run says the signature; by the stable part of the name, so that {@code nightly-sales}, and
 * tomorrow's {@code nightly-sales-2026-11-09}, mean {@code nightly-sales@com.acme.NightlySales}.
 */
final class NamedJob {
  private static final Logger LOG = LoggerFactory.getLogger(NamedJob.class);

  private NamedJob() {}

  /**
   * @return the signature; empty where no recorded run is of such a job
   * @throws OptimizerException if several jobs are meant
   */
  static Optional<String> signature(String named, RunHistory history) {
    if (named.isBlank()) {
      return Optional.empty(); // logs without a name have this signature, and are no one job
    }
    List<RunSummary> exact = history.summaries(RunQuery.ofJob(named).limit(100));
    if (exact.stream().anyMatch(run -> run.jobSignature().equals(named))) {
      return Optional.of(named);
    }
    if (!exact.isEmpty()) {
      String newest = exact.get(0).jobSignature();
      if (exact.stream().anyMatch(run -> !run.jobSignature().equals(newest))) {
        LOG.warn(
            "several jobs are named \"{}\": the one that ran last is taken, {}", named, newest);
      }
      return Optional.of(newest);
    }
    String stable = JobSignatures.stableName(named);
    if (stable.isEmpty()) {
      return Optional.empty();
    }
    TreeSet<String> alike = new TreeSet<>();
    for (RunSummary run : history.summaries(RunQuery.ALL)) {
      String signature = run.jobSignature();
      if (signature.equals(stable) || signature.startsWith(stable + "@")) {
        alike.add(signature);
      }
    }
    if (alike.size() > 1) {
      throw new OptimizerException("\"" + named + "\" means several jobs: "
          + String.join(", ", alike) + "; name one of them by its signature");
    }
    return alike.stream().findFirst();
  }
}
