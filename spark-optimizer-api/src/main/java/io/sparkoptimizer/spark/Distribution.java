package io.sparkoptimizer.spark;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * How a figure is spread over the tasks of a stage: a mergeable quantile sketch. Immutable and
 * thread-safe.
 *
 * <p>The idea is the merge-reduce sketch (Munro and Paterson 1980; Agarwal et al., "Mergeable
 * Summaries", 2012): level {@code h} holds at most {@value #CAPACITY} values that each stand for
 * {@code 2^h} figures. A full level is sorted and every other value moves up, the odd and the even
 * ones in turn. Exact up to {@value #CAPACITY} figures. Above, one compaction at level {@code h}
 * shifts a rank by at most {@code 2^h}, and {@code n / (CAPACITY 2^h)} of them happen there: the rank
 * error is at most {@code levels / CAPACITY} of n, 1 % at a million tasks, and in practice far less
 * because odd and even alternate. No randomness: equal figures in equal order give equal bytes.
 * Memory is 8 KB a level while it is filled, one or two bytes a value once encoded.
 */
public final class Distribution {
  static final int CAPACITY = 1000;

  private static final byte VERSION = 1;
  private static final Distribution EMPTY = new Distribution(0, 0, 0, 0, new long[0][]);

  private final long count;
  private final long sum;
  private final long min;
  private final long max;
  private final long[][] levels; // each sorted; a value of level h stands for 2^h figures

  private Distribution(long count, long sum, long min, long max, long[][] levels) {
    this.count = count;
    this.sum = sum;
    this.min = min;
    this.max = max;
    this.levels = levels;
  }

  /** Of no figures. */
  public static Distribution empty() {
    return EMPTY;
  }

  public static Distribution of(long... figures) {
    Builder builder = builder();
    for (long figure : figures) {
      builder.add(figure);
    }
    return builder.build();
  }

  public static Builder builder() {
    return new Builder();
  }

  public long count() {
    return count;
  }

  /** Exact sum of all figures. */
  public long sum() {
    return sum;
  }

  /** Exact smallest figure; 0 when {@link #count} is 0. */
  public long min() {
    return min;
  }

  /** Exact largest figure; 0 when {@link #count} is 0. */
  public long max() {
    return max;
  }

  public double mean() {
    return count == 0 ? 0 : (double) sum / count;
  }

  /**
   * The figure of rank {@code min(floor(q n), n - 1)}, as Spark's REST defines its task quantiles.
   *
   * @param q in [0, 1]
   * @throws IllegalStateException when there is no figure
   */
  public long quantile(double q) {
    if (!(q >= 0 && q <= 1)) {
      throw new IllegalArgumentException("a quantile is in [0, 1], was " + q);
    }
    if (count == 0) {
      throw new IllegalStateException("a distribution of no figures has no quantile");
    }
    long rank = Math.min((long) (q * count), count - 1);
    if (rank == 0) {
      return min;
    }
    if (rank == count - 1) {
      return max;
    }
    int[] next = new int[levels.length];
    long below = 0;
    while (true) {
      int lowest = -1;
      for (int h = 0; h < levels.length; h++) {
        if (next[h] < levels[h].length
            && (lowest < 0 || levels[h][next[h]] < levels[lowest][next[lowest]])) {
          lowest = h;
        }
      }
      if (lowest < 0) {
        return max;
      }
      below += 1L << lowest;
      if (below > rank) {
        return levels[lowest][next[lowest]];
      }
      next[lowest]++;
    }
  }

  /**
   * At most so many figures at evenly spaced ranks, ascending, from {@link #min} to {@link #max}: all
   * of them where there are no more. One pass, so cheaper than as many calls of {@link #quantile}.
   */
  public long[] figures(int most) {
    if (most < 2) {
      throw new IllegalArgumentException("at least 2 figures are asked for, was " + most);
    }
    int wanted = (int) Math.min(most, count);
    long[] figures = new long[wanted];
    int[] next = new int[levels.length];
    long below = 0;
    long current = min;
    for (int i = 0; i < wanted; i++) {
      long rank = (long) ((i + 0.5) * count / wanted);
      while (below <= rank) {
        int lowest = -1;
        for (int h = 0; h < levels.length; h++) {
          if (next[h] < levels[h].length
              && (lowest < 0 || levels[h][next[h]] < levels[lowest][next[lowest]])) {
            lowest = h;
          }
        }
        if (lowest < 0) {
          break;
        }
        current = levels[lowest][next[lowest]++];
        below += 1L << lowest;
      }
      figures[i] = current;
    }
    if (wanted > 0) {
      figures[0] = min;
      figures[wanted - 1] = max;
    }
    return figures;
  }

  /** As if the figures of both had been added to one. */
  public Distribution merge(Distribution other) {
    return new Builder().addAll(this).addAll(other).build();
  }

  /**
   * A compact form: a version byte, then count, sum, min, max, the number of levels and each level's
   * size and ascending differences, as zig-zag variable-length integers.
   */
  public byte[] toBytes() {
    int values = Arrays.stream(levels).mapToInt(level -> level.length).sum();
    ByteBuffer out = ByteBuffer.allocate(1 + 10 * (5 + levels.length + values));
    out.put(VERSION);
    for (long head : new long[] {count, sum, min, max, levels.length}) {
      putVarint(out, head);
    }
    for (long[] level : levels) {
      putVarint(out, level.length);
      long previous = 0;
      for (long value : level) {
        putVarint(out, value - previous);
        previous = value;
      }
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  /**
   * Reads {@link #toBytes}.
   *
   * @throws IllegalArgumentException if the bytes are of another version, or cut
   */
  public static Distribution fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      byte version = in.get();
      if (version != VERSION) {
        throw new IllegalArgumentException(
            "a distribution of version " + version + "; this library reads version " + VERSION);
      }
      long count = getVarint(in);
      long sum = getVarint(in);
      long min = getVarint(in);
      long max = getVarint(in);
      long[][] levels = new long[length(in, Long.SIZE)][];
      for (int h = 0; h < levels.length; h++) {
        levels[h] = new long[length(in, CAPACITY)];
        long previous = 0;
        for (int i = 0; i < levels[h].length; i++) {
          previous += getVarint(in);
          levels[h][i] = previous;
        }
      }
      return new Distribution(count, sum, min, max, levels);
    } catch (java.nio.BufferUnderflowException cut) {
      throw new IllegalArgumentException(
          "a distribution of " + bytes.length + " bytes ends too early", cut);
    }
  }

  private static int length(ByteBuffer in, int most) {
    long length = getVarint(in);
    if (length < 0 || length > most) {
      throw new IllegalArgumentException(
          "a distribution's length is " + length + "; expected 0 to " + most);
    }
    return (int) length;
  }

  private static void putVarint(ByteBuffer out, long value) {
    long bits = (value << 1) ^ (value >> 63);
    while ((bits & ~0x7FL) != 0) {
      out.put((byte) ((bits & 0x7F) | 0x80));
      bits >>>= 7;
    }
    out.put((byte) bits);
  }

  private static long getVarint(ByteBuffer in) {
    long bits = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte b = in.get();
      bits |= (b & 0x7FL) << shift;
      if (b >= 0) {
        break;
      }
    }
    return (bits >>> 1) ^ -(bits & 1);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Distribution that
        && count == that.count
        && sum == that.sum
        && min == that.min
        && max == that.max
        && Arrays.deepEquals(levels, that.levels);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(new long[] {count, sum, min, max});
  }

  @Override
  public String toString() {
    return count == 0
        ? "no figures"
        : "n=" + count + " min=" + min + " p50=" + quantile(0.5) + " max=" + max + " sum=" + sum;
  }

  /** Gathers figures one by one. Not thread-safe. */
  public static final class Builder {
    private long count;
    private long sum;
    private long min = Long.MAX_VALUE;
    private long max = Long.MIN_VALUE;
    private long[][] levels = {new long[8]};
    private int[] sizes = {0};
    private boolean odd;

    private Builder() {}

    public Builder add(long figure) {
      count++;
      sum += figure;
      min = Math.min(min, figure);
      max = Math.max(max, figure);
      put(0, figure);
      return this;
    }

    public Builder addAll(Distribution other) {
      if (other.count == 0) {
        return this;
      }
      count += other.count;
      sum += other.sum;
      min = Math.min(min, other.min);
      max = Math.max(max, other.max);
      for (int h = 0; h < other.levels.length; h++) {
        for (long value : other.levels[h]) {
          put(h, value);
        }
      }
      return this;
    }

    public long count() {
      return count;
    }

    private void put(int h, long value) {
      while (h >= levels.length) {
        levels = Arrays.copyOf(levels, levels.length + 1);
        sizes = Arrays.copyOf(sizes, levels.length);
        levels[levels.length - 1] = new long[8];
      }
      if (sizes[h] == CAPACITY) {
        compact(h);
      }
      if (sizes[h] == levels[h].length) {
        levels[h] = Arrays.copyOf(levels[h], Math.min(CAPACITY, 2 * levels[h].length));
      }
      levels[h][sizes[h]++] = value;
    }

    private void compact(int h) {
      long[] full = Arrays.copyOf(levels[h], sizes[h]);
      Arrays.sort(full);
      sizes[h] = 0;
      for (int i = odd ? 1 : 0; i < full.length; i += 2) {
        put(h + 1, full[i]);
      }
      odd = !odd;
    }

    public Distribution build() {
      if (count == 0) {
        return EMPTY;
      }
      long[][] sorted = new long[levels.length][];
      for (int h = 0; h < levels.length; h++) {
        sorted[h] = Arrays.copyOf(levels[h], sizes[h]);
        Arrays.sort(sorted[h]);
      }
      return new Distribution(count, sum, min, max, sorted);
    }
  }
}
