package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.OptimizerSettings;
import io.sparkoptimizer.Priority;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Picks among sizes: all that the platform can run, priced by the models, filtered by what the user
 * demands, reduced to the time/cost Pareto front, one taken by weights.
 *
 * <p>The pick minimises {@code wp ln(time) + wc ln(cost) + doubt}: a weight says how many percent of
 * cost one percent of time is worth, whatever the unit of either. With equal weights it is the size at
 * which one percent more cost stops to buy one percent of time: the knee of the curve. The doubt
 * is the prior of {@link io.sparkoptimizer.core.schedule.Spread}: a size far from all that was seen
 * must gain more than that.
 */
final class Search<C extends Choice> {
  /** Sizes tried between a count and its double. */
  private static final int PER_OCTAVE = 4;

  /** No more executors are proposed than this, whatever the work: beyond lies another kind of cluster. */
  static final int MOST_EXECUTORS = 2_000;

  /** What a priority makes of time against cost: nine to one. */
  private static final double PREFERRED = 0.9;

  private static final int MOST_ALTERNATIVES = 10;

  /** A size that dies more often, and more often than today's, is taken only where no safer one will do. */
  private static final double RISKY = 0.2;

  private final JobProfile profile;
  private final OptimizerSettings settings;
  private final double mostRisk;

  /**
   * @param todaysRisk probability that today's size dies for memory
   */
  Search(JobProfile profile, OptimizerSettings settings, double todaysRisk) {
    this.profile = profile;
    this.settings = settings;
    this.mostRisk = Math.max(RISKY, todaysRisk);
  }

  /**
   * What was found.
   *
   * @param pick the size to take; null where none meets the demands
   * @param binding the demand that ruled out a better size, or any; null where none did
   * @param front the Pareto front of what meets the demands, fastest first
   * @param fastest the fastest size, whether or not it meets the demands
   * @param cheapest the cheapest one
   */
  record Found<C extends Choice>(
      @Nullable C pick, @Nullable String binding, List<C> front, C fastest, C cheapest) {}

  /** Executor counts to try: all small ones, then {@value #PER_OCTAVE} an octave, and the present one. */
  static List<Integer> counts(int least, int most, OptionalInt present) {
    TreeSet<Integer> counts = new TreeSet<>();
    for (double n = 1; n <= most; n *= Math.pow(2, 1.0 / PER_OCTAVE)) {
      counts.add((int) Math.round(n));
    }
    counts.add(most);
    present.ifPresent(counts::add);
    counts.removeIf(n -> n < least || n > most);
    return counts.isEmpty() ? List.of(most) : List.copyOf(counts);
  }

  /**
   * @param all what can be run; not empty
   * @param cappedBy what keeps larger sizes out, where something does
   */
  Found<C> among(List<C> all, @Nullable String cappedBy) {
    C fastest = all.stream().min(byTime()).orElseThrow();
    C cheapest = all.stream().min(byEffort()).orElseThrow();
    List<C> feasible = feasible(all);
    if (feasible.isEmpty()) {
      return new Found<>(null, bindingOf(fastest, cheapest), List.of(), fastest, cheapest);
    }
    List<C> front = paretoFront(feasible);
    C pick = best(front);
    C unbound = best(all);
    String binding = null;
    if (!pick.equals(unbound)) {
      binding = violations(unbound).stream().findFirst().orElse(null);
    } else if (cappedBy != null
        && pick.executors() == all.stream().mapToInt(Choice::executors).max().orElse(0)) {
      binding = cappedBy;
    }
    return new Found<>(pick, binding, front, fastest, cheapest);
  }

  /**
   * Sizes whose interval meets every demand, or where there are none, those whose expectation does; of
   * either only the safe ones, where there are any.
   */
  private List<C> feasible(List<C> all) {
    for (boolean safe : new boolean[] {true, false}) {
      for (boolean surely : new boolean[] {true, false}) {
        List<C> some = all.stream()
            .filter(option -> (!safe || isSafe(option)) && meets(option, surely))
            .toList();
        if (!some.isEmpty()) {
          return some;
        }
      }
    }
    return List.of();
  }

