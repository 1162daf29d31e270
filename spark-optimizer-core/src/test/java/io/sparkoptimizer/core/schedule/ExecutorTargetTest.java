package io.sparkoptimizer.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Each number here is what {@code ExecutorAllocationManager} of Spark 3.5 says, worked out by hand. */
class ExecutorTargetTest {
  private static DynamicAllocation settings(int min, int initial, int max, double ratio) {
    return new DynamicAllocation(min, initial, max, ratio, 1_000, 2_000, 60_000, 60_000, 60_000);
  }

  private static ExecutorTarget backlogged(DynamicAllocation settings, int tasksPerExecutor) {
    ExecutorTarget target = new ExecutorTarget(settings, tasksPerExecutor);
    target.initialized();
    assertThat(target.backlogged(0)).isTrue();
    return target;
  }

  @Test
  void update_lastingBacklog_doublesWhatIsAdded() {
    ExecutorTarget target = backlogged(settings(0, 1, 100, 1), 1);

    target.update(999, 100, 1);
    assertThat(target.executors()).isEqualTo(1);
    target.update(1_000, 100, 1);
    assertThat(target.executors()).isEqualTo(2);
    assertThat(target.addTime()).isEqualTo(3_000);
    target.update(3_000, 100, 2);
    assertThat(target.executors()).isEqualTo(4);
    target.update(5_000, 100, 2);
    assertThat(target.executors()).isEqualTo(8);
    target.update(7_000, 100, 2);
    assertThat(target.executors()).isEqualTo(16);
  }

  @Test
  void update_fewTasks_stopsAtWhatTheyNeedAndBeginsAnew() {
    ExecutorTarget target = backlogged(settings(0, 1, 100, 1), 1);

    target.update(1_000, 5, 1);
    target.update(3_000, 5, 2);
    assertThat(target.executors()).isEqualTo(4);
    target.update(5_000, 5, 4);
    assertThat(target.executors()).isEqualTo(5);
    // One was added where four were due: the next time one is due.
    target.update(7_000, 50, 5);
    assertThat(target.executors()).isEqualTo(6);
  }

  @Test
  void update_maximumReached_asksForNoMore() {
    ExecutorTarget target = backlogged(settings(0, 1, 3, 1), 1);

    target.update(1_000, 100, 1);
    target.update(3_000, 100, 1);
    target.update(5_000, 100, 1);

    assertThat(target.executors()).isEqualTo(3);
  }

  @Test
  void update_fewerTasks_lowersAtOnceButNotBelowTheMinimum() {
    ExecutorTarget target = backlogged(settings(2, 8, 100, 1), 4);

    target.update(10, 17, 8);
    assertThat(target.executors()).isEqualTo(5);
    target.update(20, 0, 8);
    assertThat(target.executors()).isEqualTo(2);
  }

  @Test
  void update_moreExecutorsThanTheTarget_countsFromThem() {
    ExecutorTarget target = backlogged(settings(0, 8, 100, 1), 1);

    target.update(10, 1, 8);
    assertThat(target.executors()).isEqualTo(1);
    target.update(1_000, 100, 8);
    assertThat(target.executors()).isEqualTo(9);
    // Eight more than the target was are not the one that was due: the next time one is due again.
    target.update(3_000, 100, 9);
    assertThat(target.executors()).isEqualTo(10);
    target.update(5_000, 100, 10);
    assertThat(target.executors()).isEqualTo(12);
  }

  @Test
  void update_allocationRatioAndTasksPerExecutor_roundUp() {
    ExecutorTarget target = backlogged(settings(0, 50, 100, 0.5), 4);

    target.update(10, 17, 0);

    // 17 x 0.5 / 4 = 2.125
    assertThat(target.executors()).isEqualTo(3);
  }

  @Test
  void update_noStageYet_keepsTheInitialNumber() {
    ExecutorTarget target = new ExecutorTarget(settings(0, 8, 100, 1), 1);

    target.update(5_000, 0, 8);
    assertThat(target.executors()).isEqualTo(8);
    target.initialized();
    target.update(5_000, 0, 8);
    assertThat(target.executors()).isZero();
  }

  @Test
  void queueEmpty_thenBacklogged_waitsAnewAndAddsOne() {
    ExecutorTarget target = backlogged(settings(0, 1, 100, 1), 1);
    target.update(1_000, 100, 1);
    assertThat(target.backlogged(1_500)).isFalse();
    target.queueEmpty();
    assertThat(target.addTime()).isInfinite();

    assertThat(target.backlogged(2_000)).isTrue();
    target.update(2_999, 100, 2);
    assertThat(target.executors()).isEqualTo(2);
    target.update(3_000, 100, 2);
    assertThat(target.executors()).isEqualTo(3);
  }
}
