package io.sparkoptimizer.core.similarity;

import java.util.Comparator;

/**
 * A job found.
 *
 * @param signature its job signature
 * @param similarity in [0, 1]
 */
public record Match(String signature, double similarity) {
  /** Equals go by signature, so that the order is fixed. */
  public static final Comparator<Match> BEST_FIRST =
      Comparator.comparingDouble(Match::similarity).reversed().thenComparing(Match::signature);
}
