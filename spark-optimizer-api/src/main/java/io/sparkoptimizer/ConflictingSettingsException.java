package io.sparkoptimizer;

/** Values that are fine alone and wrong together. */
public class ConflictingSettingsException extends IllegalArgumentException {
  public ConflictingSettingsException(String message) {
    super(message);
  }
}
