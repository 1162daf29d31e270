package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkoptimizer.sparktests.MemoryPoint.Job;
import io.sparkoptimizer.sparktests.MemoryRun.Outcome;
import org.junit.jupiter.api.Test;

class MemoryPointTest {

  @Test
  void all_ofThePoints_areEachJobWithEachInput() {
    assertThat(MemoryPoint.all())
        .doesNotHaveDuplicates()
        .hasSize(Job.values().length * MemoryPoint.PERCENTS.size());
    assertThat(MemoryPoint.all().subList(0, Job.values().length))
        .allMatch(point -> point.percent() == 100);
    assertThat(MemoryPoint.all())
        .extracting(MemoryPoint::label)
        .contains("seen_keys-x1", "seen_keys-x1.6", "broadcast_profiles-x2.4");
  }

  @Test
  void conf_usualJob_isSparksDefaultsButForHeapAndPolling() {
    assertThat(new MemoryPoint(Job.SEEN_KEYS, 100).conf(2048))
        .containsEntry("spark.executor.memory", "2048m")
        .containsEntry("spark.executor.metrics.pollingInterval", "500ms")
        .containsEntry("spark.eventLog.logStageExecutorMetrics", "true")
        .allSatisfy((property, value) ->
            assertThat(property).doesNotStartWith("spark.sql").doesNotStartWith("spark.memory"));
  }

  @Test
  void conf_offHeapJob_hasMemoryOffTheHeap() {
    assertThat(new MemoryPoint(Job.OFF_HEAP_TOTALS, 100).conf(2048))
        .containsEntry("spark.memory.offHeap.enabled", "true")
        .containsEntry("spark.memory.offHeap.size", "1g");
  }

  @Test
  void job_unknownLabel_saysWhichThereAre() {
    assertThatThrownBy(() -> Job.of("seen"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("no job \"seen\"; there are broadcast_profiles, ");
  }

  @Test
  void row_ofARun_readsAsTheSameRun() {
    MemoryRun run = new MemoryRun(
        new MemoryPoint(Job.CACHED_POINTS, 160),
        1448,
        "bisect",
        2,
        Outcome.SLOW,
        7100,
        8300,
        550,
        1.5,
        0.0,
        192,
        "app-20261120180000-0000");

    assertThat(MemoryRun.parse(run.row())).isEqualTo(run);
    assertThat(run.row()).startsWith("cached_points-x1.6-1448m-r2.zstd,app-20261120180000-0000,");
    assertThatThrownBy(() -> MemoryRun.parse("a,b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a row of the manifest has 16 values, was 2");
  }
}
