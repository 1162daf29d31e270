package io.sparkoptimizer.spark;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How much of a run its records tell.
 *
 * @param complete whether the log holds a whole run: started, ended, nothing cut, compacted or lost
 * @param issues what is missing or wrong, in the order of {@link QualityIssue}
 * @param lines lines in the log, blank ones left out
 * @param unparsableLines lines that are no JSON object, a cut last line included
 * @param eventsRead events that were used
 * @param eventsSkipped events of kinds that nothing here needs
 */
public record DataQuality(
    boolean complete,
    Set<QualityIssue> issues,
    long lines,
    long unparsableLines,
    long eventsRead,
    long eventsSkipped) {
  public DataQuality {
    EnumSet<QualityIssue> ordered = EnumSet.noneOf(QualityIssue.class);
    ordered.addAll(issues);
    issues = Collections.unmodifiableSet(ordered);
  }

  public boolean has(QualityIssue issue) {
    return issues.contains(issue);
  }

  /** The same with one more issue. */
  public DataQuality with(QualityIssue issue) {
    EnumSet<QualityIssue> more = EnumSet.of(issue);
    more.addAll(issues);
    return new DataQuality(complete, more, lines, unparsableLines, eventsRead, eventsSkipped);
  }
}
