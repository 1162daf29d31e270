package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.spark.ApplicationRun;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  private static final String REDACTED = "*********(redacted)";

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Spark's own default: (?i)secret|password|token|access[.]?key
        "spark.hadoop.fs.s3a.secret.key",
        "spark.ssl.keyStorePassword",
        "spark.myapp.Token",
        "spark.hadoop.fs.s3a.access.key",
        "spark.sql.tokenizer.x",
        // beyond it
        "spark.hadoop.fs.azure.account.key.store.blob.core.windows.net",
        "spark.hadoop.fs.azure.sas.container.account",
        "spark.hadoop.google.cloud.auth.service.account.private.key",
        "spark.myapp.api-key",
        "spark.myapp.passphrase",
        "spark.datasource.pwd",
        "spark.es.net.http.auth.pass",
        "spark.myapp.dbPass",
        "spark.hadoop.fs.s3a.encryption.key",
        "spark.hadoop.fs.s3a.server-side-encryption.key",
        "spark.hadoop.parquet.encryption.key.list",
        "spark.cosmos.masterkey"
      })
  void property_nameOfSecret_losesItsValue(String name) {
    assertThat(Redaction.property(name, "whatever")).isEqualTo(REDACTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark.io.encryption.keySizeBits",
        "spark.io.encryption.keygen.algorithm",
        "spark.hadoop.fs.s3a.encryption.algorithm",
        "spark.shuffle.sort.bypassMergeThreshold",
        "spark.myapp.compass",
        "spark.myapp.passenger",
        "spark.myapp.pass-through",
        "spark.myapp.design",
        "spark.sas7bdat.version"
      })
  void property_nameOfNoSecret_keepsItsValue(String name) {
    assertThat(Redaction.property(name, "whatever")).isEqualTo("whatever");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-Xmx1g -Dpassword=hunter2 -Dx=y | -Xmx1g -Dpassword=# -Dx=y",
        "-Djavax.net.ssl.keyStorePassword=changeit | -Djavax.net.ssl.keyStorePassword=#",
        "-Dspark.hadoop.fs.azure.account.key.averyveryverylongaccount.dfs.core.windows.net=Zm9v | -Dspark.hadoop.fs.azure.account.key.averyveryverylongaccount.dfs.core.windows.net=#",
        "--db-password hunter2 --rows 5 | --db-password # --rows 5",
        "jdbc:postgresql://bob:hunter2@db.example.com/x | jdbc:postgresql://bob:#@db.example.com/x",
        "https://bob:p@ss@example.com/a | https://bob:#@example.com/a",
        "redis://:hunter2@cache:6379 | redis://:#@cache:6379",
        "jdbc:mysql://db/x?user=bob&password=hunter2&ssl=true | jdbc:mysql://db/x?user=bob&password=#&ssl=true",
        "uses AKIAIOSFODNN7EXAMPLE here | uses # here",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG | aws_secret_access_key = #",
        "Authorization: Bearer abcdef.ghijkl-123 | Authorization: Bearer #",
        "Authorization: Basic dXNlcjpodW50ZXIy | Authorization: Basic #",
        "jwt eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4 end | jwt # end",
        "https://a.blob.core.windows.net/c?sv=2022&sig=abc%2Bdef&se=1 | https://a.blob.core.windows.net/c?sv=2022&sig=#&se=1",
        "dapi0123456789abcdef0123456789abcdef | #",
        "-Ddb.pass=foo -Dx=y | -Ddb.pass=# -Dx=y",
        "jdbc:mysql://db/x?user=bob&pass=hunter2&ssl=true | jdbc:mysql://db/x?user=bob&pass=#&ssl=true",
        "jdbc:oracle:thin:scott/tiger@host:1521/x | jdbc:oracle:thin:scott/#@host:1521/x",
        "https://ghp_0123456789abcdefghij@github.com/a/b | https://#@github.com/a/b",
        "https://0123456789abcdef@example.com/a | https://#@example.com/a",
        "clone ghp_0123456789abcdefghij now | clone # now",
        "https://b.s3.amazonaws.com/k?X-Amz-Signature=0af1&x=1 | https://b.s3.amazonaws.com/k?X-Amz-Signature=#&x=1",
        "OPTIONS (password => \"hunter2\", url => 1) | OPTIONS (password => #, url => 1)",
        "curl -u bob:hunter2 http://host/a | curl -u bob:# http://host/a",
        "curl --user bob:hun:ter2 x | curl --user bob:# x",
        "-Dspark.hadoop.fs.azure.sas.c.a=Zm9v -Dx=y | -Dspark.hadoop.fs.azure.sas.c.a=# -Dx=y",
        "token: Bearer abcdef.ghijkl-123 | token: # #",
      })
  void text_secretInside_losesOnlyTheSecret(String text, String expected) {
    assertThat(Redaction.text(text)).isEqualTo(expected.replace("#", REDACTED));
  }

  @Test
  void text_jsonWithSecret_losesOnlyTheSecret() {
    assertThat(Redaction.text("{\"user\":\"bob\",\"password\":\"hun ter2\",\"n\":1}"))
        .isEqualTo("{\"user\":\"bob\",\"password\":" + REDACTED + ",\"n\":1}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "OPTIONS (password => 'hunter2', url => 'x') | OPTIONS (password => #, url => 'x')",
        "CREATE USER bob IDENTIFIED BY 'hunter2' QUOTA 5 | CREATE USER bob IDENTIFIED BY # QUOTA 5",
        "identified by hunter2 | identified by #",
        "PASSWORD 'it''s hunter2' x | PASSWORD # x",
        "password='hunter2 and the rest is cut | password=#",
        "{\"password\":\"hun\\\"ter2\",\"n\":1} | {\"password\":#,\"n\":1}",
        "{\\\"password\\\":\\\"hunter2\\\",\\\"n\\\":1} | {\\\"password\\\":#\\\",\\\"n\\\":1}",
      })
  void text_quotedSecret_losesOnlyTheSecret(String text, String expected) {
    assertThat(Redaction.text(text)).isEqualTo(expected.replace("#", REDACTED));
  }

  @Test
  void text_privateKey_losesAllOfIt() {
    String key = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nMIIEhunter2\n"
        + "-----END RSA PRIVATE KEY-----";
    assertThat(Redaction.text("a " + key + " b")).isEqualTo("a " + REDACTED + " b");
    assertThat(Redaction.text("private.key=" + key)).isEqualTo("private.key=" + REDACTED);
    assertThat(Redaction.text(key.substring(0, 60))).isEqualTo(REDACTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "4g",
        "-Dcompass=n -Dpassenger=4 -Dbypass=true -Ddesign=x",
        "abfss://container@account.dfs.core.windows.net/x",
        "spark://CoarseGrainedScheduler@host:7078",
        "beeline -u jdbc:hive2://host:10000/default",
        "jdbc:oracle:thin:@host:1521/x",
        "two passes over 5 rows, bypassing nothing: 1",
        "-----BEGIN CERTIFICATE-----",
        "-XX:+UseG1GC -Dlog4j.configuration=file:log4j.properties",
        "spark://host:7077",
        "hdfs://namenode:8020/user/bob@example/data",
        "http://host:4040/jobs?a=b",
        "s3a://bucket/design=final/assignment=3",
        "SELECT signature, count(*) FROM t GROUP BY 1",
        "save at Main.scala:42",
        "basic statistics of all tables",
        "1.2.3,4.5.6",
        ""
      })
  void text_harmless_staysWhole(String text) {
    assertThat(Redaction.text(text)).isEqualTo(text);
    assertThat(Redaction.property("spark.executor.extraJavaOptions", text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        REDACTED,
        "-Dpassword=" + REDACTED,
        "postgresql://bob:" + REDACTED + "@db/x",
        "Bearer " + REDACTED
      })
  void text_alreadyRedacted_stays(String text) {
    assertThat(Redaction.text(text)).isEqualTo(text);
    assertThat(Redaction.text(Redaction.text(text))).isEqualTo(text);
  }

  /** A pattern that tries every share of a long text would take hours for these. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        " ",
        "eyJ",
        "eyJ-",
        "eyJa.",
        "://",
        "://a:",
        "://:",
        "@",
        "secret",
        "password ",
        "password=",
        "secret\"",
        "secret='\"",
        "token\t",
        "sig",
        "sig=",
        "--",
        "-token",
        "--a-token ",
        "AKIA",
        "bearer ",
        "dapi0",
        "secret-",
        "://a:b@",
        "secret: ",
        "\"'",
        "pass",
        "pass=",
        "Pass",
        "pass='",
        "pass=''",
        "pass=\"\\",
        "sas",
        "x-amz-signature",
        "identified ",
        "identified by ",
        "identified by '",
        "-u a",
        "-u a:",
        "jdbc:oracle:thin:",
        "jdbc:oracle:thin:a/",
        "https://",
        "https://a",
        "ghp_",
        "xoxb-",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----a-"
      })
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void text_aMegabyte_isLookedAtOnce(String piece) {
    String text = piece.repeat((1 << 20) / piece.length());
    assertThat(Redaction.text("https://u:secret" + text)).isNotNull();
  }

  @Test
  void read_secretsAnywhere_reachNoValue() {
    ApplicationRun run = Logs.run("""
        {"Event":"SparkListenerEnvironmentUpdate","Spark Properties":{"spark.app.secretSauce":"hunter2","spark.driver.extraJavaOptions":"-Dpassword=hunter2"},"System Properties":{"sun.java.command":"org.apache.spark.deploy.SparkSubmit --class a.B x.jar --password hunter2"}}
        {"Event":"SparkListenerApplicationStart","App Name":"load password=hunter2","App ID":"app-1","Timestamp":1,"User":"u"}
        {"Event":"SparkListenerExecutorRemoved","Timestamp":5,"Executor ID":"1","Removed Reason":"OOMKilled https://bob:hunter2@host/"}
        {"Event":"SparkListenerStageCompleted","Stage Info":{"Stage ID":0,"Stage Attempt ID":0,"Stage Name":"save token=hunter2","Number of Tasks":1,"Submission Time":3,"Failure Reason":"cannot connect to jdbc:x://bob:hunter2@db"}}
        {"Event":"SparkListenerTaskEnd","Stage ID":0,"Stage Attempt ID":0,"Task End Reason":{"Reason":"ExceptionFailure","Class Name":"java.lang.OutOfMemoryError","Description":"password=hunter2","Full Stack Trace":"java.lang.OutOfMemoryError"},"Task Info":{"Launch Time":3,"Finish Time":4,"Executor ID":"1"}}
        {"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart","executionId":0,"description":"CREATE USER WITH PASSWORD 'hunter2'","time":3,"sparkPlanInfo":{"nodeName":"Execute CreateUser password=hunter2","children":[]}}
        {"Event":"SparkListenerApplicationEnd","Timestamp":9}
        """);
    assertThat(run.memoryFailures()).hasSize(2);
    assertThat(run.toString()).doesNotContain("hunter2").contains(REDACTED);
    assertThat(run.jobSignature()).isEqualTo("load-password-*********-redacted@a.B");
  }
}
