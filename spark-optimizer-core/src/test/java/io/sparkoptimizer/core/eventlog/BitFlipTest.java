package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.sparkoptimizer.testkit.SyntheticEventLog;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Disks and networks turn bits over: a log so damaged is read or skipped, and never more than that. */
class BitFlipTest {
  private static final int MUTATIONS = 1500 * Integer.getInteger("test.thoroughness", 1);

  @ParameterizedTest
  @EnumSource(Codecs.class)
  @Timeout(value = 2, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void read_damagedLog_isRunOrReason(Codecs codec) {
    byte[] log = SyntheticEventLog.seeded(5)
        .tasks(8)
        .failEvery(3)
        .speculateEvery(4)
        .retriedStages(1)
        .lostExecutors(1)
        .sql(2)
        .toByteArray();
    byte[] packed = codec.compress(log, 2000);
    for (int seed = 0; seed < MUTATIONS; seed++) {
      byte[] damaged = damage(packed, new SplittableRandom(seed));
      EventLogs.Result result;
      try {
        result = Logs.result(damaged);
      } catch (RuntimeException | Error fault) {
        fail(codec + " damaged with seed " + seed + " was not survived", fault);
        return;
      }
      assertThat(result.run() == null ^ result.skipped() == null)
          .as("%s damaged with seed %s gives a run or a reason", codec, seed)
          .isTrue();
      if (result.skipped() != null) {
        assertThat(result.skipped().reason())
            .as("%s damaged with seed %s", codec, seed)
            .matches("not an event log: .*|cannot be decompressed: .*|no lines");
      }
    }
  }

  private static byte[] damage(byte[] bytes, SplittableRandom random) {
    byte[] damaged = bytes.clone();
    int times = 1 + random.nextInt(8);
    for (int i = 0; i < times; i++) {
      int at = random.nextInt(damaged.length);
      switch (random.nextInt(4)) {
        case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> damaged[at] = (byte) random.nextInt(256);
        case 2 -> { // a piece repeats another one
          int from = random.nextInt(damaged.length);
          int length = Math.min(random.nextInt(64), damaged.length - Math.max(at, from));
          System.arraycopy(bytes, from, damaged, at, length);
        }
        default -> { // a piece is lost
          int length = Math.min(random.nextInt(16), damaged.length - at - 1);
          byte[] shorter = Arrays.copyOf(damaged, damaged.length - length);
          System.arraycopy(damaged, at + length, shorter, at, shorter.length - at);
          damaged = shorter;
        }
      }
    }
    return damaged;
  }
}
