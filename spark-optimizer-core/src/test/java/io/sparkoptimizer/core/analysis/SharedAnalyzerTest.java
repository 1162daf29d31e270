package io.sparkoptimizer.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.sparkoptimizer.Analysis;
import io.sparkoptimizer.Analysis.Finding;
import io.sparkoptimizer.Prices;
import io.sparkoptimizer.core.eventlog.EventLogs;
import io.sparkoptimizer.spark.SparkSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The analysis over a folder of shared logs, of many Spark versions and clusters. */
class SharedAnalyzerTest {

  @Test
  void analyze_sharedLogs_neverFailsAndProposesOnlyWhatSparkTakes() {
    String shared = System.getProperty("shared", "");
    assumeFalse(shared.isEmpty(), "-Dshared=FOLDER names no shared logs");
    List<String> runs = new ArrayList<>();
    Clock clock = Clock.fixed(Instant.ofEpochSecond(1_800_000_000), ZoneOffset.UTC);
    EventLogs.read(Path.of(shared, "eventlogs"), clock, run -> {
      runs.add(run.source().toString());
      Analysis analysis = Analyzer.analyze(run, Prices.DEFAULT);
      for (Finding finding : analysis.findings()) {
        finding.sparkConf().forEach((property, value) -> {
          if (property.endsWith("memory") || property.endsWith("memoryOverhead")) {
            assertThat(SparkSettings.memoryMb(finding.sparkConf(), property))
                .as("%s: %s=%s", run.source(), property, value)
                .isPresent();
          }
        });
      }
    });
    assertThat(runs).isNotEmpty();
  }
}
