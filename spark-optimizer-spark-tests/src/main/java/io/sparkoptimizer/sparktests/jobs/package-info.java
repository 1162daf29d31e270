/**
 * The Spark jobs whose event logs we keep, written as production jobs are: a main class each, settings from {@code spark-submit}. Only a
 * child process loads them; nothing of ours has Spark on its class path.
 */
@NullMarked
package io.sparkoptimizer.sparktests.jobs;

import org.jspecify.annotations.NullMarked;
