package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.spark.ApplicationRun;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the logs under a path. Stateless and thread-safe. */
public final class EventLogs {
  private EventLogs() {}

  /**
   * Hands over each run as it is read, in the order of the logs' names.
   *
   * @param clock tells whether a log in progress is still growing
   * @return what was passed over, and why
   */
  public static List<SkippedInput> read(
      Path path, Clock clock, Consumer<? super ApplicationRun> each) {
    List<SkippedInput> skipped = new ArrayList<>();
    for (EventLog.Found found : EventLogFinder.find(path)) {
      Result result = readOne(found, clock);
      if (result.run() != null) {
        each.accept(result.run());
      } else if (result.skipped() != null) {
        skipped.add(result.skipped());
      }
    }
    return skipped;
  }

  /** A run, or the reason why there is none. */
  record Result(@Nullable ApplicationRun run, @Nullable SkippedInput skipped) {}

  /** Reads one log; whatever is wrong with it is a reason, never an exception. */
  static Result readOne(EventLog.Found found, Clock clock) {
    EventLog log = found.log();
    if (log == null) {
      return new Result(null, new SkippedInput(found.path() + "", found.reason() + ""));
    }
    try {
      return new Result(EventLogReader.read(log, clock), null);
    } catch (EventLogReader.NoEventLogException none) {
      return new Result(null, new SkippedInput(log.location(), none.getMessage() + ""));
    } catch (IOException | RuntimeException fault) {
      return new Result(null, new SkippedInput(log.location(), EventLogFinder.describe(fault)));
    } catch (OutOfMemoryError exhausted) {
      // One log that is too large for the heap must not end a batch of thousands.
      return new Result(
          null,
          new SkippedInput(
              log.location(), "needs more memory than the heap has; raise it with -Xmx"));
    }
  }
}
