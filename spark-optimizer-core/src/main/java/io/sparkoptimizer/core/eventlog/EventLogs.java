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
  static final String NOT_ENOUGH_MEMORY = "needs more memory than the heap has; raise it with -Xmx";

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
    for (EventLog.Found listed : EventLogFinder.list(path)) {
      for (EventLog.Found found : EventLogFinder.open(listed)) {
        Result result = readOne(found, clock);
        if (result.run() != null) {
          each.accept(result.run());
        } else if (result.skipped() != null) {
          skipped.add(result.skipped());
        }
      }
    }
    return skipped;
  }

  /** Why there is no run. */
  enum Lack {
    /** It is no log, and will be none until it changes. */
    NO_LOG,
    /** It cannot be read now. */
    UNREADABLE,
    /** The heap was too small, for this log or for what was read beside it. */
    MEMORY
  }

  /** A run, or the reason why there is none. */
  record Result(
      @Nullable ApplicationRun run,
      @Nullable SkippedInput skipped,
      @Nullable Lack lack) {
    static Result of(ApplicationRun run) {
      return new Result(run, null, null);
    }

    static Result none(Lack lack, String path, @Nullable String reason) {
      return new Result(null, new SkippedInput(path, reason + ""), lack);
    }
  }

  /** Reads one log; whatever is wrong with it is a reason, never an exception. */
  static Result readOne(EventLog.Found found, Clock clock) {
    EventLog log = found.log();
    return log == null
        ? Result.none(Lack.UNREADABLE, found.path() + "", found.reason())
        : readOne(log, clock);
  }

  static Result readOne(EventLog log, Clock clock) {
    try {
      return Result.of(EventLogReader.read(log, clock));
    } catch (EventLogReader.NoEventLogException none) {
      return Result.none(Lack.NO_LOG, log.location(), none.getMessage());
    } catch (IOException | RuntimeException fault) {
      return Result.none(Lack.UNREADABLE, log.location(), EventLogFinder.describe(fault));
    } catch (OutOfMemoryError exhausted) {
      // One log that is too large for the heap must not end a batch of thousands.
      return Result.none(Lack.MEMORY, log.location(), NOT_ENOUGH_MEMORY);
    } catch (StackOverflowError exhausted) {
      return Result.none(
          Lack.UNREADABLE,
          log.location(),
          "needs more stack than the thread has; raise it with -Xss");
    }
  }
}
