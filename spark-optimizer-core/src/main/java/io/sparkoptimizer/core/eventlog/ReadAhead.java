package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.core.eventlog.EventLogs.Lack;
import io.sparkoptimizer.core.eventlog.EventLogs.Result;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads logs on a fixed number of threads and hands over what they are, one after another, in the
 * order in which they were given: what comes of it does not depend on the number of threads.
 *
 * <p>Memory is bounded: beside those that are being read, the runs that wait for their turn take a
 * share of the heap ({@link HeapEstimate}). Behind a log that takes long the others therefore wait once
 * that share is used up. They cannot wait for each other for ever: logs are begun in their order, so
 * the one whose turn it is was begun before any that waits for it.
 *
 * <p>To be used by one thread, which also takes what is handed over.
 */
final class ReadAhead implements AutoCloseable {
  /** Logs given and not handed over; enough to keep the threads busy while a batch is saved. */
  private static final int MOST_GIVEN = 1000;

  /** How long to wait for a log at a time; then its user may tell how far it is. */
  private static final long TELL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /**
   * What became of a log.
   *
   * @param result null where the log is not asked for
   * @param sourceFailed whether its bytes could not be had, so that the result may be another next time
   */
  record Outcome(EventLog log, @Nullable Result result, boolean sourceFailed) {
    boolean lacksMemory() {
      return result != null && result.lack() == Lack.MEMORY;
    }
  }

  private static final class Task {
    final EventLog log;
    boolean done;

    /** Null until it is done, and where there was no memory to say what became of it. */
    @Nullable
    Outcome outcome;

    long heapBytes;

    Task(EventLog log) {
      this.log = log;
    }
  }

  private final Function<EventLog, Outcome> reader;
  private final Consumer<Outcome> each;
  private final Runnable waiting;
  private final long mayWaitBytes;
  private final Deque<Task> given = new ArrayDeque<>(); // of this object's one user

  private final Object turn = new Object(); // guards what follows, and the fields of the tasks
  private final Deque<Task> toRead = new ArrayDeque<>();
  private long waitingBytes;
  private int beingRead;
  private boolean paused;
  private boolean closed;

  /**
   * @param reader reads a log, on any thread; never throws but for lack of memory
   * @param each takes what became of every log
   * @param waiting called now and then while the next log is waited for
   * @param mayWaitBytes of the heap, that runs may take while they wait for their turn
   */
  ReadAhead(
      int threads,
      Function<EventLog, Outcome> reader,
      Consumer<Outcome> each,
      Runnable waiting,
      long mayWaitBytes) {
    this.reader = reader;
    this.each = each;
    this.waiting = waiting;
    this.mayWaitBytes = mayWaitBytes;
    for (int number = 1; number <= threads; number++) {
      Thread thread = new Thread(this::readLogs, "spark-optimizer-reader-" + number);
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Gives a log to be read. Hands over what was read; waits where too much was given. */
  void give(EventLog log) throws InterruptedException {
    Task task = new Task(log);
    given.add(task);
    synchronized (turn) {
      toRead.add(task);
      turn.notifyAll();
    }
    while (handOver(false)) {
      // the next
    }
    while (given.size() >= MOST_GIVEN) {
      handOver(true);
    }
  }

  /** Hands over all that was given. */
  void finish() throws InterruptedException {
    while (!given.isEmpty()) {
      handOver(true);
    }
  }

  /**
   * Hands over the log whose turn it is.
   *
   * @param wait whether to wait for it, for a while
   * @return whether it was handed over
   */
  private boolean handOver(boolean wait) throws InterruptedException {
    if (Thread.interrupted()) { // also where there is nothing to wait for
      throw new InterruptedException();
    }
    Task next = given.peek();
    if (next == null) {
      return false;
    }
    boolean done;
    Outcome outcome;
    synchronized (turn) {
      long until = System.nanoTime() + TELL_NANOS;
      for (long left = TELL_NANOS;
          wait && !next.done && left > 0;
          left = until - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(turn, left);
      }
      done = next.done;
      outcome = next.outcome;
    }
    if (!done) {
      waiting.run();
      return false;
    }
    if (outcome == null || outcome.lacksMemory()) {
      outcome = readAlone(next.log);
    }
    given.remove();
    each.accept(outcome);
    synchronized (turn) {
      waitingBytes -= next.heapBytes;
      turn.notifyAll();
    }
    return true;
  }

  /** With nothing read beside it: whether the heap is large enough depends on this log alone. */
  private Outcome readAlone(EventLog log) throws InterruptedException {
    synchronized (turn) {
      paused = true;
      while (beingRead > 0) {
        turn.wait();
      }
    }
    try {
      return reader.apply(log);
    } finally {
      synchronized (turn) {
        paused = false;
        turn.notifyAll();
      }
    }
  }

  /** What a reader's thread does. Whatever happens to a log, it is done with: nobody waits in vain. */
  private void readLogs() {
    for (Task task = take(); task != null; task = take()) {
      Outcome outcome = null;
      long heapBytes = 0;
      try {
        Outcome read = reader.apply(task.log);
        heapBytes = heapBytes(read);
        outcome = read;
      } catch (Throwable noMemory) { // not even to say so
        // it is read again when its turn comes
      } finally {
        done(task, outcome, heapBytes);
      }
    }
  }

  private static long heapBytes(Outcome outcome) {
    Result result = outcome.result();
    return result == null || result.run() == null ? 0 : HeapEstimate.bytes(result.run());
  }

  private @Nullable Task take() {
    synchronized (turn) {
      while (!closed && (paused || toRead.isEmpty() || waitingBytes >= mayWaitBytes)) {
        try {
          turn.wait();
        } catch (InterruptedException nobodysBusiness) {
          return null;
        }
      }
      if (closed) {
        return null;
      }
      beingRead++;
      return toRead.remove();
    }
  }

  private void done(Task task, @Nullable Outcome outcome, long heapBytes) {
    synchronized (turn) { // without taking memory
      task.outcome = outcome;
      task.heapBytes = heapBytes;
      task.done = true;
      waitingBytes += heapBytes;
      beingRead--;
      turn.notifyAll();
    }
  }

  /** Lets the threads go; logs that were not handed over are forgotten. */
  @Override
  public void close() {
    synchronized (turn) {
      closed = true;
      turn.notifyAll();
    }
  }
}
