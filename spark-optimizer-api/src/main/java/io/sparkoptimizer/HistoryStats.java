package io.sparkoptimizer;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
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
 * @param recommendations how right the newest given recommendations were
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
    String currency,
    FollowUp recommendations) {

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

  /**
   * What became of recommendations that predicted a time. Each is in at most one of {@code followed},
   * {@code notFollowed}, {@code open} and {@code otherInput}; in none where the job it was for had no run
   * when it was given, since nothing then tells which runs are that job's.
   *
   * @param given how many were looked at
   * @param followed a run came that had the proposed settings, and no other input as far as is known
   * @param notFollowed runs came, none of them with the proposed settings
   * @param open no run came before the next recommendation for the job
   * @param otherInput a run came with the proposed settings, and read over 20 % more or less than the
   *     prediction was for
   * @param withinInterval share of the followed whose run ended well and took a time in the predicted
   *     interval, among those whose run ended well; in [0, 1]
   * @param medianApe median of |predicted - actual| / actual over the same, in percent
   * @param within20Percent share of the followed whose time is within 20 % of the predicted one and
   *     that nothing ran out of memory in; what {@code meanConfidence} promised; in [0, 1]
   * @param meanConfidence mean confidence of the followed; in [0, 1]
   * @param diedOfMemory how many of the followed had something die for memory; empty where none was
   *     followed
   */
  public record FollowUp(
      long given,
      long followed,
      long notFollowed,
      long open,
      long otherInput,
      OptionalDouble withinInterval,
      OptionalDouble medianApe,
      OptionalDouble within20Percent,
      OptionalDouble meanConfidence,
      OptionalLong diedOfMemory) {}

  /** What the runs that started on one UTC day used. */
  public record Day(LocalDate day, Usage usage) {}
}
