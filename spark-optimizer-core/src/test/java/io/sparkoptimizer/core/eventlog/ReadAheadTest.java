package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkoptimizer.core.eventlog.EventLogs.Lack;
import io.sparkoptimizer.core.eventlog.EventLogs.Result;
import io.sparkoptimizer.core.eventlog.ReadAhead.Outcome;
import io.sparkoptimizer.spark.ApplicationRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReadAheadTest {
  private final List<Outcome> told = new ArrayList<>();

  private static EventLog log(int number) {
    return new EventLog("log-" + number, List.of(), false, false, false);
  }

  private static Outcome read(EventLog log) {
    return new Outcome(
        log, Result.of(ApplicationRun.builder().appId(log.location()).build()), false);
  }

  private List<String> locations() {
    return told.stream().map(outcome -> outcome.log().location()).toList();
  }

  private static List<String> all(int count) {
    return IntStream.range(0, count).mapToObj(i -> "log-" + i).toList();
  }

  private void readAll(int threads, int logs, long mayWaitBytes, Function<EventLog, Outcome> reader)
      throws InterruptedException {
    try (ReadAhead readers = new ReadAhead(threads, reader, told::add, () -> {}, mayWaitBytes)) {
      for (int i = 0; i < logs; i++) {
        readers.give(log(i));
      }
      readers.finish();
    }
  }

  @Test
  void give_logsOfAnyDuration_areHandedOverInTheirOrder() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int[] spins = random.ints(3000, 0, 20_000).toArray();
    AtomicInteger spun = new AtomicInteger();
    readAll(8, 3000, 1 << 20, log -> {
      int number = Integer.parseInt(log.location().substring(4));
      for (int i = 0; i < spins[number]; i++) {
        spun.lazySet(i);
      }
      return read(log);
    });
    assertThat(locations()).as("seed %s", seed).isEqualTo(all(3000));
  }

  @Test
  void give_firstLogTakesLong_othersWaitOnceTheirShareIsUsed() throws Exception {
    int runBytes = (int) HeapEstimate.bytes(ApplicationRun.builder().build());
    Semaphore first = new Semaphore(0);
    AtomicInteger begun = new AtomicInteger();
    CountDownLatch four = new CountDownLatch(4);
    Function<EventLog, Outcome> reader = log -> {
      if (log.location().equals("log-0")) {
        first.acquireUninterruptibly();
      } else {
        begun.incrementAndGet();
        four.countDown();
      }
      return read(log);
    };
    try (ReadAhead readers = new ReadAhead(3, reader, told::add, () -> {}, 4L * runBytes)) {
      for (int i = 0; i < 200; i++) {
        readers.give(log(i));
      }
      four.await();
      // Two threads go on until the share is used up; both may begin the log that uses it up.
      assertThat(begun).hasValueBetween(4, 5);
      assertThat(told).isEmpty();
      first.release();
      readers.finish();
    }
    assertThat(locations()).isEqualTo(all(200));
  }

  @Test
  void give_noMemoryBesideOthers_isReadAgainAlone() throws Exception {
    AtomicInteger reading = new AtomicInteger();
    AtomicInteger beside = new AtomicInteger();
    AtomicInteger attempts = new AtomicInteger();
    readAll(4, 100, 1 << 20, log -> {
      try {
        int others = reading.incrementAndGet() - 1;
        if (log.location().equals("log-50")) {
          if (attempts.incrementAndGet() == 1) {
            throw new OutOfMemoryError("a test's");
          }
          beside.addAndGet(others);
        }
        return read(log);
      } finally {
        reading.decrementAndGet();
      }
    });
    assertThat(attempts).hasValue(2);
    assertThat(beside).as("logs read beside the second attempt").hasValue(0);
    assertThat(locations()).isEqualTo(all(100));
  }

  @Test
  void give_noMemoryAlone_isTheReasonOfThatLogOnly() throws Exception {
    readAll(
        4,
        100,
        1 << 20,
        log -> log.location().equals("log-7")
            ? new Outcome(log, Result.none(Lack.MEMORY, log.location(), "too large"), false)
            : read(log));
    assertThat(locations()).isEqualTo(all(100));
    assertThat(told.stream().filter(Outcome::lacksMemory)).hasSize(1);
  }

  @Test
  void finish_interrupted_letsTheThreadsGo() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    Semaphore never = new Semaphore(0);
    Thread user = new Thread(
        () -> assertThatThrownBy(() -> readAll(2, 10, 1 << 20, log -> {
              reading.countDown();
              never.acquireUninterruptibly();
              return read(log);
            }))
            .isInstanceOf(InterruptedException.class),
        "user");
    user.start();
    reading.await();
    user.interrupt();
    user.join();
    assertThat(told).isEmpty();
    never.release(10);
  }
}
