package io.sparkoptimizer.core.predict;

import io.sparkoptimizer.core.statistics.Cholesky;

/**
 * The minimum of a smooth function of a few variables, from a starting point downhill: BFGS with
 * backtracking (Nocedal and Wright, "Numerical Optimization", algorithms 3.1 and 6.1). Deterministic.
 */
final class Minimum {
  private static final int MOST_STEPS = 60;
  private static final int MOST_HALVINGS = 20;

  /** No variable moves by more than this in a step: they are logarithms. */
  private static final double LONGEST = 2;

  private static final double SUFFICIENT = 1e-4;
  private static final double FLAT = 1e-4;

  private Minimum() {}

  /** A smooth function. */
  @FunctionalInterface
  interface Function {
    /**
     * Its value; infinite where it is not defined, which it is at the starting point.
     *
     * @param gradient to be filled
     */
    double at(double[] point, double[] gradient);
  }

  static double[] of(Function function, double[] start) {
    int n = start.length;
    double[] point = start.clone();
    double[] gradient = new double[n];
    double here = function.at(point, gradient);
    double[][] inverse = identity(n);
    for (int step = 0; step < MOST_STEPS && largest(gradient) > FLAT; step++) {
      double[] direction = new double[n];
      for (int i = 0; i < n; i++) {
        direction[i] = -Cholesky.dot(inverse[i], gradient);
      }
      double down = Cholesky.dot(direction, gradient);
      if (!(down < 0)) {
        inverse = identity(n);
        for (int i = 0; i < n; i++) {
          direction[i] = -gradient[i];
        }
        down = Cholesky.dot(direction, gradient);
      }
      double length = Math.min(1, LONGEST / largest(direction));
      double[] turned = new double[n];
      boolean found = false;
      double there = here;
      double[] next = point;
      for (int halving = 0; halving < MOST_HALVINGS; halving++) {
        next = new double[n];
        for (int i = 0; i < n; i++) {
          next[i] = point[i] + length * direction[i];
        }
        there = function.at(next, turned);
        if (there <= here + SUFFICIENT * length * down) {
          found = true;
          break;
        }
        length /= 2;
      }
      if (!found) {
        return point;
      }
      double[] moved = new double[n];
      double[] slope = turned.clone();
      for (int i = 0; i < n; i++) {
        moved[i] = next[i] - point[i];
        turned[i] -= gradient[i];
      }
      update(inverse, moved, turned);
      gradient = slope;
      point = next;
      here = there;
    }
    return point;
  }

  private static void update(double[][] inverse, double[] moved, double[] turned) {
    double curvature = Cholesky.dot(moved, turned);
    if (curvature <= 1e-12) {
      return;
    }
    int n = moved.length;
    double[] turnedBack = new double[n];
    for (int i = 0; i < n; i++) {
      turnedBack[i] = Cholesky.dot(inverse[i], turned);
    }
    double factor = (curvature + Cholesky.dot(turned, turnedBack)) / (curvature * curvature);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        inverse[i][j] += factor * moved[i] * moved[j]
            - (turnedBack[i] * moved[j] + moved[i] * turnedBack[j]) / curvature;
      }
    }
  }

  private static double largest(double[] vector) {
    double largest = 0;
    for (double value : vector) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static double[][] identity(int n) {
    double[][] identity = new double[n][n];
    for (int i = 0; i < n; i++) {
      identity[i][i] = 1;
    }
    return identity;
  }
}
