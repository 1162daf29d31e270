package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.QualityIssue;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Reads one log in one pass and in bounded memory. What is cut, broken or unknown is ordinary: it is
 * counted and marked, and what stands before and behind it is read.
 */
final class EventLogReader {
  /** A log in progress that has not grown for so long belongs to a driver that died. */
  static final Duration FRESH = Duration.ofHours(1);

  /** Lines without any event after which a file is believed to be something else. */
  private static final int MAX_LINES_WITHOUT_EVENT = 10_000;

  /** First event lines that make the id of a log without one. */
  private static final int DIGEST_LINES = 10;

  private final EventLog log;
  private final RunAssembler run = new RunAssembler();
  private final EventReader events = new EventReader(run);
  private final MessageDigest digest = sha256();
  private long lines;
  private long unparsable;
  private long used;
  private long passedOver;
  private long foreign;
  private boolean lastLineCut;
  private boolean broken;
  private String breakage = "";

  private EventLogReader(EventLog log) {
    this.log = log;
  }

  /** A log without any event: not a log. The message is the reason. */
  static final class NoEventLogException extends Exception {
    private static final long serialVersionUID = 1;

    NoEventLogException(String reason) {
      super(reason);
    }
  }

  /**
   * @throws NoEventLogException if no line is an event
   * @throws IOException if a part cannot be opened
   */
  static ApplicationRun read(EventLog log, Clock clock) throws IOException, NoEventLogException {
    return new EventLogReader(log).read(clock);
  }

  private ApplicationRun read(Clock clock) throws IOException, NoEventLogException {
    for (EventLog.Part part : log.parts()) {
      readPart(part);
    }
    if (recognised() == 0) {
      throw new NoEventLogException(reasonForNone());
    }
    long faulty = unparsable - (lastLineCut ? 1 : 0);
    if (faulty > 0) {
      run.issue(QualityIssue.UNPARSABLE_LINES);
    }
    if (lastLineCut || broken) {
      run.issue(QualityIssue.TRUNCATED);
    }
    if (log.compacted()) {
      run.issue(QualityIssue.COMPACTED);
    }
    if (log.gap()) {
      run.issue(QualityIssue.DROPPED_EVENTS);
    }
    boolean fresh = clock.millis() - log.modifiedMs() < FRESH.toMillis();
    return run.build(
        log.parts().stream().map(EventLog.Part::path).toList(),
        "sha256:" + HexFormat.of().formatHex(digest.digest()),
        log.inProgress(),
        fresh,
        lines,
        unparsable,
        used,
        passedOver + foreign);
  }

  /** Events that are surely of Spark: other programs write JSON with a field {@code Event} too. */
  private long recognised() {
    return used + passedOver;
  }

  private String reasonForNone() {
    if (broken && lines == 0) {
      return "cannot be decompressed: " + breakage;
    }
    return lines == 0
        ? "no lines"
        : "not an event log: no Spark event in " + (lines == 1 ? "its line" : lines + " lines")
            + (broken ? "; the rest cannot be decompressed: " + breakage : "");
  }

  private void readPart(EventLog.Part part) throws IOException {
    // Decoders are closed too: gzip's holds memory outside of the heap.
    try (InputStream raw = part.opener().open();
        CutTolerantInputStream in = decoded(raw)) {
      if (in == null) {
        return;
      }
      readLines(new LineReader(in));
      if (in.fault() != null) {
        markBroken(in.fault());
      }
    }
  }

  /** The text behind a part's codecs; null where they cannot make anything of it. */
  private @Nullable CutTolerantInputStream decoded(InputStream raw) {
    try {
      return Codec.open(raw);
    } catch (IOException | RuntimeException fault) {
      markBroken(fault);
      return null;
    }
  }

  private void markBroken(Exception fault) {
    broken = true;
    String message = fault.getMessage();
    breakage = message == null ? fault.getClass().getSimpleName() : message;
  }

  private void readLines(LineReader reader) throws IOException {
    lastLineCut = false; // of an earlier part: that line is broken, but not the log's last one
    while (reader.next()) {
      lines++;
      EventReader.Line line = events.read(reader.buffer(), reader.start(), reader.length());
      switch (line) {
        case USED -> used++;
        case PASSED_OVER -> passedOver++;
        case FOREIGN_EVENT -> foreign++;
        case NO_EVENT -> {}
        case UNPARSABLE -> {
          unparsable++;
          lastLineCut = !reader.terminated();
        }
      }
      if (recognised() > 0) {
        if (recognised() <= DIGEST_LINES && line != EventReader.Line.UNPARSABLE) {
          digest.update(reader.buffer(), reader.start(), reader.length());
        }
      } else if (lines >= MAX_LINES_WITHOUT_EVENT) {
        return;
      }
    }
    lines += reader.tooLong();
    unparsable += reader.tooLong();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException never) {
      throw new OptimizerException("this Java lacks SHA-256, which every Java has", never);
    }
  }
}
