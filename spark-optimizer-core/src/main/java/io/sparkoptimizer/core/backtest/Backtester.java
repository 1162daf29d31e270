package io.sparkoptimizer.core.backtest;

import io.sparkoptimizer.Backtest;
import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Recommendation.ConfidenceBasis;
import io.sparkoptimizer.core.predict.Baselines;
import io.sparkoptimizer.core.predict.CvPlus;
import io.sparkoptimizer.core.predict.RunTimes;
import io.sparkoptimizer.core.schedule.JobModel;
import io.sparkoptimizer.core.schedule.OtherJobs;
import io.sparkoptimizer.core.schedule.Spread;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunId;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.Predictor;
import io.sparkoptimizer.spi.RunFeatures;
import io.sparkoptimizer.spi.RunHistory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Predicts recorded runs from other runs, as if they had not happened yet, and says how far off that was.
 *
 * <p>The model knows the runs that are not held out, and them alone: its growth and the residuals of its
 * intervals are found anew among them (nested), and other jobs' residuals are without the job that is
 * tested. Of a held-out run its size and its input are told. Cost: for each job its runs are taken apart
 * once, and each hold-out simulates at most a few hundred of their schedules; equal draws count once.
 */
public final class Backtester {
  private static final String SCHEDULE = "schedule";
  private static final String CV_PLUS = "cv_plus";
  private static final String QUANTILES = "quantiles";

  /** Rows of a job that are looked at for each run that is wanted: failed runs are among them. */
  private static final int REACH = 2;

  /** A baseline, the model on the points that it answered, and on those that it gave an interval for. */
  private record Contest(Tally simple, Tally model, Tally modelIntervals) {
    Contest() {
      this(new Tally(), new Tally(), new Tally());
    }

    void add(String baseline, Answer answer) {
      Guess guess = answer.simple.get(baseline);
      if (guess == null) {
        return;
      }
      answer.addTo(model);
      if (guess.interval().isPresent()) {
        simple.add(answer.heldOut, baseline, guess.interval().get(), guess.basis());
        answer.addTo(modelIntervals);
      } else {
        simple.add(answer.heldOut, baseline, guess.ms());
      }
    }

    Backtest.Baseline score() {
      OptionalDouble intervalScore = modelIntervals
          .score()
          .intervals()
          .map(intervals -> OptionalDouble.of(intervals.score()))
          .orElse(OptionalDouble.empty());
      return new Backtest.Baseline(simple.score(), model.score().mape(), intervalScore);
    }
  }

  private final RunHistory history;
  private final Backtest.Query query;
  private final Tally overall = new Tally();
  private final List<Predictor> simple;
  private final Map<String, Contest> baselines = new LinkedHashMap<>();
  private final List<Backtest.Job> tested = new ArrayList<>();
  private final Map<String, Integer> notTested = new TreeMap<>();

  private Backtester(RunHistory history, Backtest.Query query, List<Predictor> more) {
    this.history = history;
    this.query = query;
    simple = Stream.concat(Baselines.ALL.stream(), more.stream()).toList();
    simple.forEach(baseline -> baselines.put(baseline.name(), new Contest()));
  }

  /**
   * Tests the jobs of a history.
   *
   * @param more predictors beside the simple ones, as baselines
   */
  public static Backtest test(
      RunHistory history, Backtest.Query query, List<Predictor> more, Backtest.Progress progress) {
    return new Backtester(history, query, more).test(progress);
  }

  private Backtest test(Backtest.Progress progress) {
    List<String> jobs = jobs();
    OtherJobs others = jobs.isEmpty() ? OtherJobs.NONE : OtherJobs.in(history);
    long done = 0;
    for (String job : jobs) {
      test(job, others.without(job));
      progress.update(++done, jobs.size());
    }
    Map<String, Backtest.Baseline> scores = new LinkedHashMap<>();
    baselines.forEach((baseline, both) -> scores.put(baseline, both.score()));
    boolean draws =
        query.protocol() instanceof Backtest.Split || query.protocol() instanceof Backtest.Points;
    return new Backtest(
        query.protocol().word(),
        query.seed(),
        draws ? query.repeats() : 1,
        tested,
        overall.score(),
        scores,
        notTested);
  }

  /** Jobs of two whole runs and more, those with most first. */
  private List<String> jobs() {
    Map<String, Integer> whole = new HashMap<>();
    for (RunSummary row : history.summaries(RunQuery.ALL)) {
      if (!row.jobSignature().isEmpty()) {
        whole.merge(row.jobSignature(), isWhole(row) ? 1 : 0, Integer::sum);
      }
    }
    List<String> enough = whole.entrySet().stream()
        .filter(job -> job.getValue() >= 2)
        .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .toList();
    count("too_few_runs", whole.size() - enough.size());
    count("beyond_max_jobs", Math.max(0, enough.size() - query.maxJobs()));
    return enough.stream().limit(query.maxJobs()).toList();
  }

  private void count(String reason, int jobs) {
    if (jobs > 0) {
      notTested.merge(reason, jobs, Integer::sum);
    }
  }

  /** What a row can tell of it; the run itself tells whether its last job failed. */
  private static boolean isWhole(RunSummary row) {
    return row.kind() == ApplicationKind.BATCH
        && row.status() == RunStatus.SUCCEEDED
        && row.complete()
        && row.durationMs().isPresent();
  }

