package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.StageAttempt;
import io.sparkoptimizer.spark.TaskDistribution;
import java.util.Optional;

/**
 * What the longest task of a stage attempt cost by running on when the others were done.
 *
 * <p>The stage's own wall time W is held against its slot time spread evenly over the slots it could
 * use: {@code balanced = slotTime / min(tasks, slots alive)}. The tail is the smaller of {@code W -
 * balanced} (more cannot be saved by balancing) and {@code max - median} (more is not owed to the
 * longest task). A long task that starts early, among several waves, thus costs nothing. It assumes
 * that the longest task ends last, so that the tail is the end of the stage; tasks are not kept
 * one by one. Slots that other stages use meanwhile are not idle.
 *
 * @param tailMs wall-clock length of the tail
 * @param aloneMs the part of it in which no other stage ran: what the application waited for
 * @param idleSlotMs slot time left idle in the tail
 */
record SkewTail(long tailMs, long aloneMs, long idleSlotMs) {

  /** Fewer tasks have no median that says what is usual. */
  private static final int MIN_TASKS = 3;

  /** Empty where durations or slots are not known. */
  static Optional<SkewTail> of(RunFacts facts, StageAttempt stage) {
    Distribution durations = stage.distribution(TaskDistribution.DURATION_MS);
    long from = facts.from(stage);
    long to = facts.to(stage);
    if (durations.count() < MIN_TASKS || facts.slotsDuring(stage).isEmpty() || to <= from) {
      return Optional.empty();
    }
    double slots = Math.min(facts.slotsDuring(stage).getAsDouble(), (double) durations.count());
    double excess = (double) (durations.max() - durations.quantile(0.5));
    double unbalanced = (to - from) - stage.slotTimeMs() / slots;
    double saved = Math.min(excess, unbalanced);
    long tail = Math.max(0, Math.round(saved));
    long begin = to - tail;
    long alone = 0;
    for (StepFunction.Stretch stretch : facts.running().stretchesAtMost(1, begin, to)) {
      alone += stretch.lengthMs();
    }
    double own = stage.slotTimeMs() * (double) tail / (to - from);
    double others = Math.max(0, facts.busy().integral(begin, to) - own);
    double idle = facts.slots().integral(begin, to) - others - tail;
    return Optional.of(new SkewTail(tail, alone, Math.max(0, Math.round(idle))));
  }
}
