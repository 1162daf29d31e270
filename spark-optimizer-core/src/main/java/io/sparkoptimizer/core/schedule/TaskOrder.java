package io.sparkoptimizer.core.schedule;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stage's tasks in the order in which they are given out, and how long they take on slots that are
 * all free. Thread-safe.
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

  /** Slots in a bucket of the calendar that are compared. */
  private static final int LOOKED_AT = 16;

  /** Ends that are remembered of a stage at most. */
  private static final int ENDS = 512;

  /** Tasks that are remembered in their order at most. */
  private static final int REMEMBERED_TASKS = 20_000;

  private static final double GOLDEN = 0.6180339887498949;

  private final StageWork stage;
  private final double totalMs;
  private double @Nullable [] singles;
  private int @Nullable [] endSlots;
  private double[] endColdMs = {};
  private double[] ends = {};

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

  private synchronized double[] singlesMs() {
    if (singles != null) {
      return singles;
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
   * From the launch of the first task to the end of the last one on slots that are all free.
   *
   * @param coldMs what the first task on each slot takes longer
   */
  synchronized double endMs(int slots, double coldMs) {
    if (endSlots == null) {
      int most = (int) Math.min(ENDS, stage.tasks() + 1L);
      endSlots = new int[most];
      endColdMs = new double[most];
      ends = new double[most];
    }
    // More slots than tasks are as many as tasks.
    int used = Math.min(slots, stage.tasks());
    int at = used % endSlots.length;
    if (endSlots[at] != used || endColdMs[at] != coldMs) {
      endSlots[at] = used;
      endColdMs[at] = coldMs;
      ends[at] = listScheduled(unitsMs(used), used, coldMs);
    }
    return ends[at];
  }

  /**
   * Each unit to the slot that is free first. Slots lie in buckets by the time at which they become free (a
   * calendar queue, Brown 1988), one bucket for half a unit on average; in a bucket the first of at most
   * {@value #LOOKED_AT} is taken, so that times that all lie together cost a little order, and no more time.
   */
  private double listScheduled(double[] units, int slots, double coldMs) {
    double latest = 0;
    if (slots >= units.length) {
      for (double unit : units) {
        latest = Math.max(latest, unit);
      }
      return latest + coldMs;
    }
    // Until the last unit begins no slot is free: it begins before this.
    double horizon = Math.max(totalMs / slots + coldMs, Double.MIN_NORMAL);
    int buckets = 2 * units.length;
    double bucketOfMs = buckets / horizon;
    // Slots are counted from one here: none is zero.
    int[] first = new int[buckets + 1];
    int[] next = new int[slots + 1];
    double[] freeFrom = new double[slots + 1];
    for (int slot = 1; slot <= slots; slot++) {
      double end = units[slot - 1] + coldMs;
      latest = Math.max(latest, end);
      freeFrom[slot] = end;
      int to = (int) Math.min(buckets, end * bucketOfMs);
      next[slot] = first[to];
      first[to] = slot;
    }
    int bucket = 0;
    for (int i = slots; i < units.length; i++) {
      while (first[bucket] == 0) {
        bucket++;
      }
      int slot = first[bucket];
      if (next[slot] == 0) {
        first[bucket] = 0;
      } else {
        slot = takeEarliest(first, bucket, next, freeFrom);
      }
      double end = freeFrom[slot] + units[i];
      latest = Math.max(latest, end);
      freeFrom[slot] = end;
      int to = (int) Math.min(buckets, end * bucketOfMs);
      next[slot] = first[to];
      first[to] = slot;
    }
    return latest;
  }

  private static int takeEarliest(int[] first, int bucket, int[] next, double[] freeFrom) {
    int earliest = first[bucket];
    int beforeEarliest = 0;
    int before = earliest;
    int slot = next[earliest];
    for (int looked = 1; slot != 0 && looked < LOOKED_AT; looked++) {
      if (freeFrom[slot] < freeFrom[earliest]) {
        earliest = slot;
        beforeEarliest = before;
      }
      before = slot;
      slot = next[slot];
    }
    if (beforeEarliest == 0) {
      first[bucket] = next[earliest];
    } else {
      next[beforeEarliest] = next[earliest];
    }
    return earliest;
  }
}
