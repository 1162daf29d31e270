package io.sparkoptimizer.core.similarity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * One question: the best so far, and what entries must undercut to be among them.
 *
 * <p>An entry is within distance t if its coordinates in common with the question are apart by at most t
 * times their caps, all together. So each of them has an allowance of t times its cap, one that is missing
 * neither has nor spends any, and an entry is ruled out where the sum of what is spent reaches the sum of
 * what is allowed.
 */
final class Search {
  /** Between two bytes that are next to each other, on the circle. */
  private static final int STEP = 1 << (Integer.SIZE - 7);

  private final Metric metric;
  private final int[] asked;
  private final int most;
  private final double minSimilarity;
  private final Predicate<String> excluded;
  private final List<Match> best;

  /** How far apart the last of the best is: what is farther is not among them. */
  private double threshold;

  Search(Metric metric, int[] asked, int most, double minSimilarity, Predicate<String> excluded) {
    this.metric = metric;
    this.asked = asked;
    this.most = most;
    this.minSimilarity = minSimilarity;
    this.excluded = excluded;
    this.best = new ArrayList<>(Math.min(most, 1_000) + 1);
    this.threshold = Math.max(0, Math.min(1, 1 - minSimilarity));
  }

  List<Match> best() {
    return List.copyOf(best);
  }

  void offer(String signature, int[] vectors, int from) {
    double similarity = metric.similarity(asked, vectors, from);
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
      threshold = 1 - best.get(most - 1).similarity();
    }
  }

  /**
   * What each entry spends less what it is allowed, or less than that.
   *
   * @param bytes of a {@link Page}
   * @param sums what it was before is lost
   */
  void measure(int[][] bytes, int[] sums) {
    Arrays.fill(sums, 0);
    for (int i = 0; i < asked.length; i++) {
      if (asked[i] != Metric.MISSING) {
        int turn = metric.turn(i);
        int cap = metric.cap(i);
        // A byte may lie up to a step farther off than its value does, and doubles are rounded.
        int allowed = (int) Math.ceil(threshold * cap) + (STEP >>> turn) + 1;
        add(
            sums,
            bytes[i / Page.BYTES],
            i % Page.BYTES * 8,
            metric.circle(i, asked[i]),
            turn,
            cap,
            cap - allowed);
      }
    }
  }

  /** Sums below this are of entries that may be among the best. */
  int limit() {
    // With nothing in common the sum is 0, and the similarity: that is enough where anything is.
    return threshold < 1 ? 0 : 1;
  }

  /**
   * A loop of its own over one coordinate, without branch or {@link Math#min}, so that all compilers from
   * Java 17 on make it one of vector instructions: with min, with two coordinates or with bytes in place
   * of ints it takes ten times as long.
   *
   * @param capLessAllowed what a coordinate adds that is as far apart as counts
   */
  private static void add(
      int[] sums, int[] bytes, int shift, int circle, int turn, int cap, int capLessAllowed) {
    for (int entry = 0; entry < sums.length; entry++) {
      int value = bytes[entry] << shift;
      int known = value >> 31;
      int overCap = (Math.abs((value << 1) - circle) >>> turn) - cap;
      sums[entry] += ((overCap & overCap >> 31) + capLessAllowed) & known;
    }
  }
}
