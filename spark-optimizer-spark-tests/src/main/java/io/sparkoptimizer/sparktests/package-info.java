/**
 * Real Spark for tests: {@link io.sparkoptimizer.sparktests.SparkInstallation} is a release in a folder, and {@link
 * io.sparkoptimizer.sparktests.SparkProcess}, {@link io.sparkoptimizer.sparktests.StandaloneCluster} and {@link
 * io.sparkoptimizer.sparktests.HistoryServerProcess} are its programs, each started as a child process on loopback and ended on close.
 * No class of Spark is ever loaded in the JVM that uses this package.
 *
 * <p>{@link io.sparkoptimizer.sparktests.SampleLogs} makes the committed logs, {@link io.sparkoptimizer.sparktests.EventLogCleaner} takes
 * the traces of the machine out of them, {@link io.sparkoptimizer.sparktests.MachineTraces} finds what is left.
 */
@NullMarked
package io.sparkoptimizer.sparktests;

import org.jspecify.annotations.NullMarked;
