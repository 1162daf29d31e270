package io.sparkoptimizer.core.eventlog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which logs a collection is asked for. The listing settles the log's age; the application's name and
 * start stand in the first lines of a log, so one that is left out costs no more than these.
 *
 * @param startedSinceMs of the application, in milliseconds since the epoch
 * @param modifiedSinceMs of the log, in milliseconds since the epoch
 * @param name that the application's has to match
 */
record Selection(
    OptionalLong startedSinceMs,
    OptionalLong modifiedSinceMs,
    @Nullable Pattern name) {
  static final Selection ALL = new Selection(OptionalLong.empty(), OptionalLong.empty(), null);

  /** By how much the clock of the logs' store may be behind that of the drivers. */
  private static final Duration CLOCK_SLACK = Duration.ofHours(1);

  /** Lines before the application's start are a handful; a log without it is read to its end. */
  private static final int HEAD_LINES = 200;

  private static final byte[] START =
      "SparkListenerApplicationStart\"".getBytes(StandardCharsets.US_ASCII);
  private static final int EVENT_NAME_WITHIN = 100;
  private static final JsonFactory JSON = new JsonFactory();

  /** {@code *} stands for any text, {@code ?} for any one character. */
  static Pattern glob(String glob) {
    StringBuilder regex = new StringBuilder();
    glob.codePoints().forEach(character -> {
      switch (character) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        default -> regex.append(Pattern.quote(Character.toString(character)));
      }
    });
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  /** Whether the log may be asked for, as far as its listing tells. */
  boolean mayTake(EventLog log) {
    long modifiedMs = log.modifiedMs();
    if (modifiedMs <= 0) {
      return true; // not known
    }
    // An application writes to its log after it has started.
    return modifiedMs >= modifiedSinceMs.orElse(Long.MIN_VALUE)
        && (startedSinceMs.isEmpty()
            || modifiedMs >= startedSinceMs.getAsLong() - CLOCK_SLACK.toMillis());
  }

  /** Whether the log is asked for, as far as its first lines tell. */
  boolean mayTakeByHead(EventLog log) {
    if (startedSinceMs.isEmpty() && name == null) {
      return true;
    }
    try (InputStream raw = log.parts().get(0).opener().open();
        InputStream text = Codec.open(raw)) {
      LineReader lines = new LineReader(text);
      for (int line = 0; line < HEAD_LINES && lines.next(); line++) {
        if (isStart(lines)) {
          try (JsonParser parser =
              JSON.createParser(lines.buffer(), lines.start(), lines.length())) {
            parser.nextToken();
            JsonTree start = JsonTree.read(parser);
            String named = start.text("App Name");
            return takes(named == null ? null : Redaction.text(named), start.number("Timestamp"));
          }
        }
      }
      return true;
    } catch (IOException | RuntimeException | OutOfMemoryError unreadable) {
      return true; // told when it is read
    }
  }

  private static boolean isStart(LineReader line) {
    int from = line.start();
    int to = from + Math.min(line.length(), EVENT_NAME_WITHIN);
    for (int at = from; at + START.length <= to; at++) {
      if (Arrays.equals(line.buffer(), at, at + START.length, START, 0, START.length)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the application is asked for. One whose start is not known is not left out by it. */
  boolean takes(@Nullable String applicationName, OptionalLong startTimeMs) {
    return (startedSinceMs.isEmpty()
            || startTimeMs.isEmpty()
            || startTimeMs.getAsLong() >= startedSinceMs.getAsLong())
        && (name == null
            || name.matcher(applicationName == null ? "" : applicationName).matches());
  }
}
