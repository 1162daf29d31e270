/** Questions about a recorded run: other executors, cores, memory, partitions, input. */
@NullMarked
package io.sparkoptimizer.core.whatif;

import org.jspecify.annotations.NullMarked;
