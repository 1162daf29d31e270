package io.sparkoptimizer;

import io.sparkoptimizer.spark.ApplicationRun;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What a run did with what it was given.
 *
 * @param run the run
 * @param healthScore 0 to 100: 100 less what the findings waste and risk; empty where no task ran
 * @param efficiency how much of what was given did work
 * @param bottleneck what most of the slot time went to
 * @param findings worst first
 */
public record Analysis(
    ApplicationRun run,
    OptionalInt healthScore,
    Efficiency efficiency,
    Bottleneck bottleneck,
    List<Finding> findings) {
  public Analysis {
    findings = List.copyOf(findings);
  }

  /** What bounds a run. */
  public enum Bottleneck {
    CPU,
    MEMORY,
    IO,
    SHUFFLE,
    SCHEDULER,
    DRIVER,
    SKEW,
    IDLE,
    UNKNOWN;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * How much of what was given did work. Ratios lie in [0, 1] and are empty where the log does not
   * tell.
   *
   * @param slotOccupancy slot time / (slots x lifetime of the executors)
   * @param cpuUtilization CPU time / (cores x lifetime)
   * @param heapUtilization largest used heap / heap given
   * @param wastedCoreHours core-hours in which a slot held no task
   * @param wastedGbHours container GiB-hours of these slots, and of heap far above its peak
   * @param wastedCost what both cost
   * @param breakdownMs slot time by what it went to
   */
  public record Efficiency(
      OptionalDouble slotOccupancy,
      OptionalDouble cpuUtilization,
      OptionalDouble heapUtilization,
      OptionalDouble wastedCoreHours,
      OptionalDouble wastedGbHours,
      OptionalDouble wastedCost,
      Breakdown breakdownMs) {}

  /**
   * Where the time went: {@code startup} and {@code driver} in wall-clock milliseconds, the others
   * in milliseconds of slot time. Empty where the log does not tell.
   *
   * @param startup from the application's start to its first task
   * @param driver after that, time in which no task ran
   * @param compute run time without collector, fetch wait and spill
   * @param gc collector time of tasks
   * @param shuffleReadWait tasks waiting for remote shuffle blocks
   * @param spill estimated from the bytes spilled at 100 MB/s
   * @param skewTail slots idle while the longest task of a stage ran on
   * @param scheduling slot time outside the run time: delay, deserialisation, result
   * @param retries slot time of tasks that failed or were killed, and of attempts that made lost
   *     output of a completed stage again
   * @param idle slots without a task while an executor lived
   */
  public record Breakdown(
      OptionalLong startup,
      OptionalLong driver,
      OptionalLong compute,
      OptionalLong gc,
      OptionalLong shuffleReadWait,
      OptionalLong spill,
      OptionalLong skewTail,
      OptionalLong scheduling,
      OptionalLong retries,
      OptionalLong idle) {}

  /** How bad a finding is; the worst first. */
  public enum Severity {
    CRITICAL,
    HIGH,
    MEDIUM,
    LOW;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A symptom, its evidence, what it costs to leave it, and a remedy.
   *
   * @param rule named for the symptom: {@code skewed-stage}
   * @param severity how bad it is
   * @param stageId the stage; empty where it is the whole run's
   * @param title one line
   * @param evidence what was seen, against which threshold
   * @param wastedMs wall-clock time that it cost; empty where that cannot be told
   * @param wastedCoreHours core-hours that it cost
   * @param wastedCost what they cost
   * @param advice in words
   * @param sparkConf the remedy as Spark properties; empty where it is none of them
   */
  public record Finding(
      String rule,
      Severity severity,
      OptionalInt stageId,
      String title,
      List<Measured> evidence,
      OptionalLong wastedMs,
      OptionalDouble wastedCoreHours,
      OptionalDouble wastedCost,
      String advice,
      Map<String, String> sparkConf) {
    public Finding {
      evidence = List.copyOf(evidence);
      // By name: Map.copyOf has another order in every JVM, and equal runs give equal documents.
      sparkConf = Collections.unmodifiableMap(new TreeMap<>(sparkConf));
    }
  }

  /** A metric held against a threshold. */
  public record Measured(String metric, double observed, double threshold, String unit) {}
}
