package io.sparkoptimizer.ml;

import io.sparkoptimizer.ModelTarget;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.RunId;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.RunFeatures;
import io.sparkoptimizer.spi.RunHistory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs of all jobs with their features and what they took. Whole batch runs that succeeded alone: a failed
 * one is a lower bound. Of each job the newest {@value #RUNS_A_JOB}, so that one that runs every five
 * minutes does not decide for all.
 *
 * @param y one a run, more than 0
 */
record TrainingSet(List<RunFeatures> runs, List<Double> y) {
  static final int RUNS_A_JOB = 50;

  static TrainingSet of(RunHistory history, ModelTarget target, List<Feature> features) {
    // By name, so that the order does not hang on which job ran last.
    Map<String, List<RunSummary>> jobs = new TreeMap<>();
    Set<RunId> seen = new HashSet<>();
    for (RunSummary run : history.summaries(RunQuery.ALL)) {
      RunId wherever = new RunId(
          "",
          run.id().appId(),
          run.id().attemptId(),
          run.id().startTimeMs(),
          run.id().name());
      if (run.status() == RunStatus.SUCCEEDED
          && run.complete()
          && run.kind() == ApplicationKind.BATCH
          && !run.jobSignature().isEmpty()
          && seen.add(wherever)) {
        jobs.computeIfAbsent(run.jobSignature(), job -> new ArrayList<>()).add(run);
      }
    }
    List<RunFeatures> runs = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    jobs.forEach((job, newestFirst) -> {
      int count = Math.min(RUNS_A_JOB, newestFirst.size());
      Map<RunId, Double> peaks =
          target == ModelTarget.PEAK_HEAP_MB ? peaks(history, job, count) : Map.of();
      for (int i = 0; i < count; i++) {
        RunSummary run = newestFirst.get(i);
        RunSummary earlier = i + 1 < newestFirst.size() ? newestFirst.get(i + 1) : null;
        OptionalDouble value = switch (target) {
          case DURATION_MS ->
            run.durationMs().isPresent()
                ? OptionalDouble.of((double) run.durationMs().getAsLong())
                : OptionalDouble.empty();
          case PEAK_HEAP_MB ->
            peaks.containsKey(run.id())
                ? OptionalDouble.of(peaks.get(run.id()))
                : OptionalDouble.empty();
        };
        if (value.orElse(0) > 0) {
          runs.add(features(run, earlier, features));
          y.add(value.getAsDouble());
        }
      }
    });
    return new TrainingSet(runs, y);
  }

  /** Read job by job: whole runs are large. */
  private static Map<RunId, Double> peaks(RunHistory history, String job, int count) {
    Map<RunId, Double> peaks = new HashMap<>();
    for (ApplicationRun run : history.runs(RunQuery.ofJob(job).limit(4 * count))) {
      run.executors().stream()
          .filter(executor -> !executor.isDriver())
          .map(executor -> executor.sampledPeak(MemoryPeak.JVM_HEAP))
          .filter(peak -> peak.isPresent())
          .mapToLong(peak -> peak.getAsLong())
          .max()
          .ifPresent(most -> peaks.put(run.id(), most / (double) (1 << 20)));
    }
    return peaks;
  }

  static RunFeatures features(
      RunSummary asked, @Nullable RunSummary earlier, List<Feature> features) {
    Map<String, Double> numbers = new HashMap<>();
    Map<String, String> words = new HashMap<>();
    for (Feature feature : features) {
      if (feature == Feature.JOB_TYPE) {
        words.put(feature.word(), asked.jobType().word());
      } else {
        feature.add(asked, earlier, numbers);
      }
    }
    return new RunFeatures(asked.jobSignature(), numbers, words);
  }

  int jobs() {
    return (int) runs.stream().map(RunFeatures::job).distinct().count();
  }
}
