package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.JobStatus;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SparkJob;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What is known of a job's time from all its runs. Immutable and thread-safe; equal questions have
 * equal answers.
 *
 * <p>A question is answered by the runs nearest to it (in configuration and input, measured by {@link
 * Spread#prior}), each through its own {@link RecordedSchedule}; the median of their answers counts.
 * How the work grows with the input is fitted over the runs (Theil 1950, Sen 1968: the median of the
 * slopes between pairs) where they differ enough in it, and proportional otherwise. How far off
 * answers are is measured by leaving each run out in turn, apart for the same question (configuration
 * and input) and for a changed one; where the job has too few of these, {@link OtherJobs} stand in.
 */
public final class JobModel {
  /** Nearest runs that answer together. */
  private static final int POOL = 5;

  /** Runs whose prior is at most this much wider than the nearest one's are as near. */
  private static final double AS_NEAR = 1.25;

  /** Inputs must differ by this factor to say how work grows with them. */
  private static final double GROWTH_RANGE = 1.25;

  /** Fewer pairs of runs with other cores an executor do not tell contention from noise. */
  private static final int CONTENTION_PAIRS = 3;

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

  /**
   * A left-out run.
   *
   * @param same whether the question was one that another run had, or a changed one
   * @param logRatio ln(actual / predicted)
   * @param prior what its distance from the runs that answered gives
   * @param died whether something died for memory, which no time makes a hit
   */
  record Residual(boolean same, double logRatio, double prior, boolean died) {
    double scaled() {
      return logRatio / prior;
    }

    boolean isHit() {
      return !died && Spread.isHit(logRatio);
    }

    /** Whether it would have been one at another distance. */
    boolean isHitAt(double distance) {
      return !died && Spread.isHit(scaled() * distance);
    }
  }

  private final List<Member> members;
  private final double growth;
  private final double contention;
  private final boolean whole;
  private final List<Residual> residuals;
  private final OtherJobs others;

  private JobModel(
      List<Member> members,
      double growth,
      boolean whole,
      List<Residual> residuals,
      OtherJobs others) {
    this.members = members;
    this.growth = growth;
    this.contention = contention(members, growth).orElse(0);
    this.whole = whole;
    this.residuals = residuals;
    this.others = others;
  }

  /**
   * @param runs of one job, newest first; failed and incomplete ones are used only where there are no
   *     others, and then tell only lower bounds: see {@link #hasWholeRun}
   * @return empty where no run can be scheduled
   */
  public static Optional<JobModel> of(List<ApplicationRun> runs) {
    List<Member> whole = members(runs.stream().filter(JobModel::isWhole).toList());
    List<Member> members = whole.isEmpty()
        ? members(runs.stream().filter(run -> run.status() != RunStatus.RUNNING).toList())
        : whole;
    if (members.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new JobModel(
        members,
        growth(members).orElse(1),
        !whole.isEmpty(),
        leaveOneOut(members),
        OtherJobs.NONE));
  }

  /** The same, with the left-out runs of other jobs where its own are too few. */
  public JobModel with(OtherJobs otherJobs) {
    return new JobModel(members, growth, whole, residuals, otherJobs);
  }

  /**
   * The same job as if these of its runs alone had been recorded; empty where there are none. What was
   * computed of each run is used again.
   */
  public Optional<JobModel> among(Predicate<ApplicationRun> recorded) {
    List<ApplicationRun> runs = runs().stream().filter(recorded).toList();
    if (runs.isEmpty()) {
      return Optional.empty();
    }
    boolean allBytes = runs.stream().allMatch(run -> run.inputBytes().isPresent());
    List<Member> kept = members.stream()
        .filter(member -> recorded.test(member.run()))
        .map(member -> new Member(member.run(), member.schedule(), input(member.run(), allBytes)))
        .toList();
    return Optional.of(
        new JobModel(kept, growth(kept).orElse(1), whole, leaveOneOut(kept), others));
  }

  /**
   * What would have been predicted for a run of the job before it ran: what it was given and what it read
   * are asked, its times are not looked at. Means nothing for a run that is among this model's.
   */
  public Forecast forecast(ApplicationRun heldOut, RecordedSchedule itsSchedule) {
    boolean allBytes = runs().stream().allMatch(run -> run.inputBytes().isPresent());
    Member held = new Member(heldOut, itsSchedule, input(heldOut, allBytes));
    Candidate had = asked(itsSchedule).withInputScale(scale(held, members.get(0)));
    return forecast(had, held.input(), true);
  }

  /** The question that a run was the answer to. */
  private static Candidate asked(RecordedSchedule of) {
    return of.configured().withShufflePartitions(OptionalInt.of(of.shufflePartitions()));
  }

  /** Whether left-out runs of either kind are too few for an interval of their own. */
  public boolean needsOthers() {
    long same = residuals.stream().filter(Residual::same).count();
    return Math.min(same, residuals.size() - same) < Spread.CONFORMAL;
  }

  List<Residual> residuals() {
    return residuals;
  }

  /**
   * Whether a run went through to its end, and its log tells all of it. One whose last job failed did not,
   * whatever its exit code: under Spark 4 a program that throws in client mode leaves 0 behind.
   */
  public static boolean isWhole(ApplicationRun run) {
    return run.status() == RunStatus.SUCCEEDED
        && run.quality().complete()
        && run.durationMs().isPresent()
        && lastJob(run).filter(job -> job.status() == JobStatus.FAILED).isEmpty();
  }

  private static Optional<SparkJob> lastJob(ApplicationRun run) {
    return run.jobs().stream().max(Comparator.comparingInt(SparkJob::jobId));
  }

  private static List<Member> members(List<ApplicationRun> runs) {
    List<Member> members = new ArrayList<>();
    boolean allBytes = runs.stream().allMatch(run -> run.inputBytes().isPresent());
    for (ApplicationRun run : runs) {
      RecordedSchedule.of(run)
          .ifPresent(schedule -> members.add(new Member(run, schedule, input(run, allBytes))));
    }
    return members;
  }

  private static OptionalDouble input(ApplicationRun run, boolean inBytes) {
    return asDouble(inBytes ? run.inputBytes() : run.inputRecords());
  }

  private static OptionalDouble asDouble(OptionalLong figure) {
    return figure.isPresent()
        ? OptionalDouble.of((double) figure.getAsLong())
        : OptionalDouble.empty();
  }

  /**
   * Whether the answers rest on runs that went through with a whole log. Otherwise they rest on failed or
   * cut ones, which did less than the job's work: every time is a lower bound.
   */
  public boolean hasWholeRun() {
    return whole;
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

  /**
   * Exponent with which the time of tasks grows with how many run in one executor: 0 where they do not slow
   * each other down, 1 where more of them gain nothing. 0 is assumed unless runs of the job differ in it.
   */
  public double contention() {
    return contention;
  }

  /** How much longer tasks take on a candidate than in a run, for sharing their executor with more others. */
  public double slowdown(RecordedSchedule of, Candidate candidate) {
    double more = (double) of.slots(candidate.executorCores()) / of.slotsPerExecutor();
    return Math.pow(more, contention);
  }

  /** Whether {@link #growth} was fitted, and not assumed. */
  public boolean isGrowthFitted() {
    return growth(members).isPresent();
  }

  /**
   * Standard deviation of ln(duration) between runs of one configuration, as left-out runs show it,
   * weighed against what other jobs' show or what is assumed.
   */
  public double noise() {
    return spread(newest().prior(newest().recorded(), 1), true).sigma();
  }

  /**
   * Predicts the job on a candidate.
   *
   * @param candidate its input scale is relative to the newest run
   */
  public Forecast forecast(Candidate candidate) {
    return forecast(candidate, target(candidate.inputScale()), true);
  }

  /** How far off one run's own schedule may be, by what left-out runs of the job show. */
  public Spread spreadOf(RecordedSchedule schedule, Candidate candidate) {
    return spread(
        schedule.prior(candidate, candidate.inputScale()),
        schedule.isSame(candidate) && isSameInput(candidate.inputScale()));
  }

  private OptionalDouble target(double scale) {
    OptionalDouble newest = members.get(0).input();
    return newest.isPresent()
        ? OptionalDouble.of(newest.getAsDouble() * scale)
        : OptionalDouble.empty();
  }

  private record Answer(Member member, Candidate candidate, double prior, boolean same) {}

  private Forecast forecast(Candidate candidate, OptionalDouble input, boolean withSpread) {
    List<Answer> near = nearest(candidate, input);
    record Timed(Answer answer, Estimate estimate) {}
    List<Timed> timed = new ArrayList<>();
    for (Answer answer : near) {
      timed.add(new Timed(answer, answer.member().schedule().predict(answer.candidate())));
    }
    timed.sort(Comparator.comparingDouble(one -> one.estimate().durationMs()));
    Timed middle = timed.get((timed.size() - 1) / 2);
    double prior = middle.answer().prior();
    return new Forecast(
        middle.estimate(),
        withSpread ? spread(prior, middle.answer().same()) : Spread.ofPrior(prior),
        near.stream().map(answer -> answer.member().run()).toList(),
        isOutside(input));
  }

  private Spread spread(double prior, boolean sameQuestion) {
    Spread asked = ofKind(prior, sameQuestion, others);
    if (sameQuestion || asked.isOwn()) {
      return asked;
    }
    // Runs that differ among themselves differ no less once the question changes. How much runs of
    // other jobs differ is in what their changed ones show.
    double restless = ofKind(prior, true, OtherJobs.NONE).sigma() / prior;
    double known = asked.pool().jobs() == 0 ? 1 : Math.max(1, asked.sigma() / prior);
    return restless <= known
        ? asked
        : asked.widened(prior * Math.sqrt(restless * restless - known * known));
  }

  private Spread ofKind(double prior, boolean same, OtherJobs standIns) {
    List<Residual> kind =
        residuals.stream().filter(residual -> residual.same() == same).toList();
    return Spread.of(
        prior,
        kind.stream().map(Residual::scaled).toList(),
        (int) kind.stream().filter(Residual::isHit).count(),
        kind.stream().mapToDouble(Residual::prior).max().orElse(0),
        kind.size() >= Spread.CONFORMAL ? Pool.NONE : standIns.ofKind(same));
  }

  private List<Answer> nearest(Candidate candidate, OptionalDouble input) {
    List<Answer> answers = new ArrayList<>();
    for (Member member : members) {
      double ratio = inputRatio(member, candidate, input);
      double work = Math.max(RecordedSchedule.LEAST_SCALE, Math.pow(ratio, growth));
      answers.add(new Answer(
          member,
          candidate.withInputScale(work).withSlowdown(slowdown(member.schedule(), candidate)),
          member.schedule().prior(candidate, ratio),
          isSame(member, candidate, input)));
    }
    // Stable: equally near ones stay newest first.
    answers.sort(Comparator.comparingDouble(Answer::prior));
    double widest = answers.get(0).prior() * AS_NEAR;
    return answers.stream()
        .filter(answer -> answer.prior() <= widest)
        .limit(POOL)
        .toList();
  }

  /** Larger than all that were seen, or smaller. */
  private boolean isOutside(OptionalDouble input) {
    if (input.isEmpty()) {
      return false;
    }
    double[] seen = members.stream()
        .map(Member::input)
        .filter(OptionalDouble::isPresent)
        .mapToDouble(OptionalDouble::getAsDouble)
        .sorted()
        .toArray();
    return seen.length == 0
        || input.getAsDouble() > seen[seen.length - 1] * GROWTH_RANGE
        || input.getAsDouble() < seen[0] / GROWTH_RANGE;
  }

  private static double inputRatio(Member member, Candidate candidate, OptionalDouble input) {
    return input.isPresent() && member.input().isPresent()
        ? input.getAsDouble() / member.input().getAsDouble()
        : candidate.inputScale();
  }

  private static boolean isSame(Member member, Candidate candidate, OptionalDouble input) {
    return member.schedule().isSame(candidate) && isSameInput(inputRatio(member, candidate, input));
  }

  private static boolean isSameInput(double ratio) {
    return ratio <= GROWTH_RANGE && ratio >= 1 / GROWTH_RANGE;
  }

  /** The median of the slopes between pairs of runs; empty where they do not show one. */
  private static OptionalDouble growth(List<Member> members) {
    List<Double> slopes = new ArrayList<>();
    Set<Double> inputs = new HashSet<>();
    for (int i = 0; i < members.size(); i++) {
      for (int j = 0; j < i; j++) {
        OptionalDouble a = members.get(i).input();
        OptionalDouble b = members.get(j).input();
        double work = members.get(i).schedule().taskMs();
        double other = members.get(j).schedule().taskMs();
        // Tasks may be so short that all of their time is deserialisation: no work is left to
        // compare.
        if (a.isEmpty() || b.isEmpty() || work <= 0 || other <= 0) {
          continue;
        }
        double apart = Math.log(a.getAsDouble() / b.getAsDouble());
        if (Math.abs(apart) >= Math.log(GROWTH_RANGE)) {
          slopes.add(Math.log(work / other) / apart);
          inputs.add(a.getAsDouble());
          inputs.add(b.getAsDouble());
        }
      }
    }
    // Two sizes make a line through two clouds; three begin to show whether it is one.
    if (inputs.size() < 3) {
      return OptionalDouble.empty();
    }
    double[] sorted = slopes.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return OptionalDouble.of(Math.max(0, Math.min(2, sorted[sorted.length / 2])));
  }

  /**
   * The median of the slopes of ln(work) over ln(tasks in one executor) between pairs of runs, their inputs
   * made equal by the growth; empty for fewer than three pairs.
   */
  private static OptionalDouble contention(List<Member> members, double growth) {
    List<Double> slopes = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      for (int j = 0; j < i; j++) {
        RecordedSchedule one = members.get(i).schedule();
        RecordedSchedule other = members.get(j).schedule();
        if (one.slotsPerExecutor() != other.slotsPerExecutor()
            && one.shufflePartitions() == other.shufflePartitions()
            && one.taskMs() > 0
            && other.taskMs() > 0) {
          double scale = Math.pow(scale(members.get(i), members.get(j)), growth);
          slopes.add(Math.log(one.taskMs() / other.taskMs() / scale)
              / Math.log((double) one.slotsPerExecutor() / other.slotsPerExecutor()));
        }
      }
    }
    if (slopes.size() < CONTENTION_PAIRS) {
      return OptionalDouble.empty();
    }
    double[] sorted = slopes.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return OptionalDouble.of(Math.max(0, Math.min(1, sorted[sorted.length / 2])));
  }

  private static List<Residual> leaveOneOut(List<Member> members) {
    List<Residual> residuals = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      Member left = members.get(i);
      List<Member> remaining = new ArrayList<>(members);
      remaining.remove(i);
      Candidate had = asked(left.schedule());
      double actual = left.schedule().recordedStartupMs() + left.schedule().recordedWorkMs();
      for (boolean same : new boolean[] {true, false}) {
        List<Member> rest = remaining.stream()
            .filter(other -> isSame(other, had, left.input()) == same)
            .toList();
        if (rest.isEmpty() || actual <= 0) {
          continue;
        }
        JobModel known =
            new JobModel(rest, growth(rest).orElse(1), true, List.of(), OtherJobs.NONE);
        double scale = scale(left, rest.get(0));
        Forecast forecast = known.forecast(had.withInputScale(scale), left.input(), false);
        double logRatio = Math.log(actual / Math.max(1, forecast.estimate().durationMs()));
        residuals.add(new Residual(
            same,
            logRatio,
            forecast.spread().prior(),
            !left.run().memoryFailures().isEmpty()));
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
