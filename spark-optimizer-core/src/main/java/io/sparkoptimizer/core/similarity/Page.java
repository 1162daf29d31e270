package io.sparkoptimizer.core.similarity;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of entries: their vectors, and these again in bytes, coordinate by coordinate, to rule
 * most of them out by.
 *
 * <p>The byte of a coordinate has 1 for known and seven bits of where it lies on a circle, the way around
 * which is twice the coordinate's cap or up to four times: a line wound up like this brings nothing that
 * counts farther apart, whatever the range of the values, so a byte depends on nothing but its value.
 */
final class Page {
  /** Entries: enough for the loops over them to be worth their start, few enough for a cache. */
  static final int ENTRIES = 4_096;

  /** Bytes in an int. */
  static final int BYTES = 4;

  private final Metric metric;
  private final int width;
  private final int[] vectors;

  /** Four coordinates' bytes in an int, the first the highest, by group of four and entry. */
  private final int[][] bytes;

  /** Null where no entry is. */
  private final @Nullable String[] signatures = new String[ENTRIES];

  Page(Metric metric) {
    this.metric = metric;
    this.width = metric.coordinates();
    this.vectors = new int[ENTRIES * width];
    this.bytes = new int[(width + BYTES - 1) / BYTES][ENTRIES];
  }

  @Nullable
  String signature(int entry) {
    return signatures[entry];
  }

  int[] vector(int entry) {
    return Arrays.copyOfRange(vectors, entry * width, (entry + 1) * width);
  }

  void set(int entry, String signature, int[] vector) {
    signatures[entry] = signature;
    System.arraycopy(vector, 0, vectors, entry * width, width);
    for (int[] group : bytes) {
      group[entry] = 0;
    }
    for (int i = 0; i < width; i++) {
      int value = vector[i];
      if (value != Metric.MISSING) {
        int seven = metric.circle(i, value) >>> (Integer.SIZE - 7);
        bytes[i / BYTES][entry] |= (128 | seven) << (24 - i % BYTES * 8);
      }
    }
  }

  void clear(int entry) {
    signatures[entry] = null;
  }

  /** Offers all entries that the search cannot rule out. */
  void search(Search search, int[] sums) {
    search.measure(bytes, sums);
    int limit = search.limit();
    for (int entry = 0; entry < ENTRIES; entry++) {
      if (sums[entry] < limit) {
        String signature = signatures[entry];
        if (signature != null) {
          search.offer(signature, vectors, entry * width);
        }
      }
    }
  }
}
