package io.sparkoptimizer.core.table;

/** A row that tells of no run; the message says why. */
final class BadRowException extends Exception {
  private static final long serialVersionUID = 1;

  BadRowException(String message) {
    super(message, null, false, false); // one for each bad row: no stack
  }
}
