package io.sparkoptimizer.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.core.memory.InMemoryRepository;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spi.InputStamp;
import io.sparkoptimizer.spi.Repository;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NamedJobTest {
  private static final String SALES = "nightly-sales@com.acme.NightlySales";

  private final Repository history = new InMemoryRepository.Provider().create(Map.of());
  private int recorded;

  @BeforeEach
  void record() {
    record("nightly-sales-2026-11-07", SALES);
    record("nightly-sales-2026-11-08", SALES);
    record("orders", "orders@com.acme.Orders");
  }

  @AfterEach
  void close() {
    history.close();
  }

  private void record(String name, String signature) {
    ApplicationRun run = ApplicationRun.builder()
        .appId("app-" + ++recorded)
        .name(name)
        .jobSignature(signature)
        .startTimeMs(OptionalLong.of(1_000L * recorded))
        .build();
    history.save(
        List.of(new Repository.CollectedRun(run, new InputStamp("log-" + recorded, 1, 1))));
  }

  @Test
  void signature_everyWayToNameTheJob_isFound() {
    for (String named : List.of(
        SALES,
        "nightly-sales-2026-11-08",
        "nightly-sales",
        "nightly-sales-2026-11-09",
        "NIGHTLY_SALES 20261109")) {
      assertThat(NamedJob.signature(named, history)).as(named).contains(SALES);
    }
  }

  @Test
  void signature_nobodyKnows_isEmpty() {
    assertThat(NamedJob.signature("nightly", history)).isEmpty();
    assertThat(NamedJob.signature("", history)).isEmpty();
  }

  @Test
  void signature_severalJobsOfThatName_areListed() {
    record("nightly-sales-x", "nightly-sales@com.acme.Other");
    assertThatThrownBy(() -> NamedJob.signature("nightly-sales", history))
        .isInstanceOf(OptimizerException.class)
        .hasMessage("\"nightly-sales\" means several jobs: nightly-sales@com.acme.NightlySales,"
            + " nightly-sales@com.acme.Other; name one of them by its signature");
  }
}
