package io.sparkoptimizer.core.schedule;

import io.sparkoptimizer.core.statistics.Hits;
import io.sparkoptimizer.spark.Allocation;
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
import java.util.stream.Collectors;

/**
 * What is known of a job's time from all its runs. Immutable and thread-safe; equal questions have
 * equal answers.
 *
 * <p>A question is answered by the runs nearest to it (in configuration and input, measured by {@link
 * Spread#prior}), each through its own {@link RecordedSchedule}; the median of their answers counts.
 * How the work grows with the input is fitted over the runs (Theil 1950, Sen 1968: the median of the
 * slopes between pairs) where they differ enough in it, and proportional otherwise. How far off
 * answers are is measured by leaving each run out in turn, apart for the same question (configuration
 * and input) and for a changed one; where the job has too few of these, {@link OtherJobs} stand in. What
 * runs of one configuration got wrong of those of another is expected again ({@link Correction}).
 */
public final class JobModel {
  /** Nearest runs that answer together. */
  private static final int POOL = 5;

  /** Runs whose prior is at most this much wider than the nearest one's are as near. */
  private static final double AS_NEAR = 1.25;

  /** So many runs of other configurations, the nearest, predict each for the correction. */
  private static final int MOST_PAIRS = 20;

  /** Inputs must differ by this factor to say how work grows with them. */
  private static final double GROWTH_RANGE = 1.25;

  /** Fewer pairs of runs with other cores an executor do not tell contention from noise. */
  private static final int CONTENTION_PAIRS = 3;

  /** One run that can be scheduled. */
  private record Member(ApplicationRun run, RecordedSchedule schedule, OptionalDouble input) {
    /** What it was the answer to: its configuration, dynamic allocation by its bounds. */
    Asked asked() {
      return new Asked(
          schedule.configured().withShufflePartitions(OptionalInt.of(schedule.shufflePartitions())),
          input,
          heapMb());
    }

    OptionalLong heapMb() {
      return Allocation.of(run).executorMemoryMb();
    }
  }

  /**
   * A question.
   *
   * @param candidate its input scale counts only where a run or the question does not tell the input
   * @param input as the members'
   * @param heapMb of an executor; empty where it is not asked for another
   */
  private record Asked(Candidate candidate, OptionalDouble input, OptionalLong heapMb) {}

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
   * @param configuration the runs with this number had the same question
   * @param logRatio ln(actual / predicted), without the correction
   * @param expected what the correction by runs of other configurations is
   * @param prior what its distance from the runs that answered gives
   * @param died whether something died for memory, which no time makes a hit
   */
  record Residual(
      boolean same,
      int configuration,
      double logRatio,
      double expected,
      double prior,
      boolean died) {
    double scaled() {
      return logRatio / prior;
    }

    boolean isHit() {
      return !died && Hits.isHit(logRatio - expected);
    }

    /** Whether it would have been one at another distance. */
    boolean isHitAt(double distance) {
      return !died && Hits.isHit(scaled() * distance);
    }
  }

  private final List<Member> members;
  private final double growth;
  private final double contention;
  private final boolean whole;
  private final List<Residual> residuals;
  private final Correction correction;
  private final OtherJobs others;

  private JobModel(
      List<Member> members,
      double growth,
      boolean whole,
      List<Residual> residuals,
      Correction correction,
      OtherJobs others) {
    this.members = members;
    this.growth = growth;
    this.contention = contention(members, growth).orElse(0);
    this.whole = whole;
    this.residuals = residuals;
    this.correction = correction;
    this.others = others;
  }

  private static JobModel of(List<Member> members, boolean whole, OtherJobs others) {
    double growth = growth(members).orElse(1);
    int[] configurations = configurations(members);
    List<Correction.Pair> pairs =
        pairs(members, configurations, growth, contention(members, growth).orElse(0));
    return new JobModel(
        members,
        growth,
        whole,
        leaveOneOut(members, configurations, pairs),
        Correction.of(pairs),
        others);
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
    return Optional.of(of(members, !whole.isEmpty(), OtherJobs.NONE));
  }

  /** The same, with the left-out runs of other jobs where its own are too few. */
  public JobModel with(OtherJobs otherJobs) {
    return new JobModel(members, growth, whole, residuals, correction, otherJobs);
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
    return Optional.of(of(kept, whole, others));
  }

  /**
   * What would have been predicted for a run of the job before it ran: what it was given and what it read
   * are asked, its times are not looked at. Means nothing for a run that is among this model's.
   */
  public Forecast forecast(ApplicationRun heldOut, RecordedSchedule itsSchedule) {
    boolean allBytes = runs().stream().allMatch(run -> run.inputBytes().isPresent());
    Member held = new Member(heldOut, itsSchedule, input(heldOut, allBytes));
    return forecast(relative(held, members.get(0)));
  }

  /** What a run was the answer to, its input as seen from another. */
  private static Asked relative(Member held, Member to) {
    Asked had = held.asked();
    return new Asked(had.candidate().withInputScale(scale(held, to)), had.input(), had.heapMb());
  }

