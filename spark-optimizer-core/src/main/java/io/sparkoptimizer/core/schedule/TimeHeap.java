package io.sparkoptimizer.core.schedule;

import java.util.Arrays;

/** Numbers by the time at which they are due, equal times by the number. Holds no objects. */
final class TimeHeap {
  private double[] times;
  private int[] numbers;
  private int size;

  TimeHeap(int capacity) {
    times = new double[Math.max(4, capacity)];
    numbers = new int[times.length];
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void clear() {
    size = 0;
  }

  /** When the first is due; never, where there is none. */
  double time() {
    return size == 0 ? Double.POSITIVE_INFINITY : times[0];
  }

  /** The first. */
  int number() {
    return numbers[0];
  }

  void add(double time, int number) {
    if (size == times.length) {
      times = Arrays.copyOf(times, 2 * size);
      numbers = Arrays.copyOf(numbers, 2 * size);
    }
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!before(time, number, parent)) {
        break;
      }
      move(parent, at);
      at = parent;
    }
    times[at] = time;
    numbers[at] = number;
  }

  /** Takes the first away and returns it. */
  int remove() {
    int first = numbers[0];
    size--;
    sink(times[size], numbers[size]);
    return first;
  }

  /** Gives the first, which stays in, another time. */
  void postpone(double time) {
    sink(time, numbers[0]);
  }

  private void sink(double time, int number) {
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && before(times[child + 1], numbers[child + 1], child)) {
        child++;
      }
      if (!before(times[child], numbers[child], time, number)) {
        break;
      }
      move(child, at);
      at = child;
    }
    times[at] = time;
    numbers[at] = number;
  }

  private void move(int from, int to) {
    times[to] = times[from];
    numbers[to] = numbers[from];
  }

  private boolean before(double time, int number, int other) {
    return before(time, number, times[other], numbers[other]);
  }

  private static boolean before(double time, int number, double otherTime, int otherNumber) {
    return time < otherTime || (time == otherTime && number < otherNumber);
  }
}
