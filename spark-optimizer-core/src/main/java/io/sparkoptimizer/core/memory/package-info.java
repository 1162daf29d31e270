/** Runs kept in memory: what serves where no database module is on the class path. */
@NullMarked
package io.sparkoptimizer.core.memory;

import org.jspecify.annotations.NullMarked;
