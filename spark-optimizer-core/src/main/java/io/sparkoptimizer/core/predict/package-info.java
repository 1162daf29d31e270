/** Run times learnt from runs alone: what is predicted where no stages are known, and what is simpler. */
@NullMarked
package io.sparkoptimizer.core.predict;

import org.jspecify.annotations.NullMarked;
