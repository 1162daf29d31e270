package io.sparkoptimizer.core.schedule;

/**
 * What a slot takes longer while a JVM is new to a stage. Both in milliseconds, 0 or more.
 *
 * @param loadingMs loading of classes, which takes longer where JVMs start side by side on one machine
 * @param compilingMs processor time of code that is not compiled yet, the same for each JVM
 */
record ColdStart(double loadingMs, double compilingMs) {
  static final ColdStart NONE = new ColdStart(0, 0);

  /** All of it where loading takes so many times as long as recorded. */
  double at(double crowding) {
    return loadingMs * crowding + compilingMs;
  }
}
