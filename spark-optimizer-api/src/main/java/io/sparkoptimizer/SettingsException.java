package io.sparkoptimizer;

import java.util.List;

/** Settings that cannot be used; every fault at once, each with its key, its value and what was wanted. */
public class SettingsException extends OptimizerException {
  private final List<String> faults;

  public SettingsException(List<String> faults) {
    super(String.join(System.lineSeparator(), faults));
    this.faults = List.copyOf(faults);
  }

  public List<String> faults() {
    return faults;
  }
}
