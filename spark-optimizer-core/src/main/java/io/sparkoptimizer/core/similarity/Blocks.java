package io.sparkoptimizer.core.similarity;

import org.jspecify.annotations.Nullable;

/**
 * Vectors in blocks of neighbours, with a box around each.
 *
 * <p>The blocks are the leaves of a balanced k-d tree (Friedman, Bentley and Finkel 1977), but a question
 * does not climb it: it measures how far off all boxes are, one coordinate after another in loops that the
 * compiler turns into vector instructions, and then looks into those that are near enough, nearest first,
 * as a VA-file does with its cells (Weber, Schek and Blott 1998). Boxes are around what is there, so they
 * are small where data are clustered; where they are not, measuring them still is a fraction of looking
 * at every vector. Vectors do not change; an entry can only be taken out.
 */
final class Blocks {
  /** Vectors of a block at most: fewer make more boxes, more make them larger. */
  private static final int BLOCK = 16;

  /** Boxes are looked into in rounds, each this share of all weights farther off than the last. */
  private static final int ROUNDS = 64;

  private final int width;
  private final int size;
  private final int level;
  private final int[] rows;
  private final char[] masks;
  private final @Nullable String[] signatures;

  /**
   * Least and greatest value of each coordinate, by block. Everything, where only some vectors of the block
   * know it; {@link Metric#MISSING}, where none does.
   */
  private final int[][] low;

  private final int[][] high;

  /** Coordinates that any vector of a block knows. */
  private final char[] some;

  /**
   * @param vectors one after another; not kept
   * @param names signatures; not kept
   */
  Blocks(Metric metric, int[] vectors, String[] names, int size) {
    this.width = metric.coordinates();
    this.size = size;
    int halvings = 0;
    while ((long) BLOCK << halvings < size) {
      halvings++;
    }
    level = halvings;
    int[] order = new Halving(metric, vectors, size).order(level);
    rows = new int[size * width];
    masks = new char[size];
    signatures = new String[size];
    for (int slot = 0; slot < size; slot++) {
      System.arraycopy(vectors, order[slot] * width, rows, slot * width, width);
      masks[slot] = Metric.known(rows, slot * width, width);
      signatures[slot] = names[order[slot]];
    }
    int blocks = 1 << level;
    low = new int[width][blocks];
    high = new int[width][blocks];
    some = new char[blocks];
    for (int block = 0; block < blocks; block++) {
      enclose(block);
    }
  }

  /** Where a part begins of the 2^level equal ones. */
  static int from(int size, int level, int part) {
    return (int) (((long) size * part) >> level);
  }

  private int from(int block) {
    return from(size, level, block);
  }

  private void enclose(int block) {
    char all = Character.MAX_VALUE;
    for (int slot = from(block); slot < from(block + 1); slot++) {
      some[block] |= masks[slot];
      all &= masks[slot];
    }
    for (int i = 0; i < width; i++) {
      boolean any = (some[block] >> i & 1) != 0;
      boolean every = (all >> i & 1) != 0;
      int least = any && !every ? -Metric.MISSING : Metric.MISSING;
      int greatest = every ? -Metric.MISSING : Metric.MISSING;
      if (every) {
        for (int slot = from(block); slot < from(block + 1); slot++) {
          least = Math.min(least, rows[slot * width + i]);
          greatest = Math.max(greatest, rows[slot * width + i]);
        }
      }
      low[i][block] = least;
      high[i][block] = greatest;
    }
  }

  int size() {
    return size;
  }

  @Nullable
  String signature(int slot) {
    return signatures[slot];
  }

  void remove(int slot) {
    signatures[slot] = null;
  }

  void copyRow(int slot, int[] to, int at) {
    System.arraycopy(rows, slot * width, to, at * width, width);
  }

  void search(Search search) {
    int[] least = search.bounds(low, high, some);
    int nearest = Integer.MAX_VALUE;
    for (int bound : least) {
      nearest = Math.min(nearest, bound);
    }
    long round = search.weights() / ROUNDS + 1L;
    long after = Long.MIN_VALUE;
    for (long upTo = nearest; after < search.bar(); upTo += round) {
      for (int block = 0; block < least.length; block++) {
        int bound = least[block];
        if (bound <= upTo && bound > after && !search.rulesOut(bound, some[block])) {
          search.scan(rows, masks, signatures, from(block), from(block + 1));
        }
      }
      after = upTo;
    }
  }
}
