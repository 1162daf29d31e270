package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobSignaturesTest {
  private static final Program NONE = new Program(null);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nightly-sales",
        "Nightly Sales",
        "nightly_sales_2026-11-01",
        "nightly-sales-20261101",
        "nightly-sales-2026-11-02T07",
        "nightly-2026-11-01-sales",
        "nightly_2026_11_01_sales",
        "01.11.2026 nightly sales",
        "nightly-sales 2026-11",
        "nightly-sales-7",
        "nightly-sales 20261101T030000Z",
        "nightly-sales 2026/11/01 03:00:00",
        "nightly-sales-nov-2026",
        "nightly-sales-01nov2026",
        "nightly-sales-sunday",
        "nightly-sales-run42",
        "nightly-sales (attempt 2)",
        "nightly-sales-123e4567-e89b-12d3-a456-426614174000",
        "nightly-sales-4f9c2ab81d",
        "nightly-sales-2x4-1024m-p200-r3",
        "nightly-sales 30g 90s",
      })
  void stableName_sameJobOtherRun_isEqual(String name) {
    assertThat(JobSignatures.stableName(name)).isEqualTo("nightly-sales");
  }

  @ParameterizedTest
  @CsvSource({
    "sales-eu, sales-us",
    "load-v2-orders, load-v2-customers",
    "tpcds-q1, tpcds-q2",
    "customer-360-join, customer-join",
    "etl-step-1-load, etl-step-2-load",
    "orders, orders-archive",
    "feature-a, feature-b",
    "s3-export, gs-export",
    "load facade, load decade",
  })
  void stableName_differentJobs_stayApart(String one, String other) {
    assertThat(JobSignatures.stableName(one)).isNotEqualTo(JobSignatures.stableName(other));
  }

  @ParameterizedTest
  @ValueSource(strings = {"20261101", "  42 ", "2x4"})
  void stableName_nothingElse_isKept(String name) {
    assertThat(JobSignatures.stableName(name)).isEqualTo(name.strip());
  }

  @Test
  void of_noTags_isNameAndProgram() {
    assertThat(JobSignatures.of(Map.of(), "Sales 2026-11-01", new Program("com.acme.Sales")))
        .isEqualTo("sales@com.acme.Sales");
    assertThat(JobSignatures.of(Map.of(), "Sales 2026-11-01", new Program("sales.py")))
        .isEqualTo("sales@sales.py");
    assertThat(JobSignatures.of(Map.of(), null, new Program("sales.py"))).isEqualTo("sales.py");
    assertThat(JobSignatures.of(Map.of(), "Sales", NONE)).isEqualTo("sales");
    assertThat(JobSignatures.of(Map.of(), null, NONE)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spark.airflow.dag_id=sales;spark.airflow.task_id=load | sales/load",
        "spark.kubernetes.driver.label.dag_id=sales;spark.kubernetes.driver.label.task_id=load | sales/load",
        "spark.openlineage.parentJobNamespace=prod;spark.openlineage.parentJobName=dag.load | prod/dag.load",
        "spark.hadoop.azkaban.flow.flowid=f;spark.hadoop.azkaban.job.id=j | f/j",
        "spark.databricks.job.id=77;spark.databricks.job.taskKey=load | 77/load",
        "spark.databricks.job.id=77 | 77",
        "spark.databricks.clusterUsageTags.clusterName=job-77-run-123-load | databricks-job/77",
        "spark.airflow.dag_id=sales | name",
        "spark.airflow.dag_id=sales;spark.airflow.task_id= | name",
      })
  void of_schedulerTags_winOverName(String properties, String signature) {
    Map<String, String> configuration = new HashMap<>();
    for (String property : properties.split(";", -1)) {
      String[] pair = property.split("=", 2);
      configuration.put(pair[0], pair[1]);
    }
    assertThat(JobSignatures.of(configuration, "name", NONE)).isEqualTo(signature);
    configuration.put("spark.sparkoptimizer.job", " mine ");
    assertThat(JobSignatures.of(configuration, "name", NONE)).isEqualTo("mine");
    configuration.put("spark.sparkoptimizer.job", "  ");
    assertThat(JobSignatures.of(configuration, "name", NONE)).isEqualTo(signature);
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void stableName_aMegabyte_isCut() {
    for (String piece : new String[] {"1", "a1", "t1", "nov", "-", "x2"}) {
      String signature = JobSignatures.stableName(piece.repeat(1 << 19) + "g");
      assertThat(signature.length()).isLessThan(1000);
    }
  }
}
