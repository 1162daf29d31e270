package io.sparkoptimizer.cli;

import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.OptimizerBuilder;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The world outside, handed in so that tests can make their own.
 *
 * @param stdout answers only
 * @param stderr messages, logs and progress
 * @param environment environment variables
 * @param workingDirectory where {@code ./spark-optimizer.yaml} is looked for
 * @param home the user's home folder
 * @param command what the user typed to start it
 * @param installation root of the checkout; null where the launcher did not say
 * @param stdoutTerminal whether a person reads stdout
 * @param stderrTerminal whether a person reads stderr
 * @param optimizers makes the optimizer
 */
record Surroundings(
    OutputStream stdout,
    OutputStream stderr,
    Map<String, String> environment,
    Path workingDirectory,
    Path home,
    String command,
    @Nullable String installation,
    boolean stdoutTerminal,
    boolean stderrTerminal,
    Function<OptimizerBuilder, Optimizer> optimizers) {}
