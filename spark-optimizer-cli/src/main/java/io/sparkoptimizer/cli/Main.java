package io.sparkoptimizer.cli;

import io.sparkoptimizer.OptimizerBuilder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The way in from the shell. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    // UTF-8 whatever the locale: what the logger writes goes through System.err.
    System.setErr(
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
    System.exit(new Cli(new Surroundings(
            new FileOutputStream(FileDescriptor.out),
            System.err,
            System.getenv(),
            Path.of(""),
            Path.of(System.getProperty("user.home", "")),
            System.getProperty("spark-optimizer.command", "spark-optimizer"),
            System.getProperty("spark-optimizer.home"),
            terminal("stdout"),
            terminal("stderr"),
            OptimizerBuilder::build))
        .run(args));
  }

  /** The launcher knows; without it nothing is shown that only a terminal can take back. */
  private static boolean terminal(String stream) {
    return Boolean.getBoolean("spark-optimizer." + stream + ".terminal");
  }
}
