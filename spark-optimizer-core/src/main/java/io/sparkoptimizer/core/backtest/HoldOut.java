package io.sparkoptimizer.core.backtest;

import io.sparkoptimizer.Backtest;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Which runs of a job are known, and which are held out: positions in the list of its samples, ascending,
 * none on both sides, at least one on each.
 */
record HoldOut(List<Integer> known, List<Integer> heldOut) {
  /** A run counts as larger from here on: below it, one that reads a little more each day would. */
  private static final double LARGER = 1.25;

  /** One hold-out for each draw, or each that the protocol names; none where it cannot be done. */
  static List<HoldOut> of(Backtest.Query query, String job, List<Sample> samples) {
    int n = samples.size();
    if (query.protocol() instanceof Backtest.Split split) {
      int known = (int) Math.round(split.trainShare() * n);
      return n < 2 ? List.of() : drawn(query, job, n, Math.max(1, Math.min(n - 1, known)));
    }
    if (query.protocol() instanceof Backtest.Points points) {
      return n <= points.train() ? List.of() : drawn(query, job, n, points.train());
    }
    if (query.protocol() instanceof Backtest.Extrapolate extrapolate) {
      return larger(extrapolate, samples);
    }
    Map<Object, List<Integer>> together = new LinkedHashMap<>();
    for (int i = 0; i < n; i++) {
      Object key = query.protocol() instanceof Backtest.LeaveContextOut
          ? samples.get(i).context()
          : (Object) i;
      together.computeIfAbsent(key, any -> new ArrayList<>()).add(i);
    }
    return together.values().stream()
        .map(out -> new HoldOut(where(n, i -> !out.contains(i)), List.copyOf(out)))
        .filter(HoldOut::isWhole)
        .toList();
  }

  private static List<HoldOut> drawn(Backtest.Query query, String job, int n, int known) {
    // One sequence a job, so that what other jobs there are does not change its draws.
    Random random = new Random(query.seed() * 1_000_003 + job.hashCode());
    List<HoldOut> draws = new ArrayList<>();
    List<Integer> order = new ArrayList<>(where(n, i -> true));
    for (int r = 0; r < query.repeats(); r++) {
      Collections.shuffle(order, random);
      draws.add(new HoldOut(
          order.subList(0, known).stream().sorted().toList(),
          order.subList(known, n).stream().sorted().toList()));
    }
    return draws;
  }

  private static List<HoldOut> larger(Backtest.Extrapolate protocol, List<Sample> samples) {
    String input = samples.stream()
            .allMatch(
                sample -> sample.features().number(RunFeatures.INPUT_BYTES).isPresent())
        ? RunFeatures.INPUT_BYTES
        : RunFeatures.INPUT_RECORDS;
    double[] sizes = new double[samples.size()];
    for (int i = 0; i < sizes.length; i++) {
      OptionalDouble size = protocol.by() == Backtest.Size.INPUT
          ? samples.get(i).features().number(input)
          : samples.get(i).features().number(RunFeatures.INSTANCES);
      if (size.isEmpty()) {
        return List.of();
      }
      sizes[i] = size.getAsDouble();
    }
    double median =
        sizes.length == 0 ? 0 : Arrays.stream(sizes).sorted().toArray()[(sizes.length - 1) / 2];
    double most = protocol.atMost().orElse(median);
    double above = protocol.atMost().orElse(median * LARGER);
    HoldOut one = new HoldOut(
        where(sizes.length, i -> sizes[i] <= most), where(sizes.length, i -> sizes[i] > above));
    return one.isWhole() ? List.of(one) : List.of();
  }

  private boolean isWhole() {
    return !known.isEmpty() && !heldOut.isEmpty();
  }

  private static List<Integer> where(int n, IntPredicate which) {
    return IntStream.range(0, n).filter(which).boxed().toList();
  }
}
