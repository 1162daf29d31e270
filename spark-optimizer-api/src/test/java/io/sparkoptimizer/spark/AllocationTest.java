package io.sparkoptimizer.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AllocationTest {
  private static Executor executor(String id, int cores, long add, OptionalLong remove) {
    return new Executor(
        id,
        "h",
        OptionalInt.of(cores),
        OptionalInt.empty(),
        OptionalLong.of(add),
        OptionalLong.empty(),
        remove,
        null,
        1,
        0,
        10,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        Measures.none(MemoryPeak.class));
  }

  private static ApplicationRun.Builder run(Executor... executors) {
    return ApplicationRun.builder()
        .startTimeMs(OptionalLong.of(1_000))
        .endTimeMs(OptionalLong.of(11_000))
        .executors(List.of(executors));
  }

  @Test
  void of_executorsThatComeAndGo_isTimeWeighted() {
    Allocation allocation = Allocation.of(run(
            executor("1", 4, 1_000, OptionalLong.of(6_000)),
            executor("2", 4, 6_000, OptionalLong.empty()),
            executor("3", 4, 6_000, OptionalLong.empty()))
        .build());
    assertThat(allocation.peakExecutors()).hasValue(2);
    assertThat(allocation.meanExecutors()).hasValue(1.5);
    assertThat(allocation.executorCores()).hasValue(4);
    assertThat(allocation.coreMs()).hasValue(4 * 15_000);
  }

  @Test
  void of_executorRemovedBeforeItWasAdded_livedForNoTime() {
    Allocation allocation = Allocation.of(run(
            executor("1", 2, 1_000, OptionalLong.empty()),
            executor("2", 2, 5_000, OptionalLong.of(4_000)))
        .build());
    assertThat(allocation.coreMs()).hasValue(2 * 10_000);
    assertThat(allocation.peakExecutors()).hasValue(1);
  }

  @Test
  void of_noExecutors_isUnknown() {
    Allocation allocation = Allocation.of(run().build());
    assertThat(allocation.peakExecutors()).isEmpty();
    assertThat(allocation.coreMs()).isEmpty();
  }
}
