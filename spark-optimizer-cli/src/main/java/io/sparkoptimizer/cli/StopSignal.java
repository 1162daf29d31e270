package io.sparkoptimizer.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets a command end well when its process is told to stop, by Ctrl-C or SIGTERM: its thread is
 * interrupted, and the process waits for it, for some time.
 */
final class StopSignal {
  /** What it takes to save a batch, with much to spare; then the process ends all the same. */
  private static final long PATIENCE_SECONDS = 30;

  private final CountDownLatch ended = new CountDownLatch(1);

  private StopSignal() {}

  /** Does the work on this thread, which is interrupted by a signal to stop. */
  static <T> T heeding(Supplier<T> work) {
    StopSignal signal = new StopSignal();
    Thread worker = Thread.currentThread();
    Thread hook = new Thread(() -> signal.stop(worker), "spark-optimizer-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.get();
    } finally {
      signal.ended.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException stopping) {
        // the process ends now
      }
    }
  }

  private void stop(Thread worker) {
    worker.interrupt();
    try {
      ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException atOnce) {
      Thread.currentThread().interrupt();
    }
  }
}
