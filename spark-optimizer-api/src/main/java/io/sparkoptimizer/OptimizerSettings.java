package io.sparkoptimizer;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;

/**
 * What a user may set about recommendations.
 *
 * @param similarityThreshold least similarity of a neighbour, in [0, 1]; {@code
 *     recommendations.similarity_threshold}
 * @param minSimilarJobs neighbours needed for an answer; {@code recommendations.min_similar_jobs}
 * @param maxSimilarJobs neighbours used at most; {@code recommendations.max_similar_jobs}
 * @param performanceWeight what time counts with priority balanced; {@code
 *     recommendations.weights.performance}
 * @param costWeight what cost counts; {@code recommendations.weights.cost}
 * @param maxRuns newest runs of a job that are looked at; {@code recommendations.max_runs}
 * @param method recommender asked where the profile names none; {@code recommendations.method}
 * @param prices {@code prices.per_core_hour}, {@code .per_gb_hour}, {@code .currency}, {@code .date}
 */
public record OptimizerSettings(
    double similarityThreshold,
    int minSimilarJobs,
    int maxSimilarJobs,
    double performanceWeight,
    double costWeight,
    int maxRuns,
    @Nullable String method,
    Prices prices) {

  public static final OptimizerSettings DEFAULT =
      new OptimizerSettings(0.7, 3, 10, 0.5, 0.5, 20, null, Prices.DEFAULT);

  /** The recommender to ask by default. */
  public Optional<String> defaultMethod() {
    return Optional.ofNullable(method);
  }

  /**
   * Reads settings; a key that is not given keeps its default, keys of others are left alone.
   *
   * @throws SettingsException with every fault at once
   */
  public static OptimizerSettings of(Map<String, String> settings) {
    List<String> faults = new ArrayList<>();
    Reader reader = new Reader(settings, faults);
    String prefix = "recommendations.";
    double threshold =
        reader.number(prefix + "similarity_threshold", 0.7, x -> x >= 0 && x <= 1, "0 to 1");
    int min = (int) reader.number(prefix + "min_similar_jobs", 3, Reader::count, "1 or more");
    int max = (int) reader.number(prefix + "max_similar_jobs", 10, Reader::count, "1 or more");
    double performance =
        reader.number(prefix + "weights.performance", 0.5, x -> x >= 0, "0 or more");
    double cost = reader.number(prefix + "weights.cost", 0.5, x -> x >= 0, "0 or more");
    int runs = (int) reader.number(prefix + "max_runs", 20, Reader::count, "1 or more");
    Prices prices = reader.prices();
    if (min > max) {
      faults.add(
          "recommendations.min_similar_jobs is " + min + ", more than max_similar_jobs, " + max);
    }
    if (performance + cost == 0) {
      faults.add("recommendations.weights are both 0; expected at least one above 0");
    }
    if (!faults.isEmpty()) {
      throw new SettingsException(faults);
    }
    return new OptimizerSettings(
        threshold, min, max, performance, cost, runs, settings.get(prefix + "method"), prices);
  }

  private record Reader(Map<String, String> settings, List<String> faults) {
    static boolean count(double value) {
      return value >= 1 && value <= 1_000_000 && value == Math.rint(value);
    }

    double number(String key, double normal, DoublePredicate fits, String wanted) {
      String text = settings.get(key);
      if (text == null) {
        return normal;
      }
      try {
        double value = Double.parseDouble(text.strip());
        if (fits.test(value) && Double.isFinite(value)) {
          return value;
        }
      } catch (NumberFormatException notOne) {
        // told below, with the values that are out of range
      }
      faults.add(key + " is \"" + text + "\"; expected " + wanted);
      return normal;
    }

    Prices prices() {
      String core = settings.get("prices.per_core_hour");
      String gb = settings.get("prices.per_gb_hour");
      if (core == null && gb == null) {
        return Prices.DEFAULT;
      }
      if (core == null || gb == null) {
        faults.add(
            "prices.per_core_hour and prices.per_gb_hour go together; one of them is missing");
        return Prices.DEFAULT;
      }
      double perCore = number("prices.per_core_hour", 0, x -> x >= 0, "0 or more");
      double perGb = number("prices.per_gb_hour", 0, x -> x >= 0, "0 or more");
      return new Prices(
          perCore,
          perGb,
          settings.getOrDefault("prices.currency", "USD"),
          settings.getOrDefault("prices.source", "configured"),
          date());
    }

    private @Nullable LocalDate date() {
      String text = settings.get("prices.date");
      if (text == null) {
        return null;
      }
      try {
        return LocalDate.parse(text.strip());
      } catch (DateTimeParseException notOne) {
        faults.add("prices.date is \"" + text + "\"; expected a day as 2026-11-01");
        return null;
      }
    }
  }
}
