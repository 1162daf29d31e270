/**
 * How far off predictions are on a history's own runs: {@link
 * io.sparkoptimizer.core.backtest.Backtester} holds runs out and predicts them from others, and simple
 * baselines answer the same questions. docs/algorithms.md has the protocols and the formulas.
 */
@NullMarked
package io.sparkoptimizer.core.backtest;

import org.jspecify.annotations.NullMarked;
