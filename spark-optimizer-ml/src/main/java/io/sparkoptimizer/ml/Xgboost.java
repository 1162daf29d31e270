package io.sparkoptimizer.ml;

import io.sparkoptimizer.OptimizerException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * The one place that calls XGBoost's native library (Chen and Guestrin 2016). What is handed to it is
 * checked before, for it does not survive everything, and what it allocates is freed before a call
 * returns. Thread-safe: calls share nothing.
 */
final class Xgboost {
  private Xgboost() {}

  /**
   * Learns quantiles of labels, all of them in one model.
   *
   * @param rows one value a column, NaN where missing, at least one row and column
   * @param labels one a row, finite
   * @param quantiles in (0, 1), rising
   * @param monotone one a column: 1 where splits by which the label would fall as the value rises are
   *     not taken, -1 the other way round, 0 for any split
   * @return the model in UBJSON
   * @throws OptimizerException if the library cannot be loaded, or fails
   */
  static byte[] train(
      float[][] rows, float[] labels, double[] quantiles, int[] monotone, int rounds) {
    check(rows, labels, monotone, rounds);
    int columns = monotone.length;
    float[] values = new float[rows.length * columns];
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(rows[row], 0, values, row * columns, columns);
    }
    Map<String, Object> parameters = Map.ofEntries(
        Map.entry("objective", "reg:quantileerror"),
        Map.entry("quantile_alpha", Arrays.toString(quantiles)),
        Map.entry("base_score", median(labels)),
        Map.entry("tree_method", "hist"),
        Map.entry("eta", Boosting.RATE),
        Map.entry("max_depth", Boosting.DEPTH),
        Map.entry("subsample", Boosting.SUBSAMPLE),
        Map.entry("lambda", 0),
        Map.entry(
            "monotone_constraints",
            Arrays.stream(monotone)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(",", "(", ")"))),
        Map.entry("seed", 0),
        Map.entry("nthread", 1),
        Map.entry("verbosity", 0));
    DMatrix matrix = null;
    Booster booster = null;
    try {
      matrix = new DMatrix(values, rows.length, columns, Float.NaN);
      matrix.setLabel(labels);
      booster = XGBoost.train(matrix, parameters, rounds, Map.of(), null, null);
      return booster.toByteArray("ubj");
    } catch (XGBoostError failed) {
      throw new OptimizerException(
          "XGBoost could not learn from " + rows.length + " runs of " + columns + " columns: "
              + failed.getMessage(),
          failed);
    } catch (LinkageError missing) {
      throw new OptimizerException(notLoaded(missing), missing);
    } finally {
      if (booster != null) {
        booster.dispose();
      }
      if (matrix != null) {
        matrix.dispose();
      }
    }
  }

  private static void check(float[][] rows, float[] labels, int[] monotone, int rounds) {
    if (rows.length == 0 || rows.length != labels.length) {
      throw new IllegalArgumentException("one label a row, and at least one: " + rows.length
          + " rows, " + labels.length + " labels");
    }
    if (monotone.length == 0 || (long) rows.length * monotone.length > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("a table of " + rows.length + " rows and "
          + monotone.length + " columns; from 1 to 2^31 values");
    }
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds must be 1 or more, was " + rounds);
    }
    for (int row = 0; row < rows.length; row++) {
      if (rows[row].length != monotone.length || !Float.isFinite(labels[row])) {
        throw new IllegalArgumentException("row " + row + " has " + rows[row].length
            + " columns of " + monotone.length + " and the label " + labels[row]
            + "; a finite one was wanted");
      }
      for (float value : rows[row]) {
        if (Float.isInfinite(value)) {
          throw new IllegalArgumentException("row " + row + " has an infinite value");
        }
      }
    }
  }

  private static float median(float[] labels) {
    float[] sorted = labels.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** The version of the library's jar, {@code 3.0.4}. */
  static String version() {
    try (InputStream in = XGBoost.class.getResourceAsStream("/xgboost4j-version.properties")) {
      if (in != null) {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        return text.substring(text.indexOf('=') + 1);
      }
    } catch (IOException unreadable) {
      // It is told for the record alone.
    }
    return "unknown";
  }

  /** What is missing, what to install, and what to do. */
  private static String notLoaded(LinkageError missing) {
    Throwable cause = missing;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return "XGBoost's native library cannot be loaded on " + System.getProperty("os.name") + " "
        + System.getProperty("os.arch") + " (" + cause
        + "). It is unpacked to java.io.tmpdir, " + System.getProperty("java.io.tmpdir")
        + ", which must be there and let libraries be loaded from it; on Linux it needs glibc 2.14,"
        + " libstdc++ and OpenMP (install libgomp1 or libgomp), on macOS OpenMP (brew install"
        + " libomp); Alpine's musl is not supported. Install what is missing, or leave"
        + " spark-optimizer-ml off the class path to go on without gradient boosting";
  }
}
