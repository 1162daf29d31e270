package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Analysis.Severity;
import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ClusterManager;
import io.sparkoptimizer.spark.SparkSettings;
import java.util.List;

/**
 * {@code idle-slots}: executors were held while their slots had nothing to do.
 *
 * <p>Fires where {@value #THRESHOLD} or more of slots x lifetime held no task, though tasks ran (DataFlint); .65 is
 * medium, .80 high (spark-advisor's bounds lie at .60 and .80), below {@value #SMALL_CORE_HOURS}
 * core-hours always low. Batch runs only: in a notebook, a server or a stream idle slots are waiting
 * for someone. Core-hours lost = all that were idle; no wall time is lost.
 *
 * <p>A smaller number of executors is named only where it cannot cost time: all stages that ran at
 * once never had tasks for more. Dynamic allocation is named where gaps without any stage are long
 * enough for executors to go. Whatever else is a trade of time against money, which the what-if
 * simulation answers.
 */
final class IdleSlotsRule implements Rule {
  static final double THRESHOLD = 0.50;
  private static final double MEDIUM = 0.65;
  private static final double HIGH = 0.80;
  static final double SMALL_CORE_HOURS = 0.1;
  /** Spark's default {@code spark.dynamicAllocation.executorIdleTimeout}, milliseconds. */
  private static final long IDLE_TIMEOUT_MS = 60_000;
  /** Share of slots x lifetime that dynamic allocation must give back to be worth its ramp-up. */
  private static final double WORTH_DYNAMIC = 0.20;

  @Override
  public String name() {
    return "idle-slots";
  }

  @Override
  public List<Finding> findings(RunFacts facts) {
    if (facts.slotOccupancy().isEmpty()
        || facts.ran().isEmpty()
        || facts.run().kind() != ApplicationKind.BATCH) {
      return List.of();
    }
    double idle = 1 - facts.slotOccupancy().getAsDouble();
    double coreHours = idle * facts.totalCoreHours().orElse(0);
    if (idle < THRESHOLD || facts.isStreaming()) {
      return List.of();
    }
    Severity severity =
        idle >= HIGH ? Severity.HIGH : idle >= MEDIUM ? Severity.MEDIUM : Severity.LOW;
    if (coreHours < SMALL_CORE_HOURS) {
      severity = Severity.LOW;
    }
    long capacity = facts.capacityMs().orElse(1);
    double without = Math.min(idle, Accounts.slotsWithoutStage(facts) / capacity);
    Draft draft = new Draft(
            facts,
            this,
            severity,
            "Slots held no task for " + Words.percent(idle) + " of the executors' time")
        .evidence("slot_idle_share", idle, THRESHOLD, "ratio")
        .evidence("slot_idle_share_without_stage", without, THRESHOLD, "ratio")
        .wastedCoreHours(coreHours);
    if (without >= idle / 2) {
      draft.advice("Most of it passed while no stage ran (" + Words.percent(without)
          + " of all): start-up and driver work. Look for collects, file listings, commits and"
          + " actions that wait for each other; independent ones can run at the same time.");
    } else {
      draft.advice("Most of it passed while stages ran that had too few tasks, or waited for their"
          + " longest one.");
    }
    adviseSize(facts, draft);
    return List.of(draft.build());
  }

  private static void adviseSize(RunFacts facts, Draft draft) {
    boolean dynamic = SparkSettings.flag(
            facts.run().configuration(), "spark.dynamicAllocation.enabled")
        .orElse(false);
    int peak = facts.allocation().peakExecutors().orElse(0);
    ClusterManager manager = facts.run().clusterManager();
    if (manager == ClusterManager.LOCAL) {
      draft.advice("In local mode the slots are the N of local[N].");
      return;
    }
    int mostTasks = (int) Math.min(Integer.MAX_VALUE, facts.tasks().max());
    int useful = (int)
        Math.max(1, Math.ceil((double) mostTasks / facts.slotsPerExecutor().orElse(1)));
    if (facts.wallTold() && facts.run().quality().complete() && useful < peak) {
      draft.advice("No more than " + Words.count(mostTasks, "task")
          + " could run at one time: executors beyond " + useful + " never had work."
          + " Keep them only if cached data needs their memory.");
      sizeConf(facts, draft, dynamic, useful);
      return;
    }
    double released = facts.driverGaps().stream()
        .filter(gap -> gap.lengthMs() > IDLE_TIMEOUT_MS)
        .mapToDouble(gap -> facts.slots().integral(gap.from() + IDLE_TIMEOUT_MS, gap.to()))
        .sum();
    boolean worth = released >= WORTH_DYNAMIC * facts.capacityMs().orElse(Long.MAX_VALUE);
    boolean asks = manager == ClusterManager.YARN
        || manager == ClusterManager.KUBERNETES
        || manager == ClusterManager.STANDALONE;
    if (!dynamic && worth && asks && facts.sparkAtLeast(3, 0)) {
      draft
          .advice("Dynamic allocation would give executors back in the long gaps; those with cached"
              + " or shuffle data stay.")
          .conf("spark.dynamicAllocation.enabled", "true");
      atMost(facts, draft, peak);
      boolean service = SparkSettings.flag(
              facts.run().configuration(), "spark.shuffle.service.enabled")
          .orElse(false);
      if (!service) {
        draft.conf("spark.dynamicAllocation.shuffleTracking.enabled", "true");
      }
    } else if (dynamic && worth) {
      draft.advice(
          "Dynamic allocation is on and kept them: look at minExecutors, the idle timeout, and"
              + " cached or shuffle data that holds executors.");
    } else {
      draft.advice(
          "Fewer executors cost less and may take longer: ask the what-if simulation how much"
              + " longer before changing the number.");
    }
  }

  private static void sizeConf(RunFacts facts, Draft draft, boolean dynamic, int useful) {
    if (facts.run().clusterManager() == ClusterManager.DATABRICKS) {
      return; // sized in workers, not by Spark's properties
    }
    if (!dynamic) {
      draft.conf("spark.executor.instances", String.valueOf(useful));
      return;
    }
    atMost(facts, draft, useful);
  }

  /** Keeps min <= initial <= max: Spark refuses to start otherwise, and a fixed count is an initial one. */
  private static void atMost(RunFacts facts, Draft draft, int executors) {
    draft.conf("spark.dynamicAllocation.maxExecutors", String.valueOf(executors));
    for (String property : List.of(
        "spark.dynamicAllocation.minExecutors",
        "spark.dynamicAllocation.initialExecutors",
        "spark.executor.instances")) {
      if (SparkSettings.count(facts.run().configuration(), property).orElse(0) > executors) {
        draft.conf(property, String.valueOf(executors));
      }
    }
  }
}
