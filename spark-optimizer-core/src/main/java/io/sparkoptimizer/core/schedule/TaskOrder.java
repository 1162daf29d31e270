package io.sparkoptimizer.core.schedule;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stage's tasks in the order in which they are given out. Thread-safe.
 *
 * <p>The order mixes short and long as partitions do: ranks are visited by a step near the golden section. A
 * stage with far more tasks than slots is given out in chunks, each half of an equal share of what is
 * left (guided self-scheduling, Polychronopoulos and Kuck 1987), until {@value #SINGLES} tasks a slot remain:
 * those are scheduled one by one, as at a stage's end their lengths matter. So a stage costs what its
 * slots are, hardly what its tasks are.
 */
final class TaskOrder {
  /** Tasks a slot that are scheduled one by one. */
  private static final int SINGLES = 4;

  /** Tasks a slot from which on a stage is long, and given out in chunks until its end is near. */
  private static final int LONG_STAGE = 16;

  /** Episodes that are remembered of those that begin with a stage. */
  private static final int EPISODES = 8;

  /** Tasks that are remembered in their order at most. */
  private static final int REMEMBERED_TASKS = 20_000;

  private static final double GOLDEN = 0.6180339887498949;

  private final StageWork stage;
  private final double totalMs;
  private volatile double @Nullable [] singles;

  /** Negative until it is asked for. */
  private volatile double longestMs = -1;

  private volatile Episode[] episodes = {};

  TaskOrder(StageWork stage) {
    this.stage = stage;
    this.totalMs = stage.warmTotalMs();
  }

  StageWork stage() {
    return stage;
  }

  /** Slot time of all tasks, without cold starts. */
  double totalMs() {
    return totalMs;
  }

  /** The longest task, without cold start. */
  double longestMs() {
    double longest = longestMs;
    if (longest < 0) {
      longest = Arrays.stream(singlesMs()).max().orElse(0);
      longestMs = longest;
    }
    return longest;
  }

  /** Times of what is given out to so many slots, in order: tasks, or chunks of tasks before tasks. */
  double[] unitsMs(int slots) {
    return isLong(slots) ? chunkedMs(slots) : singlesMs();
  }

  /** How many tasks each of the first units stands for; each unit beyond them for one. */
  int[] chunks(int slots) {
    return isLong(slots) ? chunkSizes(slots) : new int[0];
  }

  private boolean isLong(int slots) {
    return stage.tasks() > (long) LONG_STAGE * slots;
  }

  private double[] singlesMs() {
    double[] known = singles;
    if (known != null) {
      return known;
    }
    double[] sorted = figures(stage.tasks());
    double sum = sum(sorted);
    // As many figures as tasks is the rule; where they were sampled the sum is set right.
    double[] order = mixed(sorted, 0, sum > 0 ? totalMs / sum : 1);
    if (order.length <= REMEMBERED_TASKS) {
      singles = order;
    }
    return order;
  }

  private double[] chunkedMs(int slots) {
    int[] chunks = chunkSizes(slots);
    int single = singles(slots);
    double[] sorted = figures(single);
    double left = Math.max(0, totalMs - sum(sorted));
    double[] all = mixed(sorted, chunks.length, 1);
    for (int c = 0; c < chunks.length; c++) {
      all[c] = left * chunks[c] / (stage.tasks() - single);
    }
    return all;
  }

  private static int singles(int slots) {
    return Math.max(2, SINGLES * slots);
  }

  private int[] chunkSizes(int slots) {
    int[] sizes = new int[64];
    int count = 0;
    for (int left = stage.tasks() - singles(slots); left > 0; ) {
      int size = Math.max(1, left / (2 * slots));
      if (count == sizes.length) {
        sizes = Arrays.copyOf(sizes, 2 * count);
      }
      sizes[count++] = size;
      left -= size;
    }
    return Arrays.copyOf(sizes, count);
  }

  /** So many task times at evenly spaced ranks, the shortest and the longest among them. */
  private double[] figures(int wanted) {
    double[] from = stage.warmMs();
    double[] figures = new double[wanted];
    for (int i = 0; i < wanted; i++) {
      int rank = wanted == 1
          ? from.length / 2
          : (int) Math.round((double) i * (from.length - 1) / (wanted - 1));
      figures[i] = from[rank];
    }
    return figures;
  }

  private static double[] mixed(double[] sorted, int offset, double factor) {
    double[] order = new double[offset + sorted.length];
    int step = stride(sorted.length);
    int at = 0;
    for (int i = 0; i < sorted.length; i++) {
      at = (int) (((long) at + step) % sorted.length);
      order[offset + i] = sorted[at] * factor;
    }
    return order;
  }

  /** A step near the golden section of n that shares no divisor with it: visits every rank once. */
  private static int stride(int n) {
    int step = Math.max(1, (int) Math.round(n * GOLDEN));
    while (gcd(step, n) != 1) {
      step++;
    }
    return step;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  private static double sum(double[] figures) {
    double sum = 0;
    for (double figure : figures) {
      sum += figure;
    }
    return sum;
  }

  /**
   * What happens when this stage begins while all slots are free, and others soon after it.
   *
   * @param stages this one first, in the order in which their tasks are given out
   * @param offsetsMs when each begins, seen from this one
   * @param count how many of them there are
   */
  Episode episode(TaskOrder[] stages, double[] offsetsMs, int count) {
    Episode[] known = episodes;
    for (Episode episode : known) {
      if (episode.is(stages, offsetsMs, count)) {
        return episode;
      }
    }
    Episode episode = new Episode(Arrays.copyOf(stages, count), Arrays.copyOf(offsetsMs, count));
    // The oldest goes where there are too many. What another thread adds at this moment may be
    // lost: it is made again.
    int forgotten = known.length < EPISODES ? 0 : 1;
    Episode[] more = Arrays.copyOfRange(known, forgotten, known.length + 1);
    more[more.length - 1] = episode;
    episodes = more;
    return episode;
  }
}
