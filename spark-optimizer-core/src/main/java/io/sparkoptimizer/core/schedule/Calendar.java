package io.sparkoptimizer.core.schedule;

import java.util.Arrays;

/**
 * List scheduling on slots that are all free at first: each unit of a stage to the slot that is free first,
 * stage after stage. Used again and again by one thread, as it is made of scratch arrays.
 *
 * <p>Slots lie in buckets by the time at which they become free (a calendar queue, Brown 1988), {@value
 * #BUCKETS_A_UNIT} for each unit on average, and a bit tells which have any; in a bucket the first of at most
 * {@value #LOOKED_AT} is taken, so that times that all lie together cost a little order, and no more time.
 */
final class Calendar {
  /** Slots in a bucket that are compared. */
  private static final int LOOKED_AT = 16;

  private static final int BUCKETS_A_UNIT = 4;

  private int slots;
  private int used;
  private int stage;
  private int buckets;
  private double bucketOfMs;
  private double lastLaunchMs;
  private int coldStarts;

  /** Which buckets have a slot, and the first word of these that may have any. */
  private long[] filled = {};

  private int word;

  /** The slot that lies first in a filled bucket, and the one behind each. They are counted from one: none is zero. */
  private int[] first = {};

  private int[] next = {};
  private double[] freeFrom = {};
  private int[] warmFor = {};

  /**
   * Frees all slots.
   *
   * @param units that will be given out
   * @param horizonMs the last of them is launched no later
   */
  void clear(int newSlots, int units, double horizonMs) {
    slots = newSlots;
    used = 0;
    stage = 0;
    word = 0;
    buckets = BUCKETS_A_UNIT * units;
    bucketOfMs = buckets / Math.max(horizonMs, Double.MIN_NORMAL);
    if (first.length <= buckets) {
      first = new int[buckets + 1];
      filled = new long[buckets / Long.SIZE + 1];
    } else {
      Arrays.fill(filled, 0, buckets / Long.SIZE + 1, 0);
    }
    if (next.length <= slots) {
      next = new int[slots + 1];
      freeFrom = new double[slots + 1];
      warmFor = new int[slots + 1];
    } else {
      Arrays.fill(warmFor, 0, slots + 1, 0);
    }
  }

  /**
   * Gives out a stage behind those given out before.
   *
   * @param fromMs no unit is launched earlier
   * @param coldMs what the stage's first unit on each slot takes longer
   * @return when the last of its units ends
   */
  double giveOut(double[] units, double fromMs, double coldMs) {
    stage++;
    coldStarts = 0;
    double launch = fromMs;
    double latest = 0;
    int given = 0;
    while (given < units.length && used < slots) {
      int slot = ++used;
      warmFor[slot] = stage;
      coldStarts++;
      latest = Math.max(latest, add(slot, fromMs + units[given++] + coldMs));
    }
    while (given < units.length && coldStarts < slots) {
      int slot = takeFirst();
      launch = Math.max(fromMs, freeFrom[slot]);
      double end = launch + units[given++];
      if (warmFor[slot] != stage) {
        warmFor[slot] = stage;
        coldStarts++;
        end += coldMs;
      }
      latest = Math.max(latest, add(slot, end));
    }
    // All slots are warm. Most units come here: comparing costs less than Math.max, which minds
    // NaN.
    for (; given < units.length; given++) {
      int slot = takeFirst();
      launch = freeFrom[slot];
      if (launch < fromMs) {
        launch = fromMs;
      }
      double end = add(slot, launch + units[given]);
      if (end > latest) {
        latest = end;
      }
    }
    lastLaunchMs = launch;
    return latest;
  }

  private double add(int slot, double end) {
    freeFrom[slot] = end;
    int to = (int) (end * bucketOfMs);
    if (to > buckets) {
      to = buckets;
    }
    long bits = filled[to >>> 6];
    long bit = 1L << to;
    next[slot] = (bits & bit) == 0 ? 0 : first[to];
    first[to] = slot;
    filled[to >>> 6] = bits | bit;
    return end;
  }

  /** When the last unit of the stage given out last was launched. */
  double lastLaunchMs() {
    return lastLaunchMs;
  }

  /** Slots that the stage given out last ran on. */
  int coldStarts() {
    return coldStarts;
  }

  /** From when on each slot is free; zero where it is not used. */
  double[] freeFromMs() {
    double[] times = new double[slots];
    System.arraycopy(freeFrom, 1, times, 0, used);
    return times;
  }

  private int takeFirst() {
    while (filled[word] == 0) {
      word++;
    }
    int bucket = (word << 6) + Long.numberOfTrailingZeros(filled[word]);
    int slot = first[bucket];
    if (next[slot] != 0) {
      return takeEarliest(bucket);
    }
    filled[word] &= filled[word] - 1;
    return slot;
  }

  private int takeEarliest(int bucket) {
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
