/** What platforms give an executor: overhead beside the heap, containers and their steps. */
@NullMarked
package io.sparkoptimizer.core.container;

import org.jspecify.annotations.NullMarked;
