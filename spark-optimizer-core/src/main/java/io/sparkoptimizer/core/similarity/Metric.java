package io.sparkoptimizer.core.similarity;

import java.util.Arrays;

/**
 * How alike two vectors are: 1 less the weighted mean, over the coordinates that both have, of how far
 * they are apart, each at most 1 (Gower 1971, with a range beyond which nothing gets less alike).
 *
 * <p>A coordinate is kept as a whole number, already times its weight, in steps of a millionth: sums of
 * such are exact in any order. One that is missing is a number far from all others. Immutable.
 */
public final class Metric {
  /** A coordinate that is not known. */
  static final int MISSING = 1 << 30;

  /** So that sums stay within an int. */
  static final int MOST_COORDINATES = 16;

  private static final int ONE = 1 << 20;
  private static final int GREATEST = 1 << 28;

  private static final double GREATEST_WEIGHT = 64;

  /** The most that each coordinate counts for. */
  private final int[] caps;

  /**
   * @param weights of the coordinates, 1 to 16 of them, each more than 0 and at most 64
   */
  public Metric(double... weights) {
    if (weights.length < 1 || weights.length > MOST_COORDINATES) {
      throw new IllegalArgumentException(
          "1 to " + MOST_COORDINATES + " coordinates can be compared, not " + weights.length);
    }
    caps = new int[weights.length];
    for (int i = 0; i < weights.length; i++) {
      if (!(weights[i] > 0 && weights[i] <= GREATEST_WEIGHT)) {
        throw new IllegalArgumentException(
            "a weight must be more than 0 and at most 64, was " + weights[i]);
      }
      caps[i] = (int) Math.max(1, Math.round(weights[i] * ONE));
    }
  }

  public int coordinates() {
    return caps.length;
  }

  int cap(int coordinate) {
    return caps[coordinate];
  }

  /**
   * A vector to compare.
   *
   * @param values its coordinates, as many as there are weights; NaN where one is missing, and otherwise so
   *     that two which have nothing in common are 1 or more apart
   */
  public int[] vector(double... values) {
    if (values.length != caps.length) {
      throw new IllegalArgumentException(
          "a vector has " + caps.length + " coordinates, not " + values.length);
    }
    int[] vector = new int[caps.length];
    for (int i = 0; i < caps.length; i++) {
      double value = Math.rint(values[i] * caps[i]);
      // Beyond, all is far from everything; this way round NaN is missing.
      vector[i] =
          Double.isNaN(value) ? MISSING : (int) Math.max(-GREATEST, Math.min(GREATEST, value));
    }
    return vector;
  }

  /** The coordinate as it was given to {@link #vector}, rounded; NaN where it is missing. */
  double value(int[] vector, int coordinate) {
    return vector[coordinate] == MISSING
        ? Double.NaN
        : (double) vector[coordinate] / caps[coordinate];
  }

  /**
   * Where a value lies on a circle of 2^32 places, the way around which is the least power of 2 that is
   * twice the cap or more.
   */
  int circle(int coordinate, int value) {
    return value << turn(coordinate);
  }

  /** A place on the circle is the value times 2 to the power of this. */
  int turn(int coordinate) {
    return Integer.numberOfLeadingZeros(2 * caps[coordinate] - 1);
  }

  /** In [0, 1]; symmetric, 1 with itself, and 0 where they have no coordinate in common. */
  public double similarity(int[] a, int[] b) {
    return similarity(a, b, 0);
  }

  /** With a vector that begins at an index of an array. */
  double similarity(int[] a, int[] vectors, int from) {
    int apart = 0;
    int common = 0;
    for (int i = 0; i < caps.length; i++) {
      int b = vectors[from + i];
      if (a[i] != MISSING && b != MISSING) {
        apart += Math.min(caps[i], Math.abs(a[i] - b));
        common += caps[i];
      }
    }
    return common == 0 ? 0 : 1 - (double) apart / common;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Metric that && Arrays.equals(caps, that.caps);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(caps);
  }
}
