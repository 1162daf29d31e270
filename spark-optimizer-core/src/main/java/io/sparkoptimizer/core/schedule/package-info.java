/**
 * What a recorded run would take on other resources. {@link
 * io.sparkoptimizer.core.schedule.RecordedSchedule} takes a run apart into jobs, stages and task
 * times; {@code Simulation} gives them to other slots. docs/algorithms.md has the formulas and what
 * they get wrong.
 */
@NullMarked
package io.sparkoptimizer.core.schedule;

import org.jspecify.annotations.NullMarked;
