/**
 * The {@code spark-optimizer} command: a thin face on {@link io.sparkoptimizer.Optimizer}. It uses
 * api types alone; what reads logs, keeps runs and answers is found on the class path.
 *
 * <p>{@code Cli} puts the commands together and turns every failure into a message and an exit code.
 * A command asks {@code Session} for settings, streams and the optimizer, and prints either a text
 * for people or one JSON document, made by one class per document.
 */
@NullMarked
package io.sparkoptimizer.cli;

import org.jspecify.annotations.NullMarked;
