package io.sparkoptimizer;

/**
 * Something outside the optimizer failed: a file, a database, a plug-in. The message says where,
 * what, what was wanted and what to do.
 */
public class OptimizerException extends RuntimeException {
  public OptimizerException(String message) {
    super(message);
  }

  public OptimizerException(String message, Throwable cause) {
    super(message, cause);
  }
}
