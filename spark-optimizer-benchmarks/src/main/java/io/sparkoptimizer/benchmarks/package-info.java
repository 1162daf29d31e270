/** What things cost, each benchmark beside a limit or a peer in the same run. docs/performance.md has the figures. */
@NullMarked
package io.sparkoptimizer.benchmarks;

import org.jspecify.annotations.NullMarked;
