package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the words of a death say of its cause, and how surely. The cause decides the remedy, and words
 * that name none never change memory: 143 is a SIGTERM, which preemption, decommission and scale-down
 * send too.
 */
record DeathCertificate(Cause cause, Certainty certainty) {
  private static final Pattern EXIT = Pattern.compile(
      "(?i)exit(?:ed|code)? ?(?:with )?(?:exit )?(?:code|status)?(?: is)? ?[:=]? ?(-?[0-9]{1,4})\\b");

  /** Spark's exit code of an executor whose heap is full (SparkExitCode.OOM). */
  private static final int EXIT_HEAP = 52;

  private static final int EXIT_SIGKILL = 137;
  private static final int EXIT_SIGTERM = 143;

  /** YARN: preempted, and killed for more virtual or physical memory than the container has. */
  private static final int EXIT_PREEMPTED = -102;

  private static final int EXIT_VIRTUAL_MEMORY = -103;
  private static final int EXIT_PHYSICAL_MEMORY = -104;

  /** Python's own error, and those of numpy and pyarrow; not the JVM's, whose names end alike. */
  private static final Pattern PYTHON_MEMORY_ERROR =
      Pattern.compile("\\b_?(?:Array|Arrow)?MemoryError\\b");

  /** What a JVM says that has no memory: Java's own words, Spark's, and netty's. */
  private static final Pattern JVM_MEMORY_ERROR = Pattern.compile(
      "java\\.lang\\.OutOfMemoryError|SparkOutOfMemoryError|OutOfDirectMemoryError");

  private static final int MAX_TRACE_WORDS_CHARS = 120;

  /** What a stack trace says of memory: the first such error with its message, empty where none is. */
  static String memoryWords(String trace) {
    Matcher error = JVM_MEMORY_ERROR.matcher(trace);
    if (!error.find()) {
      return "";
    }
    int most = Math.min(trace.length(), error.end() + MAX_TRACE_WORDS_CHARS);
    int lineEnd = trace.indexOf('\n', error.end());
    return trace.substring(error.start(), lineEnd < 0 ? most : Math.min(lineEnd, most));
  }

  /**
   * Why a task failed; null where its reason does not tell of memory.
   *
   * @param traceWords the {@link #memoryWords} of its stack trace, which count where its message is
   *     silent: the cause may be nested
   */
  static @Nullable DeathCertificate ofTask(String words, String traceWords) {
    DeathCertificate jvm = ofJvm(words);
    if (jvm == null) {
      jvm = ofJvm(traceWords);
    }
    return jvm == null ? ofPython(words) : jvm;
  }

  private static @Nullable DeathCertificate ofJvm(String words) {
    if (words.contains("Direct buffer memory") || words.contains("OutOfDirectMemoryError")) {
      return new DeathCertificate(Cause.CONTAINER, Certainty.PROBABLE);
    }
    if (words.contains("OutOfMemoryError: Metaspace")
        || words.contains("OutOfMemoryError: Compressed class space")
        || words.contains("OutOfMemoryError: PermGen space")
        || words.contains("unable to create native thread")
        || words.contains("unable to create new native thread")) {
      return new DeathCertificate(Cause.UNKNOWN, Certainty.UNKNOWN);
    }
    return JVM_MEMORY_ERROR.matcher(words).find()
        ? new DeathCertificate(Cause.HEAP, Certainty.CERTAIN)
        : null;
  }

  private static @Nullable DeathCertificate ofPython(String words) {
    if (PYTHON_MEMORY_ERROR.matcher(words).find()) {
      return new DeathCertificate(Cause.PYTHON, Certainty.CERTAIN);
    }
    return words.contains("Python worker exited")
        ? new DeathCertificate(Cause.PYTHON, Certainty.PROBABLE)
        : null;
  }

  /** Why an executor was lost; null where the reason is none of memory and none of preemption. */
  static @Nullable DeathCertificate ofExecutor(String words) {
    String lower = words.toLowerCase(Locale.ROOT);
    int exit = exitCode(words);
    DeathCertificate jvm =
        ofJvm(words); // before the exit code: Spark gives 52 for every such error
    if (jvm != null) {
      return jvm;
    }
    // The logs of containers and operating systems leave the package out.
    if (exit == EXIT_HEAP || words.contains("OutOfMemoryError")) {
      return new DeathCertificate(Cause.HEAP, Certainty.CERTAIN);
    }
    if (exit == EXIT_VIRTUAL_MEMORY
        || exit == EXIT_PHYSICAL_MEMORY
        || lower.contains("exceeding memory limits")
        || lower.contains("exceeding physical memory limits")
        || lower.contains("exceeding virtual memory limits")
        || lower.contains("beyond physical memory limits")
        || lower.contains("beyond virtual memory limits")
        || lower.contains("beyond the 'physical' memory limit")
        || lower.contains("beyond the 'virtual' memory limit")
        || lower.contains("oomkilled")) {
      return new DeathCertificate(Cause.CONTAINER, Certainty.CERTAIN);
    }
    if (exit == EXIT_PREEMPTED
        || lower.contains("preempted")
        || lower.contains("decommission")
        || lower.contains("spot instance")
        || lower.contains("spot interruption")) {
      return new DeathCertificate(Cause.PREEMPTED, Certainty.CERTAIN);
    }
    if (exit == EXIT_SIGKILL) {
      return new DeathCertificate(Cause.CONTAINER, Certainty.PROBABLE);
    }
    if (exit == EXIT_SIGTERM) {
      return new DeathCertificate(Cause.UNKNOWN, Certainty.UNKNOWN);
    }
    return ofPython(words);
  }

  private static int exitCode(String words) {
    // One space each, so that the pattern need not try every share of a thousand of them.
    Matcher matcher = EXIT.matcher(words.replaceAll("\\s+", " "));
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
  }
}
