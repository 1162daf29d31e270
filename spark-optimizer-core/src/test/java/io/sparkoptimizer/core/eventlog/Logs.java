package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.spark.ApplicationRun;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads logs that a test made. */
final class Logs {
  static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-20T00:00:00Z"), ZoneOffset.UTC);

  private Logs() {}

  /** What became of one log in memory. */
  static EventLogs.Result result(byte[]... parts) {
    List<EventLog.Part> opened = Stream.of(parts)
        .map(bytes -> new EventLog.Part(
            "memory", "memory", bytes.length, 0, () -> new ByteArrayInputStream(bytes)))
        .toList();
    return EventLogs.readOne(
        EventLog.Found.of(new EventLog("memory", opened, false, false, false)), CLOCK);
  }

  /** The run of one log in memory. */
  static ApplicationRun run(byte[]... parts) {
    EventLogs.Result result = result(parts);
    assertThat(result.skipped()).isNull();
    return result.run();
  }

  static ApplicationRun run(String log) {
    return run(bytes(log));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What there was under a path. */
  record Read(List<ApplicationRun> runs, List<SkippedInput> skipped) {
    ApplicationRun onlyRun() {
      assertThat(skipped).isEmpty();
      assertThat(runs).hasSize(1);
      return runs.get(0);
    }

    /** The reason why a path was skipped, told by the end of the path. */
    String reason(String pathEnd) {
      return skipped.stream()
          .filter(input -> input.path().endsWith(pathEnd))
          .map(SkippedInput::reason)
          .findFirst()
          .orElseThrow(() -> new AssertionError(pathEnd + " was not skipped: " + skipped));
    }
  }

  static Read read(Path path) {
    List<ApplicationRun> runs = new ArrayList<>();
    List<SkippedInput> skipped = EventLogs.read(path, CLOCK, runs::add);
    return new Read(runs, skipped);
  }
}