  private List<ApplicationRun> newest(String job) {
    RunQuery ofJob = RunQuery.ofJob(job);
    int wanted = 0;
    int upTo = 0;
    int seen = 0;
    int most = (int) Math.min(Integer.MAX_VALUE, (long) REACH * query.maxRuns());
    for (RunSummary row : history.summaries(ofJob.limit(most))) {
      seen++;
      // A name that equals the signature is another job's.
      if (wanted < query.maxRuns() && row.jobSignature().equals(job) && isWhole(row)) {
        wanted++;
        upTo = seen;
      }
    }
    return upTo == 0
        ? List.of()
        : history.runs(ofJob.limit(upTo)).stream()
            .filter(run -> run.jobSignature().equals(job))
            .limit(query.maxRuns())
            .toList();
  }

  private void test(String job, OtherJobs others) {
    List<Sample> samples = Sample.of(newest(job));
    List<HoldOut> holdOuts = HoldOut.of(query, job, samples);
    if (holdOuts.isEmpty()) {
      count("too_few_runs", 1);
      return;
    }
    Model model = model(samples, others);
    Tally ofJob = new Tally();
    Map<HoldOut, List<Answer>> answered = new HashMap<>();
    for (HoldOut holdOut : holdOuts) {
      for (Answer answer :
          answered.computeIfAbsent(holdOut, once -> answers(once, samples, model, simple))) {
        answer.addTo(ofJob);
        answer.addTo(overall);
        baselines.forEach((baseline, both) -> both.add(baseline, answer));
      }
    }
    tested.add(new Backtest.Job(job, ofJob.score()));
  }

  /**
   * A held-out run's predictions.
   *
   * @param simple of those baselines that had runs enough
   */
  record Answer(Sample heldOut, Prediction predicted, Map<String, Guess> simple) {
    void addTo(Tally tally) {
      tally.add(heldOut, predicted.method(), predicted.ms(), predicted.basis().word());
    }
  }

  /**
   * What a baseline answers.
   *
   * @param interval empty where it had too few runs for one
   * @param basis what that rests on
   */
  record Guess(double ms, Optional<Interval> interval, String basis) {}

  /** A baseline that knows some runs. One that has an opinion of its doubt is taken at its word. */
  private static final class Guesser {
    private final Predictor.Fitted fit;
    private final Supplier<CvPlus> around;
    private @Nullable CvPlus made;

    private Guesser(Predictor.Fitted fit, Supplier<CvPlus> around) {
      this.fit = fit;
      this.around = around;
    }

    static Optional<Guesser> of(Predictor baseline, List<Predictor.Sample> known) {
      return baseline
          .fit(known)
          .map(fit -> new Guesser(fit, () -> CvPlus.of(baseline, fit, known)));
    }

    Guess guess(RunFeatures asked) {
      Interval own = fit.predict(asked);
      if (own.low() < own.high()) {
        return new Guess(own.expected(), Optional.of(own), QUANTILES);
      }
      if (made == null) {
        made = around.get();
      }
      return new Guess(own.expected(), made.interval(asked), CV_PLUS);
    }
  }

  /** What predicts held-out runs from known ones. */
  @FunctionalInterface
  interface Model {
    Knowing knowing(List<Sample> known);
  }

  /** And what it predicts once it knows them. */
  @FunctionalInterface
  interface Knowing {
    Prediction predict(Sample heldOut);
  }

  /**
   * A prediction.
   *
   * @param method what made it
   * @param basis what its interval rests on
   */
  record Prediction(String method, Interval ms, ConfidenceBasis basis) {}

  /** Stages are scheduled where logs tell of them; a table's times are all there is to learn from. */
  static Model model(List<Sample> samples, OtherJobs others) {
    if (samples.stream().anyMatch(sample -> sample.recorded().isEmpty())) {
      return Backtester::ofTimes;
    }
    JobModel model =
        JobModel.of(samples.stream().map(Sample::run).toList()).orElseThrow().with(others);
    return known -> {
      Set<RunId> ids = known.stream().map(one -> one.run().id()).collect(Collectors.toSet());
      JobModel knows = model.among(run -> ids.contains(run.id())).orElseThrow();
      return heldOut -> {
        JobModel.Forecast forecast =
            knows.forecast(heldOut.run(), heldOut.recorded().orElseThrow());
        Spread spread = forecast.spread();
        return new Prediction(
            SCHEDULE, spread.around(Math.max(1, forecast.estimate().durationMs())), basis(spread));
      };
    };
  }

  private static Knowing ofTimes(List<Sample> known) {
    RunTimes times = RunTimes.of(known.stream().map(Sample::known).toList());
    return heldOut ->
        new Prediction(times.method(), times.predict(heldOut.features()), times.basis());
  }

  static List<Answer> answers(
      HoldOut holdOut, List<Sample> samples, Model model, List<Predictor> simple) {
    List<Sample> known = holdOut.known().stream().map(samples::get).toList();
    Knowing knowing = model.knowing(known);
    Map<String, Guesser> guessers = new LinkedHashMap<>();
    for (Predictor baseline : simple) {
      Guesser.of(baseline, known.stream().map(Sample::known).toList())
          .ifPresent(guesser -> guessers.put(baseline.name(), guesser));
    }
    List<Answer> answers = new ArrayList<>();
    for (int position : holdOut.heldOut()) {
      Sample heldOut = samples.get(position);
      Map<String, Guess> guesses = new LinkedHashMap<>();
      guessers.forEach(
          (baseline, guesser) -> guesses.put(baseline, guesser.guess(heldOut.features())));
      answers.add(new Answer(heldOut, knowing.predict(heldOut), guesses));
    }
    return answers;
  }

  private static ConfidenceBasis basis(Spread spread) {
    return spread.isOwn()
        ? ConfidenceBasis.OWN
        : spread.isPooled() ? ConfidenceBasis.POOLED : ConfidenceBasis.RULES;
  }
}
