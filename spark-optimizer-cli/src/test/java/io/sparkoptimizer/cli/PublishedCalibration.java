package io.sparkoptimizer.cli;

import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.core.predict.RunTimes;
import io.sparkoptimizer.core.statistics.Hits;
import io.sparkoptimizer.spi.Predictor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** How often P(within 20 %) comes true where some runs of a job, drawn at random, predict its others. */
final class PublishedCalibration {
  private static final long SEED = 20261120;
  private static final double[] BINS = {0, 0.5, 0.7, 0.8, 0.9, 1.0001};

  /** All but a tenth. */
  private static final int NINE_TENTHS = 0;

  private static final List<Integer> KNOWN = List.of(2, 3, 12, 30, NINE_TENTHS);

  private record Outcome(String tables, int known, String basis, double confidence, boolean hit) {}

  private final List<Outcome> outcomes = new ArrayList<>();

  /**
   * Predicts.
   *
   * @param draws for each job and number of known runs
   */
  void add(String tables, Optimizer optimizer, int draws) {
    PublishedTables.samples(optimizer).forEach((job, samples) -> {
      Random random = new Random(SEED + job.hashCode());
      for (int some : KNOWN) {
        int known = some == NINE_TENTHS ? (int) Math.round(0.9 * samples.size()) : some;
        for (int draw = 0; draw < draws && known < samples.size(); draw++) {
          List<Predictor.Sample> order = new ArrayList<>(samples);
          Collections.shuffle(order, random);
          RunTimes times = RunTimes.of(order.subList(0, known));
          for (Predictor.Sample asked : order.subList(known, order.size())) {
            double predicted = times.predict(asked.run()).expected();
            outcomes.add(new Outcome(
                tables,
                some,
                times.confidenceBasis().word(),
                times.withinTwentyPercent(asked.run()),
                Hits.isHit(Math.log(asked.durationMs() / predicted))));
          }
        }
      }
    });
  }

  private static String known(int known) {
    return known == NINE_TENTHS ? "90 %" : Integer.toString(known);
  }

  /** Mean square of what confidence is beside the truth, and what a constant of the true share would get. */
  double[] brier() {
    return new double[] {brier(outcomes), constant(outcomes)};
  }

  private static double brier(List<Outcome> some) {
    return mean(some, one -> Math.pow(one.confidence() - (one.hit() ? 1 : 0), 2));
  }

  private static double constant(List<Outcome> some) {
    double hits = hits(some);
    return hits * (1 - hits);
  }

  private static double hits(List<Outcome> some) {
    return mean(some, one -> one.hit() ? 1 : 0);
  }

  private static double mean(List<Outcome> some, ToDoubleFunction<Outcome> figure) {
    return some.stream().mapToDouble(figure).average().orElse(Double.NaN);
  }

  private static List<Outcome> where(List<Outcome> all, Predicate<Outcome> which) {
    return all.stream().filter(which).toList();
  }

  /** A row for each table and number of known runs. */
  String scores() {
    StringBuilder table = new StringBuilder(
        "| tables | known runs | basis | predictions | within 20 % | confidence, mean | Brier | Brier of the"
            + " mean |\n|---|---|---|---|---|---|---|---|\n");
    byTables().forEach((tables, ofTables) -> {
      for (int known : KNOWN) {
        List<Outcome> some = where(ofTables, one -> one.known() == known);
        if (!some.isEmpty()) {
          row(table, tables, known(known), some.get(0).basis(), some);
        }
      }
    });
    row(table, "all", "", "", outcomes);
    return table.toString();
  }

  private static void row(
      StringBuilder table, String tables, String known, String basis, List<Outcome> some) {
    table.append(String.format(
        Locale.ROOT,
        "| %s | %s | %s | %,d | %.0f %% | %.2f | %.3f | %.3f |%n",
        tables,
        known,
        basis,
        some.size(),
        100 * hits(some),
        mean(some, Outcome::confidence),
        brier(some),
        constant(some)));
  }

  /** How often each confidence came true. */
  String reliability() {
    StringBuilder table = new StringBuilder("| tables | confidence |");
    KNOWN.forEach(known -> table.append(" from ").append(known(known)).append(" |"));
    table.append("\n|---|---").append("|---".repeat(KNOWN.size())).append("|\n");
    byTables().forEach((tables, ofTables) -> {
      for (int b = 0; b + 1 < BINS.length; b++) {
        double from = BINS[b];
        double to = BINS[b + 1];
        List<Outcome> bin =
            where(ofTables, one -> one.confidence() >= from && one.confidence() < to);
        if (bin.isEmpty()) {
          continue;
        }
        table.append(
            String.format(Locale.ROOT, "| %s | %.1f to %.1f |", tables, from, Math.min(1, to)));
        for (int known : KNOWN) {
          List<Outcome> some = where(bin, one -> one.known() == known);
          table.append(
              some.isEmpty()
                  ? " |"
                  : String.format(Locale.ROOT, " %.0f %% of %,d |", 100 * hits(some), some.size()));
        }
        table.append('\n');
      }
    });
    return table.toString();
  }

  private Map<String, List<Outcome>> byTables() {
    Map<String, List<Outcome>> byTables = new LinkedHashMap<>();
    outcomes.forEach(
        one -> byTables.computeIfAbsent(one.tables(), any -> new ArrayList<>()).add(one));
    return byTables;
  }
}
