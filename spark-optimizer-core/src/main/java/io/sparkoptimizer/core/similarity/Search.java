package io.sparkoptimizer.core.similarity;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One question: the best so far, and what a vector or a box of vectors must undercut to be among them.
 *
 * <p>What is added up for a vector is S + M: how far it is apart, and the weight M of what it misses of the
 * W that the question knows, as a missing coordinate seems to be as far apart as can be. It is within t if
 * S <= t (W - M). A box has a bound of S from the coordinates that all of its vectors know; M is what none
 * of them knows, the least that any of them misses. What some of them miss bounds nothing.
 */
final class Search {
  private final int coordinates;
  private final int most;
  private final double minSimilarity;
  private final Predicate<String> excluded;
  private final List<Match> best;

  /** Coordinates that the question knows, heaviest first, their values and their greatest distances. */
  private final int[] order;

  private final int[] value;
  private final int[] cap;
  private final int weights;

  /** Weight of what is missing, by the lower and the upper half of a mask of what is known. */
  private final int[] missing = new int[512];

  private double threshold;
  private int bar;

  Search(Metric metric, int[] asked, int most, double minSimilarity, Predicate<String> excluded) {
    this.coordinates = metric.coordinates();
    this.most = most;
    this.minSimilarity = minSimilarity;
    this.excluded = excluded;
    this.best = new ArrayList<>(Math.min(most, 1_000) + 1);
    int known = Metric.known(asked, 0, coordinates);
    int count = Integer.bitCount(known);
    order = new int[count];
    value = new int[count];
    cap = new int[count];
    int sum = 0;
    int next = 0;
    for (int i : metric.heaviestFirst()) {
      if ((known >> i & 1) != 0) {
        order[next] = i;
        value[next] = asked[i];
        cap[next] = metric.cap(i);
        sum += metric.cap(i);
        next++;
        int half = i < 8 ? 0 : 256;
        for (int mask = 0; mask < 256; mask++) {
          missing[half + mask] += (mask >> (i & 7) & 1) == 0 ? metric.cap(i) : 0;
        }
      }
    }
    weights = sum;
    setThreshold(Math.min(1, 1 - minSimilarity));
  }

  /** One more than is needed: what is near enough is told by its similarity, not by this. */
  private void setThreshold(double distance) {
    threshold = distance;
    bar = (int) (distance * weights) + 2;
  }

  private int missing(char mask) {
    return missing[mask & 255] + missing[256 + (mask >> 8)];
  }

  /** Takes the vectors that are near enough. A null signature is of an entry that is gone. */
  void scan(int[] rows, char[] masks, @Nullable String[] signatures, int from, int to) {
    int half = order.length / 2;
    for (int slot = from; slot < to; slot++) {
      int row = slot * coordinates;
      int gone = missing(masks[slot]);
      int most = gone == 0 ? bar : (int) (bar + (1 - threshold) * gone);
      int sum = 0;
      for (int j = 0; j < half; j++) {
        sum += Math.min(cap[j], Math.abs(rows[row + order[j]] - value[j]));
      }
      if (sum > most) {
        continue;
      }
      for (int j = half; j < order.length; j++) {
        sum += Math.min(cap[j], Math.abs(rows[row + order[j]] - value[j]));
      }
      String signature = signatures[slot];
      if (sum <= most && signature != null) {
        offer(signature, Metric.similarity(sum - gone, weights - gone));
      }
    }
  }

  private void offer(String signature, double similarity) {
    if (similarity < minSimilarity) {
      return;
    }
    Match match = new Match(signature, similarity);
    if ((best.size() == most && Match.BEST_FIRST.compare(match, best.get(most - 1)) > 0)
        || excluded.test(signature)) {
      return;
    }
    int at = best.size();
    while (at > 0 && Match.BEST_FIRST.compare(match, best.get(at - 1)) < 0) {
      at--;
    }
    best.add(at, match);
    if (best.size() > most) {
      best.remove(most);
    }
    if (best.size() == most) {
      setThreshold(1 - best.get(most - 1).similarity());
    }
  }

  /**
   * The least that vectors are apart from the question, for each of many boxes.
   *
   * @param low least values, by coordinate and box
   * @param high greatest values
   * @param some coordinates that any vector of a box knows
   */
  int[] bounds(int[][] low, int[][] high, char[] some) {
    int[] sums = new int[some.length];
    for (int j = 0; j < order.length; j++) {
      addDistances(sums, low[order[j]], high[order[j]], value[j], cap[j]);
    }
    for (int box = 0; box < sums.length; box++) {
      sums[box] -= missing(some[box]);
    }
    return sums;
  }

  /** A loop of its own, as simple as can be, so that the compiler makes it one of vectors. */
  private static void addDistances(int[] sums, int[] low, int[] high, int value, int cap) {
    for (int box = 0; box < sums.length; box++) {
      sums[box] += Math.min(cap, Math.max(0, Math.max(low[box] - value, value - high[box])));
    }
  }

  /** Whether no vector of a box can be among the best. */
  boolean rulesOut(int bound, char some) {
    return bound > bar - threshold * missing(some);
  }

  /** A box that is farther off than this is ruled out whatever its vectors know. */
  int bar() {
    return bar;
  }

  /** Of all coordinates that the question knows. */
  int weights() {
    return weights;
  }

  List<Match> best() {
    return List.copyOf(best);
  }
}
