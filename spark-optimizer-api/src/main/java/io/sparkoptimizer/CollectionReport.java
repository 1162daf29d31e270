package io.sparkoptimizer;

import java.util.Comparator;
import java.util.List;

/**
 * What a collection did.
 *
 * @param processed runs read and stored, new, better than before or equal
 * @param added runs that the repository did not have
 * @param updated runs that replaced a lesser record of themselves
 * @param unchanged inputs known from an earlier collection, not read again
 * @param filtered inputs that the request leaves out; a collection that asks for them will read them
 * @param skipped inputs that hold no run, in the order of their paths; those too that were skipped
 *     before and have not changed
 * @param reading what was read for it
 */
public record CollectionReport(
    long processed,
    long added,
    long updated,
    long unchanged,
    long filtered,
    List<SkippedInput> skipped,
    Reading reading) {
  public CollectionReport {
    skipped = skipped.stream()
        .sorted(Comparator.comparing(SkippedInput::path).thenComparing(SkippedInput::reason))
        .toList();
  }

  /**
   * How much was read, and in what time.
   *
   * @param inputs read to their end, whether they held a run or not
   * @param bytes of inputs as they are stored, compressed or not
   * @param durationMs of the whole collection, in milliseconds
   */
  public record Reading(long inputs, long bytes, long durationMs) {
    /** Nothing was read. */
    public static final Reading NOTHING = new Reading(0, 0, 0);
  }
}
