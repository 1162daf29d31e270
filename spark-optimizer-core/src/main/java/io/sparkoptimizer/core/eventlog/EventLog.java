package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spi.InputStamp;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
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

  /** A log, or the reason why something is none. */
  record Found(
      @Nullable EventLog log,
      @Nullable String path,
      @Nullable String reason) {
    static Found of(EventLog log) {
      return new Found(log, null, null);
    }

    static Found skipped(String path, String reason) {
      return new Found(null, path, reason);
    }
  }

  InputStamp stamp() {
    return new InputStamp(location, parts.stream().mapToLong(Part::sizeBytes).sum(), modifiedMs());
  }

  long modifiedMs() {
    return parts.stream().mapToLong(Part::modifiedMs).max().orElse(0);
  }
}
