package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spark.MemoryFailure;
import io.sparkoptimizer.spark.MemoryFailure.Cause;
import io.sparkoptimizer.spark.MemoryFailure.Certainty;
import io.sparkoptimizer.spark.SparkSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what a log says of deaths. An executor and the tasks that died of the same cause on it are one
 * death. An exit code alone is read in the light of its tasks' errors and of the JVM's options: exit 52
 * is any OutOfMemoryError, the metaspace's too, and a JVM that is told to kill itself when its heap is
 * full ends as if the cluster had killed it. Not thread-safe.
 */
final class MemoryFailures {
  /** A death beyond these tells nothing new, and a log of a crash loop has very many. */
  private static final int MAX = 1000;

  private static final int MAX_EVIDENCE_CHARS = 300;

  /** How a JVM ends by ExitOnOutOfMemoryError, and by CrashOnOutOfMemoryError. */
  private static final int EXIT_ITSELF = 3;

  private static final int EXIT_SIGABRT = 134;

  private static final Pattern KILLS_ITSELF =
      Pattern.compile("OnOutOfMemoryError=\\S?\\s?kill\\s+(?:-9|-KILL|-s\\s+(?:9|KILL))\\b");

  private final Map<String, Lost> executors = new LinkedHashMap<>();
  private final List<Failed> tasks = new ArrayList<>();

  /**
   * An executor that went.
   *
   * @param death what its words say; null where only its exit code may
   * @param exit its exit code where no word says more; 0 otherwise
   */
  private record Lost(
      @Nullable DeathCertificate death,
      int exit,
      OptionalInt stageId,
      OptionalLong timeMs,
      String evidence) {}

  /** @param executionMemory whether what Spark manages ran out, which is not always in the heap */
  private record Failed(MemoryFailure failure, boolean executionMemory) {}

  /** @param stageId of a task that was lost with it; empty where the executor itself is told of */
  void executorLost(String id, String words, OptionalInt stageId, OptionalLong timeMs) {
    DeathCertificate death = DeathCertificate.ofExecutor(words);
    int exit = DeathCertificate.ofWords(words) == null ? DeathCertificate.exitCode(words) : 0;
    if (death == null && exit != EXIT_ITSELF && exit != EXIT_SIGABRT) {
      return;
    }
    Lost known = executors.get(id);
    if (known == null && executors.size() >= MAX) {
      return;
    }
    // The surest words count, and the stage that the first of them named.
    OptionalInt stage = known != null && known.stageId().isPresent() ? known.stageId() : stageId;
    boolean surer = known == null || isSurer(death, known.death());
    executors.put(
        id,
        known == null || surer
            ? new Lost(death, exit, stage, timeMs, evidence(words))
            : new Lost(known.death(), known.exit(), stage, known.timeMs(), known.evidence()));
  }

  private static boolean isSurer(
      @Nullable DeathCertificate death, @Nullable DeathCertificate known) {
    return death != null && (known == null || death.certainty().compareTo(known.certainty()) < 0);
  }

  /**
   * A task that ended with an exception of its own.
   *
   * @param reason Spark's word for how it ended
   * @param words its exception: class, then message
   * @param traceWords the {@link DeathCertificate#memoryWords} of its stack trace
   */
  void taskFailed(
      String reason,
      String words,
      String traceWords,
      @Nullable String executorId,
      int stageId,
      OptionalLong timeMs) {
    DeathCertificate death = DeathCertificate.ofTask(words, traceWords);
    if (death == null || tasks.size() >= MAX) {
      return;
    }
    boolean said = traceWords.isEmpty() || words.contains(traceWords);
    String all = words + (said ? "" : " (" + traceWords + ")");
    tasks.add(new Failed(
        new MemoryFailure(
            death.cause(),
            death.certainty(),
            executorId,
            OptionalInt.of(stageId),
            timeMs,
            evidence(reason + ": " + all)),
        all.contains("SparkOutOfMemoryError") || all.contains("Unable to acquire ")));
  }

