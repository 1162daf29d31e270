package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.SettingsException;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.core.eventlog.EventLog.Found;
import io.sparkoptimizer.core.eventlog.EventLogs.Lack;
import io.sparkoptimizer.core.eventlog.EventLogs.Result;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spi.Collector;
import io.sparkoptimizer.spi.InputStamp;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Collects the event logs under a path: a log, a folder of logs, or a zip. A log that is known and
 * unchanged costs its listing; the others are read by several threads.
 */
public final class EventLogCollector implements Collector {
  private static final String NAME = "event-log";

  /** Logs that the sink is asked about at a time. */
  private static final int CHUNK = 500;

  private static final String UNREADABLE_NOW =
      "cannot be read to its end: the disk or the network failed; collect again to read it anew";

  private final Path path;
  private final int threads;
  private final Selection selection;
  private final Clock clock;
  private long expected;

  EventLogCollector(Path path, int threads, Selection selection, Clock clock) {
    this.path = path;
    this.threads = threads;
    this.selection = selection;
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void collect(Sink sink) {
    List<Found> found = EventLogFinder.list(absolute(path));
    expected = found.size();
    sink.expect(expected);
    Reader reader = new Reader();
    try (ReadAhead readers = new ReadAhead(
            threads,
            reader,
            outcome -> {
              tell(outcome, sink);
              reader.tellBytes(sink);
            },
            () -> reader.tellBytes(sink),
            HeapEstimate.shareBytes());
        reader) {
      collect(found, readers, sink);
      readers.finish();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Reads logs on any thread, and counts their stored bytes. */
  private final class Reader implements Function<EventLog, ReadAhead.Outcome>, AutoCloseable {
    private final AtomicLong untoldBytes = new AtomicLong();
    private volatile boolean closed;

    @Override
    public ReadAhead.Outcome apply(EventLog log) {
      AtomicBoolean failed = new AtomicBoolean();
      EventLog watched = log.openedBy(opener -> () ->
          new WatchedInputStream(opener.open(), failed, untoldBytes::addAndGet, () -> closed));
      try {
        if (!selection.mayTakeByHead(watched)) {
          return new ReadAhead.Outcome(log, null, false);
        }
        Result result = EventLogs.readOne(watched, clock);
        ApplicationRun run = result.run();
        boolean taken = run == null || selection.takes(run.name(), run.startTimeMs());
        return new ReadAhead.Outcome(log, taken ? result : null, failed.get());
      } catch (OutOfMemoryError noMemory) {
        throw noMemory;
      } catch (Error broken) { // a stack that overflows: one log's end, not that of all
        Result none = Result.none(Lack.UNREADABLE, log.location(), "cannot be read: " + broken);
        return new ReadAhead.Outcome(log, none, true);
      }
    }

    void tellBytes(Sink sink) {
      long bytes = untoldBytes.getAndSet(0);
      if (bytes > 0) {
        sink.read(bytes);
      }
    }

    /** Ends what is still being read. */
    @Override
    public void close() {
      closed = true;
    }
  }

  /** A location is remembered for good, so it may not depend on the working folder. */
  private static Path absolute(Path path) {
    Path absolute = path.toAbsolutePath();
    try {
      Path normal = absolute.normalize();
      // Not the same where .. follows a link.
      return Files.isSameFile(absolute, normal) ? normal : absolute;
    } catch (IOException missing) {
      return absolute; // told by the finder
    }
  }

  private void collect(List<Found> found, ReadAhead readers, Sink sink)
      throws InterruptedException {
    for (int from = 0; from < found.size(); from += CHUNK) {
      List<Found> some = found.subList(from, Math.min(found.size(), from + CHUNK));
      // The stamp is taken before reading: a log that grows meanwhile is read again next time.
      Map<InputStamp, Found> asked = new LinkedHashMap<>();
      for (Found one : some) {
        if (one.log() == null) {
          sink.skip(new SkippedInput(one.path() + "", one.reason() + ""));
        } else if (selection.mayTake(one.log())) {
          asked.put(one.log().stamp(), one);
        } else {
          sink.filter();
        }
      }
      Set<InputStamp> unknown = sink.unknown(asked.keySet());
      for (Map.Entry<InputStamp, Found> one : asked.entrySet()) {
        if (unknown.contains(one.getKey())) {
          read(one.getValue(), readers, sink);
        }
      }
    }
  }

  private void read(Found listed, ReadAhead readers, Sink sink) throws InterruptedException {
    List<Found> opened = EventLogFinder.open(listed);
    if (listed.log() != null && opened.contains(listed)) {
      readers.give(listed.log());
      return;
    }
    expected += opened.size() - 1;
    sink.expect(expected);
    // Every entry opens the zip anew; while it is held open, that costs next to nothing.
    Closeable held = EventLogFinder.hold(listed);
    try {
      collect(opened, readers, sink);
    } finally {
      close(held);
    }
  }

  private static void close(Closeable held) {
    try {
      held.close();
    } catch (IOException notClosed) {
      throw new UncheckedIOException(notClosed);
    }
  }

  static void tell(ReadAhead.Outcome outcome, Sink sink) {
    Result result = outcome.result();
    if (result == null) {
      sink.filter();
    } else if (result.run() != null && outcome.sourceFailed()) {
      // Half a run that the ledger knows would never be read again, though its log is whole.
      sink.skip(new SkippedInput(outcome.log().location(), UNREADABLE_NOW));
    } else if (result.run() != null) {
      sink.accept(result.run(), outcome.log().stamp());
    } else if (result.skipped() != null) {
      InputStamp stamp = outcome.log().stamp();
      boolean forGood = result.lack() == Lack.NO_LOG
          && !outcome.sourceFailed()
          && stamp.location().equals(result.skipped().path());
      if (forGood) {
        sink.skip(stamp, result.skipped().reason());
      } else {
        sink.skip(result.skipped());
      }
    }
  }

  /**
   * Makes collectors of the source type {@code event-log}. Settings: {@code path}, and those of {@link
   * io.sparkoptimizer.CollectionRequest}.
   */
  public static final class Provider implements Collector.Provider {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Collector create(Map<String, String> settings) {
      Clock clock = Clock.systemUTC();
      List<String> faults = new ArrayList<>();
      String path = settings.getOrDefault("path", "");
      if (path.isBlank()) {
        faults.add("path is missing; expected an event log, or a folder or a zip of them");
      }
      Integer threads =
          value(settings, "threads", "a whole number, 1 to 1000", Provider::threads, faults);
      Long since = value(
          settings,
          "since",
          "an instant as 2026-11-01T00:00:00Z",
          text -> Instant.parse(text).toEpochMilli(),
          faults);
      Long modifiedSince = value(
          settings,
          "max_age",
          "a duration as PT36H or P7D",
          text -> clock.instant().minus(Duration.parse(text)).toEpochMilli(),
          faults);
      String name = settings.get("name");
      if (!faults.isEmpty()) {
        throw new SettingsException(faults);
      }
      return new EventLogCollector(
          Path.of(path),
          threads == null ? Runtime.getRuntime().availableProcessors() : threads,
          new Selection(
              since == null ? OptionalLong.empty() : OptionalLong.of(since),
              modifiedSince == null ? OptionalLong.empty() : OptionalLong.of(modifiedSince),
              name == null ? null : Selection.glob(name)),
          clock);
    }

    private static int threads(String text) {
      int threads = Integer.parseInt(text);
      if (threads < 1 || threads > 1000) {
        throw new IllegalArgumentException();
      }
      return threads;
    }

    private static <T> @Nullable T value(
        Map<String, String> settings,
        String key,
        String wanted,
        Function<String, T> parse,
        List<String> faults) {
      String text = settings.get(key);
      if (text == null) {
        return null;
      }
      try {
        return parse.apply(text);
      } catch (IllegalArgumentException | DateTimeException | ArithmeticException wrong) {
        faults.add(key + " is \"" + text + "\"; expected " + wanted);
        return null;
      }
    }
  }
}
