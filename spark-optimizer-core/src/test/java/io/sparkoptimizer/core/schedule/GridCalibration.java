package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.core.FakeHistory;
import io.sparkoptimizer.core.schedule.GridRuns.Row;
import io.sparkoptimizer.core.statistics.Hits;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunId;
import io.sparkoptimizer.spark.RunSummary;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Whether the 90 % interval holds nine times in ten and a confidence comes true as often as it says: each
 * run of a grid is left out and predicted, from one other run of its job alone ({@code rules}), the same
 * with what other jobs show ({@code pooled}), and from all other runs of its job ({@code own}). A
 * workload is a job; its own runs are never among the other jobs'.
 */
final class GridCalibration {
  private static final double[] BINS = {0, 0.5, 0.7, 0.8, 0.9, 1.0001};
  private static final List<String> BASES = List.of("rules", "pooled", "own, no other job", "own");

  /** Two-sided 90 %. */
  private static final double Z90 = 1.6449;

  /** Weight of what lies outside: 2 / (1 - 0.9). */
  private static final double PENALTY = 20;

  record Outcome(
      String job,
      boolean waits,
      boolean same,
      String basis,
      RunId run,
      boolean covered,
      double winkler,
      double up,
      boolean hit,
      double confidence,
      double scaled) {}

  private final Map<String, List<Outcome>> sets = new LinkedHashMap<>();

  /** Judges the quiet rows of a grid, and where it has others, all of them. */
  GridCalibration(List<Row> rows) {
    List<Row> quietRows = rows.stream().filter(Row::quiet).toList();
    List<Outcome> quiet = outcomes(quietRows);
    boolean busyToo = quietRows.size() < rows.size();
    List<Outcome> all = busyToo ? outcomes(rows) : quiet;
    sets.put("same, all rows", where(all, Outcome::same));
    sets.put("changed, quiet rows", where(quiet, one -> !one.same()));
    sets.put("changed, quiet rows, tasks wait", where(quiet, one -> !one.same() && one.waits()));
    if (busyToo) {
      sets.put("changed, all rows", where(all, one -> !one.same()));
    }
  }

  /** Share of a set's predictions by one basis that lie in their interval. */
  double coverage(String set, String basis) {
    return mean(ofBasis(set, basis), one -> one.covered() ? 1 : 0);
  }

  int count(String set, String basis) {
    return ofBasis(set, basis).size();
  }

  private List<Outcome> ofBasis(String set, String basis) {
    return where(sets.getOrDefault(set, List.of()), one -> one.basis().equals(basis));
  }

  private static List<Outcome> outcomes(List<Row> rows) {
    Map<String, List<Row>> jobs = new TreeMap<>(rows.stream()
        .sorted(Comparator.comparing(row -> RunSummary.of(row.run()), RunSummary.NEWEST_FIRST))
        .collect(Collectors.groupingBy(GridCalibration::job)));
    List<Outcome> outcomes = new ArrayList<>();
    jobs.forEach((job, runs) -> {
      String workload = runs.get(0).given().workload();
      OtherJobs lastRuns = OtherJobs.in(history(rows, workload), job);
      OtherJobs ofOneSize = OtherJobs.of(jobs.values().stream()
          .filter(other -> !other.get(0).given().workload().equals(workload))
          .map(GridCalibration::mostRepeated)
          .toList());
      JobModel model = JobModel.of(runs.stream().map(Row::run).toList()).orElseThrow();
      Map<RunId, JobModel> ofOne = runs.stream()
          .collect(Collectors.toMap(one -> one.run().id(), one -> among(model, List.of(one))));
      for (Row left : runs) {
        for (boolean same : new boolean[] {true, false}) {
          List<Row> rest = runs.stream()
              .filter(other -> isOther(other, left) && isSame(other, left) == same)
              .toList();
          OtherJobs others = same ? ofOneSize : lastRuns;
          for (Row one : rest) {
            JobModel alone = ofOne.get(one.run().id());
            add(outcomes, job, left, same, "rules", one, alone);
            add(outcomes, job, left, same, "pooled", one, alone.with(others));
          }
          if (!rest.isEmpty()) {
            // Other runs of the job that are as the left-out one are no part of a changed question.
            List<Row> known =
                same ? runs.stream().filter(other -> isOther(other, left)).toList() : rest;
            JobModel knows = among(model, known);
            add(outcomes, job, left, same, "own, no other job", known.get(0), knows);
            add(outcomes, job, left, same, "own", known.get(0), knows.with(others));
          }
        }
      }
    });
    return outcomes;
  }

