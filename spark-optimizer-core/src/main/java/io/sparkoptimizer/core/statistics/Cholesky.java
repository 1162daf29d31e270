package io.sparkoptimizer.core.statistics;

import java.util.Optional;

/** A symmetric positive definite matrix A as L L', L lower triangular. Immutable; arrays given are not kept. */
public final class Cholesky {
  /** L, by row, up to its diagonal. */
  private final double[][] lower;

  private Cholesky(double[][] lower) {
    this.lower = lower;
  }

  /** Empty where the matrix is not positive definite. Reads what is on and below its diagonal. */
  public static Optional<Cholesky> of(double[][] matrix) {
    int n = matrix.length;
    double[][] lower = new double[n][];
    for (int i = 0; i < n; i++) {
      double[] row = new double[i + 1];
      lower[i] = row;
      for (int j = 0; j <= i; j++) {
        double rest = matrix[i][j] - dot(row, lower[j], j);
        if (j < i) {
          row[j] = rest / lower[j][j];
        } else if (rest > 0) {
          row[j] = Math.sqrt(rest);
        } else {
          return Optional.empty();
        }
      }
    }
    return Optional.of(new Cholesky(lower));
  }

  /** L^-1 b. */
  public double[] halfSolve(double[] b) {
    double[] x = new double[b.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = (b[i] - dot(lower[i], x, i)) / lower[i][i];
    }
    return x;
  }

  /** A^-1 b. */
  public double[] solve(double[] b) {
    double[] x = halfSolve(b);
    for (int i = x.length - 1; i >= 0; i--) {
      x[i] /= lower[i][i];
      for (int j = 0; j < i; j++) {
        x[j] -= lower[i][j] * x[i];
      }
    }
    return x;
  }

  /** A^-1, both halves. */
  public double[][] inverse() {
    int n = lower.length;
    // Rows of the inverse of L, then A^-1 = L^-T L^-1.
    double[][] half = new double[n][];
    for (int i = 0; i < n; i++) {
      double[] row = new double[i + 1];
      half[i] = row;
      for (int k = 0; k < i; k++) {
        double factor = lower[i][k];
        double[] above = half[k];
        for (int j = 0; j <= k; j++) {
          row[j] -= factor * above[j];
        }
      }
      for (int j = 0; j < i; j++) {
        row[j] /= lower[i][i];
      }
      row[i] = 1 / lower[i][i];
    }
    double[][] inverse = new double[n][n];
    for (double[] row : half) {
      for (int i = 0; i < row.length; i++) {
        double factor = row[i];
        for (int j = 0; j <= i; j++) {
          inverse[i][j] += factor * row[j];
        }
      }
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        inverse[j][i] = inverse[i][j];
      }
    }
    return inverse;
  }

  /** ln sqrt det A. */
  public double halfLogDeterminant() {
    double sum = 0;
    for (int i = 0; i < lower.length; i++) {
      sum += Math.log(lower[i][i]);
    }
    return sum;
  }

  /** The product of two vectors of one length. */
  public static double dot(double[] one, double[] other) {
    return dot(one, other, one.length);
  }

  private static double dot(double[] one, double[] other, int columns) {
    double sum = 0;
    for (int i = 0; i < columns; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }
}