  private static String evidence(String words) {
    String line = words.strip().replaceAll("\\s+", " ");
    return line.substring(0, Math.min(line.length(), MAX_EVIDENCE_CHARS));
  }

  /** All deaths, by time. */
  List<MemoryFailure> build(Map<String, String> configuration) {
    boolean offHeap =
        SparkSettings.flag(configuration, "spark.memory.offHeap.enabled").orElse(false);
    List<MemoryFailure> ofTasks = new ArrayList<>();
    for (Failed task : tasks) {
      // With it on, Spark's own data lie beside the heap, which no larger heap mends.
      ofTasks.add(
          offHeap && task.executionMemory()
              ? with(task.failure(), DeathCertificate.UNKNOWN)
              : task.failure());
    }
    List<MemoryFailure> all = new ArrayList<>();
    executors.forEach((id, lost) -> {
      List<MemoryFailure> own =
          ofTasks.stream().filter(task -> id.equals(task.executorId())).toList();
      DeathCertificate death = cause(lost, own, configuration);
      if (death != null) {
        List<MemoryFailure> same =
            own.stream().filter(task -> task.cause() == death.cause()).toList();
        ofTasks.removeAll(same);
        all.add(joined(id, death, lost, same));
      }
    });
    all.addAll(ofTasks);
    all.sort(Comparator.comparingLong(failure -> failure.timeMs().orElse(Long.MAX_VALUE)));
    return all;
  }

  private static @Nullable DeathCertificate cause(
      Lost lost, List<MemoryFailure> tasks, Map<String, String> configuration) {
    String options = configuration.getOrDefault("spark.executor.defaultJavaOptions", "") + " "
        + configuration.getOrDefault("spark.executor.extraJavaOptions", "");
    boolean heap = tasks.stream().anyMatch(task -> task.cause() == Cause.HEAP);
    // Of the JVM, but not the heap.
    boolean other = !heap && tasks.stream().anyMatch(task -> task.cause() == Cause.UNKNOWN);
    DeathCertificate certainlyHeap = new DeathCertificate(Cause.HEAP, Certainty.CERTAIN);
    return switch (lost.exit()) {
      case DeathCertificate.EXIT_HEAP -> other ? DeathCertificate.UNKNOWN : lost.death();
      case DeathCertificate.EXIT_SIGTERM -> heap ? certainlyHeap : lost.death();
      case DeathCertificate.EXIT_SIGKILL ->
        !KILLS_ITSELF.matcher(options).find()
            ? lost.death()
            : heap ? certainlyHeap : DeathCertificate.UNKNOWN;
      case EXIT_ITSELF -> ownEnd(options.contains("+ExitOnOutOfMemoryError"), heap, other);
      case EXIT_SIGABRT -> ownEnd(options.contains("+CrashOnOutOfMemoryError"), heap, other);
      default -> lost.death();
    };
  }

  private static @Nullable DeathCertificate ownEnd(boolean told, boolean heap, boolean other) {
    if (!told) {
      return null;
    }
    return other
        ? DeathCertificate.UNKNOWN
        : new DeathCertificate(Cause.HEAP, heap ? Certainty.CERTAIN : Certainty.PROBABLE);
  }

  private static MemoryFailure with(MemoryFailure failure, DeathCertificate death) {
    return new MemoryFailure(
        death.cause(),
        death.certainty(),
        failure.executorId(),
        failure.stageId(),
        failure.timeMs(),
        failure.evidence());
  }

  /** The executor's death with what its tasks say of it. */
  private static MemoryFailure joined(
      String id, DeathCertificate death, Lost lost, List<MemoryFailure> tasks) {
    OptionalInt stage = lost.stageId().isPresent() || tasks.isEmpty()
        ? lost.stageId()
        : tasks.get(0).stageId();
    String evidence = tasks.isEmpty()
        ? lost.evidence()
        : evidence(tasks.get(0).evidence() + "; " + lost.evidence());
    return new MemoryFailure(death.cause(), death.certainty(), id, stage, lost.timeMs(), evidence);
  }
}