  private static JobModel among(JobModel model, Collection<Row> rows) {
    Set<RunId> ids = rows.stream().map(row -> row.run().id()).collect(Collectors.toSet());
    return model.among(run -> ids.contains(run.id())).orElseThrow();
  }

  /** The grid without one workload. */
  private static FakeHistory history(List<Row> rows, String without) {
    return new FakeHistory(asJobs(where(rows, row -> !row.given().workload().equals(without))));
  }

  /** The runs, a workload as one job whatever they are named. */
  static List<ApplicationRun> asJobs(List<Row> rows) {
    return rows.stream()
        .map(row -> row.run().toBuilder().name(job(row)).jobSignature(job(row)).build())
        .toList();
  }

  /** A workload; one of each size where runs do not report what they read, so that nothing tells them apart. */
  private static String job(Row row) {
    boolean reports =
        row.run().inputBytes().isPresent() || row.run().inputRecords().isPresent();
    return reports
        ? row.given().workload()
        : row.given().workload() + " of " + row.given().rows() + " rows";
  }

  private static boolean isOther(Row one, Row other) {
    return !one.run().id().equals(other.run().id());
  }

  private static boolean isSame(Row one, Row other) {
    return one.given().equals(other.given());
  }

  /** The runs of the size and input that a job had most often: what a steady job's last runs are. */
  private static List<ApplicationRun> mostRepeated(List<Row> runs) {
    return runs.stream()
        .map(one ->
            runs.stream().filter(other -> isSame(one, other)).map(Row::run).toList())
        .max(Comparator.comparingInt(List::size))
        .orElseThrow();
  }

  private static void add(
      List<Outcome> outcomes,
      String job,
      Row left,
      boolean same,
      String basis,
      Row newest,
      JobModel model) {
    RecordedSchedule schedule = left.schedule();
    double actual = schedule.recordedStartupMs() + schedule.recordedWorkMs();
    double input = (double) left.given().rows() / newest.given().rows();
    Candidate had = schedule
        .configured()
        .withShufflePartitions(OptionalInt.of(schedule.shufflePartitions()))
        .withInputScale(input);
    JobModel.Forecast forecast = model.forecast(had);
    Spread spread = forecast.spread();
    boolean answers = switch (basis) {
      case "own", "own, no other job" -> spread.isOwn();
      case "pooled" -> spread.isPooled();
      default -> true;
    };
    if (!answers) {
      return;
    }
    double predicted = forecast.estimate().durationMs();
    double off = Math.log(actual / predicted);
    Interval interval = spread.around(predicted);
    double outside = Math.max(0, interval.low() - actual) + Math.max(0, actual - interval.high());
    outcomes.add(new Outcome(
        job,
        left.waits(),
        same,
        basis,
        left.run().id(),
        outside == 0,
        (interval.high() - interval.low() + PENALTY * outside) / actual,
        interval.high() / predicted - 1,
        Hits.isHit(off) && left.run().memoryFailures().isEmpty(),
        spread.withinTwentyPercent(),
        Math.abs(off) / spread.prior()));
  }

  private static <T> List<T> where(List<T> all, Predicate<T> which) {
    return all.stream().filter(which).toList();
  }

  private static double mean(List<Outcome> some, ToDoubleFunction<Outcome> figure) {
    return some.stream().mapToDouble(figure).average().orElse(Double.NaN);
  }

  private static double percentile(
      List<Outcome> some, double level, ToDoubleFunction<Outcome> figure) {
    double[] sorted = some.stream().mapToDouble(figure).sorted().toArray();
    return sorted[(int) Math.ceil(level * sorted.length) - 1];
  }

