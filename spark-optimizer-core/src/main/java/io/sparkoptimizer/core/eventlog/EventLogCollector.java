package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.SettingsException;
import io.sparkoptimizer.spi.Collector;
import io.sparkoptimizer.spi.InputStamp;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** Collects the event logs under a path: a log, a folder of logs, or a zip. */
public final class EventLogCollector implements Collector {
  private static final String NAME = "event-log";

  private final Path path;
  private final Clock clock;

  private EventLogCollector(Path path, Clock clock) {
    this.path = path;
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void collect(Sink sink) {
    List<EventLog.Found> logs = EventLogFinder.find(path);
    sink.expect(logs.size());
    for (EventLog.Found found : logs) {
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
      collect(found, sink);
    }
  }

  private void collect(EventLog.Found found, Sink sink) {
    // The stamp is taken before reading: a log that grows meanwhile is read again next time.
    InputStamp stamp = found.log() == null ? null : found.log().stamp();
    if (stamp != null && sink.isKnown(stamp)) {
      return;
    }
    EventLogs.Result result = EventLogs.readOne(found, clock);
    if (result.run() != null && stamp != null) {
      sink.accept(result.run(), stamp);
    } else if (result.skipped() != null) {
      sink.skip(result.skipped());
    }
  }

  /** Makes collectors of the source type {@code event-log}; its setting is {@code path}. */
  public static final class Provider implements Collector.Provider {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Collector create(Map<String, String> settings) {
      String path = settings.get("path");
      if (path == null || path.isBlank()) {
        throw new SettingsException(
            List.of("path is missing; expected an event log, or a folder or a zip of them"));
      }
      return new EventLogCollector(Path.of(path), Clock.systemUTC());
    }
  }
}
