package io.sparkoptimizer.core.similarity;

import java.util.Arrays;

/** Puts vectors in an order of which every half of a half, and so on, holds what lies together. */
final class Halving {
  /** Vectors by which the coordinate that varies most is found. */
  private static final int SAMPLE = 256;

  private final Metric metric;
  private final int width;
  private final int[] vectors;
  private final int[] order;
  private final int[] keys;

  Halving(Metric metric, int[] vectors, int size) {
    this.metric = metric;
    this.width = metric.coordinates();
    this.vectors = vectors;
    this.order = new int[size];
    this.keys = new int[size];
    Arrays.setAll(order, i -> i);
  }

  /** The order, halved so many times. */
  int[] order(int times) {
    halve(0, 0, times);
    return order;
  }

  private void halve(int level, int part, int times) {
    if (level == times) {
      return;
    }
    int from = Blocks.from(order.length, level, part);
    int middle = Blocks.from(order.length, level + 1, 2 * part + 1);
    int to = Blocks.from(order.length, level, part + 1);
    int coordinate = widest(from, to);
    for (int slot = from; slot < to; slot++) {
      keys[slot] = vectors[order[slot] * width + coordinate];
    }
    select(from, to - 1, middle);
    halve(level + 1, 2 * part, times);
    halve(level + 1, 2 * part + 1, times);
  }

  private int widest(int from, int to) {
    int widest = 0;
    double most = -1;
    for (int i = 0; i < width; i++) {
      double variance = variance(from, to, i);
      if (variance > most) {
        most = variance;
        widest = i;
      }
    }
    return widest;
  }

  /** Of a coordinate times its weight, where a missing one is as far from the mean as still counts. */
  private double variance(int from, int to, int coordinate) {
    int step = Math.max(1, (to - from) / SAMPLE);
    double sum = 0;
    double squares = 0;
    int known = 0;
    int seen = 0;
    for (int slot = from; slot < to; slot += step) {
      int value = vectors[order[slot] * width + coordinate];
      seen++;
      if (value != Metric.MISSING) {
        sum += value;
        squares += (double) value * value;
        known++;
      }
    }
    if (known == 0) {
      return 0;
    }
    double mean = sum / known;
    double share = (double) known / seen;
    double cap = metric.cap(coordinate);
    return share * Math.max(0, squares / known - mean * mean) + share * (1 - share) * cap * cap;
  }

  /** Quickselect (Hoare 1961): the smallest before {@code middle}, the others from there on. */
  private void select(int first, int last, int middle) {
    int low = first;
    int high = last;
    while (low < high) {
      int pivot = median(keys[low], keys[(low + high) >>> 1], keys[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (keys[i] < pivot) {
          i++;
        }
        while (keys[j] > pivot) {
          j--;
        }
        if (i <= j) {
          int key = keys[i];
          keys[i] = keys[j];
          keys[j] = key;
          int moved = order[i];
          order[i++] = order[j];
          order[j--] = moved;
        }
      }
      if (middle <= j) {
        high = j;
      } else if (middle >= i) {
        low = i;
      } else {
        return;
      }
    }
  }

  private static int median(int a, int b, int c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
