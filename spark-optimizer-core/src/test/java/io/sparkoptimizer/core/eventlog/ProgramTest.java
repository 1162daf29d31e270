package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ClusterManager;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramTest {
  private static final String SUBMIT = "org.apache.spark.deploy.SparkSubmit ";
  private static final String MASTER = "org.apache.spark.deploy.yarn.ApplicationMaster ";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--master yarn --class com.acme.Sales app.jar --day 2026-11-01 | com.acme.Sales",
        "--conf spark.app.name=My App --name Nightly run --class com.acme.Sales app.jar | com.acme.Sales",
        "--master yarn s3://bucket/jobs/sales.py 2026-11-01 | sales.py",
        "--py-files deps.py,more.py --files conf.py sales.py other.py | sales.py",
        "--verbose sales.py | sales.py",
        "--name nightly.py sales.py | sales.py",
        "--class org.apache.spark.deploy.PythonRunner local:///opt/sales.py | sales.py",
        "--class org.apache.spark.repl.Main --name Spark shell spark-shell | org.apache.spark.repl.Main",
        "model.R --x 1 | model.R",
        "--master yarn etl.py --class gold | etl.py",
        "--class com.acme.Sales app.jar --class gold x.py | com.acme.Sales",
        "--jars a.jar --class com.acme.Sales app.jar | com.acme.Sales",
        "--jars a.jar,b.jar etl.py --class gold | etl.py",
      })
  void of_sparkSubmit_isClassOrScript(String arguments, String main) {
    assertThat(Program.of(SUBMIT + arguments).main()).isEqualTo(main);
  }

  @Test
  void of_yarnClusterMode_isClassOrScript() {
    assertThat(Program.of(MASTER + "--class com.acme.Sales --jar file:/a.jar --arg x.py")
            .main())
        .isEqualTo("com.acme.Sales");
    assertThat(Program.of(
                MASTER
                    + "--class org.apache.spark.deploy.PythonRunner --primary-py-file sales.py --arg x.py")
            .main())
        .isEqualTo("sales.py");
  }

  @Test
  void of_standaloneClusterMode_isClass() {
    assertThat(Program.of(
                "org.apache.spark.deploy.worker.DriverWrapper spark://Worker@10.0.0.1:7078 /opt/jobs/app.jar com.acme.Sales --day 1")
            .main())
        .isEqualTo("com.acme.Sales");
  }

  @Test
  void of_ownMain_isItsClassWithoutArguments() {
    assertThat(Program.of("com.acme.Main --password hunter2").main()).isEqualTo("com.acme.Main");
    assertThat(Program.of("/opt/app/sales.jar x").main()).isEqualTo("sales.jar");
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        " ",
        SUBMIT + "--master yarn",
        SUBMIT + "--class",
        SUBMIT + "app.jar --class gold x.py"
      })
  void of_nothingToldBy_isNone(String command) {
    assertThat(Program.of(command).main()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2 | x | false | THRIFT_SERVER",
        "org.apache.spark.sql.connect.service.SparkConnectServer | x | false | CONNECT",
        "org.apache.livy.rsc.driver.RSCDriverBootstrapper | livy-session-3 | false | LIVY",
        "org.apache.spark.repl.Main | Spark shell | false | SHELL",
        "com.acme.Main | Zeppelin | false | NOTEBOOK",
        "com.acme.Main | sales | true | STREAMING",
        "com.acme.Main | sales | false | BATCH",
      })
  void kind_ofProgramAndName_isTold(
      String main, String name, boolean streaming, ApplicationKind kind) {
    assertThat(
            new Program(main).kind(Map.of("spark.app.name", name), ClusterManager.YARN, streaming))
        .isEqualTo(kind);
  }

  @Test
  void kind_databricks_isNotebookOnlyOnAllPurposeClusters() {
    Program program = new Program("com.databricks.backend.daemon.driver.DriverDaemon");
    assertThat(program.kind(
            Map.of("spark.databricks.clusterUsageTags.clusterName", "team cluster"),
            ClusterManager.DATABRICKS,
            false))
        .isEqualTo(ApplicationKind.NOTEBOOK);
    assertThat(program.kind(
            Map.of("spark.databricks.clusterUsageTags.clusterName", "job-12-run-3"),
            ClusterManager.DATABRICKS,
            false))
        .isEqualTo(ApplicationKind.BATCH);
  }
}
