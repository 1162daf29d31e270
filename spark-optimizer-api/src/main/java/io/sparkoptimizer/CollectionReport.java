package io.sparkoptimizer;

import java.util.List;

/**
 * What a collection did.
 *
 * @param processed runs read and stored, new, better than before or equal
 * @param added runs that the repository did not have
 * @param updated runs that replaced a lesser record of themselves
 * @param unchanged inputs known from an earlier collection, not read again
 * @param skipped inputs that hold no run
 */
public record CollectionReport(
    long processed, long added, long updated, long unchanged, List<SkippedInput> skipped) {
  public CollectionReport {
    skipped = List.copyOf(skipped);
  }
}
