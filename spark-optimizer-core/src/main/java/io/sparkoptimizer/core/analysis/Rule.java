package io.sparkoptimizer.core.analysis;

import io.sparkoptimizer.Analysis.Finding;
import java.util.List;

/** Looks for one symptom. Stateless; says nothing where the log does not tell. */
interface Rule {
  /** Named for the symptom: {@code skewed-stage}; fixed for good. */
  String name();

  /** Findings in any order; the same run gives the same ones. */
  List<Finding> findings(RunFacts facts);
}
