package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.TaskMetric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What is known of a job's time from all its runs. Immutable and thread-safe; equal questions have
 * equal answers.
 *
 * <p>A question is answered by the runs nearest to it (in configuration and input, measured by {@link
 * Spread#prior}), each through its own {@link RecordedSchedule}; the median of their answers counts.
 * How the work grows with the input is fitted over the runs (Theil 1950, Sen 1968: the median of the
 * slopes between pairs) where they differ enough in it, and proportional otherwise. How far off
 * answers are is measured by leaving each run out in turn, apart for the same and for a changed
 * configuration.
 */
public final class JobModel {
  /** Nearest runs that answer together. */
  private static final int POOL = 5;

  /** Runs whose prior is at most this much wider than the nearest one's are as near. */
  private static final double AS_NEAR = 1.25;

  /** Inputs must differ by this factor to say how work grows with them. */
  private static final double GROWTH_RANGE = 1.25;

  /** One run that can be scheduled. */
  private record Member(ApplicationRun run, RecordedSchedule schedule, OptionalDouble input) {}

  /**
   * What is predicted.
   *
   * @param estimate the times
   * @param spread how far off they may be
   * @param runs the runs it was computed from
   * @param extrapolated whether the input lies outside of what any run had
   */
  public record Forecast(
      Estimate estimate, Spread spread, List<ApplicationRun> runs, boolean extrapolated) {}

  private record Residual(boolean sameConfiguration, double scaled, boolean hit) {}

  private final List<Member> members;
  private final double growth;
  private final List<Residual> residuals;

  private JobModel(List<Member> members, double growth, List<Residual> residuals) {
    this.members = members;
    this.growth = growth;
    this.residuals = residuals;
  }

  /**
   * @param runs of one job, newest first; failed and incomplete ones are used only where there are no
   *     others
   * @return empty where no run can be scheduled
   */
  public static Optional<JobModel> of(List<ApplicationRun> runs) {
    List<Member> whole = members(runs.stream().filter(JobModel::isWhole).toList());
    List<Member> members = whole.isEmpty() ? members(runs) : whole;
    if (members.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new JobModel(members, growth(members), leaveOneOut(members)));
  }

  /** Whether a run went through to its end, and its log tells all of it. */
  public static boolean isWhole(ApplicationRun run) {
    return run.status() == RunStatus.SUCCEEDED
        && run.quality().complete()
        && run.durationMs().isPresent();
  }

  private static List<Member> members(List<ApplicationRun> runs) {
    List<Member> members = new ArrayList<>();
    boolean allBytes = runs.stream().allMatch(run -> inputBytes(run).isPresent());
    for (ApplicationRun run : runs) {
      RecordedSchedule.of(run)
          .ifPresent(schedule -> members.add(
              new Member(run, schedule, allBytes ? inputBytes(run) : inputRecords(run))));
    }
    return members;
  }

  /** External bytes that a run read; empty where it reports none. */
  public static OptionalDouble inputBytes(ApplicationRun run) {
    return input(run, TaskMetric.INPUT_BYTES);
  }

  private static OptionalDouble inputRecords(ApplicationRun run) {
    return input(run, TaskMetric.INPUT_RECORDS);
  }

  private static OptionalDouble input(ApplicationRun run, TaskMetric metric) {
    long sum = run.stages().stream()
        .filter(stage -> stage.attemptId() == 0)
        .mapToLong(stage -> stage.metrics().orZero(metric))
        .sum();
    return sum > 0 ? OptionalDouble.of((double) sum) : OptionalDouble.empty();
  }

  /** The newest run that can be scheduled. */
  public RecordedSchedule newest() {
    return members.get(0).schedule();
  }

  public ApplicationRun newestRun() {
    return members.get(0).run();
  }

  /** Runs that can be scheduled, newest first. */
  public List<ApplicationRun> runs() {
    return members.stream().map(Member::run).toList();
  }

  /** Exponent with which the work grows with the input: 1 is proportional. */
  public double growth() {
    return growth;
  }

  /** Whether {@link #growth} was fitted, and not assumed. */
  public boolean isGrowthFitted() {
    return slopes(members).length > 0;
  }

  /**
   * Standard deviation of ln(duration) between runs of one configuration, as left-out runs show it;
   * the prior's where there are fewer than three.
   */
  public double noise() {
    return spread(Spread.prior(newest().recorded(), newest().recorded(), 1), true)
        .sigma();
  }

  /**
   * Predicts the job on a candidate.
   *
   * @param candidate its input scale is relative to the newest run
   */
  public Forecast forecast(Candidate candidate) {
    return forecast(members, growth, candidate, target(candidate.inputScale()), true);
  }

  /** How far off one run's own schedule may be, by what left-out runs of the job show. */
  public Spread spreadOf(RecordedSchedule schedule, Candidate candidate) {
    return spread(
        Spread.prior(schedule.recorded(), candidate, schedule.shufflePartitions()),
        isSame(schedule, candidate) && candidate.inputScale() == 1);
  }

  private OptionalDouble target(double scale) {
    OptionalDouble newest = members.get(0).input();
    return newest.isPresent()
        ? OptionalDouble.of(newest.getAsDouble() * scale)
        : OptionalDouble.empty();
  }

  private record Answer(Member member, Candidate candidate, double prior) {}

  private Forecast forecast(
      List<Member> from,
      double growth,
      Candidate candidate,
      OptionalDouble input,
      boolean withSpread) {
    List<Answer> near = nearest(from, growth, candidate, input);
    record Timed(Answer answer, Estimate estimate) {}
    List<Timed> timed = new ArrayList<>();
    for (Answer answer : near) {
      timed.add(new Timed(answer, answer.member().schedule().predict(answer.candidate())));
    }
    timed.sort(Comparator.comparingDouble(one -> one.estimate().durationMs()));
    Timed middle = timed.get((timed.size() - 1) / 2);
    boolean same = isSame(middle.answer().member().schedule(), candidate);
    double prior = middle.answer().prior();
    return new Forecast(
        middle.estimate(),
        withSpread ? spread(prior, same) : Spread.ofPrior(prior),
        near.stream().map(answer -> answer.member().run()).toList(),
        isOutside(from, input));
  }

  private Spread spread(double prior, boolean sameConfiguration) {
    Spread same = ofKind(prior, true);
    if (sameConfiguration) {
      return same;
    }
    // Runs that differ among themselves differ no less once their configuration changes.
    Spread changed = ofKind(prior, false);
    double restless = same.leftOut() == 0 ? 1 : same.sigma() / prior;
    return changed.isOwn() || restless <= 1
        ? changed
        : changed.widened(prior * Math.sqrt(restless * restless - 1));
  }

  private Spread ofKind(double prior, boolean sameConfiguration) {
    List<Residual> kind = residuals.stream()
        .filter(residual -> residual.sameConfiguration() == sameConfiguration)
        .toList();
    return Spread.of(prior, kind.stream().map(Residual::scaled).toList(), (int)
        kind.stream().filter(Residual::hit).count());
  }

  private static List<Answer> nearest(
      List<Member> members, double growth, Candidate candidate, OptionalDouble input) {
    List<Answer> answers = new ArrayList<>();
    for (Member member : members) {
      double ratio = input.isPresent() && member.input().isPresent()
          ? input.getAsDouble() / member.input().getAsDouble()
          : candidate.inputScale();
      Candidate asked = candidate.withInputScale(Math.pow(ratio, growth));
      double prior = Spread.prior(
          member.schedule().recorded(),
          candidate.withInputScale(ratio),
          member.schedule().shufflePartitions());
      answers.add(new Answer(member, asked, prior));
    }
    // Stable: equally near ones stay newest first.
    answers.sort(Comparator.comparingDouble(Answer::prior));
    double widest = answers.get(0).prior() * AS_NEAR;
    return answers.stream()
        .filter(answer -> answer.prior() <= widest)
        .limit(POOL)
        .toList();
  }

  private static boolean isOutside(List<Member> members, OptionalDouble input) {
    return input.isPresent()
        && members.stream()
            .map(Member::input)
            .filter(OptionalDouble::isPresent)
            .mapToDouble(OptionalDouble::getAsDouble)
            .noneMatch(seen -> seen >= input.getAsDouble() / GROWTH_RANGE);
  }

  private static boolean isSame(RecordedSchedule recorded, Candidate candidate) {
    Candidate had = recorded.recorded();
    return had.executors() == candidate.executors()
        && had.executorCores() == candidate.executorCores()
        && had.dynamicMin().isPresent() == candidate.dynamicMin().isPresent()
        && candidate.shufflePartitions().orElse(recorded.shufflePartitions())
            == recorded.shufflePartitions();
  }

  private static double growth(List<Member> members) {
    double[] slopes = slopes(members);
    if (slopes.length == 0) {
      return 1;
    }
    Arrays.sort(slopes);
    return Math.max(0, Math.min(2, slopes[slopes.length / 2]));
  }

  private static double[] slopes(List<Member> members) {
    List<Double> slopes = new ArrayList<>();
    Set<Double> inputs = new HashSet<>();
    for (int i = 0; i < members.size(); i++) {
      for (int j = 0; j < i; j++) {
        OptionalDouble a = members.get(i).input();
        OptionalDouble b = members.get(j).input();
        if (a.isEmpty() || b.isEmpty()) {
          continue;
        }
        double apart = Math.log(a.getAsDouble() / b.getAsDouble());
        if (Math.abs(apart) >= Math.log(GROWTH_RANGE)) {
          slopes.add(Math.log(
                  members.get(i).schedule().taskMs() / members.get(j).schedule().taskMs())
              / apart);
          inputs.add(a.getAsDouble());
          inputs.add(b.getAsDouble());
        }
      }
    }
    // Two sizes make a line through two clouds; three begin to show whether it is one.
    return inputs.size() < 3
        ? new double[0]
        : slopes.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static List<Residual> leaveOneOut(List<Member> members) {
    List<Residual> residuals = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      Member left = members.get(i);
      List<Member> rest = new ArrayList<>(members);
      rest.remove(i);
      Candidate had = left.schedule()
          .recorded()
          .withShufflePartitions(OptionalInt.of(left.schedule().shufflePartitions()));
      double actual = left.schedule().recordedStartupMs() + left.schedule().recordedWorkMs();
      for (boolean same : new boolean[] {true, false}) {
        List<Member> others =
            rest.stream().filter(other -> isSame(other.schedule(), had) == same).toList();
        if (others.isEmpty() || actual <= 0) {
          continue;
        }
        JobModel known = new JobModel(others, growth(others), List.of());
        double scale = scale(left, others.get(0));
        Forecast forecast =
            known.forecast(others, known.growth, had.withInputScale(scale), left.input(), false);
        double logRatio = Math.log(actual / Math.max(1, forecast.estimate().durationMs()));
        boolean died = !left.run().memoryFailures().isEmpty();
        residuals.add(new Residual(
            same, logRatio / forecast.spread().sigma(), Spread.isHit(logRatio) && !died));
      }
    }
    return residuals;
  }

  private static double scale(Member of, Member relativeTo) {
    return of.input().isPresent() && relativeTo.input().isPresent()
        ? of.input().getAsDouble() / relativeTo.input().getAsDouble()
        : 1;
  }

  @Override
  public String toString() {
    return "job of " + members.size() + " runs, growth " + growth + ", newest "
        + Objects.toString(newestRun().appId());
  }
}
