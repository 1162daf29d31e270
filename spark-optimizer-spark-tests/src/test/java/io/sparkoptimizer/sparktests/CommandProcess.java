package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command in a process of its own, on the jars that the build made; ends when it is closed. */
final class CommandProcess implements AutoCloseable {

  private static final long DEADLINE_MINUTES = 3;

  private final Process process;
  private final Path stdout;
  private final Path stderr;

  private CommandProcess(Process process, Path stdout, Path stderr) {
    this.process = process;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** Starts it in a folder, which is also its user's home. */
  static CommandProcess start(Path folder, String... arguments) {
    List<String> line = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Duser.home=" + folder,
        "-cp",
        Library.commandClassPath(),
        "io.sparkoptimizer.cli.Main"));
    line.addAll(Arrays.asList(arguments));
    return start(folder, new ProcessBuilder(line));
  }

  /** Starts a program, its output in files of the folder. */
  static CommandProcess start(Path folder, ProcessBuilder program) {
    try {
      Path stdout = Files.createTempFile(folder, "command", ".out");
      Path stderr = Files.createTempFile(folder, "command", ".err");
      return new CommandProcess(
          program
              .directory(folder.toFile())
              .redirectOutput(stdout.toFile())
              .redirectError(stderr.toFile())
              .start(),
          stdout,
          stderr);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs it to its end and returns what it printed on stdout; the exit code must be 0. */
  static String run(Path folder, String... arguments) {
    try (CommandProcess command = start(folder, arguments)) {
      return command.succeed();
    }
  }

  /** What it printed on stdout; the exit code must be 0. */
  String succeed() {
    assertThat(exitCode()).as(this::output).isZero();
    return stdout();
  }

  int exitCode() {
    assertThat(endsWithin(TimeUnit.MINUTES.toMillis(DEADLINE_MINUTES)))
        .as("it ended in time")
        .isTrue();
    return process.exitValue();
  }

  boolean endsWithin(long millis) {
    try {
      return process.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** As {@code kill -9}: nothing in it runs any more. */
  void kill() {
    process.destroyForcibly();
    exitCode();
  }

  /** As {@code kill}: it may end as it likes. */
  void askToStop() {
    process.destroy();
  }

  String stdout() {
    return read(stdout);
  }

  /** Both streams, for messages. */
  String output() {
    return read(stdout) + read(stderr);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