  /** Whether left-out runs of either kind are too few for an interval of their own. */
  public boolean needsOthers() {
    long same = residuals.stream().filter(Residual::same).count();
    return Math.min(same, correction.configurations()) < Spread.CONFORMAL;
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
  double contention() {
    return contention;
  }

  /** How much longer tasks take on a candidate than in a run, for sharing their executor with more others. */
  private static double slowdown(RecordedSchedule of, Candidate candidate, double contention) {
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
    return same(newest().prior(newest().recorded(), 1), others).sigma();
  }

  /**
   * Predicts the job on a candidate.
   *
   * @param candidate its input scale is relative to the newest run
   */
  public Forecast forecast(Candidate candidate) {
    return forecast(
        new Asked(candidate, target(candidate.inputScale()), members.get(0).heapMb()));
  }

  /**
   * Predicts the job on a candidate by the schedule of one of its runs.
   *
   * @param candidate its input scale is relative to that run
   */
  public Forecast forecast(RecordedSchedule schedule, Candidate candidate) {
    Answer answer = new Answer(
        schedule,
        scaled(schedule, candidate, candidate.inputScale(), growth, contention),
        schedule.change(candidate, candidate.inputScale()),
        schedule.isSame(candidate) && isSameInput(candidate.inputScale()));
    return new Forecast(
        corrected(schedule.predict(answer.candidate()), answer), spread(answer), List.of(), false);
  }

  private OptionalDouble target(double scale) {
    OptionalDouble newest = members.get(0).input();
    return newest.isPresent()
        ? OptionalDouble.of(newest.getAsDouble() * scale)
        : OptionalDouble.empty();
  }

  /** One run's answer: what its schedule is asked, and how that differs from what it had. */
  private record Answer(
      RecordedSchedule schedule, Candidate candidate, Change change, boolean same) {
    double prior() {
      return change.prior();
    }
  }

  private static Answer answer(Member by, Asked asked, double growth, double contention) {
    double ratio = inputRatio(by, asked);
    return new Answer(
        by.schedule(),
        scaled(by.schedule(), asked.candidate(), ratio, growth, contention),
        by.schedule().change(asked.candidate(), ratio).withHeap(heapRatio(by, asked)),
        isSame(by, asked));
  }

  /** The answer that counts, and the runs that it is the median of. */
  private record Middle(Answer answer, Estimate estimate, List<ApplicationRun> runs) {}

  private Middle middle(Asked asked) {
    List<Near> near = nearest(asked);
    record Timed(Answer answer, Estimate estimate) {}
    List<Timed> timed = new ArrayList<>();
    for (Near one : near) {
      Answer answer = one.answer();
      timed.add(new Timed(answer, answer.schedule().predict(answer.candidate())));
    }
    timed.sort(Comparator.comparingDouble(one -> one.estimate().durationMs()));
    Timed middle = timed.get((timed.size() - 1) / 2);
    return new Middle(
        middle.answer(),
        middle.estimate(),
        near.stream().map(one -> one.member().run()).toList());
  }

  private Forecast forecast(Asked asked) {
    Middle middle = middle(asked);
    return new Forecast(
        corrected(middle.estimate(), middle.answer()),
        spread(middle.answer()),
        middle.runs(),
        isOutside(asked.input()));
  }

  /** What a run says of its own configuration needs no correction. */
  private Estimate corrected(Estimate estimate, Answer answer) {
    return answer.same()
        ? estimate
        : estimate.withDuration(Math.exp(correction.shift(answer.change())));
  }

  private Spread spread(Answer answer) {
    double prior = answer.prior();
    if (answer.same()) {
      return same(prior, others);
    }
    Spread asked = changed(answer);
    if (asked.isOwn()) {
      return asked;
    }
    // Runs that differ among themselves differ no less once the question changes. How much runs of
    // other jobs differ is in what their changed ones show.
    double restless = same(prior, OtherJobs.NONE).sigma() / prior;
    double known = asked.pool().jobs() == 0 ? 1 : Math.max(1, asked.sigma() / prior);
    return restless <= known
        ? asked
        : asked.widened(prior * Math.sqrt(restless * restless - known * known));
  }

  private Spread same(double prior, OtherJobs standIns) {
    List<Residual> kind = residuals.stream().filter(Residual::same).toList();
    return Spread.of(
        prior,
        kind.stream().map(Residual::scaled).toList(),
        (int) kind.stream().filter(Residual::isHit).count(),
        farthest(kind),
        kind.size() >= Spread.CONFORMAL ? Pool.NONE : standIns.ofKind(true));
  }

  private Spread changed(Answer answer) {
    List<Residual> kind =
        residuals.stream().filter(residual -> !residual.same()).toList();
    return Spread.ofChange(
        answer.prior(),
        answer.change(),
        correction,
        kind.stream()
            .collect(Collectors.groupingBy(
                Residual::configuration, Collectors.averagingDouble(one -> one.isHit() ? 1 : 0)))
            .values()
            .stream()
            .mapToDouble(Double::doubleValue)
            .sum(),
        farthest(kind),
        correction.configurations() >= Spread.CONFORMAL ? Pool.NONE : others.ofKind(false));
  }

  private static double farthest(List<Residual> residuals) {
    return residuals.stream().mapToDouble(Residual::prior).max().orElse(0);
  }

  private record Near(Member member, Answer answer) {}

  private List<Near> nearest(Asked asked) {
    List<Near> answers = new ArrayList<>();
    for (Member member : members) {
      answers.add(new Near(member, answer(member, asked, growth, contention)));
    }
    // Stable: equally near ones stay newest first.
    answers.sort(Comparator.comparingDouble(near -> near.answer().prior()));
    double widest = answers.get(0).answer().prior() * AS_NEAR;
    return answers.stream()
        .filter(near -> near.answer().prior() <= widest)
        .limit(POOL)
        .toList();
  }

  /** A question to one run, with the work and the slowdown that it has on that run. */
  private static Candidate scaled(
      RecordedSchedule of,
      Candidate candidate,
      double inputRatio,
      double growth,
      double contention) {
    return candidate
        .withInputScale(Math.max(RecordedSchedule.LEAST_SCALE, Math.pow(inputRatio, growth)))
        .withSlowdown(slowdown(of, candidate, contention));
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

  private static double inputRatio(Member member, Asked asked) {
    return asked.input().isPresent() && member.input().isPresent()
        ? asked.input().getAsDouble() / member.input().getAsDouble()
        : asked.candidate().inputScale();
  }

  private static double heapRatio(Member member, Asked asked) {
    OptionalLong had = member.heapMb();
    return asked.heapMb().isPresent() && had.isPresent()
        ? Math.max(1.0, asked.heapMb().getAsLong()) / Math.max(1, had.getAsLong())
        : 1;
  }

  private static boolean isSame(Member member, Asked asked) {
    return member.schedule().isSame(asked.candidate())
        && isSameInput(inputRatio(member, asked))
        && heapRatio(member, asked) == 1;
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

  /** A number for each member; those that had the same question as one before them have its number. */
  private static int[] configurations(List<Member> members) {
    int[] numbers = new int[members.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i;
      Asked had = members.get(i).asked();
      for (int j = 0; j < i; j++) {
        if (isSame(members.get(j), had)) {
          numbers[i] = numbers[j];
          break;
        }
      }
    }
    return numbers;
  }

  /** Each run as the nearest of other configurations predict it, one by one. */
  private static List<Correction.Pair> pairs(
      List<Member> members, int[] configurations, double growth, double contention) {
    record Known(int from, Answer answer) {}
    List<Correction.Pair> pairs = new ArrayList<>();
    for (int to = 0; to < members.size(); to++) {
      Member left = members.get(to);
      Asked had = left.asked();
      double actual = left.schedule().recordedStartupMs() + left.schedule().recordedWorkMs();
      if (actual <= 0) {
        continue;
      }
      List<Known> known = new ArrayList<>();
      for (int from = 0; from < members.size(); from++) {
        if (configurations[from] != configurations[to]) {
          known.add(
              new Known(configurations[from], answer(members.get(from), had, growth, contention)));
        }
      }
      known.sort(Comparator.comparingDouble(one -> one.answer().prior()));
      for (Known one : known.subList(0, Math.min(MOST_PAIRS, known.size()))) {
        Answer answer = one.answer();
        double predicted = answer.schedule().predict(answer.candidate()).durationMs();
        pairs.add(new Correction.Pair(
            one.from(),
            configurations[to],
            answer.change(),
            Math.log(actual / Math.max(1, predicted))));
      }
    }
    return pairs;
  }

  private static List<Residual> leaveOneOut(
      List<Member> members, int[] configurations, List<Correction.Pair> pairs) {
    List<Residual> residuals = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      Member left = members.get(i);
      List<Member> remaining = new ArrayList<>(members);
      remaining.remove(i);
      Asked had = left.asked();
      double actual = left.schedule().recordedStartupMs() + left.schedule().recordedWorkMs();
      Correction learned = Correction.without(pairs, configurations[i]);
      for (boolean same : new boolean[] {true, false}) {
        List<Member> rest =
            remaining.stream().filter(other -> isSame(other, had) == same).toList();
        if (rest.isEmpty() || actual <= 0) {
          continue;
        }
        JobModel known = new JobModel(
            rest, growth(rest).orElse(1), true, List.of(), Correction.NONE, OtherJobs.NONE);
        Middle middle = known.middle(relative(left, rest.get(0)));
        residuals.add(new Residual(
            same,
            configurations[i],
            Math.log(actual / Math.max(1, middle.estimate().durationMs())),
            same ? 0 : learned.shift(middle.answer().change()),
            middle.answer().prior(),
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
