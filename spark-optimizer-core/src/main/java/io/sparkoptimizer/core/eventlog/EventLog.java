package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spi.InputStamp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One log: a file, or the parts of a rolled one in reading order.
 *
 * @param location the file, the folder of the parts, or {@code zip!/entry}
 * @param parts at least one
 * @param inProgress whether its name says that it is still written
 * @param compacted whether its first part is a compacted one
 * @param gap whether the numbers of its parts leave one out
 */
record EventLog(
    String location, List<Part> parts, boolean inProgress, boolean compacted, boolean gap) {

  /**
   * One file, or one entry of a zip.
   *
   * @param path as it was given or found
   * @param name the last element of the path
   * @param sizeBytes as stored
   * @param modifiedMs in milliseconds since the epoch
   * @param opener opens its bytes as stored
   */
  record Part(String path, String name, long sizeBytes, long modifiedMs, Opener opener) {}

  /** Opens the bytes of a part. */
  interface Opener {
    InputStream open() throws IOException;
  }

  /**
   * A log, or the reason why something is none.
   *
   * @param file of a log that was only listed, and may be a zip
   */
  record Found(
      @Nullable EventLog log,
      @Nullable String path,
      @Nullable String reason,
      @Nullable Path file) {
    static Found of(EventLog log) {
      return new Found(log, null, null, null);
    }

    static Found unopened(EventLog log, Path file) {
      return new Found(log, null, null, file);
    }

    static Found skipped(String path, String reason) {
      return new Found(null, path, reason, null);
    }
  }

  /** What it looks like now. The end of a rolled log changes no part of it, so its name tells too. */
  InputStamp stamp() {
    return new InputStamp(
        inProgress && !location.endsWith(InputStamp.IN_PROGRESS)
            ? location + InputStamp.IN_PROGRESS
            : location,
        parts.stream().mapToLong(Part::sizeBytes).sum(),
        modifiedMs());
  }

  /** The same log, its parts opened in another way. */
  EventLog openedBy(UnaryOperator<Opener> through) {
    return new EventLog(
        location,
        parts.stream()
            .map(part -> new Part(
                part.path(),
                part.name(),
                part.sizeBytes(),
                part.modifiedMs(),
                through.apply(part.opener())))
            .toList(),
        inProgress,
        compacted,
        gap);
  }

  long modifiedMs() {
    return parts.stream().mapToLong(Part::modifiedMs).max().orElse(0);
  }
}
