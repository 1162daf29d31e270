package io.sparkoptimizer.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PeakEvidenceTest {
  @Test
  void isTrusted_fixedReleases_areAndOthersAreNot() {
    for (String version : new String[] {"3.5.7", "3.5.10", "3.5.7-SNAPSHOT", "4.0.1", "4.1.0"}) {
      assertThat(PeakEvidence.countsPagesRightly(version)).as(version).isTrue();
    }
    for (String version : new String[] {"2.4.8", "3.4.9", "3.5.6", "4.0.0", "4.0.0-rc1", "", "x"}) {
      assertThat(PeakEvidence.countsPagesRightly(version)).as(version).isFalse();
    }
    assertThat(PeakEvidence.countsPagesRightly(null)).isFalse();
  }
}
