package io.sparkoptimizer.core;

import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.OptimizerBuilder;

/** Makes the optimizer of this module. Found by {@link java.util.ServiceLoader}. */
public final class DefaultOptimizerProvider implements Optimizer.Provider {
  @Override
  public Optimizer create(OptimizerBuilder parts) {
    return DefaultOptimizer.create(parts);
  }
}
