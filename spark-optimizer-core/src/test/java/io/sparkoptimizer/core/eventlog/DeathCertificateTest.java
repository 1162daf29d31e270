package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The words are those that Spark, YARN and Kubernetes write. */
class DeathCertificateTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // YARN
        "Container killed by YARN for exceeding memory limits. 5.5 GB of 5.5 GB physical memory used. Consider boosting spark.executor.memoryOverhead. | CONTAINER | CERTAIN",
        "Container killed by YARN for exceeding physical memory limits. 2.1 GB of 2 GB physical memory used. | CONTAINER | CERTAIN",
        "Container from a bad node: container_1_0001_01_000002 on host: h1. Exit status: -104. Diagnostics: is running 80MB beyond the 'PHYSICAL' memory limit. | CONTAINER | CERTAIN",
        "Container marked as failed: container_1_0001_01_000002 on host: h1. Exit status: -103. Diagnostics: Current usage: 1.9 GB of 2 GB physical memory used; 4.3 GB of 4.2 GB virtual memory used. Killing container. | CONTAINER | CERTAIN",
        "Container container_1_0001_01_000002 on host: h1 was preempted. | PREEMPTED | CERTAIN",
        "Container marked as failed: container_1 on host: h1. Exit status: -102. Diagnostics: Container preempted by scheduler | PREEMPTED | CERTAIN",
        "Container marked as failed: container_1 on host: h1. Exit status: 143. Diagnostics: Container killed on request. Exit code is 143 | UNKNOWN | UNKNOWN",
        "Container killed on request. Exit code is 137 | CONTAINER | PROBABLE",
        "Container exited with a non-zero exit code 137. Error file: prelaunch.err. | CONTAINER | PROBABLE",
        "Container exited with a non-zero exit code 143. #  -XX:OnOutOfMemoryError=kill %p #   Executing /bin/sh -c kill 8923 | HEAP | CERTAIN",
        "Container from a bad node: container_1 on host: h1. Exit status: 52. Diagnostics: | HEAP | CERTAIN",
        // Kubernetes
        "The executor with id 3 exited with exit code 137(SIGKILL, possible container OOM). | CONTAINER | PROBABLE",
        "The executor with id 3 exited with exit code 137(SIGKILL, possible container OOM). The API gave the following container statuses: termination reason: OOMKilled | CONTAINER | CERTAIN",
        "The executor with id 7 exited with exit code 52(JVM OOM). | HEAP | CERTAIN",
        "The executor with id 7 exited with exit code 143(SIGTERM, possible container OOM). | UNKNOWN | UNKNOWN",
        "Executor decommission: worker decommissioned because of kill request from HTTP endpoint | PREEMPTED | CERTAIN",
        // standalone
        "Command exited with code 137 | CONTAINER | PROBABLE",
        "Command exited with code 52 | HEAP | CERTAIN",
        "Command exited with code 143 | UNKNOWN | UNKNOWN",
        "Unable to create executor due to java.lang.OutOfMemoryError: Java heap space | HEAP | CERTAIN",
        "Terminating due to OutOfMemoryError: Java heap space | HEAP | CERTAIN",
        "Exit status: 52. java.lang.OutOfMemoryError: Metaspace | UNKNOWN | UNKNOWN",
        "io.netty.util.internal.OutOfDirectMemoryError: failed to allocate | UNKNOWN | UNKNOWN",
        "org.apache.spark.memory.SparkOutOfMemoryError: Unable to acquire 65536 bytes | HEAP | CERTAIN",
      })
  void ofExecutor_wordsOfMemory_nameTheCause(String words, Cause cause, Certainty certainty) {
    assertThat(DeathCertificate.ofExecutor(words))
        .isEqualTo(new DeathCertificate(cause, certainty));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Executor killed by driver.",
        "Executor heartbeat timed out after 124553 ms",
        "Remote RPC client disassociated. Likely due to containers exceeding thresholds, or network issues. Check driver logs for WARN messages.",
        "worker lost: 10.0.0.1:7078",
        "Command exited with code 1",
        "The executor with id 3 exited with exit code 0(success).",
        "Container marked as failed: container_1 on host: h1. Exit status: 1. Diagnostics: Exception from container-launch.",
        "Container marked as failed: container_1 on host: h1. Exit status: -100. Diagnostics: Container released on a *lost* node",
        "Executor 137 was removed",
        "exit 137000"
      })
  void ofExecutor_wordsOfAnythingElse_nameNone(String words) {
    assertThat(DeathCertificate.ofExecutor(words)).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "java.lang.OutOfMemoryError: Java heap space | '' | HEAP | CERTAIN",
        "java.lang.OutOfMemoryError: GC overhead limit exceeded | '' | HEAP | CERTAIN",
        "org.apache.spark.memory.SparkOutOfMemoryError: Unable to acquire 65536 bytes of memory, got 0 | '' | HEAP | CERTAIN",
        "org.apache.spark.SparkException: Job aborted | java.lang.OutOfMemoryError: Java heap space | HEAP | CERTAIN",
        "org.apache.spark.SparkException: Job aborted | java.lang.OutOfMemoryError: Metaspace | UNKNOWN | UNKNOWN",
        "org.apache.spark.SparkException: Job aborted | java.lang.OutOfMemoryError: Direct buffer memory | UNKNOWN | UNKNOWN",
        "org.apache.spark.SparkException: Job aborted | java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory | UNKNOWN | UNKNOWN",
        "io.netty.util.internal.OutOfDirectMemoryError: failed to allocate 16777216 byte(s) of direct memory | '' | UNKNOWN | UNKNOWN",
        "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 8 GiB | '' | PYTHON | CERTAIN",
        "pyarrow.lib.ArrowMemoryError: malloc of size 64 failed | '' | PYTHON | CERTAIN",
        "java.lang.OutOfMemoryError: Direct buffer memory | java.lang.OutOfMemoryError: Java heap space | UNKNOWN | UNKNOWN",
        "java.lang.OutOfMemoryError: Metaspace | java.lang.OutOfMemoryError: Java heap space | UNKNOWN | UNKNOWN",
        "java.lang.OutOfMemoryError: unable to create native thread | java.lang.OutOfMemoryError: Java heap space | UNKNOWN | UNKNOWN",
        "org.apache.spark.SparkException: Python worker exited unexpectedly (crashed) | '' | PYTHON | PROBABLE",
        "org.apache.spark.api.python.PythonException: Traceback ... MemoryError | '' | PYTHON | CERTAIN",
      })
  void ofTask_wordsOfMemory_nameTheCause(
      String words, String traceWords, Cause cause, Certainty certainty) {
    assertThat(DeathCertificate.ofTask(words, traceWords))
        .isEqualTo(new DeathCertificate(cause, certainty));
  }

  @Test
  void memoryWords_nestedCause_areItsFirstLine() {
    assertThat(DeathCertificate.memoryWords("""
        org.apache.spark.SparkException: no
        \tat a.B.c(D:1)
        Caused by: java.lang.OutOfMemoryError: Metaspace
        \tat e.F.g(H:2)
        """))
        .isEqualTo("java.lang.OutOfMemoryError: Metaspace");
    assertThat(DeathCertificate.memoryWords("java.lang.OutOfMemoryError: " + "x".repeat(1000)))
        .hasSize("java.lang.OutOfMemoryError".length() + 120);
    assertThat(DeathCertificate.memoryWords("java.lang.IllegalStateException: no"))
        .isEmpty();
  }

  @Test
  void ofTask_wordsOfAnythingElse_nameNone() {
    assertThat(DeathCertificate.ofTask("java.lang.IllegalStateException: no", ""))
        .isNull();
    assertThat(DeathCertificate.ofTask("", "")).isNull();
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void ofExecutor_aMegabyteOfSpaces_isLookedAtOnce() {
    for (String piece : new String[] {" ", "exit ", "exit", "code ", "with exit code "}) {
      assertThat(DeathCertificate.ofExecutor("exit" + piece.repeat(1 << 18))).isNull();
    }
  }
}
