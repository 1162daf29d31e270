package io.sparkoptimizer.jdbc;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spi.InputStamp;
import io.sparkoptimizer.spi.Repository;
import io.sparkoptimizer.spi.Repository.CollectedRun;
import io.sparkoptimizer.testkit.SyntheticRuns;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A process of its own that saves synthetic runs: waits for a line, opens the database, then tells of
 * every batch that was saved.
 */
final class RunWriter {
  static final int BATCH = 5;

  private final Process process;
  private final BufferedReader out;

  private RunWriter(Process process) {
    this.process = process;
    this.out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Starts a process; {@link #go} sets it to work. */
  static RunWriter start(Path database, long seed, int batches) throws IOException {
    RunWriter writer = new RunWriter(new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            System.getProperty("java.class.path"),
            RunWriter.class.getName(),
            database.toString(),
            Long.toString(seed),
            Integer.toString(batches))
        .redirectError(Redirect.INHERIT)
        .start());
    writer.await("ready");
    return writer;
  }

  void go() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  /** Reads on until the process says so. */
  void await(String line) throws IOException {
    for (String said = out.readLine(); !line.equals(said); said = out.readLine()) {
      if (said == null) {
        throw new IOException("the process ended before it said " + line);
      }
    }
  }

  int exitCode() throws InterruptedException {
    return process.waitFor();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  static List<CollectedRun> batch(SyntheticRuns runs, long seed, int number) {
    List<CollectedRun> batch = new ArrayList<>();
    for (ApplicationRun run : runs.take(BATCH)) {
      batch.add(new CollectedRun(
          run.toBuilder().sourceName("default").build(),
          new InputStamp("/logs/" + seed + "/" + number + "/" + batch.size(), number, seed)));
    }
    return batch;
  }

  public static void main(String[] arguments) {
    long seed = Long.parseLong(arguments[1]);
    System.out.println("ready");
    try {
      System.in.read();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
    System.out.println("opening");
    try (Repository repository =
        new JdbcRepository.Provider().create(Map.of("database.url", "sqlite:///" + arguments[0]))) {
      SyntheticRuns runs = SyntheticRuns.seeded(seed);
      for (int number = 0; number < Integer.parseInt(arguments[2]); number++) {
        repository.save(batch(runs, seed, number));
        System.out.println("saved " + number);
      }
    }
  }
}
