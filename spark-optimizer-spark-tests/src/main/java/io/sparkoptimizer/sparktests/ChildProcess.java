package io.sparkoptimizer.sparktests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A program in a process of its own: its output goes to a file, and it ends with its descendants when this is closed, or when our own JVM
 * ends first. Every wait has a deadline.
 */
final class ChildProcess implements AutoCloseable {

  /** How often a condition outside the process (a port, a page) is looked at. */
  private static final Duration POLL = Duration.ofMillis(100);

  private static final int TAIL_CHARS = 4000;

  private final String name;
  private final Process process;
  private final Path output;
  private final Thread lastResort;

  private ChildProcess(String name, Process process, Path output) {
    this.name = name;
    this.process = process;
    this.output = output;
    this.lastResort = new Thread(this::end, "end of " + name);
    Runtime.getRuntime().addShutdownHook(lastResort);
  }

  /** Starts a program; {@code name} is for messages and names the output file in {@code folder}. */
  static ChildProcess start(
      String name, List<String> command, Map<String, String> environment, Path folder) {
    try {
      Files.createDirectories(folder);
      Path output = folder.resolve(name + ".out");
      ProcessBuilder builder = new ProcessBuilder(command)
          .directory(folder.toFile())
          .redirectErrorStream(true)
          .redirectOutput(output.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment);
      return new ChildProcess(name, builder.start(), output);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name + ": " + command.get(0), e);
    }
  }

  /**
   * Waits for the program's end and returns its exit code.
   *
   * @throws IllegalStateException if it runs beyond the deadline; it is ended then
   */
  int await(Duration deadline) {
    try {
      if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
        end();
        throw new IllegalStateException(
            name + " did not end within " + deadline + "; it said: " + tail());
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    return process.exitValue();
  }

  /** Waits until the output has a match of {@code pattern}, and returns that match. */
  Matcher awaitOutput(Pattern pattern, Duration deadline) {
    return awaitCondition(
        "output like " + pattern,
        () -> {
          Matcher matcher = pattern.matcher(output());
          return matcher.find() ? matcher : null;
        },
        deadline);
  }

  /** Waits until {@code condition} gives a value, and returns it. The program's end or the deadline is an error. */
  <T> T awaitCondition(String wanted, Supplier<@Nullable T> condition, Duration deadline) {
    long end = System.nanoTime() + deadline.toNanos();
    while (true) {
      T value = condition.get();
      if (value != null) {
        return value;
      }
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "no " + wanted + " of " + name + " within " + deadline + "; it said: " + tail());
      }
      try {
        if (process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new IllegalStateException(name + " ended with " + process.exitValue() + " before "
              + wanted + "; it said: " + tail());
        }
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  /** All that the program has written so far, standard output and error together. */
  String output() {
    try {
      return Files.readString(output, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the output of " + name, e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  private String tail() {
    String all = output();
    return all.length() <= TAIL_CHARS ? all : "..." + all.substring(all.length() - TAIL_CHARS);
  }

  private IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    end();
    return new IllegalStateException("interrupted while waiting for " + name, e);
  }

  private void end() {
    List<ProcessHandle> tree;
    try (Stream<ProcessHandle> descendants = process.descendants()) {
      tree = descendants.toList();
    }
    process.destroyForcibly();
    tree.forEach(ProcessHandle::destroyForcibly);
    process.onExit().join();
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(lastResort);
    } catch (IllegalStateException alreadyShuttingDown) {
      // the hook runs anyway
    }
  }
}
