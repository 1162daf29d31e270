package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.TaskMetric;
import io.sparkoptimizer.testkit.SyntheticEventLog;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Memory is bounded by stages, not by tasks: two million tasks fit a heap that holds none of them. */
class ManyTasksTest {
  private static final int TASKS = 2_000_000;
  private static final int STAGES = 400;
  private static final String HEAP = "-Xmx96m";

  @TempDir
  Path folder;

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void read_millionsOfTasks_fitsASmallHeap() throws Exception {
    Path output = folder.resolve("output");
    Process child = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            HEAP,
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            ManyTasksTest.class.getName())
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
    assertThat(child.waitFor(14, TimeUnit.MINUTES)).as("the reader ends").isTrue();
    assertThat(java.nio.file.Files.readString(output).strip())
        .isEqualTo("tasks " + TASKS + ", stages " + STAGES + ", run time " + RUN_TIME_MS * TASKS);
  }

  private static final long RUN_TIME_MS = 1234;

  /** In the child: reads a log that is made while it is read. */
  public static void main(String[] arguments) throws Exception {
    EventLog.Part part = new EventLog.Part("many", "many", 1, 0, Endless::new);
    ApplicationRun run =
        EventLogReader.read(new EventLog("many", List.of(part), false, false, false), Logs.CLOCK);
    System.out.println("tasks " + run.taskOutcomes().get("Success") + ", stages "
        + run.stages().size() + ", run time "
        + run.totals().orZero(TaskMetric.EXECUTOR_RUN_TIME_MS));
  }

  /** Stage after stage the same task ends, with the stage's id and other figures put in. */
  private static final class Endless extends InputStream {
    private static final String STAGE = "\"Stage ID\":0,";

    private final byte[] block;
    private final int[] stageAt;
    private int stage;
    private int position;

    Endless() {
      List<String> lines = SyntheticEventLog.seeded(9)
          .tasks(TASKS / STAGES)
          .stages(1)
          .executors(50, 4)
          .withoutTaskStarts()
          .lines();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      java.util.ArrayList<Integer> at = new java.util.ArrayList<>();
      for (String line : lines) {
        if (line.contains("SparkListenerTaskEnd") || line.contains("SparkListenerStageCompleted")) {
          String wide = line.replaceAll(
              "\"Executor Run Time\":[0-9]+", "\"Executor Run Time\":" + RUN_TIME_MS);
          at.add(bytes.size() + wide.indexOf(STAGE) + STAGE.length() - 2);
          bytes.writeBytes((wide.replaceFirst(STAGE, "\"Stage ID\":   0,") + "\n")
              .getBytes(StandardCharsets.UTF_8));
        }
      }
      block = bytes.toByteArray();
      stageAt = at.stream().mapToInt(Integer::intValue).toArray();
      number();
    }

    private void number() {
      byte[] digits =
          String.format(java.util.Locale.ROOT, "%4d", stage).getBytes(StandardCharsets.US_ASCII);
      for (int at : stageAt) {
        System.arraycopy(digits, 0, block, at, digits.length);
      }
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(byte[] to, int offset, int length) {
      if (position == block.length) {
        stage++;
        position = 0;
        if (stage < STAGES) {
          number();
        }
      }
      if (stage >= STAGES) {
        return -1;
      }
      int count = Math.min(length, block.length - position);
      System.arraycopy(block, position, to, offset, count);
      position += count;
      return count;
    }
  }
}