  /** A row for each set and basis. */
  String intervals() {
    StringBuilder table = new StringBuilder(
        "| question | basis | predictions | runs | jobs | in the 90 % interval (band) | score | up to,"
            + " median | within 20 % | confidence, mean | Brier | Brier of the mean |\n"
            + "|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    sets.forEach((set, all) -> {
      for (String basis : BASES) {
        List<Outcome> some = ofBasis(set, basis);
        if (some.isEmpty()) {
          continue;
        }
        double hits = mean(some, one -> one.hit() ? 1 : 0);
        long runs = some.stream().map(Outcome::run).distinct().count();
        double covered = mean(some, one -> one.covered() ? 1 : 0);
        table.append(String.format(
            Locale.ROOT,
            "| %s | %s | %d | %d | %d | %.0f %% (%s) | %.2f | +%.0f %% | %.0f %% | %.2f | %.3f | %.3f |%n",
            set,
            basis,
            some.size(),
            runs,
            some.stream().map(Outcome::job).distinct().count(),
            100 * covered,
            band(covered, runs),
            mean(some, Outcome::winkler),
            100 * percentile(some, 0.5, Outcome::up),
            100 * hits,
            mean(some, Outcome::confidence),
            mean(some, one -> Math.pow(one.confidence() - (one.hit() ? 1 : 0), 2)),
            hits * (1 - hits)));
      }
    });
    return table.toString();
  }

  /** Wilson's 90 % interval for a share of so many different runs, in percent. */
  private static String band(double share, double count) {
    double z2 = Z90 * Z90;
    double centre = (share + z2 / (2 * count)) / (1 + z2 / count);
    double around =
        Z90 * Math.sqrt(share * (1 - share) / count + z2 / (4 * count * count)) / (1 + z2 / count);
    return String.format(
        Locale.ROOT,
        "%.0f to %.0f",
        100 * Math.max(0, centre - around),
        100 * Math.min(1, centre + around));
  }

  /** How often a confidence came true. */
  String reliability() {
    StringBuilder table = new StringBuilder(
        "| question | confidence | rules | pooled | own |\n|---|---|---|---|---|\n");
    sets.forEach((set, all) -> {
      for (int b = 0; b + 1 < BINS.length; b++) {
        double from = BINS[b];
        double to = BINS[b + 1];
        List<Outcome> bin = where(all, one -> one.confidence() >= from && one.confidence() < to);
        if (bin.isEmpty()) {
          continue;
        }
        table.append(
            String.format(Locale.ROOT, "| %s | %.1f to %.1f |", set, from, Math.min(1, to)));
        for (String basis : List.of("rules", "pooled", "own")) {
          List<Outcome> some = where(bin, one -> one.basis().equals(basis));
          table.append(
              some.isEmpty()
                  ? " |"
                  : String.format(
                      Locale.ROOT,
                      " %.0f %% of %d |",
                      100 * mean(some, one -> one.hit() ? 1 : 0),
                      some.size()));
        }
        table.append('\n');
      }
    });
    return table.toString();
  }

  /** The 90th percentile of |error| by its prior, which is 1.64 if what is assumed is right. */
  String priors() {
    List<String> names = List.copyOf(sets.keySet());
    Map<String, Map<String, List<Outcome>>> byJob = new TreeMap<>();
    sets.forEach((set, all) -> where(all, one -> one.basis().equals("rules")).forEach(one -> {
      for (String job : List.of("all", one.job())) {
        byJob
            .computeIfAbsent(job, any -> new TreeMap<>())
            .computeIfAbsent(set, any -> new ArrayList<>())
            .add(one);
      }
    }));
    StringBuilder table = new StringBuilder("| job | " + String.join(" | ", names) + " |\n")
        .append("|---".repeat(names.size() + 1))
        .append("|\n");
    byJob.forEach((job, some) -> {
      table.append("| ").append(job).append(" |");
      for (String set : names) {
        List<Outcome> of = some.getOrDefault(set, List.of());
        table.append(
            of.isEmpty()
                ? " |"
                : String.format(
                    Locale.ROOT, " %.1f of %d |", percentile(of, 0.9, Outcome::scaled), of.size()));
      }
      table.append('\n');
    });
    return table.toString();
  }
}
