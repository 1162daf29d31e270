package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkoptimizer.sparktests.ProcessorTime.Shares;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a folder that looks like {@code /proc}. */
class ProcessorTimeTest {

  private static final long OWN = ProcessHandle.current().pid();
  private static final long OTHER = OWN + 1;
  private static final long HIGHER = OWN + 2;

  @TempDir
  private Path proc;

  @BeforeEach
  void start() throws IOException {
    machine(1000, 500, 100, 5000);
    process(OWN, 70, 30, 0);
    process(OTHER, 400, 40, 19);
  }

  @Test
  void shares_othersOfLowerPriority_areToldApart() throws IOException {
    ProcessorTime time = ProcessorTime.start(proc);
    // of 1,000 ticks: 300 ours, 40 of others, 260 of lower priority, 400 idle
    machine(1000 + 290 + 30, 500 + 200, 100 + 10 + 10 + 60, 5000 + 400);
    process(HIGHER, 30, 10, 0);
    process(OWN, 70 + 290, 30 + 10, 0);
    process(OTHER, 400 + 200, 40 + 60, 19);
    time.sample();

    assertShares(time.shares(), 4, 26);
  }

  @Test
  void shares_processThatBegan_countsFromItsBeginning() throws IOException {
    ProcessorTime time = ProcessorTime.start(proc);
    machine(1000, 500, 100 + 50, 5000 + 50);
    process(OWN + 3, 0, 50, 10);
    time.sample();

    assertShares(time.shares(), 0, 50);
  }

  @Test
  void shares_processThatEnded_keepsWhatItUsed() throws IOException {
    ProcessorTime time = ProcessorTime.start(proc);
    machine(1000, 500, 100 + 50, 5000 + 50);
    process(OTHER, 400, 40 + 50, 19);
    time.sample();
    Files.delete(proc.resolve(String.valueOf(OTHER)).resolve("stat"));
    machine(1000, 500, 100 + 50, 5000 + 150);
    time.sample();

    assertShares(time.shares(), 0, 25);
  }

  @Test
  void start_noProc_saysWhatItNeeds() {
    Path none = proc.resolve("none");

    assertThatThrownBy(() -> ProcessorTime.start(none))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("no " + none.resolve("stat") + ": this needs Linux");
  }

  private static void assertShares(Shares shares, double others, double lower) {
    assertThat(shares.others()).isCloseTo(others, within(1e-9));
    assertThat(shares.lower()).isCloseTo(lower, within(1e-9));
  }

  private void machine(long user, long nice, long system, long idle) throws IOException {
    Files.writeString(
        proc.resolve("stat"),
        "cpu  " + user + " " + nice + " " + system + " " + idle + " 0 0 0 0 0 0\ncpu0 1 2 3\n");
  }

  private void process(long pid, long user, long system, int nice) throws IOException {
    Path folder = Files.createDirectories(proc.resolve(String.valueOf(pid)));
    Files.writeString(
        folder.resolve("stat"),
        pid + " (a (b) c) S 1 1 1 0 -1 0 0 0 0 0 " + user + " " + system + " 0 0 20 " + nice
            + " 1 0\n");
  }
}