  /** Whether it dies for memory hardly ever, or no more often than today's size. */
  boolean isSafe(C option) {
    return option.oomRisk() <= mostRisk;
  }

  boolean meets(C option, boolean surely) {
    double time = surely ? option.duration().high() : option.durationMs();
    double cost = surely ? option.cost().high() : option.cost().expected();
    return time <= slaMs() && cost <= profile.budget().orElse(Double.POSITIVE_INFINITY);
  }

  private double slaMs() {
    return profile.sla().isPresent()
        ? (double) profile.sla().get().toMillis()
        : Double.POSITIVE_INFINITY;
  }

  private List<String> violations(C option) {
    List<String> violated = new ArrayList<>();
    if (profile.sla().isPresent()
        && option.duration().high() > profile.sla().get().toMillis()) {
      violated.add("sla");
    }
    if (profile.budget().isPresent() && option.cost().high() > profile.budget().getAsDouble()) {
      violated.add("budget");
    }
    if (!isSafe(option)) {
      violated.add("oom-risk");
    }
    return violated;
  }

  private String bindingOf(C fastest, C cheapest) {
    if (fastest.durationMs() > slaMs()) {
      return String.format(
          Locale.ROOT,
          "sla of %s: the fastest size found, %s, is expected to take %s",
          Words.time(slaMs()),
          fastest.words(),
          Words.time(fastest.durationMs()));
    }
    if (profile.budget().isPresent()
        && cheapest.cost().expected() > profile.budget().getAsDouble()) {
      return String.format(
          Locale.ROOT,
          "budget of %.4f %s: the cheapest size found, %s, is expected to cost %.4f",
          profile.budget().getAsDouble(),
          settings.prices().currency(),
          cheapest.words(),
          cheapest.cost().expected());
    }
    return "sla and budget together: each can be met, both cannot";
  }

  private C best(List<C> options) {
    return options.stream()
        .min(Comparator.comparingDouble((C option) -> score(option))
            .thenComparing(byTime())
            .thenComparingInt(option -> option.executors())
            .thenComparingInt(option -> option.cores()))
        .orElseThrow();
  }

  /** Lower is better. */
  double score(C option) {
    double time = timeWeight();
    return time * Math.log(Math.max(1, option.durationMs()))
        + (1 - time) * Math.log(Math.max(1e-9, option.effort()))
        + option.doubt();
  }

  private double timeWeight() {
    if (profile.priority() == Priority.BALANCED) {
      return settings.performanceWeight() / (settings.performanceWeight() + settings.costWeight());
    }
    return profile.priority() == Priority.PERFORMANCE ? PREFERRED : 1 - PREFERRED;
  }

  private static Comparator<Choice> byTime() {
    return Comparator.comparingDouble(Choice::durationMs).thenComparingDouble(Choice::effort);
  }

  private static Comparator<Choice> byEffort() {
    return Comparator.comparingDouble(Choice::effort).thenComparingDouble(Choice::durationMs);
  }

  /** Options that no other one beats in time and cost, fastest first. */
  static <C extends Choice> List<C> paretoFront(List<C> options) {
    List<C> front = new ArrayList<>();
    double cheapest = Double.POSITIVE_INFINITY;
    for (C option : options.stream().sorted(byTime()).toList()) {
      if (option.effort() < cheapest) {
        front.add(option);
        cheapest = option.effort();
      }
    }
    return front;
  }

  /** The front without what is proposed, at most {@value #MOST_ALTERNATIVES} of it. */
  static <C> List<C> alternatives(List<C> front, Predicate<C> proposed) {
    List<C> others = front.stream().filter(Predicate.not(proposed)).toList();
    if (others.size() <= MOST_ALTERNATIVES) {
      return others;
    }
    List<C> some = new ArrayList<>();
    for (int i = 0; i < MOST_ALTERNATIVES; i++) {
      some.add(
          others.get((int) Math.round((double) i * (others.size() - 1) / (MOST_ALTERNATIVES - 1))));
    }
    return some;
  }
}
