/** What runs tell of each part of the memory that they are given, how good it is, and what would tell more. */
@NullMarked
package io.sparkoptimizer.core.budget;

import org.jspecify.annotations.NullMarked;
