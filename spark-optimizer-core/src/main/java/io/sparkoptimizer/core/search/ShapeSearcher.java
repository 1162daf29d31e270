package io.sparkoptimizer.core.search;

import io.sparkoptimizer.ShapeSearch;
import io.sparkoptimizer.Workload;
import io.sparkoptimizer.Workload.Shape;
import io.sparkoptimizer.Workload.Trial;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Says which shape a new job tries next, and when it has tried enough. */
public final class ShapeSearcher {
  private ShapeSearcher() {}

  /**
   * The next trial. Equal questions have equal answers, whatever the order of candidates; a shape that was
   * tried is never tried again. Trials on shapes that are no candidates count as evidence.
   */
  public static ShapeSearch next(ShapeSearch.Query query) {
    List<Trial> trials = query.job().trials();
    List<Shape> tryable = query.candidates();
    List<Shape> all = new ArrayList<>(tryable);
    trials.stream().map(Trial::shape).filter(shape -> !tryable.contains(shape)).forEach(all::add);
    all.sort(Space.ORDER);
    List<Workload> history = Past.others(query.job(), query.history());
    Belief belief = Belief.of(query.job(), history, all);
    List<Integer> tried =
        trials.stream().map(trial -> all.indexOf(trial.shape())).toList();
    Belief.View view = belief.after(
        tried,
        trials.stream().mapToDouble(trial -> trial.cost().orElse(Double.NaN)).toArray(),
        query.runsToCome());
    Optional<Shape> best = trials.stream()
        .filter(Trial::completed)
        .min(Comparator.comparingDouble((Trial trial) -> trial.cost().orElseThrow())
            .thenComparing(Trial::shape, Space.ORDER))
        .map(Trial::shape);
    List<Integer> notTryable = new ArrayList<>(tried);
    for (int i = 0; i < all.size(); i++) {
      if (!tryable.contains(all.get(i))) {
        notTryable.add(i);
      }
    }
    int next = view.next(notTryable);
    if (next < 0) {
      return stop(best, "Every candidate was tried.");
    }
    String shape = all.get(next).words();
    if (view.stopsAt(next)) {
      return stop(
          best,
          "Another trial is not worth its cost: " + shape
              + ", the best that is left, is expected to" + " save less in " + query.runsToCome()
              + " runs to come than trying it costs.");
    }
    Belief.Outlook outlook = view.outlooks().get(next);
    double failing = outlook.failing();
    OptionalDouble ratio =
        view.measured() ? OptionalDouble.of(outlook.ratio()) : OptionalDouble.empty();
    return new ShapeSearch(
        Optional.of(all.get(next)),
        best.or(() -> Optional.of(all.get(next))),
        ratio,
        OptionalDouble.of(failing),
        reason(shape, history, belief.programs(), ratio, failing));
  }

  private static ShapeSearch stop(Optional<Shape> best, String reason) {
    return new ShapeSearch(
        Optional.empty(), best, OptionalDouble.empty(), OptionalDouble.empty(), reason);
  }

  private static String reason(
      String shape, List<Workload> history, int programs, OptionalDouble ratio, double failing) {
    String known = programs == 0
        ? "no other program is known"
        : String.format(
            Locale.ROOT,
            "%d workload%s of %d other program%s",
            history.size(),
            history.size() == 1 ? "" : "s",
            programs,
            programs == 1 ? "" : "s");
    String risk =
        String.format(Locale.ROOT, "it fails with a probability of %.0f %%", 100 * failing);
    if (ratio.isPresent()) {
      return String.format(
          Locale.ROOT,
          "%s is worth a trial: it is expected to cost %.2f times the cheapest so far, give or take;"
              + " %s (%s).",
          shape,
          ratio.getAsDouble(),
          risk,
          known);
    }
    return programs == 0
        ? shape + " lies in the middle of the candidates; " + known + "."
        : shape + " has the lowest expected cost, a failure counted as 10 times the cheapest, by "
            + known + "; " + risk + ".";
  }
}
