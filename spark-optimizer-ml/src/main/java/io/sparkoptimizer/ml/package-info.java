/**
 * Gradient boosting: {@link io.sparkoptimizer.ml.XgboostPredictor} learns run times of the runs that it is
 * given. XGBoost's native library is loaded when something is learnt, never on discovery, and never to
 * predict: trees are read into Java.
 */
@NullMarked
package io.sparkoptimizer.ml;

import org.jspecify.annotations.NullMarked;
