package io.sparkoptimizer.core.predict;

import io.sparkoptimizer.core.statistics.Cholesky;
import java.util.Optional;
import java.util.stream.IntStream;

/** Small linear systems: a handful of columns, some tens of rows. */
final class LeastSquares {
  /** Of a column of unit length, what must remain that others before it do not explain. */
  private static final double INDEPENDENT = 1e-9;

  private LeastSquares() {}

  /**
   * The weights w that make |rows w - y|^2 + ridge |w|^2 least, by the normal equations and Cholesky's
   * method. Columns are brought to unit length for that, so that their units do not matter; the ridge
   * counts for these.
   *
   * @return empty where a column is a combination of others
   */
  static Optional<double[]> solve(double[][] rows, double[] y, double ridge) {
    int n = rows[0].length;
    double[] length = new double[n];
    for (double[] row : rows) {
      for (int i = 0; i < n; i++) {
        length[i] += row[i] * row[i];
      }
    }
    for (int i = 0; i < n; i++) {
      length[i] = Math.sqrt(length[i]);
      if (!(length[i] > 0)) {
        return Optional.empty();
      }
    }
    double[][] lower = new double[n][n];
    double[] weights = new double[n];
    for (int r = 0; r < rows.length; r++) {
      for (int i = 0; i < n; i++) {
        double scaled = rows[r][i] / length[i];
        weights[i] += scaled * y[r];
        for (int j = 0; j <= i; j++) {
          lower[i][j] += scaled * rows[r][j] / length[j];
        }
      }
    }
    for (int i = 0; i < n; i++) {
      lower[i][i] += ridge;
      for (int j = 0; j <= i; j++) {
        double rest = lower[i][j];
        for (int k = 0; k < j; k++) {
          rest -= lower[i][k] * lower[j][k];
        }
        if (j < i) {
          lower[i][j] = rest / lower[j][j];
        } else if (rest > INDEPENDENT) {
          lower[i][i] = Math.sqrt(rest);
        } else {
          return Optional.empty();
        }
      }
      double above = weights[i];
      for (int k = 0; k < i; k++) {
        above -= lower[i][k] * weights[k];
      }
      weights[i] = above / lower[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
      for (int k = i + 1; k < n; k++) {
        weights[i] -= lower[k][i] * weights[k];
      }
      weights[i] /= lower[i][i];
    }
    for (int i = 0; i < n; i++) {
      weights[i] /= length[i];
    }
    return Optional.of(weights);
  }

  /**
   * The weights of 0 and more that make |rows w - y|^2 least (NNLS, Lawson and Hanson 1974): the best of
   * the plain solutions over all sets of columns, which for so few columns is exact and short. Of equally
   * good ones the first counts, in the order of the columns.
   */
  static double[] nonNegative(double[][] rows, double[] y) {
    int n = rows[0].length;
    double[] best = new double[n];
    double least = residual(rows, y, best);
    for (int set = 1; set < 1 << n; set++) {
      int chosen = set;
      int[] columns = IntStream.range(0, n).filter(i -> (chosen >> i & 1) == 1).toArray();
      double[][] part = new double[rows.length][columns.length];
      for (int r = 0; r < rows.length; r++) {
        for (int c = 0; c < columns.length; c++) {
          part[r][c] = rows[r][columns[c]];
        }
      }
      Optional<double[]> solved = solve(part, y, 0);
      if (solved.isEmpty()) {
        continue;
      }
      double[] weights = new double[n];
      boolean feasible = true;
      for (int c = 0; c < columns.length; c++) {
        weights[columns[c]] = solved.get()[c];
        feasible &= solved.get()[c] >= 0;
      }
      double left = feasible ? residual(rows, y, weights) : Double.POSITIVE_INFINITY;
      if (left < least) {
        least = left;
        best = weights;
      }
    }
    return best;
  }

  private static double residual(double[][] rows, double[] y, double[] weights) {
    double sum = 0;
    for (int r = 0; r < rows.length; r++) {
      double off = Cholesky.dot(rows[r], weights) - y[r];
      sum += off * off;
    }
    return sum;
  }
}
