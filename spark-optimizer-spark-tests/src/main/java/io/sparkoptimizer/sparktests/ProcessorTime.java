package io.sparkoptimizer.sparktests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * How much of the machine's processors others use, while we and our child processes work: by Linux's {@code /proc}. Processes of a lower
 * priority than ours are counted apart; they hold us up little.
 *
 * <p>{@link #sample()} is to be called every half second or so: what a process used between the last call and its own end is taken for
 * that of others. Not for use from several threads.
 */
final class ProcessorTime {

  private static final Path PROC = Path.of("/proc");

  private final Path proc;
  private final long begin = System.nanoTime();
  private final Machine atBegin;
  private final Map<Long, Long> oursAtBegin = new HashMap<>();
  private final Map<Long, Long> ours = new HashMap<>();
  private final Map<Long, Long> lowerAtBegin = new HashMap<>();
  private final Map<Long, Long> lower = new HashMap<>();
  private Shares shares = new Shares(0, 0);

  /**
   * Shares of all the machine's processors since the beginning, in percent.
   *
   * @param others of other processes of our priority or a higher one, of the kernel's own work, and what the machine itself was not given
   * @param lower of processes of a lower priority
   */
  record Shares(double others, double lower) {}

  /** Ticks of all processors since the machine started. */
  private record Machine(long busy, long all) {

    static Machine now(Path proc) {
      String[] fields =
          read(proc.resolve("stat")).lines().findFirst().orElseThrow().split("\\s+", -1);
      // "cpu", then user, nice, system, idle, iowait, irq, softirq, steal
      long[] ticks = new long[9];
      for (int i = 1; i < ticks.length; i++) {
        ticks[i] = Long.parseLong(fields[i]);
      }
      long all = LongStream.of(ticks).sum();
      return new Machine(all - ticks[4] - ticks[5], all);
    }
  }

  private ProcessorTime(Path proc) {
    this.proc = proc;
    this.atBegin = Machine.now(proc);
  }

  static ProcessorTime start() {
    return start(PROC);
  }

  /** With another folder than {@code /proc}, for tests. */
  static ProcessorTime start(Path proc) {
    ProcessorTime time = new ProcessorTime(proc);
    time.look(time.oursAtBegin, time.lowerAtBegin);
    return time;
  }

  /** Looks at all processes. */
  void sample() {
    look(ours, lower);
    Machine now = Machine.now(proc);
    double all = Math.max(1, now.all() - atBegin.all());
    long usedByUs = grown(ours, oursAtBegin);
    long usedByLower = grown(lower, lowerAtBegin);
    long others = now.busy() - atBegin.busy() - usedByUs - usedByLower;
    shares = new Shares(100 * Math.max(0, others) / all, 100 * usedByLower / all);
  }

  /** As of the last sample. */
  Shares shares() {
    return shares;
  }

  /** How long it has been, as of now. */
  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private static long grown(Map<Long, Long> now, Map<Long, Long> before) {
    return now.entrySet().stream()
        .mapToLong(e -> e.getValue() - before.getOrDefault(e.getKey(), 0L))
        .sum();
  }

  /** Adds what each process has used up to now; one that ended keeps what it had. */
  private void look(Map<Long, Long> ownProcesses, Map<Long, Long> lowerProcesses) {
    long self = ProcessHandle.current().pid();
    Set<Long> tree = Stream.concat(
            Stream.of(ProcessHandle.current()), ProcessHandle.current().descendants())
        .map(ProcessHandle::pid)
        .collect(Collectors.toSet());
    int ownNice = Usage.of(proc, self).map(Usage::nice).orElse(0);
    List<Long> pids;
    try (Stream<Path> all = Files.list(proc)) {
      pids = all.map(p -> p.getFileName().toString())
          .filter(name -> name.chars().allMatch(Character::isDigit))
          .map(Long::valueOf)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + proc, e);
    }
    for (long pid : pids) {
      Usage.of(proc, pid).ifPresent(used -> {
        if (tree.contains(pid)) {
          ownProcesses.put(pid, used.ticks());
        } else if (used.nice() > ownNice) {
          lowerProcesses.put(pid, used.ticks());
        }
      });
    }
  }

  /** What a process used, and its priority: a larger {@code nice} is a lower one. */
  private record Usage(long ticks, int nice) {

    /** Empty if it has ended. */
    static Optional<Usage> of(Path proc, long pid) {
      String stat;
      try {
        stat = read(proc.resolve(String.valueOf(pid)).resolve("stat"));
      } catch (UncheckedIOException ended) {
        return Optional.empty();
      }
      // After the name, in parentheses, which may hold spaces: utime 11, stime 12, nice 16.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return Optional.of(new Usage(
          Long.parseLong(fields[11]) + Long.parseLong(fields[12]), Integer.parseInt(fields[16])));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no " + file + ": this needs Linux", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
