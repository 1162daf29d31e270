package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the words of a death say of its cause, and how surely. The cause decides the remedy, and words
 * that name none never change memory: 143 is a SIGTERM, which preemption, decommission and scale-down
 * send too. Words count where an error stands, not where a message quotes one; what the cluster says
 * wins over the exit code, and an exit code over nothing. {@link MemoryFailures} joins what is said of
 * one executor. {@code docs/memory.md} has the rules and how often they are right.
 */
record DeathCertificate(Cause cause, Certainty certainty) {
  private static final DeathCertificate HEAP = new DeathCertificate(Cause.HEAP, Certainty.CERTAIN);
  private static final DeathCertificate CONTAINER =
      new DeathCertificate(Cause.CONTAINER, Certainty.CERTAIN);
  private static final DeathCertificate PREEMPTED =
      new DeathCertificate(Cause.PREEMPTED, Certainty.CERTAIN);

  /** Of memory perhaps, but of none that a setting of ours would mend for sure. */
  static final DeathCertificate UNKNOWN = new DeathCertificate(Cause.UNKNOWN, Certainty.UNKNOWN);

  private static final Pattern EXIT = Pattern.compile(
      "(?i)exit(?:ed|code)? ?(?:with )?(?:exit )?(?:code|status)?(?: is)? ?[:=]? ?\\(?(-?[0-9]{1,4})\\b");

  /** Spark's exit code of an executor whose heap is full (SparkExitCode.OOM). */
  static final int EXIT_HEAP = 52;

  static final int EXIT_SIGKILL = 137;
  static final int EXIT_SIGTERM = 143;

  /** YARN: preempted, and killed for more virtual or physical memory than the container has. */
  private static final int EXIT_PREEMPTED = -102;

  private static final int EXIT_VIRTUAL_MEMORY = -103;
  private static final int EXIT_PHYSICAL_MEMORY = -104;

  /** YARN: an opportunistic container that had to make room for a guaranteed one. */
  private static final int EXIT_MADE_ROOM = -109;

  private static final Pattern CONTAINER_LIMIT =
      Pattern.compile("exceeding (?:(?:physical|virtual) )?memory limits"
          + "|beyond (?:the )?'?(?:physical|virtual)'? memory limit");

  private static final Pattern TAKEN_AWAY = Pattern.compile("\\bpreempt(?:ed|ing)\\b"
      + "|\\bdecommission(?:ed|ing)?\\b|spot (?:instance|interruption|termination)"
      + "|node ?shutdown|imminent node shutdown");

  /** How dynamic allocation gives an idle executor back where decommissioning is on. */
  private static final String SCALE_DOWN = "decommission: spark scale down";

  /** Kubernetes: the node ran short of something, perhaps of disk, and chose this pod to go. */
  private static final Pattern EVICTED = Pattern.compile("\\bevicted\\b|node was low on resource");

  private static final Pattern EVICTED_FOR_MEMORY =
      Pattern.compile("low on resource: \\[?memory|memory ?pressure");

  /** As Kubernetes' statuses begin: one for each container of a pod. */
  private static final Pattern STATUS = Pattern.compile("container name: ");

  private static final String EXECUTOR_CONTAINER = "spark-kubernetes-executor";

  /** Python's own error, and those of numpy and pyarrow, where a traceback names what was raised. */
  private static final Pattern PYTHON_MEMORY_ERROR =
      Pattern.compile("(?m)(?:^|[\\s.'\"])(_?(?:Array|Arrow))?MemoryError(?=:|['\"]?\\s*$)");

  /** A worker that did not end for memory: its own handler of faults says so. */
  private static final Pattern PYTHON_FAULT = Pattern.compile(
      "Fatal Python error: (?:Segmentation fault|Aborted|Bus error|Floating|Illegal|Cannot recover)");

  private static final String JVM_MEMORY_ERROR = "(?:java\\.lang\\.OutOfMemoryError"
      + "|(?:org\\.apache\\.spark\\.memory\\.)?SparkOutOfMemoryError"
      + "|(?:[a-z0-9]+\\.)*OutOfDirectMemoryError)";

  private static final Pattern THROWN = Pattern.compile("^" + JVM_MEMORY_ERROR + "(?![\\w.$])");

  /** Not in the midst of a line, where messages quote what another program said. */
  private static final Pattern THROWN_IN_TRACE = Pattern.compile(
      "(?m)^[ \\t]*(?:Caused by: |Suppressed: )?(" + JVM_MEMORY_ERROR + ")(?![\\w.$])");

  private static final Pattern SAID =
      Pattern.compile("(?<![\\w.$])" + JVM_MEMORY_ERROR + "(?![\\w.$])");

  /** Spark's word for exit code 52; not the JVM's options, and not CUDA's error. */
  private static final Pattern SPARKS_WORD =
      Pattern.compile("(?<![\\w.$+-])OutOfMemoryError(?![\\w.$])");

  /** What a JVM prints when it runs its own killer, which on YARN sends a SIGTERM. */
  private static final Pattern KILLED_ITSELF =
      Pattern.compile("(?s)OnOutOfMemoryError.{0,200}?Executing ");

