package io.sparkoptimizer.core.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A quantity that changes at instants: slots alive, stages running. Zero before the first change and
 * after the last. An integral costs the logarithm of the number of changes. Immutable.
 */
final class StepFunction {
  private final long[] times;
  private final double[] values; // from times[i] on
  private final double[] integrals; // up to times[i]

  private StepFunction(long[] times, double[] values, double[] integrals) {
    this.times = times;
    this.values = values;
    this.integrals = integrals;
  }

  static Builder builder() {
    return new Builder();
  }

  /** Value times milliseconds between two instants; 0 where they are not in order. */
  double integral(long from, long to) {
    return to <= from ? 0 : integralUpTo(to) - integralUpTo(from);
  }

  /** Time-weighted mean between two instants; 0 where they are not in order. */
  double mean(long from, long to) {
    return to <= from ? 0 : integral(from, to) / (to - from);
  }

  double max() {
    double max = 0;
    for (double value : values) {
      max = Math.max(max, value);
    }
    return max;
  }

  /** The stretches between two instants in which the value was at most {@code limit}. */
  List<Stretch> stretchesAtMost(double limit, long from, long to) {
    List<Stretch> stretches = new ArrayList<>();
    long open = from;
    boolean low = 0 <= limit;
    for (int i = Math.max(0, indexAt(from)); i < times.length && times[i] < to; i++) {
      boolean nowLow = values[i] <= limit;
      long at = Math.max(from, times[i]);
      if (low && !nowLow && at > open) {
        stretches.add(new Stretch(open, at));
      }
      if (!low && nowLow) {
        open = at;
      }
      low = nowLow;
    }
    if (low && to > open) {
      stretches.add(new Stretch(open, to));
    }
    return stretches;
  }

  private double integralUpTo(long time) {
    int i = indexAt(time);
    return i < 0 ? 0 : integrals[i] + values[i] * (time - times[i]);
  }

  /** Index of the last change at or before an instant; -1 before the first. */
  private int indexAt(long time) {
    int low = 0;
    int high = times.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (times[middle] <= time) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  /** From an instant to a later one, in milliseconds since the epoch. */
  record Stretch(long from, long to) {
    long lengthMs() {
      return to - from;
    }
  }

  /** Adds up rectangles. Not thread-safe. */
  static final class Builder {
    private final TreeMap<Long, Double> changes = new TreeMap<>();

    private Builder() {}

    /** Adds a height between two instants; nothing where they are not in order. */
    Builder add(long from, long to, double height) {
      if (to > from) {
        changes.merge(from, height, Double::sum);
        changes.merge(to, -height, Double::sum);
      }
      return this;
    }

    StepFunction build() {
      long[] times = new long[changes.size()];
      double[] values = new double[times.length];
      double[] integrals = new double[times.length];
      int i = 0;
      double value = 0;
      for (Map.Entry<Long, Double> change : changes.entrySet()) {
        times[i] = change.getKey();
        integrals[i] = i == 0 ? 0 : integrals[i - 1] + value * (times[i] - times[i - 1]);
        value += change.getValue();
        values[i++] = value;
      }
      if (times.length > 0) {
        values[times.length - 1] = 0; // what rounding left
      }
      return new StepFunction(times, values, integrals);
    }
  }
}
