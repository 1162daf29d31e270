package io.sparkoptimizer.core.container;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where Spark's process-tree figures (resident memory of JVM and Python workers) may be believed. */
public final class ProcessTree {
  private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6}).*");

  private ProcessTree() {}

  /**
   * Whether a release counts pages rightly: from 3.5.7 on, but not 4.0.0 (SPARK-52776). A version that
   * is unknown, or does not read as one, is not trusted.
   */
  public static boolean isTrusted(@Nullable String sparkVersion) {
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
