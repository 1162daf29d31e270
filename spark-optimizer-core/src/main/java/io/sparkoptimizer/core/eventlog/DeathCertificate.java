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

  /** Why a task failed; null where its reason does not tell of memory. */
  static @Nullable DeathCertificate ofTask(String words, boolean outOfMemoryInTrace) {
    if (words.contains("Direct buffer memory")) {
      return new DeathCertificate(Cause.CONTAINER, Certainty.PROBABLE);
    }
    if (words.contains("OutOfMemoryError: Metaspace")
        || words.contains("unable to create native thread")
        || words.contains("unable to create new native thread")) {
      return new DeathCertificate(Cause.UNKNOWN, Certainty.UNKNOWN);
    }
    if (words.contains("java.lang.OutOfMemoryError")
        || words.contains("SparkOutOfMemoryError")
        || outOfMemoryInTrace) {
      return new DeathCertificate(Cause.HEAP, Certainty.CERTAIN);
    }
    return ofPython(words);
  }

  private static @Nullable DeathCertificate ofPython(String words) {
    if (words.contains("MemoryError")) {
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
    if (exit == EXIT_HEAP
        || words.contains("OnOutOfMemoryError")
        || words.contains("java.lang.OutOfMemoryError")) {
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
