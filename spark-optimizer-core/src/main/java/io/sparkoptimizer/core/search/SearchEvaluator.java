package io.sparkoptimizer.core.search;

import io.sparkoptimizer.SearchEvaluation;
import io.sparkoptimizer.SearchEvaluation.Row;
import io.sparkoptimizer.SearchEvaluation.Score;
import io.sparkoptimizer.ShapeSearch;
import io.sparkoptimizer.Workload;
import io.sparkoptimizer.Workload.Shape;
import io.sparkoptimizer.Workload.Trial;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Replays searches: each workload in turn is the new job, its recorded costs are what its trials bring.
 * The search, a random order and the order by mean cost over the other programs get the same shapes and
 * the same history. The search goes on to the budget, as the baselines do, after it would have stopped.
 */
public final class SearchEvaluator {
  private SearchEvaluator() {}

  /** Replays the search of each workload. */
  public static SearchEvaluation evaluate(
      SearchEvaluation.Query query, SearchEvaluation.Progress progress) {
    Random random = new Random(query.seed());
    List<Row> rows = new ArrayList<>();
    Tally search = new Tally(query.budget());
    Tally draws = new Tally(query.budget());
    Tally ranking = new Tally(query.budget());
    Map<String, Integer> notTested = new TreeMap<>();
    List<Workload> workloads = query.workloads().stream()
        .sorted(Comparator.comparing(Workload::job).thenComparing(Workload::context))
        .toList();
    long done = 0;
    for (Workload workload : workloads) {
      List<Workload> history = Past.others(workload, query.history());
      if (workload.trials().stream().noneMatch(Trial::completed)) {
        notTested.merge("no_completed_shape", 1, Integer::sum);
      } else if (history.isEmpty()) {
        notTested.merge("no_other_program", 1, Integer::sum);
      } else {
        Tally own = new Tally(query.budget());
        replay(workload, history, own, search);
        rows.add(new Row(workload.job(), workload.context(), own.score()));
        List<Double> costs = costs(workload);
        List<Integer> order =
            new ArrayList<>(IntStream.range(0, costs.size()).boxed().toList());
        for (int repeat = 0; repeat < query.repeats(); repeat++) {
          Collections.shuffle(order, random);
          draws.add(pick(costs, order), failures(workload, order));
        }
        List<Integer> ranked = ranked(workload, history);
        ranking.add(pick(costs, ranked), failures(workload, ranked));
      }
      progress.update(++done, workloads.size());
    }
    Map<String, Score> baselines = new LinkedHashMap<>();
    baselines.put("random", draws.score());
    baselines.put("ranking", ranking.score());
    return new SearchEvaluation(
        query.budget(), query.repeats(), query.seed(), rows, search.score(), baselines, notTested);
  }

  private static void replay(Workload workload, List<Workload> history, Tally own, Tally search) {
    List<Trial> trials = sorted(workload);
    List<Shape> shapes = trials.stream().map(Trial::shape).toList();
    Belief belief = Belief.of(workload, history, shapes);
    List<Integer> tried = new ArrayList<>();
    double[] paid = {};
    int stop = -1;
    for (int most = Math.min(own.budget(), shapes.size()); tried.size() < most; ) {
      Belief.View view = belief.after(tried, paid, ShapeSearch.RUNS_TO_COME);
      int next = view.next(tried);
      if (stop < 0 && view.stopsAt(next)) {
        stop = tried.size();
      }
      tried.add(next);
      paid = tried.stream()
          .mapToDouble(i -> trials.get(i).cost().orElse(Double.NaN))
          .toArray();
    }
    List<Double> costs = pick(costs(workload), tried);
    List<Boolean> failed = failures(workload, tried);
    for (Tally tally : List.of(own, search)) {
      tally.add(costs, failed);
      tally.stopped(stop < 0 ? tried.size() : stop, costs);
    }
  }

  private static List<Trial> sorted(Workload workload) {
    return workload.trials().stream()
        .sorted(Comparator.comparing(Trial::shape, Space.ORDER))
        .toList();
  }

  /** By the cheapest that completed, in the order of shapes. */
  private static List<Double> costs(Workload workload) {
    Map<Shape, Double> relative = Past.relativeCosts(workload);
    return sorted(workload).stream().map(trial -> relative.get(trial.shape())).toList();
  }

  private static List<Boolean> failures(Workload workload, List<Integer> order) {
    List<Trial> trials = sorted(workload);
    return order.stream().map(i -> !trials.get(i).completed()).toList();
  }

  private static List<Double> pick(List<Double> costs, List<Integer> order) {
    return order.stream().map(costs::get).toList();
  }

  /** Shapes by their mean cost over the workloads of other programs; those that none was run on last. */
  private static List<Integer> ranked(Workload workload, List<Workload> history) {
    List<Trial> trials = sorted(workload);
    Map<Shape, Double> means = history.stream()
        .flatMap(one -> Past.relativeCosts(one).entrySet().stream())
        .collect(Collectors.groupingBy(
            Map.Entry::getKey, Collectors.averagingDouble(Map.Entry::getValue)));
    return IntStream.range(0, trials.size())
        .boxed()
        .sorted(Comparator.comparingDouble(
            i -> means.getOrDefault(trials.get(i).shape(), Double.POSITIVE_INFINITY)))
        .toList();
  }
}
