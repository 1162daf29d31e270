package io.sparkoptimizer.cli;

/** What the process says when it ends. Scripts rely on these. */
final class ExitCode {
  static final int DONE = 0;
  /** The work failed: nothing found, every input skipped, a database that cannot be opened. */
  static final int FAILED = 1;
  /** A wrong option, a wrong value, a fault in the configuration. */
  static final int WRONG_USAGE = 2;
  /** Done, with some inputs skipped; each is named on stderr. */
  static final int SOME_SKIPPED = 3;
  /** The question has no answer: infeasible, or too little is known. */
  static final int NO_ANSWER = 4;

  private ExitCode() {}
}
