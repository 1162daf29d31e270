/**
 * What a run did with what it was given: {@link io.sparkoptimizer.core.analysis.Analyzer} accounts
 * for its slot time, asks each rule for the symptom it is named for, orders the findings and scores
 * the run. {@code docs/findings.md} describes every rule.
 *
 * <p>{@code RunFacts} derives once what the rules share: who was alive when, which stages ran when,
 * how much of the slot time the log tells. A rule is one class with one question; adding one is a
 * class and a line in {@code Analyzer}.
 */
@NullMarked
package io.sparkoptimizer.core.analysis;

import org.jspecify.annotations.NullMarked;
