package io.sparkoptimizer;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the history holds in all.
 *
 * @param applications runs
 * @param jobs different job signatures
 * @param byStatus runs by how they ended
 * @param firstStartMs earliest start
 * @param lastStartMs latest start
 * @param total over all runs
 * @param byJobType the same, by kind of work
 * @param byDay the same, by the UTC day of the start, oldest first; runs without a start left out
 * @param currency of all costs
 */
public record HistoryStats(
    long applications,
    long jobs,
    Map<String, Long> byStatus,
    OptionalLong firstStartMs,
    OptionalLong lastStartMs,
    Usage total,
    Map<JobType, Usage> byJobType,
    List<Day> byDay,
    String currency) {

  /**
   * What runs used.
   *
   * @param runs how many
   * @param coreHours allocated executor core-hours
   * @param gbHours allocated executor container GiB-hours
   * @param cost of both
   * @param wastedCoreHours core-hours in which a slot held no task
   * @param wastedCost what they cost, with their memory
   */
  public record Usage(
      long runs,
      double coreHours,
      double gbHours,
      double cost,
      double wastedCoreHours,
      double wastedCost) {}

  /** What the runs that started on one UTC day used. */
  public record Day(LocalDate day, Usage usage) {}
}