  /**
   * Of a heap that is full: Java's words, and Spark's where its own share of the heap is. All else that
   * Java calls OutOfMemoryError is a limit of its own: metaspace, threads, direct buffers, 2 GiB arrays.
   */
  private static final Pattern FULL_HEAP =
      Pattern.compile("Java heap space|GC overhead limit exceeded|Unable to acquire [0-9]+ bytes"
          + "|UNABLE_TO_ACQUIRE_MEMORY|Not enough memory to build");

  private static final int MAX_TRACE_WORDS_CHARS = 120;

  /** What a stack trace says of memory: the first such error with its message, empty where none is. */
  static String memoryWords(String trace) {
    Matcher error = THROWN_IN_TRACE.matcher(trace);
    return error.find() ? line(trace, error.start(1), error.end()) : "";
  }

  private static String line(String text, int begin, int nameEnd) {
    int most = Math.min(text.length(), nameEnd + MAX_TRACE_WORDS_CHARS);
    int lineEnd = text.indexOf('\n', nameEnd);
    return text.substring(begin, lineEnd < 0 ? most : Math.min(lineEnd, most));
  }

  /**
   * Why a task failed; null where its reason does not tell of memory.
   *
   * @param words its exception: class, then message
   * @param traceWords the {@link #memoryWords} of its stack trace, which count where its message is
   *     silent: the cause may be nested
   */
  static @Nullable DeathCertificate ofTask(String words, String traceWords) {
    if (THROWN.matcher(words).find()) {
      return ofJvm(words);
    }
    return traceWords.isEmpty() ? ofPython(words) : ofJvm(traceWords);
  }

  /** Null where the error only passes on that something else ran out: a disk. */
  private static @Nullable DeathCertificate ofJvm(String error) {
    if (error.contains("OutOfDirectMemoryError")
        || error.contains("Photon")) { // that engine's memory is not the heap's
      return UNKNOWN;
    }
    if (error.contains("No space left on device")) {
      return null;
    }
    return error.contains("SparkOutOfMemoryError") || FULL_HEAP.matcher(error).find()
        ? HEAP
        : UNKNOWN;
  }

  private static @Nullable DeathCertificate ofPython(String words) {
    Matcher error = PYTHON_MEMORY_ERROR.matcher(words);
    if (error.find()
        && (error.group(1) != null
            || words.contains("PythonException")
            || words.contains("Traceback"))) {
      return new DeathCertificate(Cause.PYTHON, Certainty.CERTAIN);
    }
    return words.contains("Python worker exited")
            && !PYTHON_FAULT.matcher(words).find()
        ? new DeathCertificate(Cause.PYTHON, Certainty.PROBABLE)
        : null;
  }

  /** Why an executor was lost; null where the reason is none of memory and none of preemption. */
  static @Nullable DeathCertificate ofExecutor(String words) {
    DeathCertificate told = ofWords(words);
    if (told != null) {
      return told;
    }
    return switch (exitCode(words)) {
      case EXIT_HEAP -> HEAP;
      case EXIT_VIRTUAL_MEMORY, EXIT_PHYSICAL_MEMORY -> CONTAINER;
      case EXIT_PREEMPTED, EXIT_MADE_ROOM -> PREEMPTED;
      case EXIT_SIGKILL -> new DeathCertificate(Cause.CONTAINER, Certainty.PROBABLE);
      case EXIT_SIGTERM -> UNKNOWN;
      default -> ofPython(words);
    };
  }

  /** What is said of an executor beside its exit code; null where that is nothing of memory. */
  static @Nullable DeathCertificate ofWords(String words) {
    String lower = words.toLowerCase(Locale.ROOT);
    if (CONTAINER_LIMIT.matcher(lower).find() || isOomKilled(lower)) {
      return CONTAINER;
    }
    if (lower.contains(SCALE_DOWN)) {
      return null;
    }
    if (EVICTED.matcher(lower).find()) {
      return EVICTED_FOR_MEMORY.matcher(lower).find() ? UNKNOWN : null;
    }
    if (TAKEN_AWAY.matcher(lower).find()) {
      return PREEMPTED;
    }
    Matcher error = SAID.matcher(words);
    if (error.find()) {
      return ofJvm(line(words, error.start(), error.end()));
    }
    return SPARKS_WORD.matcher(words).find() || KILLED_ITSELF.matcher(words).find() ? HEAP : null;
  }

  /** Whether that is said of the executor, and not of another container of its pod. */
  private static boolean isOomKilled(String lower) {
    if (!lower.contains("oomkilled")) {
      return false;
    }
    List<String> statuses = STATUS.splitAsStream(lower).toList();
    boolean named = lower.contains("container name: " + EXECUTOR_CONTAINER);
    return statuses.get(0).contains("oomkilled")
        || statuses.stream()
            .skip(1)
            .anyMatch(status ->
                status.contains("oomkilled") && (!named || status.startsWith(EXECUTOR_CONTAINER)));
  }

  /** The exit code of an executor; 0 where there is none, or the cluster says why it had to go. */
  static int exitCode(String words) {
    String lower = words.toLowerCase(Locale.ROOT);
    if (lower.contains(SCALE_DOWN) || EVICTED.matcher(lower).find()) {
      return 0;
    }
    // One space each, so that the pattern need not try every share of a thousand of them.
    Matcher matcher = EXIT.matcher(words.replaceAll("\\s+", " "));
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
  }
}
