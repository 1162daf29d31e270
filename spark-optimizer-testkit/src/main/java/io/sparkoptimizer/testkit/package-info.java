/**
 * For authors of plug-ins: extend {@link io.sparkoptimizer.testkit.RepositoryCompatibilityKit} to see
 * whether a repository does what every repository does; {@link
 * io.sparkoptimizer.testkit.SyntheticRuns} makes the runs to try it with.
 */
@Experimental
@NullMarked
package io.sparkoptimizer.testkit;

import io.sparkoptimizer.Experimental;
import org.jspecify.annotations.NullMarked;
