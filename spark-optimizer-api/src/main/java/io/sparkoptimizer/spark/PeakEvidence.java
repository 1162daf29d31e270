package io.sparkoptimizer.spark;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How good the samples are that a {@link MemoryPeak} is the largest of. Every peak is a lower bound. */
public enum PeakEvidence {
  /** Nothing was sampled. */
  NONE,
  /** Sampled by a release that counts it wrongly: the process tree's figures (SPARK-52776). */
  UNTRUSTED,
  /** Sampled at heartbeats, every 10 s unless set otherwise: short peaks between them are missing. */
  HEARTBEAT,
  /** Sampled every {@code spark.executor.metrics.pollingInterval}. */
  POLLED;

  private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6}).*");

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Of an executor's peak of a kind. */
  public static PeakEvidence of(ApplicationRun run, Executor executor, MemoryPeak kind) {
    return executor.sampledPeak(kind).isEmpty() ? NONE : of(run, kind);
  }

  /** Of a kind of which there are samples. */
  public static PeakEvidence of(ApplicationRun run, MemoryPeak kind) {
    boolean processTree =
        kind == MemoryPeak.PROCESS_TREE_JVM_RSS || kind == MemoryPeak.PROCESS_TREE_PYTHON_RSS;
    if (processTree && !countsPagesRightly(run.sparkVersion())) {
      return UNTRUSTED;
    }
    String interval =
        run.configuration().getOrDefault("spark.executor.metrics.pollingInterval", "0");
    return interval.strip().matches("0+[a-z]*") ? HEARTBEAT : POLLED;
  }

  /**
   * From 3.5.7 on, but not 4.0.0 (SPARK-52776). A version that is unknown, or does not read as one, is
   * not trusted.
   */
  static boolean countsPagesRightly(@Nullable String sparkVersion) {
    Matcher version = VERSION.matcher(sparkVersion == null ? "" : sparkVersion.strip());
    if (!version.matches()) {
      return false;
    }
    int major = Integer.parseInt(version.group(1));
    int minor = Integer.parseInt(version.group(2));
    int patch = Integer.parseInt(version.group(3));
    if (major == 4 && minor == 0) {
      return patch > 0;
    }
    return major > 3 || (major == 3 && (minor > 5 || (minor == 5 && patch >= 7)));
  }
}
